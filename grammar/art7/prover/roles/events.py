"""Events that a run brings where no state takes them: messages, messages after the end, timers."""

from __future__ import annotations

from art7.grammar.diagnostics import Related
from art7.grammar.ir.module import RoleMachine, State, TimerAction
from art7.prover.answers import Answer
from art7.prover.roles.composition import Composition, Move
from art7.prover.roles.machine import Unexpected
from art7.prover.roles.paths import Path, ladder_of
from art7.prover.roles.phrases import refuted, senders_of, short


def unexpected_answer(
    composition: Composition, machine: RoleMachine, fault: Unexpected, path: Path, last: Move
) -> Answer:
    """Return what is wrong when `fault` happens with `last` at the end of `path`."""
    state = next(each for each in machine.states if each.name == fault.state)
    subject = f"{composition.protocol.name}.{machine.name}.{state.name}"
    if fault.kind == "timeout":
        says = f"timer {fault.name} of {machine.name} runs out in {state.name}, which does not take it"
        return refuted(
            "timers", subject, "A7-S210",
            f"timer `{fault.name}` may run out in state `{state.name}` of `{machine.name}`, which does not take it",
            state.span, ladder_of(composition, path, says, "refused", last), related=_starts(machine, fault.name),
        )  # fmt: skip
    name, sender = short(fault.name), fault.sender or ""
    related = senders_of(_machine(composition, sender).states, fault.name)
    if state.kind == "final":
        says = f"{name} from {sender} reaches {machine.name} after its end, in {state.name}"
        message = f"`{name}` from `{sender}` may arrive when `{machine.name}` has ended in `{state.name}`: it is lost"
        advice = (
            f"write `ignore {name} from {sender}` in `{state.name}`, or let `{sender}` learn of the end first"
        )
        ladder = ladder_of(composition, path, says, "refused", last)
        return refuted(
            "orphans", subject, "A7-S203", message, state.span, ladder, help=advice, related=related
        )
    says = f"{name} from {sender} reaches {machine.name} in {state.name}, which does not take it"
    message = f"`{name}` from `{sender}` may arrive in state `{state.name}` of `{machine.name}`, which does not take it"
    advice = f"add `on {name} from {sender}` to `{state.name}`, or `ignore` or `defer` it there"
    ladder = ladder_of(composition, path, says, "refused", last)
    return refuted(
        "receptions", subject, "A7-S202", message, state.span, ladder, help=advice, related=related
    )


def _machine(composition: Composition, name: str) -> RoleMachine:
    return next(role.machine for role in composition.roles if role.machine.name == name)


def _starts(machine: RoleMachine, timer: str) -> tuple[Related, ...]:
    spans = [
        transition.span for state in machine.states for transition in state.transitions
        if any(isinstance(a, TimerAction) and (a.verb, a.name) == ("start", timer) for a in transition.actions)
    ]  # fmt: skip
    return tuple(Related(f"`{timer}` is started here", span) for span in spans[:3])


def left_deferred(
    composition: Composition, machine: RoleMachine, state: State, name: str, path: Path
) -> Answer:
    """Return what is wrong when a role ends and keeps message `name` for later."""
    says = f"{machine.name} has ended in {state.name} and still keeps {short(name)} for later"
    message = (
        f"`{machine.name}` may end in `{state.name}` and keep `{short(name)}`, deferred before, for ever"
    )
    advice = f"let the state before take it, or `ignore {short(name)}` in `{state.name}`"
    subject = f"{composition.protocol.name}.{machine.name}.{state.name}"
    ladder = ladder_of(composition, path, says, "kept")
    return refuted("orphans", subject, "A7-S203", message, state.span, ladder, help=advice)
