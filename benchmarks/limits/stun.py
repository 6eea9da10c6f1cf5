"""STUN messages (RFC 8489) with the TURN and ICE attributes, the contract of `ietf.stun`."""

from __future__ import annotations

import struct
from hmac import compare_digest, digest
from typing import Any
from zlib import crc32

_head = struct.Struct(">BBHI12s").unpack_from
_pack_head = struct.Struct(">BBHI12s").pack
_hh = struct.Struct(">HH").unpack_from
_i = struct.Struct(">I").unpack_from
_q = struct.Struct(">Q").unpack_from
_bbhi = struct.Struct(">BBHI").unpack_from
_bbh16s = struct.Struct(">BBH16s").unpack_from
_bbh = struct.Struct(">BBH").unpack_from
_pack_i = struct.Struct(">I").pack
_pack_h = struct.Struct(">H").pack
_pack_hh = struct.Struct(">HH").pack
_pack_hhi = struct.Struct(">HHI").pack
_pack_hhq = struct.Struct(">HHQ").pack
_pack_xor4 = struct.Struct(">HHBBHI").pack
_pack_xor16 = struct.Struct(">HHBBH").pack
_pack_20s = struct.Struct(">HH20s").pack
_FILL = (b"", b"\0\0\0", b"\0\0", b"\0")


class Refused(ValueError):
    """Not such a message."""


class StunMessage:
    """One message; `unverified` names the rules that need a key which was not given."""

    __slots__ = ("attributes", "class_", "method", "transaction", "unverified")


class Attribute:
    """One attribute; `fill` is its padding where that is not zero."""

    __slots__ = ("fill", "kind", "value")


class XorAddress:
    """A transport address, unmasked; `reserved` where that octet is not zero."""

    __slots__ = ("address", "port", "reserved")


class Address:
    """A transport address."""

    __slots__ = ("address", "port", "reserved")


def decode(data: bytes, *, key: bytes | None = None, explain: bool = True) -> Any:
    """Read one message; the attributes that the other functions of this module do not know are not read."""
    try:
        n = len(data)
        if n > 65556:
            raise Refused
        m: Any = StunMessage()
        first, second, length, cookie, m.transaction = _head(data)
        if first > 63 or cookie != 0x2112A442 or length & 3 or length + 20 != n:
            raise Refused
        m.method = (first >> 1 & 31) << 7 | second >> 5 << 4 | second & 15
        m.class_ = (first & 1) << 1 | second >> 4 & 1
        unverified: list[str] = []
        m.unverified = unverified
        m.attributes = attributes = []
        o = 20
        while o < n:
            item: Any = Attribute()
            kind, size = _hh(data, o)
            item.kind = kind
            v = o + 4
            e = v + size
            if kind == 0x0006 or kind == 0x0014 or kind == 0x0015 or kind == 0x8022:
                if size > 763:
                    raise Refused
                item.value = data[v:e].decode()
            elif kind == 0x0020 or kind == 0x0012 or kind == 0x0016:
                if size == 8:
                    a: Any = XorAddress()
                    reserved, family, port, address = _bbhi(data, v)
                    if family != 1:
                        raise Refused
                    a.port = port ^ 0x2112
                    a.address = _pack_i(address ^ 0x2112A442)
                else:
                    a = XorAddress()
                    reserved, family, port, octets = _bbh16s(data, v)
                    if family != 2 or size != 20:
                        raise Refused
                    a.port = port ^ 0x2112
                    mask = int.from_bytes(data[4:20], "big")
                    a.address = (int.from_bytes(octets, "big") ^ mask).to_bytes(16, "big")
                a.reserved = reserved or None
                item.value = a
            elif kind == 0x0024 or kind == 0x000D:
                (item.value,) = _i(data, v)
                if size != 4:
                    raise Refused
            elif kind == 0x8029 or kind == 0x802A:
                (item.value,) = _q(data, v)
                if size != 8:
                    raise Refused
            elif kind == 0x0008:
                item.value = mac = data[v:e]
                if size != 20:
                    raise Refused
                if key is None:
                    unverified.append("STUN-14.5-01")
                else:
                    covered = data[:o] if o + 24 == n else data[:2] + _pack_h(o + 4) + data[4:o]
                    if not compare_digest(digest(key, covered, "sha1"), mac):
                        raise Refused
            elif kind == 0x8028:
                (crc,) = _i(data, v)
                if crc != crc32(data[:o]) ^ 0x5354554E or e != n or size != 4:
                    raise Refused
                item.value = item.fill = None
                attributes.append(item)
                break
            elif kind == 0x0025 or kind == 0x001A:
                if size:
                    raise Refused
                item.value = None
            else:
                item.value = _other(data, v, e, kind)
            if size & 3:
                o = e + (-size & 3)
                fill = data[e:o]
                item.fill = None if b"\0\0\0".startswith(fill) else fill
            else:
                o = e
                item.fill = None
            attributes.append(item)
        else:
            if o != n:
                raise Refused
        if len(attributes) > 64:
            raise Refused
    except (struct.error, IndexError, UnicodeDecodeError):
        raise Refused from None
    return m


def _other(data: bytes, v: int, e: int, kind: int) -> Any:
    """Read a rarer attribute: an address in clear, or one kept as octets because its kind is optional."""
    if kind == 0x0001 or kind == 0x8023 or kind == 0x802B or kind == 0x802C:
        a: Any = Address()
        reserved, family, a.port = _bbh(data, v)
        a.address = data[v + 4 : e]
        if e - v != (8 if family == 1 else 20) or not 1 <= family <= 2:
            raise Refused
        a.reserved = reserved or None
        return a
    if kind < 0x8000 and kind != 0x0013:
        raise Refused
    return data[v:e]


def encode(m: Any, *, key: bytes | None = None, explain: bool = True) -> bytes:
    """Write one message, widths and ranges tested; the integrity is worked out with `key`, else as given."""
    try:
        attributes = m.attributes
        if len(attributes) > 64:
            raise Refused
        method = m.method
        class_ = m.class_
        transaction = m.transaction
        if method > 0xFFF or class_ > 3 or len(transaction) != 12:
            raise Refused
        first = method >> 7 << 1 | class_ >> 1
        second = (method >> 4 & 7) << 5 | (class_ & 1) << 4 | method & 15
        body = b""
        ended = False
        for item in attributes:
            if ended:
                raise Refused
            kind = item.kind
            value = item.value
            fill = item.fill
            if kind == 0x0006 or kind == 0x0014 or kind == 0x0015 or kind == 0x8022:
                octets = value.encode()
                size = len(octets)
                if size > 763:
                    raise Refused
                usual = _FILL[size & 3]
                if fill is None or len(fill) != len(usual):
                    fill = usual
                body += _pack_hh(kind, size) + octets + fill
            elif kind == 0x0020 or kind == 0x0012 or kind == 0x0016:
                address = value.address
                port = value.port
                if not 0 <= port <= 0xFFFF:
                    raise Refused
                if len(address) == 4:
                    masked = int.from_bytes(address, "big") ^ 0x2112A442
                    body += _pack_xor4(kind, 8, value.reserved or 0, 1, port ^ 0x2112, masked)
                elif len(address) == 16:
                    mask = 0x2112A442 << 96 | int.from_bytes(transaction, "big")
                    masked = int.from_bytes(address, "big") ^ mask
                    body += _pack_xor16(kind, 20, value.reserved or 0, 2, port ^ 0x2112)
                    body += masked.to_bytes(16, "big")
                else:
                    raise Refused
            elif kind == 0x0024 or kind == 0x000D:
                body += _pack_hhi(kind, 4, value)
            elif kind == 0x8029 or kind == 0x802A:
                body += _pack_hhq(kind, 8, value)
            elif kind == 0x0008:
                if key is None:
                    if len(value) != 20:
                        raise Refused
                    body += _pack_20s(8, 20, value)
                else:
                    covered = _pack_head(first, second, len(body) + 24, 0x2112A442, transaction) + body
                    body += b"\0\x08\0\x14" + digest(key, covered, "sha1")
            elif kind == 0x8028:
                if value is not None:
                    raise Refused
                ended = True
            elif kind == 0x0025 or kind == 0x001A:
                if value is not None:
                    raise Refused
                body += _pack_hh(kind, 0)
            else:
                body += _write_other(kind, value, fill)
        size = len(body)
        if ended:
            octets = _pack_head(first, second, size + 8, 0x2112A442, transaction) + body
            octets += _pack_hhi(0x8028, 4, crc32(octets) ^ 0x5354554E)
        else:
            octets = _pack_head(first, second, size, 0x2112A442, transaction) + body
        if len(octets) > 65556:
            raise Refused
    except (struct.error, IndexError, TypeError, AttributeError, OverflowError):
        raise Refused from None
    return octets


def _write_other(kind: int, value: Any, fill: bytes | None) -> bytes:
    if kind == 0x0001 or kind == 0x8023 or kind == 0x802B or kind == 0x802C:
        address = value.address
        size = len(address)
        if size != 4 and size != 16:
            raise Refused
        return _pack_xor16(kind, size + 4, value.reserved or 0, 1 if size == 4 else 2, value.port) + bytes(
            address
        )
    if kind < 0x8000 and kind != 0x0013:
        raise Refused
    usual = _FILL[len(value) & 3]
    if fill is None or len(fill) != len(usual):
        fill = usual
    return _pack_hh(kind, len(value)) + bytes(value) + fill
