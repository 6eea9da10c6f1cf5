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

CODES = {
    "gz-bomb.tar": "A7-B007", "tar-fifo-device": "A7-B018", "tar-hardlink-out": "A7-B017",
    "tar-pax-bad-length": "A7-B022", "tar-size-8gib": "A7-B005", "tar-truncated": "A7-B003",
    "zip-12000-entries": "A7-B004", "zip-absolute": "A7-B012", "zip-bad-crc": "A7-B009",
    "zip-bomb-flat": "A7-B005", "zip-dotdot": "A7-B012", "zip-duplicate-name": "A7-B015",
    "zip-encrypted-flag": "A7-B010", "zip-fold-collision": "A7-B016", "zip-method-99": "A7-B011",
    "zip-size-lie": "A7-B008", "zip-symlink-through": "A7-B017", "zip-two-archives": "A7-B019",
}  # fmt: skip
"""The real cause, for the rows that are known; another row needs a code of the archive layer, whichever."""


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
        assert code.startswith("A7-B0") and code == CODES.get(case.path.stem, code) and len(message) < 300
    assert not list(tmp_path.iterdir()), "nothing may be left behind"
    cases.ran("hostile/archive")


def test_no_marker_escaped(hostile: Path) -> None:
    for folder in (Path(tempfile.gettempdir()), corpus.REPOSITORY, corpus.REPOSITORY.parent):
        assert not list(folder.glob("ART7_ESCAPE*"))
