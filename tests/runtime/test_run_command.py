"""`art7 run` as its reader meets it: exit codes, forms, negative controls, nothing on standard error but what is wrong."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from art7.cli import main
from example_offers import DRAFT

MINIMAL = Path(__file__).parents[1] / "validator" / "offers" / "minimal"
CALM = ("--loss", "0", "--duplicate", "0", "--jitter", "0")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["run", str(MINIMAL), *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_all_scenarios_by_both_casts(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "--ladder", "--runs", "2")
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 100
    verdicts = [line for line in out.splitlines() if line.startswith("came true")]
    assert len(verdicts) % 4 == 0 and 2 * len([line for line in verdicts if "seed 2" in line]) == len(
        verdicts
    )
    assert {line.rpartition(": ")[2] for line in verdicts} == {"generated code", "interpreter"}
    assert f"{len(verdicts)} of {len(verdicts)} runs came true" in out.splitlines()[-1] and verdicts


def test_a_turned_bit_always_shows(capsys: pytest.CaptureFixture[str]) -> None:
    codes = set()
    for delivery in range(1, 5):
        code, out, _ = run(capsys, "text_both_ways", "--flip", str(delivery), *CALM)
        assert out.count("was turned over") >= 2
        assert code in (0, 1) and (code == 0) is ("2 of 2 runs" in out)
        if code:
            assert "FAILED" in out and "network (A7-R050)" in out and "shown by" in out and "next" in out
        codes.add(code)
    assert 1 in codes
    code, out, _ = run(capsys, "text_both_ways", "--flip", "9999", *CALM)
    assert code == 0 and "fewer than 9999 deliveries" in out


@pytest.mark.parametrize("form", ["json", "html", "trace"])
def test_forms(capsys: pytest.CaptureFixture[str], form: str) -> None:
    code, out, _ = run(capsys, "one_file", "--format", form, "--redact", "--flip", "1")
    assert code in (0, 1)
    if form == "json":
        rows = json.loads(out)["runs"]
        assert len(rows) == 2 and all(len(row["damage"]) <= 1 for row in rows)
        for row in rows:
            assert row["passed"] is (row["failure"] is None)
    elif form == "trace":
        lines = [json.loads(line) for line in out.splitlines()]
        assert [line["n"] for line in lines].count(1) == 2
    else:
        assert "<script" not in out and "http://www.w3.org/2000/svg" in out and "src=" not in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nothing_like_it",), "minimal.Delivery.text_both_ways"),
        (("--flip", "0"), "--flip"),
        (("--seed", "-1"), "--seed"),
        (("\x1b[2J",), "no scenario"),
    ],
)
def test_unusable_requests(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str) -> None:
    code, out, err = run(capsys, *arguments)
    assert code == 2 and says in err and not out and "\x1b" not in err and "Traceback" not in err


def test_an_offer_with_findings_does_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(DRAFT)]) == 1
    captured = capsys.readouterr()
    assert "error[A7-" in captured.out + captured.err and "came true" not in captured.out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_for_terminals_and_leaves_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(["run", str(MINIMAL), "one_file"]) == 0
    shown = terminal.getvalue()
    assert "2 runs played" in shown and shown.endswith("\r\x1b[K") and "\n" not in shown
