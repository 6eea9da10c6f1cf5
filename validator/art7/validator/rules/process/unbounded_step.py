"""Rule `unbounded_step`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V302", clause="DMA Art. 7(5)", obligation="O-27", finding="F-22")
def unbounded_step(offer: Offer) -> Iterator[Finding]:
    """A step of the process has no greatest duration.

    Why: one open step makes the whole process open, and three months cannot be shown.
    Bad:
        [[process.step]]
        id = "onboard"
        max = "(absent)"
    Good:
        [[process.step]]
        id = "onboard"
        max = "30d"
    """
    for n, step in enumerate(offer.manifest.process.step):
        if step.max is None:
            yield Finding(
                f"step `{step.id}` has no greatest duration",
                offer.at("process", "step", n),
                help="state `max` in calendar days, e.g. `10d`",
            )
