"""Rule `repeated_name`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.manifest.mentions import Path
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V230",
    clause="DMA Art. 7(4)",
    obligation="O-02",
    defeats=False,
)
def repeated_name(offer: Offer) -> Iterator[Finding]:
    """A list names the same thing twice.

    Why: what should stand in its place is missing, and nobody sees it.
    Bad:
        [security]
        plaintext_roles = ["device", "device"]
    Good:
        [security]
        plaintext_roles = ["device"]
    """
    seen: set[tuple[Path, str]] = set()
    for mention in offer.mentions:
        if isinstance(mention.path[-1], int):
            item = (mention.path[:-1], mention.value)
            if item in seen:
                yield Finding(
                    f"`{mention.value}` is named twice",
                    offer.at(*mention.path),
                    help="name what was meant, or remove one",
                )
            seen.add(item)
