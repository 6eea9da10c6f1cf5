"""Ciphers, AEADs, key wrapping, and keys from passwords.

Text of generated projects. A sealed text ends with its tag; an unsealing that fails says no more than that.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import keywrap, poly1305
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

from art7.interpreter.functions.digests import digest
from art7.interpreter.functions.refusal import BuiltinError
from art7.interpreter.functions.shared.agreement import octets_fit
from art7.interpreter.functions.shared.macs import mac

_AES_SIZES = (16, 24, 32)
_LONGEST_STREAM = 1 << 24
_MOST_ROUNDS = 1 << 21
_NAMED_AEADS = {
    "aes_128_gcm": ("aes_gcm", (16,)),
    "aes_256_gcm": ("aes_gcm", (32,)),
    "chacha20_poly1305": ("chacha20_poly1305", (32,)),
}


def _unopened(sealed: bytes) -> BuiltinError:
    return BuiltinError("not_authentic", "a tag made with this key", f"{len(sealed)} sealed octets")


def _aes(key: bytes) -> algorithms.AES:
    if len(key) not in _AES_SIZES:
        octets_fit(key, _AES_SIZES, "an AES key")
    return algorithms.AES(key)


class _Checked(Cipher[Any]):
    """A cipher whose key and block were looked at before: they are not looked at again."""

    def __init__(self, algorithm: Any, mode: Any) -> None:
        self.algorithm = algorithm
        self.mode = mode


def _initial_block(octets: bytes) -> bytes:
    if len(octets) != 16:
        octets_fit(octets, (16,), "an initial block")
    return octets


def aes_ctr(key: bytes, iv: bytes, data: bytes) -> bytes:
    """`data` under AES counter mode (SP 800-38A §6.5); the counter is the whole block."""
    cipher = _Checked(_aes(key), modes.CTR(_initial_block(iv))).encryptor()
    return cipher.update(data) + cipher.finalize()


def aes_cm(key: bytes, iv: bytes, count: int) -> bytes:
    """`count` octets of AES counter-mode keystream (RFC 3711 §4.1.1)."""
    if not 0 <= count <= _LONGEST_STREAM:
        raise BuiltinError("out_of_range", f"0 to {_LONGEST_STREAM} octets", str(count))
    return aes_ctr(key, iv, bytes(count))


_PADDINGS = tuple(bytes((count,)) * count for count in range(17))


def aes_cbc_encrypt(key: bytes, iv: bytes, plaintext: bytes) -> bytes:
    """AES-CBC with PKCS #7 padding (SP 800-38A §6.2)."""
    cipher = _Checked(_aes(key), modes.CBC(_initial_block(iv))).encryptor()
    # These are whole blocks: nothing is left for an end.
    octets: bytes = cipher.update(plaintext + _PADDINGS[16 - len(plaintext) % 16])
    return octets


def aes_cbc_decrypt(key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
    """The plaintext without its padding; a wrong padding is refused."""
    cipher = _Checked(_aes(key), modes.CBC(_initial_block(iv))).decryptor()
    if not ciphertext or len(ciphertext) % 16:
        raise _unopened(ciphertext)
    octets: bytes = cipher.update(ciphertext)
    count = octets[-1]
    padding = _PADDINGS[count if 0 < count < 17 else 16]
    if not hmac.compare_digest(octets[-len(padding) :], padding):
        raise _unopened(ciphertext)
    return octets[: -len(padding)]


def _cbc_hmac_tag(key: bytes, nonce: bytes, aad: bytes, ciphertext: bytes) -> bytes:
    half = len(key) // 2
    name = {32: "sha256", 48: "sha384", 64: "sha512"}[len(key)]
    return mac(name, key[:half], aad + nonce + ciphertext + (8 * len(aad)).to_bytes(8, "big"))[:half]


def cbc_hmac_seal(key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
    """Ciphertext and tag of AES_CBC_HMAC_SHA2 (RFC 7518 §5.2); the hash goes by the key's size."""
    octets_fit(key, (32, 48, 64), "a key")
    ciphertext = aes_cbc_encrypt(key[len(key) // 2 :], nonce, plaintext)
    return ciphertext + _cbc_hmac_tag(key, nonce, aad, ciphertext)


def cbc_hmac_open(key: bytes, nonce: bytes, aad: bytes, ciphertext: bytes) -> bytes:
    """The plaintext of AES_CBC_HMAC_SHA2 (RFC 7518 §5.2); the tag is compared in constant time, before anything else."""
    octets_fit(key, (32, 48, 64), "a key")
    octets_fit(nonce, (16,), "a nonce")
    half = len(key) // 2
    bare, tag = ciphertext[:-half], ciphertext[-half:]
    if not hmac.compare_digest(tag, _cbc_hmac_tag(key, nonce, aad, bare)):
        raise _unopened(ciphertext)
    return aes_cbc_decrypt(key[half:], nonce, bare)


def _ccm(key: bytes, nonce: bytes, tag_size: int) -> AESCCM:
    _aes(key)
    octets_fit(nonce, tuple(range(7, 14)), "a nonce")
    if tag_size not in (4, 6, 8, 10, 12, 14, 16):
        raise BuiltinError("out_of_range", "a tag of 4 to 16 octets, an even number", str(tag_size))
    return AESCCM(key, tag_size)


def aes_ccm_seal(key: bytes, nonce: bytes, aad: bytes, tag_size: int, plaintext: bytes) -> bytes:
    """Ciphertext and tag of AES-CCM (SP 800-38C §6.1); a longer nonce leaves less room for the text."""
    cipher = _ccm(key, nonce, tag_size)
    try:
        return cipher.encrypt(nonce, plaintext, aad)
    except (ValueError, OverflowError):
        raise BuiltinError(
            "out_of_range", "a text that the nonce leaves room for", f"{len(plaintext)}"
        ) from None


def aes_ccm_open(key: bytes, nonce: bytes, aad: bytes, tag_size: int, ciphertext: bytes) -> bytes:
    """The plaintext of AES-CCM (SP 800-38C §6.2); `not_authentic` when the tag does not hold."""
    return _unsealed(_ccm(key, nonce, tag_size), nonce, aad, ciphertext)


def aes_key_wrap(key: bytes, value: bytes) -> bytes:
    """`value`, a key of at least two half blocks, wrapped (RFC 3394 §2.2.1)."""
    _aes(key)
    if not 16 <= len(value) <= 4096 or len(value) % 8:
        raise BuiltinError("out_of_range", "16 to 4096 octets, a multiple of 8", str(len(value)))
    return keywrap.aes_key_wrap(key, value)


def aes_key_unwrap(key: bytes, wrapped: bytes) -> bytes:
    """The key inside (RFC 3394 §2.2.2); `not_authentic` when its check value does not hold."""
    _aes(key)
    try:
        if len(wrapped) > 4104:
            raise ValueError
        return keywrap.aes_key_unwrap(key, wrapped)
    except (keywrap.InvalidUnwrap, ValueError):
        raise _unopened(wrapped) from None


def chacha20(key: bytes, counter: int, nonce: bytes, data: bytes) -> bytes:
    """`data` under ChaCha20 from a block counter on (RFC 8439 §2.4)."""
    octets_fit(key, (32,), "a key")
    octets_fit(nonce, (12,), "a nonce")
    blocks = (len(data) + 63) // 64
    if not 0 <= counter <= (1 << 32) - blocks:
        raise BuiltinError("out_of_range", "a counter of 32 bits that does not run over", str(counter))
    cipher = Cipher(algorithms.ChaCha20(key, counter.to_bytes(4, "little") + nonce), None).encryptor()
    return cipher.update(data) + cipher.finalize()


def poly1305_tag(key: bytes, data: bytes) -> bytes:
    """The 16-octet tag under a key for one use (RFC 8439 §2.5)."""
    octets_fit(key, (32,), "a key")
    return poly1305.Poly1305.generate_tag(key, data)


def pbkdf2(hash: str, password: bytes, salt: bytes, rounds: int, count: int) -> bytes:
    """`count` octets from a password (RFC 8018 §5.2); rounds times blocks are at most 2^21."""
    blocks = -(-count // len(digest(hash, b"")))
    if not 0 < count <= 1 << 16 or rounds < 1 or rounds * blocks > _MOST_ROUNDS:
        raise BuiltinError(
            "out_of_range", f"1 to {_MOST_ROUNDS} rounds times blocks", f"{rounds} for {count} octets"
        )
    if hash.startswith(("sha3", "blake2")):
        raise BuiltinError("unknown_value", "a hash of SHA-1 or SHA-2", hash)
    return hashlib.pbkdf2_hmac(hash, password, salt, rounds, count)


# ---- AEADs ----


def _aead(kind: str, sizes: tuple[int, ...], key: bytes, nonce: bytes) -> Any:
    octets_fit(key, sizes, "a key")
    octets_fit(nonce, (12,), "a nonce")
    return ChaCha20Poly1305(key) if kind == "chacha20_poly1305" else AESGCM(key)


def _kind_of(name: str) -> tuple[str, tuple[int, ...]]:
    if name in _NAMED_AEADS:
        return _NAMED_AEADS[name]
    raise BuiltinError(
        "unknown_value", "one of " + ", ".join(_NAMED_AEADS), f"a name of {len(name)} characters"
    )


def _own_kind(name: str) -> tuple[str, tuple[int, ...]]:
    return name, (16, 24, 32) if name == "aes_gcm" else (32,)


def seal_named(name: str, key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
    """Ciphertext and tag of the AEAD of that name (RFC 5116 §2.1)."""
    octets: bytes = _aead(*_kind_of(name), key, nonce).encrypt(nonce, plaintext, aad)
    return octets


def unseal_named(name: str, key: bytes, nonce: bytes, aad: bytes, ciphertext: bytes) -> bytes:
    """The plaintext of the AEAD of that name (RFC 5116 §2.2)."""
    return _unsealed(_aead(*_kind_of(name), key, nonce), nonce, aad, ciphertext)


def seal(name: str, key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
    """Ciphertext and tag (RFC 5116 §2.1)."""
    octets: bytes = _aead(*_own_kind(name), key, nonce).encrypt(nonce, plaintext, aad)
    return octets


def unseal(name: str, key: bytes, nonce: bytes, aad: bytes, ciphertext: bytes) -> bytes:
    """The plaintext; `not_authentic` when the tag does not hold (RFC 5116 §2.2)."""
    return _unsealed(_aead(*_own_kind(name), key, nonce), nonce, aad, ciphertext)


def _unsealed(cipher: Any, nonce: bytes, aad: bytes, ciphertext: bytes) -> bytes:
    try:
        octets: bytes = cipher.decrypt(nonce, ciphertext, aad)
    except (InvalidTag, ValueError):
        raise _unopened(ciphertext) from None
    return octets
