"""Rule `blind_verifier`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V507",
    clause="DMA Art. 7(3)",
    obligation="O-19",
    finding="F-18",
    defeats=False,
)
def blind_verifier(offer: Offer) -> Iterator[Finding]:
    """A party is said to verify the binding of keys, and never sees it.

    Why: who does not receive a binding cannot check it.
    Bad:
        [security.verification]
        verified_by = ["device", "bystander"]
        binding = "minimal.Envelope"
        [[party]]
        id = "bystander"
        kind = "end"
        operator = "user"
        plays = ["minimal.Media.reader"]
    Good:
        [security.verification]
        verified_by = ["device"]
        binding = "minimal.Envelope"
    """
    verification = offer.manifest.security.verification
    readers = offer.readers(verification.binding) if verification else frozenset()
    if verification is None or not readers:
        return
    known = [offer.parties[name] for name in verification.verified_by if name in offer.parties]
    ends = any(party.kind == "end" for party in known)  # without one, another rule speaks
    for n, name in enumerate(verification.verified_by):
        if name in offer.parties and name not in readers and ends:
            yield Finding(
                f"`{name}` verifies `{verification.binding}`, and no role that it plays receives it",
                offer.at("security", "verification", "verified_by", n),
                help="name who receives it, or let a role of the party receive it",
            )
