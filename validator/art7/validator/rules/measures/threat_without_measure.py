"""Rule `threat_without_measure`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V404", clause="DMA Art. 7(9)", obligation="O-35", defeats=False)
def threat_without_measure(offer: Offer) -> Iterator[Finding]:
    """A threat is stated, and no measure and no reporting answers it.

    Why: a threat without an answer is either not real, or leaves users unprotected.
    Bad:
        [[threat]]
        id = "T-9"
        title = "flooding"
        kind = "availability"
    Good:
        [[threat]]
        id = "T-1"
        title = "unaccountable hosting"
    """
    answered = {measure.threat for measure in offer.manifest.measure}
    for n, threat in enumerate(offer.manifest.threat):
        if threat.id not in answered and threat.reporting is None:
            yield Finding(
                f"no measure answers threat `{threat.id}` ({threat.title})",
                offer.at("threat", n),
                help="add a `[[measure]]`, or remove the threat",
            )
