"""Rule `unreachable_step`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.process import reachable
from art7.validator.rule import Finding, rule


@rule("A7-V304", clause="DMA Art. 7(5)", obligation="O-27", defeats=False)
def unreachable_step(offer: Offer) -> Iterator[Finding]:
    """A step of the process cannot be reached from its start.

    Why: either a way is missing, or the step belongs to another process.
    Bad:
        [[process.step]]
        id = "escalate"
        by = "gatekeeper"
        max = "5d"
        next = ["operational"]
    Good:
        [[process.step]]
        id = "onboard"
        next = ["operational"]
    """
    process = offer.manifest.process
    if process.start is None:
        return
    seen = reachable(process, process.start)
    for n, step in enumerate(process.step):
        if step.id not in seen and process.start in offer.ids["step"]:
            yield Finding(
                f"step `{step.id}` cannot be reached from `{process.start}`",
                offer.at("process", "step", n),
                help="lead a step to it, or remove it",
            )
