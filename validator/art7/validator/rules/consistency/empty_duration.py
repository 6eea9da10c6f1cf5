"""Rule `empty_duration`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.manifest.base import milliseconds
from art7.validator.manifest.mentions import Path
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V228",
    clause="DMA Art. 7(4)",
    obligation="O-21",
    defeats=False,
)
def empty_duration(offer: Offer) -> Iterator[Finding]:
    """A length of time is nothing at all.

    Why: a limit for each zero minutes is no limit, a notice of zero days is no notice.
    Bad:
        [[quota]]
        subject = "lookup"
        per = "0min"
    Good:
        [[quota]]
        subject = "lookup"
        per = "1min"
    """
    manifest = offer.manifest
    rows: list[tuple[Path, str | None]] = [
        (("support", "response"), manifest.support.response),
        (("service_levels", "offline_storage"), manifest.service_levels.offline_storage),
        (("terms", "support_window"), manifest.terms.support_window),
    ]
    rows += [(("quota", n, "per"), quota.per) for n, quota in enumerate(manifest.quota)]
    rows += [(("timer", n, "value"), timer.value) for n, timer in enumerate(manifest.timer)]
    for path, value in rows:
        if value is not None and milliseconds(value) == 0:
            yield Finding(f"a time of {value}", offer.at(*path), help="state a time that can pass")
