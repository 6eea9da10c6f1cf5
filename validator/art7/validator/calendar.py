"""Legal time: when a period of months, years or days ends, and from which day a duty is owed.

Source: Regulation (EEC, Euratom) No 1182/71, which governs the periods of the DMA. Its Art. 3 counts every period; a
period within which somebody has to act ends on a working day (Art. 3(4) and (5)). The times from which provisions of an
act take effect or apply are counted in the same way, but for these two paragraphs (Art. 4(1)): they end on their
day, be it a Sunday. Which of the two a period is, and what starts it, is said by the law's data
(`obligations/*.toml`). Holidays are a table (`obligations/holidays.toml`), never code.
"""

from __future__ import annotations

import calendar as gregorian
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

LAST_DATE = date.max - timedelta(days=40)
"""Later results are refused: rolling over holidays must not leave the calendar."""


class CalendarError(ValueError):
    """A period whose end cannot be computed: negative, empty or beyond the calendar."""


@dataclass(frozen=True, slots=True)
class DueRule:
    """A statutory period: which event starts it and how long it lasts.

    `anchor` names the event (`designation`, `notification`, `request`, `change`); a rule without any length is
    due at the event itself. Exactly one unit may be used, as the Regulation counts each in its own way.
    `rolls_over` says whether its end moves to a working day: so it does where somebody has to act within the period
    (Regulation 1182/71 Art. 3(4)), not where a provision begins to apply after it (Art. 4(1)). `owed_with` names
    the rule from whose day on an offer has to show such a duty, where its own event is none of the offer's.
    """

    id: str
    anchor: str
    months: int = 0
    years: int = 0
    days: int = 0
    rolls_over: bool = True
    owed_with: str = ""
    source: str = ""
    text: str = ""

    @property
    def is_immediate(self) -> bool:
        """Whether the duty begins with the event, without any period."""
        return not (self.months or self.years or self.days)

    @property
    def length(self) -> str:
        """The period in words (`6 months`), or `at once`."""
        for amount, unit in ((self.years, "year"), (self.months, "month"), (self.days, "day")):
            if amount:
                return f"{amount} {unit}{'s' if amount != 1 else ''}"
        return "at once"


@dataclass(frozen=True, slots=True)
class Holidays:
    """One table of public holidays."""

    id: str
    fixed: frozenset[tuple[int, int]] = frozenset()
    easter: frozenset[int] = frozenset()
    added: frozenset[date] = frozenset()
    removed: frozenset[date] = frozenset()
    title: str = field(default="", compare=False)

    def is_holiday(self, day: date) -> bool:
        """Whether `day` is a public holiday, weekends not counted."""
        if day in self.added:
            return True
        if day in self.removed:
            return False
        return (day.month, day.day) in self.fixed or (day - easter_sunday(day.year)).days in self.easter

    def is_working_day(self, day: date) -> bool:
        """Whether `day` is neither a holiday, a Saturday nor a Sunday (Regulation 1182/71 Art. 2(2))."""
        return day.weekday() < 5 and not self.is_holiday(day)

    def next_working_day(self, day: date) -> date:
        """Return `day` itself if it is a working day, else the first one after it."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day


WEEKENDS_ONLY = Holidays("none")


def easter_sunday(year: int) -> date:
    """Return Western Easter Sunday of `year` (the anonymous Gregorian computus)."""
    century, in_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon = (19 * (year % 19) + century - leap_centuries - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * century_rest + 2 * (in_century // 4) - moon - in_century % 4) % 7
    shift = (year % 19 + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


@cache
def holiday_calendars() -> Mapping[str, Holidays]:
    """Return the calendars of `obligations/holidays.toml` by id."""
    text = files("art7.spec").joinpath("obligations", "holidays.toml").read_text("utf-8")
    return {name: _holidays(name, table) for name, table in tomllib.loads(text)["calendar"].items()}


def _holidays(name: str, table: Mapping[str, list[str]]) -> Holidays:
    fixed = frozenset((int(day[:2]), int(day[3:])) for day in table["fixed"])
    return Holidays(
        id=name,
        fixed=fixed,
        easter=frozenset(int(offset) for offset in table["easter"]),
        added=frozenset(date.fromisoformat(day) for day in table["added"]),
        removed=frozenset(date.fromisoformat(day) for day in table["removed"]),
        title=str(table["title"]),
    )


def add_months(day: date, months: int) -> date:
    """Return the same day of the month `months` later, or the last day of that month if it has no such day.

    Source: Regulation 1182/71 Art. 3(2)(c).
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= LAST_DATE.year:
        raise CalendarError(f"{months} months from {day} lie outside the calendar")
    last = gregorian.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def due_date(event: date, rule: DueRule, holidays: Holidays = WEEKENDS_ONLY) -> date:
    """Return the last day on which the duty can still be fulfilled in time.

    The day of the event is not counted (Art. 3(1)); a period in months or years ends on the day with the
    same date as the event (Art. 3(2)(c)). If the rule rolls over, a period that would end on a holiday, Saturday
    or Sunday ends on the next working day (Art. 3(4)), and a period of two days or more holds at least two working
    days (Art. 3(5)). An immediate rule is due on the day of the event and never rolls.
    Raises: CalendarError for a period that is negative, mixes units or leaves the calendar.
    """
    if min(rule.months, rule.years, rule.days) < 0:
        raise CalendarError(f"the period `{rule.id}` is negative")
    if sum(bool(unit) for unit in (rule.months, rule.years, rule.days)) > 1:
        raise CalendarError(f"the period `{rule.id}` mixes units")
    if rule.is_immediate:
        return event
    end = _nominal_end(event, rule)
    if end > LAST_DATE:
        raise CalendarError(f"{rule.length} from {event} lie outside the calendar")
    if not rule.rolls_over:
        return end
    return _with_two_working_days(event, holidays.next_working_day(end), rule, holidays)


def owed_from(event: date, rule: DueRule, holidays: Holidays = WEEKENDS_ONLY) -> date:
    """Return the first day on which a duty is owed: the day after the last one of its period.

    A period runs to the end of the last hour of its last day (Regulation 1182/71 Art. 3(2)), so that what it puts
    off applies from the first hour of the next one (Art. 4(2)). An immediate duty is owed on the day of the event.
    Raises: CalendarError as `due_date` does.
    """
    last_day = due_date(event, rule, holidays)
    return last_day if rule.is_immediate else last_day + timedelta(days=1)


def _nominal_end(event: date, rule: DueRule) -> date:
    if not rule.days:
        return add_months(event, rule.months + 12 * rule.years)
    try:
        return event + timedelta(days=rule.days)
    except OverflowError as error:
        raise CalendarError(f"{rule.length} from {event} lie outside the calendar") from error


def _with_two_working_days(event: date, end: date, rule: DueRule, holidays: Holidays) -> date:
    if rule.days == 1 or (end - event).days > 20:
        return end
    while (
        sum(holidays.is_working_day(event + timedelta(days=n)) for n in range(1, (end - event).days + 1)) < 2
    ):
        end = holidays.next_working_day(end + timedelta(days=1))
    return end


def shortest_days(months: int) -> int:
    """Return the number of calendar days in the shortest run of `months` months.

    A bound that must hold for every request date has to fit the shortest: three months may be only 89 days.
    """
    start = date(2025, 1, 1)
    days = (start + timedelta(days=n) for n in range(1461))
    return min((add_months(day, months) - day).days for day in days)
