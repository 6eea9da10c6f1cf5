"""Rule `silent_key_change`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V234", clause="DMA Art. 7(3)", obligation="O-19", finding="F-18", defeats=False)
def silent_key_change(offer: Offer) -> Iterator[Finding]:
    """A key can change without a message that tells the other end.

    Why: without a notice an exchanged key looks like any other message.
    Bad:
        [security.verification]
        notice = "minimal.Complaint"
    Good:
        [security.verification]
        notice = "minimal.KeyChanged"
    """
    verification = offer.manifest.security.verification
    if verification is None:
        return
    where = offer.at("security", "verification", "notice")
    if verification.notice is None:
        yield Finding("no message tells of a changed key", where, help="state `notice`")
        return
    sendings = [s for s in offer.declarations.sendings if s.message == verification.notice]
    receivers = [offer.player(s.protocol, s.receiver) for s in sendings]
    if offer.declarations.record(verification.notice) and not any(p and p.kind == "end" for p in receivers):
        yield Finding(
            f"no role ever sends `{verification.notice}` to an end",
            where,
            help="send it in a role machine to the role that an end plays",
        )
