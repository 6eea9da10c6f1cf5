"""One role with its data left open: the step relation of `art7.runtime.machine`, every choice of a guard taken.

What a role is between two events is a `Local`: its state, the timers that run, what is known of its variables and what it
has deferred. An event gives every `Outcome` it may have. Peers are honest: what a `check` or a `run decode` asks of a message
holds, and an outcome in which it does not is that of a message lost; a `raise` always refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from art7.grammar.ir.module import (
    CheckAction,
    RaiseAction,
    RoleMachine,
    SendAction,
    SetAction,
    State,
    TimerAction,
    Transition,
)
from art7.prover.roles.followed import Followed, Message, copied
from art7.prover.roles.values import UNKNOWN, value_of


@dataclass(frozen=True, slots=True)
class Local:
    """A role between two events. `running` are timers, `known` the followed variables, `held` (message, sender)."""

    state: str
    running: frozenset[str]
    known: tuple[Any, ...]
    held: tuple[tuple[Message, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Unexpected:
    """An event that a state says nothing about: `kind` is `receive` or `timeout`, `state` where it happened."""

    kind: str
    state: str
    name: str
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an event may come to: `how` is `taken`, `ignored`, `deferred`, `refused` (by a `raise`) or `unexpected`.

    `fired` are the transitions whose actions were begun, `sent` (message, receiver) in order.
    """

    how: str
    after: Local
    sent: tuple[tuple[Message, str], ...] = ()
    fired: tuple[Transition, ...] = ()
    unexpected: tuple[Unexpected, ...] = ()


Covers = dict[tuple[str, str, str, str | None], bool]
"""(state, kind, name, peer) → whether the guards of its transitions were shown to cover everything."""


Step = tuple[tuple[str, str, str | None], Outcome]
"""An event (kind, name, sender) with one outcome."""


@dataclass(slots=True)
class AbstractRole:
    """Gives the outcomes of events. `covers` is what the guards were shown to cover, `holds` the most it defers."""

    machine: RoleMachine
    covers: Covers
    followed: Followed
    holds: int = 64
    states: dict[str, State] = field(init=False)
    names: tuple[str, ...] = field(init=False)
    holding_full: bool = field(default=False, init=False)
    """Whether a message was once left in its channel because `holds` were deferred."""

    memory: dict[Local, dict[tuple[Message, str] | None, list[Step]]] = field(
        default_factory=dict, repr=False
    )
    """What was worked out before: for each message and sender, and for what needs none."""

    def __post_init__(self) -> None:
        self.states = {state.name: state for state in self.machine.states}
        self.names = self.followed.variables.get(self.machine.name, ())

    def start(self) -> Local:
        """Return what the role begins as."""
        initial = {variable.name: variable.initial for variable in self.machine.variables}
        known = tuple(None if (expr := initial[name]) is None else copied(expr, {}) for name in self.names)
        state = next(state.name for state in self.machine.states if state.kind == "start")
        return Local(state, frozenset(), known)

    def receive(self, local: Local, message: Message, sender: str) -> list[Outcome]:
        """Return the outcomes of a message; none when it must wait in its channel."""
        found = []
        for outcome in self._arrive(local, message, sender):
            found += self._resumed(outcome) if outcome.how == "taken" else [outcome]
        return found

    def timeout(self, local: Local, timer: str) -> list[Outcome]:
        """Return the outcomes of a timer that runs out."""
        stopped = replace(local, running=local.running - {timer})
        found = []
        outcomes, falls = self._attempt(stopped, "timeout", timer, None)
        for outcome in outcomes:
            found += self._resumed(outcome) if outcome.how == "taken" else [outcome]
        if falls:
            fault = Unexpected("timeout", local.state, timer)
            found.append(Outcome("unexpected", stopped, unexpected=(fault,)))
        return found

    def local(self, local: Local, event: str) -> list[Outcome]:
        """Return the outcomes of a local event; none when it is not possible now."""
        found = []
        for outcome in self._attempt(local, "local", event, None)[0]:
            found += self._resumed(outcome) if outcome.how == "taken" else [outcome]
        return found

    def events(self, local: Local) -> list[str]:
        """Return the local events that the state speaks of."""
        transitions = self.states[local.state].transitions
        return list(dict.fromkeys(t.trigger.names[0] for t in transitions if t.trigger.kind == "local"))

    # ---- choosing ---------------------------------------------------------------------------------------

    def _arrive(self, local: Local, message: Message, sender: str) -> Iterator[Outcome]:
        outcomes, falls = self._attempt(local, "receive", message.name, sender, message)
        yield from outcomes
        if not falls:
            return
        state = self.states[local.state]
        if _is_listed(state.ignore, message.name, sender):
            yield Outcome("ignored", local)
        elif _is_listed(state.defer, message.name, sender):
            if len(local.held) < self.holds:
                yield Outcome("deferred", replace(local, held=(*local.held, (message, sender))))
            else:
                self.holding_full = True
        else:
            fault = Unexpected("receive", local.state, message.name, sender)
            yield Outcome("unexpected", local, unexpected=(fault,))

    def _attempt(
        self, local: Local, kind: str, name: str, peer: str | None, message: Message | None = None
    ) -> tuple[list[Outcome], bool]:
        """Return what the transitions of an event may do, and whether none of them may be enabled."""
        known = dict(zip(self.names, local.known, strict=True))
        found: list[Outcome] = []
        certain = True
        """Whether every guard so far was decided by what is known."""
        for transition in self.states[local.state].transitions:
            trigger = transition.trigger
            if trigger.kind != kind or name not in trigger.names:
                continue
            if peer is not None and trigger.peer not in (None, peer):
                continue
            hidden = {trigger.binding, *(param.name for param in trigger.params)}
            seen = {each: value for each, value in known.items() if each not in hidden}
            if trigger.binding is not None and message is not None:
                seen[trigger.binding] = self.followed.read(message)
            holds = True if transition.guard is None else value_of(transition.guard, seen)
            if holds is not UNKNOWN and not holds:
                continue
            found.append(self._take(transition, local, seen))
            if holds is not UNKNOWN:
                return found, False
            certain = False
        if certain:
            return found, True
        listed = kind == "receive" and self._is_set_aside(local.state, name, peer)
        return found, listed and not self.covers.get((local.state, kind, name, peer), False)

    def _is_set_aside(self, state: str, message: str, sender: str | None) -> bool:
        said = self.states[state]
        return _is_listed(said.ignore, message, sender) or _is_listed(said.defer, message, sender)

    # ---- doing ------------------------------------------------------------------------------------------

    def _take(self, transition: Transition, local: Local, known: dict[str, Any]) -> Outcome:
        running, sent, values = set(local.running), [], dict(zip(self.names, local.known, strict=True))
        scope = dict(known)
        for action in transition.actions:
            match action:
                case RaiseAction():
                    return Outcome("refused", local, fired=(transition,))
                case CheckAction(condition=condition) if not value_of(condition, scope):
                    return Outcome("refused", local, fired=(transition,))
                case SendAction(receiver=receiver):
                    sent.append((self.followed.written(action, scope), receiver))
                case TimerAction(verb="start", name=name):
                    running.add(name)
                case TimerAction(name=name):
                    running.discard(name)
                case SetAction(name=name, expr=expr) if name in values:
                    values[name] = scope[name] = copied(expr, scope)
                case _:
                    continue
        after = Local(
            transition.target or local.state, frozenset(running), tuple(values.values()), local.held
        )
        return Outcome("taken", after, tuple(sent), (transition,))

    def _resumed(self, outcome: Outcome) -> list[Outcome]:
        """Try what was deferred, oldest first, until none of it moves: each way this may go."""
        done: list[Outcome] = []
        nothing: tuple[tuple[Message, str], ...] = ()
        waiting = [(outcome, outcome.after.held, nothing)]
        while waiting:
            now, items, kept = waiting.pop()
            if not items:
                done.append(replace(now, after=replace(now.after, held=kept)))
                continue
            (message, sender), rest = items[0], items[1:]
            bare = replace(now.after, held=())
            for step in self._arrive(bare, message, sender):
                joined = Outcome(
                    "taken", step.after, now.sent + step.sent, now.fired + step.fired,
                    now.unexpected + step.unexpected,
                )  # fmt: skip
                if step.how == "deferred":
                    waiting.append((now, rest, (*kept, items[0])))
                elif step.how == "taken":
                    waiting.append((joined, kept + rest, ()))
                else:
                    waiting.append((joined, rest, kept))
        return done


def _is_listed(pairs: tuple[tuple[str, str | None], ...], message: str, sender: str | None) -> bool:
    return any(name == message and peer in (None, sender) for name, peer in pairs)
