"""Rule `misplaced_step`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule

BEGIN = "begin with what the requester sends"


@rule(
    "A7-V312",
    clause="DMA Art. 7(5)",
    obligation=("O-27", "O-28"),
    defeats=False,
)
def misplaced_step(offer: Offer) -> Iterator[Finding]:
    """A step of the process is in the hands of the wrong side.

    Why: a request begins with the requester, and making functions operational is owed by the gatekeeper.
    Bad:
        [[process.step]]
        id = "operational"
        by = "requester"
    Good:
        [[process.step]]
        id = "operational"
        by = "both"
    """
    process = offer.manifest.process
    for n, step in enumerate(process.step):
        where = offer.at("process", "step", n, "by")
        if step.id == process.start and step.by == "gatekeeper":
            yield Finding(f"the request begins with the gatekeeper, in step `{step.id}`", where, help=BEGIN)
        if step.operational and step.by == "requester":
            yield Finding(
                f"the requester alone is to make functions operational, in step `{step.id}`",
                where,
                help="that is what the gatekeeper owes",
            )
        if step.final and step.next:
            yield Finding(
                f"step `{step.id}` is final, and others follow it",
                offer.at("process", "step", n, "next"),
                help="remove `final`, or what follows",
            )
