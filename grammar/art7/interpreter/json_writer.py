"""JSON written: compact UTF-8, and Matrix canonical JSON.

Canonical: members sorted by the code points of their keys, no spaces, only the escapes that JSON demands in their
shortest form, integers from -(2^53-1) to 2^53-1 and no other number (Matrix Appendices, Canonical JSON).
"""

from __future__ import annotations

import json
import math
from typing import Any

from art7.interpreter.tree_nodes import TreeRefused

SAFE = (1 << 53) - 1
DEPTH = 128
"""The most levels that are written."""


def write_json(value: Any, *, canonical: bool, integers_only: bool = False) -> bytes:
    """Return the text of `value`; raises `TreeRefused`."""
    check_writable(value, integers_only=canonical or integers_only)
    text = json.dumps(
        _whole(value),
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
        sort_keys=canonical,
        check_circular=False,
    )
    return text.encode("utf-8")


def _whole(value: Any) -> Any:
    """Return the tree with integers for numbers without a fraction, which some readers take for no integers."""
    match value:
        case dict():
            return {key: _whole(item) for key, item in value.items()}
        case list() | tuple():
            return [_whole(item) for item in value]
        case float() if value.is_integer() and abs(value) <= SAFE:
            return int(value)
        case _:
            return value


def check_writable(root: Any, *, integers_only: bool) -> None:
    """Refuse what cannot be written, before a writer recurses; raises `TreeRefused`."""
    level, depth = [root], 0
    while level:
        if depth > DEPTH:
            raise TreeRefused("too_deep", f"at most {DEPTH} levels", "more")
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                for key in value:
                    if not isinstance(key, str):
                        raise TreeRefused("wrong_kind", "a text as key", type(key).__name__)
                    _check_text(key)
                below.extend(value.values())
            elif isinstance(value, list | tuple):
                below.extend(value)
            else:
                _check_scalar(value, integers_only)
        level, depth = below, depth + 1


def _check_text(value: str) -> None:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise TreeRefused("bad_text", "Unicode scalar values", "a lone surrogate") from None


def _check_scalar(value: Any, integers_only: bool) -> None:
    match value:
        case None | bool():
            return
        case str():
            _check_text(value)
        case int():
            if integers_only and not -SAFE <= value <= SAFE:
                raise TreeRefused("out_of_range", "an integer from -(2^53-1) to 2^53-1", _size(value))
            if value.bit_length() > 14_000:
                raise TreeRefused("out_of_range", "at most 4300 digits", _size(value))
        case float():
            if integers_only:
                raise TreeRefused("wrong_kind", "a whole number", "a number with fraction or exponent")
            if not math.isfinite(value):
                raise TreeRefused("out_of_range", "a finite number", "another")
        case _:
            raise TreeRefused("wrong_kind", "a JSON value", type(value).__name__)


def _size(value: int) -> str:
    return str(value) if value.bit_length() < 128 else f"an integer of {value.bit_length()} bits"
