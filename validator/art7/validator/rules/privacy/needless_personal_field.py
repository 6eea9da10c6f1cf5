"""Rule `needless_personal_field`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V603", clause="DMA Art. 7(8)", obligation="O-32", finding=("F-06", "F-07"))
def needless_personal_field(offer: Offer) -> Iterator[Finding]:
    """Personal data is collected that no function reads and no measure justifies.

    Why: only what is strictly necessary for effective interoperability may be collected and exchanged.
    Bad:
        [[data]]
        field = "minimal.Envelope.recipient"
        function = []
    Good:
        [[data]]
        field = "minimal.Envelope.recipient"
        function = ["7(2)(a)(i)"]
    """
    for n, row in enumerate(offer.manifest.data):
        if not row.personal or row.measure is not None:
            continue
        name = row.field or f"observed {row.observed}"
        if not row.function:
            yield Finding(
                f"personal data `{name}` serves no function and no measure",
                offer.at("data", n),
                help="do not collect it, or name the function or the measure that needs it",
            )
        elif row.field and offer.declarations.find(row.field):
            for point in row.function:
                if not offer.reads(point, row.field):
                    yield Finding(
                        f"no message of function {point} holds `{row.field}`",
                        offer.at("data", n, "function"),
                        help="name the function that reads it, or do not collect it",
                    )
