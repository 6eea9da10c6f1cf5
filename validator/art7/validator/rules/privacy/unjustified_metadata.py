"""Rule `unjustified_metadata`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V606", clause="DMA Art. 7(8), 7(9)", obligation="O-34", finding="F-07")
def unjustified_metadata(offer: Offer) -> Iterator[Finding]:
    """Network metadata is missing from the inventory, or is kept without a measure.

    Why: an address tells place and habits; it is personal data also when it is "only" observed.
    Bad:
        [[data]]
        observed = "ip_address"
        measure = "(absent)"
    Good:
        [[data]]
        observed = "ip_address"
        measure = "M-1"
    """
    rows = [(n, row) for n, row in enumerate(offer.manifest.data) if row.observed]
    for n, row in rows:
        if row.observed in ("ip_address", "location", "contacts") and row.measure is None:
            yield Finding(
                f"`{row.observed}` of users is kept by {row.recipient or 'somebody'} without a measure",
                offer.at("data", n),
                help="do not keep it, or justify it by a measure with a milder option",
            )
    observed = {row.observed for _, row in rows}
    if offer.manifest.data and (
        missing := [kind for kind in ("ip_address", "timing") if kind not in observed]
    ):
        yield Finding(
            f"the inventory says nothing about {' and '.join(missing)}, which any connection shows",
            offer.at("data"),
            help="add a `[[data]]` row with `observed`",
        )
