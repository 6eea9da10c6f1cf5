"""What no run uses: states, transitions, timers."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.ir.module import RoleMachine, TimerAction, Transition
from art7.prover.answers import Answer
from art7.prover.roles.phrases import event_of, refuted
from art7.prover.witnesses import Ladder


def unused(
    protocol: str, machine: RoleMachine, reached: set[str], fired: set[Transition]
) -> Iterator[Answer]:
    """Yield the states that are not `reached`, then the transitions of the others that were not `fired`."""
    idle = dict(idle_timers(machine))
    for state in machine.states:
        subject = f"{protocol}.{machine.name}.{state.name}"
        if state.name not in reached:
            message = f"no run brings `{machine.name}` to state `{state.name}`"
            ladder = _never(protocol, f"{machine.name} never is in {state.name}")
            yield refuted("states", subject, "A7-S204", message, state.span, ladder)
            continue
        for transition in state.transitions:
            waits = transition.trigger.names[0] if transition.trigger.kind == "timeout" else None
            if transition in fired or (waits in idle and waits is not None):
                continue
            event = event_of(transition)
            message = f"no run takes `{event}` in state `{state.name}` of `{machine.name}`"
            says = f"{machine.name} never takes {event} in {state.name}"
            ladder = _never(protocol, says)
            yield refuted("transitions", subject, "A7-S205", message, transition.span, ladder)


def idle_timers(machine: RoleMachine) -> Iterator[tuple[str, Transition | None]]:
    """Yield the timers that are started nowhere, each with a transition that waits for it."""
    transitions = [transition for state in machine.states for transition in state.transitions]
    started = {
        action.name for transition in transitions for action in transition.actions
        if isinstance(action, TimerAction) and action.verb == "start"
    }  # fmt: skip
    for name, _ in machine.timers:
        if name not in started:
            waits = [t for t in transitions if t.trigger.kind == "timeout" and name in t.trigger.names]
            yield name, waits[0] if waits else None


def timer_answers(protocol: str, machine: RoleMachine) -> Iterator[Answer]:
    """Yield the timers that are started nowhere."""
    for name, waiting in idle_timers(machine):
        message = f"timer `{name}` of `{machine.name}` is started nowhere"
        ladder = _never(protocol, f"{machine.name} never starts {name}")
        span = machine.span if waiting is None else waiting.span
        yield refuted("timers", f"{protocol}.{machine.name}.{name}", "A7-S211", message, span, ladder)


def _never(protocol: str, says: str) -> Ladder:
    return Ladder(protocol, (), (), says, shows="never")
