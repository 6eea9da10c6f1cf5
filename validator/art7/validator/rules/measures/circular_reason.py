"""Rule `circular_reason`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V410",
    clause="DMA Art. 7(9)",
    obligation="O-35",
    defeats=False,
)
def circular_reason(offer: Offer) -> Iterator[Finding]:
    """Necessity, proportionality and the rejection of milder options rest on one and the same passage.

    Why: each asks another question: does it help, does it cost too much, would less do.
    Bad:
        [[measure]]
        id = "M-1"
        proportionality = "docs/measures.md#m-1"
    Good:
        [[measure]]
        id = "M-1"
        proportionality = "docs/measures.md#m-1-proportionality"
    """
    for n, measure in enumerate(offer.manifest.measure):
        given: dict[str, str] = {}
        reasons = [("necessity", measure.necessity), ("proportionality", measure.proportionality)]
        reasons += [(f"`{each.option}`", each.rejected_because) for each in measure.less_restrictive]
        for what, anchor in reasons:
            other = given.setdefault(anchor, what) if anchor is not None else what
            if other != what:
                yield Finding(
                    f"`{anchor}` is the reason for {other} and for {what}",
                    offer.at("measure", n),
                    help="give each its own reason",
                )
