"""Rule `undefined_requester`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V111", clause="DMA Art. 7(1), 7(5)", obligation=("O-03", "O-26"), finding="F-10", defeats=False)
def undefined_requester(offer: Offer) -> Iterator[Finding]:
    """Who counts as requester is open where a service has many operators.

    Why: a federated or hosted service must know whether one contract serves all its operators, or each needs its own.
    Bad:
        [eligibility]
        hosted = "(absent)"
    Good:
        [eligibility]
        hosted = "docs/terms.md#hosted"
    """
    eligibility = offer.manifest.eligibility
    if eligibility.party is None:
        yield Finding(
            "the unit that makes a request is not defined", offer.at("eligibility"), help="state `party`"
        )
    if eligibility.hosted is None:
        yield Finding(
            "nothing says what holds for a service with several operators",
            offer.at("eligibility"),
            help="state `hosted`, a passage on federated and hosted services",
        )
