"""One ratchet of a session with what its first messages repeat until the peer answers, and its form in a store."""

from __future__ import annotations

from dataclasses import dataclass

from art7.runtime.sessions.packed import Packed, counted
from art7.runtime.sessions.ratchet.double_ratchet import DoubleRatchet
from art7.runtime.sessions.ratchet.suite import Limits, Random, RatchetSuite

_FORM = b"A7SC1"
_CIPHERTEXT_LIMIT = 4096


@dataclass(frozen=True, slots=True)
class Pending:
    """Which keys of the peer's bundle this side began with; told in every message until the first answer."""

    signed_pre_key_id: int
    pre_key_id: int | None = None
    kyber_pre_key_id: int | None = None
    kyber_ciphertext: bytes | None = None

    def octets(self) -> bytes:
        """Return the form in a store."""
        parts = [self.signed_pre_key_id.to_bytes(4, "big")]
        for number in (self.pre_key_id, self.kyber_pre_key_id):
            parts.append(b"\0" if number is None else b"\1" + number.to_bytes(4, "big"))
        parts.append(b"\0" if self.kyber_ciphertext is None else b"\1" + counted(self.kyber_ciphertext))
        return b"".join(parts)


@dataclass(slots=True)
class Conversation:
    """`base_key`: the ephemeral key that it began with, which names it; `peer_registration_id`: of the other side."""

    base_key: bytes
    peer_registration_id: int
    ratchet: DoubleRatchet
    pending: Pending | None = None

    def octets(self) -> bytes:
        """Return the state for a store; it holds secrets."""
        pending = b"\0" if self.pending is None else b"\1" + self.pending.octets()
        number = self.peer_registration_id.to_bytes(4, "big")
        return b"".join((_FORM, self.base_key, number, pending, self.ratchet.octets()))


def read_conversation(octets: bytes, suite: RatchetSuite, random: Random, limits: Limits) -> Conversation:
    """Return the conversation whose state this is. Raises: `SessionRefused` with `bad_state`."""
    packed = Packed(octets, _FORM)
    base_key, number = packed.take(33), packed.number()
    pending = _read_pending(packed) if packed.flag() else None
    return Conversation(base_key, number, DoubleRatchet.read(suite, random, packed.rest(), limits), pending)


def _read_pending(packed: Packed) -> Pending:
    signed = packed.number()
    pre_key = packed.number() if packed.flag() else None
    kyber = packed.number() if packed.flag() else None
    return Pending(signed, pre_key, kyber, packed.counted(_CIPHERTEXT_LIMIT) if packed.flag() else None)
