"""Rule `withheld_function`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V456", clause="DMA Art. 7(2)", obligation="O-05", finding="F-03")
def withheld_function(offer: Offer) -> Iterator[Finding]:
    """Own users have a function that others do not, and no date says when they will.

    Why: whatever Article 7(2) names and own users have is owed, each from its date.
    Bad:
        [[function]]
        point = "7(2)(c)(i)"
        own = true
        interoperable = false
    Good:
        [[function]]
        point = "7(2)(c)(i)"
        own = true
        interoperable = false
        planned = 2030-02-02
    """
    functions = offer.manifest.function
    for n, function in enumerate(functions):
        provided = any(f.interoperable for f in functions if f.point == function.point)
        if function.own and not function.interoperable and not provided and function.planned is None:
            yield Finding(
                f"own users have {function.point}, others do not, and no date is planned",
                offer.at("function", n),
                help="provide it, or state `planned`",
                obligations=("O-05", *offer.obligations_of(function.point)),
            )
    if not functions:
        return
    stated = {function.point for function in functions}
    # Whoever speaks of most functions has to speak of all of them, of those too that fall due later.
    most = len(stated & offer.law.functions.keys()) * 2 > len(offer.law.functions)
    for point, owed in offer.law.functions.items():
        if point not in stated and (most or owed.due == "listing-6m"):
            yield Finding(
                f"nothing is said about {point}, {owed.title}",
                offer.at("function"),
                help="add a `[[function]]` that says whether own users have it",
                obligations=("O-05", *offer.obligations_of(point)),
            )
