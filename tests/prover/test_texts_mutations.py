"""Faults of texts planted in the catalogue are found."""

from __future__ import annotations

from typing import Any

import pytest

from ambiguities import share_found
from art7.prover.texts import prove
from text_faults import KINDS, planted_texts


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_planted_faults_are_found(kind: str, cases: Any) -> None:
    planted = planted_texts(kind, 5)
    found, missed = share_found(planted, prove)
    cases.ran(f"texts, {kind}: found", found)
    assert len(missed) <= 1, missed
