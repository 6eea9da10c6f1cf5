"""Rule `unknown_reference`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.manifest.base import Refers
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule
from art7.validator.wording import suggestion


@rule("A7-V208", clause="DMA Art. 7(4)", obligation="O-02", defeats=False)
def unknown_reference(offer: Offer) -> Iterator[Finding]:
    """A statement refers to a measure, threat, party, feature, step or ground that the manifest does not have.

    Why: the link between a restriction and its justification is what makes it checkable.
    Bad:
        [[measure]]
        id = "M-1"
        threat = "T-99"
        [[threat]]
        id = "T-1"
        absent = true
    Good:
        [[measure]]
        id = "M-1"
        threat = "T-1"
    """
    for mention in offer.mentions:
        if isinstance(mention.marker, Refers) and mention.value not in offer.ids[mention.marker.to]:
            near = suggestion(mention.value, sorted(offer.ids[mention.marker.to]))
            yield Finding(
                f"no {mention.marker.to} `{mention.value}`{near}",
                offer.at(*mention.path),
                help=f"state the {mention.marker.to}, or correct the reference",
            )
