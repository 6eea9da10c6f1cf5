"""Legal time against hand-computed dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from art7.validator.calendar import (
    WEEKENDS_ONLY,
    CalendarError,
    DueRule,
    Holidays,
    add_months,
    due_date,
    easter_sunday,
    holiday_calendars,
    owed_from,
    shortest_days,
)

SIX_MONTHS = DueRule("a", "notification", months=6)
TWO_YEARS = DueRule("b", "designation", years=2)
FOUR_YEARS = DueRule("c", "designation", years=4)
THREE_MONTHS = DueRule("request-3m", "request", months=3)


@pytest.mark.parametrize(
    ("listing", "rule", "expected"),
    [
        # Periods to act within: their last day is a working day (Art. 3(4)).
        (date(2023, 9, 5), SIX_MONTHS, date(2024, 3, 5)),
        (date(2023, 9, 6), SIX_MONTHS, date(2024, 3, 6)),
        (date(2023, 9, 5), TWO_YEARS, date(2025, 9, 5)),
        (date(2023, 9, 6), TWO_YEARS, date(2025, 9, 8)),  # the 6th is a Saturday
        (date(2023, 9, 5), FOUR_YEARS, date(2027, 9, 6)),  # the 5th is a Sunday
        (date(2023, 9, 6), FOUR_YEARS, date(2027, 9, 6)),
        # An invented listing.
        (date(2026, 2, 2), SIX_MONTHS, date(2026, 8, 3)),
        (date(2026, 2, 2), TWO_YEARS, date(2028, 2, 2)),
        (date(2026, 2, 2), FOUR_YEARS, date(2030, 2, 4)),
    ],
)
def test_ends_that_roll_over(listing: date, rule: DueRule, expected: date) -> None:
    assert due_date(listing, rule) == expected
    assert due_date(listing, rule, holiday_calendars()["eu-commission"]) == expected


@pytest.mark.parametrize(
    ("event", "rule", "last", "owed"),
    [
        # The two services designated on 5 September 2023 (notified on the 6th): the duty applied from 7 March 2024.
        (date(2023, 9, 6), SIX_MONTHS, date(2024, 3, 6), date(2024, 3, 7)),
        (date(2023, 9, 5), TWO_YEARS, date(2025, 9, 5), date(2025, 9, 6)),
        (date(2023, 9, 5), FOUR_YEARS, date(2027, 9, 5), date(2027, 9, 6)),  # the 5th is a Sunday
        (date(2023, 8, 31), SIX_MONTHS, date(2024, 2, 29), date(2024, 3, 1)),
        (date(2026, 6, 25), SIX_MONTHS, date(2026, 12, 25), date(2026, 12, 26)),  # holidays
        (date(2026, 3, 6), DueRule("d", "notification", days=2), date(2026, 3, 8), date(2026, 3, 9)),
    ],
)
def test_times_from_which_a_provision_applies_stay_on_their_day(
    event: date, rule: DueRule, last: date, owed: date
) -> None:
    rule = replace(rule, rolls_over=False)
    for holidays in (WEEKENDS_ONLY, holiday_calendars()["eu-commission"]):
        assert due_date(event, rule, holidays) == last
        assert owed_from(event, rule, holidays) == owed


@pytest.mark.parametrize(
    ("event", "rule", "expected"),
    [
        (date(2025, 8, 31), SIX_MONTHS, date(2026, 3, 2)),  # 28 February 2026 is a Saturday
        (date(2023, 8, 31), SIX_MONTHS, date(2024, 2, 29)),  # leap year, a Thursday
        (date(2024, 2, 29), TWO_YEARS, date(2026, 3, 2)),  # no 29th: the 28th, a Saturday
        (date(2024, 2, 29), FOUR_YEARS, date(2028, 2, 29)),
        (date(2026, 11, 30), THREE_MONTHS, date(2027, 3, 1)),  # 28 February 2027 is a Sunday
        (date(2026, 9, 25), THREE_MONTHS, date(2026, 12, 25)),  # weekends only
    ],
)
def test_month_ends_and_leap_years(event: date, rule: DueRule, expected: date) -> None:
    assert due_date(event, rule) == expected


def test_holidays_roll_to_the_next_working_day() -> None:
    commission = holiday_calendars()["eu-commission"]
    # 25 December to 2 January are closed, 3 January 2027 is a Sunday.
    assert due_date(date(2026, 9, 25), THREE_MONTHS, commission) == date(2027, 1, 4)
    assert due_date(date(2025, 10, 3), SIX_MONTHS, commission) == date(
        2026, 4, 7
    )  # Good Friday to Easter Monday


def test_single_days_override_the_pattern() -> None:
    table = Holidays(
        "t",
        fixed=frozenset({(5, 1)}),
        added=frozenset({date(2026, 5, 4)}),
        removed=frozenset({date(2026, 5, 1)}),
    )
    assert table.is_working_day(date(2026, 5, 1))
    assert not table.is_working_day(date(2026, 5, 4))
    assert table.next_working_day(date(2026, 5, 2)) == date(2026, 5, 5)


@pytest.mark.parametrize(
    ("year", "expected"),
    [(1961, (4, 2)), (2000, (4, 23)), (2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2038, (4, 25))],
)
def test_easter(year: int, expected: tuple[int, int]) -> None:
    assert easter_sunday(year) == date(year, *expected)


def test_periods_in_days() -> None:
    assert due_date(date(2026, 3, 2), DueRule("x", "request", days=10)) == date(2026, 3, 12)
    # Friday + 2 days ends on Sunday, rolls to Monday, and must hold two working days: Tuesday.
    assert due_date(date(2026, 3, 6), DueRule("x", "request", days=2)) == date(2026, 3, 10)
    assert due_date(date(2026, 3, 6), DueRule("x", "request", days=1)) == date(2026, 3, 9)


def test_an_immediate_duty_is_due_on_the_day() -> None:
    assert due_date(date(2026, 3, 7), DueRule("x", "change")) == date(2026, 3, 7)
    assert owed_from(date(2026, 3, 7), DueRule("x", "change")) == date(2026, 3, 7)
    assert DueRule("x", "change").length == "at once"
    assert TWO_YEARS.length == "2 years"


@pytest.mark.parametrize(
    "rule",
    [
        DueRule("negative", "listing", months=-1),
        DueRule("mixed", "listing", months=1, days=2),
        DueRule("far", "listing", years=20000),
        DueRule("far", "listing", days=10**10),
        DueRule("edge", "listing", years=9999 - 2026),
    ],
)
def test_impossible_periods_are_refused(rule: DueRule) -> None:
    with pytest.raises(CalendarError):
        due_date(date(2026, 12, 1), rule)
    with pytest.raises(CalendarError):
        owed_from(date(2026, 12, 1), replace(rule, rolls_over=False))


def test_the_shortest_three_months_are_89_days() -> None:
    assert shortest_days(3) == 89
    assert shortest_days(1) == 28


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)), st.integers(1, 120))
def test_periods_never_end_early_nor_on_a_free_day(event: date, months: int) -> None:
    end = due_date(event, DueRule("x", "listing", months=months), holiday_calendars()["eu-commission"])
    nominal = add_months(event, months)
    assert nominal <= end <= nominal + timedelta(days=14)
    assert holiday_calendars()["eu-commission"].is_working_day(end)
    assert due_date(event, DueRule("x", "listing", months=months), WEEKENDS_ONLY) <= end
    assert due_date(event, DueRule("x", "listing", months=months, rolls_over=False)) == nominal
