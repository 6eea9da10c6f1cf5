"""`examplechat-draft` is `examplechat` with known defects, and each of them is found where it was planted."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from art7.grammar.diagnostics import Diagnostic
from art7.validator.law import load_law
from art7.validator.validate import validate
from example_offers import DRAFT, GOOD, Defect, defects, draft, folder, read, write


@cache
def findings(root: Path) -> tuple[Diagnostic, ...]:
    return tuple(found.diagnostic for found in validate(read(root)).open)


def is_found(defect: Defect, found: tuple[Diagnostic, ...]) -> bool:
    return any(
        one.code in defect.codes and one.span.file in defect.files and defect.says in one.message
        for one in found
    )


def named(defect: Defect) -> str:
    return f"{defect.imitates} {defect.title}"


def test_the_good_offer_has_no_findings() -> None:
    assert findings(GOOD) == ()


def test_the_draft_is_the_good_offer_with_the_defects(pytestconfig: pytest.Config) -> None:
    wanted = draft()
    if pytestconfig.getoption("--update"):
        write(wanted, DRAFT)
    assert folder(DRAFT) == wanted


@pytest.mark.parametrize("defect", defects(), ids=named)
def test_each_defect_is_found_in_the_draft_and_not_in_the_good_offer(defect: Defect) -> None:
    shown = "\n".join(f"{one.code} {one.span.file}: {one.message}" for one in findings(DRAFT))
    assert is_found(defect, findings(DRAFT)), shown
    assert not is_found(defect, findings(GOOD))


def test_the_defects_imitate_known_findings() -> None:
    law = load_law()
    assert {defect.imitates for defect in defects()} <= set(law.findings) | set(law.obligations)
    assert len({defect.imitates for defect in defects() if defect.imitates in law.findings}) >= 14
