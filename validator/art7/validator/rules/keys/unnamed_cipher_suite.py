"""Rule `unnamed_cipher_suite`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V210", clause="DMA Art. 7(4)", obligation="O-23", finding="F-04")
def unnamed_cipher_suite(offer: Offer) -> Iterator[Finding]:
    """A component with negotiable encryption names no cipher suite.

    Why: an access seeker cannot begin a handshake without one.
    Bad:
        [[component]]
        standard = "RFC 9420"
        cipher_suites = []
    Good:
        [[component]]
        standard = "RFC 9420"
        cipher_suites = [1]
    """
    negotiable = {"rfc9420", "rfc8446", "rfc5246", "rfc9147", "rfc5764", "mls", "tls1.3", "dtls1.3"}
    for n, component in enumerate(offer.manifest.component):
        standard = component.standard.replace(" ", "").lower()
        if (standard in negotiable or component.catalogue == "ietf.mls") and not component.cipher_suites:
            if component.profile != "delta":
                yield Finding(
                    f"encryption by `{component.standard}` promised but no cipher suite named",
                    offer.at("component", n),
                    help="list at least one in `cipher_suites`",
                )
