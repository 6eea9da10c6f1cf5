"""Rule `unequal_level`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.offer import Offer
from art7.validator.quantities import is_worse, shown_quantity
from art7.validator.rule import Finding, rule


@rule("A7-V453", clause="DMA Art. 13(4), 13(6)", obligation="O-40", finding="F-20")
def unequal_level(offer: Offer) -> Iterator[Finding]:
    """A service level or rate limit is worse for interoperable users.

    Why: quality that is lower for those who use their rights is a form of circumvention.
    Bad:
        [service_levels]
        latency_p99_ms = { own = 400, interoperable = 4000 }
    Good:
        [service_levels]
        latency_p99_ms = { own = 400, interoperable = 400 }
    """
    levels = offer.manifest.service_levels
    for name, level, lower in (
        ("availability", levels.availability, False),
        ("latency_p99_ms", levels.latency_p99_ms, True),
    ):
        if level is not None and level.measure is None and is_worse(level.own, level.interoperable, lower):
            yield Finding(
                f"{name}: {shown_quantity(level.own)} for own users, {shown_quantity(level.interoperable)} for others",
                offer.at("service_levels", name),
                help="make them equal, or justify the difference by a measure",
            )
    for n, quota in enumerate(offer.manifest.quota):
        if quota.measure is None and quota.interoperable < quota.own:
            yield Finding(
                f"quota of {quota.subject}: {quota.own} per {quota.per} for own clients, {quota.interoperable} for others",
                offer.at("quota", n),
                help="make them equal, or justify the difference by a measure",
            )
