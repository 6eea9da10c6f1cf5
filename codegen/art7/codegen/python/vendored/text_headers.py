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

_HEADER = re.compile(
    rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]++)[ \t]*+:[ \t]*+([^\r\n\0]*+)((?:\r\n[ \t][^\r\n\0]*+)*+)\r\n"
).match
_LENIENT_HEADER = re.compile(
    rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]++)[ \t]*+:[ \t]*+([^\r\n\0]*+)((?:\r?\n[ \t][^\r\n\0]*+)*+)\r?\n"
).match
_FOLD = re.compile(rb"\r?\n[ \t]").sub


def split_headers(
    data: bytes, o: int, end: int, eol: bytes, lenient: bool
) -> tuple[list[tuple[bytes, bytes, int, int, bytes]], int]:
    """Return the headers up to the empty line, and the place behind that.

    Of each: its name in small letters, octets and where in them the value lies, its name as written.
    """
    match = _LENIENT_HEADER if lenient else _HEADER
    plain = lenient or eol == b"\r\n"
    found: list[tuple[bytes, bytes, int, int, bytes]] = []
    while True:
        line = match(data, o, end) if plain else None
        if line is None:
            other = header_line(data, o, end, eol, lenient)
            if isinstance(other, int):
                return found, other
            name, _, _, lines, o = other
            octets = data if len(lines) == 1 else unfolded(data, lines)
            start, stop = trimmed_span(octets, *(lines[0] if len(lines) == 1 else (0, len(octets))))
        else:
            name, octets, o = line[1], data, line.end()
            start, stop = line.span(2)
            if line.end(3) != stop:
                octets = _FOLD(b" ", data[start : line.end(3)])
                start, stop = trimmed_span(octets, 0, len(octets))
            elif start < stop and data[stop - 1] in b" \t":
                start, stop = trimmed_span(data, start, stop)
        found.append((name.lower(), octets, start, stop, name))


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


def parameter_map(data: bytes, o: int, end: int, form: str) -> tuple[dict[str, str | None], int]:
    """Return the parameters at `o`, and the place behind them."""
    found: dict[str, str | None] = {}
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
