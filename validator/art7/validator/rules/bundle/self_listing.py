"""Rule `self_listing`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.untrusted.refusal import shown
from art7.validator.digests import is_listable
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-B109", clause="DMA Art. 8(1)", obligation=("O-20", "O-37"))
def self_listing(offer: Offer) -> Iterator[Finding]:
    """The file list names itself or a signature.

    Why: a list cannot hold its own digest, and a signature is made over the list.
    Bad:
        --- (packed, then docs/terms.md is listed as manifest.json)
    Good:
        --- (packed)
    """
    for path, row in offer.listing.files.items() if offer.listing else ():
        if not is_listable(path):
            yield Finding(f"the file list names {shown(path)}", row.span, help="leave it out")
