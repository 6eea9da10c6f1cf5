"""Every diagnostic code with its page: what it means, why it matters, what to do.

A module that reports codes holds a mapping ``CODES: dict[str, Code]``; the names of those modules stand in
`MODULES`, which are imported only when a code is looked up. `art7 explain CODE` prints the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules


@dataclass(frozen=True, slots=True)
class Code:
    """The page of one code.

    `title` is the fault in a phrase, `explanation` says what is wrong and why it is refused, `next_step` what
    to do, `example` a text that yields the code (empty where it would need a file).
    """

    title: str
    explanation: str
    next_step: str
    example: str = ""


MODULES = ("art7.grammar.parse_codes",)
"""Modules that hold `CODES`, beside every module in the `PACKAGES`."""

PACKAGES = ("art7.grammar.passes", "art7.prover", "art7.interpreter")
"""Packages whose modules hold the `CODES` of what they report, if any."""


def all_codes() -> dict[str, Code]:
    """Every documented code, sorted; raises `AssertionError` on a code documented twice."""
    codes: dict[str, Code] = {}
    for name in _module_names():
        for code, page in getattr(import_module(name), "CODES", {}).items():
            assert code not in codes, f"{code} is documented twice, again in {name}"
            codes[code] = page
    return dict(sorted(codes.items()))


def explain(code: str) -> Code | None:
    """The page of a code, however its letters are written; None where there is none."""
    return all_codes().get(code.strip().upper())


def _module_names() -> Iterator[str]:
    yield from MODULES
    for package in PACKAGES:
        try:
            room = import_module(package)
        except ModuleNotFoundError:
            continue
        yield package
        yield from sorted(f"{package}.{entry.name}" for entry in iter_modules(room.__path__))
