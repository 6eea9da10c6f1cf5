"""Rule `short_notice`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.manifest.base import days
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule

LEAST_NOTICE_DAYS = 30


@rule("A7-V701", clause="DMA Art. 7(4)", obligation="O-25", finding="F-14")
def short_notice(offer: Offer) -> Iterator[Finding]:
    """Changes come with less notice than others need, or outlive the support of the old version.

    Why: who has built on an interface needs time to follow; an old version has to work until the new one is due.
    Bad:
        [terms]
        change_notice = "2d"
    Good:
        [terms]
        change_notice = "180d"
    """
    terms = offer.manifest.terms
    if terms.change_notice is None:
        return
    notice = days(terms.change_notice)
    if notice < LEAST_NOTICE_DAYS:
        yield Finding(
            f"changes are announced {notice:g} days ahead, expected at least {LEAST_NOTICE_DAYS}",
            offer.at("terms", "change_notice"),
            help="give notice that an ordinary release cycle can meet",
        )
    if terms.support_window is not None and days(terms.support_window) < notice:
        yield Finding(
            f"old versions are supported for {terms.support_window}, shorter than the notice of {terms.change_notice}",
            offer.at("terms", "support_window"),
            help="support the old version at least until the new one is due",
        )
