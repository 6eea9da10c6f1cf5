"""Rule `hidden_fee`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.phrases import FEES, MOST_CHARACTERS, denied
from art7.validator.rule import Finding, rule


@rule(
    "A7-V309",
    clause="DMA Art. 7(1)",
    obligation="O-04",
)
def hidden_fee(offer: Offer) -> Iterator[Finding]:
    """A document asks for money, while the price statement says that access is free.

    Why: a fee in the annex is a fee.
    Bad:
        --- docs/terms.md
        Each audit costs 4000 EUR.
    Good:
        --- docs/terms.md
        No fee is charged for an audit.
    """
    for line in offer.prose:
        for found in FEES.finditer(line.text[:MOST_CHARACTERS]):
            if not denied(line.text, found.start()):
                yield Finding(
                    f"a price in the text: `{found[0].lower()}`",
                    line.span(found.start(), found.end()),
                    help="interoperability is free of charge: remove it",
                )
