"""Rule `late_support`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.manifest.base import milliseconds
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V313",
    clause="DMA Art. 7(5)",
    obligation=("O-41", "O-27"),
    defeats=False,
)
def late_support(offer: Offer) -> Iterator[Finding]:
    """Support answers later than the shortest step that needs it lasts.

    Why: a question that is answered after the deadline of the step costs the requester its request.
    Bad:
        [support]
        response = "40d"
    Good:
        [support]
        response = "2d"
    """
    response = offer.manifest.support.response
    if response is None:
        return
    for step in offer.manifest.process.step:
        if (
            step.by != "gatekeeper"
            and step.max is not None
            and 0 < milliseconds(step.max) <= milliseconds(response)
        ):
            yield Finding(
                f"support answers within {response}, and step `{step.id}` lasts at most {step.max}",
                offer.at("support", "response"),
                help="answer well before the step ends",
            )
