"""MLS messages: private message and key package (RFC 9420 §6, §10), the contract of `ietf.mls`."""

from __future__ import annotations

import struct
from typing import Any

_h = struct.Struct(">H").unpack_from
_hb = struct.Struct(">HB").unpack_from
_hh = struct.Struct(">HH").unpack_from
_hhb = struct.Struct(">HHB").unpack_from
_qbb = struct.Struct(">QBB").unpack_from
_qqb = struct.Struct(">QQB").unpack_from
_i = struct.Struct(">I").unpack_from
_lists = [struct.Struct(f">{count}H").unpack_from for count in range(64)]
_pack_h = struct.Struct(">H").pack
_pack_i = struct.Struct(">I").pack
_pack_hhhh = struct.Struct(">HHHH").pack
_pack_qb = struct.Struct(">QB").pack
_pack_bqq = struct.Struct(">BQQ").pack
_pack_lists = [struct.Struct(f">{count}H").pack for count in range(64)]
_OCTETS = [bytes((value,)) for value in range(256)]


class Refused(ValueError):
    """Not such a message."""


class MlsMessage:
    """A message of any wire format; the members of the others are `None`."""

    __slots__ = (
        "group_info",
        "key_package",
        "private_message",
        "public_message",
        "version",
        "welcome",
        "wire_format",
    )


class PrivateMessage:
    """An encrypted message."""

    __slots__ = (
        "authenticated_data",
        "ciphertext",
        "content_type",
        "encrypted_sender_data",
        "epoch",
        "group_id",
    )


class KeyPackage:
    """A client's published keys."""

    __slots__ = ("cipher_suite", "extensions", "init_key", "leaf_node", "signature", "version")


class LeafNode:
    """A member's leaf."""

    __slots__ = (
        "capabilities",
        "credential",
        "encryption_key",
        "extensions",
        "leaf_node_source",
        "lifetime",
        "parent_hash",
        "signature",
        "signature_key",
    )


class Credential:
    """A basic identity or a chain of certificates."""

    __slots__ = ("certificates", "credential_type", "identity")


class Capabilities:
    """What a client supports."""

    __slots__ = ("cipher_suites", "credentials", "extensions", "proposals", "versions")


class Lifetime:
    """When a key package is valid."""

    __slots__ = ("not_after", "not_before")


class LeafNodeExtension:
    """An extension of a leaf, read where its type is known."""

    __slots__ = ("extension_data", "extension_type")


def _long(data: bytes, o: int) -> tuple[int, int]:
    """Return size and begin of a vector whose header, at `o`, has two or four octets."""
    octet = data[o]
    if octet < 128:
        size = _h(data, o)[0] & 0x3FFF
        if size < 64:
            raise Refused
        return size, o + 2
    if octet > 191:
        raise Refused
    size = _i(data, o)[0] & 0x3FFFFFFF
    if size < 16384:
        raise Refused
    return size, o + 4


def decode(data: bytes, *, explain: bool = True) -> Any:
    """Read one message."""
    try:
        n = len(data)
        if n > 16777216:
            raise Refused
        m: Any = MlsMessage()
        version, form = _hh(data)
        if version != 1:
            raise Refused
        m.version = version
        m.wire_format = form
        m.public_message = m.welcome = m.group_info = None
        if form == 2:
            m.key_package = None
            p: Any = PrivateMessage()
            e = data[4]
            o = 5
            if e > 63:
                e, o = _long(data, 4)
            e += o
            p.group_id = data[o:e]
            p.epoch, p.content_type, k = _qbb(data, e)
            o = e + 10
            if k > 63:
                k, o = _long(data, o - 1)
            e = o + k
            p.authenticated_data = data[o:e]
            o = e + 1
            e = data[e]
            if e > 63:
                e, o = _long(data, o - 1)
            e += o
            p.encrypted_sender_data = data[o:e]
            o = e + 1
            e = data[e]
            if e > 63:
                e, o = _long(data, o - 1)
            e += o
            p.ciphertext = data[o:e]
            m.private_message = p
        elif form == 5:
            m.private_message = None
            m.key_package, e = _key_package(data)
        else:
            raise Refused
        if e != n:
            raise Refused
    except (struct.error, IndexError):
        raise Refused from None
    return m


def _codes(data: bytes, o: int, e: int) -> list[int]:
    """Return the two-octet codes of a vector that is not a short one of whole codes."""
    size = e - o
    if size & 1:
        raise Refused
    return [*struct.unpack_from(f">{size >> 1}H", data, o)]


def _key_package(data: bytes) -> tuple[KeyPackage, int]:
    p: Any = KeyPackage()
    version, p.cipher_suite, e = _hhb(data, 4)
    if version != 1:
        raise Refused
    p.version = version
    o = 9
    if e > 63:
        e, o = _long(data, 8)
    e += o
    p.init_key = data[o:e]
    leaf: Any = LeafNode()
    p.leaf_node = leaf
    o = e + 1
    e = data[e]
    if e > 63:
        e, o = _long(data, o - 1)
    e += o
    leaf.encryption_key = data[o:e]
    o = e + 1
    e = data[e]
    if e > 63:
        e, o = _long(data, o - 1)
    e += o
    leaf.signature_key = data[o:e]
    credential: Any = Credential()
    leaf.credential = credential
    kind, k = _hb(data, e)
    credential.credential_type = kind
    o = e + 3
    if k > 63:
        k, o = _long(data, o - 1)
    e = o + k
    if kind == 1:
        credential.identity = data[o:e]
        credential.certificates = None
    elif kind == 2:
        credential.identity = None
        credential.certificates = _certificates(data, o, e)
    else:
        raise Refused
    c: Any = Capabilities()
    leaf.capabilities = c
    k = data[e]
    o = e + 1
    if k < 64 and not k & 1:
        c.versions = [*_lists[k >> 1](data, o)]
        e = o + k
    else:
        if k > 63:
            k, o = _long(data, e)
        e = o + k
        c.versions = _codes(data, o, e)
    k = data[e]
    o = e + 1
    if k < 64 and not k & 1:
        c.cipher_suites = [*_lists[k >> 1](data, o)]
        e = o + k
    else:
        if k > 63:
            k, o = _long(data, e)
        e = o + k
        c.cipher_suites = _codes(data, o, e)
    k = data[e]
    o = e + 1
    if k < 64 and not k & 1:
        c.extensions = [*_lists[k >> 1](data, o)] if k else []
        e = o + k
    else:
        if k > 63:
            k, o = _long(data, e)
        e = o + k
        c.extensions = _codes(data, o, e)
    k = data[e]
    o = e + 1
    if k < 64 and not k & 1:
        c.proposals = [*_lists[k >> 1](data, o)] if k else []
        e = o + k
    else:
        if k > 63:
            k, o = _long(data, e)
        e = o + k
        c.proposals = _codes(data, o, e)
    k = data[e]
    o = e + 1
    if k < 64 and not k & 1:
        c.credentials = [*_lists[k >> 1](data, o)]
        e = o + k
    else:
        if k > 63:
            k, o = _long(data, e)
        e = o + k
        c.credentials = _codes(data, o, e)
    source = data[e]
    leaf.leaf_node_source = source
    o = e + 1
    if source == 1:
        leaf.parent_hash = None
        lifetime: Any = Lifetime()
        leaf.lifetime = lifetime
        lifetime.not_before, lifetime.not_after, e = _qqb(data, o)
        o += 17
    elif source == 2:
        leaf.lifetime = leaf.parent_hash = None
        e = data[o]
        o += 1
    elif source == 3:
        leaf.lifetime = None
        e = data[o]
        o += 1
        if e > 63:
            e, o = _long(data, o - 1)
        e += o
        leaf.parent_hash = data[o:e]
        o = e + 1
        e = data[e]
    else:
        raise Refused
    if e:
        if e > 63:
            e, o = _long(data, o - 1)
        e += o
        leaf.extensions = _leaf_extensions(data, o, e)
    else:
        leaf.extensions = []
        e = o
    o = e + 1
    e = data[e]
    if e > 63:
        e, o = _long(data, o - 1)
    e += o
    leaf.signature = data[o:e]
    k = data[e]
    o = e + 1
    if k:
        if k > 63:
            k, o = _long(data, e)
        e = o + k
        p.extensions = _extensions(data, o, e)
    else:
        p.extensions = []
        e = o
    o = e + 1
    e = data[e]
    if e > 63:
        e, o = _long(data, o - 1)
    e += o
    p.signature = data[o:e]
    return p, e


def _certificates(data: bytes, o: int, end: int) -> list[tuple[bytes]]:
    found = []
    while o < end:
        e = data[o]
        o += 1
        if e > 63:
            e, o = _long(data, o - 1)
        e += o
        found.append((data[o:e],))
        o = e
    if o != end:
        raise Refused
    return found


def _extensions(data: bytes, o: int, end: int) -> list[tuple[int, bytes]]:
    found = []
    while o < end:
        kind, k = _hb(data, o)
        o += 3
        if k > 63:
            k, o = _long(data, o - 1)
        e = o + k
        found.append((kind, data[o:e]))
        o = e
    if o != end:
        raise Refused
    return found


def _leaf_extensions(data: bytes, o: int, end: int) -> list[Any]:
    found = []
    while o < end:
        x: Any = LeafNodeExtension()
        kind, k = _hb(data, o)
        x.extension_type = kind
        o += 3
        if k > 63:
            k, o = _long(data, o - 1)
        e = o + k
        if kind == 1:
            k = data[o]
            o += 1
            if k > 63:
                k, o = _long(data, o - 1)
            if o + k != e:
                raise Refused
        x.extension_data = data[o:e]
        found.append(x)
        o = e
    if o != end:
        raise Refused
    return found


def _size(size: int) -> bytes:
    """Return a vector header of two or four octets."""
    if size < 16384:
        return _pack_h(0x4000 | size)
    if size < 0x40000000:
        return _pack_i(0x80000000 | size)
    raise Refused


def _vector(octets: bytes) -> bytes:
    size = len(octets)
    return (_OCTETS[size] if size < 64 else _size(size)) + octets


def _code_vector(codes: list[int]) -> bytes:
    count = len(codes)
    if count < 32:
        return _OCTETS[2 * count] + _pack_lists[count](*codes)
    return _size(2 * count) + struct.pack(f">{count}H", *codes)


def encode(m: Any, *, explain: bool = True) -> bytes:
    """Write one message, widths and ranges tested, and that no member of another arm is given."""
    try:
        if (
            m.version != 1
            or m.public_message is not None
            or m.welcome is not None
            or m.group_info is not None
        ):
            raise Refused
        form = m.wire_format
        if form == 2:
            if m.key_package is not None:
                raise Refused
            octets = _write_private_message(m.private_message)
        elif form == 5:
            if m.private_message is not None:
                raise Refused
            octets = _write_key_package(m.key_package)
        else:
            raise Refused
        if len(octets) > 16777216:
            raise Refused
    except (struct.error, IndexError, TypeError, AttributeError):
        raise Refused from None
    return octets


def _write_private_message(p: Any) -> bytes:
    group = p.group_id
    size = len(group)
    data = p.authenticated_data
    data_size = len(data)
    sender = p.encrypted_sender_data
    sender_size = len(sender)
    text = p.ciphertext
    text_size = len(text)
    return b"".join(
        (
            b"\0\1\0\2",
            _OCTETS[size] if size < 64 else _size(size),
            group,
            _pack_qb(p.epoch, p.content_type),
            _OCTETS[data_size] if data_size < 64 else _size(data_size),
            data,
            _OCTETS[sender_size] if sender_size < 64 else _size(sender_size),
            sender,
            _OCTETS[text_size] if text_size < 64 else _size(text_size),
            text,
        )
    )


def _write_key_package(p: Any) -> bytes:
    if p.version != 1:
        raise Refused
    leaf = p.leaf_node
    c = leaf.capabilities
    source = leaf.leaf_node_source
    if source == 1:
        lifetime = leaf.lifetime
        if lifetime is None or leaf.parent_hash is not None:
            raise Refused
        origin = _pack_bqq(1, lifetime.not_before, lifetime.not_after)
    elif source == 2:
        if leaf.lifetime is not None or leaf.parent_hash is not None:
            raise Refused
        origin = b"\2"
    elif source == 3:
        if leaf.lifetime is not None or leaf.parent_hash is None:
            raise Refused
        origin = b"\3" + _vector(leaf.parent_hash)
    else:
        raise Refused
    credential = leaf.credential
    if credential.credential_type == 1:
        identity = credential.identity
        if identity is None or credential.certificates is not None:
            raise Refused
        size = len(identity)
        name = b"\0\1" + (_OCTETS[size] if size < 64 else _size(size)) + identity
    elif credential.credential_type == 2:
        if credential.identity is not None or credential.certificates is None:
            raise Refused
        name = b"\0\2" + _vector(b"".join([_vector(octets) for (octets,) in credential.certificates]))
    else:
        raise Refused
    init = p.init_key
    init_size = len(init)
    encryption = leaf.encryption_key
    encryption_size = len(encryption)
    signing = leaf.signature_key
    signing_size = len(signing)
    inner = leaf.signature
    inner_size = len(inner)
    outer = p.signature
    outer_size = len(outer)
    return b"".join(
        (
            _pack_hhhh(1, 5, 1, p.cipher_suite),
            _OCTETS[init_size] if init_size < 64 else _size(init_size),
            init,
            _OCTETS[encryption_size] if encryption_size < 64 else _size(encryption_size),
            encryption,
            _OCTETS[signing_size] if signing_size < 64 else _size(signing_size),
            signing,
            name,
            _code_vector(c.versions),
            _code_vector(c.cipher_suites),
            _code_vector(c.extensions),
            _code_vector(c.proposals),
            _code_vector(c.credentials),
            origin,
            _write_leaf_extensions(leaf.extensions) if leaf.extensions else b"\0",
            _OCTETS[inner_size] if inner_size < 64 else _size(inner_size),
            inner,
            _write_extensions(p.extensions) if p.extensions else b"\0",
            _OCTETS[outer_size] if outer_size < 64 else _size(outer_size),
            outer,
        )
    )


def _write_extensions(extensions: list[tuple[int, bytes]]) -> bytes:
    return _vector(b"".join([_pack_h(kind) + _vector(octets) for kind, octets in extensions]))


def _write_leaf_extensions(extensions: list[Any]) -> bytes:
    body = b""
    for x in extensions:
        octets = x.extension_data
        body += _pack_h(x.extension_type) + _vector(_vector(octets) if x.extension_type == 1 else octets)
    return _vector(body)
