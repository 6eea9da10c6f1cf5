"""Builtin functions that need the `cryptography` package.

Text of generated projects: copied, with what it calls, into the support module of a package whose
specification uses it; only then does the project depend on `cryptography`.
"""

from __future__ import annotations

import hashlib
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, x448, x25519
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from art7.codegen.python.vendored.primitives import BuiltinError, _size, digest, hkdf_expand, mac

_RAW = serialization.Encoding.Raw
_RAW_PUBLIC = serialization.PublicFormat.Raw


# ---- key agreement ----


def _montgomery(name: str) -> Any:
    return (
        (x25519.X25519PrivateKey, x25519.X25519PublicKey)
        if name == "x25519"
        else (x448.X448PrivateKey, x448.X448PublicKey)
    )


def montgomery(name: str, private: bytes, public: bytes) -> bytes:
    """The shared secret of X25519 or X448 (RFC 7748 §6); an all-zero one is refused."""
    secret_type, public_type = _montgomery(name)
    try:
        shared: bytes = secret_type.from_private_bytes(private).exchange(
            public_type.from_public_bytes(public)
        )
    except ValueError:
        raise BuiltinError("bad_key") from None
    return shared


def montgomery_public(name: str, private: bytes) -> bytes:
    """The public key of X25519 or X448 (RFC 7748 §6)."""
    try:
        key = _montgomery(name)[0].from_private_bytes(private).public_key()
    except ValueError:
        raise BuiltinError("bad_key") from None
    octets: bytes = key.public_bytes(_RAW, _RAW_PUBLIC)
    return octets


def _curve(name: str) -> tuple[ec.EllipticCurve, int, hashes.HashAlgorithm]:
    return {
        "p256": (ec.SECP256R1(), 32, hashes.SHA256()),
        "p384": (ec.SECP384R1(), 48, hashes.SHA384()),
        "p521": (ec.SECP521R1(), 66, hashes.SHA512()),
    }[name]


def _curve_private(name: str, private: bytes) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(private, "big")
    if len(private) > 80 or not 0 < number < _ORDERS[name]:
        raise BuiltinError("bad_key")
    return ec.derive_private_key(number, _curve(name)[0])


def _curve_point(name: str, public: bytes) -> ec.EllipticCurvePublicKey:
    curve, octets, _ = _curve(name)
    try:
        if len(public) != 2 * octets + 1 or public[0] != 4:
            raise ValueError
        return ec.EllipticCurvePublicKey.from_encoded_point(curve, public)
    except ValueError:
        raise BuiltinError("bad_key") from None


def ecdh(name: str, private: bytes, public: bytes) -> bytes:
    """The x-coordinate of the shared point (SP 800-56A §5.7.1.2)."""
    return _curve_private(name, private).exchange(ec.ECDH(), _curve_point(name, public))


def curve_public(name: str, private: bytes) -> bytes:
    """The public key, an uncompressed point (SEC 1 §2.3.3)."""
    return (
        _curve_private(name, private)
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )


# ---- signatures ----


def _edwards_seed(name: str, private: bytes) -> bytes:
    size = 32 if name == "ed25519" else 57
    if len(private) not in (size, 2 * size):  # a seed followed by its public key is a common form
        raise BuiltinError("bad_key")
    return private[:size]


def _edwards(name: str) -> Any:
    return (
        (ed25519.Ed25519PrivateKey, ed25519.Ed25519PublicKey)
        if name == "ed25519"
        else (ed448.Ed448PrivateKey, ed448.Ed448PublicKey)
    )


def edwards_sign(name: str, private: bytes, data: bytes) -> bytes:
    """The signature of `data` (RFC 8032)."""
    signature: bytes = _edwards(name)[0].from_private_bytes(_edwards_seed(name, private)).sign(data)
    return signature


def edwards_verify(name: str, public: bytes, data: bytes, signature: bytes) -> bool:
    """Whether the signature holds (RFC 8032)."""
    if len(public) != (32 if name == "ed25519" else 57):
        raise BuiltinError("bad_key")
    try:
        _edwards(name)[1].from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def edwards_public(name: str, private: bytes) -> bytes:
    """The public key (RFC 8032)."""
    key = _edwards(name)[0].from_private_bytes(_edwards_seed(name, private)).public_key()
    octets: bytes = key.public_bytes(_RAW, _RAW_PUBLIC)
    return octets


def ecdsa_sign(name: str, private: bytes, data: bytes) -> bytes:
    """The signature of `data`, in DER (FIPS 186-5 §6)."""
    return _curve_private(name, private).sign(data, ec.ECDSA(_curve(name)[2]))


def ecdsa_verify(name: str, public: bytes, data: bytes, signature: bytes) -> bool:
    """Whether the DER signature holds (FIPS 186-5 §6)."""
    key, algorithm = _curve_point(name, public), _curve(name)[2]
    try:
        key.verify(signature, data, ec.ECDSA(algorithm))
    except (InvalidSignature, ValueError):
        return False
    return True


# XEdDSA signs with the scalar of an X25519 key, which no library offers: the arithmetic of edwards25519
# (RFC 8032 §5.1) is written out. It is not constant in time.

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_BASE_Y = 4 * pow(5, _P - 2, _P) % _P
_BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
_Point = tuple[int, int, int, int]
_BASE: _Point = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)


def _add(left: _Point, right: _Point) -> _Point:
    a = (left[1] - left[0]) * (right[1] - right[0]) % _P
    b = (left[1] + left[0]) * (right[1] + right[0]) % _P
    c = 2 * left[3] * right[3] * _D % _P
    d = 2 * left[2] * right[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _multiply(scalar: int, point: _Point) -> _Point:
    result: _Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point, scalar = _add(point, point), scalar >> 1
    return result


def _compress(point: _Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def xeddsa_sign(private: bytes, data: bytes, random: bytes) -> bytes:
    """The signature of `data` under an X25519 key (XEdDSA §2.4); `random` is 64 octets."""
    if len(private) != 32 or len(random) != 64:
        raise BuiltinError("bad_key")
    scalar = int.from_bytes(private, "little") & ((1 << 254) - 8) | 1 << 254
    public = _compress(_multiply(scalar, _BASE))
    if public[31] & 128:
        scalar = -scalar % _L
    public = public[:31] + bytes((public[31] & 127,))
    secret = (scalar % _L).to_bytes(32, "little")
    prefix = b"\xfe" + b"\xff" * 31
    nonce = hashlib.sha512(prefix + secret + data + random).digest()
    r = int.from_bytes(nonce, "little") % _L
    commitment = _compress(_multiply(r, _BASE))
    challenge = int.from_bytes(hashlib.sha512(commitment + public + data).digest(), "little") % _L
    return commitment + ((r + challenge * scalar) % _L).to_bytes(32, "little")


def xeddsa_verify(public: bytes, data: bytes, signature: bytes) -> bool:
    """Whether the signature holds under an X25519 public key (XEdDSA §2.5)."""
    if len(public) != 32:
        raise BuiltinError("bad_key")
    if len(signature) != 64:
        return False
    u = int.from_bytes(public, "little") & (1 << 255) - 1
    if u >= _P - 1:
        return False
    y = (u - 1) * pow(u + 1, _P - 2, _P) % _P
    # As deployed, the highest bit of the signature is the sign of the Edwards key.
    key = (y | (signature[63] >> 7) << 255).to_bytes(32, "little")
    return edwards_verify("ed25519", key, data, signature[:63] + bytes((signature[63] & 127,)))


# ---- ciphers ----


def _aes(key: bytes) -> algorithms.AES:
    try:
        return algorithms.AES(key)
    except ValueError:
        raise BuiltinError("bad_key") from None


def _block(octets: bytes) -> bytes:
    if len(octets) != 16:
        raise BuiltinError("bad_key")
    return octets


def aes_ctr(key: bytes, iv: bytes, data: bytes) -> bytes:
    """`data` under AES counter mode (SP 800-38A §6.5)."""
    cipher = Cipher(_aes(key), modes.CTR(_block(iv))).encryptor()
    return cipher.update(data) + cipher.finalize()


def aes_cm(key: bytes, iv: bytes, count: int) -> bytes:
    """`count` octets of AES counter-mode keystream (RFC 3711 §4.1.1)."""
    return aes_ctr(key, iv, bytes(_size(count)))


def aes_cbc_encrypt(key: bytes, iv: bytes, plaintext: bytes) -> bytes:
    """AES-CBC with PKCS #7 padding (SP 800-38A §6.2)."""
    cipher = Cipher(_aes(key), modes.CBC(_block(iv))).encryptor()
    pad = padding.PKCS7(128).padder()
    return cipher.update(pad.update(plaintext) + pad.finalize()) + cipher.finalize()


def aes_cbc_decrypt(key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
    """The plaintext without its padding; a wrong padding is refused."""
    cipher = Cipher(_aes(key), modes.CBC(_block(iv))).decryptor()
    pad = padding.PKCS7(128).unpadder()
    try:
        return pad.update(cipher.update(ciphertext) + cipher.finalize()) + pad.finalize()
    except ValueError:
        raise BuiltinError("not_authentic") from None


def _aead(name: str, key: bytes, nonce: bytes) -> Any:
    sizes = {"aes_128_gcm": (16,), "aes_256_gcm": (32,), "aes_gcm": (16, 24, 32), "chacha20_poly1305": (32,)}
    if len(key) not in sizes[name] or len(nonce) != 12:
        raise BuiltinError("bad_key")
    return ChaCha20Poly1305(key) if name == "chacha20_poly1305" else AESGCM(key)


def _aead_named(name: str) -> str:
    if name not in ("aes_128_gcm", "aes_256_gcm", "chacha20_poly1305"):
        raise BuiltinError("unknown_value")
    return name


def seal_named(name: str, key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
    """Ciphertext and tag of the AEAD of that name."""
    return seal(_aead_named(name), key, nonce, aad, plaintext)


def unseal_named(name: str, key: bytes, nonce: bytes, aad: bytes, ciphertext: bytes) -> bytes:
    """The plaintext of the AEAD of that name."""
    return unseal(_aead_named(name), key, nonce, aad, ciphertext)


def seal(name: str, key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
    """Ciphertext and tag (RFC 5116 §2.1)."""
    octets: bytes = _aead(name, key, nonce).encrypt(nonce, plaintext, aad)
    return octets


def unseal(name: str, key: bytes, nonce: bytes, aad: bytes, ciphertext: bytes) -> bytes:
    """The plaintext; `not_authentic` when the tag does not hold (RFC 5116 §2.2)."""
    cipher = _aead(name, key, nonce)
    try:
        octets: bytes = cipher.decrypt(nonce, ciphertext, aad)
    except (InvalidTag, ValueError):
        raise BuiltinError("not_authentic") from None
    return octets


# ---- HPKE ----

_KEMS = {
    0x10: ("p256", "sha256", 32),
    0x11: ("p384", "sha384", 48),
    0x12: ("p521", "sha512", 66),
    0x20: ("x25519", "sha256", 32),
    0x21: ("x448", "sha512", 56),
}
_ORDERS = {
    "p256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "p384": int("f" * 48 + "c7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16),
    "p521": int("01" + "f" * 65 + "a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409", 16),
}


def hpke_derive_private(kem: int, ikm: bytes) -> bytes:
    """The private key of DeriveKeyPair (RFC 9180 §7.1.3)."""
    if kem not in _KEMS:
        raise BuiltinError("unknown_value")
    name, hash_name, octets = _KEMS[kem]
    suite = b"KEM" + kem.to_bytes(2, "big")
    zero = bytes(len(digest(hash_name, b"")))
    prk = mac(hash_name, zero, b"HPKE-v1" + suite + b"dkp_prk" + ikm)
    size = octets.to_bytes(2, "big")
    if name in ("x25519", "x448"):
        return hkdf_expand(hash_name, prk, size + b"HPKE-v1" + suite + b"sk", octets)
    for counter in range(256):
        label = size + b"HPKE-v1" + suite + b"candidate" + bytes((counter,))
        candidate = bytearray(hkdf_expand(hash_name, prk, label, octets))
        candidate[0] &= 1 if name == "p521" else 255
        if 0 < int.from_bytes(candidate, "big") < _ORDERS[name]:
            return bytes(candidate)
    raise BuiltinError("bad_key")


def hpke_derive_public(kem: int, ikm: bytes) -> bytes:
    """The public key of DeriveKeyPair (RFC 9180 §7.1.3)."""
    private = hpke_derive_private(kem, ikm)
    name = _KEMS[kem][0]
    return montgomery_public(name, private) if name.startswith("x") else curve_public(name, private)
