"""Rule `self_vouched_key`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V233", clause="DMA Art. 7(3)", obligation="O-19", finding="F-18")
def self_vouched_key(offer: Offer) -> Iterator[Finding]:
    """The binding of an identity to a key is vouched for only by a party that could lie.

    Why: a server that alone says which key belongs to whom can read along unseen; an end or an auditable log must check.
    Bad:
        [security.verification]
        verified_by = ["server"]
        transparency = "none"
    Good:
        [security.verification]
        verified_by = ["device"]
    """
    verification = offer.manifest.security.verification
    if verification is None:
        return
    where = offer.at("security", "verification", "verified_by")
    asserted, verified = set(verification.asserted_by), set(verification.verified_by)
    audited = verification.transparency not in (None, "none")
    ends = {
        name for name in verified - asserted if name in offer.parties and offer.parties[name].kind == "end"
    }
    if not verified and not audited:
        yield Finding("nobody verifies the binding of identities to keys", where, help="state `verified_by`")
    elif not ends and not audited:
        yield Finding(
            f"the binding is verified only by {', '.join(sorted(verified))}, which could lie about it",
            where,
            help="let an end verify it, or keep a transparency log that others audit",
        )
    if not asserted:
        yield Finding("nobody is said to assert the binding", where, help="state `asserted_by`")
