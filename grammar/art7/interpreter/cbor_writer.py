"""CBOR written: shortest heads and definite lengths; in deterministic form also with sorted keys (RFC 8949 §4.2.1)."""

from __future__ import annotations

from typing import Any

from art7.interpreter.cbor_scanner import (
    ARRAY,
    MAP,
    NEGATIVE,
    OCTETS,
    OTHER,
    TAG,
    TEXT,
    UNSIGNED,
    shortest_float,
)
from art7.interpreter.cbor_values import Simple, Tagged
from art7.interpreter.tree_nodes import TreeRefused

DEPTH = 128
"""The most levels that are written."""
_WORDS = {False: 20, True: 21, None: 22}


def head(major: int, argument: int) -> bytes:
    """Return the shortest head."""
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, octets in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << (8 * octets):
            return bytes([major << 5 | info]) + argument.to_bytes(octets, "big")
    raise TreeRefused(
        "out_of_range", "an integer from -2^64 to 2^64-1", f"one of {argument.bit_length()} bits"
    )


def write_cbor(value: Any, *, deterministic: bool, depth: int = 0) -> bytes:
    """Return the octets of `value`; raises `TreeRefused`."""
    if depth > DEPTH:
        raise TreeRefused("too_deep", f"at most {DEPTH} levels", "more")
    match value:
        case None | bool():
            return head(OTHER, _WORDS[value])
        case int():
            return head(UNSIGNED, value) if value >= 0 else head(NEGATIVE, -1 - value)
        case float():
            return shortest_float(value)
        case str():
            return _text(value)
        case bytes() | bytearray() | memoryview():
            return head(OCTETS, len(value)) + bytes(value)
        case list() | tuple():
            items = [write_cbor(item, deterministic=deterministic, depth=depth + 1) for item in value]
            return head(ARRAY, len(items)) + b"".join(items)
        case dict():
            return _map(value, deterministic, depth)
        case Tagged(tag=tag, value=inner):
            if not isinstance(tag, int) or tag < 0:
                raise TreeRefused("wrong_kind", "a number as tag", type(tag).__name__)
            return head(TAG, tag) + write_cbor(inner, deterministic=deterministic, depth=depth + 1)
        case Simple(number=number):
            return _simple(number)
    raise TreeRefused("wrong_kind", "a CBOR value", type(value).__name__)


def _text(value: str) -> bytes:
    try:
        octets = value.encode("utf-8")
    except UnicodeEncodeError:
        raise TreeRefused("bad_text", "Unicode scalar values", "a lone surrogate") from None
    return head(TEXT, len(octets)) + octets


def _simple(number: Any) -> bytes:
    if not isinstance(number, int) or not (0 <= number < 20 or number == 23 or 32 <= number < 256):
        raise TreeRefused("out_of_range", "a simple value from 0 to 19, 23, or 32 to 255", str(number)[:20])
    return head(OTHER, number)


def _map(members: dict[Any, Any], deterministic: bool, depth: int) -> bytes:
    pairs = []
    for key, value in members.items():
        if not isinstance(key, int | str | bytes) or isinstance(key, bool):
            raise TreeRefused("wrong_kind", "an integer, a text or octets as key", type(key).__name__)
        spelled = write_cbor(key, deterministic=deterministic)
        pairs.append((spelled, write_cbor(value, deterministic=deterministic, depth=depth + 1)))
    if deterministic:
        pairs.sort(key=lambda pair: pair[0])
    return head(MAP, len(pairs)) + b"".join(key + value for key, value in pairs)
