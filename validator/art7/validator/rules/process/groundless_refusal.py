"""Rule `groundless_refusal`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.process import refusals
from art7.validator.rule import Finding, rule


@rule("A7-V306", clause="DMA Art. 7(5)", obligation="O-28")
def groundless_refusal(offer: Offer) -> Iterator[Finding]:
    """A request can be refused without stated grounds or without an appeal.

    Why: only an unreasonable request may be refused; which ones are, must be known beforehand.
    Bad:
        [[process.step]]
        id = "refuse"
        appeal = "(absent)"
    Good:
        [[process.step]]
        id = "refuse"
        appeal = "docs/terms.md#appeal"
    """
    for n, step, before in refusals(offer.manifest.process):
        grounds = [ground for each in (step, *before) for ground in each.refusal_grounds]
        if not grounds:
            yield Finding(
                f"step `{step.id}` refuses a request, and no grounds are stated",
                offer.at("process", "step", n),
                help="list `refusal_grounds` on the step that decides, and their texts in `process.grounds`",
            )
        if step.appeal is None:
            yield Finding(
                f"a refusal by `{step.id}` cannot be appealed",
                offer.at("process", "step", n),
                help="state `appeal`",
            )
