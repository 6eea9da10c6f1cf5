"""The symmetric half of a Noise handshake (revision 34 §5.1, §5.2), with the names of the specification."""

from __future__ import annotations

from dataclasses import dataclass, field

from art7.interpreter.functions import Refused, plain
from art7.runtime.noise.patterns import NoiseRefused, Protocol

LONGEST = 65535
"""The most octets of a message (§3)."""
_LAST_NONCE = (1 << 64) - 1


def call(name: str, *arguments: object) -> bytes:
    """Call a builtin function. Raises: `NoiseRefused` with its code."""
    try:
        found: bytes = plain(name)(*arguments)
    except Refused as refusal:
        raise NoiseRefused(refusal.code, refusal.expected, refusal.got) from None
    return found


@dataclass(slots=True)
class CipherState:
    """A key and the number of the next message; without a key nothing is encrypted."""

    cipher: str
    key: bytes | None = field(default=None, repr=False)
    nonce: int = 0

    def _nonce(self, number: int) -> bytes:
        return bytes(4) + number.to_bytes(8, "little" if self.cipher == "chacha20_poly1305" else "big")

    def encrypt(self, aad: bytes, plaintext: bytes) -> bytes:
        """Return ciphertext and tag. Raises: `NoiseRefused` with `exhausted`."""
        if self.key is None:
            return plaintext
        sealed = call("aead_seal", self.cipher, self.key, self._nonce(self._next()), aad, plaintext)
        self.nonce += 1
        return sealed

    def decrypt(self, aad: bytes, sealed: bytes) -> bytes:
        """Return the plaintext; a refused message leaves the number as it is. Raises: `NoiseRefused`."""
        if self.key is None:
            return sealed
        plaintext = call("aead_open", self.cipher, self.key, self._nonce(self._next()), aad, sealed)
        self.nonce += 1
        return plaintext

    def _next(self) -> int:
        if self.nonce >= _LAST_NONCE:
            raise NoiseRefused("exhausted", "a number below 2^64 - 1", str(self.nonce))
        return self.nonce

    def rekey(self) -> None:
        """Replace the key by one that comes from it (§11.3)."""
        assert self.key is not None, "only a transport key is replaced"
        sealed = call("aead_seal", self.cipher, self.key, self._nonce(_LAST_NONCE), b"", bytes(32))
        self.key = sealed[:32]


class SymmetricState:
    """Chaining key, transcript hash and the key they lead to (§5.2)."""

    def __init__(self, protocol: Protocol) -> None:
        name = protocol.name.encode("ascii")
        self._hash_name = protocol.hash
        self._size = len(call("hash", protocol.hash, b""))
        fits = len(name) <= self._size
        self.hash = name.ljust(self._size, b"\0") if fits else call("hash", protocol.hash, name)
        self._chaining_key = self.hash
        self.cipher = CipherState(protocol.cipher)

    def mix_hash(self, data: bytes) -> None:
        """Take octets into the transcript."""
        self.hash = call("hash", self._hash_name, self.hash + data)

    def mix_key(self, secret: bytes) -> None:
        """Take a shared secret into the chaining key; a new key encrypts from number 0."""
        self._chaining_key, key = self._expand(secret, 2)
        self.cipher = CipherState(self.cipher.cipher, key[:32])

    def mix_key_and_hash(self, secret: bytes) -> None:
        """Take a pre-shared key into everything (§9)."""
        self._chaining_key, hashed, key = self._expand(secret, 3)
        self.mix_hash(hashed)
        self.cipher = CipherState(self.cipher.cipher, key[:32])

    def encrypt_and_hash(self, plaintext: bytes) -> bytes:
        """Encrypt under the transcript, and take the result into it."""
        sealed = self.cipher.encrypt(self.hash, plaintext)
        self.mix_hash(sealed)
        return sealed

    def decrypt_and_hash(self, sealed: bytes) -> bytes:
        """Decrypt under the transcript, and take the sealed octets into it."""
        plaintext = self.cipher.decrypt(self.hash, sealed)
        self.mix_hash(sealed)
        return plaintext

    def split(self) -> tuple[CipherState, CipherState]:
        """Return the transport keys of both directions, the initiator's first."""
        first, second = self._expand(b"", 2)
        name = self.cipher.cipher
        return CipherState(name, first[:32]), CipherState(name, second[:32])

    def _expand(self, secret: bytes, count: int) -> list[bytes]:
        """HKDF of §4.3, which is that of RFC 5869 without info."""
        length = count * self._size
        octets = call("hkdf", self._hash_name, self._chaining_key, secret, b"", length)
        return [octets[start : start + self._size] for start in range(0, length, self._size)]
