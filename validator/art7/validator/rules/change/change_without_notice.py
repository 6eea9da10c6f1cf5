"""Rule `change_without_notice`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.changes.notice import shortfall
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V702", clause="DMA Art. 7(4)", obligation="O-25", finding="F-14")
def change_without_notice(offer: Offer) -> Iterator[Finding]:
    """A breaking change took effect sooner than the notice period allows.

    Why: the notice promised in the terms is what others plan by.
    Bad:
        [[change_log]]
        version = "1.0.0"
        published = 2026-08-03
        effective = 2026-08-10
        breaking = true
    Good:
        [[change_log]]
        version = "1.0.0"
        published = 2026-08-03
        effective = 2026-08-03
        breaking = false
    """
    notice = offer.manifest.terms.change_notice
    for n, change in enumerate(offer.manifest.change_log):
        said = shortfall(change, notice)
        if said is not None:
            advice = (
                "mend the dates"
                if change.effective < change.published
                else "move `effective`, or do not break"
            )
            yield Finding(said, offer.at("change_log", n), help=advice)
