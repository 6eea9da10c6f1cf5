"""Values in JSON, as vectors and adapters write them.

Octets are lower-case hexadecimal, integers beyond ±2^53 decimal strings, floats that JSON lacks the words
`nan`, `inf` and `-inf`. An absent member is left out; a reader takes null for absent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

SAFE = 1 << 53
"""Integers from here on, and below its negative, are spelled as texts."""


def to_json(value: Any) -> Any:
    """Return `value` as JSON holds it; absent members of records are left out."""
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if -SAFE <= value <= SAFE else str(value)
        case float():
            return value if math.isfinite(value) else repr(value)
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case Mapping():
            return {str(name): to_json(member) for name, member in value.items() if not _is_absent(member)}
        case list() | tuple():
            return [to_json(item) for item in value]
        case _:
            raise TypeError(f"no JSON for {type(value).__name__}")


def _is_absent(value: Any) -> bool:
    return value is None or type(value).__name__ == "Absent"


def same(expected: Any, found: Any) -> bool:
    """Whether two JSON values mean the same: absent equals null, an integer equals its decimal text."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return all(same(expected.get(name), found.get(name)) for name in sorted({*expected, *found}))
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(same, expected, found))
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    if isinstance(expected, int | float) and isinstance(found, int | float):
        return expected == found
    if isinstance(expected, int) or isinstance(found, int):
        return str(expected) == str(found) and abs(int(expected)) > SAFE
    return type(expected) is type(found) and bool(expected == found)


def difference(expected: Any, found: Any, path: str = "") -> str | None:
    """Return the path of the first place where two values differ, `None` when they mean the same."""
    if same(expected, found):
        return None
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in sorted({*expected, *found}):
            inner = difference(expected.get(name), found.get(name), f"{path}.{name}" if path else str(name))
            if inner is not None:
                return inner
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for place, (left, right) in enumerate(zip(expected, found, strict=True)):
            inner = difference(left, right, f"{path}[{place}]")
            if inner is not None:
                return inner
    return path or "the value"
