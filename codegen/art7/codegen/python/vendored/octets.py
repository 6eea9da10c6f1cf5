"""Variable-length integers and operators that can be refused, for codecs on octets.

Text of generated projects. The fast readers are called for forms of more than one octet only, with the first octet
and the place after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from art7.codegen.python.vendored.core import Refused
from art7.codegen.python.vendored.primitives import SIZE_LIMIT, BuiltinError


def read_quic(first: int, data: bytes, o: int) -> tuple[int, int]:
    """Read a QUIC integer of 2, 4 or 8 octets; returns it and the place after it. Source: RFC 9000 §16."""
    octets = 1 << (first >> 6)
    end = o - 1 + octets
    value = int.from_bytes(data[o - 1 : end], "big") & (1 << 8 * octets - 2) - 1
    if end > len(data) or (octets > 1 and not value >> 4 * octets - 2):
        raise Refused
    return value, end


def read_mls(first: int, data: bytes, o: int) -> tuple[int, int]:
    """Read an MLS length of 2 or 4 octets; returns it and the place after it. Source: RFC 9420 §2.1.2."""
    if first < 128:
        value = (first & 63) << 8 | data[o]
        if value < 64:
            raise Refused
        return value, o + 1
    value = int.from_bytes(data[o - 1 : o + 3], "big") & 0x3FFFFFFF
    if first >= 192 or value < 16384 or o + 3 > len(data):
        raise Refused
    return value, o + 3


def read_leb128(first: int, data: bytes, o: int) -> tuple[int, int]:
    """Read a LEB128 integer of 2 to 8 octets. Source: AV1 §4.10.5."""
    value = first & 127
    shift = 7
    while True:
        octet = data[o]
        o += 1
        value |= (octet & 127) << shift
        if octet < 128:
            return value, o
        shift += 7
        if shift > 49:
            raise Refused


def read_protobuf(first: int, data: bytes, o: int) -> tuple[int, int]:
    """Read a base 128 integer of up to 10 octets and 64 bits. Source: Protocol Buffers Encoding."""
    if first < 128:
        return first, o
    value = first & 127
    shift = 7
    while True:
        octet = data[o]
        o += 1
        if octet < 128:
            if shift == 63 and octet > 1:
                raise Refused
            return value | octet << shift, o
        value |= (octet & 127) << shift
        shift += 7
        if shift > 63:
            raise Refused


def overridden(data: bytes, start: int, stop: int, values: Iterable[tuple[int, int, int]]) -> bytes:
    """Return octets `start` to `stop` with (place, size, value) fields written over."""
    covered = bytearray(data[start:stop])
    for place, octets, value in values:
        covered[place - start : place - start + octets] = value.to_bytes(octets, "big")
    return bytes(covered)


def ordered(left: Any, operator: str, right: Any) -> bool:
    """Compare; false when either is absent."""
    if left is None or right is None:
        return False
    if operator in ("<", "<="):
        return bool(left < right if operator == "<" else left <= right)
    return bool(left > right if operator == ">" else left >= right)


def within(value: Any, ranges: tuple[tuple[Any, Any], ...]) -> bool:
    """Whether a value lies in one of the closed ranges; an absent one does not."""
    if isinstance(value, str):
        return any(value == low for low, _ in ranges)
    return isinstance(value, int) and any(
        low <= value <= high for low, high in ranges if not isinstance(low, str)
    )


def known(value: Any) -> Any:
    """Return a value; an absent one is refused with `missing_field`."""
    if value is None:
        raise BuiltinError("missing_field")
    return value


def divide(left: Any, right: Any) -> Any:
    """Floor division; a divisor of 0 is refused."""
    if known(right) == 0:
        raise BuiltinError("missing_field" if left is None else "division_by_zero")
    return known(left) // right


def modulo(left: Any, right: Any) -> Any:
    """Remainder; a divisor of 0 is refused."""
    if known(right) == 0:
        raise BuiltinError("missing_field" if left is None else "division_by_zero")
    return known(left) % right


def _bits(count: Any) -> int:
    if not 0 <= count <= 1024:
        raise BuiltinError("out_of_range")
    return int(count)


def shift_left(left: Any, right: Any) -> Any:
    """Shift by at most 1,024 bits."""
    return known(left) << _bits(known(right))


def shift_right(left: Any, right: Any) -> Any:
    """Shift by at most 1,024 bits."""
    return known(left) >> _bits(known(right))


def add(left: Any, right: Any) -> Any:
    """Sum of two known values."""
    return known(left) + known(right)


def subtract(left: Any, right: Any) -> Any:
    """Difference of two known values."""
    return known(left) - known(right)


def multiply(left: Any, right: Any) -> Any:
    """Product of two known values."""
    return known(left) * known(right)


def bit_and(left: Any, right: Any) -> Any:
    """Bitwise and of two known values."""
    return known(left) & known(right)


def bit_or(left: Any, right: Any) -> Any:
    """Bitwise or of two known values."""
    return known(left) | known(right)


def bit_xor(left: Any, right: Any) -> Any:
    """Bitwise exclusive or of two known values."""
    return known(left) ^ known(right)


def join_octets(left: Any, right: Any) -> Any:
    """Two runs as one; longer than the limit of builtins is refused."""
    if left is None or right is None:
        raise BuiltinError("missing_field")
    if len(left) + len(right) > SIZE_LIMIT:
        raise BuiltinError("out_of_range")
    return left + right


def skip_field(data: bytes, o: int, tag: int) -> int:
    """Return the place after an unknown protobuf field whose tag ends at `o`; groups are passed whole."""
    if not 8 <= tag < 1 << 32:
        raise Refused
    wire = tag & 7
    if wire == 0:
        return read_protobuf(data[o], data, o + 1)[1]
    if wire == 2:
        size, o = read_protobuf(data[o], data, o + 1)
        return o + size
    if wire == 1 or wire == 5:
        return o + (8 if wire == 1 else 4)
    if wire != 3:
        raise Refused
    groups = [tag >> 3]
    while groups:
        tag, o = read_protobuf(data[o], data, o + 1)
        if tag & 7 == 4:
            if tag >> 3 != groups.pop():
                raise Refused
        elif tag & 7 == 3:
            if len(groups) == 64 or tag < 8:
                raise Refused
            groups.append(tag >> 3)
        else:
            o = skip_field(data, o, tag)
    return o
