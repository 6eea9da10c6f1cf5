"""Automata of patterns against an independent judge, and texts of small modules tried."""

from __future__ import annotations

import re

import interegular
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from art7.grammar.diagnostics import Report
from art7.grammar.load import load_paths, load_sources
from art7.prover.answers import Answer, Standing
from art7.prover.automata import TooLarge, around, automaton, shortest, two_ways
from art7.prover.budget import Budget
from art7.prover.texts import prove

ATOMS = st.sampled_from(["a", "b", "c", "[ab]", "[b-d]", "(?:ab)", "(?:a|cd)", "(?:b|bc)"])
PARTS = st.tuples(ATOMS, st.sampled_from(["", "", "?", "*", "+", "{2}", "{1,3}"])).map("".join)
PATTERNS = st.lists(PARTS, min_size=1, max_size=4).map("".join)


def answers(text: str, budget: Budget | None = None) -> list[Answer]:
    """Return what is answered about a module's text."""
    report = Report()
    specification = load_sources({"texts.a7": text}, report)
    assert not report.diagnostics
    module = next(x for x in specification.modules.values() if x.file == "texts.a7")
    return list(prove(specification, module, budget or Budget()))


@settings(max_examples=120, deadline=None)
@given(PATTERNS, PATTERNS)
def test_overlap_as_another_library_judges_it(one: str, other: str) -> None:
    common = shortest([automaton(one), automaton(other)])
    judged = interegular.parse_pattern(one).to_fsm() & interegular.parse_pattern(other).to_fsm()
    assert (common is None) == judged.empty()
    if common is not None:
        assert re.fullmatch(one, common) and re.fullmatch(other, common)
        assert len(common) == min(len(x) for x in _words(judged))


def _words(machine: interegular.FSM) -> list[list[object]]:
    """Return one shortest word of a machine."""
    return [next(iter(machine.strings()))]


@settings(max_examples=120, deadline=None)
@given(PATTERNS)
def test_a_text_in_two_ways_is_one_of_the_pattern(pattern: str) -> None:
    text = two_ways(automaton(pattern))
    assert text is None or re.fullmatch(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("a?a?b", "ab"), ("(?:ab|a)b?", "ab"), ("[a-f]*[d-z]?", "d"), ("a{1,3}a{1,3}", "aaa")],
)
def test_patterns_with_two_ways(pattern: str, text: str) -> None:
    assert two_ways(automaton(pattern)) == text


@pytest.mark.parametrize("pattern", ["a", "ab?c*", "(?:ab|cd)*", "a{2,9}", "[a-f]+:[0-9]+", "[^x]"])
def test_patterns_with_one_way(pattern: str) -> None:
    assert two_ways(automaton(pattern)) is None


def test_a_shortest_text_is_one_that_people_read() -> None:
    assert shortest([automaton("[\\x00-\\uffff]{3}")]) == "aaa"
    assert shortest([automaton("[!-~]+"), around(",", True, True)], 2) in ("a,", ",a")
    assert shortest([automaton("[a-z]+"), around(",", True, True)]) is None


def test_a_question_that_is_too_large_ends() -> None:
    with pytest.raises(TooLarge):
        shortest([automaton("[ab]*a[ab]{14}b")], 200, most=500)


OVERLAP = """a7 1
module demo.texts version 1.0 "Two."
encoding text(eol: '\\n')
message Note "A note." {
    limit size = 99
    to?:  { 'to:' name: Word ';' } "To whom."
    said: text[rest] "What is said."
}
token Word = ('a'..'z')+
"""


def test_an_overlap_names_both_sides() -> None:
    found = [x for x in answers(OVERLAP) if x.standing is Standing.REFUTED]
    assert [x.question for x in found] == ["token-overlap"]
    assert found[0].finding is not None and '"to:"' in found[0].finding.message


def test_a_rule_against_it_settles_an_overlap() -> None:
    ruled = OVERLAP.replace('said."\n}', "said.\"\n    check not starts_with(said, 'to:')\n}")
    assert all(x.standing is Standing.PROVED for x in answers(ruled))


def test_a_budget_that_is_used_up_is_no_pass() -> None:
    times = iter(range(10_000))
    budget = Budget(module=1, clock=lambda: float(next(times)))
    budget.start()
    found = [x for x in answers(OVERLAP, budget) if x.question == "read-back"]
    assert [x.standing for x in found] == [Standing.NOT_PROVEN]
    assert found[0].finding is not None and found[0].finding.code == "A7-L399"


def test_the_catalogue_of_texts_is_clean() -> None:
    report = Report()
    names = ("sdp", "sip", "ice", "cose", "cbor")
    specification = load_paths([f"spec/art7/spec/catalogue/ietf/{name}.a7" for name in names], report)
    for name in names:
        found = prove(specification, specification.modules[f"ietf.{name}"], Budget())
        assert [x.finding.message for x in found if x.finding is not None] == []
