"""What the prover answers about the modules of an offer, and which duties an answer bears on.

Proving takes seconds where rules take milliseconds, so it is asked for; its answers are kept by content.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from art7.grammar.diagnostics import Related, Span
from art7.prover.answers import Answer, Standing
from art7.prover.prove import prove
from art7.prover.roles.ladder_text import rungs_of
from art7.prover.witnesses import Ladder
from art7.validator.offer import Offer
from art7.validator.rule import Finding

MOST_STEPS = 12
"""Steps of a run that are told; a longer one is told from its end."""


def with_answers(offer: Offer) -> Offer:
    """Return the offer with the answers of the prover about its own modules, for the rules that read them."""
    return replace(offer, answers=tuple(prove(offer.specification, sorted(offer.own_modules)).answers))


def refuted(
    offer: Offer, family: str, questions: Collection[str] = (), duties: tuple[str, ...] = ("O-02",)
) -> Iterator[Finding]:
    """Yield a finding for each refuted answer of a family, with its counterexample, on `duties` and those of its functions."""
    for answer in offer.answers:
        asked = answer.family == family and (not questions or answer.question in questions)
        if asked and answer.standing is Standing.REFUTED and answer.finding is not None:
            shown = answer.finding
            yield Finding(
                shown.message,
                shown.span,
                help=shown.help,
                related=(*shown.related, *_counterexample(answer, shown.span)),
                obligations=(*duties, *_duties(offer, answer.subject)),
            )


def _duties(offer: Offer, subject: str) -> Iterator[str]:
    """Yield the duties of the functions whose protocol, or one of whose messages, the answer is about."""
    for _, function in offer.interoperable():
        provided = (function.provides.protocol, *function.provides.messages)
        if any(name and (subject == name or subject.startswith(f"{name}.")) for name in provided):
            yield from offer.obligations_of(function.point)


def _counterexample(answer: Answer, span: Span) -> Iterator[Related]:
    if isinstance(answer.witness, Ladder) and answer.witness.steps:
        rungs = rungs_of(answer.witness)
        told = [
            f"{rung.role} -> {rung.receiver}: {rung.text}" if rung.receiver else f"{rung.role}: {rung.text}"
            for rung in rungs
        ]
        first = "… " if len(told) > MOST_STEPS else ""
        yield Related(f"a run that shows it: {first}{'; '.join(told[-MOST_STEPS:])}", span)
