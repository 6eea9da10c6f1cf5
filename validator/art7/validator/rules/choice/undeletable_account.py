"""Rule `undeletable_account`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.choices import machines, reachable_states
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule("A7-V355", clause="DMA Art. 7(7), 7(8)", obligation="O-31", defeats=False)
def undeletable_account(offer: Offer) -> Iterator[Finding]:
    """Users of the access seeker cannot delete what the gatekeeper holds of them.

    Why: freedom to decide includes leaving without a trace.
    Bad:
        [choice]
        requester_users = { deleted = "(absent)" }
    Good:
        [choice]
        requester_users = { deleted = "Deleted" }
    """
    for side, choice, role in machines(offer):
        if side != "requester_users":
            continue
        if choice.deleted is None:
            yield Finding(
                f"`{choice.machine}` names no state after deletion",
                offer.at("choice", side),
                help="state `deleted`",
            )
        elif choice.deleted not in reachable_states(role):
            yield Finding(
                f"state `{choice.deleted}` of `{choice.machine}` cannot be reached",
                offer.at("choice", side),
                help="add a `local` transition that leads there",
            )
