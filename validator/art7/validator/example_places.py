"""Where in a printed form something stands: a member of a JSON value, an octet of a hexadecimal text."""

from __future__ import annotations

import json
import re

from art7.grammar.diagnostics import Span
from art7.validator.examples import MAX_EXAMPLE_OCTETS

_MEMBER = re.compile(r"[^.\[\]]+")
_PAIR = re.compile(r"[0-9A-Fa-f][\s:]*[0-9A-Fa-f]")


def place_in(file: str, content: bytes, where: str | int | None) -> Span:
    """Return the place of a member (by its path) or of an octet (by its number); else the start of the file."""
    text = content[:MAX_EXAMPLE_OCTETS].decode("utf-8", "replace")
    if isinstance(where, int):
        found = _octet(text, where)
    else:
        found = _member(text, where) if where else None
    return _span(file, text, *(found or (0, 0)))


def _member(text: str, path: str) -> tuple[int, int] | None:
    found, start = None, 0
    for name in _MEMBER.findall(path):
        if name.isdigit():
            continue
        key = re.compile(re.escape(json.dumps(name, ensure_ascii=False)) + r"\s*:").search(text, start)
        if key is None:
            break
        found, start = (key.start(), key.end()), key.end()
    return found


def _octet(text: str, number: int) -> tuple[int, int] | None:
    count, start = 0, 0
    for line in text.splitlines(keepends=True):
        for pair in _PAIR.finditer(line.partition("#")[0]):
            if count == number:
                return start + pair.start(), start + pair.end()
            count += 1
        start += len(line)
    return None


def _span(file: str, text: str, start: int, end: int) -> Span:
    line = text.count("\n", 0, start) + 1
    column = start - text.rfind("\n", 0, start)
    return Span(file, line, column, line, column + max(end - start, 0))
