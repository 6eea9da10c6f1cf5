"""Rule `unkeyed_media`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V263",
    clause="DMA Art. 7(3)",
    obligation=("O-13", "O-17"),
    finding="D-13",
    cause="ambiguity",
)
def unkeyed_media(offer: Offer) -> Iterator[Finding]:
    """Media of calls may go out in clear, or under keys that every server on the way can read.

    Why: a stack without its security module falls back to plain media without a word.
    Bad:
        [[component]]
        standard = "SIP"
        agreed = { fallback = "allowed" }
    Good:
        [[component]]
        standard = "SIP"
        agreed = { fallback = "refused" }
    """
    confidential = "confidentiality" in offer.manifest.security.interoperable
    for n, component in offer.components_about("D-13"):
        agreed = component.agreed
        if agreed.keying is None or agreed.fallback is None:
            yield Finding(
                f"how media of `{component.standard}` calls get their keys, or what if they get none, is open",
                offer.at("component", n),
                help="state `agreed.keying` and `agreed.fallback`",
            )
            continue
        if agreed.fallback == "allowed":
            yield Finding(
                "media go out in clear when keys are not agreed",
                offer.at("component", n, "agreed", "fallback"),
                help='end the call instead: `fallback = "refused"`',
            )
        if agreed.keying == "sdes" and confidential:
            yield Finding(
                "keys of media stand in the signalling, where every server reads them",
                offer.at("component", n, "agreed", "keying"),
                help="agree on keys from end to end, as DTLS-SRTP does",
            )
