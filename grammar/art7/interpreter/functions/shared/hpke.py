"""Hybrid public-key encryption (RFC 9180) in base mode, and ML-KEM.

Text of generated projects. The sender's fresh key pair comes from `ikm`, so that the caller's randomness is the only one.
"""

from __future__ import annotations

from typing import Any

from art7.interpreter.functions.refusal import BuiltinError
from art7.interpreter.functions.shared.agreement import (
    CURVE_ORDERS,
    curve_public,
    ecdh,
    montgomery,
    montgomery_public,
    octets_fit,
)
from art7.interpreter.functions.shared.macs import hkdf_expand, hkdf_extract
from art7.interpreter.functions.shared.sealing import seal_named, unseal_named

_KEMS = {
    0x10: ("p256", "sha256", 32, 32),
    0x11: ("p384", "sha384", 48, 48),
    0x12: ("p521", "sha512", 66, 64),
    0x20: ("x25519", "sha256", 32, 32),
    0x21: ("x448", "sha512", 56, 64),
}
"""KEM → curve, digest_name, octets of a private key, octets of the shared secret (RFC 9180 §7.1)."""
_KDFS = {1: "sha256", 2: "sha384", 3: "sha512"}
_AEADS = {1: ("aes_128_gcm", 16), 2: ("aes_256_gcm", 32), 3: ("chacha20_poly1305", 32), 0xFFFF: ("", 0)}


def _kem(kem: int) -> tuple[str, str, int, int]:
    if kem not in _KEMS:
        raise BuiltinError("unknown_value", "a KEM of RFC 9180 §7.1", str(kem))
    return _KEMS[kem]


def _extract(digest_name: str, suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return hkdf_extract(digest_name, salt, b"HPKE-v1" + suite + label + ikm)


def _expand(digest_name: str, suite: bytes, prk: bytes, label: bytes, info: bytes, count: int) -> bytes:
    if not 0 <= count < 1 << 16:
        raise BuiltinError("out_of_range", "0 to 65535 octets", str(count))
    return hkdf_expand(digest_name, prk, count.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info, count)


def hpke_derive_private(kem: int, ikm: bytes) -> bytes:
    """The private key of DeriveKeyPair (RFC 9180 §7.1.3)."""
    name, digest_name, octets, _ = _kem(kem)
    suite = b"KEM" + kem.to_bytes(2, "big")
    prk = _extract(digest_name, suite, b"", b"dkp_prk", ikm)
    if name in ("x25519", "x448"):
        return _expand(digest_name, suite, prk, b"sk", b"", octets)
    for counter in range(256):
        candidate = bytearray(_expand(digest_name, suite, prk, b"candidate", bytes((counter,)), octets))
        candidate[0] &= 1 if name == "p521" else 255
        if 0 < int.from_bytes(candidate, "big") < CURVE_ORDERS[name]:
            return bytes(candidate)
    raise BuiltinError("bad_key", "a candidate below the curve's order", "none in 256")


def hpke_public(kem: int, private: bytes) -> bytes:
    """The public key of a private one (RFC 9180 §7.1)."""
    name = _kem(kem)[0]
    return montgomery_public(name, private) if name.startswith("x") else curve_public(name, private)


def hpke_derive_public(kem: int, ikm: bytes) -> bytes:
    """The public key of DeriveKeyPair (RFC 9180 §7.1.3)."""
    return hpke_public(kem, hpke_derive_private(kem, ikm))


def _shared_secret(kem: int, private: bytes, public: bytes, enc: bytes, recipient: bytes) -> bytes:
    name, digest_name, _, size = _KEMS[kem]
    agreed = montgomery(name, private, public) if name.startswith("x") else ecdh(name, private, public)
    suite = b"KEM" + kem.to_bytes(2, "big")
    prk = _extract(digest_name, suite, b"", b"eae_prk", agreed)
    return _expand(digest_name, suite, prk, b"shared_secret", enc + recipient, size)


def hpke_encapsulated(kem: int, public: bytes, ikm: bytes) -> bytes:
    """The shared secret of Encap (RFC 9180 §4.1); `hpke_derive_public(kem, ikm)` is what is sent."""
    private = hpke_derive_private(kem, ikm)
    return _shared_secret(kem, private, public, hpke_public(kem, private), public)


def hpke_decapsulated(kem: int, private: bytes, enc: bytes) -> bytes:
    """The shared secret of Decap (RFC 9180 §4.1)."""
    recipient = hpke_public(kem, private)
    return _shared_secret(kem, private, enc, enc, recipient)


def _suite(kem: int, kdf: int, aead: int) -> bytes:
    if kdf not in _KDFS or aead not in _AEADS:
        raise BuiltinError("unknown_value", "a KDF and an AEAD of RFC 9180 §7", f"{kdf}, {aead}")
    return b"HPKE" + kem.to_bytes(2, "big") + kdf.to_bytes(2, "big") + aead.to_bytes(2, "big")


def _schedule(kem: int, kdf: int, aead: int, shared: bytes, info: bytes) -> tuple[bytes, bytes, bytes]:
    """The context of base mode and its secret (RFC 9180 §5.1)."""
    suite, digest_name = _suite(kem, kdf, aead), _KDFS[kdf]
    named = _extract(digest_name, suite, b"", b"psk_id_hash", b"")
    context = b"\0" + named + _extract(digest_name, suite, b"", b"info_hash", info)
    return suite, context, _extract(digest_name, suite, shared, b"secret", b"")


def _key_and_nonce(kem: int, kdf: int, aead: int, shared: bytes, info: bytes) -> tuple[str, bytes, bytes]:
    suite, context, secret = _schedule(kem, kdf, aead, shared, info)
    name, size = _AEADS[aead]
    if not name:
        raise BuiltinError("unknown_value", "an AEAD that seals", "the one that exports only")
    key = _expand(_KDFS[kdf], suite, secret, b"key", context, size)
    return name, key, _expand(_KDFS[kdf], suite, secret, b"base_nonce", context, 12)


def hpke_seal(
    kem: int, kdf: int, aead: int, public: bytes, ikm: bytes, info: bytes, aad: bytes, plaintext: bytes
) -> bytes:
    """Ciphertext and tag for `public` (RFC 9180 §6.1); send `hpke_derive_public(kem, ikm)` with it."""
    _kem(kem)
    shared = hpke_encapsulated(kem, public, ikm)
    name, key, nonce = _key_and_nonce(kem, kdf, aead, shared, info)
    return seal_named(name, key, nonce, aad, plaintext)


def hpke_open(
    kem: int, kdf: int, aead: int, private: bytes, enc: bytes, info: bytes, aad: bytes, ciphertext: bytes
) -> bytes:
    """The plaintext (RFC 9180 §6.1); `not_authentic` when the tag does not hold."""
    _kem(kem)
    name, key, nonce = _key_and_nonce(kem, kdf, aead, hpke_decapsulated(kem, private, enc), info)
    return unseal_named(name, key, nonce, aad, ciphertext)


def hpke_exported(
    kem: int, kdf: int, aead: int, shared: bytes, info: bytes, context: bytes, count: int
) -> bytes:
    """A secret for another use, from the shared secret of either side (RFC 9180 §5.3)."""
    _kem(kem)
    suite, bound, secret = _schedule(kem, kdf, aead, shared, info)
    exporter = _expand(_KDFS[kdf], suite, secret, b"exp", bound, len(hkdf_extract(_KDFS[kdf], b"", b"")))
    return _expand(_KDFS[kdf], suite, exporter, b"sec", context, count)


# ---- ML-KEM ----


def _ml_kem(name: str) -> tuple[Any, Any]:
    """The classes of a parameter set, where the library has them (FIPS 203)."""
    try:
        from cryptography.hazmat.primitives.asymmetric import mlkem
    except ImportError:
        raise BuiltinError("unsupported", "a library with ML-KEM", "an older one") from None
    if name == "ml_kem_768":
        return mlkem.MLKEM768PrivateKey, mlkem.MLKEM768PublicKey
    return mlkem.MLKEM1024PrivateKey, mlkem.MLKEM1024PublicKey


def ml_kem_public(name: str, seed: bytes) -> bytes:
    """The encapsulation key of a 64-octet seed (FIPS 203 §7.1)."""
    octets_fit(seed, (64,), "a seed")
    key: bytes = _ml_kem(name)[0].from_seed_bytes(seed).public_key().public_bytes_raw()
    return key


def ml_kem_encapsulate(name: str, public: bytes) -> bytes:
    """The 32-octet shared secret, then the ciphertext (FIPS 203 §7.2)."""
    try:
        key = _ml_kem(name)[1].from_public_bytes(public)
    except ValueError:
        raise BuiltinError("bad_key", "an encapsulation key", f"{len(public)} octets") from None
    shared, ciphertext = key.encapsulate()
    octets: bytes = shared + ciphertext
    return octets


def ml_kem_decapsulate(name: str, seed: bytes, ciphertext: bytes) -> bytes:
    """The shared secret (FIPS 203 §7.3); another's ciphertext gives a secret that nobody else has."""
    octets_fit(seed, (64,), "a seed")
    octets_fit(ciphertext, (1088 if name == "ml_kem_768" else 1568,), "a ciphertext")
    shared: bytes = _ml_kem(name)[0].from_seed_bytes(seed).decapsulate(ciphertext)
    return shared
