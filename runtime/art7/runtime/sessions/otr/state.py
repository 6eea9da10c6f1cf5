"""What an OTR session keeps between messages; its octets are the catalogue's `otr.state.SessionState`.

Every part is frozen: a step makes a new state, and the session takes it over only when the step succeeded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused, refused_by

IN_THE_CLEAR, ENCRYPTED, FINISHED = range(3)
"""Phases of a conversation (OTR3#the-protocol-state-machine)."""

NOTHING, KEY, REVEALED, SIGNATURE = range(4)
"""What a key exchange waits for."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A key exchange under way; `last` is the message that was sent last."""

    hiding_key: bytes = field(default=b"", repr=False)
    private: bytes = field(default=b"", repr=False)
    public_key: bytes = b""
    encrypted: bytes = b""
    hashed: bytes = b""
    peer_public: bytes = b""
    last: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Pair:
    """What was counted for one own key and one of the peer."""

    own_id: int
    peer_id: int
    sent: int = 0
    received: int = 0
    used: int = 0


@dataclass(frozen=True, slots=True)
class Ring:
    """Two keys of each side; `own_id` numbers the next own key, `peer_id` the peer's newest one."""

    session_id: bytes = field(default=b"", repr=False)
    peer_key: bytes = b""
    own_id: int = 0
    own_private: bytes = field(default=b"", repr=False)
    own_previous: bytes = field(default=b"", repr=False)
    peer_id: int = 0
    peer_public: bytes = b""
    peer_previous: bytes = b""
    pairs: tuple[Pair, ...] = ()
    revealed: bytes = b""


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof of a shared secret under way; `stage`: 0 none, 1 asked by the peer, else the step that is awaited."""

    stage: int = 0
    number: bytes = field(default=b"", repr=False)
    own_second: bytes = field(default=b"", repr=False)
    own_third: bytes = field(default=b"", repr=False)
    peer_second: bytes = b""
    peer_third: bytes = b""
    second: bytes = field(default=b"", repr=False)
    third: bytes = field(default=b"", repr=False)
    own_p: bytes = b""
    own_q: bytes = b""
    peer_p: bytes = b""
    peer_q: bytes = b""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of a message: `number` of `count` have come."""

    number: int = 0
    count: int = 0
    text: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class OtrState:
    """One conversation with one client of the peer."""

    own_tag: int
    peer_tag: int = 0
    version: int = 0
    phase: int = IN_THE_CLEAR
    awaiting: int = NOTHING
    exchange: Exchange = Exchange()
    ring: Ring = Ring()
    proof: Proof = Proof()
    pieces: Pieces = Pieces()


@contextmanager
def refusing(failures: tuple[type[Exception], ...], rule: str = "", code: str = "") -> Iterator[None]:
    """Turn what the face raises into `SessionRefused` with the same code, or with `code` where that says more."""
    try:
        yield
    except failures as fault:
        said = refused_by(fault, "what the protocol asks for")
        raise SessionRefused(code or said.code, said.expected, said.code, said.rule or rule) from None


class StateForm:
    """States as octets and back, by the catalogue."""

    _PARTS: tuple[tuple[str, type[Any], str], ...] = (
        ("exchange", Exchange, "Exchange"),
        ("proof", Proof, "ProofState"),
        ("pieces", Pieces, "Pieces"),
    )

    def __init__(self, face: Face) -> None:
        self._failures = face.failures
        self._whole = face.record("otr.state.SessionState")
        self._ring, self._pair = face.record("otr.state.Ring"), face.record("otr.state.Pair")
        self._parts = [(name, kind, face.record(f"otr.state.{of}")) for name, kind, of in self._PARTS]

    def write(self, state: OtrState) -> bytes:
        """Return the octets, which are secret."""
        parts = {name: record(**_members(getattr(state, name))) for name, _, record in self._parts}
        pairs = [self._pair(**_members(each)) for each in state.ring.pairs]
        ring = self._ring(**{**_members(state.ring), "pairs": pairs})
        with refusing(self._failures, code="state_too_large"):
            octets: bytes = self._whole(**{**_members(state), **parts, "ring": ring}).encode()
        return octets

    def read(self, octets: bytes) -> OtrState:
        """Return the state. Raises: `SessionRefused` with `bad_state` when the octets hold none."""
        with refusing(self._failures, code="bad_state"):
            found = self._whole.decode(octets)
        parts = {name: _taken(kind, getattr(found, name)) for name, kind, _ in self._parts}
        pairs = tuple(_taken(Pair, each) for each in found.ring.pairs)
        ring = _taken(Ring, found.ring, pairs=pairs)
        state: OtrState = _taken(OtrState, found, ring=ring, **parts)
        return state


def _members(value: Any) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in fields(value)}


def _taken(kind: type[Any], found: Any, **made: Any) -> Any:
    names = [each.name for each in fields(kind) if each.name not in made]
    return kind(**{name: getattr(found, name) for name in names}, **made)
