"""Rule `unknown_point`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule
from art7.validator.wording import suggestion


@rule("A7-V209", clause="DMA Art. 7(2)", obligation="O-05", defeats=False)
def unknown_point(offer: Offer) -> Iterator[Finding]:
    """A function is bound to a point of Article 7(2) that does not exist.

    Why: a function that no point of the law asks for is a feature, and cannot be owed or requested under Article 7.
    Bad:
        [[function]]
        point = "7(2)(a)(iii)"
        own = false
        interoperable = false
    Good:
        [[function]]
        point = "7(2)(c)(i)"
        own = false
        interoperable = false
    """
    for n, function in enumerate(offer.manifest.function):
        if function.point not in offer.law.functions:
            yield Finding(
                f"no point {function.point} in the law{suggestion(function.point, list(offer.law.functions))}",
                offer.at("function", n, "point"),
                help="name a point of Article 7(2), or state it as a `[[feature]]`",
            )
