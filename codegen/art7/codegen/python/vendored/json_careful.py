"""Reading JSON with places: every value with the octet at which it starts, and why a text is refused.

Text of generated projects, imported on the first refusal only. It takes exactly what `json_fast.read_json` takes.
"""

from __future__ import annotations

import re
from typing import Any

_JSON_TOKEN = re.compile(
    rb'[ \t\n\r]*(?:([{}\[\]:,])|(")|(true|false|null)|(-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?))?'
)
_JSON_RUN = re.compile(rb'[^"\\\x00-\x1f]*')
_JSON_WORDS = {b"true": True, b"false": False, b"null": None}
_JSON_ESCAPES = {
    b'"': '"',
    b"\\": "\\",
    b"/": "/",
    b"b": "\b",
    b"f": "\f",
    b"n": "\n",
    b"r": "\r",
    b"t": "\t",
}


class JsonRefused(Exception):
    """The text is no JSON value that we take: why, and at which octet."""

    def __init__(self, code: str, offset: int, expected: str, got: str) -> None:
        super().__init__(code)
        self.code = code
        self.offset = offset
        self.expected = expected
        self.got = got


class JsonNode:
    """A value and the octet at which it starts. Containers hold nodes."""

    __slots__ = ("start", "value")

    def __init__(self, value: Any, start: int) -> None:
        self.value = value
        self.start = start


def json_plain(node: JsonNode) -> Any:
    """The value of a node without places."""
    value = node.value
    if isinstance(value, dict):
        return {key: json_plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [json_plain(item) for item in value]
    return value


def read_json_nodes(data: bytes, depth: int) -> JsonNode:
    """Read one JSON value with places. Raises JsonRefused."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise JsonRefused("bad_text", error.start, "UTF-8", f"octet {data[error.start]:#04x}") from None
    node, place = _json_value(data, 0, depth)
    place = _json_space(data, place)
    if place != len(data):
        raise JsonRefused("trailing_data", place, "an end of the text", _json_shown(data, place))
    return node


def _json_space(data: bytes, place: int) -> int:
    while data[place : place + 1] in (b" ", b"\t", b"\n", b"\r"):
        place += 1
    return place


def _json_shown(data: bytes, place: int) -> str:
    if place >= len(data):
        return "the end"
    octet = data[place]
    return f"`{chr(octet)}`" if 0x20 < octet < 0x7F else f"octet {octet:#04x}"


def _json_bad(data: bytes, place: int, expected: str) -> JsonRefused:
    return JsonRefused("bad_json", place, expected, _json_shown(data, place))


def _json_value(data: bytes, place: int, depth: int) -> tuple[JsonNode, int]:
    """Read the value at `place`, its containers at most `depth` deep; returns it and the place after."""
    token = _JSON_TOKEN.match(data, place)
    if token is None or token.lastindex is None:
        raise _json_bad(data, _json_space(data, place), "a JSON value")
    start = token.start(token.lastindex) if token[4] is None else token.start(4)
    if token[2]:
        text, place = _json_string(data, start + 1)
        return JsonNode(text, start), place
    if token[3]:
        return JsonNode(_JSON_WORDS[token[3]], start), token.end()
    if token[4]:
        return _json_number(token, start), token.end()
    if token[1] not in (b"{", b"["):
        raise _json_bad(data, start, "a JSON value")
    if depth <= 0:
        raise JsonRefused("too_deep", start, "fewer levels", "one more")
    if token[1] == b"[":
        return _json_array(data, start, depth - 1)
    return _json_object(data, start, depth - 1)


def _json_number(token: re.Match[bytes], start: int) -> JsonNode:
    if token[5] is None and token[6] is None:
        if len(token[4].lstrip(b"-")) > 4300:
            raise JsonRefused("out_of_range", start, "at most 4300 digits", f"{len(token[4])} digits")
        return JsonNode(int(token[4]), start)
    number = float(token[4])
    if number - number != 0.0:
        raise JsonRefused("out_of_range", start, "a number within binary64", f"{len(token[4])} characters")
    return JsonNode(number, start)


def _json_array(data: bytes, start: int, depth: int) -> tuple[JsonNode, int]:
    items: list[JsonNode] = []
    place = _json_space(data, start + 1)
    if data[place : place + 1] == b"]":
        return JsonNode(items, start), place + 1
    while True:
        item, place = _json_value(data, place, depth)
        items.append(item)
        place = _json_space(data, place)
        mark = data[place : place + 1]
        if mark == b"]":
            return JsonNode(items, start), place + 1
        if mark != b",":
            raise _json_bad(data, place, "`,` or `]`")
        place += 1


def _json_object(data: bytes, start: int, depth: int) -> tuple[JsonNode, int]:
    members: dict[str, JsonNode] = {}
    places: dict[str, int] = {}
    place = _json_space(data, start + 1)
    if data[place : place + 1] == b"}":
        return JsonNode(members, start), place + 1
    while True:
        place = _json_space(data, place)
        if data[place : place + 1] != b'"':
            raise _json_bad(data, place, "a key in double quotes")
        first = place
        key, place = _json_string(data, place + 1)
        if key in members:
            raise JsonRefused(
                "duplicate_field", first, "each key once", f"a key again that stands at octet {places[key]}"
            )
        places[key] = first
        place = _json_space(data, place)
        if data[place : place + 1] != b":":
            raise _json_bad(data, place, "`:`")
        members[key], place = _json_value(data, place + 1, depth)
        place = _json_space(data, place)
        mark = data[place : place + 1]
        if mark == b"}":
            return JsonNode(members, start), place + 1
        if mark != b",":
            raise _json_bad(data, place, "`,` or `}`")
        place += 1


def _json_string(data: bytes, place: int) -> tuple[str, int]:
    parts: list[str] = []
    while True:
        run = _JSON_RUN.match(data, place)
        end = place if run is None else run.end()
        parts.append(data[place:end].decode())
        mark = data[end : end + 1]
        if mark == b'"':
            return "".join(parts), end + 1
        if mark != b"\\":
            raise _json_bad(data, end, "an escaped control character" if mark else "a closing quote")
        letter = data[end + 1 : end + 2]
        if letter in _JSON_ESCAPES:
            parts.append(_JSON_ESCAPES[letter])
            place = end + 2
        elif letter == b"u":
            character, place = _json_unicode(data, end)
            parts.append(character)
        else:
            raise _json_bad(data, end + 1, "an escape")


def _json_unicode(data: bytes, place: int) -> tuple[str, int]:
    """Read `\\uXXXX` at `place`, or the two of a surrogate pair."""
    unit = _json_unit(data, place)
    if 0xD800 <= unit < 0xDC00 and data[place + 6 : place + 8] == b"\\u":
        low = _json_unit(data, place + 6)
        if 0xDC00 <= low < 0xE000:
            return chr(0x10000 + (unit - 0xD800 << 10) + low - 0xDC00), place + 12
    if 0xD800 <= unit < 0xE000:
        raise JsonRefused("bad_text", place, "a pair of surrogates", "one alone")
    return chr(unit), place + 6


def _json_unit(data: bytes, place: int) -> int:
    digits = data[place + 2 : place + 6]
    if len(digits) != 4 or not all(digit in b"0123456789abcdefABCDEF" for digit in digits):
        raise _json_bad(data, place + 2, "four hexadecimal digits")
    return int(digits, 16)
