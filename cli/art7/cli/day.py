"""The day that verdicts are given for."""

from __future__ import annotations

import os
from datetime import date, datetime


def day_of(on: datetime | None) -> date:
    """Return the day asked for; without one today, or the day that a reproducible build gives."""
    if on is not None:
        return on.date()
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdecimal() and len(epoch) < 12:
        return date.fromordinal(date(1970, 1, 1).toordinal() + int(epoch) // 86_400)
    return date.today()
