"""Rule `second_file_list`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Span
from art7.validator.digests import LISTING
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-B102", clause="DMA Art. 8(1)", obligation=("O-20", "O-37"))
def second_file_list(offer: Offer) -> Iterator[Finding]:
    """A bundle has a second file list, in a subfolder or with other letters.

    Why: two readers could each follow another list.
    Bad:
        --- vectors/manifest.json
        {}
    Good:
        --- vectors/contents.json
        {}
    """
    for path in offer.bundle.files:
        if path != LISTING and path.rpartition("/")[2].lower() == LISTING:
            yield Finding(
                f"`{path}` looks like a second file list",
                Span(path, 1, 1, 1, 1),
                help=f"keep one `{LISTING}`, at the root",
            )
