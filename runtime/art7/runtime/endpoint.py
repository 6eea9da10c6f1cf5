"""What every endpoint is to the runtime, whoever made it.

An endpoint is sans-IO: it is told what happened and returns what it wants done. It never sees a socket, a clock or a
source of randomness of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
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


@dataclass(frozen=True, slots=True)
class Derived:
    """A schedule ran: every named value in order, as (name, is secret, octets or number)."""

    schedule: str
    values: tuple[tuple[str, bool, Any], ...]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A message, or a content inside it, was read."""

    message: str
    value: Any


@dataclass(frozen=True, slots=True)
class Entered:
    """The state is now `state`."""

    state: str


Effect = Transmit | StartTimer | StopTimer | Derived | Decoded | Entered


class Refusal(Exception):
    """The endpoint refuses an event; its state is what it was before.

    `blame` is `peer` (what arrived breaks a rule), `self` (the local event is not possible now) or `specification`
    (the machine says nothing about this event in this state).
    """

    def __init__(self, code: str, reason: str, blame: str, place: str = "") -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.blame = blame
        self.place = place


class Endpoint(Protocol):
    """One party of a run. Each call returns effects, in order, or raises `Refusal` and changes nothing."""

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
        """Octets of a message have arrived from role `sender`."""
        ...

    def timeout(self, timer: str) -> list[Effect]:
        """A timer has run out."""
        ...
