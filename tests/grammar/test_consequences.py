"""What a fault in the text puts in question is not told as faults of its own; what is independent of it is."""

from __future__ import annotations

import pytest
from tests.support.lowering import HEAD

from art7.grammar.diagnostics import Report
from art7.grammar.load import load_sources

TEXT = """encoding text(eol: '\\n')

errors {
    bad_word = 100 "No word."
}

token Sign = 'a'..'z'

token Word = Sign+

message Line {
    limit size = 99
    line { word: Word ' ' rest: Word }
    must W-1: length(word) > 1 else bad_word
}

struct Other as binary {
    x: u8
    y: bytes
}
"""
OPEN = ("A7-L011", 21)
"""`y` has no end: a fault that has nothing to do with the others."""


def told(text: str, **others: str) -> list[tuple[str, int]]:
    report = Report()
    load_sources({"demo.a7": HEAD + text, **{f"{name}.a7": other for name, other in others.items()}}, report)
    return [(found.code, found.span.line) for found in report.diagnostics]


def test_the_fault_of_the_text_itself() -> None:
    assert told(TEXT) == [OPEN]


@pytest.mark.parametrize(
    ("whole", "damaged", "line"),
    [
        ("errors {", "{ errors", 5),
        ("bad_word = 100", "bad_word 100", 6),
        ("bad_word = 100", "= bad_word 100", 6),
        ("Sign = 'a'", "= Sign 'a'", 9),
        ("token Word", "Word token", 11),
        ("Word = Sign", "Word = = Sign", 11),
        ("message Line {", "message Line", 14),
        ("line { word", "line word", 15),
        ("limit size = 99", "limit size 99", 14),
    ],
)
def test_one_fault_is_told_and_what_is_independent_of_it(whole: str, damaged: str, line: int) -> None:
    found = told(TEXT.replace(whole, damaged, 1))
    assert found[-1] == OPEN
    assert [code[:4] for code, _ in found[:-1]] in (["A7-P"], ["A7-P", "A7-P"])
    assert all(abs(at - line) <= 4 for _, at in found[:-1])


@pytest.mark.parametrize(
    "damaged",
    [
        "encoding (text eol",
        "encoding text( :eol",
        "text encoding(eol",
        "text(eol",
        " text(eol",
        "encoding errors text(eol",
    ],
)
def test_a_lost_encoding_puts_all_in_question(damaged: str) -> None:
    found = told(TEXT.replace("encoding text(eol", damaged))
    assert {(code[:4], line) for code, line in found} == {("A7-P", 3)}


def test_a_module_is_not_blamed_for_what_another_lost() -> None:
    other = "a7 1\nmodule other version 1.0\nuse demo\nmessage M as binary { limit size = 9 a: demo.Small[3] x: bytes }\n"
    lost = "struct Small as binary { x: u8 }\n"
    assert told(lost, other=other) == [("A7-L011", 4)]
    assert told(lost.replace("x:", "x"), other=other) == [("A7-P032", 3)]
    assert told("struct B as binary { x u8 }\n" + lost, other=other) == [
        ("A7-P032", 3),
        ("A7-L011", 4),
    ]


def test_what_is_said_of_a_module_that_is_missing_waits_for_it() -> None:
    text = (
        "use nothing as gone\nstruct A as xml { a @attribute: gone.Word }\nstruct B as binary { y: bytes }\n"
    )
    assert told(text) == [("A7-N031", 3), ("A7-L011", 5)]
    assert told(text.replace("nothing as", "as")) == [("A7-P032", 3)]


def test_a_part_that_speaks_of_a_lost_name_is_in_question() -> None:
    text = (
        "enum : u3 closed { a = 1 }\nstruct A as binary { k: Kind n: u5 }\nstruct B as binary { y: bytes }\n"
    )
    assert told(text) == [("A7-P032", 3), ("A7-L011", 5)]


def test_a_constant_without_a_value_is_told_in_its_own_module() -> None:
    """Its users in another module get no second finding, and no crash."""
    used = "a7 1\nmodule used version 1.0\n\nconst FAR: u64 u64 = 7\n\nconst NEAR: u8 = 1\n"
    found = told("use used\nstruct A as binary { x: u64 must A-1: x < used.FAR }", used=used)
    assert found == [("A7-P032", 4)]
