"""Ciphers and MACs that are given their key once: what prepared schedules of generated packages run for each message.

Text of generated projects. Nothing here shows its key, in whatever report its variables are printed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC

from art7.interpreter.functions.refusal import BuiltinError
from art7.interpreter.functions.shared.agreement import octets_fit
from art7.interpreter.functions.shared.sealing import _aes, aes_ctr

_NOT_PREPARED = (InvalidTag, ValueError, TypeError, AttributeError)
"""What a prepared schedule may raise on values that do not fit."""


def lasting_gcm(key: bytes) -> AESGCM:
    """AES-GCM under a key (SP 800-38D §7)."""
    octets_fit(key, (16, 24, 32), "a key")
    return AESGCM(bytes(key))


def lasting_counter(key: bytes) -> tuple[Callable[[bytes], None], Callable[[bytes], bytes]]:
    """AES in counter mode under a key (SP 800-38A §6.5): what begins at a block, and what goes on from there."""
    context = Cipher(_aes(bytes(key)), modes.CTR(bytes(16))).encryptor()
    if hasattr(context, "reset_nonce"):
        return context.reset_nonce, context.update
    block: list[bytes] = []

    def begin(first: bytes) -> None:
        block[:] = [first]

    return begin, lambda data: aes_ctr(key, block[0], data)


def lasting_mac(name: str, key: bytes) -> Callable[[], Any]:
    """HMAC under a key (RFC 2104): gives a MAC to be fed and finished."""
    digest: hashes.HashAlgorithm = hashes.SHA1() if name == "sha1" else hashes.SHA256()
    return HMAC(bytes(key), digest).copy


def lasting_number(*parts: tuple[bytes, int]) -> Callable[[int], int]:
    """Octets as one number, each part so many bits above the last: gives what mixes it with another number."""
    number = 0
    for octets, shift in parts:
        number ^= int.from_bytes(octets, "big") << shift
    return number.__xor__


def refusal_code(error: Exception) -> str:
    """Return the code of what a prepared schedule raised."""
    if isinstance(error, BuiltinError):
        return error.code
    return "wrong_kind" if isinstance(error, TypeError | AttributeError) else "not_authentic"
