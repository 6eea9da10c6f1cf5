"""Rule `self_asserted_identifier`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V509", clause="DMA Art. 7(3)", obligation="O-19", defeats=False)
def self_asserted_identifier(offer: Offer) -> Iterator[Finding]:
    """An identifier that exists on several services is asserted by a user's device.

    Why: a device can claim any number; somebody who has verified it must say whose it is.
    Bad:
        [[identifier]]
        identity = "minimal.Handle"
        shared = true
        asserted_by = ["device"]
    Good:
        [[identifier]]
        identity = "minimal.Handle"
        shared = true
        asserted_by = ["server"]
    """
    for n, row in enumerate(offer.manifest.identifier):
        for m, name in enumerate(row.asserted_by if row.shared else ()):
            party = offer.parties.get(name)
            if party is not None and party.kind == "end":
                yield Finding(
                    f"`{name}` is a user's device, and vouches for identifiers of `{row.namespace}`",
                    offer.at("identifier", n, "asserted_by", m),
                    help="name the party that verifies them",
                )
