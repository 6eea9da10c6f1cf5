"""`art7 check --proofs`: what shows a finding, and every question with its end."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree.ElementTree import fromstring

from click.testing import CliRunner

import corpus
from art7.cli.application import application

FAULTS = corpus.REPOSITORY / "tests" / "faults" / "formats"


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(application, ["check", *arguments], standalone_mode=False)
    assert done.exception is None, done.exception
    return int(done.return_value), done.stdout


def test_a_finding_is_shown_by_its_octets() -> None:
    code, text = run(str(FAULTS / "negative-size" / "tls.a7"))
    assert code == 1
    assert "A7-L206 at" in text and "refused with `negative_size`" in text and "0000  00 0" in text


def test_a_value_is_shown_with_what_it_is_read_as() -> None:
    _, text = run(str(FAULTS / "view-not-inverse" / "stun.a7"))
    assert '{"method": 4095' in text and "which is written as" in text and "and read as" in text


def test_every_question_is_listed() -> None:
    code, text = run(str(FAULTS / "negative-size" / "clean_tls.a7"), "--proofs")
    assert code == 0 and "no findings" in text
    assert "proved      formats/negative-size  fault.clean_tls.Frame.body" in text
    assert "questions proved" in text


def test_answers_as_json_hold_the_witness() -> None:
    code, text = run(str(FAULTS / "contradiction" / "json.a7"), "--proofs", "--format", "json")
    rows = [row for row in json.loads(text) if row["code"] == "A7-L200"]
    assert code == 1 and len(rows) == 1
    assert rows[0]["witness"]["kind"] == "MessageWitness" and rows[0]["witness"]["octets"].startswith("x'7b")


def test_runs_are_drawn_where_asked(tmp_path: Path) -> None:
    module, folder = FAULTS.parent / "roles" / "stands_out" / "cannot_leave.a7", tmp_path / "drawn"
    code, text = run(str(module), "--ladders", str(folder))
    assert code == 1 and "! leave is not taken" in text
    [drawn] = folder.iterdir()
    assert drawn.name == "01-A7-S215.svg"
    root = fromstring(drawn.read_text())
    assert root.tag == "{http://www.w3.org/2000/svg}svg" and "leave is not taken" in "".join(root.itertext())
    again = CliRunner().invoke(application, ["check", str(module), "--ladders", str(folder)])
    assert "is not empty" in str(again.exception), "what is there is kept"
    assert run(str(module), "--ladders", str(folder), "--force")[0] == 1


def test_answers_as_json_hold_the_drawings() -> None:
    _, text = run(str(FAULTS.parent / "roles" / "reception" / "glare.a7"), "--proofs", "--format", "json")
    ladders = [row["witness"] for row in json.loads(text) if row["witness"]]
    assert ladders and all(each["kind"] == "Ladder" for each in ladders)
    assert all(fromstring(each["svg"]).tag.endswith("svg") and "|--" in each["text"] for each in ladders)


def test_a_budget_of_nothing_proves_nothing(tmp_path: Path) -> None:
    module = tmp_path / "some.a7"
    module.write_text("a7 1\nmodule some version 1.0\nstruct Some as binary { a: u8 check a > 3 }\n")
    code, text = run(str(module), "--budget", "0")
    assert code == 1 and "A7-L299" in text
