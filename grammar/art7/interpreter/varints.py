"""Variable-length integers, read and written.

A reader gets octets, a position and the region's end, and returns (value, position after); a refusal is the name of an
error. Overlong forms are refused by `quic` and `mls`, accepted by `leb128` and `protobuf`.
"""

from __future__ import annotations

from collections.abc import Callable

from art7.interpreter.functions.general import mls_varint, quic_varint


class VarintRefused(Exception):
    """`truncated`, `non_minimal` or `bad_varint`."""

    def __init__(self, code: str, expected: str, got: str) -> None:
        super().__init__(code)
        self.code = code
        self.expected = expected
        self.got = got


def read_quic(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Source: RFC 9000 §16, in its shortest form."""
    return _read_prefixed(data, position, end, 8)


def read_mls(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Source: RFC 9420 §2.1.2."""
    return _read_prefixed(data, position, end, 4)


def _read_prefixed(data: bytes, position: int, end: int, longest: int) -> tuple[int, int]:
    if position >= end:
        raise VarintRefused("truncated", "a variable-length integer", "the end")
    octets = 1 << (data[position] >> 6)
    if octets > longest:
        raise VarintRefused("bad_varint", "a form of 1, 2 or 4 octets", "prefix 11")
    stop = position + octets
    if stop > end:
        raise VarintRefused("truncated", f"{octets} octets", f"{end - position} octets")
    value = int.from_bytes(data[position:stop], "big") & ((1 << (8 * octets - 2)) - 1)
    if octets > 1 and value < 1 << (4 * octets - 2):
        raise VarintRefused("non_minimal", "the shortest form", f"{value} in {octets} octets")
    return value, stop


def read_leb128(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Up to 8 octets, overlong forms among them. Source: AV1 §4.10.5."""
    return _read_base128(data, position, end, 8)


def read_protobuf(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Up to 10 octets and 64 bits. Source: Protocol Buffers Encoding, Base 128 Varints."""
    return _read_base128(data, position, end, 10)


def _read_base128(data: bytes, position: int, end: int, longest: int) -> tuple[int, int]:
    value = 0
    for count in range(longest):
        if position + count >= end:
            raise VarintRefused("truncated", "an octet below 0x80", "the end")
        octet = data[position + count]
        value |= (octet & 0x7F) << (7 * count)
        if octet < 0x80:
            if value >> 64:
                raise VarintRefused("bad_varint", "at most 64 bits", f"{value.bit_length()} bits")
            return value, position + count + 1
    raise VarintRefused("bad_varint", f"at most {longest} octets", "a longer form")


def write_base128(value: int, longest: int = 10) -> bytes:
    """Return the shortest form of `value`; raises `OverflowError` where it is longer than `longest` octets."""
    if value < 0 or value >> (7 * longest) or value >> 64:
        raise OverflowError
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


READERS: dict[str, Callable[[bytes, int, int], tuple[int, int]]] = {
    "quic": read_quic,
    "mls": read_mls,
    "leb128": read_leb128,
    "protobuf": read_protobuf,
}
WRITERS: dict[str, Callable[[int], bytes]] = {
    "quic": quic_varint,
    "mls": mls_varint,
    "leb128": lambda value: write_base128(value, 8),
    "protobuf": write_base128,
}
"""Form → writer; raises `Refused` or `OverflowError` for what does not fit."""
