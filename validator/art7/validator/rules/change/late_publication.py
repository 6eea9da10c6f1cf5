"""Rule `late_publication`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.periods import owed_day
from art7.validator.rule import Finding, rule


@rule("A7-V705", clause="DMA Art. 3(10), 7(4)", obligation="O-24", defeats=False)
def late_publication(offer: Offer) -> Iterator[Finding]:
    """The first edition was published after the date on which the offer was owed.

    Why: six months after listing the reference offer has to be public.
    Bad:
        [gatekeeper]
        decision = { reference = "DMA.100999", date = 2024-01-08 }
        [[function]]
        point = "7(2)(a)(i)"
        since = "(absent)"
        [[function]]
        point = "7(2)(a)(ii)"
        since = "(absent)"
    Good:
        [gatekeeper]
        decision = { reference = "DMA.100999", date = 2026-02-02 }
    """
    head = offer.manifest.offer
    owed = owed_day(offer, "listing-6m")
    editions = [day for day in (head.published, head.supersedes and head.supersedes.published) if day]
    editions += [change.published for change in offer.manifest.change_log]
    if owed is None or not editions:
        return
    due = max([owed, *offer.extensions(None)])
    if (first := min(editions)) > due:
        yield Finding(
            f"first published on {first}, owed from {due}",
            offer.at("offer", "published"),
            help="cite an extension, or list the earlier edition in the change log",
        )
