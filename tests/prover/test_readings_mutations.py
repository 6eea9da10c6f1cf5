"""Ambiguities planted in the catalogue are found: nine in ten of each kind, nineteen in twenty of all."""

from __future__ import annotations

from typing import Any

import pytest

from ambiguities import KINDS, planted, share_found
from art7.prover.readings import prove

SELECTED_ELSEWHERE = {("w3c.vc", "selection"), ("ietf.dcep", "selection")}
"""The only layer of its field in its module: without a condition it is bound always, which is no ambiguity."""


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_planted_ambiguities_are_found(kind: str, cases: Any) -> None:
    points = [x for x in planted(kind, 5) if (x.module, kind) not in SELECTED_ELSEWHERE]
    found, missed = share_found(points, prove)
    cases.ran(f"readings, {kind}: found", found)
    assert len(missed) <= 1, missed
