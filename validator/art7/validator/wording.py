"""Small phrases that several rules share."""

from __future__ import annotations

import difflib
from collections.abc import Sequence


def suggestion(name: str, known: Sequence[str]) -> str:
    """Return `; did you mean …?` for the nearest known name, or nothing."""
    near = difflib.get_close_matches(name, known[:5000], 1, 0.7)
    return f"; did you mean `{near[0]}`?" if near else ""


def plural(count: int, noun: str) -> str:
    """Return `1 finding`, `2 findings`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
