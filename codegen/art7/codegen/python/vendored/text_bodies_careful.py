"""Headers and bodies of text read and written step by step, for careful twins: each refusal has its octet.

Text of generated projects. `at` is the member a refusal names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn

from art7.codegen.python.vendored.careful_reading import Items, Reading
from art7.codegen.python.vendored.careful_write import Writer, put_count
from art7.codegen.python.vendored.careful_writing import Writing
from art7.codegen.python.vendored.core import DecodeError, Trace, show
from art7.codegen.python.vendored.text_bodies import (
    PlacesOf,
    Unreadable,
    boundary_mark,
    comma_spans,
    header_line,
    in_charset,
    in_utf8,
    parameter_text,
    part_octets,
    part_spans,
    read_parameter_map,
    standing_text,
    transfer_name,
    transfer_octets,
    transfer_places,
    transferred,
    trimmed_span,
    unfolded,
)
from art7.codegen.python.vendored.text_careful import _found_at, _keep, passed_space


def _unreadable(trace: Trace, refusal: Unreadable, at: str, base: int = 0) -> NoReturn:
    trace.refuse(refusal.code, base + refusal.offset, at, refusal.expected, refusal.got)


class HeaderBlock:
    """Lines of headers, one after the other: `name` of the one at hand, and its value, as a place to read in."""

    __slots__ = (
        "comments",
        "data",
        "end",
        "eol",
        "lenient",
        "line",
        "name",
        "o",
        "octets",
        "place",
        "r",
        "seen",
        "space",
        "span",
        "start",
    )

    def __init__(
        self,
        r: Reading,
        o: int,
        end: int,
        eol: bytes,
        lenient: bool,
        space: bytes = b"",
        comments: bool = False,
    ) -> None:
        self.r, self.data, self.start, self.o, self.end = r, r.trace.data, o, o, end
        self.eol, self.lenient, self.space, self.comments = eol, lenient, space, comments
        self.name = b""
        self.line: Any = None
        self.octets = b""
        self.place: Callable[[int], int] = int
        self.span = (0, 0)
        self.seen: set[str] = set()

    def more(self) -> bool:
        """Go to the next header, where there is one."""
        trace, data = self.r.trace, self.data
        try:
            line = header_line(data, self.o, min(self.end, len(data)), self.eol, self.lenient)
        except Unreadable as refusal:
            if refusal.code == "truncated":
                trace.reach(len(data) + 1, self.eol)
            _unreadable(trace, refusal, "")
        if isinstance(line, int):
            self.o = line
            return False
        # The line may go on in the next one.
        trace.reach(min(line[4] + 1, self.end))
        name, _, _, pieces, self.o = self.line = line
        self.name = name.lower()
        if len(pieces) == 1:
            self.octets, self.place = self.data, int
            self.span = pieces[0]
        else:
            self.octets, self.place = unfolded(self.data, pieces), PlacesOf(pieces)
            self.span = (0, len(self.octets))
        return True

    def unknown(self) -> NoReturn:
        """Refuse a header that the message does not have."""
        name = show(self.line[0].decode())
        self.r.trace.refuse("unknown_field", self.line[1], "", "a header that the message has", name)

    def one(self, key: str, at: str, verbatim: bool = False) -> list[HeaderText]:
        """Return the value of a header that stands once."""
        if key in self.seen:
            self.r.trace.refuse("duplicate_field", self.line[1], at, "one header of this name", "another")
        self.seen.add(key)
        self.r.at.pop(key, None)
        return [HeaderText(self, key, trimmed_span(self.octets, *self.span), None, True, verbatim)]

    def many(self, items: Items, comma: bool = False, verbatim: bool = False) -> list[HeaderText]:
        """Return the values of a header of a list."""
        spans = [trimmed_span(self.octets, *self.span)]
        if comma:
            spans = comma_spans(self.octets, *self.span, self.comments)
        return [HeaderText(self, items.name, span, verbatim=verbatim) for span in spans]

    def whole(self, items: Items) -> list[HeaderText]:
        """Return a header that nothing names: its name, a colon, its value without white space around it."""
        name, start, colon, pieces, _ = self.line
        begin, stop = trimmed_span(self.octets, *self.span)
        inner, size = self.place if len(pieces) > 1 else int, len(name)

        def place(offset: int) -> int:
            if offset <= size:
                return int(start + offset if offset < size else colon)
            return inner(begin + offset - size - 1)

        self.octets, self.place = name + b":" + self.octets[begin:stop], place
        return [HeaderText(self, items.name, (0, len(self.octets)), start)]

    def require(self, key: str, name: str, at: str) -> None:
        """Refuse the lack of a header."""
        if key not in self.seen:
            self.r.trace.refuse("missing_field", self.start, at, f"the header {name}", "none")


class HeaderText:
    """One value of a header, read in octets of its own while it is open; refusals lie where they came from."""

    __slots__ = ("alone", "block", "comments", "key", "span", "start")

    def __init__(
        self,
        block: HeaderBlock,
        key: str,
        span: tuple[int, int],
        start: int | None = None,
        alone: bool = False,
        verbatim: bool = False,
    ) -> None:
        self.block, self.key, self.span, self.alone = block, key, span, alone
        self.comments = block.comments and not verbatim
        self.start = block.place(span[0]) if start is None else start

    def __enter__(self) -> tuple[int, int]:
        block = self.block
        block.r.trace.data = block.octets
        start, stop = self.span
        return passed_space(block.octets, start, stop, block.space, self.comments), stop

    def __exit__(self, kind: object, error: object, where: object) -> None:
        block = self.block
        block.r.trace.data = block.data
        if isinstance(error, DecodeError) and error.offset is not None:
            error.offset = block.place(error.offset)
        if error is None and (self.alone or self.key not in block.r.at):
            block.r.at[self.key] = self.start

    def close(self, o: int, at: str) -> None:
        """Refuse what is left of a value."""
        block, stop = self.block, self.span[1]
        o = passed_space(block.octets, o, stop, block.space, self.comments)
        if o != stop:
            left = standing_text(block.octets, o, stop)
            block.r.trace.refuse("trailing_data", o, at, "the end of the value", left)


def header_items(
    r: Reading, o: int, name: str, item: str, maximum: int | None = None, at: str | None = None
) -> Items:
    """Return the list of a header, which lies nowhere yet."""
    items = Items(r, o, name, item, maximum=maximum, at=at)
    del r.at[name]
    return items


def take_item(items: Items) -> None:
    """Put the item at hand into its list."""
    items.items.append(items.r.fields[items.item])


def read_parameters(
    r: Reading, o: int, end: int, name: str, form: str, at: str | None = None, inside: bool = False
) -> int:
    """Read parameters behind semicolons."""
    try:
        value, stop = read_parameter_map(r.trace.data, o, end, form)
    except Unreadable as refusal:
        _unreadable(r.trace, refusal, name if at is None else at)
    return _keep(r, name, o, stop, value, inside)


def part_places(trace: Trace, o: int, end: int, boundary: Any, at: str) -> list[tuple[int, int]]:
    """Return where the parts between the lines of a boundary lie."""
    try:
        boundary_mark(boundary)
    except Unreadable as refusal:
        _unreadable(trace, refusal, at, o)
    try:
        return part_spans(trace.data, o, end, boundary)
    except Unreadable as refusal:
        _unreadable(trace, refusal, at)


def close_part(trace: Trace, o: int, end: int, at: str) -> None:
    """Refuse what is left of a part."""
    if o != end:
        trace.refuse("trailing_data", o, at, "the end of the part", _found_at(trace.data, o, end))


class Carried:
    """What a transfer coding carries, read in its own places while it is open; refusals lie where it came from."""

    __slots__ = ("at", "base", "coding", "data", "end", "first", "o", "trace")

    def __init__(
        self,
        r: Reading,
        o: int,
        end: int,
        name: str,
        coding: Any = "binary",
        charset: Any = False,
        at: str | None = None,
        inside: bool = False,
    ) -> None:
        self.trace, self.data, self.o, self.end, self.coding = r.trace, r.trace.data, o, end, coding
        self.at, self.first = name if at is None else at, False
        if not inside:
            r.at[name], r.spans[name] = o, (o, end)
        try:
            transfer_name(coding)
        except Unreadable as refusal:
            _unreadable(self.trace, refusal, self.at, o)
        try:
            self.base = transferred(self.data, o, end, coding)
        except Unreadable as refusal:
            _unreadable(self.trace, refusal, self.at)
        if charset is not False:
            try:
                self.base = in_utf8(self.base, charset)
            except Unreadable as refusal:
                self.trace.refuse(
                    refusal.code, self.place(refusal.offset), self.at, refusal.expected, refusal.got
                )
            self.first = True

    def place(self, offset: int) -> int:
        """Return the octet of the message that the one at `offset` comes from."""
        places = transfer_places(self.data, self.o, self.end, self.coding)
        offset = 0 if self.first else offset
        return places[offset] if offset < len(places) else self.end

    def __enter__(self) -> int:
        self.trace.data = self.base
        return len(self.base)

    def __exit__(self, kind: object, error: object, where: object) -> None:
        self.trace.data = self.data
        if isinstance(error, DecodeError) and error.offset is not None:
            error.offset = self.place(error.offset)

    def close(self, o: int) -> None:
        """Refuse what is left of a body."""
        if o != len(self.base):
            left = _found_at(self.base, o, len(self.base))
            self.trace.refuse("trailing_data", o, self.at, "the end of the body", left)


# ---- writing ---------------------------------------------------------------------------------------------

_WRITTEN_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


def header_value(trace: Writer, value: bytes, at: str) -> bytes:
    """Return the value of a header, or refuse what would end it or be lost at its ends."""
    if re.search(rb"[\r\n\0]|^[ \t]|[ \t]\Z", value):
        trace.refuse("bad_text", None, at, "one line without white space at its ends", show(value))
    return value


def put_headers(
    trace: Writer, head: bytes, pieces: list[bytes], eol: bytes, comma: bool, comments: bool, at: str
) -> bytes:
    """Write the values of a list, each in a header or all in one."""
    for piece in pieces:
        header_value(trace, piece, at)
    if not pieces or not comma:
        return b"".join(head + piece + eol for piece in pieces)
    for piece in pieces:
        if comma_spans(piece, 0, len(piece), comments) != [(0, len(piece))]:
            trace.refuse("bad_text", None, at, "one value", "a comma outside of quotes, or nothing")
    return head + b", ".join(pieces) + eol


def put_others(trace: Writer, pieces: list[bytes], known: tuple[bytes, ...], eol: bytes, at: str) -> bytes:
    """Write headers that nothing names."""
    lines = []
    for piece in pieces:
        name, _, value = piece.partition(b":")
        if not _WRITTEN_NAME.fullmatch(name):
            trace.refuse("bad_characters", None, at, "the name of a header", show(name))
        if name.lower() in known:
            trace.refuse("duplicate_field", None, at, "a name that no member has", show(name))
        lines.append(name + b": " + header_value(trace, value, at) + eol)
    return b"".join(lines)


def others_of(w: Writing, name: str, maximum: int | None = None, at: str | None = None) -> Any:
    """Return the headers that nothing names, at most so many; none where there is no list."""
    items = w.fields[name]
    if items is None:
        return []
    put_count(w.trace, len(items), name if at is None else at, 0, maximum)
    return items


def put_parameters(trace: Writer, value: Any, form: str, at: str) -> bytes:
    """Write parameters behind semicolons."""
    if not isinstance(value, dict):
        trace.refuse("wrong_kind", None, at, "a map of texts", show(value))
    try:
        return parameter_text(value, form).encode()
    except Unreadable as refusal:
        trace.refuse(refusal.code, None, at, refusal.expected, refusal.got)


def put_parts(trace: Writer, pieces: list[bytes], boundary: Any, eol: bytes, at: str) -> bytes:
    """Write parts between the lines of a boundary."""
    try:
        return part_octets(pieces, boundary, eol)
    except Unreadable as refusal:
        trace.refuse(refusal.code, None, at, refusal.expected, refusal.got)


def put_transfer(
    trace: Writer, octets: bytes, at: str, coding: Any = "binary", charset: Any = False
) -> bytes:
    """Write octets in a transfer coding, a text in its charset before."""
    try:
        if charset is not False:
            octets = in_charset(octets, charset)
        return transfer_octets(octets, coding)
    except Unreadable as refusal:
        trace.refuse(refusal.code, None, at, refusal.expected, refusal.got)
