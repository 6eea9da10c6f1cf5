"""Generated code has no local that nothing reads, and nothing that it does not use."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from art7.codegen.python.package import package_text
from art7.codegen.python.unused import without_unused
from art7.grammar.catalogue import catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.load import load_sources

CARRIERS = ("history.irc", "ietf.cose", "ietf.stun", "itu.x509", "matrix.client", "xmpp.omemo")


@pytest.mark.parametrize("name", CARRIERS)
def test_a_linter_finds_nothing(name: str, tmp_path: Path) -> None:
    found = catalogue_text(name)
    assert found is not None
    for path, text in package_text(load_sources({found[0]: found[1]}, Report())).files.items():
        if name.rpartition(".")[2] in path:  # others come from modules that this one uses
            (tmp_path / path).write_text(text, encoding="utf-8")
    rules = (
        "--isolated",
        "--select",
        "E7,E9,F",
        "--ignore",
        "E712",
        "--output-format",
        "concise",
        "--no-cache",
    )
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", *rules, tmp_path], capture_output=True, text=True
    )
    left = [line for line in done.stdout.splitlines() if re.search(r": [EFW]\d", line)]
    assert left == []


def test_what_is_read_stays() -> None:
    lines = ["a = 1", "b = 2", "if b:", "    a = 3", "    b = 4", "c = 5"]
    assert without_unused(lines, ("a", "b")) == ["b = 2", "if b:", "    b = 4", "c = 5"]


def test_a_block_keeps_a_line() -> None:
    assert without_unused(["if b:", "    a = 3", "c = 5"], ("a",)) == ["if b:", "    a = 3", "c = 5"]
    assert without_unused(["if b:", "    a = 3"], ("a",)) == ["if b:", "    a = 3"]
