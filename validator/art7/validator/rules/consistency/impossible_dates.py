"""Rule `impossible_dates`; its page is the docstring below."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from art7.validator.manifest.mentions import Path
from art7.validator.offer import Offer
from art7.validator.rule import Finding, rule


@rule(
    "A7-V222",
    clause="DMA Art. 7(4)",
    obligation=("O-24", "O-25"),
    defeats=False,
)
def impossible_dates(offer: Offer) -> Iterator[Finding]:
    """Two dates of the manifest exclude each other.

    Why: a date that cannot be true makes every period that is counted from it worthless.
    Bad:
        [offer]
        effective = 2026-01-01
    Good:
        [offer]
        effective = 2026-08-03
    """
    for path, early, late, what in _ordered(offer):
        if early is not None and late is not None and late < early:
            yield Finding(f"{what}: {late} lies before {early}", offer.at(*path), help="mend the date")
    head = offer.manifest.offer
    for n, change in enumerate(offer.manifest.change_log):
        if (
            change.version == head.version
            and head.published is not None
            and change.published != head.published
        ):
            yield Finding(
                f"version {head.version} is published on {head.published}, and on {change.published} here",
                offer.at("change_log", n, "published"),
                help="state one date",
            )
    yield from _other_effect(offer)
    for n, function in offer.interoperable():
        if function.planned is not None:
            yield Finding(
                f"{function.point} is provided, and planned for {function.planned}",
                offer.at("function", n, "planned"),
                help="remove `planned`, or do not call it interoperable yet",
            )


def _other_effect(offer: Offer) -> Iterator[Finding]:
    head = offer.manifest.offer
    for n, change in enumerate(offer.manifest.change_log):
        if change.version == head.version and head.effective not in (None, change.effective):
            yield Finding(
                f"version {head.version} is in effect from {head.effective}, and from {change.effective} here",
                offer.at("change_log", n, "effective"),
                help="state one date",
            )


def _ordered(offer: Offer) -> Iterator[tuple[Path, date | None, date | None, str]]:
    """Yield (path of the later date, earlier date, later date, what they are)."""
    head, decision = offer.manifest.offer, offer.manifest.gatekeeper.decision
    listed = decision.date if decision is not None else None
    yield ("offer", "effective"), head.published, head.effective, "applied before it was published"
    if decision is not None:
        path: Path = ("gatekeeper", "decision", "notified")
        yield path, decision.date, decision.notified, "notified before it was decided"
        yield ("offer", "published"), decision.date, head.published, "published before the service was listed"
        told = decision.notified
        yield ("offer", "published"), told, head.published, "published before the decision was notified"
    if head.supersedes is not None:
        path = ("offer", "supersedes", "published")
        yield path, listed, head.supersedes.published, "an edition before the service was listed"
        yield (
            ("offer", "published"),
            head.supersedes.published,
            head.published,
            "published before what it replaces",
        )
    for n, change in enumerate(offer.manifest.change_log):
        path = ("change_log", n, "effective")
        yield path, change.published, change.effective, "in effect before it was published"
    for n, function in enumerate(offer.manifest.function):
        if not function.interoperable:
            yield ("function", n, "planned"), head.published, function.planned, "planned for the past"
        yield ("function", n, "since"), listed, function.since, "provided before the service was listed"
    for n, row in enumerate(offer.manifest.gatekeeper.extension):
        yield ("gatekeeper", "extension", n, "until"), listed, row.until, "ended before it began"
