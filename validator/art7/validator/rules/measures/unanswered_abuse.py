"""Rule `unanswered_abuse`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V409", clause="DMA Art. 7(9)", obligation="O-35", finding="F-19", defeats=False)
def unanswered_abuse(offer: Offer) -> Iterator[Finding]:
    """Abuse by users of the other service can be blocked, but neither reported nor appealed.

    Why: blocking alone leaves the abuser with everybody else, and the wrongly blocked without a remedy.
    Bad:
        [[threat]]
        id = "T-2"
        reporting = "(absent)"
        [[measure]]
        id = "M-1"
        threat = "T-2"
        [[threat]]
        id = "T-1"
        absent = true
    Good:
        [[threat]]
        id = "T-2"
        reporting = "minimal.Complaint"
    """
    sent = {sending.message for sending in offer.declarations.sendings}
    for n, threat in enumerate(offer.manifest.threat):
        if threat.kind not in ("spam", "abuse"):
            continue
        missing = [name for name in ("reporting", "appeal") if not getattr(threat, name)]
        if missing:
            yield Finding(
                f"threat `{threat.id}` ({threat.title}) has no {' and no '.join(missing)}",
                offer.at("threat", n),
                help="name the message that reports it and the passage on appeals",
            )
        elif threat.reporting not in sent and offer.declarations.record(threat.reporting or ""):
            yield Finding(
                f"no role ever sends the report `{threat.reporting}`",
                offer.at("threat", n, "reporting"),
                help="send it in a role machine",
            )
