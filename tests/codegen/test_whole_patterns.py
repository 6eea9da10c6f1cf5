"""Patterns that the standard library's engine is given: it says what the automaton says, at once on any text."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from art7.codegen.python.vendored.patterns import matches, whole_matcher
from art7.codegen.python.whole_patterns import is_deterministic

CLASSES = st.sampled_from(["a", "b", "[ab]", "[^a]", r"\d", r"\w", r"\s", ".", "[b-d]", r"[^\d]", "c"])
MARKS = st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,3}"])
ATOMS = st.builds(lambda atom, mark: atom + mark, CLASSES, MARKS)
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(lambda parts: "".join(parts), st.lists(inner, min_size=2, max_size=3)),
        st.builds(
            lambda parts, mark: f"({'|'.join(parts)}){mark}", st.lists(inner, min_size=1, max_size=3), MARKS
        ),
    ),
    max_leaves=6,
)
SIGNS = st.text("abcd1 \n\u0661\u00e9\u2003", max_size=8)


@given(PATTERNS, SIGNS)
def test_both_say_the_same(pattern: str, text: str) -> None:
    if is_deterministic(pattern):
        assert (whole_matcher(pattern)(text) is not None) == matches(text, pattern)


@pytest.mark.parametrize(
    ("pattern", "is_fit"),
    [
        ("[A-Za-z][A-Za-z0-9+.-]*:[^ <>]+", True),
        ("0+([.]0+)?", True),
        ("[0-9]{1,10}", True),
        ("[Ss]:([^@]*@)?[^?@]*[?][^@]*", True),
        ("(Tue|Thu), (Jan|Jun|Jul)", True),
        ("([ab]x|[bc]y)*", False),
        ("a?a?a?a?a", False),
        ("(a+)+", False),
        ("(a|ab)*", False),
        ("a*a", False),
        ("[^@]*@?[^?]*x", False),
        ("^a$", False),
        (r"a\b", False),
        ("a*?", False),
        ("(a)\\1", False),
    ],
)
def test_what_qualifies(pattern: str, is_fit: bool) -> None:
    assert is_deterministic(pattern) == is_fit


def test_long_texts_take_no_longer_than_their_length() -> None:
    begin = time.process_time()
    for text in ("a" * 200_000, "ab" * 100_000, "a b" * 60_000):
        for pattern in ("[a-z]+( [a-z]+)*;", "([a-z]{1,3};)*", "(a+b)*c", "([^@]*@)?[^?@]*[?]"):
            assert is_deterministic(pattern)
            assert whole_matcher(pattern)(text) is None
    assert time.process_time() - begin < 2


@given(PATTERNS)
def test_what_qualifies_compiles(pattern: str) -> None:
    if is_deterministic(pattern):
        assert re.compile(pattern, re.ASCII)
