"""Rule `arbitrary_power`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.phrases import MOST_CHARACTERS, POWERS, REQUESTER, denied
from art7.validator.rule import Finding, rule


@rule(
    "A7-V310",
    clause="DMA Art. 7(4), 7(5)",
    obligation=("O-22", "O-28"),
    defeats=False,
)
def arbitrary_power(offer: Offer) -> Iterator[Finding]:
    """A document lets one side end, refuse, suspend or change things at will.

    Why: access that can be taken away at any time without a reason is no access.
    Bad:
        --- docs/terms.md
        The gatekeeper may end access at any time without giving reasons.
    Good:
        --- docs/terms.md
        The requester may end access at any time.
    """
    for line in offer.prose:
        for found in POWERS.finditer(line.text[:MOST_CHARACTERS]):
            if not denied(line.text, found.start()) and not REQUESTER.search(line.text[: found.start()]):
                yield Finding(
                    f"a power without bounds: `{found[0].lower()}`",
                    line.span(found.start(), found.end()),
                    help="name the grounds, the notice and who decides",
                )
