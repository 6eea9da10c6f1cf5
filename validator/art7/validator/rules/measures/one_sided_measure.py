"""Rule `one_sided_measure`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V407", clause="DMA Art. 7(9), 13(6)", obligation="O-36", finding="F-08", defeats=False)
def one_sided_measure(offer: Offer) -> Iterator[Finding]:
    """Third parties are held to a measure that own clients are not, and no evidence is given.

    Why: a threat that own clients do not pose to the same degree has to be shown, not assumed.
    Bad:
        [[measure]]
        id = "M-1"
        applies_to_own_clients = false
        evidence = []
    Good:
        [[measure]]
        id = "M-1"
        applies_to_own_clients = false
        evidence = ["docs/measures.md"]
    """
    for n, measure in enumerate(offer.manifest.measure):
        if measure.applies_to_own_clients is False and not measure.evidence:
            yield Finding(
                f"measure `{measure.id}` binds only third parties, and nothing shows why",
                offer.at("measure", n),
                help="add `evidence`, or hold own clients to it too",
            )
