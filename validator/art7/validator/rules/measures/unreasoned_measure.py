"""Rule `unreasoned_measure`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V406", clause="DMA Art. 7(9)", obligation="O-35")
def unreasoned_measure(offer: Offer) -> Iterator[Finding]:
    """A measure lacks its necessity, its proportionality, a milder option or a review date.

    Why: the law puts the burden of justification on the gatekeeper.
    Bad:
        [[measure]]
        id = "M-1"
        proportionality = "(absent)"
    Good:
        [[measure]]
        id = "M-1"
        proportionality = "docs/measures.md#m-1-proportionality"
    """
    for n, measure in enumerate(offer.manifest.measure):
        wanted = ("necessity", "proportionality", "less_restrictive", "review")
        missing = [name for name in wanted if not getattr(measure, name)]
        if measure.applies_to_own_clients is None:
            missing.append("applies_to_own_clients")
        if missing:
            yield Finding(
                f"measure `{measure.id}` does not state {', '.join(missing)}",
                offer.at("measure", n),
                help="state each of them, or drop the measure",
                obligations=("O-35", "O-36") if "applies_to_own_clients" in missing else (),
            )
