"""Content of `ietf.mimi_content` in deterministic CBOR: bounds, order of keys, nesting, unknown extensions kept."""

from __future__ import annotations

import struct
from typing import Any

_SMALL = [bytes((value,)) for value in range(24)]
_SHORT_OCTETS = [bytes((0x40 + size,)) for size in range(24)]
_SHORT_TEXTS = [bytes((0x60 + size,)) for size in range(24)]
_DEPTH = 32
_SIZE = 16777216


class Refused(ValueError):
    """Not such content."""


class MimiContent:
    """One message."""

    __slots__ = ("body", "expires", "extensions", "in_reply_to", "replaces", "salt", "topic_id")


class Expiration:
    """A time after which a message is forgotten."""

    __slots__ = ("relative", "time")


class Extensions:
    """Further facts of a message."""

    __slots__ = ("room_uri", "sender_uri", "unknown")


class NestedPart:
    """A part of a body."""

    __slots__ = (
        "aad",
        "cardinality",
        "content",
        "content_hash",
        "content_type",
        "description",
        "disposition",
        "encryption",
        "external_type",
        "filename",
        "hash_algorithm",
        "key",
        "language",
        "nonce",
        "parts",
        "semantics",
        "size",
        "url",
        "url_expires",
    )


def _long(data: bytes, o: int, base: int) -> tuple[int, int]:
    """Read a head of more than one octet in its shortest form."""
    first = data[o] - base
    if first == 24:
        if data[o + 1] < 24:
            raise Refused
        return data[o + 1], o + 2
    if first == 25:
        value, end = data[o + 1] << 8 | data[o + 2], o + 3
        least = 1 << 8
    elif first == 26:
        value, end = int.from_bytes(data[o + 1 : o + 5], "big"), o + 5
        least = 1 << 16
    elif first == 27:
        value, end = int.from_bytes(data[o + 1 : o + 9], "big"), o + 9
        least = 1 << 32
    else:
        raise Refused
    if value < least or end > len(data):
        raise Refused
    return value, end


def _number(data: bytes, o: int, most: int) -> tuple[int, int]:
    value, o = _long(data, o, 0)
    if value > most:
        raise Refused
    return value, o


def _octets(data: bytes, o: int, most: int) -> tuple[bytes, int]:
    size = data[o] - 0x40
    o += 1
    if not 0 <= size < 24:
        size, o = _long(data, o - 1, 0x40)
    end = o + size
    if size > most or end > len(data):
        raise Refused
    return data[o:end], end


def _text(data: bytes, o: int, least: int, most: int) -> tuple[str, int]:
    size = data[o] - 0x60
    o += 1
    if not 0 <= size < 24:
        size, o = _long(data, o - 1, 0x60)
    end = o + size
    if end > len(data):
        raise Refused
    value = data[o:end].decode()
    if not least <= len(value) <= most:
        raise Refused
    return value, end


def _any(data: bytes, o: int, depth: int) -> tuple[Any, int]:
    """Read a value of an extension that nobody described: what JSON has, octets and tags."""
    first = data[o]
    if first >= 0xE0:
        if first in (0xF4, 0xF5, 0xF6):
            return (first == 0xF5 if first != 0xF6 else None), o + 1
        if first == 0xFB:
            return struct.unpack_from(">d", data, o + 1)[0], o + 9
        raise Refused
    major, size = first >> 5, first & 31
    o += 1
    if size >= 24:
        size, o = _long(data, o - 1, first & 0xE0)
    if major < 2:
        return (-1 - size if major else size), o
    if major < 4:
        if o + size > len(data):
            raise Refused
        octets = data[o : o + size]
        return (octets.decode() if major == 3 else octets), o + size
    if depth <= 0 or major == 6 or size > len(data) - o:
        raise Refused
    if major == 4:
        items = []
        for _ in range(size):
            item, o = _any(data, o, depth - 1)
            items.append(item)
        return items, o
    return _members(data, o, size, depth - 1)


def _members(data: bytes, o: int, count: int, depth: int) -> tuple[dict[Any, Any], int]:
    members: dict[Any, Any] = {}
    before = b""
    for _ in range(count):
        start = o
        key, o = _any(data, o, 0)
        spelled = data[start:o]
        if spelled <= before:
            raise Refused
        before = spelled
        members[key], o = _any(data, o, depth)
    return members, o


def _extensions(data: bytes, o: int) -> tuple[Extensions, int]:
    found = Extensions()
    count = data[o] - 0xA0
    o += 1
    if not 0 <= count < 24:
        count, o = _long(data, o - 1, 0xA0)
    sender = room = None
    unknown: dict[Any, Any] = {}
    before = b""
    for _ in range(count):
        start = o
        key: Any = data[o]
        o += 1
        if key >= 24:
            if key >= 0x80:
                raise Refused
            key, o = _any(data, start, 0)
        spelled = data[start:o]
        if spelled <= before:
            raise Refused
        before = spelled
        if key == 1:
            sender, o = _text(data, o, 0, 4096)
        elif key == 2:
            room, o = _text(data, o, 0, 4096)
        else:
            unknown[key], o = _any(data, o, _DEPTH - 2)
    found.sender_uri = sender
    found.room_uri = room
    found.unknown = unknown
    return found, o


def _part(data: bytes, o: int, depth: int) -> tuple[NestedPart, int]:
    if depth <= 0:
        raise Refused
    places = data[o] - 0x80
    o += 1
    part = NestedPart()
    value = data[o]
    o += 1
    if value >= 24:
        value, o = _number(data, o - 1, 255)
    part.disposition = value
    part.language, o = _text(data, o, 0, 255)
    kind = part.cardinality = data[o]
    o += 1
    part.content_type = part.content = part.external_type = part.url = part.url_expires = part.size = None
    part.encryption = part.key = part.nonce = part.aad = part.hash_algorithm = part.content_hash = None
    part.description = part.filename = part.semantics = part.parts = None
    if kind == 1:
        if places != 5:
            raise Refused
        part.content_type, o = _text(data, o, 1, 1024)
        part.content, o = _octets(data, o, _SIZE)
    elif kind == 2:
        if places != 15:
            raise Refused
        o = _external(part, data, o)
    elif kind == 3:
        if places != 5 or data[o] > 2:
            raise Refused
        part.semantics = data[o]
        o += 1
        count = data[o] - 0x80
        o += 1
        if not 0 <= count < 24:
            count, o = _long(data, o - 1, 0x80)
        if not 2 <= count <= 1024 or depth <= 1:
            raise Refused
        parts = []
        for _ in range(count):
            inner, o = _part(data, o, depth - 2)
            parts.append(inner)
        part.parts = parts
    elif kind or places != 3:
        raise Refused
    return part, o


def _external(part: NestedPart, data: bytes, o: int) -> int:
    part.external_type, o = _text(data, o, 1, 1024)
    part.url, o = _text(data, o, 1, 8192)
    value = data[o]
    o += 1
    if value >= 24:
        value, o = _number(data, o - 1, 0xFFFFFFFF)
    part.url_expires = value
    value = data[o]
    o += 1
    if value >= 24:
        value, o = _long(data, o - 1, 0)
    part.size = value
    value = data[o]
    o += 1
    if value >= 24:
        value, o = _number(data, o - 1, 65535)
    part.encryption = value
    part.key, o = _octets(data, o, 1024)
    part.nonce, o = _octets(data, o, 1024)
    part.aad, o = _octets(data, o, 65536)
    value = data[o]
    o += 1
    if value >= 24:
        value, o = _number(data, o - 1, 255)
    part.hash_algorithm = value
    part.content_hash, o = _octets(data, o, 1024)
    part.description, o = _text(data, o, 0, 65536)
    part.filename, o = _text(data, o, 0, 4096)
    return o


def decode(data: bytes) -> MimiContent:
    """Read one message; raises `Refused`."""
    if len(data) > _SIZE or data[0] != 0x87 or data[1] != 0x50:
        raise Refused
    found = MimiContent()
    found.salt = data[2:18]
    o = 18
    if data[o] == 0xF6:
        found.replaces = None
        o += 1
    elif data[o] == 0x58 and data[o + 1] == 32:
        found.replaces = data[o + 2 : o + 34]
        o += 34
    else:
        raise Refused
    found.topic_id, o = _octets(data, o, 4096)
    if data[o] == 0xF6:
        found.expires = None
        o += 1
    else:
        if data[o] != 0x82 or not 0xF4 <= data[o + 1] <= 0xF5:
            raise Refused
        expires = found.expires = Expiration()
        expires.relative = data[o + 1] == 0xF5
        value = data[o + 2]
        o += 3
        if value >= 24:
            value, o = _number(data, o - 1, 0xFFFFFFFF)
        expires.time = value
    if data[o] == 0xF6:
        found.in_reply_to = None
        o += 1
    elif data[o] == 0x58 and data[o + 1] == 32:
        found.in_reply_to = data[o + 2 : o + 34]
        o += 34
    else:
        raise Refused
    found.extensions, o = _extensions(data, o)
    found.body, o = _part(data, o, _DEPTH - 1)
    if o != len(data):
        raise Refused
    return found


# ---- writing ---------------------------------------------------------------------------------------------


def _head(base: int, value: int) -> bytes:
    if value < 24:
        return bytes((base + value,))
    if value < 1 << 8:
        return bytes((base + 24, value))
    if value < 1 << 16:
        return bytes((base + 25, value >> 8, value & 255))
    if value < 1 << 32:
        return bytes((base + 26,)) + value.to_bytes(4, "big")
    return bytes((base + 27,)) + value.to_bytes(8, "big")


def _number_of(value: int, most: int) -> bytes:
    if not 0 <= value <= most:
        raise Refused
    return _SMALL[value] if value < 24 else _head(0, value)


def _octets_of(value: bytes, most: int) -> bytes:
    size = len(value)
    if size > most:
        raise Refused
    return (_SHORT_OCTETS[size] if size < 24 else _head(0x40, size)) + value


def _text_of(value: str, least: int, most: int) -> bytes:
    if not least <= len(value) <= most:
        raise Refused
    octets = value.encode()
    size = len(octets)
    return (_SHORT_TEXTS[size] if size < 24 else _head(0x60, size)) + octets


def _any_of(value: Any) -> bytes:
    match value:
        case None | bool():
            return b"\xf6" if value is None else b"\xf5" if value else b"\xf4"
        case int():
            return _head(0, value) if value >= 0 else _head(0x20, -1 - value)
        case str():
            return _text_of(value, 0, _SIZE)
        case bytes():
            return _octets_of(value, _SIZE)
        case list():
            return _head(0x80, len(value)) + b"".join(map(_any_of, value))
        case dict():
            pairs = sorted((_any_of(key), _any_of(item)) for key, item in value.items())
            return _head(0xA0, len(pairs)) + b"".join(key + item for key, item in pairs)
    raise Refused


def _extensions_of(value: Extensions) -> bytes:
    members = []
    if value.sender_uri is not None:
        members.append((b"\x01", _text_of(value.sender_uri, 0, 4096)))
    if value.room_uri is not None:
        members.append((b"\x02", _text_of(value.room_uri, 0, 4096)))
    if value.unknown:
        members += [(_any_of(key), _any_of(item)) for key, item in value.unknown.items()]
        members.sort()
    return _head(0xA0, len(members)) + b"".join([key + item for key, item in members])


def _is_single(part: NestedPart) -> bool:
    return part.content_type is not None or part.content is not None


def _is_external(part: NestedPart) -> bool:
    return (
        part.external_type is not None
        or part.url is not None
        or part.url_expires is not None
        or part.size is not None
        or part.encryption is not None
        or part.key is not None
        or part.nonce is not None
        or part.aad is not None
        or part.hash_algorithm is not None
        or part.content_hash is not None
        or part.description is not None
        or part.filename is not None
    )


def _is_multiple(part: NestedPart) -> bool:
    return part.semantics is not None or part.parts is not None


def _part_of(part: NestedPart) -> bytes:
    kind = part.cardinality
    if (
        (kind != 1 and _is_single(part))
        or (kind != 2 and _is_external(part))
        or (kind != 3 and _is_multiple(part))
    ):
        raise Refused
    start = _number_of(part.disposition, 255) + _text_of(part.language, 0, 255) + _SMALL[kind]
    if kind == 1:
        return b"\x85" + start + _text_of(part.content_type, 1, 1024) + _octets_of(part.content, _SIZE)
    if kind == 2:
        return b"".join(
            (
                b"\x8f",
                start,
                _text_of(part.external_type, 1, 1024),
                _text_of(part.url, 1, 8192),
                _number_of(part.url_expires, 0xFFFFFFFF),
                _number_of(part.size, (1 << 64) - 1),
                _number_of(part.encryption, 65535),
                _octets_of(part.key, 1024),
                _octets_of(part.nonce, 1024),
                _octets_of(part.aad, 65536),
                _number_of(part.hash_algorithm, 255),
                _octets_of(part.content_hash, 1024),
                _text_of(part.description, 0, 65536),
                _text_of(part.filename, 0, 4096),
            )
        )
    if kind == 3:
        parts = part.parts
        if not 2 <= len(parts) <= 1024:
            raise Refused
        inner = b"".join([_part_of(each) for each in parts])
        return b"\x85" + start + _number_of(part.semantics, 2) + _head(0x80, len(parts)) + inner
    return b"\x83" + start


def _id_of(value: bytes | None) -> bytes:
    if value is None:
        return b"\xf6"
    if len(value) != 32:
        raise Refused
    return b"\x58\x20" + value


def encode(value: MimiContent) -> bytes:
    """Write one message; raises `Refused`."""
    if len(value.salt) != 16:
        raise Refused
    expires = value.expires
    if expires is None:
        forgotten = b"\xf6"
    else:
        forgotten = (b"\x82\xf5" if expires.relative else b"\x82\xf4") + _number_of(expires.time, 0xFFFFFFFF)
    octets = b"".join(
        (
            b"\x87\x50",
            value.salt,
            _id_of(value.replaces),
            _octets_of(value.topic_id, 4096),
            forgotten,
            _id_of(value.in_reply_to),
            _extensions_of(value.extensions),
            _part_of(value.body),
        )
    )
    if len(octets) > _SIZE:
        raise Refused
    return octets
