"""Role machines without sockets and clocks: events in, effects out.

Text of generated projects. A role is a table; `receive` looks up the transitions of its state, takes the first
whose guard holds, does its actions whole or not at all, and tells what the caller has to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from secrets import token_bytes
from typing import Any

from art7.codegen.python.vendored.primitives import BuiltinError


class Event:
    """Something that happens to a role."""

    __slots__ = ()


class Received(Event):
    """A message came from `sender` (a role's name). `message` is the decoded value."""

    __slots__ = ("message", "name", "sender")

    def __init__(self, message: Any, sender: str, name: str = "") -> None:
        self.message = message
        self.sender = sender
        self.name = name or type(message).__name__

    def __repr__(self) -> str:
        return f"Received({self.name}, from {self.sender})"


class TimedOut(Event):
    """A timer ran out."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"TimedOut({self.name})"


class Local(Event):
    """The application wants something; `values` are the event's parameters."""

    __slots__ = ("name", "values")

    def __init__(self, name: str, /, **values: Any) -> None:
        self.name = name
        self.values = values

    def __repr__(self) -> str:
        return f"Local({self.name})"


class Effect:
    """Something that the caller has to do."""

    __slots__ = ()


class Send(Effect):
    """Send `message` (qualified name `name`) to role `receiver`. `fields` are the members it is made of."""

    __slots__ = ("fields", "message", "name", "receiver")

    def __init__(self, name: str, message: Any, receiver: str, fields: Mapping[str, Any]) -> None:
        self.name = name
        self.message = message
        self.receiver = receiver
        self.fields = dict(fields)

    def __repr__(self) -> str:
        return f"Send({self.name}, to {self.receiver})"


class StartTimer(Effect):
    """Start timer `name`; give the role `TimedOut(name)` after `milliseconds`."""

    __slots__ = ("milliseconds", "name")

    def __init__(self, name: str, milliseconds: int) -> None:
        self.name = name
        self.milliseconds = milliseconds

    def __repr__(self) -> str:
        return f"StartTimer({self.name}, {self.milliseconds} ms)"


class StopTimer(Effect):
    """Stop timer `name`."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"StopTimer({self.name})"


class Fail(Effect):
    """Something was wrong with the event (`code`); the role's state did not change."""

    __slots__ = ("code", "event")

    def __init__(self, code: str, event: Event) -> None:
        self.code = code
        self.event = event

    def __repr__(self) -> str:
        return f"Fail({self.code})"


class MachineFault(Exception):
    """An action that ends a transition with an error; never leaves `receive`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Transition:
    """One row of a role's table. `peer`: only from that role; `target`: the next state, or the same."""

    __slots__ = ("act", "guard", "peer", "target")

    def __init__(
        self,
        peer: str | None,
        guard: Callable[[Any, Any], Any] | None,
        act: Callable[[Any, Any], list[Effect]] | None,
        target: str | None,
    ) -> None:
        self.peer = peer
        self.guard = guard
        self.act = act
        self.target = target


Operation = Callable[[str, str, Mapping[str, Any]], Any]
"""Does a `schedule`, `encode` or `decode` (first argument) of that name with its arguments; returns what it
gives. It refuses by an error with a `code`."""


class Machine:
    """A role under way. Subclasses hold the tables; `state` is the name of the present state.

    `outcome` says what became of the last event: `taken`, `ignored`, `deferred` or `refused`. No more than
    `WAITING_LIMIT` events are kept for later; one more is refused.
    """

    STATES: tuple[str, ...] = ()
    INITIAL: str = ""
    FINAL: frozenset[str] = frozenset()
    TRANSITIONS: Mapping[tuple[str, str, str], tuple[Transition, ...]] = {}
    IGNORED: frozenset[tuple[str, str, str | None]] = frozenset()
    DEFERRED: frozenset[tuple[str, str, str | None]] = frozenset()
    VARIABLES: Mapping[str, Any] = {}
    TIMERS: Mapping[str, int] = {}
    WAITING_LIMIT = 64

    def __init__(
        self, operation: Operation | None = None, *, random: Callable[[int], bytes] = token_bytes
    ) -> None:
        self.state = self.INITIAL
        self.variables: dict[str, Any] = dict(self.VARIABLES)
        self.waiting: list[Event] = []
        self.outcome = ""
        self.random = random
        self._seen: set[Any] = set()
        self._operation = operation

    def fresh(self, value: Any) -> bool:
        """Whether the machine is asked about `value` for the first time."""
        if value in self._seen:
            return False
        self._seen.add(value)
        return True

    @property
    def finished(self) -> bool:
        """Whether the role is in a final state."""
        return self.state in self.FINAL

    def receive(self, event: Event) -> list[Effect]:
        """Take one event; returns what to do, in order. Nothing is raised for what a peer sends."""
        effects, moved = self._take(event)
        outcome = self.outcome
        while moved and self.waiting:
            waiting, self.waiting = self.waiting, []
            moved = False
            for place, held in enumerate(waiting):
                more, moved = self._take(held)
                effects += more
                if moved:
                    self.waiting += waiting[place + 1 :]
                    break
        self.outcome = outcome
        return effects

    def _take(self, event: Event) -> tuple[list[Effect], bool]:
        """Do the first transition that fits; returns its effects and whether there was one."""
        kind, name = _event_key(event)
        seen = set(self._seen)
        sender = event.sender if isinstance(event, Received) else None
        for row in self.TRANSITIONS.get((self.state, kind, name), ()):
            if row.peer is not None and row.peer != sender:
                continue
            try:
                if row.guard is None or row.guard(self, event):
                    return self._do(row, event), True
            except MachineFault as fault:
                return self._refused(fault.code, event, seen), False
            except BuiltinError as fault:
                return self._refused(fault.code, event, seen), False
        return self._unexpected(event, name, sender), False

    def _do(self, row: Transition, event: Event) -> list[Effect]:
        """Do the actions of a transition; when one fails, the variables are what they were."""
        before = dict(self.variables)
        try:
            effects = [] if row.act is None else row.act(self, event)
        except (MachineFault, BuiltinError):
            self.variables = before
            raise
        if row.target is not None:
            self.state = row.target
        self.outcome = "taken"
        return effects

    def _refused(self, code: str, event: Event, seen: set[Any]) -> list[Effect]:
        """Tell why; what was asked about for the first time is asked about for the first time again."""
        self._seen = seen
        self.outcome = "refused"
        return [Fail(code, event)]

    def _unexpected(self, event: Event, name: str, sender: str | None) -> list[Effect]:
        rows = {(self.state, name, sender), (self.state, name, None)}
        self.outcome = "refused"
        if rows & self.IGNORED:
            self.outcome = "ignored"
            return []
        if rows & self.DEFERRED:
            if len(self.waiting) >= self.WAITING_LIMIT:
                return [Fail("too_many", event)]
            self.waiting.append(event)
            self.outcome = "deferred"
            return []
        return [Fail("unexpected_event", event)]

    def operate(self, operation: str, name: str, arguments: Mapping[str, Any]) -> Any:
        """Run a schedule or codec by the function that the caller handed in."""
        if self._operation is None:
            raise MachineFault("no_operation")
        try:
            return self._operation(operation, name, arguments)
        except ValueError as error:
            raise MachineFault(str(getattr(error, "code", "internal"))) from None


def _event_key(event: Event) -> tuple[str, str]:
    if isinstance(event, Received):
        return "receive", event.name
    if isinstance(event, TimedOut):
        return "timeout", event.name
    if isinstance(event, Local):
        return "local", event.name
    raise TypeError("an event is Received, TimedOut or Local")
