"""Catalogue modules with one change planted in each: nothing between equals, the right level, witnesses that only one accepts."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Iterator

import pytest

from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from art7.interpreter.decode import decode
from art7.interpreter.errors import DecodeError
from art7.interpreter.refused_values import ValueRefused
from art7.prover.changes.change import Change, Seen
from art7.prover.changes.compare import compare

SHARE, MOST = 0.95, int(os.environ.get("ART7_PLANTED", "4"))
Plant = Callable[[re.Match[str]], str]


def loaded(name: str, text: str) -> Specification | None:
    report = Report()
    found = load_sources({f"{name}.a7": text}, report)
    return None if report.has_errors else found


def text_of(name: str) -> str:
    found = catalogue_text(name)
    assert found is not None
    return found[1].decode()


@pytest.mark.parametrize("name", catalogue_modules())
def test_nothing_changes_between_equals(name: str) -> None:
    text = text_of(name)
    old, new = loaded(name, text), loaded(name, text.replace("\n", "\n\n", 3))
    assert old is not None and new is not None
    assert compare(old, new, ([name], [name])).changes == []


def widened(found: re.Match[str]) -> str:
    return {"u8": "u16", "u16": "u32", "u32": "u64"}[found.group("x")]


def less(found: re.Match[str]) -> str:
    return str(int(found.group("x")) - 1)


def renamed(found: re.Match[str]) -> str:
    return found.group("x") + "_too"


FIELD = r"(?m)^    [a-z_]\w*: +"
CLOSED = r"(?m)enum \w+: u\d+ closed [^{]*\{\n    [^\n]*\"(?P<x>)\n"
OPEN = r"(?m)enum \w+: u(?:8|16) open [^{]*\{\n    [^\n]*\"(?P<x>)\n"
LABEL = r"(?m)^    derive [^\n]*'(?P<x>[A-Za-z0-9 _.-]{4,})'"
MANUAL = r"must [\w.-]+: manual(?: else \w+)? *\n? *\"(?P<x>[^\"]+)\""

ROWS: list[tuple[str, str, Plant, tuple[str, ...]]] = [
    ("prose of a member", FIELD + r'[^\n"]*"(?P<x>[^"\n]+)"', lambda found: "Other words.", ("text",)),
    ("wider integer", FIELD + r"(?P<x>u8|u16|u32) \"", widened, ("wire", "obligation")),
    ("fewer octets", FIELD + r"(?:bytes|secret)\[(?P<x>\d+)\] \"", less, ("wire", "obligation")),
    ("upper bound of a text", FIELD + r"text\[1\.\.(?P<x>\d+)\]", less, ("wire", "obligation")),
    ("member of a closed enum", CLOSED, lambda found: '\n    planted = 201 "New."', ("wire",)),
    ("member of an open enum", OPEN, lambda found: '\n    planted = 249 "New."', ("source",)),
    ("limit", r"limit size += (?P<x>\d+)", less, ("obligation",)),
    ("label of a key", LABEL, renamed, ("wire",)),
    ("text of a manual rule", MANUAL, lambda found: "Something else.", ("obligation", "text")),
]  # fmt: skip


def planted(pattern: str, new: Plant) -> Iterator[tuple[str, str, str]]:
    """(module, its text, the text with one change), of modules that still check."""
    rows = []
    for name in catalogue_modules():
        text = text_of(name)
        for found in re.finditer(pattern, text):
            start, end = found.span("x")
            rows.append((name, text, text[:start] + new(found) + text[end:]))
    random.Random(11).shuffle(rows)
    yield from rows[: 2 * MOST]


def accepts(specification: Specification, record: str, shown: Seen) -> bool:
    try:
        decode(specification, record, shown.octets, shown.params)
    except (DecodeError, ValueRefused, KeyError):
        return False
    return True


def are_true(change: Change, old: Specification, new: Specification) -> bool:
    """Whether each message is accepted as the change says."""
    return all(
        (accepts(old, each.record, each), accepts(new, each.new_record, each))
        == (each.old is None, each.new is None)
        for each in change.shown
        if isinstance(each, Seen)
    )


@pytest.mark.slow
@pytest.mark.parametrize(("what", "pattern", "new", "levels"), ROWS, ids=[row[0] for row in ROWS])
def test_planted_changes(what: str, pattern: str, new: Plant, levels: tuple[str, ...]) -> None:
    tried, right, missed, unbroken = 0, 0, [], 0
    for name, text, other in planted(pattern, new):
        old, changed = loaded(name, text), loaded(name, other)
        if old is None or changed is None:
            continue
        tried += 1
        changes = compare(old, changed, ([name], [name])).changes
        highest = max((each.level for each in changes), default=None)
        assert all(are_true(each, old, changed) for each in changes), (name, changes)
        unbroken += not any(each.breaks for each in changes)
        if highest is not None and highest.word in levels:
            right += 1
        else:
            missed.append((name, highest, [(x.subject, x.says) for x in changes][:3]))
        if tried >= MOST:
            break
    print(f"{what}: {right} of {tried}, {tried - unbroken} with a witness")
    assert tried and right >= SHARE * tried, missed
