"""Small phrases that several rules share."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

MOST_APART = 4
MOST_LOOKED_AT = 2000
MOST_COMPARED = 200
"""Comparing costs time, and a hostile offer can hold thousands of names."""


def suggestion(name: str, known: Sequence[str]) -> str:
    """Return `; did you mean …?` for the nearest known name, or nothing."""
    alike = [each for each in known[:MOST_LOOKED_AT] if abs(len(each) - len(name)) <= MOST_APART][
        :MOST_COMPARED
    ]
    near = difflib.get_close_matches(name, alike, 1, 0.7)
    return f"; did you mean `{near[0]}`?" if near else ""


def plural(count: int, noun: str) -> str:
    """Return `1 finding`, `2 findings`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
