"""Rule `unstable_description`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule

NEEDS = {"group": "mid", "candidate": "ice-ufrag", "fmtp": "rtpmap", "crypto": "rtcp-mux"}


@rule(
    "A7-V260",
    clause="DMA Art. 7(4)",
    obligation="O-21",
    finding="D-10",
    defeats=False,
    cause="ambiguity",
)
def unstable_description(offer: Offer) -> Iterator[Finding]:
    """Session descriptions may change case or lose attributes on their way.

    Why: one parser compares transport tokens by case, another drops what it does not know: the call has no media.
    Bad:
        [[component]]
        standard = "SDP"
        agreed = { preserve = ["group"] }
    Good:
        [[component]]
        standard = "SDP"
        agreed = { preserve = ["group", "mid"] }
    """
    for n, component in offer.components_about("D-10"):
        agreed = component.agreed
        if agreed.transport_tokens is None or not agreed.preserve:
            yield Finding(
                f"in `{component.standard}` the case of transport tokens or the attributes to keep are open",
                offer.at("component", n),
                help="state `agreed.transport_tokens` and `agreed.preserve`",
            )
        for attribute, needs in NEEDS.items():
            if attribute in agreed.preserve and needs not in agreed.preserve:
                yield Finding(
                    f"`{attribute}` is kept, and `{needs}`, to which it refers, may be lost",
                    offer.at("component", n, "agreed", "preserve"),
                    help=f"keep `{needs}` as well",
                )
