"""Diffie-Hellman on Montgomery curves, NIST curves and the group of OTR.

Text of generated projects. Every shared secret is screened: a public key of small order and a point off its curve never
become a key.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, x448, x25519

from art7.interpreter.functions.refusal import BuiltinError
from art7.interpreter.functions.shared.secrecy import Secret


def octets_fit(value: bytes, sizes: tuple[int, ...], what: str) -> None:
    """Refuse a key, block or nonce of another length than its algorithm takes."""
    if len(value) not in sizes:
        allowed = " or ".join(map(str, sizes))
        raise BuiltinError("bad_key", f"{what} of {allowed} octets", f"{len(value)} octets")


_X25519 = x25519.X25519PrivateKey, x25519.X25519PublicKey, (32,)
_X448 = x448.X448PrivateKey, x448.X448PublicKey, (56,)


def _montgomery(name: str) -> Any:
    return _X25519 if name == "x25519" else _X448


def _montgomery_private(kind: Any, private: bytes) -> Any:
    """The key object; a secret keeps it, for making one takes as long as an agreement."""
    made = getattr(private, "made", None)
    if made is not None and made[0] is kind:
        return made[1]
    key = kind.from_private_bytes(private)
    if isinstance(private, Secret):
        private.made = kind, key
    return key


@lru_cache(maxsize=64)
def _montgomery_other(kind: Any, public: bytes) -> Any:
    """The object of another's key, kept for a while: a ratchet agrees with each of them twice."""
    return kind.from_public_bytes(public)


def montgomery(name: str, private: bytes, public: bytes) -> bytes:
    """The shared secret of X25519 or X448 (RFC 7748 §6); an all-zero one is refused."""
    secret_type, public_type, sizes = _montgomery(name)
    if len(private) not in sizes or len(public) not in sizes:
        octets_fit(private, sizes, "a private key")
        octets_fit(public, sizes, "a public key")
    try:
        shared: bytes = _montgomery_private(secret_type, private).exchange(
            _montgomery_other(public_type, public)
        )
    except ValueError:
        shared = b""
    if not any(shared):
        raise BuiltinError("small_order", "a public key of large order", "an all-zero shared secret")
    return shared


def montgomery_public(name: str, private: bytes) -> bytes:
    """The public key of X25519 or X448 (RFC 7748 §6)."""
    secret_type, _, sizes = _montgomery(name)
    octets_fit(private, sizes, "a private key")
    octets: bytes = _montgomery_private(secret_type, private).public_key().public_bytes_raw()
    return octets


CURVE_ORDERS = {
    "p256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "p384": int("f" * 48 + "c7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16),
    "p521": int("01" + "f" * 65 + "a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409", 16),
}


def curve_of(name: str) -> tuple[ec.EllipticCurve, int, hashes.HashAlgorithm]:
    """The curve, octets of a coordinate, and the hash that goes with it."""
    return {
        "p256": (ec.SECP256R1(), 32, hashes.SHA256()),
        "p384": (ec.SECP384R1(), 48, hashes.SHA384()),
        "p521": (ec.SECP521R1(), 66, hashes.SHA512()),
    }[name]


def curve_private(name: str, private: bytes) -> ec.EllipticCurvePrivateKey:
    """A private key from a big-endian integer of any length, from 1 to below the curve's order."""
    number = int.from_bytes(private, "big")
    if len(private) > 80 or not 0 < number < CURVE_ORDERS[name]:
        raise BuiltinError(
            "bad_key", "a private key between 1 and the curve's order", f"{len(private)} octets"
        )
    return ec.derive_private_key(number, curve_of(name)[0])


def curve_point(name: str, public: bytes) -> ec.EllipticCurvePublicKey:
    """A public key from an uncompressed point (SEC 1 §2.3.4); one off the curve is refused."""
    curve, size, _ = curve_of(name)
    octets_fit(public, (2 * size + 1,), "an uncompressed point")
    try:
        if public[0] != 4:
            raise ValueError
        return ec.EllipticCurvePublicKey.from_encoded_point(curve, public)
    except ValueError:
        raise BuiltinError(
            "bad_point", "an uncompressed point on the curve", "another form or place"
        ) from None


def curve_full_point(name: str, public: bytes) -> bytes:
    """The uncompressed point of either form (SEC 1 §2.3.4); one off the curve is refused."""
    curve, size, _ = curve_of(name)
    octets_fit(public, (size + 1, 2 * size + 1), "a point")
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(curve, public)
    except ValueError:
        raise BuiltinError("bad_point", "a point on the curve", "another form or place") from None
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def ecdh(name: str, private: bytes, public: bytes) -> bytes:
    """The x-coordinate of the shared point (SP 800-56A §5.7.1.2)."""
    return curve_private(name, private).exchange(ec.ECDH(), curve_point(name, public))


def curve_public(name: str, private: bytes) -> bytes:
    """The public key, an uncompressed point (SEC 1 §2.3.3)."""
    return (
        curve_private(name, private)
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )


_GROUP_5 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFF",
    16,
)


def _exponent(private: bytes) -> int:
    number = int.from_bytes(private, "big")
    if len(private) > 192 or number < 2:
        raise BuiltinError("bad_key", "a private key of up to 192 octets, above 1", f"{len(private)} octets")
    return number


def modp_1536(private: bytes, public: bytes) -> bytes:
    """The shared secret in the 1536-bit group 5 (RFC 3526 §2), 192 octets; 0, 1 and p-1 are refused."""
    exponent, base = _exponent(private), int.from_bytes(public, "big")
    if len(public) > 192 or not 2 <= base <= _GROUP_5 - 2:
        raise BuiltinError("small_order", "a public key from 2 to p-2", f"{len(public)} octets")
    return pow(base, exponent, _GROUP_5).to_bytes(192, "big")


def modp_1536_public(private: bytes) -> bytes:
    """The public key in the 1536-bit group 5 (RFC 3526 §2), 192 octets."""
    return pow(2, _exponent(private), _GROUP_5).to_bytes(192, "big")


def _member(value: bytes) -> int:
    number = int.from_bytes(value, "big")
    if len(value) > 192 or not 1 <= number < _GROUP_5:
        raise BuiltinError("out_of_range", "a number from 1 to p-1", f"{len(value)} octets")
    return number


def modp_1536_multiply(left: bytes, right: bytes) -> bytes:
    """The product in the 1536-bit group 5, 192 octets."""
    return (_member(left) * _member(right) % _GROUP_5).to_bytes(192, "big")


def modp_1536_divide(left: bytes, right: bytes) -> bytes:
    """The quotient in the 1536-bit group 5, 192 octets."""
    return (_member(left) * pow(_member(right), -1, _GROUP_5) % _GROUP_5).to_bytes(192, "big")


def modp_1536_response(random: bytes, secret: bytes, challenge: bytes) -> bytes:
    """`random` less `secret` times `challenge`, modulo the order (p-1)/2, 192 octets: a Schnorr proof's answer."""
    for value in (random, secret, challenge):
        if len(value) > 192:
            raise BuiltinError("out_of_range", "a number of up to 192 octets", f"{len(value)} octets")
    start, factor, times = (int.from_bytes(each, "big") for each in (random, secret, challenge))
    return ((start - factor * times) % (_GROUP_5 >> 1)).to_bytes(192, "big")
