"""Private keys that sign more than once, and HPKE to many under one context: what a call for itself makes anew each time.

Results are those of the builtins (`ed25519_sign`, `hpke_seal` …); tests compare them. No text of generated projects.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from art7.interpreter.functions.refusal import BuiltinError
from art7.interpreter.functions.shared import agreement, hpke, signatures
from art7.interpreter.functions.shared.sealing import seal_named, unseal_named

_POINT = serialization.Encoding.X962
_UNCOMPRESSED = serialization.PublicFormat.UncompressedPoint


def signer(scheme: str, private: bytes) -> Callable[[bytes], bytes]:
    """Return what signs under a private key, loaded once: `ed25519`, `ed448`, `ecdsa_p256` …

    Raises: `BuiltinError` with `bad_key`.
    """
    if not scheme.startswith("ecdsa_"):
        sign: Callable[[bytes], bytes] = signatures._edwards_private(scheme, private).sign
        return sign
    name = scheme.removeprefix("ecdsa_")
    key, algorithm = agreement.curve_private(name, private), ec.ECDSA(agreement.curve_of(name)[2])
    return lambda data: key.sign(data, algorithm)


def _pair(name: str, private: bytes) -> tuple[Any, bytes]:
    """Load an HPKE key once; return it and its public octets."""
    if name.startswith("x"):
        secret_type, _, sizes = agreement._montgomery(name)
        agreement.octets_fit(private, sizes, "a private key")
        key = secret_type.from_private_bytes(private)
        return key, key.public_key().public_bytes_raw()
    key = agreement.curve_private(name, private)
    return key, key.public_key().public_bytes(_POINT, _UNCOMPRESSED)


def _agreed(name: str, key: Any, public: bytes) -> bytes:
    """The shared secret; one of all zeros is refused (RFC 9180 §7.1.4)."""
    if not name.startswith("x"):
        shared: bytes = key.exchange(ec.ECDH(), agreement.curve_point(name, public))
        return shared
    _, public_type, sizes = agreement._montgomery(name)
    agreement.octets_fit(public, sizes, "a public key")
    try:
        shared = key.exchange(public_type.from_public_bytes(public))
    except ValueError:
        shared = b""
    if not any(shared):
        raise BuiltinError("small_order", "a public key of large order", "an all-zero shared secret")
    return shared


def hpke_pair(kem: int, ikm: bytes) -> tuple[bytes, bytes, Any]:
    """Return private and public key of DeriveKeyPair (RFC 9180 §7.1.3), and the private one as `open` takes it."""
    private = hpke.hpke_derive_private(kem, ikm)
    key, public = _pair(hpke._kem(kem)[0], private)
    return private, public, key


class HpkeContext:
    """Base mode under one `info` (RFC 9180 §5.1), for any number of recipients."""

    def __init__(self, kem: int, kdf: int, aead: int, info: bytes) -> None:
        self._kem, self._curve = kem, hpke._kem(kem)[0]
        self._suite, self._digest = hpke._suite(kem, kdf, aead), hpke._KDFS[kdf]
        self._aead, self._size = hpke._AEADS[aead]
        if not self._aead:
            raise BuiltinError("unknown_value", "an AEAD that seals", "the one that exports only")
        named = hpke._extract(self._digest, self._suite, b"", b"psk_id_hash", b"")
        bound = hpke._extract(self._digest, self._suite, b"", b"info_hash", info)
        self._context = b"\0" + named + bound

    def seal(self, public: bytes, ikm: bytes, plaintext: bytes) -> tuple[bytes, bytes]:
        """Return what is sent to `public`, from a fresh key pair of `ikm`: its public key and the sealed text."""
        key, sent = _pair(self._curve, hpke.hpke_derive_private(self._kem, ikm))
        secret, nonce = self._key_and_nonce(_agreed(self._curve, key, public), sent + public)
        return sent, seal_named(self._aead, secret, nonce, b"", plaintext)

    def open(
        self, private: bytes, sent: bytes, ciphertext: bytes, held: tuple[Any, bytes] | None = None
    ) -> bytes:
        """Return the plaintext; `held` is the private key as `hpke_pair` gives it, and the public one.

        Raises: `BuiltinError` with `not_authentic`, `small_order` or `bad_point`.
        """
        key, public = held or _pair(self._curve, private)
        secret, nonce = self._key_and_nonce(_agreed(self._curve, key, sent), sent + public)
        return unseal_named(self._aead, secret, nonce, b"", ciphertext)

    def _key_and_nonce(self, agreed: bytes, keys: bytes) -> tuple[bytes, bytes]:
        """Of the secret of two key pairs, whose public keys are `keys` (RFC 9180 §4.1, §5.1)."""
        _, digest, _, size = hpke._KEMS[self._kem]
        suite = b"KEM" + self._kem.to_bytes(2, "big")
        prk = hpke._extract(digest, suite, b"", b"eae_prk", agreed)
        shared = hpke._expand(digest, suite, prk, b"shared_secret", keys, size)
        secret = hpke._extract(self._digest, self._suite, shared, b"secret", b"")
        key = hpke._expand(self._digest, self._suite, secret, b"key", self._context, self._size)
        return key, hpke._expand(self._digest, self._suite, secret, b"base_nonce", self._context, 12)
