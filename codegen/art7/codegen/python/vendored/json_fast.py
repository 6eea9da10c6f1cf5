"""Reading JSON fast: `json` from the standard library, and what it lets through refused.

Text of generated projects. Every function here says only yes or no (`ValueError` and its like mean no):
the careful reader of `json_careful.py` explains a no.
"""

from __future__ import annotations

import json
import re
from json.encoder import encode_basestring
from typing import Any

from art7.codegen.python.vendored.primitives import base64_decode, base64url_decode

INTEGER_LIMIT = (1 << 53) - 1
"""The largest integer that every JSON reader keeps exactly (RFC 7493 §2.2)."""


quote = encode_basestring
"""A text as JSON, nothing escaped but what must be. TypeError for anything else."""


def as_integer(value: Any) -> int:
    """Return an integer of any class as a plain one: true and false are 1 and 0. ValueError for anything else."""
    if not isinstance(value, int):
        raise ValueError
    return int(value)


class Absent:
    """The type of `ABSENT`: a member that is not there, where `None` stands for null."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "ABSENT"  # a copy is the same one


ABSENT = Absent()


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its members; `json` would let the last of two with one name win."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError
    return members


def _no_constant(word: str) -> Any:
    """Refuse `NaN`, `Infinity` and `-Infinity`, which are not JSON."""
    raise ValueError


def _finite(digits: str) -> float:
    """Refuse a number beyond binary64."""
    number = float(digits)
    if number - number != 0.0:
        raise ValueError
    return number


_parse = json.JSONDecoder(
    object_pairs_hook=_members, parse_float=_finite, parse_constant=_no_constant
).raw_decode

_ESCAPE = re.compile(
    r"\\(?:[^u]|u(?:[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?![dD][89a-fA-F])|([dD])))"
)


def read_json(data: bytes, size: int | None, depth: int) -> Any:
    """Read one JSON value of at most `size` octets, its containers nested at most `depth` deep.

    Raises: ValueError, RecursionError.
    """
    if size is not None and len(data) > size:
        raise ValueError
    text = str(data, "utf-8")
    value, end = _parse(text.lstrip(" \t\n\r"))
    if end != len(text) and text.lstrip(" \t\n\r")[end:].strip(" \t\n\r"):
        raise ValueError
    if text.count("{") + text.count("[") > depth:
        check_depth(value, depth)
    if "\\u" in text:
        for escape in _ESCAPE.finditer(text):
            if escape[1]:
                raise ValueError  # half of a surrogate pair is no character
    return value


def first_json(data: bytes, size: int | None) -> bytes:
    """Return the octets of the JSON value that `data` begin with; all of them where they begin with none.

    A value of more than `size` octets is none.
    """
    if not isinstance(data, (bytes, bytearray, memoryview)):
        return data
    text = bytes(data if size is None else data[:size]).decode("utf-8", "surrogateescape")
    lead = len(text) - len(text.lstrip(" \t\n\r"))
    try:
        _, end = json.JSONDecoder().raw_decode(text, lead)
    except (ValueError, RecursionError):
        return bytes(data)
    return bytes(data[: len(text[:end].encode("utf-8", "surrogateescape"))])


def check_depth(value: Any, depth: int) -> None:
    """Refuse containers nested deeper than `depth`."""
    level = [value]
    while level:
        level = [item for item in level if type(item) is dict or type(item) is list]
        if level and not depth:
            raise ValueError
        depth -= 1
        level = [item for holder in level for item in (holder.values() if type(holder) is dict else holder)]


def check_integers(value: Any) -> None:
    """Refuse a tree that holds a number other than an integer within ±(2^53-1)."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return
    if kind is dict:
        for item in value.values():
            check_integers(item)
    elif kind is list:
        for item in value:
            check_integers(item)
    elif kind is not int or not -INTEGER_LIMIT <= value <= INTEGER_LIMIT:
        raise ValueError


def write_canonical(value: Any) -> str:
    """Write a tree as canonical JSON: sorted keys, no spaces, integers within ±(2^53-1).

    Raises: ValueError, TypeError, RecursionError.
    """
    kind = type(value)
    if kind is str:
        return quote(value)
    if kind is dict:
        return "{" + ",".join([f"{quote(key)}:{write_canonical(value[key])}" for key in sorted(value)]) + "}"
    if kind is list:
        return "[" + ",".join([write_canonical(item) for item in value]) + "]"
    if kind is int and -INTEGER_LIMIT <= value <= INTEGER_LIMIT:
        return str(value)
    return _word(value)


def write_integers(value: Any) -> str:
    """Write a tree as JSON: keys as they stand, no spaces, integers within ±(2^53-1).

    Raises: ValueError, TypeError, RecursionError.
    """
    kind = type(value)
    if kind is str:
        return quote(value)
    if kind is dict:
        return "{" + ",".join([f"{quote(key)}:{write_integers(item)}" for key, item in value.items()]) + "}"
    if kind is list:
        return "[" + ",".join([write_integers(item) for item in value]) + "]"
    if kind is int and -INTEGER_LIMIT <= value <= INTEGER_LIMIT:
        return str(value)
    return _word(value)


def number_text(number: float) -> str:
    """Write a finite number; a whole one without a fraction, which some readers would not take for whole."""
    if -INTEGER_LIMIT <= number <= INTEGER_LIMIT and number == int(number) and number:
        return str(int(number))
    return "0" if number == 0.0 else repr(number)


def write_plain(value: Any) -> str:
    """Write a tree as JSON: keys as they stand, no spaces, numbers of any size.

    Raises: ValueError, TypeError, RecursionError.
    """
    kind = type(value)
    if kind is str:
        return quote(value)
    if kind is dict:
        return "{" + ",".join([f"{quote(key)}:{write_plain(item)}" for key, item in value.items()]) + "}"
    if kind is list:
        return "[" + ",".join([write_plain(item) for item in value]) + "]"
    if kind is int:
        return str(value)
    if kind is float and value - value == 0.0:
        return number_text(value)
    return _word(value)


def _word(value: Any) -> str:
    if value is None:
        return "null"
    if type(value) is bool:
        return "true" if value else "false"
    raise ValueError


def unknown_members(members: dict[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """The members of an object that are not `known`."""
    return {key: value for key, value in members.items() if key not in known}


def merge_sorted(known: list[tuple[str, str]], unknown: dict[str, Any]) -> str:
    """Write an object of members already written (`known`) and preserved ones, sorted by name."""
    members = dict(known)
    for key, value in unknown.items():
        if key in members:
            raise ValueError
        members[key] = write_canonical(value)
    return "{" + ",".join([f"{quote(key)}:{members[key]}" for key in sorted(members)]) + "}"


def append_members(known: list[tuple[str, str]], unknown: dict[str, Any], integers: bool) -> str:
    """Write an object of members already written (`known`) and preserved ones after them."""
    members = dict(known)
    for key, value in unknown.items():
        if key in members:
            raise ValueError
        members[key] = write_integers(value) if integers else write_plain(value)
    return "{" + ",".join([f"{quote(key)}:{text}" for key, text in members.items()]) + "}"


def octets_of_text(value: Any, alphabet: str, padding: str) -> bytes:
    """The octets that a text holds as `base64`, `base64url` or `hex`; ValueError on any other coding."""
    if type(value) is not str:
        raise ValueError
    if alphabet == "hex":
        octets = bytes.fromhex(value)
        if len(value) != 2 * len(octets):
            raise ValueError  # spaces, which `fromhex` passes over
        return octets
    if padding in ("required", "padded") and len(value) % 4:
        raise ValueError
    if padding in ("forbidden", "unpadded") and "=" in value:
        raise ValueError
    return base64_decode(value) if alphabet == "base64" else base64url_decode(value)


def present(value: Any) -> Any:
    """`value`, or `None` for a member that is not there."""
    return None if value is ABSENT else value


def octets_count(value: Any) -> int:
    """Octets of a text in UTF-8; 0 for an absent one."""
    return len(value.encode()) if value else 0
