"""Every code has a page, a test that yields it and an explanation; no code is used without a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import corpus
from art7.cli.application import application
from art7.cli.codes import all_codes, find_code
from art7.grammar import parse_codes
from art7.validator.rules import RULES

ROOMS = ("grammar", "codegen", "validator", "runtime", "cli")
CODE = re.compile(r"A7-[A-Z][0-9]{3}\b")
TABLES_ONLY = {"tests/validator/codes.txt", "tests/test_codes.py"}
"""Files that list codes without yielding them."""

NO_CODES = {"A7-B099", "A7-B100", "A7-X000"}
"""Bounds of ranges and examples of the form, in prose."""


def texts(*folders: str, suffixes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Text files below folders of the repository, by relative path."""
    for folder in folders:
        for path in sorted((corpus.REPOSITORY / folder).rglob("*")):
            if path.suffix in suffixes and "__pycache__" not in path.parts and path.is_file():
                yield path.relative_to(corpus.REPOSITORY).as_posix(), path.read_text("utf-8", "replace")


def used_in_tests() -> set[str]:
    """Codes that a test or a golden file names, or that a test yields for each row of a table."""
    found = {
        code
        for name, text in texts("tests", suffixes=(".py", ".txt", ".json", ".md", ".a7", ".toml"))
        if name not in TABLES_ONLY
        for code in CODE.findall(text)
    }
    # `test_recovery` runs each example of the parser, `test_rules` the example of each rule.
    return found | set(parse_codes.EXAMPLES) | {rule.code for rule in RULES}


def test_every_code_is_yielded_by_a_test() -> None:
    assert sorted(set(all_codes()) - used_in_tests()) == []


def test_every_code_of_the_source_has_a_page() -> None:
    known, missing = set(all_codes()), set()
    for name, text in texts(*ROOMS, suffixes=(".py",)):
        missing |= {(name, code) for code in CODE.findall(text) if code not in known | NO_CODES}
    assert sorted(missing) == []


def test_every_code_of_the_tests_has_a_page() -> None:
    """A test that names a code which nothing gives any more tests nothing."""
    made_up = {"A7-X999", "A7-V999"}
    known, missing = set(all_codes()) | made_up, set()
    for name, text in texts("tests", suffixes=(".py", ".txt")):
        if name in TABLES_ONLY:
            continue
        missing |= {(name, code) for code in CODE.findall(text) if code not in known}
    assert sorted(missing) == []


def test_every_page_says_what_to_do() -> None:
    for code, page in all_codes().items():
        assert page.title and not page.title.endswith("!"), code
        assert page.paragraphs and all(page.paragraphs), code
    assert (
        find_code("A7-R999") is not None and find_code("A7-V201") is not None and find_code("A7-X999") is None
    )


@pytest.mark.parametrize("code", sorted(all_codes()))
def test_explain(code: str) -> None:
    done = CliRunner().invoke(application, ["explain", code], standalone_mode=False)
    assert done.exception is None and done.return_value in (None, 0)
    assert done.stdout.startswith(f"{code}: ")


def test_explain_as_json(tmp_path: Path) -> None:
    done = CliRunner().invoke(application, ["explain", "A7-P001", "--format", "json"], standalone_mode=False)
    assert json.loads(done.stdout)["code"] == "A7-P001"
