"""What a newcomer types first: every command of the README, and the demo."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import corpus
from art7.cli.application import COMMANDS, application

README = (corpus.REPOSITORY / "README.md").read_text("utf-8")
FINDS = {"validate $offers/examplechat-draft"}
"""Commands that end with findings, as the README says."""

TOUR = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```", README, re.M | re.S)
    for line in block.splitlines()
    if re.match(r"(\w+=\S+ )?art7 ", line)
]


def test_the_tour_is_long_enough_to_be_one() -> None:
    kinds = {shlex.split(line)[1] for line in TOUR if line.startswith("art7 ")}
    assert {"validate", "assess", "explain", "check", "run", "generate", "decode"} <= kinds


def test_every_command_of_the_tour(tmp_path: Path) -> None:
    """In order and in one folder, since later ones read what earlier ones wrote."""
    environment = os.environ | {"offers": str(corpus.REPOSITORY / "spec/art7/spec/offers")}
    program = f'art7() {{ "{sys.executable}" -m art7.cli "$@"; }}\n'
    for line in TOUR:
        done = subprocess.run(
            ["sh", "-c", program + line], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        expected = 1 if line.removeprefix("art7 ") in FINDS else 0
        assert done.returncode == expected, f"{line}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        assert done.stdout.strip(), f"{line}: says nothing"


@pytest.mark.slow
def test_the_demo_ends_as_it_should(tmp_path: Path) -> None:
    run = [sys.executable, "-m", "art7.cli", "demo", "-o", "shown", "--format", "json"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    account = json.loads(done.stdout)
    assert len(account["steps"]) >= 10 and all(step["output"] for step in account["steps"])
    assert {step["exit"] for step in account["steps"]} == {0, 1}
    assert Path(account["page"]).read_text("utf-8").startswith("<!doctype html>")
    assert str(tmp_path) not in "".join(step["command"] for step in account["steps"])


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("O-06", "Art. 7(2)(a)(i)"),
        ("not yet due", "verdict"),
        ("undetermined", "evidence"),
        ("truncated", "error 1"),
        ("stun-14-01", "ietf.stun"),
    ],
)
def test_explain_what_other_commands_name(subject: str, said: str) -> None:
    done = CliRunner().invoke(application, ["explain", subject], standalone_mode=False)
    assert done.exception is None and said in done.stdout


def test_every_command_that_a_text_names_is_there() -> None:
    named = re.compile(r"`art7 ([a-z][a-z-]*)")
    rooms = ("spec", "grammar", "codegen", "validator", "runtime", "cli")
    texts = [path for room in rooms for path in (corpus.REPOSITORY / room / "art7").rglob("*.py")]
    texts += [*corpus.REPOSITORY.glob("*.md"), *(corpus.REPOSITORY / "site").rglob("*.md")]
    wrong = {
        f"{path.relative_to(corpus.REPOSITORY)}: art7 {name}"
        for path in texts
        for name in named.findall(path.read_text("utf-8"))
        if name not in COMMANDS
    }
    assert not wrong
