"""Checksums, digests, MACs and HKDF on the standard library alone."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from typing import Any

from art7.grammar.ir.builtins import SIZE_LIMIT
from art7.interpreter.functions.refusal import Refused, check_size
from art7.interpreter.functions.shared.macs import hkdf, hkdf_expand, hkdf_extract, mac

_HASHES = ("sha1", "sha256", "sha384", "sha512")
_LATER_HASHES = ("sha3_256", "sha3_384", "sha3_512", "blake2s", "blake2b")
_MAKERS: dict[str, Callable[..., Any]] = {name: getattr(hashlib, name) for name in _HASHES + _LATER_HASHES}
_SIZES: dict[str, int] = {name: make(usedforsecurity=False).digest_size for name, make in _MAKERS.items()}
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
    if name not in _SIZES:
        listed = ", ".join(_SIZES)
        raise Refused("unknown_value", "one of " + listed, f"a name of {len(name)} characters")
    return name


def digest(name: str, value: bytes) -> bytes:
    octets: bytes = _MAKERS[known(name)](value, usedforsecurity=False).digest()
    return octets


def shake(absorbed: Any, length: int) -> bytes:
    """Source: FIPS 202 §6.2."""
    check_size(length, SIZE_LIMIT)
    return bytes(absorbed.digest(length))


def digest_size(name: str) -> int:
    return _SIZES[known(name)]


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
