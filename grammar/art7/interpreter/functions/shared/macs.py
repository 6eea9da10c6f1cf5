"""HMAC and HKDF on the standard library alone.

Text of generated projects.
"""

from __future__ import annotations

import hashlib
import hmac

from art7.interpreter.functions.refusal import BuiltinError

_HASH_SIZES = {
    "sha1": 20,
    "sha256": 32,
    "sha384": 48,
    "sha512": 64,
    "sha3_256": 32,
    "sha3_384": 48,
    "sha3_512": 64,
    "blake2s": 32,
    "blake2b": 64,
}

_PADDED = {
    "sha1": (hashlib.sha1, 64),
    "sha256": (hashlib.sha256, 64),
    "sha384": (hashlib.sha384, 128),
    "sha512": (hashlib.sha512, 128),
}
"""What makes a digest, and the size of the blocks that it is made over."""

_SHORT = 4096
_INNER = bytes(each ^ 0x36 for each in range(256))
_OUTER = bytes(each ^ 0x5C for each in range(256))
_COUNTERS = tuple(bytes((number,)) for number in range(256))


def hash_length(name: str) -> int:
    """How many octets the digest of that name has."""
    if name not in _HASH_SIZES:
        listed = ", ".join(_HASH_SIZES)
        raise BuiltinError("unknown_value", "one of " + listed, f"a name of {len(name)} characters")
    return _HASH_SIZES[name]


def mac(name: str, key: bytes, data: bytes) -> bytes:
    """The MAC with the hash of that name (RFC 2104)."""
    # Two digests: `hmac` looks the algorithm up first, which takes longer than to digest a short text.
    if name in _PADDED and len(data) <= _SHORT:
        make, width = _PADDED[name]
        if len(key) <= width:
            block = key.ljust(width, b"\0")
            return make(block.translate(_OUTER) + make(block.translate(_INNER) + data).digest()).digest()
    hash_length(name)
    return hmac.digest(key, data, name)


def hkdf_extract(name: str, salt: bytes, ikm: bytes) -> bytes:
    """The pseudorandom key (RFC 5869 §2.2); no salt is as good as one of zeros."""
    return mac(name, salt, ikm)


def hkdf_expand(name: str, prk: bytes, info: bytes, count: int) -> bytes:
    """`count` octets from the key (RFC 5869 §2.3)."""
    size = hash_length(name)
    if not 0 <= count <= 255 * size:
        raise BuiltinError("out_of_range", f"0 to {255 * size} octets", str(count))
    output, block = b"", b""
    if name not in _PADDED or len(prk) > _PADDED[name][1]:
        for counter in _COUNTERS[1 : 1 + -(-count // size)]:
            block = mac(name, prk, block + info + counter)
            output += block
        return output[:count]
    make, width = _PADDED[name]
    padded = prk.ljust(width, b"\0")
    inner, outer = padded.translate(_INNER), padded.translate(_OUTER)
    for counter in _COUNTERS[1 : 1 + -(-count // size)]:
        block = make(outer + make(inner + block + info + counter).digest()).digest()
        output += block
    return output[:count]


def hkdf(name: str, salt: bytes, ikm: bytes, info: bytes, count: int) -> bytes:
    """Extract, then expand (RFC 5869 §2)."""
    return hkdf_expand(name, mac(name, salt, ikm), info, count)
