"""Rule `endless_process`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.process import can_reach, reachable
from art7.validator.rule import Finding, rule


@rule("A7-V305", clause="DMA Art. 7(5)", obligation="O-27", finding="F-22")
def endless_process(offer: Offer) -> Iterator[Finding]:
    """The process stops at a step that is not an end, or never makes the function operational.

    Why: a request has to end in an operational function or in a refusal that can be appealed.
    Bad:
        [[process.step]]
        id = "refuse"
        final = "(absent)"
    Good:
        [[process.step]]
        id = "refuse"
        final = true
    """
    process = offer.manifest.process
    for n, step in enumerate(process.step):
        if not step.final and not step.next:
            yield Finding(
                f"step `{step.id}` leads nowhere and is not an end",
                offer.at("process", "step", n),
                help="state `next`, or `final = true`",
            )
    goals = {step.id for step in process.step if step.operational}
    if process.step and process.start in offer.ids["step"]:
        if not goals & reachable(process, process.start):
            yield Finding(
                "no way leads from the start to an operational function",
                offer.at("process"),
                help="mark the step at whose end the function works with `operational = true`",
            )
        elif not can_reach(process, process.start, {step.id for step in process.step if step.final}):
            yield Finding(
                "no way leads from the start to an end", offer.at("process"), help="mark ends with `final`"
            )
