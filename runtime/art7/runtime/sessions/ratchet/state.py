"""What one side of a Double Ratchet keeps between messages, and its form in a store."""

from __future__ import annotations

from dataclasses import dataclass, field
from struct import Struct

from art7.runtime.sessions.packed import Packed, bad_state
from art7.runtime.sessions.ratchet.skipped_keys import SkippedKeys
from art7.runtime.sessions.ratchet.suite import Limits

_FORM = b"A7DR1"
_FIXED = Struct(">5s B 33s 33s 32s 32s 33s ? 32s I I ? 33s 32s I B")
_CHAIN_SIZE = 33
_KEYS_SIZE = 80


@dataclass(slots=True)
class RatchetState:
    """Keys and counters. Identity and ratchet keys have their type octet; numbers are those of the next message.

    `previous`: number of the last message of the sending chain before. `sender_key`: none until the side writes again;
    `receiver_chain`: the peer's ratchet key, none before its first message; `past`: those before it.
    """

    version: int
    own_identity: bytes
    peer_identity: bytes
    skipped: SkippedKeys = field(repr=False)
    root_key: bytes = field(default=bytes(32), repr=False)
    own_private: bytes = field(default=bytes(32), repr=False)
    own_public: bytes = bytes(33)
    sender_key: bytes | None = field(default=None, repr=False)
    sender_number: int = 0
    previous: int = 0
    receiver_chain: bytes | None = None
    receiver_key: bytes = field(default=bytes(32), repr=False)
    receiver_number: int = 0
    past: tuple[bytes, ...] = ()

    def octets(self) -> bytes:
        """Return the state as octets, which hold secrets."""
        fixed = _FIXED.pack(
            _FORM,
            self.version,
            self.own_identity,
            self.peer_identity,
            self.root_key,
            self.own_private,
            self.own_public,
            self.sender_key is not None,
            self.sender_key or b"",
            self.sender_number,
            self.previous,
            self.receiver_chain is not None,
            self.receiver_chain or b"",
            self.receiver_key,
            self.receiver_number,
            len(self.past),
        )
        return b"".join((fixed, *self.past, self.skipped.octets()))


@dataclass(frozen=True, slots=True)
class Parties:
    """Whose conversation it is. `version`: of messages, 3 or 4; identity keys with their type octet."""

    own_identity: bytes
    peer_identity: bytes
    version: int = 3
    limits: Limits = Limits()

    def state(self, root_key: bytes, own_private: bytes) -> RatchetState:
        """Return a state before any message."""
        skipped = SkippedKeys(self.limits.per_chain, self.limits.in_all)
        return RatchetState(
            self.version, self.own_identity, self.peer_identity, skipped, root_key, own_private
        )


def read_state(octets: bytes, limits: Limits) -> RatchetState:
    """Return the state that `RatchetState.octets` wrote. Raises: `SessionRefused` with `bad_state`."""
    packed = Packed(octets, _FORM)
    parts = _FIXED.unpack(_FORM + packed.take(_FIXED.size - len(_FORM)))
    past = tuple(packed.take(_CHAIN_SIZE) for _ in range(min(parts[15], limits.past)))
    skipped = SkippedKeys(limits.per_chain, limits.in_all)
    skipped.read(packed, _CHAIN_SIZE, _KEYS_SIZE)
    packed.end()
    _, version, own_identity, peer_identity, root_key, *rest = parts
    own_private, own_public, has_sender, sender_key, sender_number, previous, *rest = rest
    has_receiver, receiver_chain, receiver_key, receiver_number, _ = rest
    state = RatchetState(version, own_identity, peer_identity, skipped, root_key, own_private, own_public)
    state.sender_key = sender_key if has_sender else None
    state.sender_number, state.previous, state.past = sender_number, previous, past
    state.receiver_chain = receiver_chain if has_receiver else None
    state.receiver_key, state.receiver_number = receiver_key, receiver_number
    if state.octets() != octets:
        raise bad_state("each part in its one form", "another form")
    return state
