"""Sessions that read and are begun again from their store: a writer that stays, and a reader that comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.kept import Kept
from art7.runtime.sessions.olm.account import Account
from art7.runtime.sessions.olm.megolm import GroupInbound, GroupOutbound
from art7.runtime.sessions.olm.session import OlmSession
from art7.runtime.sessions.olm.suite import OlmSuite
from art7.runtime.sessions.otr.session import OtrSession
from art7.runtime.sessions.signal.pre_keys import PreKeys
from art7.runtime.sessions.signal.sender_keys import GroupReceiver, GroupSender, GroupSuite
from art7.runtime.sessions.signal.session import SignalSession, SignalSuite
from art7.runtime.sessions.srtp.profiles import PROFILES, MasterKey
from art7.runtime.sessions.srtp.session import Inbound, Options, Outbound
from art7.runtime.sessions.store import MemoryStore, Store
from otr_sessions import MODULES as OTR_MODULES
from otr_sessions import Two, long_term_key, session

Random = Callable[[int], bytes]
Write = Callable[[bytes], Any]
"""Makes a message of a content."""
Read = Callable[[Any, int], bytes]
"""Returns the content of a message; the number is that of the delivery, which names it where names count."""


@dataclass(frozen=True)
class Kind:
    """A kind of session.

    `begin` makes what the store of the reader holds, and the writer; `open` goes on from a store. `late`: whether a message
    that others overtook is still read; `block`: how many numbers a restart may lose.
    """

    name: str
    modules: tuple[str, ...]
    begin: Callable[[Face, Store, Random], Write]
    open: Callable[[Face, Store, Random], Read]
    late: bool = True
    block: int = 0


def _begin_signal(face: Face, store: Store, random: Random) -> Write:
    suite = SignalSuite(face)
    here, there = PreKeys(face, MemoryStore(), random), PreKeys(face, store, random)
    here.create(registration_id=1)
    there.create(registration_id=2)
    there.add_signed(1)
    writer = SignalSession(suite, here, "bob")
    writer.begin(there.bundle(device_id=1, signed=1))
    SignalSession(suite, there, "alice").decrypt(writer.encrypt(b"first"))
    return writer.encrypt


def _open_signal(face: Face, store: Store, random: Random) -> Read:
    reader = SignalSession(SignalSuite(face), PreKeys(face, store, random), "alice")
    return lambda message, delivery: reader.decrypt(message)


def _begin_group(face: Face, store: Store, random: Random) -> Write:
    suite = GroupSuite(face)
    writer = GroupSender(suite, MemoryStore(), random, bytes(16))
    GroupReceiver(suite, store, "alice").take(writer.distribution())
    return writer.encrypt


def _open_group(face: Face, store: Store, random: Random) -> Read:
    reader = GroupReceiver(GroupSuite(face), store, "alice")
    return lambda message, delivery: reader.decrypt(message)


def _begin_olm(face: Face, store: Store, random: Random) -> Write:
    suite = OlmSuite(face)
    ann, bob = Account.make(suite, random), Account.make(suite, random)
    bob.add_one_time_keys(1)
    writer = ann.begin(bob.identity_key, next(iter(bob.one_time_keys().values())))
    reader, _ = bob.accept(writer.encrypt(b"first")[1])
    Kept(store, "olm", partial(OlmSession.read, suite, random)).put(reader)
    return writer.encrypt


def _open_olm(face: Face, store: Store, random: Random) -> Read:
    kept = Kept(store, "olm", partial(OlmSession.read, OlmSuite(face), random))
    return lambda message, delivery: kept.do(lambda reader: reader.decrypt(*message))


def _begin_megolm(face: Face, store: Store, random: Random) -> Write:
    suite = OlmSuite(face)
    writer = GroupOutbound.make(suite, random)
    reader = GroupInbound.from_session_key(suite, writer.session_key())
    Kept(store, "room", partial(GroupInbound.read, suite)).put(reader)
    return writer.encrypt


def _open_megolm(face: Face, store: Store, random: Random) -> Read:
    kept = Kept(store, "room", partial(GroupInbound.read, OlmSuite(face)))
    return lambda message, delivery: kept.do(lambda reader: reader.decrypt(message, b"%d" % delivery)[0])


def _begin_otr(face: Face, store: Store, random: Random) -> Write:
    two = Two(session(face, "alice", 1), session(face, "bob", 2, store=store))
    two.agree()
    return lambda content: b"".join(two.sides[0].send(content.decode()))


def _open_otr(face: Face, store: Store, random: Random) -> Read:
    reader = OtrSession(face, long_term_key("bob"), random, store, "bob")
    return lambda message, delivery: str(reader.receive(message).words).encode()


def _srtp_key(profile: str) -> MasterKey:
    chosen = PROFILES[profile]
    return MasterKey(bytes(range(chosen.key_size)), bytes(range(chosen.salt_size)))


def _begin_srtp(profile: str, face: Face, store: Store, random: Random) -> Write:
    writer = Outbound(face, MemoryStore(), "out", PROFILES[profile], [_srtp_key(profile)])
    return lambda content: writer.protect(_header(writer.next_index(7)) + content)


def _header(number: int) -> bytes:
    return b"\x80\x0f" + number.to_bytes(2, "big") + bytes(7) + b"\x07"


def _open_srtp(profile: str, face: Face, store: Store, random: Random) -> Read:
    options = Options(block=8, window=64)
    reader = Inbound(face, store, "in", PROFILES[profile], [_srtp_key(profile)], options)
    return lambda message, delivery: reader.unprotect(message)[12:]


_SRTP = ("ietf.rtp", "ietf.rtcp", "ietf.srtp", "ietf.srtp_keys")
KINDS = (
    Kind("signal", ("signal.ratchet", "signal.x3dh", "signal.bundle"), _begin_signal, _open_signal),
    Kind("sender keys", ("signal.groups",), _begin_group, _open_group),
    Kind("olm", ("matrix.olm",), _begin_olm, _open_olm),
    Kind("megolm", ("matrix.olm",), _begin_megolm, _open_megolm),
    Kind("otr", OTR_MODULES, _begin_otr, _open_otr, late=False),
    *(
        Kind(profile, _SRTP, partial(_begin_srtp, profile), partial(_open_srtp, profile), False, 9)
        for profile in ("AEAD_AES_128_GCM", "AES_CM_128_HMAC_SHA1_80")
    ),
)
"""Every kind of session that reads and has a state."""
