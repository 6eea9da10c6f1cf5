"""Strict JSON against RFC 8259: what is taken, what is refused and where."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from art7.grammar.diagnostics import Report
from art7.grammar.untrusted import CODES, json_strict

LARGEST = json_strict.SAFE_INTEGER

TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST, LARGEST)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


def load(data: bytes, **options: Any) -> tuple[json_strict.JsonDocument | None, Report]:
    report = Report()
    return json_strict.loads(data, report, file="t.json", **options), report


def refusal(data: bytes, **options: Any) -> tuple[str, int, int]:
    document, report = load(data, **options)
    assert document is None
    [found] = report.diagnostics
    assert found.code in CODES
    return found.code, found.span.line, found.span.column


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", ("A7-B050", 1, 1)),
        (b" \n ", ("A7-B050", 2, 2)),
        (b"{", ("A7-B050", 1, 2)),
        (b"[1,]", ("A7-B050", 1, 3)),
        (b"[1 2]", ("A7-B050", 1, 4)),
        (b'{"a" 1}', ("A7-B050", 1, 6)),
        (b"{a: 1}", ("A7-B050", 1, 2)),
        (b"'a'", ("A7-B050", 1, 1)),
        (b'"a', ("A7-B050", 1, 1)),
        (b'"a\nb"', ("A7-B050", 1, 3)),
        (b'"\\x41"', ("A7-B050", 1, 2)),
        (b'"\\u12"', ("A7-B050", 1, 2)),
        (b'"\\ud83d"', ("A7-B057", 1, 2)),
        (b'"\\ude00\\ud83d"', ("A7-B057", 1, 2)),
        (b"True", ("A7-B050", 1, 1)),
        (b"nul", ("A7-B050", 1, 1)),
        (b"01", ("A7-B050", 1, 1)),
        (b"+1", ("A7-B050", 1, 1)),
        (b".5", ("A7-B050", 1, 1)),
        (b"5.", ("A7-B050", 1, 1)),
        (b"0x10", ("A7-B050", 1, 1)),
        (b"-", ("A7-B050", 1, 1)),
        (b"-0", ("A7-B053", 1, 1)),
        (b"1.0", ("A7-B053", 1, 1)),
        (b"9007199254740992", ("A7-B053", 1, 1)),
        (b"1" * 5000, ("A7-B053", 1, 1)),
        ("１".encode(), ("A7-B050", 1, 1)),
        ("\u00a01".encode(), ("A7-B050", 1, 1)),
        (b"1 1", ("A7-B055", 1, 3)),
        (b"{}\0", ("A7-B055", 1, 3)),
        (b'{"a":1,"\\u0061":2}', ("A7-B051", 1, 8)),
        (b"[" * 65, ("A7-B052", 1, 65)),
        (b'\xff\xfe"\0a\0"\0', ("A7-B040", 1, 1)),
        (b'"\xed\xa0\x80"', ("A7-B040", 1, 2)),
    ],
)
def test_refused(data: bytes, expected: tuple[str, int, int]) -> None:
    assert refusal(data) == expected


@pytest.mark.parametrize("literal", [b"1e400", b"-1e400", b"1e-5" + b"0" * 60, b"NaN", b"Infinity"])
def test_numbers_refused_even_with_fractions(literal: bytes) -> None:
    assert refusal(literal, floats=True)[0] in {"A7-B053", "A7-B050"}


def test_limits() -> None:
    assert load(b"[" * 64 + b"]" * 64)[0] is not None
    small = json_strict.JsonLimits(octets=10, values=3)
    assert load(b"[1,2]", limits=small)[0] is not None
    assert refusal(b"[1,2,3]", limits=small)[0] == "A7-B056"
    assert refusal(b'"' + b"a" * 20 + b'"', limits=small)[0] == "A7-B043"


def test_octet_is_told_beyond_ascii() -> None:
    _, report = load('{"é": x}'.encode())
    assert "octet 7" in report.diagnostics[0].message
    assert report.diagnostics[0].span.column == 7


@given(TREES)
def test_agrees_with_the_standard_library(value: Any) -> None:
    data = json.dumps(value).encode()
    document, report = load(data, floats=True)
    assert document is not None, report.diagnostics
    assert repr(document.value) == repr(json.loads(data))


@given(TREES, st.booleans())
def test_every_value_has_its_place(value: Any, indented: bool) -> None:
    text = json.dumps(value, indent=2 if indented else None, ensure_ascii=False)
    document, _ = load(text.encode(), floats=True)
    assert document is not None
    for path, inner in walk(value):
        place = document.positions.find(path)
        assert place is not None
        assert json.loads(text[place.value.start : place.value.end]) == inner
        if path and isinstance(path[-1], str):
            assert place.key is not None
            assert json.loads(text[place.key.start : place.key.end]) == path[-1]


def walk(value: Any, path: tuple[str | int, ...] = ()) -> Any:
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from walk(inner, (*path, index))


JSON_LIKE = st.lists(
    st.sampled_from(
        ['"', "\\", "u0041", "\\ud800", "{", "}", "[", "]", ",", ":", "1", "-", ".5", "e9", " ", "\n"]
    )
    | st.sampled_from(['"a"', "true", "null", "{}", "é", "\0", '"\\n"']),
    max_size=20,
).map("".join)


@given(JSON_LIKE)
def test_accepts_no_more_than_the_standard_library(text: str) -> None:
    document, report = load(text.encode(), floats=True)
    if document is None:
        assert [found.code in CODES for found in report.diagnostics] == [True]
    else:
        assert repr(json.loads(text)) == repr(document.value).replace("-0.0", "0") or "-0" in text


@given(st.binary(max_size=40))
def test_any_octets_give_a_value_or_one_refusal(data: bytes) -> None:
    document, report = load(data, floats=True)
    assert (document is None) == (len(report.diagnostics) == 1)
