"""The corpus of faulty modules: each is found, exactly, with a witness that shows the fault; clean twins yield nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from faults import ENCODINGS, FaultCase, check, fault_cases, unshown

CASES = fault_cases()


@pytest.fixture(params=CASES, ids=[case.name for case in CASES])
def case(request: pytest.FixtureRequest) -> FaultCase:
    return request.param


def test_exactly_these_findings_each_shown(case: FaultCase) -> None:
    checked = check(case.text)
    assert checked.places == case.expected, [f"{x.code} {x.span} {x.message}" for x in checked.findings]
    assert all(found.help for found in checked.findings), "a finding says what to do"
    assert not unshown(checked)


def test_every_class_is_there_three_times_and_has_a_clean_twin() -> None:
    faulty = Counter(case.kind for case in CASES if case.expected)
    clean = {case.kind for case in CASES if not case.expected}
    few = {kind: number for kind, number in faulty.items() if number < 3}
    assert not few, f"fewer than three faulty modules: {few}"
    assert set(faulty) == clean, (
        f"no clean twin: {sorted(set(faulty) - clean)}; no fault: {sorted(clean - set(faulty))}"
    )


def test_every_encoding_has_a_faulty_module() -> None:
    used = {encoding for case in CASES if case.expected for encoding in case.encodings}
    assert used == set(ENCODINGS)


def test_table_of_classes(cases: Any) -> None:
    """Listed after the run: each class, in which encodings, how many faulty modules."""
    for kind in sorted({case.kind for case in CASES}):
        mine = [case for case in CASES if case.kind == kind and case.expected]
        encodings = sorted({encoding for case in mine for encoding in case.encodings})
        cases.ran(f"faults/{kind}: {', '.join(encodings)}", len(mine))
    assert len({case.path for case in CASES}) == len(CASES)
