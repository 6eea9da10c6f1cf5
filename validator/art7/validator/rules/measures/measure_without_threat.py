"""Rule `measure_without_threat`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V403", clause="DMA Art. 7(9)", obligation="O-35")
def measure_without_threat(offer: Offer) -> Iterator[Finding]:
    """A measure protects from no stated threat.

    Why: necessity can only be judged against the threat.
    Bad:
        [[measure]]
        id = "M-1"
        threat = "(absent)"
        [[threat]]
        id = "T-1"
        absent = true
    Good:
        [[measure]]
        id = "M-1"
        threat = "T-1"
    """
    for n, measure in enumerate(offer.manifest.measure):
        if measure.threat is None:
            yield Finding(
                f"measure `{measure.id}` protects from no stated threat",
                offer.at("measure", n),
                help="name its `threat`, or drop the measure",
            )
