"""Lines of headers: names, values over more than one line, and the values between commas."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

from art7.interpreter.text_octets import line_end, pass_space
from art7.interpreter.text_refused import TextRefused

NAME_OCTETS = frozenset(b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
BLANK = b" \t"
CR, NUL = b"\r", b"\0"
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """One header as received: its name, the lines of its value without what ends them, and where the next begins."""

    start: int
    name: bytes
    colon: int
    pieces: tuple[Span, ...]
    following: int


def header_at(data: bytes, start: int, end: int, eol: bytes, lenient: bool) -> HeaderLine | int:
    """Return the header at `start`, or the place behind the empty line there. Raises: TextRefused."""
    if lenient and start >= end:
        return start
    stop, following = _line(data, start, end, eol, lenient)
    if stop == start:
        return following
    place = start
    while place < stop and data[place] in NAME_OCTETS:
        place += 1
    if place == start:
        raise TextRefused("bad_header", start, "the name of a header", _found(data, start, stop))
    colon = pass_space(data, place, stop, BLANK, False)
    if colon >= stop or data[colon] != 0x3A:
        raise TextRefused("bad_header", colon, "a colon behind the name", _found(data, colon, stop))
    pieces = [(colon + 1, stop)]
    while following < end and data[following] in BLANK:
        begin = following
        stop, following = _line(data, begin, end, eol, lenient)
        pieces.append((begin, stop))
    return HeaderLine(start, data[start:place], colon, tuple(pieces), following)


def _line(data: bytes, start: int, end: int, eol: bytes, lenient: bool) -> Span:
    found = line_end(data, start, end, eol, lenient)
    if found is None:
        raise TextRefused("truncated", end, "the end of a line", "the end")
    for place in (data.find(CR, start, found[0]), data.find(NUL, start, found[0])):
        if place >= 0:  # RFC 5322 §2.2, RFC 9110 §5.5: readers differ on whether such a line goes on
            raise TextRefused(
                "bad_header", place, "neither CR nor NUL within a line", _found(data, place, end)
            )
    return found


def _found(data: bytes, place: int, stop: int) -> str:
    return ascii(data[place : place + 1].decode("latin-1")) if place < stop else "the end of the line"


def joined(data: bytes, pieces: tuple[Span, ...]) -> tuple[bytes, Callable[[int], int]]:
    """Return pieces of a message as one, and what tells where its octets come from."""
    ends = list(accumulate(stop - start for start, stop in pieces))

    def place(offset: int) -> int:
        index = bisect_right(ends, offset)
        return pieces[index][1] - ends[index] + offset if index < len(ends) else pieces[-1][1]

    # The end of a line and the white space behind it are one space.
    first, *more = pieces
    return b"".join([data[slice(*first)], *(b" " + data[start + 1 : stop] for start, stop in more)]), place


def trimmed(data: bytes, start: int, stop: int) -> Span:
    """Return what lies between the white space at both ends."""
    while start < stop and data[start] in BLANK:
        start += 1
    while stop > start and data[stop - 1] in BLANK:
        stop -= 1
    return start, stop


def elements(data: bytes, start: int, stop: int, comments: bool) -> list[Span]:
    """Return the values between commas outside of quotes, comments and `<>`; none in an empty text."""
    begin, place = trimmed(data, start, stop)[0], start
    if begin == stop:
        return []
    found: list[Span] = []
    begin = start
    while place < stop:
        octet = data[place]
        if octet == 0x2C:
            found.append(trimmed(data, begin, place))
            begin = place = place + 1
        elif octet == 0x22:
            place = _behind_quotes(data, place, stop)
        elif octet == 0x3C:
            close = data.find(b">", place, stop)
            place = stop if close < 0 else close + 1
        elif octet == 0x28 and comments:
            behind = pass_space(data, place, stop, b"", True)
            place = behind if behind > place else stop
        else:
            place += 1
    found.append(trimmed(data, begin, stop))
    return found


def _behind_quotes(data: bytes, place: int, stop: int) -> int:
    place += 1
    while place < stop and data[place] != 0x22:
        place += 2 if data[place] == 0x5C else 1
    return min(place + 1, stop)
