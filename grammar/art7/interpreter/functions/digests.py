"""Checksums, digests, MACs and HKDF on the standard library alone."""

from __future__ import annotations

import hashlib
import hmac
import zlib
from collections.abc import Callable
from typing import Any

from art7.grammar.ir.builtins import SIZE_LIMIT
from art7.interpreter.functions.refusal import Refused, check_size

_HASHES = ("sha1", "sha256", "sha384", "sha512")
_LATER_HASHES = ("sha3_256", "sha3_384", "sha3_512", "blake2s", "blake2b")
_CASTAGNOLI = 0x82F63B78  # the polynomial of RFC 9260 Appendix A, bits reversed


def _castagnoli_table() -> tuple[int, ...]:
    table = []
    for octet in range(256):
        for _ in range(8):
            octet = octet >> 1 ^ (_CASTAGNOLI if octet & 1 else 0)
        table.append(octet)
    return tuple(table)


_TABLE = _castagnoli_table()


def crc32c(value: bytes) -> int:
    """Source: RFC 9260 Appendix A."""
    crc = 0xFFFFFFFF
    for octet in value:
        crc = crc >> 8 ^ _TABLE[(crc ^ octet) & 0xFF]
    return crc ^ 0xFFFFFFFF


def known(name: str) -> str:
    """Return the hash's name, or refuse one that is not in the list."""
    if name not in _HASHES + _LATER_HASHES:
        listed = ", ".join(_HASHES + _LATER_HASHES)
        raise Refused("unknown_value", "one of " + listed, f"a name of {len(name)} characters")
    return name


def digest(name: str, value: bytes) -> bytes:
    return hashlib.new(known(name), value, usedforsecurity=False).digest()


def shake(absorbed: Any, length: int) -> bytes:
    """Source: FIPS 202 §6.2."""
    check_size(length, SIZE_LIMIT)
    return bytes(absorbed.digest(length))


def mac(name: str, key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, known(name))


def digest_size(name: str) -> int:
    return hashlib.new(known(name), usedforsecurity=False).digest_size


def hkdf_extract(name: str, salt: bytes, ikm: bytes) -> bytes:
    """Source: RFC 5869 §2.2; no salt is a digest's length of zeros, which HMAC makes of an empty key."""
    return mac(name, salt, ikm)


def hkdf_expand(name: str, prk: bytes, info: bytes, length: int) -> bytes:
    """Source: RFC 5869 §2.3."""
    limit = min(255 * digest_size(name), SIZE_LIMIT)
    if not 0 <= length <= limit:
        raise Refused("out_of_range", f"0 to {limit} octets", str(length))
    block, blocks = b"", b""
    while len(blocks) < length:
        block = mac(name, prk, block + info + bytes([len(blocks) // digest_size(name) + 1]))
        blocks += block
    return blocks[:length]


def hkdf(name: str, salt: bytes, ikm: bytes, info: bytes, length: int) -> bytes:
    """Source: RFC 5869 §2."""
    return hkdf_expand(name, hkdf_extract(name, salt, ikm), info, length)


def _named(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    return lambda *arguments: function(name, *arguments)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "crc32": zlib.crc32,
    "crc32c": crc32c,
    "md5": lambda value: hashlib.md5(value, usedforsecurity=False).digest(),
    "hash": digest,
    "hmac": mac,
    "hash_length": digest_size,
    "hkdf": hkdf,
    "hkdf_extract": hkdf_extract,
    "hkdf_expand": hkdf_expand,
    **{name: _named(digest, name) for name in _HASHES + _LATER_HASHES},
    "shake128": lambda value, length: shake(hashlib.shake_128(value), length),
    "shake256": lambda value, length: shake(hashlib.shake_256(value), length),
    **{f"hmac_{name}": _named(mac, name) for name in _HASHES},
    **{f"hkdf_{name}": _named(hkdf, name) for name in _HASHES[1:]},
    **{f"hkdf_extract_{name}": _named(hkdf_extract, name) for name in _HASHES[1:]},
    **{f"hkdf_expand_{name}": _named(hkdf_expand, name) for name in _HASHES[1:]},
}
