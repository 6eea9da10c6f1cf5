"""A role machine executed from the IR.

Every event is all or nothing: actions run on a copy of the variables, and only when the last one has succeeded do
variables, state and effects become real. The first transition whose guard holds is taken; a message that has none may be
ignored or deferred. A deferred message is tried again, oldest first, after each transition.
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
    TimerAction,
    Transition,
    Trigger,
)
from art7.runtime.endpoint import (
    DEFER_LIMIT,
    Decoded,
    Deferred,
    Derived,
    Effect,
    Entered,
    Ignored,
    Learnt,
    Refusal,
    Resumed,
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
        """Return the outputs and every named value; raises `Refusal`, with the values derived before."""
        ...


@dataclass(slots=True)
class _Attempt:
    """Variables, bindings and effects of one event, until it is known to succeed."""

    variables: dict[str, Any]
    bound: dict[str, Any]
    learnt: list[Learnt] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    def scope(self) -> dict[str, Any]:
        """Bindings hide variables of the same name."""
        return {**self.variables, **self.bound}


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A message that was read, now or when it was deferred."""

    message: str
    value: Mapping[str, Any]
    sender: str


class MachineEndpoint:
    """An endpoint of the interpreter: codecs, schedules and transitions all read from the IR.

    `seen` is the memory of `fresh(…)`, where the evaluator has one: what a refused event put there is taken out again.
    """

    made_of = "interpreter"

    def __init__(
        self,
        machine: RoleMachine,
        codec: Codec,
        schedules: Schedules,
        evaluate: Evaluate,
        seen: set[str] | None = None,
    ) -> None:
        self.role = machine.name
        self._machine = machine
        self._codec = codec
        self._schedules = schedules
        self._evaluate = evaluate
        self._seen = set() if seen is None else seen
        self._states = {state.name: state for state in machine.states}
        self._timers = dict(machine.timers)
        self._state = next(state for state in machine.states if state.kind == "start")
        self._variables: dict[str, Any] = {}
        for variable in machine.variables:
            initial = variable.initial
            self._variables[variable.name] = None if initial is None else evaluate(initial, self._variables)
        self._held: list[_Arrived] = []

    @property
    def state(self) -> str:
        """The name of the current state."""
        return self._state.name

    def variables(self) -> Mapping[str, Any]:
        """Return the role's variables by name."""
        return dict(self._variables)

    def local(self, event: str, arguments: Mapping[str, Any]) -> list[Effect]:
        """Do a local event. Raises: `Refusal` when this state has no enabled transition for it."""
        transitions = self._on("local", event, None)
        if transitions:
            wrong = {param.name for param in transitions[0].trigger.params} ^ set(arguments)
            if wrong:
                raise Refusal("A7-R011", f"local event {event}: arguments {sorted(wrong)} do not fit", "self")
        done = self._attempt(transitions, dict(arguments), [], "self")
        if done is None:
            raise Refusal("A7-R012", f"local event {event} is not possible in state {self.state}", "self")
        return done + self._resume()

    def receive(self, message: str, octets: bytes, sender: str) -> list[Effect]:
        """Take one message. Raises: `Refusal`, also when the machine says nothing about it in this state."""
        value = self._codec.decode(message, octets)
        done = self._arrive(_Arrived(message, value, sender), [Decoded(message, value, octets)])
        return done if is_set_aside(done) else done + self._resume()

    def timeout(self, timer: str) -> list[Effect]:
        """Let a timer run out. Raises: `Refusal`, also when the machine says nothing about it in this state."""
        candidates = self._on("timeout", timer, None)
        done = self._attempt(candidates, {}, [], "self")
        if done is None:
            why = "no guard holds" if candidates else "no transition"
            reason = f"timer {timer} runs out in state {self.state}, which does not take it: {why}"
            raise Refusal("A7-R010", reason, "specification")
        return done + self._resume()

    # ---- choosing ---------------------------------------------------------------------------------------

    def _arrive(self, item: _Arrived, learnt: list[Learnt]) -> list[Effect]:
        candidates = self._on("receive", item.message, item.sender)
        done = self._attempt(candidates, {}, learnt, "peer", item.value)
        if done is not None:
            return done
        if self._is_listed(self._state.ignore, item):
            return [*learnt, Ignored(item.message)]
        if self._is_listed(self._state.defer, item):
            if len(self._held) >= DEFER_LIMIT:
                raise Refusal("A7-R013", f"more than {DEFER_LIMIT} messages are deferred", "peer", "", learnt)
            self._held.append(item)
            return [*learnt, Deferred(item.message)]
        why = "no guard holds" if candidates else "no transition"
        reason = f"{item.message} from {item.sender} is not received in state {self.state}: {why}"
        raise Refusal("A7-R010", reason, "specification", "", learnt)

    def _on(self, kind: str, name: str, peer: str | None) -> list[Transition]:
        return [t for t in self._state.transitions if self._fits(t.trigger, kind, name, peer)]

    @staticmethod
    def _fits(trigger: Trigger, kind: str, name: str, peer: str | None) -> bool:
        return (
            trigger.kind == kind and name in trigger.names and (peer is None or trigger.peer in (None, peer))
        )

    @staticmethod
    def _is_listed(pairs: tuple[tuple[str, str | None], ...], item: _Arrived) -> bool:
        return any(name == item.message and peer in (None, item.sender) for name, peer in pairs)

    def _enabled(self, transition: Transition, attempt: _Attempt) -> bool:
        return transition.guard is None or bool(self._evaluate(transition.guard, attempt.scope()))

    # ---- doing ------------------------------------------------------------------------------------------

    def _attempt(
        self,
        candidates: list[Transition],
        bound: dict[str, Any],
        learnt: list[Learnt],
        blame: str,
        message: Mapping[str, Any] | None = None,
    ) -> list[Effect] | None:
        """Take the first transition that is enabled; `None` when none is. A refusal leaves nothing behind."""
        seen = set(self._seen)
        attempt = _Attempt(dict(self._variables), dict(bound), list(learnt))
        try:
            for transition in candidates:
                binding = transition.trigger.binding
                attempt.bound = {**bound, binding: message} if binding else dict(bound)
                if self._enabled(transition, attempt):
                    return self._take(transition, attempt)
        except Refusal as refusal:
            self._seen.clear()
            self._seen.update(seen)
            whose = blame if refusal.blame == "peer" else refusal.blame
            raise Refusal(
                refusal.code, refusal.reason, whose, refusal.place, [*attempt.learnt, *refusal.learnt]
            ) from None
        return None

    def _take(self, transition: Transition, attempt: _Attempt) -> list[Effect]:
        for action in transition.actions:
            self._do(action, attempt)
        self._variables = attempt.variables
        done: list[Effect] = [*attempt.learnt, *attempt.effects]
        if transition.target is None or transition.target == self.state:
            return done
        self._state = self._states[transition.target]
        return [*done, Entered(self.state)]

    def _resume(self) -> list[Effect]:
        """Try what was deferred. A message refused now is dropped, and told: its sender repeats or gives up."""
        effects: list[Effect] = []
        is_moving = True
        while is_moving and self._held:
            waiting, self._held, is_moving = self._held, [], False
            for place, item in enumerate(waiting):
                try:
                    done = self._arrive(item, [])
                except Refusal as refusal:
                    effects.append(Resumed(item.message, item.sender, refusal))
                    continue
                if isinstance(done[-1] if done else None, Deferred):
                    continue
                effects += [Resumed(item.message, item.sender), *done]
                if not is_set_aside(done):
                    self._held += waiting[place + 1 :]
                    is_moving = True
                    break
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
                    reason = f"a check of state {self.state} does not hold"
                    raise Refusal(error or "rule_broken", reason, "peer")
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
            octets = arguments.pop("octets")
            result = self._codec.decode(action.name, octets, arguments)
            attempt.learnt.append(Decoded(action.name, result, octets))
        else:
            result, derived = self._schedules.run(action.name, arguments)
            attempt.learnt.append(derived)
        if action.result is not None:
            attempt.bound[action.result] = result


def is_set_aside(effects: list[Effect]) -> bool:
    """Whether these effects say that a message was ignored or deferred."""
    return bool(effects) and isinstance(effects[-1], Ignored | Deferred)
