"""Writing JSON in the form of RFC 8785 (JSON Canonicalization Scheme).

Text of generated projects. The writers say only yes or no (`ValueError` and its like mean no); `json_jcs_octets` is
what the careful twins write with.
"""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import Any

from art7.codegen.python.vendored.core import Trace
from art7.codegen.python.vendored.json_explain import json_refuse
from art7.codegen.python.vendored.json_fast import quote


def jcs_number(value: Any) -> str:
    """A number as ECMAScript spells the binary64 value nearest to it. ValueError or OverflowError if there is none."""
    number = float(value)
    if number - number != 0.0:
        raise ValueError
    if number == 0.0:
        return "0"
    text = repr(number)
    mantissa, letter, exponent = text.partition("e")
    if not letter:
        return text.removesuffix(".0")
    power = int(exponent)
    if power >= 21 or power < -6:
        return f"{mantissa}e{power:+d}"
    sign = "-" if number < 0.0 else ""
    digits = mantissa.lstrip("-").replace(".", "")
    return sign + (digits.ljust(power + 1, "0") if power > 0 else "0." + "0" * (-power - 1) + digits)


def jcs_order(member: tuple[str, Any]) -> bytes:
    """What members are sorted by: the UTF-16 code units of their names."""
    return member[0].encode("utf-16-be")


def write_jcs(value: Any) -> str:
    """Write a tree: members sorted, no spaces, numbers as ECMAScript spells them.

    Raises: ValueError, TypeError, OverflowError, RecursionError.
    """
    kind = type(value)
    if kind is str:
        return quote(value)
    if kind is dict:
        members = sorted(value.items(), key=jcs_order)
        return "{" + ",".join([f"{quote(key)}:{write_jcs(item)}" for key, item in members]) + "}"
    if kind is list:
        return "[" + ",".join([write_jcs(item) for item in value]) + "]"
    if kind is int or kind is float:
        return jcs_number(value)
    if kind is bool:
        return "true" if value else "false"
    if value is None:
        return "null"
    raise ValueError


def merge_jcs(known: list[tuple[str, str]], unknown: dict[str, Any]) -> str:
    """Write an object of members already written (`known`) and preserved ones, sorted by name."""
    members = dict(known)
    for key, value in unknown.items():
        if key in members:
            raise ValueError
        members[key] = write_jcs(value)
    return (
        "{" + ",".join([f"{quote(key)}:{text}" for key, text in sorted(members.items(), key=jcs_order)]) + "}"
    )


def json_jcs_octets(trace: Trace, tree: Any, size: int | None) -> bytes:
    """The text of a tree that JSON can hold; refused when it is longer than `size` octets."""
    octets = _jcs_text(trace, tree).encode()
    if size is not None and len(octets) > size:
        json_refuse(trace, "too_large", "", None, f"at most {size} octets", f"{len(octets)} octets")
    return octets


def _jcs_text(trace: Trace, value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return (
            "{"
            + ",".join(f"{encode_basestring(name)}:{_jcs_text(trace, value[name])}" for name in names)
            + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ",".join(_jcs_text(trace, item) for item in value) + "]"
    try:
        return jcs_number(value)
    except (OverflowError, ValueError):
        json_refuse(trace, "out_of_range", "", None, "a number within binary64", "a larger one")
