"""Rule `unknown_declaration`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.manifest.base import Names
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule
from art7.validator.wording import suggestion


@rule("A7-V201", clause="DMA Art. 7(4)", obligation="O-02", finding="F-02")
def unknown_declaration(offer: Offer) -> Iterator[Finding]:
    """The manifest names a declaration that no module has.

    Why: a dangling name is a part of the interface that nobody can implement.
    Bad:
        [[timer]]
        id = "retry"
        declared = "minimal.Delivery.sender.retri"
    Good:
        [[timer]]
        id = "retry"
        declared = "minimal.Delivery.sender.retry"
    """
    for mention in offer.mentions:
        if not isinstance(mention.marker, Names) or offer.declarations.find(mention.value):
            continue
        if mention.marker.kinds == ("catalogue",):
            continue
        names = offer.declarations.names_of(mention.marker.kinds)
        yield Finding(
            f"no {' or '.join(mention.marker.kinds)} `{mention.value}`{suggestion(mention.value, names)}",
            offer.at(*mention.path),
            help="declare it in a module of the bundle, or correct the name",
        )
