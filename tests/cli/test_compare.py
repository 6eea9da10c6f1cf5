"""`art7 compare` on the command line: each form, the same octets, and offers that cannot be compared."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from art7.cli import main

MINIMAL = Path(__file__).parents[1] / "validator" / "offers" / "minimal"
DAY = ("--on", "2026-11-01")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["compare", *arguments])
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_two_offers_in_three_forms(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, text = run(capsys, str(MINIMAL), str(MINIMAL), *DAY)
    assert code == 0 and "What an access seeker must build" in text and "minimal (2)" in text
    found = json.loads(run(capsys, str(MINIMAL), str(MINIMAL), *DAY, "--format", "json")[1])
    assert found["together"] == found["offers"][0]["build"] and found["together"]["sdk_octets"] > 1000
    page = tmp_path / "comparison.html"
    assert run(capsys, str(MINIMAL), *DAY, "--format", "html", "-o", str(page))[0] == 0
    again = run(capsys, str(MINIMAL), *DAY, "--format", "html")[1]
    assert page.read_text("utf-8").rstrip("\n") == again.rstrip("\n")


def test_a_module_with_a_fault_is_a_finding(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(MINIMAL, folder)
    module = next(folder.glob("modules/*.a7"))
    module.write_text(module.read_text("utf-8") + "\nmessage Broken as nothing {\n", "utf-8")
    code, text = run(capsys, str(MINIMAL), str(folder), *DAY)
    assert code == 1 and module.name in text and "A7-" in text


def test_an_offer_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, text = run(capsys, str(MINIMAL), str(tmp_path / "absent"), *DAY)
    assert code == 2 and "absent" in text


def test_a_form_fault_of_a_manifest_is_left_to_the_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = run(capsys, "draft:F-07", str(MINIMAL), *DAY)
    assert code == 0 and "draft:F-07" in text


def test_too_many_offers_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = run(capsys, *[str(MINIMAL)] * 17)
    assert code == 2 and "at most 16" in text


def test_no_offer_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys)[0] == 2
