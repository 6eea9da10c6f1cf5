"""Headers and parameters as nearly all messages have them, each by one expression; what is left goes the long way.

Text of generated projects.
"""

from __future__ import annotations

import re

from art7.codegen.python.vendored.text_bodies import (
    comma_spans,
    header_line,
    read_parameter_map,
    trimmed_span,
    unfolded,
)

_HEADERS = re.compile(
    rb"^([!#$%&'*+\-.^_`|~0-9A-Za-z]++)[ \t]*+:[ \t]*+([^\r\n\0]*+(?:\r\n[ \t][^\r\n\0]*+)*+)\r\n",
    re.MULTILINE,
).findall
_LENIENT_HEADERS = re.compile(
    rb"^([!#$%&'*+\-.^_`|~0-9A-Za-z]++)[ \t]*+:[ \t]*+([^\r\n\0]*+(?:\r?\n[ \t][^\r\n\0]*+)*+)\r?\n",
    re.MULTILINE,
).findall
_EMPTY_LINE = re.compile(rb"\n\r?\n").search
_FOLD = re.compile(rb"\r?\n[ \t]").sub
_BLANK_END = re.compile(rb"[ \t]\r?\n").search

_HeaderRow = tuple[bytes, bytes]
"""The name of a header as it is written, and its value in one line without white space around it."""


def split_headers(data: bytes, o: int, end: int, eol: bytes, lenient: bool) -> tuple[list[_HeaderRow], int]:
    """Return the headers up to the empty line, and the place behind that."""
    if lenient:
        line = _EMPTY_LINE(data, o, end)
        stop, after = (-1, -1) if line is None else (line.start() + 1, line.end())
    else:
        stop = data.find(b"\r\n\r\n", o, end) + 2
        after = stop + 2
    if stop <= o or data[o] in b"\r\n" or not (lenient or eol == b"\r\n"):
        return _each_header(data, o, end, eol, lenient)
    head = data[o:stop]
    rows = (_LENIENT_HEADERS if lenient else _HEADERS)(head)
    if len(rows) != head.count(b"\n"):
        folds = sum([value.count(b"\n") for _, value in rows])
        if len(rows) + folds != head.count(b"\n"):
            return _each_header(data, o, end, eol, lenient)
        rows = [(name, _FOLD(b" ", value).strip(b" \t") if b"\n" in value else value) for name, value in rows]
    if _BLANK_END(head):
        rows = [(name, value.rstrip(b" \t")) for name, value in rows]
    return rows, after


def _each_header(data: bytes, o: int, end: int, eol: bytes, lenient: bool) -> tuple[list[_HeaderRow], int]:
    """Return the same for headers that end in other ways, or are none."""
    found: list[_HeaderRow] = []
    while True:
        line = header_line(data, o, end, eol, lenient)
        if isinstance(line, int):
            return found, line
        name, _, _, lines, o = line
        start, stop = lines[0]
        octets = data[start:stop] if len(lines) == 1 else unfolded(data, lines)
        found.append((name, octets.strip(b" \t")))


def listed_spans(data: bytes, o: int, end: int, comments: bool) -> list[tuple[int, int]]:
    """Return the values between commas outside of quotes, comments and `<>`, of a value without space around it."""
    stop = data.find(b",", o, end)
    if stop < 0:
        return [(o, end)] if o < end else []
    if data.find(b'"', o, end) >= 0 or data.find(b"<", o, end) >= 0:
        return comma_spans(data, o, end, comments)
    if comments and data.find(b"(", o, end) >= 0:
        return comma_spans(data, o, end, comments)
    found = []
    while stop >= 0:
        found.append(trimmed_span(data, o, stop))
        o = stop + 1
        stop = data.find(b",", o, end)
    found.append(trimmed_span(data, o, end))
    return found


_PLAIN_PARAMETER = re.compile(
    rb"[ \t]*+;[ \t]*+([!#$%&'*+\-.^_`|~0-9A-Za-z]++)"
    rb'(?:[ \t]*+=[ \t]*+(?:"([^"\\\x00-\x08\x0a-\x1f\x7f]*+)"|([^\x00-\x20;,"<>()\x7f]++)))?+(?=[ \t]*+(?:;|\Z))'
).match


_PLAIN_PARAMETERS = re.compile(rb"(?:;[!#$%&'+\-.^_`|~0-9A-Za-z]++(?:=[^\x00-\x20;,\"<>()\x7f]++)?+)*+").match


def parameter_map(data: bytes, o: int, end: int, form: str) -> tuple[dict[str, str | None], int]:
    """Return the parameters at `o`, and the place behind them."""
    found: dict[str, str | None] = {}
    if o == end:
        return found, o
    plain = _PLAIN_PARAMETERS(data, o, end)
    if plain is not None and plain.end() == end:
        for each in plain[0].decode().split(";")[1:]:
            name, sign, text = each.partition("=")
            name = name.lower()
            if name in found:
                return read_parameter_map(data, o, end, form)
            found[name] = text if sign else None
        return found, end
    place = o
    while place < end:
        match = _PLAIN_PARAMETER(data, place, end)
        if match is None:
            return read_parameter_map(data, o, end, form)
        spelled, quoted, bare = match.groups()
        name = spelled.decode().lower()
        if name in found or (form == "mime" and "*" in name):
            return read_parameter_map(data, o, end, form)
        value = quoted if bare is None else bare
        found[name] = None if value is None else value.decode()
        place = match.end()
    return found, place
