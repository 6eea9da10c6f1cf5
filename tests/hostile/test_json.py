"""The JSON rows, and the rows of formats that art7 does not read."""

from __future__ import annotations

from pathlib import Path

import pytest

import corpus
from art7.grammar.diagnostics import Report
from art7.grammar.untrusted import json_strict, read_document, read_file


@pytest.mark.parametrize("case", corpus.hostile("json"), ids=lambda case: case.path.name)
def test_json_row(case: corpus.HostileCase, cases, hostile: Path) -> None:
    report = Report()
    data = read_file(case.path, report)
    assert data is not None
    document = json_strict.loads(data, report, file=case.path.name, floats=True)
    if case.outcome == "accept":
        assert document is not None and not report.diagnostics
    else:
        [found] = report.diagnostics
        assert document is None
        assert found.span.file == case.path.name and found.span.line >= 1
        assert len(found.message) < 300
    cases.ran("hostile/json")


def test_duplicate_keys_show_both_places(hostile: Path) -> None:
    report = Report()
    assert json_strict.loads(b'{"a": {"k": 1,\n "k": 2}}', report, file="m.json") is None
    [found] = report.diagnostics
    assert found.code == "A7-B051"
    assert (found.span.line, found.span.column) == (2, 2)
    [first] = found.related
    assert (first.span.line, first.span.column) == (1, 8)


@pytest.mark.parametrize(
    "case", [*corpus.hostile("yaml"), *corpus.hostile("xml")], ids=lambda case: case.path.name
)
def test_unread_format_is_refused_by_name(case: corpus.HostileCase, cases, hostile: Path) -> None:
    report = Report()
    data = read_file(case.path, report)
    assert data is not None
    assert read_document(data, report, file=case.path.name) is None
    assert [found.code for found in report.diagnostics] == ["A7-B044"]
    if case.path.parent.name == "yaml":
        cases.ran("hostile/yaml")
