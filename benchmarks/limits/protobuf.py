"""The envelope of `signal.envelope`: fields in any order, the last of one wins, unknown ones kept."""

from __future__ import annotations

from typing import Any

_OCTETS = [bytes((value,)) for value in range(256)]


class Refused(ValueError):
    """Not such an envelope."""


class Envelope:
    """One envelope."""

    __slots__ = (
        "client_timestamp",
        "content",
        "server_guid",
        "server_timestamp",
        "source_device",
        "source_service_id",
        "type",
        "unknown",
        "urgent",
    )


def _varint(data: bytes, o: int) -> tuple[int, int]:
    """Read a variable-length integer of two octets or more."""
    value = data[o] & 127
    shift = 7
    while True:
        o += 1
        octet = data[o]
        if octet < 128:
            if shift == 63 and octet > 1:
                raise Refused
            return value | octet << shift, o + 1
        value |= (octet & 127) << shift
        shift += 7
        if shift > 63:
            raise Refused


def _skip(data: bytes, o: int, tag: int) -> int:
    wire = tag & 7
    if tag < 8 or tag >> 3 > 0x1FFFFFFF:
        raise Refused
    if wire == 0:
        return o + 1 if data[o] < 128 else _varint(data, o)[1]
    if wire == 1:
        return o + 8
    if wire == 2:
        size = data[o]
        o += 1
        if size > 127:
            size, o = _varint(data, o - 1)
        return o + size
    if wire == 5:
        return o + 4
    raise Refused


def decode(data: bytes, *, explain: bool = True) -> Any:
    """Read one envelope."""
    try:
        n = len(data)
        if n > 1048576:
            raise Refused
        m: Any = Envelope()
        m.type = m.client_timestamp = m.source_device = m.server_timestamp = 0
        m.content = b""
        m.server_guid = m.source_service_id = ""
        m.urgent = False
        kept = b""
        o = 0
        while o < n:
            at = o
            tag = data[o]
            o += 1
            if tag > 127:
                tag, o = _varint(data, at)
            if tag == 8:
                x = data[o]
                o += 1
                if x > 127:
                    x, o = _varint(data, o - 1)
                m.type = x & 0xFFFFFFFF
            elif tag == 40:
                m.client_timestamp = x = data[o]
                o += 1
                if x > 127:
                    m.client_timestamp, o = _varint(data, o - 1)
            elif tag == 56:
                x = data[o]
                o += 1
                if x > 127:
                    x, o = _varint(data, o - 1)
                m.source_device = x & 0xFFFFFFFF
            elif tag == 66:
                e = data[o]
                o += 1
                if e > 127:
                    e, o = _varint(data, o - 1)
                e += o
                m.content = data[o:e]
                o = e
            elif tag == 74:
                e = data[o]
                o += 1
                if e > 127:
                    e, o = _varint(data, o - 1)
                e += o
                m.server_guid = data[o:e].decode()
                o = e
            elif tag == 80:
                m.server_timestamp = x = data[o]
                o += 1
                if x > 127:
                    m.server_timestamp, o = _varint(data, o - 1)
            elif tag == 90:
                e = data[o]
                o += 1
                if e > 127:
                    e, o = _varint(data, o - 1)
                e += o
                m.source_service_id = data[o:e].decode()
                o = e
            elif tag == 112:
                x = data[o]
                o += 1
                if x > 127:
                    x, o = _varint(data, o - 1)
                m.urgent = x != 0
            else:
                if tag >> 3 in (1, 5, 7, 8, 9, 10, 11, 14):
                    raise Refused
                o = _skip(data, o, tag)
                kept += data[at:o]
        if o != n:
            raise Refused
        m.unknown = kept
    except (IndexError, UnicodeDecodeError):
        raise Refused from None
    return m


def _written(value: int) -> bytes:
    """Return a variable-length integer of two octets or more."""
    octets = []
    while value > 127:
        octets.append(value & 127 | 128)
        value >>= 7
    octets.append(value)
    return bytes(octets)


def encode(m: Any, *, explain: bool = True) -> bytes:
    """Write one envelope, widths and ranges tested; fields equal to their default are left out."""
    try:
        out = b""
        x = m.type
        if x:
            if x >> 32:
                raise Refused
            out += b"\x08" + (_OCTETS[x] if x < 128 else _written(x))
        x = m.client_timestamp
        if x:
            if x >> 64:
                raise Refused
            out += b"\x28" + (_OCTETS[x] if x < 128 else _written(x))
        x = m.source_device
        if x:
            if x >> 32:
                raise Refused
            out += b"\x38" + (_OCTETS[x] if x < 128 else _written(x))
        x = m.content
        if x:
            size = len(x)
            out += b"\x42" + (_OCTETS[size] if size < 128 else _written(size)) + x
        x = m.server_guid
        if x:
            x = x.encode()
            size = len(x)
            out += b"\x4a" + (_OCTETS[size] if size < 128 else _written(size)) + x
        x = m.server_timestamp
        if x:
            if x >> 64:
                raise Refused
            out += b"\x50" + (_OCTETS[x] if x < 128 else _written(x))
        x = m.source_service_id
        if x:
            x = x.encode()
            size = len(x)
            out += b"\x5a" + (_OCTETS[size] if size < 128 else _written(size)) + x
        x = m.urgent
        if x:
            if x != 1:
                raise Refused
            out += b"\x70\x01"
        x = m.unknown
        if x:
            out += x
        if len(out) > 1048576:
            raise Refused
    except (TypeError, AttributeError, ValueError):
        raise Refused from None
    return out
