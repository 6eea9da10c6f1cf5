"""`art7 init`: from answers to an offer that every other command reads; nothing replaced, nothing made up."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from art7.cli import main, manifest_fields
from art7.cli.commands import init
from art7.cli.manifest_fields import explain_field
from art7.validator.authoring.questions import ENCODINGS, questions
from art7.validator.manifest.root import Manifest

ANSWERS = """
gatekeeper = "Some \\"Gate\\" Ltd <b>"
service = "Some"
decision = "DMA.100998"
designated = 2026-02-02
id = "some-2026"
published = 2026-08-02
location = "https://interop.example/some/"
functions = ["7(2)(a)(i)"]
contact = "interop@some.example"
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = main([str(each) for each in arguments])
    captured = capsys.readouterr()
    return code, captured.out + captured.err


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.toml"
    path.write_text(ANSWERS)
    return path


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_is_begun_can_be_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, answers: Path, encoding: str
) -> None:
    answers.write_text(f'{ANSWERS}encoding = "{encoding}"\n')
    folder = tmp_path / "offer"
    assert run(capsys, "init", folder, "--answers", answers)[0] == 0
    assert run(capsys, "check", folder / "modules") == (0, "no findings\n")
    assert run(capsys, "format", "--check", folder / "modules")[0] == 0
    code, text = run(capsys, "validate", folder, "--format", "json")
    found = set(re.findall(r"A7-[A-Z][0-9]{3}", text))
    assert code == 1 and found and all(each.startswith("A7-V") for each in found), found
    despite = [word for each in sorted(found) for word in ("--despite", each)]
    code, text = run(capsys, "run", folder, *despite)
    assert code == 0, text


def test_nothing_is_replaced(capsys: pytest.CaptureFixture[str], tmp_path: Path, answers: Path) -> None:
    folder = tmp_path / "offer"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    code, text = run(capsys, "init", folder, "--answers", answers)
    assert code == 2 and "is not empty" in text and [each.name for each in folder.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ('id = "some-2026"', 'id = "../up"', "A7-V920"),
        ("published = 2026-08-02", 'published = "soon"', "A7-V920"),
        ("published = 2026-08-02", "published = 7", "A7-V920"),
        ("7(2)(a)(i)", "7(2)(z)(i)", "A7-V920"),
        ('"Some"', '"So\\u202eme"', "A7-V920"),
        ("designated = 2026-02-02", 'designed = "x"', "A7-V921"),
        ("designated = 2026-02-02", "", "A7-V922"),
        ("contact =", 'module = "import os"\ncontact =', "A7-V920"),
        ("contact =", 'module = "Chat.a7"\ncontact =', "A7-V920"),
        ("contact =", 'encoding = "asn1"\ncontact =', "A7-V920"),
    ],
)
def test_answers_that_are_none(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, answers: Path, before: str, after: str, code: str
) -> None:
    assert before in ANSWERS
    answers.write_text(ANSWERS.replace(before, after))
    status, text = run(capsys, "init", tmp_path / "offer", "--answers", answers)
    assert status == 1 and code in text and not (tmp_path / "offer").exists(), text


def test_asked_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = [
        "Some Ltd",
        "Some",
        "DMA.1",
        "soon",
        "2026-02-02",
        "some-1",
        "",
        "2026-08-02",
        "https://x.example/",
    ]
    said += ["7(2)(a)(i)", "", "", "me@x.example"]
    monkeypatch.setattr(init, "_has_terminal", lambda: True)
    result = CliRunner().invoke(
        init.command, [str(tmp_path / "o")], input="\n".join(said) + "\n", standalone_mode=False
    )
    assert result.exception is None and result.return_value == 0, result.output
    assert "expected a day" in result.stderr
    assert 'version = "1.0.0"' in (tmp_path / "o" / "offer.toml").read_text()


def test_without_a_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, text = run(capsys, "init", tmp_path / "o")
    assert code == 2 and "--answers" in text


def test_questions(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = run(capsys, "init", "--questions", "--format", "json")
    assert code == 0 and [each["name"] for each in json.loads(text)] == [each.name for each in questions()]
    assert all(explain_field(each.field) is not None for each in questions())
    with pytest.raises(click.UsageError):
        CliRunner().invoke(init.command, [], standalone_mode=False, catch_exceptions=False)


def test_every_field_of_the_manifest_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every field, however deep, has a page."""
    schema = Manifest.model_json_schema(by_alias=True)
    monkeypatch.setattr(manifest_fields, "_manifest_schema", lambda: schema)
    found: list[str] = []

    def walk(path: str) -> None:
        page = explain_field(path)
        assert page is not None and page.kind, path
        found.append(path)
        for name in page.fields if path.count(".") < 6 else ():
            walk(f"{path}.{name}")

    for name in Manifest.model_fields:
        walk(name)
    assert len(found) > 150
