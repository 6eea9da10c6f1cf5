"""Accounts, sessions and quotas of the test peer, between the store and the sockets; no socket and no clock of its own."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from art7.grammar.ir.module import Protocol, Specification
from art7.interpreter.prepare import Interpreter
from art7.runtime.play import Maker
from art7.runtime.redact import Secrets
from art7.runtime.serve.peer import Frame, PeerSession, lines_of
from art7.runtime.serve.store import Input, SessionRow, Store
from art7.runtime.trace import Trace


@dataclass(frozen=True, slots=True)
class Quotas:
    """Bounds on what strangers may use. Requests are counted an account and a minute."""

    accounts: int = 10_000
    sessions: int = 200
    inputs: int = 2_000
    octets: int = 1 << 20
    requests: int = 60_000
    awake: int = 2_000
    """Sessions held in memory; others are played anew from the store when they are asked for."""
    shown: int = 8
    """Sessions held with every entry, for those who look at them."""


class Declined(Exception):
    """A request that the test peer does not do; `status` is that of HTTP."""

    def __init__(self, code: str, status: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.status = status
        self.reason = reason


@dataclass(slots=True)
class Live:
    """A session in memory: its peer, which forgets what it is not asked for, and who waits for news of it.

    `inputs`: how many came in; `turn`: held by the one that is written and played; `pending_ms`: its time meanwhile.
    """

    row: SessionRow
    peer: PeerSession
    inputs: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    pending_ms: int | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)
    listeners: set[asyncio.Event] = field(default_factory=set)

    @contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """Give an event that is set whenever something came in; as long as somebody listens the session stays in memory."""
        event = asyncio.Event()
        self.listeners.add(event)
        try:
            yield event
        finally:
            self.listeners.discard(event)


@dataclass(slots=True)
class Shown:
    """A session played anew for those who look at it: its peer keeps every entry."""

    peer: PeerSession
    inputs: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Service:
    """The test peer of one offer. `now_ms` is the wall clock; `random` makes tokens, names and seeds."""

    def __init__(
        self,
        specification: Specification,
        interpreter: Interpreter,
        modules: Sequence[str],
        maker: Maker,
        store: Store,
        now_ms: Callable[[], int],
        quotas: Quotas | None = None,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self.specification = specification
        self.interpreter = interpreter
        self.quotas = quotas or Quotas()
        self.protocols: dict[str, Protocol] = {
            p.name: p for name in modules for p in specification.modules[name].protocols if p.roles
        }
        self._maker = maker
        self._store = store
        self._now_ms = now_ms
        self._random = random
        self._live: OrderedDict[str, Live] = OrderedDict()
        self._shown: OrderedDict[str, Shown] = OrderedDict()
        self._lock = threading.RLock()
        self._asked: OrderedDict[int, deque[int]] = OrderedDict()

    # ---- accounts ---------------------------------------------------------------------------------------------

    def new_account(self) -> str:
        """Return the token of a new account. Raises: `Declined`."""
        if self._store.count("account") >= self.quotas.accounts:
            raise Declined("A7-R093", 429, f"{self.quotas.accounts} accounts there are, and may be")
        token = self._random(24).hex()
        self._store.add_account(token)
        return token

    def account(self, token: str) -> int:
        """Return the account of a token, its request counted. Raises: `Declined`."""
        account = self._store.account(token)
        if account is None:
            raise Declined("A7-R090", 401, "no account has this token")
        now = self._now_ms()
        with self._lock:
            asked = self._asked.setdefault(account, deque())
            self._asked.move_to_end(account)
            if len(self._asked) > self.quotas.awake:
                self._asked.popitem(last=False)
            while asked and asked[0] <= now - 60_000:
                asked.popleft()
            if len(asked) >= self.quotas.requests:
                raise Declined("A7-R093", 429, f"more than {self.quotas.requests} requests a minute")
            asked.append(now)
        return account

    # ---- sessions ---------------------------------------------------------------------------------------------

    def new_session(self, account: int, protocol: str, role: str) -> Live:
        """Begin a session in which the account plays `role`. Raises: `Declined`."""
        found = [p for name, p in self.protocols.items() if name == protocol or name.endswith(f".{protocol}")]
        if len(found) != 1:
            raise Declined("A7-R092", 404, "no one protocol of the offer has this name")
        if role not in {each.name for each in found[0].roles}:
            raise Declined("A7-R092", 404, f"{found[0].name} has no such role")
        if self._store.count("session", account) >= self.quotas.sessions:
            raise Declined("A7-R093", 429, f"an account has at most {self.quotas.sessions} sessions")
        seed = int.from_bytes(self._random(6), "big")
        row = SessionRow(self._random(16).hex(), account, found[0].name, role, seed, self._now_ms())
        self._store.add_session(row)
        return self._keep(Live(row, self._peer(row, forgetful=True)))

    def session(self, id: str, account: int | None = None) -> Live:
        """Return a session, played anew if it is not in memory; of this account, when one is given. Raises: `Declined`."""
        live = self.held(id)
        if live is None:
            row = self._store.session(id)
            if row is None:
                raise Declined("A7-R092", 404, "no such session")
            live = self._keep(self._awoken(row))
        if account is not None and live.row.account != account:
            raise Declined("A7-R092", 404, "no such session")
        return live

    def held(self, id: str) -> Live | None:
        """Return a session that is in memory."""
        with self._lock:
            live = self._live.get(id)
            if live is not None:
                self._live.move_to_end(id)
            return live

    async def message(self, live: Live, receiver: str, octets: bytes) -> Mapping[str, Any]:
        """Take a message of the stranger; it is on disk before anything is answered. Raises: `Declined`."""
        if not live.peer.may_send(receiver):
            raise Declined("A7-R092", 404, f"no channel leads from {live.peer.remote} to that role")
        if len(octets) > self.quotas.octets:
            raise Declined("A7-R093", 413, f"a message has at most {self.quotas.octets} octets")
        return await self._do(live, "message", {"to": receiver, "octets": octets.hex()})

    async def local(
        self, live: Live, role: str, event: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Let a role that art7 plays do a local event; octets among its arguments are hexadecimal. Raises: `Declined`."""
        if role not in live.peer.states():
            raise Declined("A7-R092", 404, "art7 plays no such role in this session")
        return await self._do(live, "local", {"role": role, "event": event, "arguments": dict(arguments)})

    async def misbehave(self, live: Live) -> Mapping[str, Any]:
        """Send every invalid vector. Raises: `Declined`."""
        return await self._do(live, "misbehave", {})

    def has_news(self, live: Live, after: int) -> bool:
        """Whether `frames` would give anything, or a timer is due: cheap, and without waiting for the session."""
        due = live.peer.due_ms
        return len(live.peer.frames) > after or (due is not None and due <= self._age(live))

    def due_seconds(self, live: Live) -> float | None:
        """Return how long until something is due that nobody has to ask for; `None` if nothing is."""
        due = live.peer.due_ms
        return None if due is None else max(0.0, (due - self._age(live)) / 1000)

    def frames(self, live: Live, after: int) -> list[Frame]:
        """Return what there is for the stranger after the frame of this number."""
        with live.lock:
            # What is on its way to the disk has its time already: nothing later may happen before it.
            live.peer.advance(self._age(live) if live.pending_ms is None else live.pending_ms)
            return live.peer.frames[max(0, after) :]

    @contextmanager
    def shown(self, live: Live) -> Iterator[PeerSession]:
        """Give the session with every entry of its trace, played anew from the store up to now, to one at a time."""
        with self._lock:
            shown = self._shown.setdefault(live.row.id, Shown(self._peer(live.row)))
            self._shown.move_to_end(live.row.id)
            while len(self._shown) > self.quotas.shown:
                self._shown.popitem(last=False)
        with shown.lock:
            with live.lock:
                inputs, now_ms = live.inputs, live.peer.now_ms
            given = self._store.inputs(live.row.id, shown.inputs)[: max(0, inputs - shown.inputs)]
            for each in given:
                self._play(shown.peer, each)
            shown.inputs += len(given)
            shown.peer.advance(now_ms)
            yield shown.peer

    def export(self, live: Live, *, redact: bool) -> str:
        """Return the session as a trace; secrets taken out unless it is wanted whole."""
        with self.shown(live) as peer:
            entries = list(peer.trace.entries)
            known = set(peer.shower.secrets.values)
        if not redact:
            return lines_of(entries)
        trace = Trace(sandbox=False, entries=entries)
        trace.conceal(Secrets(known))
        return trace.lines()

    # ---- in memory and on disk --------------------------------------------------------------------------------

    def _age(self, live: Live) -> int:
        return max(0, self._now_ms() - live.row.began_ms, live.peer.now_ms)

    async def _do(self, live: Live, kind: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Write an input, then play it: whoever asked may go away meanwhile, the input is done all the same."""
        return await asyncio.shield(asyncio.ensure_future(self._done(live, kind, data)))

    async def _done(self, live: Live, kind: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        async with live.turn:
            if live.inputs >= self.quotas.inputs:
                raise Declined("A7-R093", 429, f"a session takes at most {self.quotas.inputs} inputs")
            given = Input(self._age(live), kind, data)
            live.pending_ms = given.at_ms
            try:
                await asyncio.wrap_future(self._store.add_input(live.row.id, live.inputs + 1, given))
                with live.lock:
                    live.inputs += 1
                    answer = self._play(live.peer, given)
            except sqlite3.Error:
                raise Declined("A7-R095", 507, "the store of the test peer cannot write") from None
            finally:
                live.pending_ms = None
        for event in live.listeners:
            event.set()
        return answer

    @staticmethod
    def _play(peer: PeerSession, given: Input) -> Mapping[str, Any]:
        data = given.data
        match given.kind:
            case "message":
                return peer.take(given.at_ms, data["to"], bytes.fromhex(data["octets"]))
            case "local":
                return peer.local(given.at_ms, data["role"], data["event"], data["arguments"])
            case _:
                return {"outcome": "done", "sent": peer.misbehave(given.at_ms)}

    def _peer(self, row: SessionRow, *, forgetful: bool = False) -> PeerSession:
        protocol = self.protocols[row.protocol]
        return PeerSession(
            self.specification,
            self.interpreter,
            protocol,
            row.role,
            self._maker,
            row.seed,
            forgetful=forgetful,
        )

    def _awoken(self, row: SessionRow) -> Live:
        if row.protocol not in self.protocols:
            raise Declined("A7-R092", 410, "the session is of a protocol that the offer no longer has")
        live = Live(row, self._peer(row, forgetful=True))
        for given in self._store.inputs(row.id):
            self._play(live.peer, given)
            live.inputs += 1
        return live

    def _keep(self, live: Live) -> Live:
        with self._lock:
            kept = self._live.setdefault(live.row.id, live)
            if len(self._live) > self.quotas.awake:
                idle = (
                    each.row.id
                    for each in self._live.values()
                    if not each.listeners and not each.turn.locked() and each is not kept
                )
                drowsy = next(idle, None)
                if drowsy is not None:  # one that somebody uses stays: another copy would know less
                    del self._live[drowsy]
            return kept
