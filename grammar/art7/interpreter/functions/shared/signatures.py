"""EdDSA, ECDSA and RSA signatures, and RSA encryption.

Text of generated projects. Verification yields false on a signature that does not hold, whatever its form; a key that is
none is refused.
"""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa, utils

from art7.interpreter.functions.refusal import BuiltinError
from art7.interpreter.functions.shared.agreement import (
    curve_of,
    curve_point,
    curve_private,
    octets_fit,
)
from art7.interpreter.functions.shared.secrecy import Secret


def _edwards(name: str) -> Any:
    return (
        (ed25519.Ed25519PrivateKey, ed25519.Ed25519PublicKey, 32)
        if name == "ed25519"
        else (ed448.Ed448PrivateKey, ed448.Ed448PublicKey, 57)
    )


def _edwards_private(name: str, private: bytes) -> Any:
    secret_type, _, size = _edwards(name)
    octets_fit(private, (size, 2 * size), "a seed")  # a seed followed by its public key is a common form
    made = getattr(private, "made", None)
    if made is not None and made[0] is secret_type:
        return made[1]
    key = secret_type.from_private_bytes(private[:size])
    if isinstance(private, Secret):
        private.made = secret_type, key
    return key


def edwards_sign(name: str, private: bytes, data: bytes) -> bytes:
    """The signature of `data` (RFC 8032)."""
    signature: bytes = _edwards_private(name, private).sign(data)
    return signature


def edwards_verify(name: str, public: bytes, data: bytes, signature: bytes) -> bool:
    """Whether the signature holds (RFC 8032)."""
    _, public_type, size = _edwards(name)
    octets_fit(public, (size,), "a public key")
    try:
        public_type.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def edwards_public(name: str, private: bytes) -> bytes:
    """The public key (RFC 8032)."""
    octets: bytes = _edwards_private(name, private).public_key().public_bytes_raw()
    return octets


def ecdsa_sign(name: str, private: bytes, data: bytes) -> bytes:
    """The signature of `data`, in DER (FIPS 186-5 §6)."""
    return curve_private(name, private).sign(data, ec.ECDSA(curve_of(name)[2]))


def ecdsa_verify(name: str, public: bytes, data: bytes, signature: bytes) -> bool:
    """Whether the DER signature holds (FIPS 186-5 §6)."""
    key, algorithm = curve_point(name, public), curve_of(name)[2]
    try:
        key.verify(signature, data, ec.ECDSA(algorithm))
    except (InvalidSignature, ValueError):
        return False
    return True


def ecdsa_sign_raw(name: str, private: bytes, data: bytes) -> bytes:
    """The signature of `data` as r and s of one length (IEEE P1363)."""
    size = curve_of(name)[1]
    r, s = utils.decode_dss_signature(ecdsa_sign(name, private, data))
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def ecdsa_verify_raw(name: str, public: bytes, data: bytes, signature: bytes) -> bool:
    """Whether the signature as r and s of one length holds (IEEE P1363)."""
    size = curve_of(name)[1]
    if len(signature) != 2 * size:
        curve_point(name, public)
        return False
    r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    return ecdsa_verify(name, public, data, utils.encode_dss_signature(r, s))


# ---- RSA ----


def _rsa_hash(name: str) -> hashes.HashAlgorithm:
    known: dict[str, hashes.HashAlgorithm] = {
        "sha1": hashes.SHA1(),
        "sha256": hashes.SHA256(),
        "sha384": hashes.SHA384(),
        "sha512": hashes.SHA512(),
    }
    if name not in known:
        raise BuiltinError("unknown_value", "one of " + ", ".join(known), f"a name of {len(name)} characters")
    return known[name]


def _rsa_size(key: Any) -> Any:
    if not isinstance(key, rsa.RSAPublicKey | rsa.RSAPrivateKey) or not 2048 <= key.key_size <= 8192:
        raise BuiltinError("bad_key", "an RSA key of 2,048 to 8,192 bits", "another")
    return key


def _rsa_public(public: bytes) -> rsa.RSAPublicKey:
    try:
        key = serialization.load_der_public_key(public)
    except (ValueError, TypeError, OverflowError):
        raise BuiltinError("bad_key", "a SubjectPublicKeyInfo in DER", f"{len(public)} octets") from None
    found: rsa.RSAPublicKey = _rsa_size(key)
    return found


def _rsa_private(private: bytes) -> rsa.RSAPrivateKey:
    try:
        key = serialization.load_der_private_key(private, None)
    except (ValueError, TypeError, OverflowError):
        raise BuiltinError("bad_key", "a PrivateKeyInfo in DER", f"{len(private)} octets") from None
    found: rsa.RSAPrivateKey = _rsa_size(key)
    return found


def rsa_public(modulus: bytes, exponent: bytes) -> bytes:
    """The SubjectPublicKeyInfo of a modulus and an exponent (RFC 8017 §3.1)."""
    if len(modulus) > 1024 or len(exponent) > 8:
        raise BuiltinError("bad_key", "a modulus of 2,048 to 8,192 bits", f"{len(modulus)} octets")
    try:
        numbers = rsa.RSAPublicNumbers(int.from_bytes(exponent, "big"), int.from_bytes(modulus, "big"))
        key: rsa.RSAPublicKey = _rsa_size(numbers.public_key())
    except ValueError:
        raise BuiltinError("bad_key", "an odd modulus and exponent", f"{len(modulus)} octets") from None
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def rsa_private(modulus: bytes, exponent: bytes, private: bytes, first: bytes, second: bytes) -> bytes:
    """The PrivateKeyInfo of a modulus, exponents and two primes, without a password (RFC 8017 §3.2)."""
    if max(map(len, (modulus, private, first, second))) > 1024 or len(exponent) > 8:
        raise BuiltinError("bad_key", "a modulus of 2,048 to 8,192 bits", f"{len(modulus)} octets")
    n, e, d, p, q = (int.from_bytes(each, "big") for each in (modulus, exponent, private, first, second))
    try:
        rest = (rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q))
        key: rsa.RSAPrivateKey = _rsa_size(
            rsa.RSAPrivateNumbers(p, q, d, *rest, rsa.RSAPublicNumbers(e, n)).private_key()
        )
    except (ValueError, ZeroDivisionError):
        raise BuiltinError("bad_key", "primes and exponents of one key", f"{len(modulus)} octets") from None
    plain_text = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, plain_text)


def _rsa_padding(kind: str, algorithm: hashes.HashAlgorithm) -> Any:
    if kind == "pkcs1":
        return padding.PKCS1v15()
    return padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)


def rsa_sign(kind: str, hash: str, private: bytes, data: bytes) -> bytes:
    """The signature of `data` (RFC 8017 §8); the salt of PSS is as long as the hash."""
    algorithm = _rsa_hash(hash)
    signature: bytes = _rsa_private(private).sign(data, _rsa_padding(kind, algorithm), algorithm)
    return signature


def rsa_verify(kind: str, hash: str, public: bytes, data: bytes, signature: bytes) -> bool:
    """Whether the signature holds (RFC 8017 §8)."""
    algorithm = _rsa_hash(hash)
    key = _rsa_public(public)
    try:
        key.verify(signature, data, _rsa_padding(kind, algorithm), algorithm)
    except (InvalidSignature, ValueError):
        return False
    return True


def _oaep(hash: str, label: bytes) -> padding.OAEP:
    algorithm = _rsa_hash(hash)
    return padding.OAEP(padding.MGF1(algorithm), algorithm, label or None)


def rsa_oaep_encrypt(hash: str, public: bytes, label: bytes, plaintext: bytes) -> bytes:
    """The sealed text (RFC 8017 §7.1); both hashes are the same one."""
    key, scheme = _rsa_public(public), _oaep(hash, label)
    limit = key.key_size // 8 - 2 * _rsa_hash(hash).digest_size - 2
    if len(plaintext) > limit:
        raise BuiltinError("out_of_range", f"0 to {limit} octets", str(len(plaintext)))
    return key.encrypt(plaintext, scheme)


def rsa_oaep_decrypt(hash: str, private: bytes, label: bytes, ciphertext: bytes) -> bytes:
    """The plaintext (RFC 8017 §7.1); `not_authentic`, without saying why, when it cannot be opened."""
    scheme, key = _oaep(hash, label), _rsa_private(private)
    try:
        return key.decrypt(ciphertext, scheme)
    except ValueError:
        raise BuiltinError(
            "not_authentic", "octets sealed to this key", f"{len(ciphertext)} octets"
        ) from None
