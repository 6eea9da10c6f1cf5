"""Rule `weaker_than_own`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V501", clause="DMA Art. 7(3)", obligation="O-17")
def weaker_than_own(offer: Offer) -> Iterator[Finding]:
    """Interoperable users lack a security property that own users have.

    Why: the level of security is preserved across the services.
    Bad:
        [security]
        interoperable = ["confidentiality"]
    Good:
        [security]
        interoperable = ["confidentiality", "authentication", "forward-secrecy", "key-change-notice"]
    """
    security = offer.manifest.security
    if missing := [name for name in security.own if name not in security.interoperable]:
        yield Finding(
            f"interoperable users lack {', '.join(missing)}, which own users have",
            offer.at("security", "interoperable"),
            help="provide it, or show by a measure why it cannot be",
        )
