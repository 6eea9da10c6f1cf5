"""The statutory dates of one offer: which day starts a period, and from which day on a duty is owed."""

from __future__ import annotations

from datetime import date, timedelta

from art7.validator.calendar import CalendarError, owed_from
from art7.validator.law import Anchor
from art7.validator.manifest.root import Manifest
from art7.validator.offer import Offer


def event_day(manifest: Manifest, anchor: Anchor) -> date | None:
    """Return the day of an event, as the manifest states it or, where it does not, as the law lets it be assumed."""
    if stated := _day_at(manifest, anchor.stated):
        return stated
    assumed = _day_at(manifest, anchor.assumed)
    return assumed + timedelta(days=anchor.assumed_days) if assumed else None


def owed_day(offer: Offer, due: str) -> date | None:
    """Return the first day on which the offer owes what falls under the due rule `due`, extensions left aside.

    None when the offer does not state the event that starts the period, or its end leaves the calendar.
    Source: DMA Art. 3(10) and 7(2); see `calendar.owed_from` for the counting.
    """
    rule = offer.law.shown_by(due)
    event = event_day(offer.manifest, offer.law.anchors[rule.anchor])
    try:
        return owed_from(event, rule, offer.law.holidays) if event else None
    except CalendarError:
        return None


def _day_at(manifest: Manifest, path: str) -> date | None:
    found: object = manifest
    for key in path.split(".") if path else ():
        found = getattr(found, key, None)
    return found if isinstance(found, date) else None
