"""Open points of small modules: what is one, what settles it, and that both readings are whole texts."""

from __future__ import annotations

import pytest

from art7.grammar.diagnostics import Report
from art7.grammar.load import load_paths, load_sources
from art7.prover.answers import Answer, Standing
from art7.prover.budget import Budget
from art7.prover.readings import FINDERS, prove
from art7.prover.replay import replay
from art7.prover.witnesses import TwoReadings

HEAD = 'a7 1\nmodule demo.readings version 1.0 "Open points."\n\n'
CARD = """message Card as json "Who." {
    limit size = 199
    unknown preserve
    %s
}
"""


def answers(text: str) -> list[Answer]:
    """Return what is answered about a text, each refuted answer's witness replayed."""
    report = Report()
    specification = load_sources({"readings.a7": HEAD + text}, report)
    assert not report.diagnostics
    found = list(prove(specification, specification.modules["demo.readings"], Budget()))
    for answer in found:
        if answer.standing is Standing.REFUTED:
            assert answer.witness is not None and replay(answer.witness, specification) is None
    return found


def questions(text: str) -> list[str]:
    """Return the questions whose answer is a finding."""
    return [answer.question for answer in answers(text) if answer.finding is not None]


@pytest.mark.parametrize(
    ("member", "found"),
    [
        ('muted?: bool "Whether it is quiet."', ["absence"]),
        ('muted?: bool "Whether it is quiet; absent: it is not."', []),
        ('muted?: bool default false "Whether it is quiet."', []),
        ('name?: text[1..9] "How they are called."', []),
        ('timeout: u16 "When to give up."', ["unit"]),
        ('timeout: u16 "After how many seconds to give up."', []),
        ('timeout_ms: u16 "When to give up."', []),
        ('image: u16 "Its number."', []),
        ('age?: u8 "Years." check age > 3', ["rule-on-absence"]),
        ('age?: u8 "Years." check age == null or age > 3', []),
        ('age?: u8 "Years." check absent(age) or age > 3', []),
        ('age: u8 "Years." must C-01: manual "Old cards are usually refused."', ["deferral"]),
        ('age: u8 "Years." must C-01: manual "Cards of ten years are refused."', []),
    ],
)
def test_points_of_a_member(member: str, found: list[str]) -> None:
    assert questions(CARD % member) == found


def test_each_question_has_an_answer_where_nothing_is_open() -> None:
    asked = {answer.question for answer in answers(CARD % 'age: u8 "Years."')}
    assert asked == {question for question, _ in FINDERS}


def test_two_readings_differ_in_one_place_and_say_so() -> None:
    found = next(x for x in answers(CARD % 'muted?: bool "Whether it is quiet."') if x.finding is not None)
    witness = found.witness
    assert isinstance(witness, TwoReadings)
    first, second = witness.first_text.split("\n"), witness.second_text.split("\n")
    assert [x for x, y in zip(first, second, strict=True) if x != y] == [
        '    muted?: bool default false "Whether it is quiet."'
    ]
    assert witness.first.value != witness.second.value


def test_a_module_that_says_no_order_anywhere_is_not_asked_for_one() -> None:
    silent = 'message One as binary "One." { limit size = 9 number: u16 "Its number." }\n'
    said = 'message Two as binary(order: \'little\') "Two." { limit size = 9 number: u16 "Its number." }\n'
    assert questions(silent) == []
    assert questions(silent + said) == ["byte-order"]


def test_a_point_that_no_message_shows_is_not_proven() -> None:
    hard = CARD % 'code: bytes[4] "A code." check false muted?: bool "Whether it is quiet."'.replace(
        "bytes", "base64"
    )
    found = [x for x in answers(hard) if x.finding is not None]
    assert [x.standing for x in found] == [Standing.NOT_PROVEN]
    assert found[0].finding is not None and found[0].finding.code == "A7-L499"


def test_the_catalogue_leaves_nothing_open() -> None:
    report = Report()
    specification = load_paths(
        ["spec/art7/spec/catalogue", "spec/art7/spec/offers/examplechat/modules"], report
    )
    assert not report.has_errors
    for module in specification.modules.values():
        found = [x.finding for x in prove(specification, module, Budget()) if x.finding is not None]
        assert [f"{x.span} {x.message}" for x in found] == []
