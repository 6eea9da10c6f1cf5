"""Rule `worse_than_own`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.quantities import is_worse, shown_quantity
from art7.validator.rule import Finding, rule


@rule("A7-V451", clause="DMA Art. 7(2), 13(6)", obligation=("O-05", "O-40"), finding=("F-09", "F-12", "F-13"))
def worse_than_own(offer: Offer) -> Iterator[Finding]:
    """Interoperable users get less than own users, and no measure justifies it.

    Why: what own users have is the yardstick: devices, platforms, kinds of content, quality.
    Bad:
        [[parity]]
        aspect = "devices per user"
        own = 5
        interoperable = 1
    Good:
        [[parity]]
        aspect = "devices per user"
        own = 5
        interoperable = 5
    """
    for n, row in enumerate(offer.manifest.parity):
        if not is_worse(row.own, row.interoperable, row.lower_is_better):
            continue
        own, other = shown_quantity(row.own), shown_quantity(row.interoperable)
        measure = offer.measures.get(row.measure or "")
        if row.measure is None:
            yield Finding(
                f"{row.aspect}: own users have {own}, interoperable users {other}",
                offer.at("parity", n),
                help="make them equal, or justify the difference by a measure",
            )
        elif measure is not None and f"parity:{row.aspect}" not in measure.restricts:
            yield Finding(
                f"measure `{measure.id}` does not cover parity of {row.aspect}",
                offer.at("parity", n, "measure"),
                help=f"add `parity:{row.aspect}` to its `restricts`",
            )
