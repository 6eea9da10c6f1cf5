"""Rule `unregistered_restriction`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V401", clause="DMA Art. 7(9)", obligation=("O-03", "O-35"), finding=("F-07", "F-08"))
def unregistered_restriction(offer: Offer) -> Iterator[Finding]:
    """A restriction has no entry in the register of measures.

    Why: only measures that are strictly necessary, proportionate and justified may restrict access.
    Bad:
        [[eligibility.restriction]]
        id = "R-2"
        text = "providers with more than one million users"
        concerns = "requester"
        criterion = "size"
    Good:
        [[eligibility.restriction]]
        id = "R-1"
        measure = "M-1"
    """
    for n, restriction in enumerate(offer.manifest.eligibility.restriction):
        measure = offer.measures.get(restriction.measure or "")
        where = offer.at("eligibility", "restriction", n)
        if (
            restriction.measure is None
            and restriction.concerns == "end_user"
            and restriction.criterion == "location"
        ):
            continue  # no measure could justify it
        if restriction.measure is None:
            yield Finding(
                f"restriction `{restriction.id}` ({restriction.text}) has no measure",
                where,
                help="justify it by a `[[measure]]`, or drop it",
            )
        elif measure is not None and restriction.id not in measure.restricts:
            yield Finding(
                f"measure `{measure.id}` does not name restriction `{restriction.id}`",
                where,
                help=f"add `{restriction.id}` to `restricts` of the measure",
            )
