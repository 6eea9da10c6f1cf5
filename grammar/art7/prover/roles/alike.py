"""Transitions that are written alike in several states, and the one state where they are not.

What ends a role, or leaves it where it is, in all states but one is looked at: from three states on, and only where all the
others agree to the word. A start state that nothing leads back to is not counted, for there a role has not begun.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from art7.grammar.diagnostics import Related
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.module import Action, Protocol, RaiseAction, RoleMachine, SendAction, State, Transition
from art7.prover.answers import Answer
from art7.prover.roles.composition import Composition
from art7.prover.roles.paths import Path, ladder_of
from art7.prover.roles.phrases import event_of, listed, refuted, short
from art7.prover.roles.runs import Runs
from art7.prover.witnesses import Ladder, LadderStep

FEW = 3
"""States from which on one of them stands out."""


@dataclass(frozen=True, slots=True)
class Case:
    """A transition and where it stands."""

    state: State
    transition: Transition

    @property
    def stays(self) -> bool:
        """Whether it leaves the role in its state."""
        return self.transition.target in (None, self.state.name)


def alike_answers(protocol: Protocol, runs: Runs) -> Iterator[Answer]:
    """Yield where one state differs from all others that say the same."""
    for place, machine in enumerate(protocol.roles):
        for cases in _written_alike(machine):
            yield from _leads_elsewhere(protocol, machine, cases, runs)
        for cases in _endings(machine):
            yield from _tells_nobody(protocol, machine, cases, runs)
            yield from _cannot_end(protocol, place, cases, runs)
        yield from _leads_nowhere(protocol, machine, runs)


def _written_alike(machine: RoleMachine) -> list[list[Case]]:
    """Return transitions with the same event, guard and actions, where there are enough."""
    found: dict[tuple[object, ...], list[Case]] = {}
    for state in machine.states:
        for transition in state.transitions:
            if transition.actions:
                key = (_event(transition), _plain(transition.guard), tuple(map(_plain, transition.actions)))
                found.setdefault(key, []).append(Case(state, transition))
    return [cases for cases in found.values() if len(cases) >= FEW]


def _endings(machine: RoleMachine) -> list[list[Case]]:
    """Return the transitions of each local event that ends the role, wherever it is taken."""
    finals = {state.name for state in machine.states if state.kind == "final"}
    found: dict[object, list[Case]] = {}
    for state in machine.states:
        for transition in state.transitions:
            if transition.trigger.kind == "local":
                found.setdefault(_event(transition), []).append(Case(state, transition))
    return [
        cases for cases in found.values()
        if len(cases) >= FEW
        and len({case.transition.target for case in cases}) == 1
        and cases[0].transition.target in finals
        and len({case.state.name for case in cases}) == len(cases)
    ]  # fmt: skip


def _event(transition: Transition) -> tuple[object, ...]:
    trigger = transition.trigger
    return trigger.kind, trigger.names, trigger.peer, trigger.binding


def _plain(part: Action | Expr | None) -> str:
    """Return what an action or a guard says, wherever it stands."""
    told = repr(part)
    span = getattr(part, "span", None)
    return told if span is None else told.replace(repr(span), "")


def _leads_elsewhere(
    protocol: Protocol, machine: RoleMachine, cases: Sequence[Case], runs: Runs
) -> Iterator[Answer]:
    finals = {state.name for state in machine.states if state.kind == "final"}
    for odd in cases:
        others = [case for case in cases if case is not odd]
        targets = {case.transition.target for case in others}
        if all(case.stays for case in others) and not odd.stays:
            where = f"leads to `{odd.transition.target}`, and nowhere else out of its state"
        elif len(targets) == 1 and targets <= finals and odd.transition.target not in targets:
            goes = "stays" if odd.stays else f"leads to `{odd.transition.target}`"
            where = f"{goes}, and everywhere else ends in `{targets.pop()}`"
        else:
            continue
        message = f"`{event_of(odd.transition)}` in state `{odd.state.name}` of `{machine.name}` {where}, with the same actions"
        advice = "lead to the same state, or do something else here that shows the difference"
        yield from _odd(
            protocol, machine, odd, others, message, advice, "elsewhere", runs.until(odd.transition)
        )


def _tells_nobody(
    protocol: Protocol, machine: RoleMachine, cases: Sequence[Case], runs: Runs
) -> Iterator[Answer]:
    told = {id(case): {(a.message, a.receiver) for a in _sends(case.transition)} for case in cases}
    for odd in cases:
        others = [case for case in cases if case is not odd]
        missing = set.intersection(*(told[id(case)] for case in others)) - told[id(odd)]
        if not missing or not _has_begun(machine, odd.state):
            continue
        names = listed(sorted({short(name) for name, _ in missing}))
        receivers = listed(sorted({receiver for _, receiver in missing}))
        message = (
            f"`{event_of(odd.transition)}` ends `{machine.name}` in state `{odd.state.name}` without the {names} "
            f"that tells {receivers} of it everywhere else"
        )
        run = runs.until(odd.transition)
        yield from _odd(protocol, machine, odd, others, message, f"send {names} here too", "untold", run)


def _cannot_end(protocol: Protocol, place: int, cases: Sequence[Case], runs: Runs) -> Iterator[Answer]:
    machine = protocol.roles[place]
    able = {case.state.name for case in cases}
    unable = [
        state for state in machine.states
        if state.kind != "final" and state.name not in able and _has_begun(machine, state)
    ]  # fmt: skip
    if len(unable) != 1:
        return
    [state], event = unable, cases[0].transition.trigger.names[0]
    run = runs.into(place, state.name)
    if run is None:
        return
    message = f"`on local {event}` ends `{machine.name}` in every state but `{state.name}`"
    says = f"{machine.name} is in {state.name}, where {event} is not taken"
    ladder = ladder_of(*run, says, "refused")
    last = LadderStep("local", machine.name, event, None, state.name)
    ladder = Ladder(ladder.protocol, (*ladder.steps, last), ladder.states, says, ladder.values, ladder.shows)
    advice = f"add `on local {event}` to `{state.name}`"
    related = (Related("here it ends", cases[0].transition.span),)
    subject = f"{protocol.name}.{machine.name}.{state.name}"
    yield refuted("alike", subject, "A7-S215", message, state.span, ladder, help=advice, related=related)


def _leads_nowhere(protocol: Protocol, machine: RoleMachine, runs: Runs) -> Iterator[Answer]:
    """Yield transitions that refuse and name a state that they never lead to."""
    for state in machine.states:
        for transition in state.transitions:
            refuses = any(isinstance(action, RaiseAction) for action in transition.actions)
            if not refuses or transition.target in (None, state.name):
                continue
            run = runs.until(transition)
            if run is None:
                continue
            message = (
                f"`{event_of(transition)}` in state `{state.name}` of `{machine.name}` refuses, so it never leads to "
                f"`{transition.target}`"
            )
            says = f"{machine.name} refuses and stays in {state.name}"
            ladder = ladder_of(*run, says, "raised")
            subject = f"{protocol.name}.{machine.name}.{state.name}"
            yield refuted("targets", subject, "A7-S217", message, transition.span, ladder)


def _has_begun(machine: RoleMachine, state: State) -> bool:
    """Whether a role that is in a state has done something before."""
    return state.kind != "start" or any(
        transition.target == state.name
        for other in machine.states
        if other is not state
        for transition in other.transitions
    )


def _sends(transition: Transition) -> list[SendAction]:
    return [action for action in transition.actions if isinstance(action, SendAction)]


def _odd(
    protocol: Protocol, machine: RoleMachine, odd: Case, others: Sequence[Case], message: str, advice: str,
    shows: str, run: tuple[Composition, Path] | None,
) -> Iterator[Answer]:  # fmt: skip
    if run is None:
        return
    says = f"{machine.name} has taken {event_of(odd.transition)} in {odd.state.name} otherwise than elsewhere"
    ladder = ladder_of(*run, says, shows)
    related = tuple(Related(f"as in `{case.state.name}`", case.transition.span) for case in others[:3])
    subject = f"{protocol.name}.{machine.name}.{odd.state.name}"
    yield refuted(
        "alike", subject, "A7-S215", message, odd.transition.span, ladder, help=advice, related=related
    )
