"""The page of a diagnostic code, and all pages of the language room.

A module that reports codes holds a table ``CODES``: code → `Code`, or code → (title, explanation, next step).
The tables are gathered when a page is asked for, never on import.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import NamedTuple


class Code(NamedTuple):
    """What is wrong, in a phrase; why it is refused; what to do."""

    title: str
    explanation: str = ""
    next_step: str = ""


MODULES = (
    "art7.grammar.load",
    "art7.grammar.lower",
    "art7.grammar.parse_codes",
    "art7.grammar.untrusted.codes",
)
PACKAGES = ("art7.grammar.passes", "art7.prover", "art7.interpreter")
"""Where this room's tables are: these modules, and any module of these packages."""


def all_codes() -> dict[str, Code]:
    """Every code of the language room with its page, sorted."""
    codes: dict[str, Code] = {}
    for name in _module_names():
        table = getattr(import_module(name), "CODES", None)
        if isinstance(table, dict):
            for code, entry in table.items():
                codes[code] = Code(entry) if isinstance(entry, str) else Code(*map(str, entry[:3]))
    return dict(sorted(codes.items()))


def _module_names() -> Iterator[str]:
    yield from MODULES
    for package in PACKAGES:
        try:
            room = import_module(package)
        except ModuleNotFoundError:
            continue
        yield package
        yield from sorted(f"{package}.{entry.name}" for entry in iter_modules(room.__path__))
