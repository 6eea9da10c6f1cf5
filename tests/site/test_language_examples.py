"""The language reference holds what it says: accepted examples load, refused ones yield the code that they name."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import pytest

import corpus
from art7.codegen.project import generate_python
from art7.grammar import syntax
from art7.grammar.diagnostics import Report
from art7.grammar.format import format_module
from art7.grammar.parse import parse
from art7.interpreter.vectors import check_vectors
from lowering import HEAD, codes, load

PAGE = (corpus.REPOSITORY / "site" / "docs" / "language.md").read_text("utf-8")
BLOCKS = [
    (PAGE.count("\n", 0, found.start()) + 1, found.group(1), found.group(2))
    for found in re.finditer(r'^```a7(?: title="refused: (A7-[A-Z]\d{3})")?\n(.*?)^```', PAGE, re.M | re.S)
]
ACCEPTED = [(line, text) for line, code, text in BLOCKS if code is None]
REFUSED = [(line, code, text) for line, code, text in BLOCKS if code is not None]

NOT_LOWERED: set[str] = set()
"""Constructs that are read and formatted, not yet executed: the page says so."""


def head(text: str) -> str:
    return "" if text.startswith("a7 1\n") else HEAD


def nodes(value: Any) -> Iterator[object]:
    """Every syntax node at or below `value`."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield value
        for field in dataclasses.fields(value):
            yield from nodes(getattr(value, field.name))
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from nodes(item)


def failing_vectors(text: str) -> list[str]:
    specification, report = load(text, catalogue=True, head=head(text))
    for module in specification.modules.values():
        if module.file == "demo.a7":
            check_vectors(specification, module, report)
    return [found.message for found in report.diagnostics]


@pytest.mark.parametrize(("line", "text"), ACCEPTED, ids=[f"line {line}" for line, _ in ACCEPTED])
def test_accepted_examples_load_without_findings(line: int, text: str) -> None:
    assert codes(text, catalogue=True, head=head(text)) == []
    assert not failing_vectors(text)
    whole = head(text) + text
    assert codes(format_module(whole), catalogue=True, head="") == [], "laid out, it means something else"


@pytest.mark.parametrize(("line", "text"), ACCEPTED, ids=[f"line {line}" for line, _ in ACCEPTED])
def test_accepted_examples_become_code(line: int, text: str) -> None:
    specification, _ = load(text, catalogue=True, head=head(text))
    own = [name for name, module in specification.modules.items() if module.file == "demo.a7"]
    for path, content in generate_python(specification, "sample", modules=own).items():
        if path.endswith(".py"):
            compile(content, path, "exec")


@pytest.mark.parametrize(
    ("line", "code", "text"), REFUSED, ids=[f"line {line} {code}" for line, code, _ in REFUSED]
)
def test_refused_examples_yield_their_code_and_no_other(line: int, code: str, text: str) -> None:
    assert set(codes(text, catalogue=True, head=head(text))) == {code}


def test_every_block_is_run() -> None:
    fences = PAGE.count("\n```a7")
    assert fences == len(BLOCKS) and len(ACCEPTED) > 12 and len(REFUSED) > 20


def test_every_construct_has_an_accepted_example() -> None:
    """Every class of the syntax tree occurs, so that a new construct asks for a page."""
    seen: set[str] = set()
    for _, text in ACCEPTED:
        tree = parse(head(text) + text, "demo.a7", Report())
        assert tree is not None
        seen |= {type(node).__name__ for node in nodes(tree)}
    known = {
        name
        for name, found in vars(syntax).items()
        if isinstance(found, type) and issubclass(found, syntax.Node) and found is not syntax.Node
    }
    assert known - seen == NOT_LOWERED
