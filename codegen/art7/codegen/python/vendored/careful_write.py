"""Writing on octets step by step, for careful twins: every value is looked at before it is written.

Text of generated projects. Places are known only when the message is complete: who needs one holds a `Mark`,
whose offset grows as pieces are joined; fix-ups run last, in wire order.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from art7.codegen.python.vendored.core import Fields, Record, Refused, Trace, show
from art7.codegen.python.vendored.octets_write import write_leb128, write_mls, write_protobuf, write_quic


class Mark:
    """A place in the message; `offset` is final when the message is."""

    __slots__ = ("offset", "used")

    def __init__(self) -> None:
        self.offset = 0
        self.used = False


class Writer(Trace):
    """A careful run that writes."""

    __slots__ = ("fixes", "marks", "pending")

    def __init__(self) -> None:
        super().__init__(writing=True)
        self.marks: list[Mark] = []
        self.fixes: list[tuple[Mark, int, str, list[str], Callable[[], bytes]]] = []

    def mark(self) -> Mark:
        """Return a mark of the place where the next octet goes."""
        mark = Mark()
        self.marks.append(mark)
        return mark

    def place(self, at: dict[str, Mark], name: str) -> None:
        """Let the mark of a member, which others may hold already, be here."""
        if at[name].used:
            at[name] = Mark()
        at[name].used = True
        self.marks.append(at[name])

    def defer(self, octets: int, at: str, make: Callable[[], bytes]) -> bytes:
        """Write zeros; `make` yields the octets when the message is complete."""
        self.fixes.append((self.mark(), octets, at, list(self.places), make))
        return bytes(octets)

    def finish(self, message: bytes) -> bytes:
        """Run the fix-ups."""
        self.data = message
        for mark, octets, at, places, make in sorted(self.fixes, key=lambda fix: fix[0].offset):
            self.places = places
            made = make()
            if len(made) != octets:
                self.refuse("too_long", None, at, f"{octets} octets", f"{len(made)} octets")
            self.data = self.data[: mark.offset] + made + self.data[mark.offset + octets :]
        return self.data


class Pieces:
    """The pieces of a block, put in the order they are known, joined in wire order."""

    __slots__ = ("made", "pieces", "seen", "writer")

    def __init__(self, writer: Writer, count: int) -> None:
        self.writer = writer
        self.pieces = [b""] * count
        self.made: list[tuple[int, int, int]] = []
        self.seen = len(writer.marks)

    def put(self, index: int, octets: bytes) -> None:
        """Put a piece in its place; marks made since the last one lie in it."""
        if index == len(self.pieces):
            self.pieces.append(b"")
        self.pieces[index] = octets
        if len(self.writer.marks) != self.seen:
            self.made.append((index, self.seen, len(self.writer.marks)))
            self.seen = len(self.writer.marks)

    def before(self, index: int) -> int:
        """Return how many octets stand before a piece."""
        return sum(map(len, self.pieces[:index]))

    def join(self) -> bytes:
        """Return all pieces in wire order."""
        for index, first, last in self.made:
            octets = self.before(index)
            for mark in self.writer.marks[first:last]:
                mark.offset += octets
        return b"".join(self.pieces)


Shape = tuple[Any, ...]
"""What a member must be: ("int", low, high), ("bool",), ("octets",), ("text",), ("list", item), …"""


def conform(trace: Trace, at: str, value: Any, shape: Shape) -> Any:
    """Return a value as it is written, or refuse its kind or range."""
    kind = shape[0]
    if kind == "any" or (kind == "null" and value is None):
        return value
    if kind == "null":
        return conform(trace, at, value, shape[1])
    if kind == "int":
        if not isinstance(value, int):
            wrong(trace, at, "an integer", value)
        if not shape[1] <= value <= shape[2]:
            trace.refuse(
                "out_of_range", None, at, f"an integer from {show(shape[1])} to {show(shape[2])}", show(value)
            )
        return plain_integer(value)
    if kind == "bool":
        return value if isinstance(value, bool) else wrong(trace, at, "true or false", value)
    if kind == "float":
        number = isinstance(value, (int, float))
        return float(value) if number else wrong(trace, at, "a number", value)
    if kind == "octets":
        octets = isinstance(value, (bytes, bytearray, memoryview))
        return bytes(value) if octets else wrong(trace, at, "octets", value)
    if kind == "text":
        if not isinstance(value, str):
            wrong(trace, at, "a text", value)
        try:
            value.encode()
        except UnicodeEncodeError:
            trace.refuse("bad_text", None, at, "Unicode scalar values", "a lone surrogate")
        return value
    if kind == "enum":
        scalar = isinstance(value, (int, str))
        return plain_integer(value) if scalar else wrong(trace, at, "a number or name of the enum", value)
    if kind == "list":
        if not isinstance(value, (list, tuple)):
            wrong(trace, at, "a list", value)
        return [conform(trace, at, one, shape[1]) for one in value]
    if kind == "map":
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            wrong(trace, at, "a map with texts as keys", value)
        return {key: conform(trace, at, one, shape[1]) for key, one in value.items()}
    return value if isinstance(value, (Record, dict, list, tuple)) else wrong(trace, at, "a record", value)


def plain_integer(value: Any) -> Any:
    """Return 1 and 0 for true and false, which are integers where one is written; anything else as it is."""
    return int(value) if isinstance(value, bool) else value


def wrong(trace: Trace, at: str, expected: str, value: Any) -> Any:
    """Refuse a value of another kind."""
    trace.refuse("wrong_kind", None, at, expected, show(value))


Member = tuple[Any, ...]
"""A member: (key, shape), or (key, shape, attribute, default, required at once)."""


def load(trace: Trace, value: Any, members: tuple[Member, ...], positional: bool) -> Fields:
    """Return the members of a record value; a `positional` one is a tuple."""
    v = trace.begin()
    if positional and isinstance(value, (list, tuple)):
        if len(value) != len(members):
            wrong(trace, "", f"{len(members)} members", value)
        names = (member[0] if len(member) == 2 else member[2] for member in members)
        given: Any = dict(zip(names, value, strict=True))
    elif isinstance(value, (Record, dict)):
        given = value
    else:
        wrong(trace, "", "a record", value)
    for key, shape, *rest in members:
        attribute, default, required = rest or (key, None, False)
        if shape[0] == "view":
            continue
        one = given.get(attribute) if isinstance(given, dict) else getattr(given, attribute, None)
        if one is None and shape[0] != "null":
            if required:
                trace.refuse("missing_field", None, key, "a value", "nothing")
            v[key] = default
        else:
            v[key] = conform(trace, key, one, shape)
    return v


def needed(trace: Trace, value: Any, at: str) -> Any:
    """Return a value that must be there."""
    if value is None:
        trace.refuse("missing_field", None, at, "a value", "nothing")
    return value


def bounded_integer(trace: Trace, value: Any, low: int, high: int, at: str) -> int:
    """Return an integer within bounds."""
    if not isinstance(value, int):
        trace.refuse("wrong_kind", None, at, "an integer", show(value))
    if not low <= value <= high:
        trace.refuse("out_of_range", None, at, f"an integer from {low} to {high}", show(value))
    return int(value)


def put_uint(
    trace: Trace, value: Any, octets: int, at: str, little: bool = False, signed: bool = False
) -> bytes:
    """Write an integer of whole octets."""
    bits = 8 * octets
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    number = bounded_integer(trace, value, low, high, at)
    return number.to_bytes(octets, "little" if little else "big", signed=signed)


def put_float(trace: Trace, value: Any, form: str, at: str) -> bytes:
    """Write an IEEE 754 number."""
    if not isinstance(value, (int, float)):
        trace.refuse("wrong_kind", None, at, "a number", show(value))
    try:
        return struct.pack(form, float(value))
    except (OverflowError, struct.error):
        trace.refuse("out_of_range", None, at, "a number of its size", show(value))


_FORMS: dict[str, Callable[[int], bytes]] = {
    "quic": write_quic,
    "mls": write_mls,
    "leb128": write_leb128,
    "protobuf": write_protobuf,
}


def put_varint(
    trace: Trace, value: Any, form: str, at: str, bits: int, signed: bool = False, zigzag: bool = False
) -> bytes:
    """Write a variable-length integer."""
    half = 1 << bits - 1
    low, high = (-half, half - 1) if signed or zigzag else (0, (1 << bits) - 1)
    number = bounded_integer(trace, value, low, high, at)
    if zigzag:
        number = number << 1 if number >= 0 else (-number << 1) - 1
    try:
        return _FORMS[form](number & (1 << 64) - 1 if signed and not zigzag else number)
    except Refused:
        trace.refuse("out_of_range", None, at, f"an integer that `{form}` holds", show(value))


def put_octets(trace: Trace, value: Any, text: bool, at: str, minimum: int, maximum: int | None) -> bytes:
    """Return content within its bounds; a text in UTF-8."""
    octets = value.encode("utf-8", "surrogatepass") if text and isinstance(value, str) else value
    if not isinstance(octets, bytes):
        trace.refuse("wrong_kind", None, at, "a text" if text else "octets", show(value))
    put_bounds(trace, len(octets), at, minimum, maximum)
    return octets


def put_bounds(trace: Trace, octets: int, at: str, minimum: int, maximum: int | None) -> None:
    """Refuse content of another size than its field has."""
    if octets < minimum:
        trace.refuse("too_short", None, at, f"at least {minimum} octets", str(octets))
    if maximum is not None and octets > maximum:
        trace.refuse("too_long", None, at, f"at most {maximum} octets", str(octets))


def put_count(trace: Trace, count: int, at: str, minimum: int, maximum: int | None) -> None:
    """Refuse a list of another length than its field has."""
    if count < minimum:
        trace.refuse("too_few", None, at, f"at least {minimum} items", str(count))
    if maximum is not None and count > maximum:
        trace.refuse("too_many", None, at, f"at most {maximum} items", str(count))


def prefix(trace: Trace, octets: int, form: str, width: int, at: str, little: bool = False) -> bytes:
    """Write the length of content."""
    try:
        if form == "uint":
            return octets.to_bytes(width, "little" if little else "big")
        return _FORMS[form](octets)
    except (OverflowError, Refused):
        trace.refuse("too_long", None, at, "a length that its header holds", f"{octets} octets")


def put_fill(kept: Any, octets: int, to: int, octet: int) -> bytes:
    """Return fill octets: those read, where they are as many as needed."""
    fill = -octets % to
    return kept if isinstance(kept, bytes) and len(kept) == fill else bytes([octet]) * fill


Pending = list[tuple[Callable[[], Any], str, str, int]]
"""Questions to a record when it is written: (what a field says, member, kind of answer, what there is)."""


def settle(trace: Trace, pending: Pending) -> None:
    """Refuse where what was written would not be read back."""
    for wanted_of, at, kind, actual in pending:
        wanted = wanted_of()
        if kind == "presence":
            if bool(wanted) != bool(actual):
                code = "missing_field" if wanted else "unknown_field"
                trace.refuse(code, None, at, "a value" if wanted else "no value", "the other")
        elif wanted != actual:
            codes = ("too_short", "too_long") if kind == "octets" else ("too_few", "too_many")
            code = codes[actual > (wanted or 0)]
            trace.refuse(code, None, at, f"{show(wanted)} {kind}", str(actual))


def written_size(written: dict[str, bytes], name: str, value: Any) -> int:
    """Return the wire size of a member: of what was written for it, else of its octets or text."""
    if name in written:
        return len(written[name])
    if isinstance(value, str):
        return len(value.encode("utf-8", "surrogatepass"))
    return len(value) if isinstance(value, bytes) else 0
