"""Rule `linkable_identifier`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V605", clause="DMA Art. 7(8)", obligation="O-32", finding="F-15", defeats=False)
def linkable_identifier(offer: Offer) -> Iterator[Finding]:
    """A stable identifier lets a recipient link a user across contexts.

    Why: an identifier that is the same everywhere turns messages into a profile; one for each pair of users does not.
    Bad:
        [[data]]
        field = "minimal.Envelope.recipient"
        scope = "global"
    Good:
        [[data]]
        field = "minimal.Envelope.recipient"
        scope = "service"
    """
    for n, row in enumerate(offer.manifest.data):
        if row.scope == "global" and row.measure is None:
            yield Finding(
                f"`{row.field or row.observed}` is the same in all contexts and reaches {row.recipient or 'others'}",
                offer.at("data", n, "scope"),
                help="use an identifier for each service or pair, or justify it by a measure",
            )
