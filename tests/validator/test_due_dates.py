"""What is due on which day: a service designated on 5 September 2023, and what an extension changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files

import pytest
from small_offer import small_offer

from art7.validator.assess import Judgement, assess
from art7.validator.law import load_law, parse_law
from art7.validator.periods import event_day, owed_day

LAW = load_law()
DESIGNATED = "[gatekeeper]\ndecision = { reference = 'DMA.100001', date = 2023-09-05 }\n"
NOTIFIED = "[gatekeeper]\ndecision = { reference = 'DMA.100001', date = 2023-09-05, notified = 2023-09-06 }\n"
GROUPS, CALLS = {"O-11", "O-12"}, {"O-13", "O-14", "O-15", "O-16"}
OFFER_AND_SINGLE = set(LAW.obligations) - GROUPS - CALLS
FROM_LISTING, FROM_TWO, FROM_FOUR = date(2024, 3, 7), date(2025, 9, 6), date(2027, 9, 6)


def judged(patch: str, on: date) -> dict[str, Judgement]:
    return {each.obligation.id: each for each in assess(small_offer(patch), on).judgements}


def due_on(patch: str, on: date) -> set[str]:
    return {
        duty for duty, each in judged(patch, on).items() if each.verdict not in ("not yet due", "extended")
    }


@pytest.mark.parametrize("patch", [DESIGNATED, NOTIFIED], ids=["assumed", "notified"])
@pytest.mark.parametrize(
    ("on", "due"),
    [
        (date(2023, 9, 5), set()),
        (FROM_LISTING - timedelta(days=1), set()),
        (FROM_LISTING, OFFER_AND_SINGLE),
        (FROM_TWO - timedelta(days=1), OFFER_AND_SINGLE),
        (FROM_TWO, OFFER_AND_SINGLE | GROUPS),
        (date(2026, 11, 23), OFFER_AND_SINGLE | GROUPS),
        (FROM_FOUR - timedelta(days=1), OFFER_AND_SINGLE | GROUPS),
        (FROM_FOUR, set(LAW.obligations)),
    ],
)
def test_exactly_what_is_due(patch: str, on: date, due: set[str]) -> None:
    assert due_on(patch, on) == due


def late(given: dict[str, Judgement]) -> set[str]:
    """Return the points that are said to be later than the law or a decision allows."""
    found = (each.diagnostic for each in given["O-29"].findings)
    return {each.message.split()[0] for each in found if each.code == "A7-V704"}


def extension(until: str, points: Iterable[str] = (), reference: str = "C(2024) 99") -> str:
    named = f", points = {list(points)}" if points else ""
    return f'{DESIGNATED}extension = [{{ reference = "{reference}", until = {until}{named} }}]\n'


def test_an_extension_of_one_point_moves_it_alone() -> None:
    patch = extension("2026-03-01", ["7(2)(b)(i)"])
    for on, moved in ((FROM_TWO, {"O-11"}), (date(2026, 2, 28), {"O-11"}), (date(2026, 3, 1), set())):
        assert due_on(patch, on) == (OFFER_AND_SINGLE | GROUPS) - moved
    given = judged(patch, date(2026, 2, 28))["O-11"]
    assert given.verdict == "extended"
    assert "until 2026-03-01" in given.reason and "C(2024) 99" in given.reason
    assert given.due == FROM_TWO


def test_an_extension_of_the_whole_offer_moves_what_would_be_due_sooner() -> None:
    patch = extension("2024-09-06")
    assert due_on(patch, date(2024, 9, 5)) == set()
    assert due_on(patch, date(2024, 9, 6)) == OFFER_AND_SINGLE
    assert {each.verdict for each in judged(patch, date(2024, 9, 5)).values()} == {"extended", "not yet due"}
    assert due_on(patch, FROM_TWO) == OFFER_AND_SINGLE | GROUPS


def test_an_extension_that_ends_before_the_statutory_date_moves_nothing() -> None:
    assert due_on(extension("2024-01-01"), FROM_LISTING) == OFFER_AND_SINGLE


def test_a_later_date_without_a_decision_moves_nothing_and_is_found() -> None:
    function = '[[function]]\npoint = "7(2)(b)(i)"\nown = true\ninteroperable = false\nplanned = 2026-03-01\n'
    given = judged(DESIGNATED + function, FROM_TWO)
    assert given["O-11"].verdict == "not met"
    assert late(given) == {"7(2)(a)(i)", "7(2)(a)(ii)", "7(2)(b)(i)"}
    cited = judged(extension("2026-03-01", ["7(2)(b)(i)"]) + function, FROM_TWO)
    assert cited["O-11"].verdict == "extended"
    assert late(cited) == {"7(2)(a)(i)", "7(2)(a)(ii)"}


def test_the_day_itself_is_in_time_and_the_next_is_late() -> None:
    planned = '[[function]]\npoint = "7(2)(c)(i)"\nown = true\ninteroperable = false\nplanned = {}\n'
    for day, is_late in (("2027-09-06", False), ("2027-09-07", True)):
        given = judged(DESIGNATED + planned.format(day), FROM_LISTING)
        assert ("7(2)(c)(i)" in late(given)) is is_late


def test_the_events_are_read_where_the_law_says() -> None:
    offer = small_offer(DESIGNATED)
    assert event_day(offer.manifest, LAW.anchors["designation"]) == date(2023, 9, 5)
    assert event_day(offer.manifest, LAW.anchors["notification"]) == date(2023, 9, 6)
    assert event_day(offer.manifest, LAW.anchors["request"]) is None
    assert owed_day(small_offer('[gatekeeper]\ndecision = "(absent)"\n'), "listing-6m") is None


@pytest.mark.parametrize(("day", "owed"), [("1990-01-01", (1990, 7, 3)), ("2199-12-31", (2200, 7, 2))])
def test_the_first_and_the_last_day_of_a_manifest(day: str, owed: tuple[int, int, int]) -> None:
    offer = small_offer(f'[gatekeeper]\ndecision = {{ reference = "x", date = {day} }}\n')
    assert owed_day(offer, "listing-6m") == date(*owed)


def test_another_law_is_other_data() -> None:
    offer = small_offer(DESIGNATED)
    rules = {**LAW.due_rules, "listing-2y": replace(LAW.due_rules["listing-2y"], years=3, rolls_over=True)}
    offer = replace(offer, law=replace(LAW, due_rules=rules))
    assert owed_day(offer, "listing-2y") == date(2026, 9, 8)  # 5 September 2026 is a Saturday


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('anchor = "designation"\nyears = 2', 'anchor = "claim"\nyears = 2', "unknown anchor"),
        ('months = 3\nowed_with = "listing-6m"', "months = 3", "no offer states"),
    ],
)
def test_a_law_whose_periods_begin_nowhere_is_refused(old: str, new: str, says: str) -> None:
    text = files("art7.spec").joinpath("obligations", "dma-7.toml").read_text("utf-8")
    assert text.count(old) == 1
    with pytest.raises(ValueError, match=says):
        parse_law(text.replace(old, new).encode())
