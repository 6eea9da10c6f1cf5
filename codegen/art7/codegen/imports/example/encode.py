"""Items of diagnostic notation → CBOR with the shortest heads, in the order written (RFC 8949 §4.2.1 but for that order)."""

from __future__ import annotations

import struct

from art7.codegen.imports.example.parts import Item

_MAJOR = {"octets": 2, "text": 3, "array": 4, "map": 5, "tag": 6}


def encode(item: Item) -> bytes:
    """Return the octets of an item; every item learns where its first octet is."""
    out = bytearray()
    _write(item, out)
    return bytes(out)


def _write(item: Item, out: bytearray) -> None:
    item.offset = len(out)
    match item.kind, item.value:
        case "integer", int(value):
            _integer(value, out)
        case "float", float(value):
            out += _shortest(value)
        case "simple", int(value):
            out += bytes([0xE0 + value]) if value < 24 else bytes([0xF8, value])
        case "text", str(value):
            _string(3, value.encode("utf-8", "surrogatepass"), item, out)
        case "octets", bytes(value):
            _string(2, value, item, out)
        case "embedded", _:
            inner = bytearray()
            for child in item.children:
                _write(child, inner)
            head = _head(2, len(inner))
            for child in item.children:
                _shift(child, len(out) + len(head))
            out += head + inner
        case kind, value:
            _container(kind, item, out)


def _container(kind: str, item: Item, out: bytearray) -> None:
    """An array, a map or a tag with what it holds."""
    count = len(item.children) // 2 if kind == "map" else len(item.children)
    number = item.value if kind == "tag" and isinstance(item.value, int) else count
    out += bytes([_MAJOR[kind] << 5 | 31]) if item.endless else _head(_MAJOR[kind], number)
    for child in item.children:
        _write(child, out)
    if item.endless:
        out.append(0xFF)


def _string(major: int, octets: bytes, item: Item, out: bytearray) -> None:
    if not item.endless:
        out += _head(major, len(octets)) + octets
        return
    out.append(major << 5 | 31)
    for child in item.children:
        _write(child, out)
    out.append(0xFF)


def _shift(item: Item, by: int) -> None:
    item.offset += by
    for child in item.children:
        _shift(child, by)


def _integer(value: int, out: bytearray) -> None:
    if -(1 << 64) <= value < 1 << 64:
        out += _head(0, value) if value >= 0 else _head(1, -1 - value)
        return
    size = value if value >= 0 else -1 - value
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    out += _head(6, 2 if value >= 0 else 3) + _head(2, len(octets)) + octets


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for info, octets in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * octets:
            return bytes([major << 5 | info]) + number.to_bytes(octets, "big")
    return bytes([major << 5 | 27]) + b"\xff" * 8


def _shortest(value: float) -> bytes:
    """The shortest of the three widths that keeps the value."""
    for info, form in ((0xF9, ">e"), (0xFA, ">f")):
        try:
            octets = struct.pack(form, value)
        except OverflowError:
            continue
        if value != value or struct.unpack(form, octets)[0] == value:
            return bytes([info]) + octets
    return b"\xfb" + struct.pack(">d", value)
