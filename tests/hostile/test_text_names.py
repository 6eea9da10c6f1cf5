"""Look-alike names as file names of a bundle: each line of each identifier list is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import corpus
from art7.grammar.diagnostics import Report
from art7.grammar.untrusted import write_archive

NAMES = [
    line
    for case in corpus.hostile("text")
    if case.path.suffix == ".txt" and case.outcome == "reject"
    for line in case.path.read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_look_alike_is_no_file_name(name: str, cases, hostile: Path) -> None:
    report = Report()
    assert write_archive({f"modules/{name}.a7": b""}, report) is None
    [found] = report.diagnostics
    assert found.code == "A7-B014"
    assert found.message.isascii(), "the name is shown with its code points, not as it looks"
    cases.ran("hostile/text")
