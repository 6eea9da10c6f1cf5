"""Writing variable-length integers and lists of integers.

Text of generated projects. The writers are called where the one-octet form does not do.
"""

from __future__ import annotations

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


def write_quic(value: int) -> bytes:
    """Write a QUIC integer in its shortest form. Source: RFC 9000 §16."""
    if value < 0 or value >> 62:
        raise Refused
    if value < 64:
        return OCTETS[value]
    if value < 1 << 14:
        return (0x4000 | value).to_bytes(2, "big")
    if value < 1 << 30:
        return (0x80000000 | value).to_bytes(4, "big")
    return (0xC000000000000000 | value).to_bytes(8, "big")


def write_mls(value: int) -> bytes:
    """Write an MLS length in its shortest form. Source: RFC 9420 §2.1.2."""
    if value < 0 or value >> 30:
        raise Refused
    if value < 64:
        return OCTETS[value]
    if value < 1 << 14:
        return (0x4000 | value).to_bytes(2, "big")
    return (0x80000000 | value).to_bytes(4, "big")


def write_leb128(value: int) -> bytes:
    """Write a LEB128 integer of up to 8 octets. Source: AV1 §4.10.5."""
    if value >> 56:
        raise Refused
    return write_protobuf(value)


def write_protobuf(value: int) -> bytes:
    """Write a base 128 integer of up to 64 bits. Source: Protocol Buffers Encoding."""
    if value >> 64:  # a negative value keeps its sign however far it is shifted
        raise Refused
    octets = []
    while value > 127:
        octets.append(value & 127 | 128)
        value >>= 7
    octets.append(value)
    return bytes(octets)


def is_octets(value: object) -> bool:
    """Whether a value can be written as octets."""
    return isinstance(value, (bytes, bytearray, memoryview))
