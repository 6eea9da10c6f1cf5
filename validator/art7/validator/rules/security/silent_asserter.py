"""Rule `silent_asserter`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V508",
    clause="DMA Art. 7(3)",
    obligation="O-19",
    finding="F-18",
    defeats=False,
)
def silent_asserter(offer: Offer) -> Iterator[Finding]:
    """A party is said to assert the binding of keys, and never sends or makes it.

    Why: who stands for a binding has to be the one that gives it out.
    Bad:
        [security.verification]
        asserted_by = ["bystander"]
        binding = "minimal.Envelope"
        [[party]]
        id = "bystander"
        kind = "server"
        operator = "requester"
        plays = ["minimal.Media.store"]
    Good:
        [security.verification]
        asserted_by = ["server"]
        binding = "minimal.Envelope"
    """
    verification = offer.manifest.security.verification
    writers = offer.writers(verification.binding) if verification else frozenset()
    if verification is None or not writers:
        return
    for n, name in enumerate(verification.asserted_by):
        if name in offer.parties and name not in writers:
            yield Finding(
                f"`{name}` asserts `{verification.binding}`, and no role that it plays makes or sends it",
                offer.at("security", "verification", "asserted_by", n),
                help="name who gives it out",
            )
