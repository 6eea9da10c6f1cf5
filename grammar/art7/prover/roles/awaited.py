"""Answers: where nobody waits for them, where they are waited for though nothing was asked, where they are not given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from art7.grammar.diagnostics import Related
from art7.grammar.ir.module import (
    Protocol,
    RaiseAction,
    RoleMachine,
    SendAction,
    State,
    TimerAction,
    Transition,
)
from art7.prover.answers import Answer
from art7.prover.roles.composition import Move
from art7.prover.roles.paths import ladder_of
from art7.prover.roles.phrases import event_of, listed, refuted, short
from art7.prover.roles.runs import Runs, went_on

Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class Request:
    """`action` of `transition`, taken in `state`, asks its receiver for one of `answers`; `into` is where it leads."""

    machine: RoleMachine
    state: State
    transition: Transition
    action: SendAction
    answers: Names
    into: State


def awaited_answers(protocol: Protocol, runs: Runs) -> Iterator[Answer]:
    """Yield requests whose answer is thrown away, and waits without a request."""
    for machine in protocol.roles:
        asked = list(requests(protocol, machine))
        for request in asked:
            others = [
                other for other in asked
                if other.action.message == request.action.message and _takes(other.into, other) and other != request
            ]  # fmt: skip
            if others and _ignores(request):
                yield from _unheard(protocol, request, others[0], runs)
        yield from _unasked(protocol, machine, runs)
        yield from _unanswered(protocol, machine, runs)


def requests(protocol: Protocol, machine: RoleMachine) -> Iterator[Request]:
    """Yield what a role sends that its receiver always answers, with where the role is then."""
    states = {state.name: state for state in machine.states}
    for state in machine.states:
        for transition in state.transitions:
            for action in transition.actions:
                if isinstance(action, SendAction):
                    answers = answers_of(protocol, machine.name, action)
                    if answers:
                        into = states[transition.target or state.name]
                        yield Request(machine, state, transition, action, answers, into)


def answers_of(protocol: Protocol, sender: str, action: SendAction) -> Names:
    """Return what a receiver sends back whenever it takes a message; nothing where it does not always."""
    receiver = next(machine for machine in protocol.roles if machine.name == action.receiver)
    found: set[str] = set()
    for state in receiver.states:
        for transition in state.transitions:
            trigger = transition.trigger
            if trigger.kind != "receive" or action.message not in trigger.names:
                continue
            if trigger.peer not in (None, sender):
                continue
            back = {
                each.message for each in transition.actions
                if isinstance(each, SendAction) and each.receiver == sender
            }  # fmt: skip
            if not back and not any(isinstance(each, RaiseAction) for each in transition.actions):
                return frozenset()
            found |= back
    return frozenset(found - {action.message})


def _takes(state: State, request: Request) -> bool:
    """Whether a state takes one of the answers."""
    return any(
        transition.trigger.kind == "receive"
        and transition.trigger.peer in (None, request.action.receiver)
        and set(transition.trigger.names) & request.answers
        for transition in state.transitions
    )


def _ignores(request: Request) -> bool:
    """Whether the role goes on as if it had not asked: all answers are ignored, and it has not ended."""
    ignored = {name for name, peer in request.into.ignore if peer in (None, request.action.receiver)}
    return request.into.kind != "final" and request.answers <= ignored


def _unheard(protocol: Protocol, request: Request, other: Request, runs: Runs) -> Iterator[Answer]:
    machine, into, transition = request.machine, request.into, request.transition
    role = next(place for place, each in enumerate(protocol.roles) if each is machine)

    def is_thrown_away(move: Move) -> bool:
        outcome = move.outcome
        return (
            (move.role, move.kind, outcome.how) == (role, "receive", "ignored")
            and move.name in request.answers
            and outcome.after.state == into.name
        )

    run = runs.until(transition)
    path = None if run is None else went_on(*run, is_thrown_away)
    if run is None or path is None:
        return
    sent, told = short(request.action.message), listed(short(name) for name in sorted(request.answers))
    message = (
        f"`{event_of(transition)}` in state `{request.state.name}` of `{machine.name}` sends `{sent}` and leads to "
        f"`{into.name}`, which ignores the answer {told}"
    )
    says = f"{machine.name} has asked and ignores the answer in {into.name}"
    ladder = ladder_of(run[0], path, says, "ignored")
    related = (Related(f"here the answer to `{sent}` is waited for", other.transition.span),)
    advice = f"lead to a state that takes {told}, as `{other.into.name}` does, or do not send `{sent}`"
    subject = f"{protocol.name}.{machine.name}.{request.state.name}"
    yield refuted(
        "answers", subject, "A7-S213", message, transition.span, ladder, help=advice, related=related
    )


# ---- waiting for nothing --------------------------------------------------------------------------------


def _unasked(protocol: Protocol, machine: RoleMachine, runs: Runs) -> Iterator[Answer]:
    """Yield transitions that lead to wait for an answer to what only a timer sends, later."""
    states = {state.name: state for state in machine.states}
    for state in machine.states:
        for transition in state.transitions:
            into = states[transition.target or state.name]
            if (
                into.kind != "hot"
                or into is state
                or any(isinstance(a, SendAction) for a in transition.actions)
            ):
                continue
            for repeated in _repeated(into, transition):
                answers = answers_of(protocol, machine.name, repeated)
                run = runs.until(transition)
                if run is None or not any(_leaves(into, name) for name in answers):
                    continue
                sent = short(repeated.message)
                message = f"`{event_of(transition)}` leads `{machine.name}` to wait for the answer to `{sent}`, not sent"
                says = f"{machine.name} waits in {into.name} for the answer to {sent}, which was not sent"
                ladder = ladder_of(*run, says, "unsent")
                related = (Related(f"`{sent}` is sent first when the timer runs out", repeated.span),)
                advice = f"send `{sent}` here as well"
                subject = f"{protocol.name}.{machine.name}.{state.name}"
                yield refuted(
                    "answers", subject, "A7-S216", message, transition.span, ladder, help=advice, related=related
                )  # fmt: skip


def _repeated(into: State, transition: Transition) -> Iterator[SendAction]:
    """Yield what a timer that a transition starts sends again and again in the state behind it."""
    started = {a.name for a in transition.actions if isinstance(a, TimerAction) and a.verb == "start"}
    for again in into.transitions:
        timers = set(again.trigger.names) & started
        restarts = {a.name for a in again.actions if isinstance(a, TimerAction) and a.verb == "start"}
        if again.trigger.kind == "timeout" and again.target is None and timers & restarts:
            yield from (action for action in again.actions if isinstance(action, SendAction))


def _leaves(into: State, message: str) -> bool:
    return any(
        transition.trigger.kind == "receive"
        and message in transition.trigger.names
        and transition.target not in (None, into.name)
        for transition in into.transitions
    )


# ---- answering nothing ----------------------------------------------------------------------------------

FEW = 3
"""Transitions that act on a message, from which on the one without an answer stands out."""


def _unanswered(protocol: Protocol, machine: RoleMachine, runs: Runs) -> Iterator[Answer]:
    """Yield transitions that act on a message and do not give the answer that all others give.

    One that passes the message on is a relay: whoever gets it answers. One may answer later, too.
    """
    for (name, peer), acting in _acting(machine).items():
        told = {
            transition: {a.message for a in _sends(transition) if a.receiver == peer}
            for _, transition in acting
        }
        for state, odd in acting if len(acting) >= FEW else []:
            others = [transition for _, transition in acting if transition is not odd]
            missing = set.intersection(*(told[each] for each in others)) - told[odd]
            passed_on = any(a.message == name and a.receiver != peer for a in _sends(odd))
            is_silent = missing and not told[odd] and not passed_on
            run = runs.until(odd) if is_silent else None
            if run is None or _answers_later(machine, state, odd, missing):
                continue
            answer = listed(sorted(map(short, missing)))
            message = (
                f"`{event_of(odd)}` in state `{state.name}` of `{machine.name}` takes `{short(name)}` without the answer {answer} "
                "that it gets everywhere else"
            )
            says = f"{machine.name} has taken {short(name)} and answers nothing"
            related = tuple(Related("it is answered here", each.span) for each in others[:3])
            subject = f"{protocol.name}.{machine.name}.{state.name}"
            yield refuted(
                "answers", subject, "A7-S218", message, odd.span, ladder_of(*run, says, "untold"),
                help=f"send {answer} to `{peer}`", related=related,
            )  # fmt: skip


def _answers_later(machine: RoleMachine, state: State, odd: Transition, missing: set[str]) -> bool:
    """Whether something else than the same message brings the answer: in the state behind, or by a timer that is started."""
    into = next(each for each in machine.states if each.name == (odd.target or state.name))
    started = {a.name for a in odd.actions if isinstance(a, TimerAction) and a.verb == "start"}
    for later in into.transitions:
        trigger = later.trigger
        same = trigger.kind == "receive" and set(trigger.names) & set(odd.trigger.names)
        by_timer = trigger.kind == "timeout" and started & set(trigger.names)
        if (by_timer or (into is not state and not same)) and any(
            sent.message in missing and sent.receiver == odd.trigger.peer for sent in _sends(later)
        ):
            return True
    return False


def _acting(machine: RoleMachine) -> dict[tuple[str, str], list[tuple[State, Transition]]]:
    """Return the transitions that do something with a message, by message and sender."""
    found: dict[tuple[str, str], list[tuple[State, Transition]]] = {}
    for state in machine.states:
        for transition in state.transitions:
            trigger = transition.trigger
            if trigger.kind != "receive" or trigger.peer is None or not transition.actions:
                continue
            if not any(isinstance(action, RaiseAction) for action in transition.actions):
                for name in trigger.names:
                    found.setdefault((name, trigger.peer), []).append((state, transition))
    return found


def _sends(transition: Transition) -> list[SendAction]:
    return [action for action in transition.actions if isinstance(action, SendAction)]
