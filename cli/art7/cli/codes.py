"""Every code of every room with its explanation, gathered from where each room defines them.

A room publishes codes as a module-level table `CODES`: code → title, or → (title, explanation, next step).
Rules of the validator are pages of their own. Only modules that define such a table are loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import art7

_DEFINES_CODES = re.compile(r"^CODES\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class CodePage:
    """What `art7 explain` prints: a title, paragraphs, and the clause and examples of a rule."""

    code: str
    title: str
    paragraphs: tuple[str, ...] = ()
    clause: str | None = None
    bad: str | None = None
    good: str | None = None


def find_code(code: str) -> CodePage | None:
    """Return the page of one code; the rules are loaded only when no table has it."""
    for pages in (_tables, _rules):
        for page in pages():
            if page.code == code:
                return page
    return None


def all_codes() -> dict[str, CodePage]:
    """Return the page of every code, by code."""
    pages = {page.code: page for page in _tables()}
    pages.update((page.code, page) for page in _rules())
    return dict(sorted(pages.items()))


def _tables() -> Iterator[CodePage]:
    for name in _modules_with_codes():
        table = import_module(name).CODES
        if not isinstance(table, Mapping):
            continue
        for code, entry in table.items():
            if str(code).startswith("A7-"):
                yield _page(str(code), entry)


def _page(code: str, entry: Any) -> CodePage:
    title, *rest = (entry,) if isinstance(entry, str) else tuple(entry)
    return CodePage(code, str(title), tuple(str(part) for part in rest if part))


def _modules_with_codes() -> list[str]:
    """Name the modules whose text defines `CODES`, in the order of their names."""
    names: set[str] = set()
    for folder in map(Path, art7.__path__):
        for path in folder.rglob("*.py"):
            if _DEFINES_CODES.search(path.read_text(encoding="utf-8")):
                parts = path.relative_to(folder).with_suffix("").parts
                names.add(".".join(("art7", *parts)).removesuffix(".__init__"))
    return sorted(names)


def _rules() -> Iterator[CodePage]:
    from art7.validator.rules import discover

    for rule in discover():
        page = rule.page
        yield CodePage(rule.code, page.summary, (page.why,), rule.clause, page.bad, page.good)
