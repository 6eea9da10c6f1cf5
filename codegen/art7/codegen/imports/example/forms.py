"""Which printed form an example has, and its octets: told by what is in the file, never by its name."""

from __future__ import annotations

import re

from art7.codegen.imports.example.diagnostic import parse_diagnostic
from art7.codegen.imports.example.encode import encode
from art7.codegen.imports.example.parts import Comment, Line, Printed
from art7.codegen.imports.faults import Faults, Source

_HEX_LINE = re.compile(r"[ \t]*((?:[0-9A-Fa-f]{2}[ \t]*)*)[ \t]*(?:(?:#|--|;|//)(.*))?$")


def is_octets(data: bytes) -> bool:
    """Whether a file is no text: no UTF-8, or with control characters."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return any(ord(character) < 32 and character not in "\t\n\r" for character in text)


def octets_of(source: Source, data: bytes, faults: Faults) -> bytes | None:
    """Return the octets of an example in any form, `None` when it cannot be read."""
    if is_octets(data):
        return data
    printed = read_form(source, faults)
    return encode(printed.items[0]) if len(printed.items) == 1 else printed.octets


def read_form(source: Source, faults: Faults) -> Printed:
    """Read a text: annotated hex where every line is, else diagnostic notation."""
    lines = _hex_lines(source.text)
    if lines is None or not any(line.octets for line in lines):
        return parse_diagnostic(source, faults)
    comments = tuple(Comment(line.comment, line.start, line.end) for line in lines if line.comment)
    octets = b"".join(line.octets for line in lines)
    return Printed(source, octets, comments=comments, lines=tuple(lines))


def _hex_lines(text: str) -> list[Line] | None:
    lines: list[Line] = []
    at = offset = 0
    for row in text.split("\n"):
        found = _HEX_LINE.fullmatch(row.rstrip("\r"))
        if found is None:
            return None
        octets = bytes.fromhex(found.group(1))
        if row.strip():
            first = len(row) - len(row.lstrip())
            lines.append(
                Line(octets, offset, (found.group(2) or "").strip(), at + first, at + len(row.rstrip()))
            )
        offset += len(octets)
        at += len(row) + 1
    return lines
