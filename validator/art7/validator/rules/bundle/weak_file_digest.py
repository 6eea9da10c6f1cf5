"""Rule `weak_file_digest`; its page is the docstring below."""

from __future__ import annotations

import re
from collections.abc import Iterator

from art7.grammar.untrusted.refusal import shown
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule

_SHA256 = re.compile(r"sha256:[0-9a-f]{64}")


@rule("A7-B107", clause="DMA Art. 8(1)", obligation=("O-20", "O-37"))
def weak_file_digest(offer: Offer) -> Iterator[Finding]:
    """A digest of the file list is not SHA-256 in lower-case hexadecimal.

    Why: weak digests can be forged, and one digest in two spellings is two digests to a program.
    Bad:
        --- (packed, then the digest of docs/terms.md is md5)
    Good:
        --- (packed)
    """
    for path, row in offer.listed_files:
        if row.digest is not None and not _SHA256.fullmatch(row.digest):
            yield Finding(
                f"digest {shown(row.digest)} of {shown(path)}, expected `sha256:` and 64 lower-case hexadecimal digits",
                row.span,
                help="give the SHA-256 digest of the file",
            )
