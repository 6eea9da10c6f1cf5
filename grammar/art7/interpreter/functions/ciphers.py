"""AES modes and AEADs. A sealed text ends with its 16-octet tag."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.padding import PKCS7

from art7.grammar.ir.builtins import SIZE_LIMIT
from art7.interpreter.functions.refusal import Refused, check_length, check_size

_AES = (16, 24, 32)
_KEY_OCTETS = {"aes_gcm": _AES, "chacha20_poly1305": (32,)}
_NAMED = {
    "aes_128_gcm": ("aes_gcm", (16,)),
    "aes_256_gcm": ("aes_gcm", (32,)),
    "chacha20_poly1305": ("chacha20_poly1305", (32,)),
}


def _cipher(key: bytes, iv: bytes, mode: Any) -> Cipher[Any]:
    check_length(key, _AES, "an AES key")
    check_length(iv, (16,), "an initial block")
    return Cipher(algorithms.AES(key), mode(iv))


def aes_ctr(key: bytes, iv: bytes, data: bytes) -> bytes:
    """Source: SP 800-38A §6.5, the counter is the whole block."""
    run = _cipher(key, iv, modes.CTR).encryptor()
    return run.update(data) + run.finalize()


def aes_cm(key: bytes, iv: bytes, length: int) -> bytes:
    """Source: RFC 3711 §4.1.1."""
    check_size(length, SIZE_LIMIT)
    return aes_ctr(key, iv, bytes(length))


def aes_cbc_encrypt(key: bytes, iv: bytes, plaintext: bytes) -> bytes:
    pad = PKCS7(128).padder()
    run = _cipher(key, iv, modes.CBC).encryptor()
    return run.update(pad.update(plaintext) + pad.finalize()) + run.finalize()


def aes_cbc_decrypt(key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
    run = _cipher(key, iv, modes.CBC).decryptor()
    try:
        padded = run.update(ciphertext) + run.finalize()
        strip = PKCS7(128).unpadder()
        return strip.update(padded) + strip.finalize()
    except ValueError:
        raise Refused(
            "not_authentic", "whole blocks and a right padding", f"{len(ciphertext)} octets"
        ) from None


def _aead(kind: str, key: bytes, nonce: bytes, keys: tuple[int, ...]) -> AESGCM | ChaCha20Poly1305:
    check_length(key, keys, "a key")
    check_length(nonce, (12,), "a nonce")
    return AESGCM(key) if kind == "aes_gcm" else ChaCha20Poly1305(key)


def seal(kind: str, keys: tuple[int, ...], key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
    """Return ciphertext and tag."""
    return _aead(kind, key, nonce, keys).encrypt(nonce, plaintext, aad)


def unseal(kind: str, keys: tuple[int, ...], key: bytes, nonce: bytes, aad: bytes, sealed: bytes) -> bytes:
    """Return the plaintext; refuse with `not_authentic` without saying why."""
    try:
        return _aead(kind, key, nonce, keys).decrypt(nonce, sealed, aad)
    except (InvalidTag, ValueError):
        raise Refused("not_authentic", "a tag made with this key", f"{len(sealed)} sealed octets") from None


def _of_kind(function: Callable[..., bytes], kind: str) -> Callable[..., bytes]:
    return lambda *arguments: function(kind, _KEY_OCTETS[kind], *arguments)


def _by_name(function: Callable[..., bytes]) -> Callable[..., bytes]:
    def call(name: str, *arguments: bytes) -> bytes:
        if name not in _NAMED:
            raise Refused("unknown_value", "one of " + ", ".join(_NAMED), f"a name of {len(name)} characters")
        return function(*_NAMED[name], *arguments)

    return call


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "aes_cm": aes_cm,
    "aes_ctr": aes_ctr,
    "aes_cbc_encrypt": aes_cbc_encrypt,
    "aes_cbc_decrypt": aes_cbc_decrypt,
    "aead_seal": _by_name(seal),
    "aead_open": _by_name(unseal),
    **{f"{kind}_seal": _of_kind(seal, kind) for kind in _KEY_OCTETS},
    **{f"{kind}_open": _of_kind(unseal, kind) for kind in _KEY_OCTETS},
}
