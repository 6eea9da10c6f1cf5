"""Rule `unlisted_personal_field`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V602", clause="DMA Art. 7(8)", obligation="O-32", finding="F-07")
def unlisted_personal_field(offer: Offer) -> Iterator[Finding]:
    """A field is tagged personal in its module and missing from the data inventory.

    Why: for personal data a purpose, a recipient, a retention and a legal basis are owed.
    Bad:
        [[data]]
        field = "minimal.Envelope.recipient"
        absent = true
    Good:
        [[data]]
        field = "minimal.Envelope.recipient"
        purpose = "routing"
    """
    listed = {row.field for row in offer.manifest.data}
    for name, slot in offer.exchanged_slots():
        if slot.data is not None and slot.data.personal and name not in listed:
            yield Finding(
                f"personal field `{name}` is not in the data inventory",
                slot.span,
                help="add a `[[data]]` row with purpose, function, recipient, retention and legal basis",
            )
