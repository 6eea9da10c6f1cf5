"""Texts that the tests of the language read."""

from __future__ import annotations

from pathlib import Path

import corpus
from art7.grammar import syntax
from art7.grammar.diagnostics import Report
from art7.grammar.parse import parse

HEAD = "a7 1\nmodule demo version 1.0\n"
EVERY = (corpus.REPOSITORY / "tests" / "grammar" / "specimens" / "every_construct.a7").read_text(
    encoding="utf-8"
)


def modules() -> list[Path]:
    """Every module in the catalogue, and the language samples where they lie beside the checkout."""
    catalogue = corpus.REPOSITORY / "spec" / "art7" / "spec"
    samples = corpus.REPOSITORY.parent / "shared" / "design" / "language" / "samples"
    return sorted([*catalogue.rglob("*.a7"), *samples.glob("*.a7")])


def read(text: str) -> tuple[syntax.Module | None, Report]:
    """Parse a text that need not be right."""
    report = Report()
    return parse(text, "specimen.a7", report), report


def codes(text: str) -> list[str]:
    """The codes that a text yields, in order."""
    return [found.code for found in read(text)[1].diagnostics]


def tree(text: str) -> syntax.Module:
    """Parse a text that must be right."""
    module, report = read(text)
    assert not report.diagnostics, report.diagnostics[0]
    assert module is not None
    return module


def member(text: str) -> syntax.Member:
    """The one member of a struct around `text`."""
    item = tree(f"{HEAD}struct S as binary {{ {text} }}").items[0]
    assert isinstance(item, syntax.Struct) and len(item.members) == 1
    return item.members[0]
