"""One thing that a role may be doing, and what a single event makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from art7.grammar.diagnostics import Span
from art7.grammar.ir.module import (
    Action,
    Channel,
    CheckAction,
    RaiseAction,
    RoleMachine,
    RunAction,
    SendAction,
    SetAction,
    State,
    Transition,
)
from art7.runtime.endpoint import Refusal
from art7.runtime.monitor.knowledge import Cell, Knowledge, Unknown
from art7.runtime.monitor.telling import telling_variables

LARGEST_KEPT = 4096
"""Octets or characters of a value that is remembered; a larger one counts as not seen, so that memory stays bounded."""

Way = tuple[str, str]
"""A message and whom it is for (or from), by their names."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A state, what is known beside it, and what is still to be seen.

    `taken` counts what was taken from each strict channel; `owed` are messages that must be seen next, in order, `emits`
    those that may be seen some time, or never; `held` are deferred. Their members are among the cells.
    """

    state: str
    cells: Mapping[Cell, Any]
    taken: tuple[int, ...]
    owed: tuple[Way, ...] = ()
    emits: frozenset[Way] = frozenset()
    held: frozenset[Way] = frozenset()

    @property
    def key(self) -> tuple[Any, ...]:
        """What two hypotheses must share to be put together."""
        return self.state, self.taken, self.owed


@dataclass(frozen=True, slots=True)
class Refused:
    """A transition was chosen and one of its rules is certainly broken."""

    code: str
    reason: str
    span: Span


@dataclass(slots=True)
class Reaction:
    """What an event may lead to; `is_open` when it may be that no transition is enabled."""

    taken: list[Hypothesis] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    is_open: bool = False


@dataclass(slots=True)
class _Attempt:
    cells: dict[Cell, Any]
    bound: dict[str, Any]
    owed: list[Way]
    emits: set[Way]
    scope: dict[Cell, Any] = field(init=False)
    """What names mean: a bound name hides a variable."""

    def __post_init__(self) -> None:
        self.scope = {**self.cells, **self.bound}

    def set(self, name: str, value: Any) -> None:
        self.cells[name] = value
        if name not in self.bound:
            self.scope[name] = value

    def bind(self, name: str, value: Any) -> None:
        self.bound[name] = self.scope[name] = value


class Role:
    """A role machine prepared for watching. `decode` reads a record or raises `Refusal`.

    `strict`: every message it sends is seen in order, so it is owed; else only those of ordered channels without loss.
    """

    def __init__(
        self,
        machine: RoleMachine,
        channels: Sequence[Channel],
        knowledge: Knowledge,
        decode: Callable[[str, bytes], Mapping[str, Any]],
        *,
        strict: bool,
    ) -> None:
        self.name = machine.name
        self.machine = machine
        self.states: dict[str, State] = {state.name: state for state in machine.states}
        self._knowledge = knowledge
        self._decode = decode
        loose = [c for c in channels if c.sender == self.name and (c.lossy or not c.ordered)]
        self._loose = frozenset() if strict else frozenset((m, c.receiver) for c in loose for m in c.carries)
        self.feeders = tuple(
            dict.fromkeys(c.sender for c in channels if c.receiver == self.name and c.ordered and not c.lossy)
        )
        self._variables = telling_variables(machine)
        self._on: dict[tuple[str, str, str, str | None], list[Transition]] = {}
        self._silent = {
            state.name: tuple(
                dict.fromkeys(
                    (each.trigger.kind, name)
                    for each in state.transitions
                    if each.trigger.kind in ("local", "timeout")
                    for name in each.trigger.names
                )
            )
            for state in machine.states
        }

    def initial(self) -> Hypothesis:
        """Return what every conversation begins with."""
        start = next(state for state in self.machine.states if state.kind == "start")
        cells: dict[Cell, Any] = {}
        for variable in self.machine.variables:
            if variable.name not in self._variables:
                continue
            value = None
            if variable.initial is not None:
                value = self._kept(self._knowledge.value(variable.initial, cells))
            cells[variable.name] = value
        return Hypothesis(start.name, cells, (0,) * len(self.feeders))

    def anywhere(self, taken: tuple[int, ...]) -> list[Hypothesis]:
        """Return every state with nothing known: where watching begins in the middle, anything may have been sent."""
        return [self.blank(state, taken) for state in self.states]

    def blank(self, state: str, taken: tuple[int, ...] = ()) -> Hypothesis:
        """Return a state with nothing known of its variables."""
        return Hypothesis(state, {name: Unknown() for name in self._variables}, taken)

    def on(self, state: str, kind: str, name: str, peer: str | None) -> list[Transition]:
        """Return the transitions of a state for an event, in order."""
        key = (state, kind, name, peer)
        found = self._on.get(key)
        if found is None:
            found = self._on[key] = [
                each
                for each in self.states[state].transitions
                if each.trigger.kind == kind
                and name in each.trigger.names
                and (peer is None or each.trigger.peer in (None, peer))
            ]
        return found

    def silent(self, state: str) -> tuple[tuple[str, str], ...]:
        """Return the events of a state that no log of messages shows, as (kind, name)."""
        return self._silent[state]

    def sets_aside(self, state: str, message: str, sender: str) -> str | None:
        """Return `ignored` or `deferred` when the state says so of this message."""
        for listed, word in ((self.states[state].ignore, "ignored"), (self.states[state].defer, "deferred")):
            if any(name == message and peer in (None, sender) for name, peer in listed):
                return word
        return None

    def react(
        self,
        hypothesis: Hypothesis,
        transitions: Sequence[Transition],
        given: Mapping[str, Any] | None = None,
        message: Any = None,
    ) -> Reaction:
        """Return what these transitions, tried in order, may make of a hypothesis."""
        reaction = Reaction()
        for each in transitions:
            bound = {param.name: Unknown() for param in each.trigger.params} | dict(given or {})
            if each.trigger.binding is not None:
                bound[each.trigger.binding] = message
            attempt = _Attempt(dict(hypothesis.cells), bound, list(hypothesis.owed), set(hypothesis.emits))
            sure = True
            try:
                holds = True if each.guard is None else self._knowledge.value(each.guard, attempt.scope)
                sure = not isinstance(holds, Unknown)
                if sure and not holds:
                    continue
                reaction.taken.append(self._take(each, attempt, hypothesis))
            except Refusal as refusal:
                reaction.refused.append(Refused(refusal.code, refusal.reason, each.span))
            if sure:
                return reaction
        reaction.is_open = True
        return reaction

    def receive(self, hypothesis: Hypothesis, message: str, sender: str, value: Any) -> Reaction:
        """Return what a message may make of a hypothesis; one that is set aside counts as taken."""
        reaction = self.react(hypothesis, self.on(hypothesis.state, "receive", message, sender), None, value)
        word = self.sets_aside(hypothesis.state, message, sender) if reaction.is_open else None
        if word == "ignored":
            reaction.taken.append(hypothesis)
        elif word == "deferred":
            cells = {**hypothesis.cells, ("held", message, sender): value}
            held = hypothesis.held | {(message, sender)}
            reaction.taken.append(
                Hypothesis(hypothesis.state, cells, hypothesis.taken, hypothesis.owed, hypothesis.emits, held)
            )
        return reaction

    def refusal(self, message: str, sender: str, value: Any) -> Refused | None:
        """Return why `message` is refused in every state that would look at it; `None` when one may take it."""
        found: Refused | None = None
        for state in self.states:
            transitions = self.on(state, "receive", message, sender)
            if not transitions:
                continue
            reaction = self.react(self.blank(state), transitions, None, value)
            if reaction.taken or (reaction.is_open and self.sets_aside(state, message, sender)):
                return None
            if reaction.refused:
                found = found or reaction.refused[0]
        return found

    # ---- one transition ---------------------------------------------------------------------------------------

    def _take(self, transition: Transition, attempt: _Attempt, before: Hypothesis) -> Hypothesis:
        for action in transition.actions:
            self._do(action, attempt)
        state = transition.target or before.state
        return Hypothesis(
            state, attempt.cells, before.taken, tuple(attempt.owed), frozenset(attempt.emits), before.held
        )

    def _do(self, action: Action, attempt: _Attempt) -> None:
        match action:
            case SetAction(name=name, expr=expr):
                if name in self._variables:
                    attempt.set(name, self._kept(self._knowledge.value(expr, attempt.scope)))
            case SendAction():
                self._send(action, attempt)
            case RunAction():
                found = self._run(action, attempt)
                if action.result is not None:
                    attempt.bind(action.result, found)
            case CheckAction(condition=condition, error=error, span=span):
                holds = self._knowledge.value(condition, attempt.scope)
                if not isinstance(holds, Unknown) and not holds:
                    raise Refusal(
                        error or "rule_broken", f"the check at {place_of(span)} does not hold", "peer"
                    )
            case RaiseAction(name=name):
                raise Refusal(name, "its transition raises it", "peer")
            case _:
                return  # timers are not seen

    def _send(self, action: SendAction, attempt: _Attempt) -> None:
        way = (action.message, action.receiver)
        is_loose = way in self._loose
        known = way in attempt.emits
        head: tuple[Any, ...] = ("emit", *way) if is_loose else ("owed", len(attempt.owed))
        for name, expr in action.fields:
            value = self._kept(self._knowledge.value(expr, attempt.scope))
            cell = (*head, name)
            attempt.cells[cell] = value if not known or attempt.cells.get(cell) is value else Unknown()
        if is_loose:
            attempt.emits.add(way)
        else:
            attempt.owed.append(way)

    def _run(self, action: RunAction, attempt: _Attempt) -> Any:
        if action.operation != "decode" or len(action.arguments) != 1:
            return Unknown()  # schedules and encoders work on secrets, which nobody sees
        octets = next((self._knowledge.value(expr, attempt.scope) for _, expr in action.arguments), None)
        return self._decode(action.name, octets) if isinstance(octets, bytes) else Unknown()

    @staticmethod
    def _kept(value: Any) -> Any:
        if isinstance(value, bytes | str) and len(value) > LARGEST_KEPT:
            return Unknown()
        return value


def place_of(span: Span) -> str:
    """Return `file:line:column`, or nothing for a span that is nowhere."""
    return str(span) if span.file else ""
