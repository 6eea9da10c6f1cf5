"""Rule `conflicting_timers`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.manifest.base import milliseconds
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule

AT_MOST = (
    (
        "offline_storage",
        "media_expiry",
        "media would be gone before the message that refers to it is fetched",
    ),
    ("retry_window", "replay_window", "a retry would be taken for a replay"),
    ("credential_renewal", "credential_life", "a credential would end before it is renewed"),
)
LESS_THAN = (("offline_storage", "enlistment_lapse", "messages would die unseen when the enlistment lapses"),)


@rule(
    "A7-V215",
    clause="DMA Art. 7(4)",
    obligation=("O-21", "O-40"),
    finding="F-27",
    defeats=False,
    cause="ambiguity",
)
def conflicting_timers(offer: Offer) -> Iterator[Finding]:
    """Two timers of the boundary contradict each other.

    Why: what one side still keeps, the other has already given up, and neither user is told.
    Bad:
        [[timer]]
        id = "lapse"
        kind = "enlistment_lapse"
        value = "30d"
    Good:
        [[timer]]
        id = "lapse"
        kind = "enlistment_lapse"
        value = "90d"
    """
    values = offer.timers()
    stated = values.get("media_expiry", [])
    for other in stated[1:]:
        if milliseconds(other.value) != milliseconds(stated[0].value) and "timer" in stated[0].path:
            yield Finding(
                f"media expire after {stated[0].value}, and after {other.value} here",
                offer.at(*other.path),
                help="state one time",
            )
    for relation, strict in ((AT_MOST, False), (LESS_THAN, True)):
        for shorter, longer, consequence in relation:
            for first in values.get(shorter, ()):
                for second in values.get(longer, ()):
                    a, b = milliseconds(first.value), milliseconds(second.value)
                    if a > b or (strict and a == b):
                        word = "less than" if strict else "at most"
                        yield Finding(
                            f"{shorter} of {first.value} is not {word} {longer} of {second.value}: {consequence}",
                            offer.at(*second.path),
                            help=f"make {longer} longer, or {shorter} shorter",
                        )
