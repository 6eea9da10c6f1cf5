"""Signatures: EdDSA, ECDSA and XEdDSA. Verification yields false on any signature or key that does not hold."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519

from art7.interpreter.functions.keys import nist_private, nist_public
from art7.interpreter.functions.refusal import check_length

_ECDSA: dict[str, hashes.HashAlgorithm] = {
    "p256": hashes.SHA256(),
    "p384": hashes.SHA384(),
    "p521": hashes.SHA512(),
}
_FIELD = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_BASE_Y = 4 * pow(5, -1, _FIELD) % _FIELD
_D = -121665 * pow(121666, -1, _FIELD) % _FIELD


def _seed(private: bytes, size: int) -> bytes:
    # A seed followed by its public key is a common way to keep EdDSA keys.
    check_length(private, (size, 2 * size), "a seed")
    return private[:size]


def _eddsa(name: str, size: int, private_type: Any, public_type: Any) -> dict[str, Callable[..., Any]]:
    def sign(private: bytes, data: bytes) -> bytes:
        return bytes(private_type.from_private_bytes(_seed(private, size)).sign(data))

    def derive(private: bytes) -> bytes:
        key = private_type.from_private_bytes(_seed(private, size))
        return bytes(key.public_key().public_bytes_raw())

    def verify(public: bytes, data: bytes, signature: bytes) -> bool:
        check_length(public, (size,), "a public key")
        try:
            public_type.from_public_bytes(public).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True

    return {f"{name}_sign": sign, f"{name}_public": derive, f"{name}_verify": verify}


def _ecdsa(curve: str) -> dict[str, Callable[..., Any]]:
    algorithm = ec.ECDSA(_ECDSA[curve])

    def sign(private: bytes, data: bytes) -> bytes:
        return nist_private(curve, private).sign(data, algorithm)

    def verify(public: bytes, data: bytes, signature: bytes) -> bool:
        key = nist_public(curve, public)
        try:
            key.verify(signature, data, algorithm)
        except (InvalidSignature, ValueError):
            return False
        return True

    return {f"ecdsa_{curve}_sign": sign, f"ecdsa_{curve}_verify": verify}


def xeddsa_verify(public: bytes, data: bytes, signature: bytes) -> bool:
    """Map the Montgomery key to Edwards form, then verify as Ed25519. Source: XEdDSA §2.3, §2.5.

    The sign bit is the signature's highest bit, as deployed; strict XEdDSA has it always 0.
    """
    check_length(public, (32,), "a public key")
    if len(signature) != 64:
        return False
    u = int.from_bytes(public, "little") & ((1 << 255) - 1)
    if u >= _FIELD or u == _FIELD - 1:
        return False
    y = (u - 1) * pow(u + 1, -1, _FIELD) % _FIELD
    encoded = bytearray(y.to_bytes(32, "little"))
    encoded[31] |= signature[63] & 0x80
    bare = signature[:63] + bytes([signature[63] & 0x7F])
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(bytes(encoded)).verify(bare, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def xeddsa_sign(private: bytes, data: bytes, random: bytes) -> bytes:
    """Sign with an X25519 key. Source: XEdDSA §2.2, §2.4, §3.2.

    The arithmetic is plain Python and takes time that depends on the key: fit for a sandbox, not for a product.
    """
    check_length(private, (32,), "a private key")
    check_length(random, (64,), "fresh octets")
    clamped = bytearray(private)
    clamped[0] &= 248
    clamped[31] = clamped[31] & 127 | 64
    scalar = int.from_bytes(clamped, "little") % _ORDER
    point = _encode(_multiply(scalar))
    if point[31] & 0x80:  # the sign bit of the public key is made 0
        scalar = -scalar % _ORDER
    public = point[:31] + bytes([point[31] & 0x7F])
    prefix = b"\xfe" + b"\xff" * 31
    nonce = _hash(prefix + scalar.to_bytes(32, "little") + data + random)
    commitment = _encode(_multiply(nonce))
    challenge = _hash(commitment + public + data)
    answer = (nonce + challenge * scalar) % _ORDER
    return commitment + answer.to_bytes(32, "little")


def _hash(data: bytes) -> int:
    return int.from_bytes(hashlib.sha512(data).digest(), "little") % _ORDER


def _base() -> tuple[int, int]:
    square = (_BASE_Y * _BASE_Y - 1) * pow(_D * _BASE_Y * _BASE_Y + 1, -1, _FIELD) % _FIELD
    x = pow(square, (_FIELD + 3) // 8, _FIELD)
    if (x * x - square) % _FIELD:
        x = x * pow(2, (_FIELD - 1) // 4, _FIELD) % _FIELD
    return (_FIELD - x if x & 1 else x), _BASE_Y


def _add(p: tuple[int, int, int, int], q: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Add in extended coordinates. Source: RFC 8032 §5.1.4."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % _FIELD
    b = (p[1] + p[0]) * (q[1] + q[0]) % _FIELD
    c, d = 2 * p[3] * q[3] * _D % _FIELD, 2 * p[2] * q[2] % _FIELD
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _FIELD, g * h % _FIELD, f * g % _FIELD, e * h % _FIELD


def _multiply(scalar: int) -> tuple[int, int, int, int]:
    x, y = _base()
    power, total = (x, y, 1, x * y % _FIELD), (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _add(total, power)
        power = _add(power, power)
        scalar >>= 1
    return total


def _encode(point: tuple[int, int, int, int]) -> bytes:
    inverse = pow(point[2], -1, _FIELD)
    x, y = point[0] * inverse % _FIELD, point[1] * inverse % _FIELD
    return (y | (x & 1) << 255).to_bytes(32, "little")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **_eddsa("ed25519", 32, ed25519.Ed25519PrivateKey, ed25519.Ed25519PublicKey),
    **_eddsa("ed448", 57, ed448.Ed448PrivateKey, ed448.Ed448PublicKey),
    **{name: function for curve in _ECDSA for name, function in _ecdsa(curve).items()},
    "xeddsa_sign": xeddsa_sign,
    "xeddsa_verify": xeddsa_verify,
}
