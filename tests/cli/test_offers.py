"""`validate` and `assess` on the command line, over the smallest good offer."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from art7.cli import main

MINIMAL = Path(__file__).parents[1] / "validator" / "offers" / "minimal"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out + captured.err


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    folder = tmp_path / "broken"
    shutil.copytree(MINIMAL, folder)
    manifest = folder / "offer.toml"
    text = manifest.read_text("utf-8")
    assert "certification = 0" in text
    manifest.write_text(text.replace("certification = 0", "certification = 2500"), "utf-8")
    return folder


def test_validate_a_good_offer(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "validate", str(MINIMAL)) == (0, "no findings\n")


def test_validate_tells_code_place_clause_and_next_step(
    capsys: pytest.CaptureFixture[str], broken: Path
) -> None:
    code, text = run(capsys, "validate", str(broken))
    assert code == 1
    assert "A7-V308" in text and "offer.toml:" in text and "DMA Art. 7(1)" in text and "= help:" in text
    code, text = run(capsys, "validate", str(broken), "--format", "json")
    assert code == 1 and json.loads(text)


def test_validate_refuses_a_rollback(capsys: pytest.CaptureFixture[str], broken: Path) -> None:
    code, text = run(capsys, "validate", str(MINIMAL), "--previous", str(broken))
    assert code == 1 and "A7-B111" in text


def test_assess_runs_what_can_be_run(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = run(capsys, "assess", str(MINIMAL), "--on", "2026-11-01", "--format", "json")
    dossier = json.loads(text)
    verdicts = {row["obligation"]: row for row in dossier["verdicts"]}
    named = {exhibit["id"]: exhibit for exhibit in dossier["exhibits"]}
    shown = {duty: [named[name] for name in row["exhibits"]] for duty, row in verdicts.items()}
    exhibits = {exhibit["subject"]: exhibit["outcome"] for exhibit in shown["O-02"]}
    assert exhibits["minimal.Delivery.text_both_ways"] == "passed"
    assert exhibits["minimal.Media.one_file"] == "passed"
    made = [e for e in shown["O-06"] if e["kind"] == "vector" and "vectors made" in e["detail"]]
    assert {e["subject"] for e in made} == {"minimal.Envelope", "minimal.Receipt"}
    assert verdicts["O-06"]["verdict"] == "met" and code == 0
    assert verdicts["O-11"]["verdict"] == "not yet due"
    assert run(capsys, "assess", str(MINIMAL), "--on", "2026-11-01", "--format", "json") == (code, text)


def test_assess_without_running(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = run(capsys, "assess", str(MINIMAL), "--on", "2026-11-01", "--no-run")
    assert code == 1
    assert "undetermined" in text and "art7 run minimal minimal.Delivery.text_both_ways" in text


def test_assess_writes_a_page(capsys: pytest.CaptureFixture[str], broken: Path, tmp_path: Path) -> None:
    page = tmp_path / "dossier.html"
    code, _ = run(capsys, "assess", str(broken), "--on", "2026-11-01", "--format", "html", "-o", str(page))
    assert code == 1
    assert "A7-V308" in page.read_text("utf-8")
    code, text = run(capsys, "assess", str(broken), "--format", "html", "-o", str(page))
    assert code == 2 and "--force" in text


@pytest.mark.parametrize("command", ["validate", "assess"])
def test_an_unreadable_offer(capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str) -> None:
    code, text = run(capsys, command, str(tmp_path / "absent"))
    assert code == 2 and "A7-B030" in text
    (tmp_path / "offer.toml").write_text("format = 1\n[offer\n", "utf-8")
    code, text = run(capsys, command, str(tmp_path))
    assert code == 1 and "A7-B060" in text and "Traceback" not in text


def test_requests_are_followed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    register = tmp_path / "requests.toml"
    arguments = ("assess", str(MINIMAL), "--on", "2027-01-15", "--no-run", "--requests", str(register))
    register.write_text(
        '[[request]]\nid = "ask-1"\nreceived = 2026-09-01\noperational = 2026-11-30\n', "utf-8"
    )
    assert "ask-1" not in run(capsys, *arguments)[1]
    register.write_text('[[request]]\nid = "ask-1"\nreceived = 2026-09-01\n', "utf-8")
    assert "request ask-1 of 2026-09-01 was due on 2026-12-01" in " ".join(run(capsys, *arguments)[1].split())
    for text in (
        '[[request]]\nid = "Q"\n',
        "[[request]]\nid = 1\nreceived = 2026-09-01\n",
        "request = 3\n",
        "x",
    ):
        register.write_text(text, "utf-8")
        code, printed = run(capsys, *arguments)
        assert code == 1 and ("A7-V910" in printed or "A7-B060" in printed)
