"""Faults of formats planted in the catalogue are found; the catalogue itself has none."""

from __future__ import annotations

import pytest

from art7.prover.budget import Budget
from art7.prover.formats import prove
from catalogue_codec import load_catalogue
from format_mutants import mutants, survivors

EACH = 2


@pytest.mark.slow
def test_planted_faults_are_found() -> None:
    planted = mutants(20, EACH)
    left = [mutant.name for mutant in survivors(planted)]
    assert len(planted) > 25
    assert len(left) * 20 <= len(planted), left


@pytest.mark.slow
def test_the_catalogue_has_no_fault_and_needs_no_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    specification = load_catalogue({})
    for module in specification.modules.values():
        budget = Budget()
        budget.start()
        found = [answer.finding for answer in prove(specification, module, budget) if answer.finding]
        assert not found, [f"{each.span}: {each.message}" for each in found]
