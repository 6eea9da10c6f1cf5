"""Rule `wrong_file_digest`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.digests import digest_of
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-B106", clause="DMA Art. 8(1)", obligation=("O-20", "O-37"))
def wrong_file_digest(offer: Offer) -> Iterator[Finding]:
    """A file has another digest than the file list says.

    Why: the file was changed after the list was made.
    Bad:
        --- (packed, then the digest of docs/terms.md is changed)
    Good:
        --- (packed)
    """
    for path, row in offer.listed_files:
        content = offer.bundle.files.get(path)
        if content is None or row.digest is None or not row.digest.startswith("sha256:"):
            continue
        digest = row.digest.removeprefix("sha256:")
        well_formed = len(digest) == 64 and set(digest) <= set("0123456789abcdef")
        if well_formed and digest_of(content) != row.digest:
            yield Finding(
                f"`{path}` has digest {digest_of(content)[:23]}…, listed is {row.digest[:23]}…",
                row.span,
                help="write the list again, or restore the file",
            )
