"""Rule `insecure_example`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.phrases import INSECURE
from art7.validator.rule import Finding, rule


@rule("A7-V505", clause="DMA Art. 7(3)", obligation="O-17", finding="F-26", defeats=False)
def insecure_example(offer: Offer) -> Iterator[Finding]:
    """An example or text switches protection off, or uses an address without encryption.

    Why: examples are copied; what they switch off stays off.
    Bad:
        --- docs/terms.md
        curl -k https://sandbox.example/enlist
    Good:
        --- docs/terms.md
        curl https://sandbox.example/enlist
    """
    for line in offer.text_lines:
        if found := INSECURE.search(line.text[:4000]):
            yield Finding(
                f"protection is switched off: `{found[0].strip()[:60]}`",
                line.span(found.start(), found.end()),
                help="show the secure form",
            )
