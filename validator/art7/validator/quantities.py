"""Comparing what own users have with what interoperable users have."""

from __future__ import annotations

import re
from collections.abc import Sequence

Stated = bool | int | float | str | Sequence[str]

_NUMBER = re.compile(r"\s*(-?[0-9]{1,15}(?:\.[0-9]{1,15})?)\s*([%\w/]{0,20})\s*")


def is_worse(own: Stated, interoperable: Stated, lower_is_better: bool = False) -> bool:
    """Whether interoperable users have less; two texts that are not numbers of one unit must be equal."""
    left, right = _number(own), _number(interoperable)
    if left is not None and right is not None and left[1] == right[1]:
        return right[0] > left[0] if lower_is_better else right[0] < left[0]
    if isinstance(own, Sequence) and not isinstance(own, str):
        others = (interoperable,) if isinstance(interoperable, str) else interoperable
        return not (isinstance(others, Sequence) and set(own) <= set(others))
    return own != interoperable


def _number(value: Stated) -> tuple[float, str] | None:
    match value:
        case bool() | int() | float():
            return float(value), ""
        case str() if found := _NUMBER.fullmatch(value):
            return float(found[1]), found[2]
        case _:
            return None


def shown_quantity(value: Stated) -> str:
    """Return a quantity as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(value) or "nothing"
    return str(value)
