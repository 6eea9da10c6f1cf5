"""Rule `absent_file`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.untrusted.refusal import shown
from art7.validator.digests import is_listable
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-B104", clause="DMA Art. 8(1)", obligation=("O-20", "O-37"))
def absent_file(offer: Offer) -> Iterator[Finding]:
    """The file list names a file that the bundle does not have.

    Why: a part of the offer has been lost or withheld.
    Bad:
        --- (packed, then docs/terms.md is listed as docs/lost.md)
    Good:
        --- (packed)
    """
    if offer.listing is None:
        return
    for path, row in offer.listing.files.items():
        if is_listable(path) and path not in offer.bundle.files:
            yield Finding(
                f"listed file {shown(path)} is absent", row.span, help="add it, or write the list again"
            )
