"""What a session asks of a key encapsulation, so that an implementer can hand in a hardened one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Random = Callable[[int], bytes]
"""Returns so many fresh octets."""


class Kem(Protocol):
    """A key encapsulation: keys without their type octet."""

    key_type: int
    """The octet that stands before its public keys and ciphertexts."""

    def pair(self, random: Random) -> tuple[bytes, bytes]:
        """Return a fresh private key and its public key."""
        ...

    def encapsulate(self, public: bytes, random: Random) -> tuple[bytes, bytes]:
        """Return a shared secret of 32 octets and its ciphertext. Raises: `SessionRefused` with `bad_kem`."""
        ...

    def decapsulate(self, private: bytes, ciphertext: bytes) -> bytes:
        """Return the shared secret. Raises: `SessionRefused` with `bad_kem` on octets of a wrong size."""
        ...
