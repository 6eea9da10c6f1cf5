"""What every endpoint is to the runtime, whoever made it.

An endpoint is sans-IO: it is told what happened and returns what it wants done. It never sees a socket, a clock or a
source of randomness of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Transmit:
    """Send `octets`, an encoded `message` (qualified record name) of this `value`, to role `receiver`."""

    message: str
    octets: bytes
    receiver: str
    value: Any


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Let `timer` run out in `after_ms`; starting it anew forgets the time before."""

    timer: str
    after_ms: int


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Forget `timer`."""

    timer: str


Named = tuple[str, bool, Any]
"""A named value of a schedule: (name, is secret, octets or number)."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A schedule ran: every named value in order, and what it was given.

    `values` end early when the schedule refused.
    """

    schedule: str
    values: tuple[Named, ...]
    inputs: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class Decoded:
    """A message, or a content inside it, was read from `octets`."""

    message: str
    value: Any
    octets: bytes = b""


@dataclass(frozen=True, slots=True)
class Entered:
    """The state is now `state`."""

    state: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """The state says that this message has no effect: it was not accepted."""

    message: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """The state keeps this message for later: it is not accepted yet."""

    message: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """A message kept for later has its turn; what it does follows, unless `refusal` says why it is dropped."""

    message: str
    sender: str
    refusal: Refusal | None = None


Learnt = Derived | Decoded
Effect = Transmit | StartTimer | StopTimer | Derived | Decoded | Entered | Ignored | Deferred | Resumed


class Refusal(Exception):
    """The endpoint refuses an event; its state is what it was before.

    `blame` is `peer` (what arrived breaks a rule), `self` (the local event is not possible now) or `specification`
    (the machine says nothing about this event in this state). `learnt` is what the endpoint had read and derived when
    it refused: evidence, without effect.
    """

    def __init__(
        self, code: str, reason: str, blame: str, place: str = "", learnt: Sequence[Learnt] = ()
    ) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.blame = blame
        self.place = place
        self.learnt = tuple(learnt)


DEFER_LIMIT = 64
"""Messages an endpoint keeps for later; a peer that sends more is refused, not obeyed."""


class Endpoint(Protocol):
    """One party of a run. Each call returns effects, in order, or raises `Refusal` and changes nothing.

    Of one event first come what was read and derived, then what is to be done, then the new state.
    """

    role: str
    made_of: str
    """`generated code` or `interpreter`: shown in the trace."""

    @property
    def state(self) -> str:
        """The name of the current state."""
        ...

    def variables(self) -> Mapping[str, Any]:
        """Return the role's variables by name."""
        ...

    def local(self, event: str, arguments: Mapping[str, Any]) -> list[Effect]:
        """Something the person or program behind this endpoint does."""
        ...

    def receive(self, message: str, octets: bytes, sender: str) -> list[Effect]:
        """Octets of a message have arrived from role `sender`; they may be ignored or deferred."""
        ...

    def timeout(self, timer: str) -> list[Effect]:
        """A timer has run out. Raises: `Refusal`, also when this state does not take it."""
        ...
