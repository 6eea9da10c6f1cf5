"""Rule `encoder_comparison`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V264",
    clause="DMA Art. 7(4)",
    obligation="O-21",
    finding="D-14",
    defeats=False,
    cause="ambiguity",
)
def encoder_comparison(offer: Offer) -> Iterator[Finding]:
    """Encoders that may differ are compared by their octets.

    Why: two encoders of G.711 round at the boundaries in different ways; all decoders agree.
    Bad:
        [[component]]
        standard = "G.711"
        agreed = { comparison = "encoded" }
    Good:
        [[component]]
        standard = "G.711"
        agreed = { comparison = "decoded" }
    """
    for n, component in offer.components_about("D-14"):
        if component.agreed.comparison != "decoded":
            yield Finding(
                f"encoders of `{component.standard}` are not said to be compared by what is decoded",
                offer.at("component", n),
                help='state `agreed.comparison = "decoded"`',
            )
    named = any(True for _ in offer.components_about("D-14"))
    point = offer.law.disagreements["D-14"]
    for n, function in offer.interoperable() if not named else ():
        for m, media in enumerate(function.media):
            if codec := next((each for each in media.codecs if point.concerns(each, None)), None):
                yield Finding(
                    f"`{codec}` is used, and no component says how its encoders are compared",
                    offer.at("function", n, "media", m, "codecs"),
                    help='add a component "G.711" with `agreed.comparison`',
                )
