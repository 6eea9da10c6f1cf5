"""Rule `gated_part`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V105", clause="DMA Art. 7(4)", obligation="O-20", finding="F-01")
def gated_part(offer: Offer) -> Iterator[Finding]:
    """A part of the offer is shown only under an agreement.

    Why: the reference offer is published; what is shown to signatories alone is not part of it.
    Bad:
        [offer]
        gated = [{ what = "stanza schemas", reason = "docs/terms.md#suspension", requirements = 40 }]
    Good:
        [offer]
        gated = []
    """
    for n, part in enumerate(offer.manifest.offer.gated):
        yield Finding(
            f"part only under agreement, with {part.requirements} requirements: {part.what}",
            offer.at("offer", "gated", n),
            help="publish it in the bundle",
        )
