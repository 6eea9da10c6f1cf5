"""A role machine run from the specification, event by event, in the words of role vectors.

An event is `{"local": NAME, "values": {…}}`, `{"receive": MESSAGE, "from": ROLE, "bytes": HEX}` or
`{"timeout": NAME}`; what came of it is an outcome (`taken`, `ignored`, `deferred`, `refused`), effects in order
and the state after it. Randomness is drawn from octets that the vector holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from art7.grammar.ir.expression import Expr
from art7.grammar.ir.module import (
    Action,
    CheckAction,
    RaiseAction,
    RoleMachine,
    RunAction,
    SendAction,
    SetAction,
    Specification,
    State,
    TimerAction,
    Transition,
)
from art7.interpreter.decode import decode_with
from art7.interpreter.encode import encode_with
from art7.interpreter.errors import CodecError
from art7.interpreter.evaluate import Evaluator
from art7.interpreter.prepare import Interpreter
from art7.interpreter.refused_values import ValueRefused
from art7.interpreter.schedules import Session, run_with
from art7.interpreter.values import from_json

WAITING_LIMIT = 64
"""How many events are deferred at most; one more is refused."""

Event = dict[str, Any]
Effect = dict[str, Any]


class Fault(Exception):
    """An event that is refused."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Memory:
    """All that a role knows between events; copied to try an event and come back."""

    state: str
    variables: dict[str, Any]
    waiting: list[tuple[Event, Any]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    draws: list[str] = field(default_factory=list)

    def copy(self) -> Memory:
        """Return a memory that changes apart from this one."""
        return Memory(self.state, dict(self.variables), list(self.waiting), set(self.seen), list(self.draws))


class RoleRun:
    """One role under way. `taken` collects which transitions were: (state, position)."""

    def __init__(
        self,
        spec: Specification,
        interpreter: Interpreter,
        role: RoleMachine,
        seed: str,
        given: Sequence[str] | None = None,
    ) -> None:
        """`given`: what random draws give, in hexadecimal; without it they are made from `seed`."""
        self._spec = spec
        self._interpreter = interpreter
        self._seed = seed
        self._given = given
        self.role = role
        self._states = {state.name: state for state in role.states}
        self._timers = dict(role.timers)
        self._session = Session(draw=self._draw)
        self._evaluate = Evaluator(interpreter, self._session)
        self.taken: set[tuple[str, int]] = set()
        start = next((state for state in role.states if state.kind == "start"), role.states[0])
        self.memory = Memory(start.name, {})
        for variable in role.variables:
            initial = variable.initial
            self.memory.variables[variable.name] = None if initial is None else self._value(initial, {})

    @property
    def state(self) -> State:
        """The present state."""
        return self._states[self.memory.state]

    def step(self, event: Event) -> dict[str, Any]:
        """Take one event; returns what came of it."""
        self._session.seen = self.memory.seen
        outcome, effects = self._take(event, None)
        moved = outcome == "taken"
        while moved and self.memory.waiting:
            waiting, self.memory.waiting, moved = self.memory.waiting, [], False
            for place, (held, message) in enumerate(waiting):
                again, more = self._take(held, message)
                effects += more
                if again == "taken":
                    self.memory.waiting += waiting[place + 1 :]
                    moved = True
                    break
        return {"outcome": outcome, "effects": effects, "state": self.memory.state}

    def _draw(self, count: int) -> bytes:
        number = len(self.memory.draws)
        if self._given is not None:
            self.memory.draws.append("")
            return bytes.fromhex(self._given[number]) if number < len(self._given) else b""
        octets = hashlib.shake_256(f"{self._seed} {number}".encode()).digest(count)
        self.memory.draws.append(octets.hex())
        return octets

    def _value(self, expr: Expr, bound: Mapping[str, Any]) -> Any:
        try:
            return self._evaluate(expr, {**self.memory.variables, **bound})
        except CodecError as error:
            raise Fault(error.code) from None

    # ---- one event ----------------------------------------------------------------------------------------

    def _take(self, event: Event, message: Any) -> tuple[str, list[Effect]]:
        before = self.memory.copy()
        try:
            return self._try(event, message)
        except Fault as fault:
            draws = self.memory.draws
            self.memory = before
            self.memory.draws = draws  # octets that were drawn are gone
            self._session.seen = before.seen
            return "refused", [{"fail": fault.code}]

    def _try(self, event: Event, message: Any) -> tuple[str, list[Effect]]:
        kind, name, sender = _key(event)
        if kind == "receive" and message is None:
            message = self._decoded(name, bytes.fromhex(event["bytes"]))
        for position, row in enumerate(self.state.transitions):
            trigger = row.trigger
            if trigger.kind != kind or name not in trigger.names or trigger.peer not in (None, sender):
                continue
            bound = self._bound(row, event, message)
            if row.guard is None or self._value(row.guard, bound):
                self.taken.add((self.memory.state, position))
                return "taken", self._do(row, bound)
        return self._unexpected(event, name, sender, message)

    def _unexpected(
        self, event: Event, name: str, sender: str | None, message: Any
    ) -> tuple[str, list[Effect]]:
        if any(name == known and peer in (None, sender) for known, peer in self.state.ignore):
            return "ignored", []
        if any(name == known and peer in (None, sender) for known, peer in self.state.defer):
            if len(self.memory.waiting) >= WAITING_LIMIT:
                raise Fault("too_many")
            self.memory.waiting.append((event, message))
            return "deferred", []
        raise Fault("unexpected_event")

    def _decoded(self, name: str, octets: bytes) -> Any:
        try:
            return decode_with(self._interpreter, name, octets).value
        except CodecError as error:
            raise Fault(error.code) from None

    def _bound(self, row: Transition, event: Event, message: Any) -> dict[str, Any]:
        bound: dict[str, Any] = {}
        if row.trigger.binding:
            bound[row.trigger.binding] = message
        for param in row.trigger.params:
            try:
                bound[param.name] = from_json(
                    self._spec, param.shape, event["values"][param.name], param.name
                )
            except (ValueRefused, KeyError):
                raise Fault("wrong_kind") from None
        return bound

    def _do(self, row: Transition, bound: dict[str, Any]) -> list[Effect]:
        effects: list[Effect] = []
        for action in row.actions:
            self._act(action, bound, effects)
        if row.target is not None:
            self.memory.state = row.target
        return effects

    def _act(self, action: Action, bound: dict[str, Any], effects: list[Effect]) -> None:
        match action:
            case SetAction(name=name, expr=expr):
                self.memory.variables[name] = self._value(expr, bound)
            case SendAction(message=name, receiver=receiver):
                members = {key: self._value(expr, bound) for key, expr in action.fields}
                try:
                    octets = {"bytes": self._encoded(name, members).hex()}
                except Fault as fault:
                    octets = {"error": fault.code}
                effects.append({"send": name, "to": receiver, **octets})
            case TimerAction(verb="start", name=name):
                effects.append({"start": name, "milliseconds": self._timers[name]})
            case TimerAction(name=name):
                effects.append({"stop": name})
            case CheckAction(condition=condition, error=error):
                if not self._value(condition, bound):
                    raise Fault(error or "rule_broken")
            case RaiseAction(name=name):
                raise Fault(name)
            case RunAction():
                result = self._run(action, bound)
                if action.result is not None:
                    bound[action.result] = result

    def _run(self, action: RunAction, bound: dict[str, Any]) -> Any:
        given = {key: self._value(expr, bound) for key, expr in action.arguments}
        if action.operation == "encode":
            return self._encoded(action.name, given)
        if action.operation == "decode":
            return self._decoded(action.name, given["octets"])
        try:
            return run_with(self._interpreter, action.name, given, session=self._session).outputs
        except CodecError as error:
            raise Fault(error.code) from None

    def _encoded(self, name: str, members: Mapping[str, Any]) -> bytes:
        known = self._spec.record(name)
        params = {param.name: members[param.name] for param in known.params if param.name in members}
        value = {key: each for key, each in members.items() if key not in params and each is not None}
        try:
            return encode_with(self._interpreter, name, value, params)
        except CodecError as error:
            raise Fault(error.code) from None


def _key(event: Event) -> tuple[str, str, str | None]:
    for kind in ("local", "timeout"):
        if kind in event:
            return kind, event[kind], None
    return "receive", event["receive"], event["from"]
