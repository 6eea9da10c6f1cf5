"""Every rule's page is run: Bad gives exactly its code, Good gives nothing."""

from __future__ import annotations

import re

import pytest
from small_offer import small_offer

from art7.validator.proving import with_answers
from art7.validator.rule import Rule
from art7.validator.rules import FAMILIES, RULES, in_order
from art7.validator.validate import validate


def codes(rule: Rule, patch: str) -> set[str]:
    """Return what is found; the prover is asked for the rules that read its answers, which are silent without."""
    offer = small_offer(patch)
    if rule.family == "proofs":
        assert rule.code not in {found.diagnostic.code for found in validate(offer).open}
        offer = with_answers(offer)
    return {found.diagnostic.code for found in validate(offer).open}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_bad_example_gives_the_code_and_nothing_else(rule: Rule) -> None:
    assert codes(rule, rule.page.bad) == {rule.code}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_good_example_gives_nothing(rule: Rule) -> None:
    assert codes(rule, rule.page.good) == set()


def test_the_smallest_offer_is_clean() -> None:
    assert [found.diagnostic for found in validate(with_answers(small_offer())).found] == []


def test_rules_are_many_and_of_every_family() -> None:
    assert {rule.family for rule in RULES} == set(FAMILIES)
    assert len(RULES) >= 120


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_codes_clauses_and_duties_are_well_formed(rule: Rule) -> None:
    offer = small_offer()
    assert re.fullmatch(r"A7-[VB][0-9]{3}", rule.code)
    assert rule.clause.startswith("DMA Art. ")
    assert set(rule.obligations) <= set(offer.law.obligations)
    assert set(rule.seen_as) <= {*offer.law.findings, *offer.law.disagreements}
    assert rule.page.summary.endswith(".")
    assert not rule.name.startswith(("no_", "check_"))


def test_a_code_taken_twice_is_refused() -> None:
    first, second = RULES[:2]
    from dataclasses import replace

    with pytest.raises(ValueError, match="taken by"):
        in_order([first, replace(second, code=first.code)])
