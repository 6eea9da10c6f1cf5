"""Writing variable-length integers and lists of integers.

Text of generated projects. The writers are called where the one-octet form does not do.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

from art7.codegen.python.vendored.core import Refused

Fix = tuple[int, int, int, int, Callable[..., bytes]]
"""What only the complete message tells: the part of a list that holds it (-1: none), how far into that it and
its record lie, its octets, and how they are made from the message and the record's first octet."""


def fix_up(message: bytes, fixes: Sequence[Fix], head: int, parts: Sequence[bytes]) -> bytes:
    """Put in what only the complete message tells, in wire order; `parts` begin at octet `head`."""
    begin, done = head, 0
    places = []
    for part, distance, record, octets, make in fixes:
        if part < 0:
            places.append((distance, record, octets, make))
            continue
        begin += sum(map(len, parts[done:part]))
        done = part
        places.append((begin + distance, begin + record, octets, make))
    if len(places) > 1:
        places.sort(key=lambda place: place[0])
    for at, start, octets, make in places:
        made = make(message, start)
        if len(made) != octets:
            raise Refused
        message = message[:at] + made + message[at + octets :]
    return message


OCTETS = tuple(bytes((octet,)) for octet in range(256))
"""Every single octet; looking one up is cheaper than making it."""


two_octets = struct.Struct(">H").pack
four_octets = struct.Struct(">I").pack
eight_octets = struct.Struct(">Q").pack


def write_quic(value: int) -> bytes:
    """Write a QUIC integer in its shortest form. Source: RFC 9000 §16."""
    if value < 1 << 14:
        if value < 0:
            raise Refused
        return OCTETS[value] if value < 64 else two_octets(0x4000 | value)
    if value < 1 << 30:
        return four_octets(0x80000000 | value)
    if value >> 62:
        raise Refused
    return eight_octets(0xC000000000000000 | value)


def write_mls(value: int) -> bytes:
    """Write an MLS length in its shortest form. Source: RFC 9420 §2.1.2."""
    if value < 1 << 14:
        if value < 0:
            raise Refused
        return OCTETS[value] if value < 64 else two_octets(0x4000 | value)
    if value >> 30:
        raise Refused
    return four_octets(0x80000000 | value)


def write_leb128(value: int) -> bytes:
    """Write a LEB128 integer of up to 8 octets. Source: AV1 §4.10.5."""
    if value >> 56:
        raise Refused
    return write_protobuf(value)


def write_protobuf(value: int) -> bytes:
    """Write a base 128 integer of up to 64 bits. Source: Protocol Buffers Encoding.

    Straight on by size: lengths and times, of two and of six octets, are common.
    """
    if value < 1 << 14:
        if value < 0:
            raise Refused
        return OCTETS[value] if value < 128 else bytes((value & 127 | 128, value >> 7))
    if value < 1 << 21:
        return bytes((value & 127 | 128, value >> 7 & 127 | 128, value >> 14))
    low, high = value & 0xFFFFFFF, value >> 28
    if not high:
        return bytes((low & 127 | 128, low >> 7 & 127 | 128, low >> 14 & 127 | 128, low >> 21))
    a, b, c, d = low & 127 | 128, low >> 7 & 127 | 128, low >> 14 & 127 | 128, low >> 21 | 128
    if high < 1 << 7:
        return bytes((a, b, c, d, high))
    if high < 1 << 14:
        return bytes((a, b, c, d, high & 127 | 128, high >> 7))
    if high >> 36:
        raise Refused
    return bytes((a, b, c, d)) + write_protobuf(high)


def is_octets(value: object) -> bool:
    """Whether a value can be written as octets."""
    return isinstance(value, (bytes, bytearray, memoryview))


def is_list(value: object) -> bool:
    """Whether a value can be written as a list."""
    return isinstance(value, (list, tuple))


def is_integer(value: object) -> bool:
    """Whether a value can be written as an integer."""
    return isinstance(value, int)
