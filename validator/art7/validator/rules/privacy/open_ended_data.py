"""Rule `open_ended_data`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V607", clause="DMA Art. 7(8)", obligation=("O-32", "O-33"), defeats=False)
def open_ended_data(offer: Offer) -> Iterator[Finding]:
    """Personal data in the inventory lacks its purpose, recipient, retention or legal basis.

    Why: without them neither necessity nor lawfulness can be judged.
    Bad:
        [[data]]
        field = "minimal.Envelope.recipient"
        legal_basis = "(absent)"
    Good:
        [[data]]
        field = "minimal.Envelope.recipient"
        legal_basis = "docs/privacy.md#basis"
    """
    for n, row in enumerate(offer.manifest.data):
        if (row.field is None) == (row.observed is None):
            yield Finding(
                "a row of the inventory names neither or both of `field` and `observed`",
                offer.at("data", n),
                help="name one of them",
            )
        wanted = ("purpose", "recipient", "retention", "legal_basis")
        if row.personal and (missing := [name for name in wanted if getattr(row, name) is None]):
            yield Finding(
                f"personal data `{row.field or row.observed}` lacks {', '.join(missing)}",
                offer.at("data", n),
                help="state each of them",
            )
