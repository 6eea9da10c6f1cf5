"""Sessions that are stopped at any step and begun again: which of their (key, nonce) pairs left the process.

A `Sender` is a session with a store of its own. `Watched` looks over the shoulder of its face: what each sealing schedule was
called with while a message was made. `Halting` is a store that fails before or after a change, as a process that is
killed there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.kept import Kept
from art7.runtime.sessions.olm.account import Account
from art7.runtime.sessions.olm.megolm import GroupOutbound
from art7.runtime.sessions.olm.session import OlmSession
from art7.runtime.sessions.olm.suite import OlmSuite
from art7.runtime.sessions.otr.session import OtrSession
from art7.runtime.sessions.signal.pre_keys import PreKeys
from art7.runtime.sessions.signal.sender_keys import GroupSender, GroupSuite
from art7.runtime.sessions.signal.session import SignalSession, SignalSuite
from art7.runtime.sessions.srtp.profiles import PROFILES, MasterKey
from art7.runtime.sessions.srtp.session import Options, Outbound
from art7.runtime.sessions.store import MemoryStore, Store
from otr_sessions import MODULES as OTR_MODULES
from otr_sessions import Two, long_term_key, session

Random = Callable[[int], bytes]


class Killed(Exception):
    """The process ends here."""


class Halting:
    """A store whose next change kills the process, `before` or `after` it is made; never while `moment` is empty."""

    def __init__(self, inner: Store) -> None:
        self.inner = inner
        self.moment = ""

    def read(self, name: str) -> tuple[bytes | None, int]:
        """Return the octets and the version of an entry."""
        return self.inner.read(name)

    def swap(self, name: str, version: int, octets: bytes | None) -> bool:
        """Change the entry, unless the process is killed first."""
        moment, self.moment = self.moment, ""
        if moment == "before":
            raise Killed
        done = self.inner.swap(name, version, octets)
        if moment == "after":
            raise Killed
        return done


@dataclass
class Watched:
    """A face that notes what its sealing schedules are called with: everything but the content, which may differ."""

    face: Any
    contents: tuple[str, ...]
    """Inputs that are the content, or made of it."""
    seals: tuple[str, ...]
    """The last part of the names of schedules that seal."""
    noted: list[tuple[str, tuple[tuple[str, Any], ...]]] = field(default_factory=list)

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """What the face raises."""
        found: tuple[type[Exception], ...] = self.face.failures
        return found

    def record(self, name: str) -> Any:
        """Return a structure."""
        return self.face.record(name)

    def schedule(self, name: str) -> Any:
        """Return a schedule, watched if it seals."""
        run = self.face.schedule(name)
        if not name.endswith(self.seals):
            return run

        def noting(**given: Any) -> Any:
            rest = tuple(
                sorted(
                    (key, bytes(value) if isinstance(value, bytes) else value)
                    for key, value in given.items()
                    if key not in self.contents
                )
            )
            self.noted.append((name, rest))
            return run(**given)

        return noting


class Sender(Protocol):
    """A session that writes."""

    def send(self, content: bytes) -> bytes:
        """Return the next message. Raises: `SessionRefused`, `Killed`."""
        ...


@dataclass(frozen=True)
class Call:
    """A sender made of a function."""

    send: Callable[[bytes], bytes]


@dataclass(frozen=True)
class Kind:
    """A kind of session.

    `begin` makes what a store holds when the conversation has begun, `open` goes on from a store. `seals`: which schedules
    encrypt; `contents`: which of their inputs are what is encrypted.
    """

    name: str
    modules: tuple[str, ...]
    open: Callable[[Face, Store, Random], Sender]
    begin: Callable[[Face, Store, Random], None] = lambda face, store, random: None
    seals: tuple[str, ...] = (".SealMessage",)
    contents: tuple[str, ...] = ("plaintext",)


def _signal(face: Face, store: Store, random: Random) -> SignalSession:
    return SignalSession(SignalSuite(face), PreKeys(face, store, random), "bob")


def _begin_signal(face: Face, store: Store, random: Random) -> None:
    bob = PreKeys(face, MemoryStore(), random)
    bob.create(registration_id=2)
    bob.add_signed(1)
    PreKeys(face, store, random).create(registration_id=1)
    _signal(face, store, random).begin(bob.bundle(device_id=1, signed=1))


def _open_signal(face: Face, store: Store, random: Random) -> Sender:
    session = _signal(face, store, random)
    return Call(lambda content: session.encrypt(content).octets)


def _open_group(face: Face, store: Store, random: Random) -> Sender:
    return Call(GroupSender(GroupSuite(face), store, random, bytes(16)).encrypt)


def _begin_olm(face: Face, store: Store, random: Random) -> None:
    suite = OlmSuite(face)
    ann, bob = Account.make(suite, random), Account.make(suite, random)
    bob.add_one_time_keys(1)
    session = ann.begin(bob.identity_key, next(iter(bob.one_time_keys().values())))
    Kept(store, "olm", partial(OlmSession.read, suite, random)).put(session)


def _open_olm(face: Face, store: Store, random: Random) -> Sender:
    kept = Kept(store, "olm", partial(OlmSession.read, OlmSuite(face), random))
    return Call(lambda content: kept.do(lambda session: session.encrypt(content))[1])


def _begin_megolm(face: Face, store: Store, random: Random) -> None:
    suite = OlmSuite(face)
    Kept(store, "room", partial(GroupOutbound.read, suite)).put(GroupOutbound.make(suite, random))


def _open_megolm(face: Face, store: Store, random: Random) -> Sender:
    kept = Kept(store, "room", partial(GroupOutbound.read, OlmSuite(face)))
    return Call(lambda content: kept.do(lambda session: session.encrypt(content)))


def _begin_otr(face: Face, store: Store, random: Random) -> None:
    two = Two(session(face, "alice", 1, store=store), session(face, "bob", 2))
    two.agree()


def _open_otr(face: Face, store: Store, random: Random) -> Sender:
    alice = OtrSession(face, long_term_key("alice"), random, store, "alice")
    return Call(lambda content: b"".join(alice.send(content.hex())))


def _open_srtp(profile: str, face: Face, store: Store, random: Random) -> Sender:
    """Packets are numbered from 0 by whoever is begun again, as many programs do; every fourth follows the session."""
    chosen = PROFILES[profile]
    key = MasterKey(bytes(range(chosen.key_size)), bytes(range(chosen.salt_size)))
    outbound = Outbound(face, store, "out", chosen, [key], Options(block=8))
    sent = iter(range(1 << 16))

    def send(content: bytes) -> bytes:
        number = next(sent)
        number = outbound.next_index(7) if number % 4 == 3 else number
        return outbound.protect(b"\x80\x0f" + number.to_bytes(2, "big") + bytes(7) + b"\x07" + content)

    return Call(send)


_SRTP = ("ietf.rtp", "ietf.rtcp", "ietf.srtp", "ietf.srtp_keys")
KINDS = (
    Kind("signal", ("signal.ratchet", "signal.x3dh", "signal.bundle"), _open_signal, _begin_signal),
    Kind("sender keys", ("signal.groups",), _open_group),
    Kind("olm", ("matrix.olm",), _open_olm, _begin_olm),
    Kind("megolm", ("matrix.olm",), _open_megolm, _begin_megolm),
    Kind("otr", OTR_MODULES, _open_otr, _begin_otr, ("otr.content.Open",), ("data",)),
    Kind(
        "srtp gcm",
        _SRTP,
        partial(_open_srtp, "AEAD_AES_128_GCM"),
        seals=(".SealGcm",),
        contents=("header", "data"),
    ),
    Kind(
        "srtp counter",
        _SRTP,
        partial(_open_srtp, "AES_CM_128_HMAC_SHA1_80"),
        seals=(".SealCounterMode",),
        contents=("header", "data"),
    ),
)
"""Every kind of session that encrypts and has a state."""
