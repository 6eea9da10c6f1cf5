"""Rule `wrong_declaration_kind`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Related
from art7.validator.manifest.base import Names
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V202", clause="DMA Art. 7(4)", obligation="O-02")
def wrong_declaration_kind(offer: Offer) -> Iterator[Finding]:
    """The manifest names a declaration of the wrong kind.

    Why: a schedule cannot be sent and a message cannot derive keys; the statement says something else than it means.
    Bad:
        [[function]]
        point = "7(2)(a)(i)"
        keys = ["minimal.Envelope"]
    Good:
        [[function]]
        point = "7(2)(a)(i)"
        keys = ["minimal.MessageKeys"]
    """
    for mention in offer.mentions:
        if not isinstance(mention.marker, Names):
            continue
        found = offer.declarations.find(mention.value)
        if (
            found is not None
            and found.kind not in mention.marker.kinds
            and mention.marker.kinds != ("catalogue",)
        ):
            yield Finding(
                f"`{mention.value}` is a {found.kind}, expected a {' or '.join(mention.marker.kinds)}",
                offer.at(*mention.path),
                help="name a declaration of that kind",
                related=(Related("declared here", found.span),),
            )
