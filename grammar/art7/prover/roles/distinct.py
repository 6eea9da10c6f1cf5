"""What is wrong with guards, with a run that leads to where it shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from art7.grammar.diagnostics import Related
from art7.grammar.ir.module import Protocol
from art7.prover.answers import Answer
from art7.prover.roles.composition import MASK, Composition
from art7.prover.roles.explore import Exploration
from art7.prover.roles.guards import Choice, Sample, told
from art7.prover.roles.paths import ladder_of, path_to
from art7.prover.roles.phrases import given_up, refuted, short
from art7.prover.witnesses import Ladder


def guard_answers(protocol: Protocol, found: Sequence[Choice], runs: Exploration) -> Iterator[Answer]:
    """Yield the choices of one role that leave something out, overlap, or could not be decided."""
    for choice in found:
        transition = choice.transitions[0]
        own = _owner(protocol, choice)
        subject = f"{protocol.name}.{own}.{choice.state.name}"
        event = f"{'' if choice.kind == 'receive' else choice.kind + ' '}{short(choice.name)}"
        where = f"`{event}` in state `{choice.state.name}` of `{own}`"
        if not choice.decided:
            message = (
                f"art7 cannot tell whether the guards of {where} cover everything and exclude each other"
            )
            advice = "compare members and variables with `==`, `<` and literals, or with each other"
            yield given_up("guards", subject, message, transition.span, advice)
        if choice.gap is not None and choice.asks:
            message = f"no guard of {where} holds when {told(choice.gap)}"
            ladder = _ladder(runs, own, choice, choice.gap, "gap", "no guard holds")
            related = tuple(Related("this guard does not", each.span) for each in choice.transitions[1:3])
            yield refuted("guards", subject, "A7-S208", message, transition.span, ladder, related=related)
        if choice.clash is not None:
            first, second, sample = choice.clash
            message = f"two guards of {where} hold when {told(sample)}"
            ladder = _ladder(runs, own, choice, sample, "clash", "two guards hold")
            related = (Related("the other one, which is taken", first.span),)
            yield refuted("guards", subject, "A7-S209", message, second.span, ladder, related=related)


def _owner(protocol: Protocol, choice: Choice) -> str:
    return next(m.name for m in protocol.roles if any(state is choice.state for state in m.states))


def _ladder(runs: Exploration, own: str, choice: Choice, sample: Sample, shows: str, what: str) -> Ladder:
    """Return the nearest run that brings the role to the state; without steps where none was found."""
    composition: Composition = runs.composition
    says = f"{own} is in {choice.state.name}; of {short(choice.name)} {what} when {told(sample)}"
    role = next(i for i, each in enumerate(composition.roles) if each.machine.name == own)
    wanted = {i for i, local in enumerate(composition.locals[role]) if local.state == choice.state.name}
    shift = composition.role_shift(role)
    place = next((i for i, each in enumerate(runs.order) if each >> shift & MASK in wanted), None)
    path = [] if place is None else path_to(runs, place)
    return ladder_of(composition, path, says, shows, values=sample)
