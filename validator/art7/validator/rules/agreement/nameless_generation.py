"""Rule `nameless_generation`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V257",
    clause="DMA Art. 7(4)",
    obligation=("O-21", "O-23"),
    finding="D-07",
    defeats=False,
    cause="ambiguity",
)
def nameless_generation(offer: Offer) -> Iterator[Finding]:
    """Several generations of a protocol bear one name, and the offer does not say which it means.

    Why: four generations are all called Signal: with other keys, other encapsulation, other messages.
    Bad:
        [[component]]
        standard = "Signal Double Ratchet"
        agreed = { minimum = "4" }
    Good:
        [[component]]
        standard = "Signal Double Ratchet"
        agreed = { minimum = "3" }
    """
    for n, component in offer.components_about("D-07"):
        agreed = component.agreed
        missing = [
            word
            for word, value in (
                ("versions", agreed.versions),
                ("minimum", agreed.minimum),
                ("kem", agreed.kem),
            )
            if not value
        ]
        if missing:
            yield Finding(
                f"`{component.standard}` has several generations, and nothing states {', '.join(missing)}",
                offer.at("component", n),
                help="state versions, minimum and key encapsulation in `agreed`",
            )
        elif agreed.minimum not in agreed.versions:
            yield Finding(
                f"the lowest version of `{component.standard}` is {agreed.minimum}, which is none of those spoken",
                offer.at("component", n, "agreed", "minimum"),
                help="accept nothing below what is spoken",
            )
