"""Rule `disowned_function`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V458",
    clause="DMA Art. 7(2)",
    obligation="O-05",
    defeats=False,
    cause="ambiguity",
)
def disowned_function(offer: Offer) -> Iterator[Finding]:
    """A function is called one that own users lack, and is provided or planned all the same.

    Why: what own users have decides what is owed; an offer that provides it shows that they have it.
    Bad:
        [[function]]
        point = "7(2)(a)(i)"
        own = false
    Good:
        [[function]]
        point = "7(2)(a)(i)"
        own = true
    """
    for n, function in enumerate(offer.manifest.function):
        if not function.own and (function.interoperable or function.planned is not None):
            what = "provided" if function.interoperable else f"planned for {function.planned}"
            yield Finding(
                f"own users are said to lack {function.point}, which is {what}",
                offer.at("function", n, "own"),
                help="state whether own users have it",
                obligations=("O-05", *offer.obligations_of(function.point)),
            )
