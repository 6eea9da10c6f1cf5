"""Strict TOML: the library's values, our places and limits."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from art7.grammar.diagnostics import Report
from art7.grammar.untrusted import CODES, toml_strict


def load(data: bytes, **options: Any) -> tuple[toml_strict.TomlDocument | None, Report]:
    report = Report()
    return toml_strict.loads(data, report, file="offer.toml", **options), report


EVERY_SHAPE = """\
title = "x"  # comment
a.b."c d" = 1
'q' = [1, [2,
  3], {deep = {er = true}}]
[table]
when = 2026-02-02
at = 2026-02-02 07:32:00Z
long = \"\"\"
one "" two\"\"\"\"
[[component]]
name = 'first'
[[component.part]]
n = 1
[[component.part]]
n = 2
[[component]]
name = "sec\\u006fnd"
[component.more]
k = {}
"""


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_every_key_has_its_place(ending: str) -> None:
    text = EVERY_SHAPE.replace("\n", ending)
    document, report = load(text.encode())
    assert document is not None, report.diagnostics
    assert document.value == tomllib.loads(text)
    lines = {
        ("title",): 1,
        ("a", "b", "c d"): 2,
        ("q", 1, 1): 4,
        ("q", 2, "deep", "er"): 4,
        ("table",): 5,
        ("table", "at"): 7,
        ("table", "long"): 8,
        ("component", 0, "name"): 11,
        ("component", 0, "part", 1): 14,
        ("component", 0, "part", 1, "n"): 15,
        ("component", 1, "name"): 17,
        ("component", 1, "more", "k"): 19,
    }
    found = {path: document.positions.find(path) for path in lines}
    assert {path: place.value.line for path, place in found.items() if place} == lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1\na = 2", ("A7-B051", 2, 1)),
        ("[a]\n[a]", ("A7-B051", 2, 2)),
        ("a = {b = 1, b = 2}", ("A7-B051", 1, 13)),
        ("a = " + "[" * 100_000, ("A7-B052", 1, 68)),
        ("a." * 5000 + "a = 1", ("A7-B052", 1, 129)),
        ("x = " + "9" * 6000, ("A7-B053", 1, 5)),
        ("x = 9007199254740992", ("A7-B053", 1, 5)),
        ("x = 1.5", ("A7-B053", 1, 5)),
        ("x = inf", ("A7-B053", 1, 5)),
        ("x = [1, nan]", ("A7-B053", 1, 9)),
        ("a = \n", ("A7-B060", 1, 5)),
        ("a", ("A7-B060", 1, 2)),
        ("a = 'x", ("A7-B060", 1, 7)),
        ('a = "\u202e"', ("A7-B042", 1, 6)),
        ("a = 1\rb = 2", ("A7-B042", 1, 6)),
        ("\ufeffa = 1", ("A7-B041", 1, 1)),
    ],
)
def test_refused(text: str, expected: tuple[str, int, int]) -> None:
    document, report = load(text.encode())
    assert document is None
    [found] = report.diagnostics
    assert (found.code, found.span.line, found.span.column) == expected
    assert found.code in CODES and len(found.message) < 200


def test_duplicate_shows_the_first_place() -> None:
    _, report = load(b"[a]\nk = 1\n'k' = 2\n")
    [related] = report.diagnostics[0].related
    assert (related.span.line, related.span.column) == (2, 1)


def test_values_are_counted() -> None:
    limits = toml_strict.TomlLimits(values=3)
    assert load(b"a = [1, 2]", limits=limits)[0] is not None
    assert load(b"a = [1, 2, 3]", limits=limits)[1].diagnostics[0].code == "A7-B056"
    assert load(b"[[a]]\n[[a]]\n[[a]]\n[[a]]", limits=limits)[1].diagnostics[0].code == "A7-B056"


PIECES = [
    "a",
    "b",
    ".",
    "=",
    " ",
    "\n",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    ",",
    '"',
    "'",
    '"""',
    "'''",
    "\\",
    "#",
]
PIECES += [
    "1",
    "1.5",
    "true",
    "2026-02-02",
    "07:32:00",
    "a = 1\n",
    "[a]\n",
    "[[b]]\n",
    "b = [1, {c = 2}]\n",
    "\r\n",
]


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_scanner_agrees_with_the_library(text: str) -> None:
    """What the library takes, the scanner follows to the last value; what it refuses is refused."""
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assert load(text.encode(), floats=True)[0] is None
        return
    document, report = load(text.encode(), floats=True)
    assert document is not None, report.diagnostics
    assert document.value == value
    for path in paths(value):
        assert document.positions.find(path) is not None, path


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Any:
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths(inner, (*path, index))
