"""Rule `shifting_default`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

from art7.validator.manifest.protection import ChoiceMachine, FormerDefault
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule
from art7.validator.versions import precedes, version_key


@rule(
    "A7-V356",
    clause="DMA Art. 7(7), 13(6)",
    obligation=("O-25", "O-30", "O-31"),
    finding="F-11",
    defeats=False,
    cause="ambiguity",
)
def shifting_default(offer: Offer) -> Iterator[Finding]:
    """The default of the users' choice changed since an earlier edition, and nobody was told, or what it was is not said.

    Why: users were reachable in one edition and are not in the next: each edition has to say what changes for them, in time.
    Bad:
        [choice]
        gatekeeper_users = { was = [{ version = "0.9.0", default = "on" }] }
    Good:
        [choice]
        gatekeeper_users = { was = [{ version = "0.9.0", default = "off" }] }
    """
    before, version = offer.manifest.offer.supersedes, offer.manifest.offer.version
    for side in ("gatekeeper_users", "requester_users"):
        choice = getattr(offer.manifest.choice, side)
        if choice is None:
            continue
        duties = ("O-25", offer.choice_duty(side))
        if (
            before is not None
            and precedes(before.version, version)
            and before.version not in {row.version for row in choice.was}
        ):
            yield Finding(
                f"what the default was in version {before.version}, which this one supersedes, is not said",
                offer.at("choice", side),
                help=f'add `was = [{{ version = "{before.version}", default = … }}]`',
                obligations=duties,
            )
        editions = sorted(choice.was, key=lambda row: version_key(row.version))
        now = FormerDefault(version=version, default=_in_force(offer, choice))
        for earlier, later in pairwise([*editions, now]):
            if earlier.default != later.default and not _is_told(offer, later.version):
                yield Finding(
                    f"the default was `{earlier.default}` in {earlier.version} and is `{later.default}` in "
                    f"{later.version}, which the change log does not call breaking",
                    offer.at("choice", side, "was" if choice.was else "default"),
                    help="keep the default, or announce the change as a breaking one",
                    obligations=duties,
                )


def _in_force(offer: Offer, choice: ChoiceMachine) -> Literal["on", "off"]:
    """Return what holds now: by the machine where it says so, else by the manifest."""
    role = offer.declarations.role(choice.machine)
    starts = {state.name for state in role.states if state.kind == "start"} if role else set()
    if (choice.on in starts) != (choice.off in starts):
        return "on" if choice.on in starts else "off"
    return choice.default


def _is_told(offer: Offer, version: str) -> bool:
    return any(change.version == version and change.breaking for change in offer.manifest.change_log)
