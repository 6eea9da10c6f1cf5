"""Rule `plaintext_beyond_ends`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V502", clause="DMA Art. 7(3)", obligation="O-18")
def plaintext_beyond_ends(offer: Offer) -> Iterator[Finding]:
    """Plaintext is said to exist, or does exist, at a party that is not an end.

    Why: end-to-end encryption ends where a server or proxy can read; the formats decide that, not the promise.
    Bad:
        [security]
        plaintext_roles = ["device", "server"]
    Good:
        [security]
        plaintext_roles = ["device"]
    """
    encrypted = "confidentiality" in offer.manifest.security.own
    for n, name in enumerate(offer.manifest.security.plaintext_roles):
        party = offer.parties.get(name)
        if party is not None and party.kind != "end" and encrypted:
            yield Finding(
                f"plaintext exists at `{name}`, which is a {party.kind}",
                offer.at("security", "plaintext_roles", n),
                help="keep it at the ends",
            )
