"""Rule `idle_measure`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule
from art7.validator.wording import suggestion


@rule("A7-V405", clause="DMA Art. 7(9)", obligation="O-35", defeats=False)
def idle_measure(offer: Offer) -> Iterator[Finding]:
    """A measure restricts nothing that the offer states.

    Why: a justification without its restriction hides the restriction elsewhere.
    Bad:
        [[measure]]
        id = "M-1"
        restricts = ["R-1", "parity:shoe size"]
    Good:
        [[measure]]
        id = "M-1"
        restricts = ["R-1"]
    """
    known = offer.restrictable
    for n, measure in enumerate(offer.manifest.measure):
        if not measure.restricts:
            yield Finding(
                f"measure `{measure.id}` restricts nothing", offer.at("measure", n), help="state `restricts`"
            )
        for m, target in enumerate(measure.restricts):
            if target not in known:
                yield Finding(
                    f"measure `{measure.id}` restricts `{target}`, which is not stated{suggestion(target, sorted(known))}",
                    offer.at("measure", n, "restricts", m),
                    help="name a restriction id, or `parity:…`, `data:…`, `feature:…`, `quota:…`, `limit:…`, `level:…`",
                )
