"""The table of commands, help, colour, and what `explain` and `doctor` say."""

from __future__ import annotations

import io
import json
from importlib import import_module, metadata

import click
import pytest
from click.testing import CliRunner

from art7.cli import codes
from art7.cli.application import COMMANDS, application
from art7.cli.terminal import ColourChoice, escaped, wants_colour
from art7.grammar.version import __version__


def invoke(*arguments: str) -> str:
    done = CliRunner().invoke(application, list(arguments), standalone_mode=False)
    assert done.exception is None, done.exception
    return done.stdout


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_row_of_the_table_is_a_command(name: str) -> None:
    command = import_module(COMMANDS[name].module).command
    assert isinstance(command, click.Command)
    assert command.get_short_help_str(100) == COMMANDS[name].help
    assert command.epilog and f"art7 {name}" in command.epilog, "every command shows an example"
    assert command.help
    assert any("json" in getattr(p.type, "choices", ()) for p in command.params), (
        "every command has a JSON form"
    )
    assert invoke(name, "-h") == invoke(name, "--help") != ""


def test_version_is_that_of_the_package() -> None:
    assert metadata.version("art7") == __version__
    assert invoke("--version") == f"art7 {__version__}\n"


def test_every_code_has_one_page() -> None:
    pages = list(codes._tables())
    names = [page.code for page in pages]
    assert len(names) == len(set(names)), "a code is defined in two tables"
    for page in pages:
        assert page.code.startswith("A7-") and page.title and not page.title.endswith(".")


def test_explain_code() -> None:
    assert invoke("explain", "a7-b007").startswith("A7-B007: ")
    assert json.loads(invoke("explain", "A7-B007", "--format", "json"))["code"] == "A7-B007"


def test_doctor_lists_what_the_package_asks_for() -> None:
    facts = json.loads(invoke("doctor", "--format", "json"))
    assert {"click", "cryptography", "lark"} <= {part["name"] for part in facts["parts"] if not part["extra"]}
    assert "prove" in {part["extra"] for part in facts["parts"]}


@pytest.mark.parametrize(
    ("choice", "environment", "expected"),
    [
        ("auto", {}, False),
        ("auto", {"FORCE_COLOR": "1"}, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour(
    choice: str, environment: dict[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_colour(ColourChoice(choice), io.StringIO()) is expected


def test_escaped_text_cannot_steer_a_terminal() -> None:
    assert escaped("a\x1b[31m\n\u202e\udcff é") == "a\\u{1B}[31m\\u{A}\\u{202E}\\u{DCFF} é"
