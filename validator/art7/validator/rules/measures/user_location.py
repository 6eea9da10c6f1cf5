"""Rule `user_location`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.phrases import LOCATIONS
from art7.validator.rule import Finding, rule


@rule("A7-V402", clause="DMA Art. 7(1), 7(8)", obligation=("O-03", "O-34"), finding="F-06")
def user_location(offer: Offer) -> Iterator[Finding]:
    """Users are accepted only if they are, or remain, at a place.

    Why: access depends on the provider offering in the Union, not on where its users stand; a check would track them.
    Bad:
        [[eligibility.restriction]]
        id = "R-3"
        text = "end users must be located and remain in the territory"
        concerns = "end_user"
        criterion = "location"
        measure = "M-1"
        [[measure]]
        id = "M-1"
        restricts = ["R-1", "R-3"]
    Good:
        [[eligibility.restriction]]
        id = "R-1"
        text = "one contract for each operator"
    """
    for n, restriction in enumerate(offer.manifest.eligibility.restriction):
        said = LOCATIONS.search(restriction.text)
        if restriction.concerns == "end_user" and (restriction.criterion == "location" or said):
            yield Finding(
                f"restriction `{restriction.id}` depends on where end users are",
                offer.at("eligibility", "restriction", n),
                help="drop it: eligibility is a matter of the provider",
            )
    requester = offer.manifest.eligibility.requester
    if requester and (said := LOCATIONS.search(requester)) and "user" in requester.lower():
        yield Finding(
            f"eligibility depends on where users are: `{said[0].lower()}`",
            offer.at("eligibility", "requester"),
            help="ask only whether the service is, or is to be, offered in the Union",
        )
