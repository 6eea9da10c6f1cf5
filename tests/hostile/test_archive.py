"""The archive rows: each is read in a child with 2 s of CPU and 256 MiB, in an empty folder."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

import corpus
from limited import run_limited

READ = """
import json, sys
from art7.grammar.diagnostics import Report
from art7.grammar.untrusted import read_source
report = Report()
bundle = read_source(sys.argv[1], report)
print(json.dumps({
    "files": None if bundle is None else {path: len(content) for path, content in bundle.files.items()},
    "diagnostics": [[found.code, found.message] for found in report.diagnostics],
}))
"""


@pytest.mark.parametrize("case", corpus.hostile("archive"), ids=lambda case: case.path.name)
def test_archive_row(case: corpus.HostileCase, cases, hostile: Path, tmp_path: Path) -> None:
    first, again = (run_limited(READ, str(case.path), cwd=tmp_path) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert first.stdout == again.stdout, "the answer must be the same on every run"
    assert first.stderr == ""
    answer = json.loads(first.stdout)
    if case.outcome == "accept":
        assert answer["diagnostics"] == [] and answer["files"]
    else:
        [[code, message]] = answer["diagnostics"]
        assert answer["files"] is None
        assert code.startswith("A7-B0") and len(message) < 300
    assert not list(tmp_path.iterdir()), "nothing may be left behind"
    cases.ran("hostile/archive")


def test_no_marker_escaped(hostile: Path) -> None:
    for folder in (Path(tempfile.gettempdir()), corpus.REPOSITORY, corpus.REPOSITORY.parent):
        assert not list(folder.glob("ART7_ESCAPE*"))
