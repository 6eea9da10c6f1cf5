"""Rule `deferred_content`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.phrases import DEFERRALS
from art7.validator.rule import Finding, rule


@rule("A7-V103", clause="DMA Art. 7(4)", obligation=("O-02", "O-21"), finding=("F-01", "F-02"))
def deferred_content(offer: Offer) -> Iterator[Finding]:
    """A text leaves content to another document, a later time or a private agreement.

    Why: an access seeker has to be able to implement from the published offer alone.
    Bad:
        --- docs/terms.md
        The identifiers are described in the detailed documentation.
    Good:
        --- docs/terms.md
        The identifiers are described in module `minimal`.
    """
    for line in offer.prose:
        if found := DEFERRALS.search(line.text):
            yield Finding(
                f"content deferred: `{found[0].lower()}`",
                line.span(found.start(), found.end()),
                help="put the content into the bundle, or remove the promise",
            )
    for name, doc, span in offer.declarations.docs():
        if found := DEFERRALS.search(doc):
            yield Finding(
                f"content of `{name}` deferred: `{found[0].lower()}`",
                span,
                help="declare it in a module of the bundle",
            )
