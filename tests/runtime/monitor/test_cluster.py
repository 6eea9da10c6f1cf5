"""A log dealt out to a local Dask cluster gives the report that one process gives."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from art7.cli import main

MINIMAL = Path(__file__).parents[2] / "validator" / "offers" / "minimal"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["monitor", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Sixty conversations, a third of which depart, and lines that are no records."""
    assert main(["run", str(MINIMAL), "text_both_ways", "--format", "trace"]) == 0
    trace = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    end = [line["n"] for line in trace].index(1, 1)
    sends = [line for line in trace[:end] if line["kind"] == "send"]
    lines = ["nonsense"]
    for number, line in enumerate(sends):
        for conversation in range(60):
            if conversation % 3 == 0 and number == 0:
                continue  # the question is missing: what follows is out of turn
            message = {"sender": line["role"], "receiver": line["receiver"], "octets": line["octets"]}
            lines.append(json.dumps({"conversation": f"c{conversation}", **message}))
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(lines))
    return path


@pytest.mark.slow
def test_the_report_is_the_same_to_the_letter(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="pip install 'art7[dask]'")
    arguments = (str(log), str(MINIMAL), "--format", "json")
    code, alone, _ = run(capsys, *arguments)
    assert code == 1 and json.loads(alone)["departed"] == 20 and json.loads(alone)["bad_lines"] == 1
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        engine = cluster.scheduler_address.replace("tcp://", "dask://")
        assert run(capsys, *arguments, "--engine", engine) == (1, alone, "")


def test_without_a_scheduler_or_dask_one_line(
    capsys: pytest.CaptureFixture[str], log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, out, err = run(capsys, str(log), str(MINIMAL), "--engine", "dask://127.0.0.1:1")
    assert (code, out) == (2, "") and "dask is not installed" in err and "art7[dask]" in err
