"""TOML 1.0 from hostile octets, with the place of every key and value.

Values come from the standard library's reader; places and limits from the scanner beside it.
"""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass
from typing import Any

from art7.grammar.diagnostics import Report, Span
from art7.grammar.untrusted.json_strict import SAFE_INTEGER
from art7.grammar.untrusted.positions import Key, Positions
from art7.grammar.untrusted.refusal import Refusal, note, refuse, shown
from art7.grammar.untrusted.text import Lines, check_source_text, decode_utf8
from art7.grammar.untrusted.toml_scanner import LostError, Scanner, TomlLimits

LIMITS = TomlLimits()

_LIBRARY_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class TomlDocument:
    """The top table (dates as `datetime` values) and where its parts were written."""

    value: dict[str, Any]
    positions: Positions


def loads(
    data: bytes,
    report: Report,
    *,
    file: str,
    floats: bool = False,
    largest: int = SAFE_INTEGER,
    limits: TomlLimits = LIMITS,
) -> TomlDocument | None:
    """Return the tables of a TOML text, or None after adding one diagnostic to `report`.

    `floats` admits finite fractions; `largest` is the greatest magnitude of an integer.
    """
    try:
        text = decode_utf8(data, file, limits.octets)
        check_source_text(text, file)
        positions, lost = _positions(text, file, limits)
        value = _value(text, file)
        if positions is None:
            raise refuse("A7-B060", "found text that is not TOML", Lines(text, file).span(lost, lost))
        _check_numbers(value, positions, floats, largest)
        return TomlDocument(value, positions)
    except Refusal as refusal:
        note(report, refusal)
        return None


def _positions(text: str, file: str, limits: TomlLimits) -> tuple[Positions | None, int]:
    """Return the places, or None and the character where the scanner lost its way."""
    try:
        return Scanner(text, file, limits).scan(), 0
    except LostError as lost:
        return None, lost.at


def _value(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise _not_toml(str(error), text, file) from None


def _not_toml(reason: str, text: str, file: str) -> Refusal:
    """Turn the library's message into ours: its place becomes a span, its words are cut and escaped."""
    place = _LIBRARY_PLACE.search(reason)
    words = shown(_LIBRARY_PLACE.sub("", reason)).strip("`").replace("\\u{60}", "'")
    if place is None or place.group(1) is None:
        span = Lines(text, file).span(len(text), len(text))
    else:
        line, column = int(place.group(1)), int(place.group(2))
        start = _line_start(text, line) + column - 1
        span = Span(file, line, column, line, column + 1, start, start + 1)
    message = words[:1].lower() + words[1:] if words else "found text that is not TOML"
    return refuse("A7-B060", message, span)


def _line_start(text: str, line: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.index("\n", start) + 1
    return start


def _check_numbers(value: dict[str, Any], positions: Positions, floats: bool, largest: int) -> None:
    """Refuse numbers that another reader would round."""
    waiting: list[tuple[tuple[Key, ...], Any]] = [((), value)]
    while waiting:
        path, found = waiting.pop()
        if isinstance(found, dict):
            waiting += [((*path, key), inner) for key, inner in found.items()]
        elif isinstance(found, list):
            waiting += [((*path, index), inner) for index, inner in enumerate(found)]
        elif isinstance(found, int) and abs(found) > largest:
            place = positions.nearest(path).value
            message = f"found an integer beyond {largest}"
            raise refuse("A7-B053", message, place, help="write it as a decimal string")
        elif isinstance(found, float) and not (floats and math.isfinite(found)):
            wanted = "a finite number" if floats else "an integer"
            raise refuse("A7-B053", f"found {found!r}, expected {wanted}", positions.nearest(path).value)
