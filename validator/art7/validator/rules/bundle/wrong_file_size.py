"""Rule `wrong_file_size`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-B105", clause="DMA Art. 8(1)", obligation=("O-20", "O-37"))
def wrong_file_size(offer: Offer) -> Iterator[Finding]:
    """A file has another size than the file list says.

    Why: the file was changed after the list was made.
    Bad:
        --- (packed, then the size of docs/terms.md is raised by one)
    Good:
        --- (packed)
    """
    for path, row in offer.listed_files:
        content = offer.bundle.files.get(path)
        if content is not None and row.size is not None and len(content) != row.size:
            yield Finding(
                f"`{path}` has {len(content)} octets, listed are {row.size}",
                row.span,
                help="write the list again",
            )
