"""A role machine executed from the IR.

Every event is all or nothing: actions run on a copy of the variables, and only when the last one has succeeded do
variables, state and effects become real. A deferred message waits and is tried again after each change of state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from art7.grammar.ir.expression import Expr
from art7.grammar.ir.module import (
    Action,
    CheckAction,
    RaiseAction,
    RoleMachine,
    RunAction,
    SendAction,
    SetAction,
    State,
    TimerAction,
    Transition,
    Trigger,
)
from art7.runtime.endpoint import (
    Decoded,
    Derived,
    Effect,
    Entered,
    Refusal,
    StartTimer,
    StopTimer,
    Transmit,
)
from art7.runtime.layers import Codec

Evaluate = Callable[[Expr, Mapping[str, Any]], Any]
"""Gives an expression's value where names are bound; raises `Refusal` for one that has none."""


class Schedules(Protocol):
    """Runs key schedules by qualified name."""

    def run(self, name: str, inputs: Mapping[str, Any]) -> tuple[Mapping[str, Any], Derived]:
        """Return the outputs and every named value; raises `Refusal`."""
        ...


@dataclass(slots=True)
class _Attempt:
    """Variables, bindings and effects of one event, until it is known to succeed."""

    variables: dict[str, Any]
    bound: dict[str, Any]
    effects: list[Effect] = field(default_factory=list)

    def scope(self) -> dict[str, Any]:
        """Bindings hide variables of the same name."""
        return {**self.variables, **self.bound}


@dataclass(frozen=True, slots=True)
class _Waiting:
    message: str
    octets: bytes
    sender: str


DEFER_LIMIT = 64
"""Messages an endpoint keeps for later; a peer that sends more is refused, not obeyed."""


class MachineEndpoint:
    """An endpoint of the interpreter: codecs, schedules and transitions all read from the IR."""

    made_of = "interpreter"

    def __init__(self, machine: RoleMachine, codec: Codec, schedules: Schedules, evaluate: Evaluate) -> None:
        self.role = machine.name
        self._machine = machine
        self._codec = codec
        self._schedules = schedules
        self._evaluate = evaluate
        self._states = {state.name: state for state in machine.states}
        self._timers = dict(machine.timers)
        self._state = next(state for state in machine.states if state.kind == "start")
        self._variables: dict[str, Any] = {}
        for variable in machine.variables:
            initial = variable.initial
            self._variables[variable.name] = None if initial is None else evaluate(initial, self._variables)
        self._deferred: list[_Waiting] = []

    @property
    def state(self) -> str:
        """The name of the current state."""
        return self._state.name

    @property
    def state_kind(self) -> str:
        """`start`, `final`, `hot` or `plain`."""
        return self._state.kind

    def variables(self) -> Mapping[str, Any]:
        """Return the role's variables by name."""
        return dict(self._variables)

    def local(self, event: str, arguments: Mapping[str, Any]) -> list[Effect]:
        """Do a local event. Raises: `Refusal` when this state has no enabled transition for it."""
        for transition in self._on("local", event, None):
            missing = {param.name for param in transition.trigger.params} ^ set(arguments)
            if missing:
                raise Refusal(
                    "A7-R011", f"local event {event}: arguments {sorted(missing)} do not fit", "self"
                )
            attempt = _Attempt(dict(self._variables), dict(arguments))
            if self._enabled(transition, attempt):
                return self._take(transition, attempt)
        raise Refusal("A7-R012", f"local event {event} is not possible in state {self.state}", "self")

    def receive(self, message: str, octets: bytes, sender: str) -> list[Effect]:
        """Take one message. Raises: `Refusal`, also when the machine says nothing about it in this state."""
        if self._is_listed(self._state.ignore, message, sender):
            return []
        if self._is_listed(self._state.defer, message, sender):
            if len(self._deferred) >= DEFER_LIMIT:
                raise Refusal("A7-R013", f"more than {DEFER_LIMIT} messages are deferred", "peer")
            self._deferred.append(_Waiting(message, octets, sender))
            return []
        value = self._codec.decode(message, octets)
        candidates = list(self._on("receive", message, sender))
        for transition in candidates:
            binding = transition.trigger.binding
            attempt = _Attempt(dict(self._variables), {binding: value} if binding else {})
            attempt.effects.append(Decoded(message, value))
            if self._enabled(transition, attempt):
                return self._take(transition, attempt)
        reason = "no guard holds" if candidates else "no transition"
        raise Refusal(
            "A7-R010",
            f"{message} from {sender} is not received in state {self.state}: {reason}",
            "specification",
        )

    def timeout(self, timer: str) -> list[Effect]:
        """Let a timer run out; one that this state does not mention has no effect."""
        for transition in self._on("timeout", timer, None):
            attempt = _Attempt(dict(self._variables), {})
            if self._enabled(transition, attempt):
                return self._take(transition, attempt)
        return []

    # ---- choosing ---------------------------------------------------------------------------------------

    def _on(self, kind: str, name: str, peer: str | None) -> list[Transition]:
        return [t for t in self._state.transitions if self._fits(t.trigger, kind, name, peer)]

    @staticmethod
    def _fits(trigger: Trigger, kind: str, name: str, peer: str | None) -> bool:
        return (
            trigger.kind == kind and name in trigger.names and (peer is None or trigger.peer in (None, peer))
        )

    @staticmethod
    def _is_listed(pairs: tuple[tuple[str, str | None], ...], message: str, sender: str) -> bool:
        return any(name == message and peer in (None, sender) for name, peer in pairs)

    def _enabled(self, transition: Transition, attempt: _Attempt) -> bool:
        return transition.guard is None or bool(self._evaluate(transition.guard, attempt.scope()))

    # ---- doing ------------------------------------------------------------------------------------------

    def _take(self, transition: Transition, attempt: _Attempt) -> list[Effect]:
        for action in transition.actions:
            self._do(action, attempt)
        self._variables = attempt.variables
        if transition.target is None or transition.target == self.state:
            return attempt.effects
        self._state = self._states[transition.target]
        attempt.effects.append(Entered(self.state))
        return attempt.effects + self._resume()

    def _resume(self) -> list[Effect]:
        """Try what was deferred, oldest first. A message refused now is dropped: its sender repeats or gives up."""
        waiting, self._deferred = self._deferred, []
        effects: list[Effect] = []
        for item in waiting:
            try:
                effects += self.receive(item.message, item.octets, item.sender)
            except Refusal:
                continue
        return effects

    def _do(self, action: Action, attempt: _Attempt) -> None:
        match action:
            case SetAction(name=name, expr=expr):
                attempt.variables[name] = self._evaluate(expr, attempt.scope())
            case SendAction():
                self._send(action, attempt)
            case TimerAction(verb="start", name=name):
                attempt.effects.append(StartTimer(name, self._timers[name]))
            case TimerAction(name=name):
                attempt.effects.append(StopTimer(name))
            case RunAction():
                self._run(action, attempt)
            case CheckAction(condition=condition, error=error):
                if not self._evaluate(condition, attempt.scope()):
                    raise Refusal(
                        error or "rule_broken", f"a check of state {self.state} does not hold", "peer"
                    )
            case RaiseAction(name=name):
                raise Refusal(name, f"raised in state {self.state}", "peer")

    def _arguments(self, pairs: tuple[tuple[str, Expr], ...], attempt: _Attempt) -> dict[str, Any]:
        scope = attempt.scope()
        return {name: self._evaluate(expr, scope) for name, expr in pairs}

    def _send(self, action: SendAction, attempt: _Attempt) -> None:
        members = self._arguments(action.fields, attempt)
        octets = self._codec.encode(action.message, members)
        attempt.effects.append(Transmit(action.message, octets, action.receiver, members))

    def _run(self, action: RunAction, attempt: _Attempt) -> None:
        arguments = self._arguments(action.arguments, attempt)
        result: Any
        if action.operation == "encode":
            result = self._codec.encode(action.name, arguments)
        elif action.operation == "decode":
            result = self._codec.decode(action.name, arguments["octets"])
            attempt.effects.append(Decoded(action.name, result))
        else:
            result, derived = self._schedules.run(action.name, arguments)
            attempt.effects.append(derived)
        if action.result is not None:
            attempt.bound[action.result] = result


def is_hot(state: State) -> bool:
    """Whether a run may not end in this state."""
    return state.kind == "hot"
