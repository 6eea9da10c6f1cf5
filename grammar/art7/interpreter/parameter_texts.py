"""Parameters behind semicolons, and what RFC 2231 makes of them in MIME: parts of long values, and charsets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote as percent

from art7.interpreter.charsets import decode
from art7.interpreter.header_lines import BLANK, NAME_OCTETS
from art7.interpreter.text_octets import is_control, pass_space, quote, quoted_at
from art7.interpreter.text_refused import TextRefused

Value = str | None
_STOPS = frozenset(b';,"<>()\x7f') | frozenset(range(0x21))
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_MIME_NAME_OCTETS = NAME_OCTETS | frozenset(b"{}")
"""A token of MIME has braces (RFC 2045 §5.1), one of SIP and HTTP has not (RFC 9110 §5.6.2)."""
_MIME_NAME = re.compile(r"[!#$&+\-.^_`{|}~0-9A-Za-z]+")
"""What is written: without the signs that mean something to RFC 2231 §7."""
_SIP = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z\[\]:]+")
_SECTION = re.compile(r"([^*]+)(?:\*(0|[1-9][0-9]{0,2}))?(\*)?")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One as received."""

    name: str
    value: Value
    place: int
    value_place: int


def parameters_at(data: bytes, place: int, end: int, form: str) -> tuple[dict[str, Value], int]:
    """Return the parameters at a place, and the place behind them. Raises: TextRefused."""
    comments = form == "mime"
    found: list[Parameter] = []
    while True:
        mark = pass_space(data, place, end, BLANK, comments)
        if mark >= end or data[mark] != 0x3B:
            break
        start = pass_space(data, mark + 1, end, BLANK, comments)
        if start >= end and comments:
            place = end
            break
        parameter, place = _parameter(data, start, end, comments)
        if any(each.name == parameter.name for each in found):
            raise TextRefused("duplicate_field", start, "another name", parameter.name)
        found.append(parameter)
    if form != "mime":
        return {each.name: each.value for each in found}, place
    return _put_together(found), place


def _parameter(data: bytes, start: int, end: int, comments: bool) -> tuple[Parameter, int]:
    stop, octets = start, _MIME_NAME_OCTETS if comments else NAME_OCTETS
    while stop < end and data[stop] in octets:
        stop += 1
    if stop == start:
        raise TextRefused("bad_characters", start, "the name of a parameter", _found(data, start, end))
    name = data[start:stop].decode("ascii").lower()
    sign = pass_space(data, stop, end, BLANK, comments)
    if sign >= end or data[sign] != 0x3D:
        return Parameter(name, None, start, stop), stop
    begin = pass_space(data, sign + 1, end, BLANK, comments)
    if begin < end and data[begin] == 0x22:
        value, stop = quoted_at(data, begin, end)
        return Parameter(name, value, start, begin), stop
    stop = begin
    while stop < end and data[stop] not in _STOPS:
        stop += 1
    try:
        text = data[begin:stop].decode("utf-8")
    except UnicodeDecodeError as error:
        raise TextRefused("bad_text", begin + error.start, "UTF-8", "another octet") from None
    if not text:
        raise TextRefused("bad_characters", begin, "the value of a parameter", _found(data, begin, end))
    return Parameter(name, text, start, begin), stop


def _found(data: bytes, place: int, end: int) -> str:
    return ascii(data[place : place + 1].decode("latin-1")) if place < end else "the end"


def _put_together(found: list[Parameter]) -> dict[str, Value]:
    """Return values of which parts came apart (RFC 2231 §3), or with a charset (§4), as one each."""
    groups: dict[str, list[tuple[int | None, bool, Parameter]]] = {}
    for each in found:
        match = _SECTION.fullmatch(each.name)
        if match is None:
            raise TextRefused("bad_characters", each.place, "a name, and the number of a part", each.name)
        number = None if match[2] is None else int(match[2])
        groups.setdefault(match[1], []).append((number, match[3] is not None, each))
    return {name: _whole(rows) for name, rows in groups.items()}


def _whole(rows: list[tuple[int | None, bool, Parameter]]) -> Value:
    alone = [(extended, each) for number, extended, each in rows if number is None]
    for extended, each in sorted(alone, key=lambda row: not row[0]):
        return _extended([(True, each)]) if extended else each.value
    parts = sorted(((number or 0, extended, each) for number, extended, each in rows), key=lambda row: row[0])
    for expected, (number, _, each) in enumerate(parts):
        if number != expected:
            raise TextRefused("bad_coding", each.place, f"part {expected} of the value", f"part {number}")
    return _extended([(extended, each) for _, extended, each in parts])


def _extended(parts: list[tuple[bool, Parameter]]) -> str:
    """Return the text of parts; the first may name the charset that those with `*` are in."""
    charset, octets = "us-ascii", b""
    extended, first = parts[0]
    texts = [each.value or "" for _, each in parts]
    if extended:
        pieces = texts[0].split("'", 2)
        if len(pieces) != 3:
            raise TextRefused("bad_coding", first.value_place, "a charset and a language between `'`", "none")
        charset, texts[0] = pieces[0] or "us-ascii", pieces[2]
    elif all(not each for each, _ in parts):
        return "".join(texts)
    for (coded, each), text in zip(parts, texts, strict=True):
        octets += _unescaped(text, each.value_place) if coded else text.encode()
    try:
        return decode(octets, charset)
    except TextRefused as refusal:
        raise TextRefused(refusal.code, first.value_place, refusal.expected, refusal.got) from None


def _unescaped(text: str, place: int) -> bytes:
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise TextRefused("bad_coding", place, "two digits behind each `%`", "others")
    return re.sub(rb"%(..)", lambda match: bytes([int(match[1], 16)]), text.encode())


def spell(values: dict[str, Value], form: str) -> bytes:
    """Return parameters as they are written. Raises: TextRefused, its offset without a meaning."""
    written: list[bytes] = []
    names: set[str] = set()
    for name, value in values.items():
        low = name.lower()
        if not (_MIME_NAME if form == "mime" else _TOKEN).fullmatch(name):
            raise TextRefused("bad_characters", 0, "the name of a parameter", ascii(name)[:40])
        if low in names:
            raise TextRefused("duplicate_field", 0, "another name", low)
        names.add(low)
        written.append(b";" + low.encode() + (b"" if value is None else _spelled(value, form)))
    return b"".join(written)


def _spelled(value: str, form: str) -> bytes:
    if any(is_control(character) for character in value):
        raise TextRefused("bad_quoted", 0, "a text without control characters", ascii(value)[:40])
    if form == "mime" and not value.isascii():
        return b"*=utf-8''" + percent(value, safe="!#$&+-.^_`|~").encode()
    bare = (_SIP if form == "sip" else _TOKEN).fullmatch(value)
    return b"=" + (value.encode() if bare else quote(value))
