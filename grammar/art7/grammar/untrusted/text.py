"""Hostile octets as text, and places in it: strict UTF-8, line and column of a character, octet of a character."""

from __future__ import annotations

import re

from art7.grammar.diagnostics import Span
from art7.grammar.untrusted.refusal import refuse, shown

_BOMS = (
    (b"\xef\xbb\xbf", "a UTF-8 byte order mark", "A7-B041"),
    (b"\xff\xfe", "UTF-16", "A7-B040"),
    (b"\xfe\xff", "UTF-16", "A7-B040"),
)

# C0 but tab and line feed, DEL and C1, line and paragraph separators, and what turns the direction of text
# (CVE-2021-42574). CR is judged apart: it may stand before a line feed.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]|\r(?!\n)"
)


def decode_utf8(data: bytes, file: str, most: int) -> str:
    """Return the text of `data`. Raises: Refusal when too large, not strict UTF-8, or with a byte order mark."""
    if len(data) > most:
        raise refuse("A7-B043", f"found {len(data)} octets, expected at most {most}", file)
    for mark, what, code in _BOMS:
        if data.startswith(mark):
            place = Span(file, 1, 1, 1, 1)
            raise refuse(
                code, f"found {what}, expected UTF-8 without a mark", place, octet=0, help="save it as UTF-8"
            )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        bad = data[error.start : error.start + 4].hex()
        before = data[: error.start].decode("utf-8")
        place = Lines(before, file).span(len(before), len(before))
        message = f"found the octets {bad} at octet {error.start}, expected UTF-8"
        raise refuse("A7-B040", message, place, help="save it as UTF-8") from None


def check_source_text(text: str, file: str) -> None:
    """Refuse characters that hide what a source text says; data formats have escapes for them."""
    if found := _HIDDEN.search(text):
        place = Lines(text, file).span(found.start(), found.end())
        raise refuse(
            "A7-B042",
            f"found the control character {shown(found.group())}, expected visible text",
            place,
            help="remove it, or write it as an escape",
        )


class Lines:
    """Turns character offsets of one text into places. Keeps no table: a text may be all line feeds."""

    __slots__ = ("_file", "_text")

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file

    def span(self, start: int, end: int) -> Span:
        """Return the place of the characters `start` to `end`."""
        return Span(self._file, *self._place(start), *self._place(end), start, end)

    def octet(self, offset: int) -> int:
        """Return the octet (from 0) at which a character stands in the UTF-8 file."""
        return len(self._text[:offset].encode("utf-8"))

    def _place(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1."""
        return self._text.count("\n", 0, offset) + 1, offset - self._text.rfind("\n", 0, offset)
