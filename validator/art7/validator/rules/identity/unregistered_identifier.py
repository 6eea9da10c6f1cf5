"""Rule `unregistered_identifier`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V232", clause="DMA Art. 7(3)", obligation="O-19", finding="F-17", defeats=False)
def unregistered_identifier(offer: Offer) -> Iterator[Finding]:
    """A module declares a kind of identifier about which the manifest says nothing.

    Why: who may assert it, how it is shown and whether other services use it too decides who can be impersonated.
    Bad:
        --- modules/minimal.a7
        identity Nickname { pattern ('a'..'z'){1,20} canonical value property scope = 'service' }
    Good:
        [[identifier]]
        identity = "minimal.Handle"
        shared = false
    """
    known = {row.identity for row in offer.manifest.identifier}
    for declaration in offer.declarations.of("identity"):
        if declaration.name not in known:
            yield Finding(
                f"nothing is said about identifiers of kind `{declaration.name}`",
                declaration.span,
                help="add an `[[identifier]]` with namespace, shared, resolution, asserted_by and display",
            )
    for n, row in enumerate(offer.manifest.identifier):
        if missing := [name for name in ("asserted_by", "display") if not getattr(row, name)]:
            yield Finding(
                f"identifier `{row.identity}` lacks {' and '.join(missing)}",
                offer.at("identifier", n),
                help="say who may assert it and how it is shown to users",
            )
