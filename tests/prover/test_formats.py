"""Questions about formats: what the budget does, what the absence of z3 does, and how a finding reads."""

from __future__ import annotations

import time

import pytest

from art7.grammar.diagnostics import Report
from art7.grammar.load import load_sources
from art7.prover.answers import Answer, Standing
from art7.prover.budget import Budget
from art7.prover.formats import prove
from art7.prover.formats.codes import CODES
from art7.prover.formats.say import QUESTIONS
from art7.prover.replay import replay
from art7.prover.solver import ask as asking

HEAD = "a7 1\nmodule demo version 1.0\n"
PRODUCT = ((1 << 61) - 1) * (10**18 + 9)


def answers(text: str, budget: Budget | None = None) -> list[Answer]:
    report = Report()
    specification = load_sources({"demo.a7": HEAD + text}, report)
    assert not report.diagnostics, [each.message for each in report.diagnostics]
    budget = budget or Budget()
    budget.start()
    found = list(prove(specification, specification.modules["demo"], budget))
    for answer in found:
        if answer.witness is not None:
            assert replay(answer.witness, specification) is None
    return found


def findings(text: str, budget: Budget | None = None) -> list[str]:
    return [answer.finding.message for answer in answers(text, budget) if answer.finding is not None]


HOSTILE = f"""
struct Key as binary {{
    one: u64
    two: u64
    check one * two == {PRODUCT} and one > 1 and two > one
}}
"""


def test_a_product_that_nobody_factors_ends_within_its_budget() -> None:
    begun = time.monotonic()
    found = answers(HOSTILE, Budget(question=0.4, module=2.0))
    assert time.monotonic() - begun < 6
    open_ones = [answer for answer in found if answer.standing is Standing.NOT_PROVEN]
    assert open_ones and all(a.finding is not None and a.finding.code == "A7-L299" for a in open_ones)
    assert not [answer for answer in found if answer.standing is Standing.REFUTED]


def test_rules_that_nest_deeply_end_within_their_budget() -> None:
    deep = "a > 0"
    for number in range(18):
        deep = f"(a != {number} or not ({deep}))"
    begun = time.monotonic()
    found = answers(f"struct Deep as binary {{ a: u8 check {deep} }}", Budget(question=0.3, module=2.0))
    assert time.monotonic() - begun < 6 and found


def test_many_fields_that_may_be_absent_do_not_multiply() -> None:
    fields = "\n".join(f"    x{n}: u16 when flags & {1 << n} != 0" for n in range(40))
    begun = time.monotonic()
    found = answers(f"message Many as binary {{\n    limit size = 200\n    flags: u64\n{fields}\n}}")
    assert time.monotonic() - begun < 6
    assert not [answer for answer in found if answer.finding is not None]


def test_without_time_nothing_is_proved() -> None:
    found = answers("struct Some as binary { a: u8 check a > 3 }", Budget(question=0.0))
    assert {answer.standing for answer in found if answer.question == "always-true"} == {Standing.NOT_PROVEN}


def test_without_the_solver_only_what_needs_it_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "has_z3", lambda: False)
    assert findings("struct Some as binary { a: u8 b: u8 check a > 3 and b < a }") == []
    assert len(findings(HOSTILE)) >= 1
    assert findings("struct None as binary { a: u8 check a > 3 check a < 2 }") == [
        "no message meets this rule: it contradicts the rules before it"
    ]


def test_a_finding_names_the_other_rule() -> None:
    text = "struct Some as binary { a: u8 must S-1: a > 3 must S-2: a < 250 must S-3: a == 2 }"
    found = [answer for answer in answers(text) if answer.finding is not None]
    assert len(found) == 1 and found[0].finding is not None
    assert [each.message for each in found[0].finding.related] == ["excludes it: rule `S-1`"]


def test_a_rule_that_repeats_the_layout_is_not_idle() -> None:
    text = """
    struct Chunk as binary {
        kind: u8 = 2
        words: u8 = octets(data) / 4
        data: bytes[size words * 4]
        extra: u8 when kind == 2
        must C-1: octets(data) % 4 == 0 else bad_value
        must C-2: present(extra) == (kind == 2)
    }
    """
    assert [x for x in findings(text) if "excludes nothing" in x] == []


def test_every_question_has_a_page() -> None:
    assert set(QUESTIONS.values()) <= set(CODES)


@pytest.mark.parametrize(
    "expression", ["x ^ 0x2112 ^ 0x2112", "~~x", "(x & 0xF0) | (x & 0x0F) | (x & 0xFF00)"]
)
def test_views_that_come_back(expression: str) -> None:
    text = f"struct V as binary {{ raw: u16 = {expression} let x: u16 = raw }}"
    assert findings(text) == []
