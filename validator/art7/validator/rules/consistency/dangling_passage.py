"""Rule `dangling_passage`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.manifest.base import InBundle
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule
from art7.validator.wording import suggestion


@rule("A7-V207", clause="DMA Art. 7(4)", obligation="O-02", finding="F-02", defeats=False)
def dangling_passage(offer: Offer) -> Iterator[Finding]:
    """The manifest points to a passage or file that the bundle does not have, or to an empty passage.

    Why: a statement whose text is elsewhere, or nowhere, states nothing.
    Bad:
        [terms]
        liability = "docs/terms.md#liabilities"
    Good:
        [terms]
        liability = "docs/terms.md#liability"
    """
    for mention in offer.mentions:
        if not isinstance(mention.marker, InBundle):
            continue
        where = offer.at(*mention.path)
        if mention.marker.what == "file":
            folder = mention.value.rstrip("/") + "/"
            if mention.value not in offer.bundle.files and not any(
                f.startswith(folder) for f in offer.bundle.files
            ):
                names = suggestion(mention.value, list(offer.bundle.files))
                yield Finding(f"no file `{mention.value}` in the bundle{names}", where, help="add it")
        elif mention.value not in offer.passages:
            names = suggestion(mention.value, list(offer.passages))
            yield Finding(f"no passage `{mention.value}` in the bundle{names}", where, help="write it")
        elif not offer.passages[mention.value].text:
            yield Finding(f"the passage `{mention.value}` is empty", where, help="write it")
