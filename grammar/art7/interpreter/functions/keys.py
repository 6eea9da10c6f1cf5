"""Diffie-Hellman on Montgomery and NIST curves.

Every shared secret is screened: an all-zero one means a public key of small order (RFC 7748 §6.1), and a point
off its curve never becomes a key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, x448, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from art7.interpreter.functions.refusal import Refused, check_length

CURVES: dict[str, tuple[ec.EllipticCurve, int]] = {
    "p256": (ec.SECP256R1(), 32),
    "p384": (ec.SECP384R1(), 48),
    "p521": (ec.SECP521R1(), 66),
}
ORDERS = {
    "p256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "p384": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    "p521": int(
        "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa"
        "51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
        16,
    ),
}


def _agree(private: bytes, public: bytes, size: int, private_type: Any, public_type: Any) -> bytes:
    check_length(private, (size,), "a private key")
    check_length(public, (size,), "a public key")
    try:
        shared = private_type.from_private_bytes(private).exchange(public_type.from_public_bytes(public))
    except ValueError:
        raise Refused("bad_key", "a public key of large order", "an all-zero shared secret") from None
    if not any(shared):
        raise Refused("bad_key", "a public key of large order", "an all-zero shared secret")
    return bytes(shared)


def agree_x25519(private: bytes, public: bytes) -> bytes:
    """Source: RFC 7748 §6.1."""
    return _agree(private, public, 32, x25519.X25519PrivateKey, x25519.X25519PublicKey)


def agree_x448(private: bytes, public: bytes) -> bytes:
    """Source: RFC 7748 §6.2."""
    return _agree(private, public, 56, x448.X448PrivateKey, x448.X448PublicKey)


def public_x25519(private: bytes) -> bytes:
    check_length(private, (32,), "a private key")
    return x25519.X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def public_x448(private: bytes) -> bytes:
    check_length(private, (56,), "a private key")
    return x448.X448PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def nist_private(curve: str, private: bytes) -> ec.EllipticCurvePrivateKey:
    """Read a big-endian private integer of any length; refuse one outside 1 … order-1."""
    number = int.from_bytes(private, "big")
    if len(private) > 80 or not 1 <= number < ORDERS[curve]:
        raise Refused("bad_key", "a private key between 1 and the curve's order", f"{len(private)} octets")
    return ec.derive_private_key(number, CURVES[curve][0])


def nist_public(curve: str, public: bytes) -> ec.EllipticCurvePublicKey:
    """Read an uncompressed point; refuse one off the curve. Source: SEC 1 §2.3.4."""
    shape, size = CURVES[curve]
    check_length(public, (2 * size + 1,), "an uncompressed point")
    if public[0] != 4:
        raise Refused("bad_key", "an uncompressed point, first octet 0x04", f"{public[0]:#04x}")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(shape, public)
    except ValueError:
        raise Refused("bad_key", "a point on the curve", "a point off the curve") from None


def _agree_nist(curve: str) -> Callable[[bytes, bytes], bytes]:
    return lambda private, public: nist_private(curve, private).exchange(
        ec.ECDH(), nist_public(curve, public)
    )


def _public_nist(curve: str) -> Callable[[bytes], bytes]:
    def derive(private: bytes) -> bytes:
        key = nist_private(curve, private).public_key()
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    return derive


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "x25519": agree_x25519,
    "x25519_public": public_x25519,
    "x448": agree_x448,
    "x448_public": public_x448,
    **{f"ecdh_{curve}": _agree_nist(curve) for curve in CURVES},
    **{f"{curve}_public": _public_nist(curve) for curve in CURVES},
}
