"""Rule `overdue_review`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule

LATEST_DAYS = 731


@rule("A7-V408", clause="DMA Art. 7(9)", obligation="O-35", defeats=False)
def overdue_review(offer: Offer) -> Iterator[Finding]:
    """A measure was to be reviewed before the offer was published, or is not reviewed for years.

    Why: necessity is a matter of the present; a review that is overdue says that nobody has looked again.
    Bad:
        [[measure]]
        id = "M-1"
        review = 2020-01-01
    Good:
        [[measure]]
        id = "M-1"
        review = 2027-03-01
    """
    published = offer.manifest.offer.published
    for n, measure in enumerate(offer.manifest.measure):
        if measure.review and published and measure.review <= published:
            yield Finding(
                f"measure `{measure.id}` was to be reviewed on {measure.review}, before publication on {published}",
                offer.at("measure", n, "review"),
                help="review it and state the next date",
            )
        elif measure.review and published and (measure.review - published).days > LATEST_DAYS:
            yield Finding(
                f"measure `{measure.id}` is not reviewed before {measure.review}",
                offer.at("measure", n, "review"),
                help="review it within two years",
            )
