"""Patterns agree with the standard library and never take long."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from art7.interpreter.functions.pattern import automaton, matches
from art7.interpreter.functions.refusal import Refused

PATTERNS = st.recursive(
    st.sampled_from(["a", "b", "[ab]", "[^a]", "\\.", "[0-9]", "c"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=6,
)


@given(PATTERNS, st.text("abc.0x", max_size=8))
def test_agreement(pattern: str, text: str) -> None:
    assert matches(text, pattern) == (re.fullmatch(pattern, text) is not None)


def test_anchors_and_classes() -> None:
    assert matches("+491234", r"^\+[1-9](?:[0-9]){1,14}$")
    assert not matches("+491234\n", r"^\+[1-9](?:[0-9]){1,14}$")
    assert not matches("٣", r"\d") and matches("ß", r"\W")


def test_no_backtracking() -> None:
    start = time.process_time()
    assert not matches("a" * 20_000 + "b", "(?:(?:a|a)*)*c|(?:a?){50}(?:a){50}")
    assert time.process_time() - start < 2


@pytest.mark.parametrize("pattern", ["(", r"(a)\1", "(?=a)b", "(?:a{1000}){1000}"])
def test_what_is_no_regular_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(Refused):
        automaton(pattern)
