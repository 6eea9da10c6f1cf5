"""Rule `cyclic_process`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.process import cycles
from art7.validator.rule import Finding, rule


@rule("A7-V303", clause="DMA Art. 7(5)", obligation="O-27", finding="F-22")
def cyclic_process(offer: Offer) -> Iterator[Finding]:
    """The process can go round without end.

    Why: a loop of "resubmit and assess again" has no longest path, so no date follows from it.
    Bad:
        [[process.step]]
        id = "onboard"
        next = ["assess", "operational"]
    Good:
        [[process.step]]
        id = "onboard"
        next = ["operational"]
    """
    for cycle in cycles(offer.manifest.process):
        index = next(n for n, step in enumerate(offer.manifest.process.step) if step.id == cycle[0])
        yield Finding(
            f"the process can go round: {' → '.join((*cycle, cycle[0]))}",
            offer.at("process", "step", index, "next"),
            help="give the repetition a step of its own that is done once, with a greatest duration",
        )
