"""JSON written in the form of RFC 8785 (JSON Canonicalization Scheme).

Members are sorted by the UTF-16 code units of their names (§3.2.3), texts carry only the escapes that JSON demands in
their shortest form (§3.2.2.2), and every number is the binary64 value nearest to it in ECMAScript's shortest spelling
(§3.2.2.3): an integer that binary64 does not hold is written as its neighbour that it does.
"""

from __future__ import annotations

import json
from typing import Any

from art7.interpreter.json_writer import check_writable
from art7.interpreter.tree_nodes import TreeRefused

_POSITIONAL = 21
"""The largest power of ten below which ECMAScript writes a number without an exponent."""
_SMALLEST = -6
"""The smallest power of ten that a fraction may begin with and still have no exponent."""


def write_jcs(value: Any) -> bytes:
    """Return the canonical text of `value`; raises `TreeRefused`."""
    check_writable(value, integers_only=False)
    return _text(value).encode("utf-8")


def _text(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case int() | float():
            return number(value)
        case dict():
            members = sorted(value.items(), key=lambda member: utf16(member[0]))
            return "{" + ",".join(f"{_text(key)}:{_text(item)}" for key, item in members) + "}"
        case _:
            return "[" + ",".join(_text(item) for item in value) + "]"


def utf16(text: str) -> bytes:
    """Return what texts are ordered by: their code units, the more significant octet first."""
    return text.encode("utf-16-be")


def number(value: float) -> str:
    """Spell a number as ECMA-262 §6.1.6.1.20 (`Number::toString`) does; raises `TreeRefused` beyond binary64."""
    try:
        near = float(value)
    except OverflowError:
        raise TreeRefused("out_of_range", "a number within binary64", "a larger integer") from None
    if near == 0:
        return "0"
    sign = "-" if near < 0 else ""
    digits, power = _shortest(abs(near))
    if len(digits) <= power <= _POSITIONAL:
        return sign + digits.ljust(power, "0")
    if 0 < power <= _POSITIONAL:
        return f"{sign}{digits[:power]}.{digits[power:]}"
    if _SMALLEST < power <= 0:
        return f"{sign}0.{'0' * -power}{digits}"
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{sign}{mantissa}e{power - 1:+d}"


def _shortest(value: float) -> tuple[str, int]:
    """Return the fewest digits that name a positive number, and the power: it is 0.digits × 10^power."""
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    leading = len(whole + fraction) - len(digits)
    power = len(whole) - leading + int(exponent or 0)
    return digits.rstrip("0"), power
