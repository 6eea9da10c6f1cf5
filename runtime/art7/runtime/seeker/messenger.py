"""One person's side of a conversation, on a role machine of the SDK; no socket and no clock.

An event changes a copy of nothing: a machine that refuses is as it was before. What must be sent is in `outbox` until the caller
says that it arrived, so that state and outbox can be kept together and a restart repeats octets, never keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from art7.runtime.seeker.keeping import KeepingUnusable, pack, unpack
from art7.runtime.seeker.sdk import Sdk

FAULTS = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)
"""What an expression of a specification raises on values that it does not fit."""

MOST_LINES = 1_000
"""Lines of the conversation that are kept, the newest."""

MOST_MEDIA = 32 << 20
"""Octets of media that are kept with the conversation, the newest."""

MAILBOXES: Mapping[str, Any] = {"inbox": "", "file": b""}
"""Variables in which a role lays what came for its person; each is emptied before an event, so that the same text twice is two."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the conversation. `who`: `me`, `peer`, `note` or `fault`; `mark` of mine: `sent` or `received`."""

    who: str
    text: str
    mark: str = ""
    media_type: str = ""
    octets: bytes = b""


class Messenger:
    """A person in `role` (`module.Protocol.role`); `incoming` are the records that arrive on the wire, by sender."""

    def __init__(self, sdk: Sdk, role: str, incoming: Mapping[str, list[str]]) -> None:
        self.sdk = sdk
        self.role = role
        self.events = sdk.events(role)
        self.lines: list[Line] = []
        self.outbox: list[tuple[str, str, bytes]] = []
        """Message, receiver, octets; the first goes first."""
        self.timers: dict[str, int] = {}
        """Timer → when it runs out, in the caller's milliseconds."""
        self._incoming = incoming
        self._machine = sdk.machine(role, self._operate)
        self._why = ""
        self._offered_type = ""

    @property
    def state(self) -> str:
        """The state of the machine."""
        return str(self._machine.state)

    @property
    def variables(self) -> Mapping[str, Any]:
        """What the role knows."""
        variables: Mapping[str, Any] = self._machine.variables
        return variables

    def ask(self, event: str, arguments: Mapping[str, Any], now_ms: int) -> bool:
        """Let the role do something for its person; returns whether it did. A reason is a line of the conversation."""
        wanted = {name for name, _ in self.events.get(event, ())}
        if event not in self.events or wanted != set(arguments):
            self.tell("fault", f"you: this offer has no `{event}` with {sorted(arguments)}")
            return False
        code = self._give(self.sdk.support.Local(event, **arguments), now_ms)
        if code == "unexpected_event":
            code = f"`{event}` is not possible in state {self.state}"
        if code:
            self.tell("fault", f"you: {code}")
        return not code

    def take(self, sender: str, octets: bytes, now_ms: int) -> bool:
        """Take octets from a role; returns whether they were in order. Otherwise a line says who was wrong and where."""
        support, reason = self.sdk.support, ""
        for outer in self._incoming.get(sender, []):
            try:
                name, inner = self.sdk.unwrap(outer, octets)
                message = self.sdk.record(name).decode(inner)
            except support.DecodeError as error:
                place = f" at octet {error.offset}" if error.offset is not None else ""
                rule = f", rule {error.requirement}" if error.requirement else ""
                reason = f"{outer}: {error.code}{place}{rule}: {str(error).splitlines()[0]}"
                continue
            code = self._give(support.Received(message, sender, name), now_ms)
            if code:
                whose = "the specification" if code == "unexpected_event" else f"{sender} (the other party)"
                self.tell("fault", f"{whose}: {name} refused in state {self.state}: {code}")
            return not code
        self.tell("fault", f"{sender} (the other party): {reason or 'nothing is expected from it'}")
        return False

    def run_out(self, now_ms: int) -> bool:
        """Let every timer that is due run out; returns whether there was one."""
        due = [name for name, at in self.timers.items() if at <= now_ms]
        for name in due:
            del self.timers[name]
            self._give(self.sdk.support.TimedOut(name), now_ms)
        return bool(due)

    def tell(self, who: str, text: str, mark: str = "", media_type: str = "", octets: bytes = b"") -> None:
        """Add a line to the conversation."""
        self.lines.append(Line(who, text, mark, media_type, octets))
        del self.lines[:-MOST_LINES]
        held = 0
        for place in range(len(self.lines) - 1, -1, -1):
            each = self.lines[place]
            held += len(each.octets)
            if each.octets and held > MOST_MEDIA:
                self.lines[place] = Line(each.who, each.text, each.mark, each.media_type)

    def mark_received(self) -> None:
        """The other side has opened what was sent: its receipt came."""
        self.lines = [
            Line("me", each.text, "received", each.media_type, each.octets) if each.who == "me" else each
            for each in self.lines
        ]

    # ---- the machine ------------------------------------------------------------------------------------------

    def _operate(self, operation: str, name: str, arguments: Mapping[str, Any]) -> Any:
        try:
            done = self.sdk.operate(operation, name, arguments, self._machine)
            self._offered_type = str(getattr(done, "media_type", self._offered_type))
            return done
        except ValueError as error:
            self._why = f"{name}: {str(error).splitlines()[0] if str(error) else ''}"
            raise

    def _give(self, event: Any, now_ms: int) -> str:
        """Give the machine an event and do what it says; returns why it refused, or nothing."""
        machine, support = self._machine, self.sdk.support
        state, variables, waiting = machine.state, dict(machine.variables), list(machine.waiting)
        self._why = ""
        for name, empty in MAILBOXES.items():
            if name in machine.variables:
                machine.variables[name] = empty
        try:
            effects = machine.receive(event)
            sent = [
                (each.name, each.receiver, self.sdk.wrap(each.name, each.message.encode()))
                for each in effects
                if isinstance(each, support.Send)
            ]
        except FAULTS as error:
            machine.state, machine.variables, machine.waiting = state, variables, waiting
            return f"{getattr(error, 'code', 'wrong_kind')} ({self._why or type(error).__name__})"
        failed = [each.code for each in effects if isinstance(each, support.Fail)]
        if failed and machine.outcome == "refused":
            machine.variables = variables
            return f"{failed[0]} ({self._why})" if self._why else str(failed[0])
        self.outbox += sent
        self._set_timers(effects, now_ms)
        self._look(variables, state)
        return ""

    def _set_timers(self, effects: list[Any], now_ms: int) -> None:
        for each in effects:
            if isinstance(each, self.sdk.support.StartTimer):
                self.timers[each.name] = now_ms + each.milliseconds
            elif isinstance(each, self.sdk.support.StopTimer):
                self.timers.pop(each.name, None)

    def _look(self, before: Mapping[str, Any], state: str) -> None:
        """Tell what an event brought: a text, a medium, a receipt, a refusal, new keys of the other side."""
        now = self._machine.variables
        if now.get("inbox"):
            self.tell("peer", now["inbox"])
        if now.get("file"):
            # An attachment that was read names its type; where media come inline, a variable does.
            kind = self._offered_type or now.get("file_type", "")
            self.tell("peer", f"{len(now['file'])} octets", "", kind, bytes(now["file"]))
        if before.get("waiting") and now.get("waiting") is False and self.state == state:
            self.mark_received()
        if now.get("refusal") and now["refusal"] != before.get("refusal"):
            self.tell("fault", f"the gatekeeper refused: {now['refusal']}")
        if now.get("warned") and not before.get("warned"):
            self.tell("note", "the other side has new keys: compare the safety number again")
        if self.state != state:
            self.tell("note", f"now {self.state}")

    # ---- what is kept -----------------------------------------------------------------------------------------

    def packed(self) -> dict[str, Any]:
        """Return all that a new start needs, keys among it, as JSON has it."""
        machine = self._machine
        waiting = [[each.name, each.sender, each.message.encode().hex()] for each in machine.waiting]
        return {
            "role": self.role, "state": machine.state, "variables": pack(machine.variables), "waiting": waiting,
            "seen": pack(machine._seen), "timers": self.timers, "offered_type": self._offered_type,
            "outbox": [[name, to, octets.hex()] for name, to, octets in self.outbox],
            "lines": [[x.who, x.text, x.mark, x.media_type, x.octets.hex()] for x in self.lines],
        }  # fmt: skip

    def restore(self, data: Mapping[str, Any]) -> None:
        """Go on from what was packed. Raises: `KeepingUnusable` when it is not of this role."""
        machine = self._machine
        try:
            variables = unpack(data["variables"])
            if data["role"] != self.role or data["state"] not in machine.STATES:
                raise KeepingUnusable("it is of another role or version of the offer")
            if set(variables) != set(machine.variables):
                raise KeepingUnusable("its variables are not those of this version of the offer")
            machine.state, machine.variables, machine._seen = data["state"], variables, unpack(data["seen"])
            machine.waiting = [
                self.sdk.support.Received(self.sdk.record(name).decode(bytes.fromhex(octets)), sender, name)
                for name, sender, octets in data["waiting"]
            ]
            self._offered_type = str(data["offered_type"])
            self.timers = {str(name): int(at) for name, at in data["timers"].items()}
            self.outbox = [(name, to, bytes.fromhex(octets)) for name, to, octets in data["outbox"]]
            self.lines = [
                Line(who, text, mark, kind, bytes.fromhex(octets))
                for who, text, mark, kind, octets in data["lines"]
            ]
        except FAULTS as error:
            raise KeepingUnusable(f"it does not fit: {type(error).__name__}") from None
