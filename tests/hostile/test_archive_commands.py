"""The archive rows through the command line: start-up included, within 2 s of CPU and 256 MiB."""

from __future__ import annotations

from pathlib import Path

import pytest

import corpus
from limited import run_limited

RUN = "import sys; from art7.cli import main; sys.exit(main(sys.argv[1:]))"


@pytest.mark.slow
@pytest.mark.parametrize("case", corpus.hostile("archive"), ids=lambda case: case.path.name)
def test_archive_row_on_the_command_line(case: corpus.HostileCase, hostile: Path, tmp_path: Path) -> None:
    done = run_limited(RUN, "validate", str(case.path), cwd=tmp_path)
    assert "Traceback" not in done.stderr and "A7-R999" not in done.stderr
    assert done.returncode in (1, 2), done.stderr
    first = done.stdout.splitlines()[0]
    if case.outcome == "accept":
        # The archive is taken; what is missing in it is another matter.
        assert first.startswith("error[A7-V")
    else:
        assert first.startswith("error[A7-B0") and "A7-V" not in first
    assert not list(tmp_path.iterdir())
