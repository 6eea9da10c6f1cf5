"""Rule `missing_file_list`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.diagnostics import Span
from art7.validator.digests import LISTING
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-B101", clause="DMA Art. 8(1)", obligation=("O-20", "O-37"))
def missing_file_list(offer: Offer) -> Iterator[Finding]:
    """A packed bundle has no file list `manifest.json`.

    Why: without digests nobody can say whether two people examined the same offer. A folder being written needs none yet.
    Bad:
        --- (packed without a file list)
    Good:
        --- (packed)
    """
    if offer.bundle.kind != "folder" and LISTING not in offer.bundle.files:
        yield Finding(
            f"no `{LISTING}` at the root of the bundle",
            Span(offer.bundle.source, 0, 0, 0, 0),
            help="add it, with the `size` and `digest` of each file",
        )
