"""Integers of a range: the narrowest type of the language, and what it leaves to a rule."""

from __future__ import annotations

from art7.codegen.imports.model import Name
from art7.codegen.imports.shape import SUBJECT, Shape

LOWEST = -(1 << 64)
HIGHEST = (1 << 64) - 1


def integers(low: int | None, high: int | None) -> Shape:
    """Return the shape of integers from `low` to `high`, both included; None is as far as CBOR goes."""
    low = LOWEST if low is None else max(low, LOWEST)
    high = HIGHEST if high is None else min(high, HIGHEST)
    if low == high:
        return Shape(Name("integer"), value=str(low))
    for bits in (8, 16, 32, 64):
        if low >= 0 and high < 1 << bits:
            return Shape(Name(f"u{bits}"), _outside(low, high, 0, (1 << bits) - 1))
    for bits in (8, 16, 32, 64):
        least, most = -(1 << bits - 1), (1 << bits - 1) - 1
        if low >= least and high <= most:
            return Shape(Name(f"i{bits}"), _outside(low, high, least, most))
    return Shape(Name("integer"), _outside(low, high, LOWEST, HIGHEST))


def _outside(low: int, high: int, least: int, most: int) -> tuple[str, ...]:
    found = []
    if low > least:
        found.append(f"{SUBJECT} >= {low}")
    if high < most:
        found.append(f"{SUBJECT} <= {high}")
    return tuple(found)
