"""Reading on octets step by step, for careful twins: every read knows what to say when it cannot be made.

Text of generated projects. `at` is the member a refusal names; every reader returns what it read and the
place after it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from art7.codegen.python.vendored.core import Trace, show


def _octets(count: int) -> str:
    return "1 octet" if count == 1 else f"{count} octets"


def need(trace: Trace, o: int, end: int, octets: int, at: str, offset: int) -> None:
    """Refuse unless `octets` are left at `o`; the refusal lies at `offset`."""
    if o + octets > end:
        trace.refuse("truncated", offset, at, _octets(octets), f"{_octets(end - o)} before the end")
    if trace.limit is not None:
        trace.reach(o + octets)


def take_uint(
    trace: Trace, o: int, end: int, octets: int, at: str, little: bool = False, signed: bool = False
) -> tuple[int, int]:
    """Read an integer of whole octets."""
    need(trace, o, end, octets, at, o)
    value = int.from_bytes(trace.data[o : o + octets], "little" if little else "big", signed=signed)
    return value, o + octets


def take_bool(trace: Trace, o: int, end: int, at: str) -> tuple[bool, int]:
    """Read an octet that is 0 or 1."""
    value, stop = take_uint(trace, o, end, 1, at)
    if value > 1:
        trace.refuse("bad_bool", o, at, "0 or 1", str(value))
    return value == 1, stop


def take_float(trace: Trace, o: int, end: int, form: str, at: str) -> tuple[float, int]:
    """Read an IEEE 754 number; `form` is its `struct` format."""
    octets = struct.calcsize(form)
    need(trace, o, end, octets, at, o)
    return struct.unpack_from(form, trace.data, o)[0], o + octets


def take_prefixed(trace: Trace, o: int, end: int, longest: int, at: str, offset: int) -> tuple[int, int]:
    """Read an integer whose two high bits tell its size, in its shortest form. Source: RFC 9000 §16."""
    need(trace, o, end, 1, at, offset)
    octets = 1 << (trace.data[o] >> 6)
    if octets > longest:
        trace.refuse("bad_varint", offset, at, "a form of 1, 2 or 4 octets", "prefix 11")
    need(trace, o, end, octets, at, offset)
    value = int.from_bytes(trace.data[o : o + octets], "big") & (1 << 8 * octets - 2) - 1
    if octets > 1 and value < 1 << 4 * octets - 2:
        trace.refuse("non_minimal", offset, at, "the shortest form", f"{value} in {octets} octets")
    return value, o + octets


def take_base128(trace: Trace, o: int, end: int, longest: int, at: str, offset: int) -> tuple[int, int]:
    """Read a little-endian base 128 integer of at most 64 bits."""
    value = 0
    for count in range(longest):
        need(trace, o, end, 1, at, offset)
        octet = trace.data[o]
        o += 1
        value |= (octet & 127) << 7 * count
        if octet < 128:
            if value >> 64:
                trace.refuse("bad_varint", offset, at, "at most 64 bits", f"{value.bit_length()} bits")
            return value, o
    trace.refuse("bad_varint", offset, at, f"at most {longest} octets", "a longer form")


def take_varint(
    trace: Trace, o: int, end: int, form: str, at: str, offset: int | None = None
) -> tuple[int, int]:
    """Read a variable-length integer of a form; its refusals lie at `offset`."""
    place = o if offset is None else offset
    if form in ("quic", "mls"):
        return take_prefixed(trace, o, end, 8 if form == "quic" else 4, at, place)
    return take_base128(trace, o, end, 8 if form == "leb128" else 10, at, place)


def bounded_varint(trace: Trace, value: int, bits: int, at: str, offset: int) -> int:
    """Refuse an integer of more than `bits` bits."""
    if value >> bits:
        trace.refuse("bad_varint", offset, at, f"at most {(1 << bits) - 1}", str(value))
    return value


def wire_integer(value: int, bits: int, signed: bool, zigzag: bool) -> int:
    """Return a protobuf integer from its unsigned wire value."""
    value &= (1 << bits) - 1
    if zigzag:
        return value >> 1 ^ -(value & 1)
    return (value ^ 1 << bits - 1) - (1 << bits - 1) if signed else value


def find_exact(trace: Trace, o: int, end: int, size: Any, at: str) -> int:
    """Return the end of `size` octets at `o`."""
    octets = size or 0
    if octets < 0:
        trace.refuse("negative_size", o, at, "a size of 0 or more", str(octets))
    need(trace, o, end, octets, at, o)
    return o + int(octets)


def find_prefixed(
    trace: Trace, o: int, end: int, octets: int, at: str, little: bool = False
) -> tuple[int, int]:
    """Read a length of fixed size; returns the content's first octet and its end."""
    size, start = take_uint(trace, o, end, octets, at, little)
    need(trace, start, end, size, at, o)
    return start, start + size


def find_varint(trace: Trace, o: int, end: int, form: str, at: str) -> tuple[int, int]:
    """Read a length of variable size; returns the content's first octet and its end."""
    size, start = take_varint(trace, o, end, form, at)
    need(trace, start, end, size, at, o)
    return start, start + size


def check_size(trace: Trace, start: int, octets: int, at: str, minimum: int, maximum: int | None) -> None:
    """Refuse content outside its bounds."""
    if octets < minimum:
        trace.refuse("too_short", start, at, f"at least {minimum} octets", str(octets))
    if maximum is not None and octets > maximum:
        trace.refuse("too_long", start, at, f"at most {maximum} octets", str(octets))


def take_text(trace: Trace, start: int, stop: int, at: str) -> str:
    """Read octets as UTF-8; refuse at the first bad one."""
    octets = trace.data[start:stop]
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        trace.refuse("bad_text", start + error.start, at, "UTF-8", f"octet {octets[error.start]:#04x}")


def take_constant(
    trace: Trace, o: int, end: int, octets: bytes, code: str, requirement: str | None, ref: str | None
) -> int:
    """Pass over octets that must stand here."""
    need(trace, o, end, len(octets), "", o)
    found = trace.data[o : o + len(octets)]
    if found != octets:
        trace.refuse(code, o, "", show(octets), show(found), requirement=requirement, ref=ref)
    return o + len(octets)


def close_region(trace: Trace, o: int, end: int, at: str) -> None:
    """Refuse what is left in a region."""
    if o != end:
        trace.refuse("trailing_data", o, at, f"an end at {end}", _octets(end - o))


def item_count(trace: Trace, count: Any, o: int, at: str) -> int:
    """Return how many items a list must have."""
    wanted = count or 0
    if wanted < 0:
        trace.refuse("negative_size", o, at, "a count of 0 or more", str(wanted))
    return int(wanted)


def await_items(trace: Trace, o: int, octets: int) -> None:
    """Wait for as many octets as the items of a list cannot do without, so that none is read over and over."""
    if trace.limit is not None:
        trace.reach(min(o + octets, trace.limit))


def check_room(trace: Trace, items: list[Any], maximum: int | None, o: int, at: str) -> None:
    """Refuse an item too many."""
    if maximum is not None and len(items) >= maximum:
        trace.refuse("too_many", o, at, f"at most {maximum} items", "one more")


def check_progress(trace: Trace, empty: int, o: int, before: int, at: str) -> int:
    """Count items without octets: a count alone must not make work."""
    empty += o == before
    if empty > 65536:
        trace.refuse("too_many", before, at, "at most 65536 empty items", "one more")
    return empty


def check_fewest(trace: Trace, items: list[Any], minimum: int, o: int, at: str) -> None:
    """Refuse a list of too few items."""
    if len(items) < minimum:
        trace.refuse("too_few", o, at, f"at least {minimum} items", str(len(items)))


def find_octet(trace: Trace, place: int, start: int, end: int, o: int) -> int:
    """Return an octet of the message by its place."""
    if not start <= place < end:
        trace.refuse("truncated", o, "", f"an octet at {place}", f"an end at {end}")
    return trace.data[place]


def passed(data: bytes, o: int, end: int, octet: int) -> int:
    """Return the place after a run of padding."""
    while o < end and data[o] == octet:
        o += 1
    return o


def measured(spans: dict[str, tuple[int, int]], name: str, value: Any) -> int:
    """Return the wire size of a member: where it lay, else that of its octets or text."""
    if name in spans:
        return spans[name][1] - spans[name][0]
    if isinstance(value, str):
        return len(value.encode("utf-8", "surrogatepass"))
    return len(value) if isinstance(value, bytes) else 0


def kept_fill(octets: bytes, fill: int) -> bytes | None:
    """Return fill octets that differ from the usual ones."""
    return octets if octets.count(fill) != len(octets) else None


def deeper(trace: Trace, room: int, start: int) -> int:
    """Go one level down; `room` levels are left."""
    if room <= 0:
        trace.refuse("too_deep", start, "", "fewer levels", "one more")
    return room - 1


def from_octets(run: Callable[..., Any], trace: Trace, o: int, end: int, *arguments: Any) -> Any:
    """Read a record that is a text of its own in octets `o` to `end`."""
    return run(trace, o, trace.data[o:end], *arguments)


def take_tag(trace: Trace, o: int, end: int) -> tuple[int, int, int]:
    """Read a protobuf tag: field number, wire type, place after it."""
    tag, stop = take_base128(trace, o, end, 10, "", o)
    number, wire = tag >> 3, tag & 7
    if not 1 <= number < 1 << 29 or wire > 5 or wire == 4:
        trace.refuse("bad_tag", o, "", "a field number and wire type", f"tag {tag:#x}")
    return number, wire, stop


def find_packed(trace: Trace, o: int, end: int, at: str, field: int) -> tuple[int, int]:
    """Read the length of packed items; returns the first octet and the end."""
    size, start = take_base128(trace, o, end, 10, "", o)
    need(trace, start, end, size, at, o)
    return start, start + size


def pass_value(trace: Trace, o: int, end: int, wire: int, field: int) -> int:
    """Pass over one protobuf value."""
    if wire == 0:
        return take_base128(trace, o, end, 10, "", field)[1]
    size = 8 if wire == 1 else 4
    if wire == 2:
        size, o = take_base128(trace, o, end, 10, "", field)
    need(trace, o, end, size, "", field)
    return o + size


def pass_field(trace: Trace, o: int, end: int, number: int, wire: int, field: int) -> int:
    """Pass over an unknown protobuf field, a group with all it holds among them."""
    if wire != 3:
        return pass_value(trace, o, end, wire, field)
    groups = [number]
    while groups:
        tag, o = take_base128(trace, o, end, 10, "", field)
        inner, wire = tag >> 3, tag & 7
        if wire == 4 and inner == groups[-1]:
            groups.pop()
        elif wire == 3 and len(groups) < 64 and inner:
            groups.append(inner)
        elif wire in (3, 4) or wire > 5 or not 1 <= inner < 1 << 29:
            trace.refuse("bad_tag", field, "", "groups that open and close in order", f"tag {tag:#x}")
        else:
            o = pass_value(trace, o, end, wire, field)
    return o
