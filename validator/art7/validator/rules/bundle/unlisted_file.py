"""Rule `unlisted_file`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Span
from art7.validator.digests import is_listable
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-B103", clause="DMA Art. 8(1)", obligation=("O-20", "O-37"))
def unlisted_file(offer: Offer) -> Iterator[Finding]:
    """A file of the bundle is not in the file list.

    Why: what is not listed is covered by no digest and no signature.
    Bad:
        --- manifest.json
        { "format": 1, "files": {} }
    Good:
        --- (packed)
    """
    if offer.listing is None:
        return
    for path in offer.bundle.files:
        if is_listable(path) and path not in offer.listing.files:
            yield Finding(f"file `{path}` is not listed", Span(path, 1, 1, 1, 1), help="write the list again")
