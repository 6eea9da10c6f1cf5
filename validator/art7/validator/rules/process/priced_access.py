"""Rule `priced_access`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V308", clause="DMA Art. 7(1)", obligation="O-04")
def priced_access(offer: Offer) -> Iterator[Finding]:
    """Something that access needs has a price, or no statement of one.

    Why: interoperability is free of charge, with tests, audits, support and certification.
    Bad:
        [terms]
        price = { certification = 2500 }
    Good:
        [terms]
        price = { certification = 0 }
    """
    price = offer.manifest.terms.price
    for item, amount in price.items():
        if amount != 0:
            yield Finding(
                f"`{item}` costs {amount}, expected 0",
                offer.at("terms", "price", item),
                help="let the gatekeeper bear it",
            )
    expected = ("access", "tests", "audits", "support", "certification")
    if price and (missing := [item for item in expected if item not in price]):
        yield Finding(
            f"no price is stated for {', '.join(missing)}",
            offer.at("terms", "price"),
            help="state 0 for each",
        )
