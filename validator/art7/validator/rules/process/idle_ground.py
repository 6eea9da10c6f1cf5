"""Rule `idle_ground`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V311",
    clause="DMA Art. 7(5)",
    obligation="O-28",
    defeats=False,
)
def idle_ground(offer: Offer) -> Iterator[Finding]:
    """A ground of refusal is listed, and no step of the process can refuse on it.

    Why: the list of grounds is closed: what stands in it without a step can be used anywhere.
    Bad:
        [process.grounds]
        whim = "docs/terms.md#not-a-provider"
    Good:
        [process.grounds]
        not-a-provider = "docs/terms.md#not-a-provider"
    """
    used = {ground for step in offer.manifest.process.step for ground in step.refusal_grounds}
    for ground in offer.manifest.process.grounds:
        if ground not in used:
            yield Finding(
                f"no step of the process refuses on `{ground}`",
                offer.at("process", "grounds", ground),
                help="name it in `refusal_grounds` of the step that uses it, or remove it",
            )
    for n, step in enumerate(offer.manifest.process.step):
        for m, ground in enumerate(step.refusal_grounds):
            if step.by == "requester":
                yield Finding(
                    f"the requester would refuse itself on `{ground}`",
                    offer.at("process", "step", n, "refusal_grounds", m),
                    help="let the side that decides carry the step",
                )
