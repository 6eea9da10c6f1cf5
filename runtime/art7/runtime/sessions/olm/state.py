"""What one side of an Olm session keeps between messages, and its form in a store."""

from __future__ import annotations

from dataclasses import dataclass, field
from struct import Struct

from art7.runtime.sessions.olm.suite import KEY, OlmLimits
from art7.runtime.sessions.packed import Packed, bad_state
from art7.runtime.sessions.ratchet.skipped_keys import SkippedKeys

_FORM = b"A7OL1"
_FIXED = Struct(">5s ? ? 32s 32s 32s 32s 32s 32s ? 32s I B")
_CHAIN = Struct(">32s 32s Q")
_KEYS_SIZE = 80
_NUMBERS = 1 << 32


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain of the peer's messages: its ratchet key, the key of the next message and its number."""

    ratchet_key: bytes
    chain_key: bytes = field(repr=False)
    number: int


@dataclass(slots=True)
class OlmState:
    """Keys and counters. `identity`, `base`: of the side that began; `one_time`: of the other side.

    `is_first`: whether this side began; `has_received`: whether anything came, so that pre-keys need not be sent any
    more. `sender_key`: none until this side writes again; `chains`: of the peer, the newest first.
    """

    is_first: bool
    identity: bytes
    base: bytes
    one_time: bytes
    root_key: bytes = field(repr=False)
    skipped: SkippedKeys = field(repr=False)
    has_received: bool = False
    own_private: bytes = field(default=bytes(KEY), repr=False)
    own_public: bytes = bytes(KEY)
    sender_key: bytes | None = field(default=None, repr=False)
    sender_number: int = 0
    chains: tuple[Chain, ...] = ()

    def octets(self) -> bytes:
        """Return the state as octets, which hold secrets."""
        fixed = _FIXED.pack(
            _FORM,
            self.is_first,
            self.has_received,
            self.identity,
            self.base,
            self.one_time,
            self.root_key,
            self.own_private,
            self.own_public,
            self.sender_key is not None,
            self.sender_key or b"",
            self.sender_number,
            len(self.chains),
        )
        chains = [_CHAIN.pack(each.ratchet_key, each.chain_key, each.number) for each in self.chains]
        return b"".join((fixed, *chains, self.skipped.octets()))


def read_olm_state(octets: bytes, limits: OlmLimits) -> OlmState:
    """Return the state that `OlmState.octets` wrote. Raises: `SessionRefused` with `bad_state`."""
    packed = Packed(octets, _FORM)
    parts = _FIXED.unpack(_FORM + packed.take(_FIXED.size - len(_FORM)))
    if parts[12] > limits.chains:
        raise bad_state(f"at most {limits.chains} chains", str(parts[12]))
    chains = tuple(Chain(*_CHAIN.unpack(packed.take(_CHAIN.size))) for _ in range(parts[12]))
    skipped = SkippedKeys(limits.per_chain, limits.in_all)
    skipped.read(packed, KEY, _KEYS_SIZE)
    packed.end()
    _, is_first, has_received, identity, base, one_time, root_key, *rest = parts
    state = OlmState(is_first, identity, base, one_time, root_key, skipped, has_received)
    state.own_private, state.own_public = rest[0], rest[1]
    state.sender_key = rest[3] if rest[2] else None
    state.sender_number, state.chains = rest[4], chains
    names = {each.ratchet_key for each in chains}
    if state.octets() != octets or len(names) != len(chains) or any(c.number > _NUMBERS for c in chains):
        raise bad_state("each part once, in its one form", "another form")
    if not chains and not state.is_first:
        raise bad_state("a chain of the side that began", "none")
    if state.sender_key is None and not chains:
        raise bad_state("a chain", "none")
    return state
