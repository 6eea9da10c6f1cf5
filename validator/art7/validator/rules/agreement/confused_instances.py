"""Rule `confused_instances`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V258",
    clause="DMA Art. 7(4)",
    obligation=("O-21", "O-23"),
    finding="D-08",
    defeats=False,
    cause="ambiguity",
)
def confused_instances(offer: Offer) -> Iterator[Finding]:
    """Versions of OTR are open, or instances of one account cannot be told apart.

    Why: a library that speaks only the second version never answers; two devices of one account answer both.
    Bad:
        [[component]]
        standard = "OTR"
        agreed = { versions = ["2", "3"], instance_tags = false }
    Good:
        [[component]]
        standard = "OTR"
        agreed = { versions = ["3"], instance_tags = true }
    """
    for n, component in offer.components_about("D-08"):
        agreed = component.agreed
        if not agreed.versions or agreed.minimum not in agreed.versions:
            yield Finding(
                f"which versions of `{component.standard}` are spoken, and from which on, is open",
                offer.at("component", n),
                help="state `agreed.versions`, and as `agreed.minimum` one of them",
            )
        if agreed.versions and set(agreed.versions) != {"2"} and not agreed.instance_tags:
            yield Finding(
                "versions from 3 on tell instances apart by tags, which the offer does not use",
                offer.at("component", n, "agreed"),
                help="state `instance_tags = true`, or speak version 2 alone",
            )
