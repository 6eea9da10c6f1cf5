"""Rule `better_than_own`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator

from art7.validator.manifest.mentions import Path
from art7.validator.offer import Offer
from art7.validator.quantities import Stated, is_worse, shown_quantity
from art7.validator.rule import Finding, rule


@rule("A7-V459", clause="DMA Art. 7(2), 13(6)", obligation=("O-05", "O-40"), defeats=False, cause="ambiguity")
def better_than_own(offer: Offer) -> Iterator[Finding]:
    """Own users are said to have less than interoperable users.

    Why: what own users have is the yardstick; a figure that is set too low hides what is owed.
    Bad:
        [[parity]]
        aspect = "devices per user"
        own = 1
        interoperable = 10
    Good:
        [[parity]]
        aspect = "devices per user"
        own = 10
        interoperable = 10
    """
    for path, what, own, interoperable, lower_is_better in _compared(offer):
        if is_worse(interoperable, own, lower_is_better) and not is_worse(
            own, interoperable, lower_is_better
        ):
            yield Finding(
                f"{what}: own users are said to have {shown_quantity(own)}, others {shown_quantity(interoperable)}",
                offer.at(*path),
                help="state what own users really have",
            )


def _compared(offer: Offer) -> Iterator[tuple[Path, str, Stated, Stated, bool]]:
    """Yield (path, what, own, interoperable, whether less is better) of every figure that both kinds of users have."""
    manifest = offer.manifest
    for n, row in enumerate(manifest.parity):
        yield ("parity", n), row.aspect, row.own, row.interoperable, row.lower_is_better
    for n, quota in enumerate(manifest.quota):
        yield ("quota", n), f"quota of {quota.subject}", quota.own, quota.interoperable, False
    levels = manifest.service_levels
    for name, level, lower in (
        ("availability", levels.availability, False),
        ("latency_p99_ms", levels.latency_p99_ms, True),
    ):
        if level is not None:
            yield ("service_levels", name), name, level.own, level.interoperable, lower
    for path, limit, point in offer.limits():
        yield path, f"limit of {point}", limit.own, min(limit.send, limit.receive), False
