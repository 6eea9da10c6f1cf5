"""CRYSTALS-Kyber-1024 of round 3, the key encapsulation that sessions of Signal begin with (PQXDH).

ML-KEM-1024 (FIPS 203) came of it and hashes otherwise: the two do not understand each other, and the libraries that have
ML-KEM no longer have this one. It is here for interoperation alone and is not constant-time, which no Python is: whoever
can be watched closely while it runs hands a session another `Kem`.

Source: CRYSTALS-Kyber, Algorithm Specifications 3.02, algorithms 4 to 9, with k = 4, du = 11, dv = 5.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha3_256, sha3_512, shake_256

from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.signal.kem import Random
from art7.runtime.sessions.signal.kyber_ring import (
    Polynomial,
    Q,
    added,
    inner_product,
    noise,
    packed,
    restored,
    rounded,
    transformed,
    uniform,
    unpacked,
    widened,
)

USES = ("signal.pqxdh",)
_RANK = 4
_WIDE, _NARROW = 11, 5
_VECTOR = _RANK * 384
PUBLIC_SIZE = _VECTOR + 32
PRIVATE_SIZE = _VECTOR + PUBLIC_SIZE + 64
CIPHERTEXT_SIZE = _RANK * 32 * _WIDE + 32 * _NARROW


class Kyber1024:
    """The key encapsulation as a session asks for it (`kem.Kem`)."""

    key_type = 8

    def pair(self, random: Random) -> tuple[bytes, bytes]:
        """Return a fresh private key and its public key."""
        seed = sha3_512(random(32)).digest()
        public_seed, noise_seed = seed[:32], seed[32:]
        secret = [transformed(noise(noise_seed, each)) for each in range(_RANK)]
        errors = [transformed(noise(noise_seed, _RANK + each)) for each in range(_RANK)]
        matrix = [[uniform(public_seed + bytes([j, i])) for j in range(_RANK)] for i in range(_RANK)]
        rows = [added(inner_product(row, secret), e) for row, e in zip(matrix, errors, strict=True)]
        public = _vector_octets(rows, 12) + public_seed
        return _vector_octets(secret, 12) + public + sha3_256(public).digest() + random(32), public

    def encapsulate(self, public: bytes, random: Random) -> tuple[bytes, bytes]:
        """Return a shared secret and the ciphertext that tells it to whoever has the private key."""
        rows = _public_rows(public)
        message = sha3_256(random(32)).digest()
        shared, coins = _halves(message + sha3_256(public).digest())
        ciphertext = _encrypted(rows, public[_VECTOR:], message, coins)
        return shake_256(shared + sha3_256(ciphertext).digest()).digest(32), ciphertext

    def decapsulate(self, private: bytes, ciphertext: bytes) -> bytes:
        """Return the shared secret; a ciphertext that was not made so gives one that nobody else has."""
        if len(private) != PRIVATE_SIZE or len(ciphertext) != CIPHERTEXT_SIZE:
            raise SessionRefused("bad_kem", f"a ciphertext of {CIPHERTEXT_SIZE} octets", f"{len(ciphertext)}")
        public, tail = private[_VECTOR : _VECTOR + PUBLIC_SIZE], private[_VECTOR + PUBLIC_SIZE :]
        secret = _vector(private[:_VECTOR], 12)
        message = _decrypted(secret, ciphertext)
        shared, coins = _halves(message + tail[:32])
        again = _encrypted(_public_rows(public), public[_VECTOR:], message, coins)
        chosen = shared if hmac.compare_digest(again, ciphertext) else tail[32:]
        return shake_256(chosen + sha3_256(ciphertext).digest()).digest(32)


def _halves(value: bytes) -> tuple[bytes, bytes]:
    digest = sha3_512(value).digest()
    return digest[:32], digest[32:]


def _vector_octets(vector: Sequence[Polynomial], bits: int) -> bytes:
    return b"".join(packed(each, bits) for each in vector)


def _vector(octets: bytes, bits: int) -> list[Polynomial]:
    size = 32 * bits
    return [unpacked(octets[at : at + size], bits) for at in range(0, len(octets), size)]


def _public_rows(public: bytes) -> list[Polynomial]:
    """Return the transforms of a public key; one whose coefficients are not below `Q` is refused."""
    rows = _vector(public[:_VECTOR], 12) if len(public) == PUBLIC_SIZE else []
    if not rows or any(value >= Q for row in rows for value in row):
        raise SessionRefused(
            "bad_kem", f"a public key of {PUBLIC_SIZE} octets, reduced", f"{len(public)} octets"
        )
    return rows


def _encrypted(rows: Sequence[Polynomial], public_seed: bytes, message: bytes, coins: bytes) -> bytes:
    """Return the ciphertext of 32 octets (algorithm 5)."""
    hidden = [transformed(noise(coins, each)) for each in range(_RANK)]
    wide = []
    for i in range(_RANK):
        column = [uniform(public_seed + bytes([i, j])) for j in range(_RANK)]
        wide.append(added(restored(inner_product(column, hidden)), noise(coins, _RANK + i)))
    told = added(restored(inner_product(rows, hidden)), noise(coins, 2 * _RANK))
    narrow = added(told, widened(unpacked(message, 1), 1))
    first = b"".join(packed(rounded(each, _WIDE), _WIDE) for each in wide)
    return first + packed(rounded(narrow, _NARROW), _NARROW)


def _decrypted(secret: Sequence[Polynomial], ciphertext: bytes) -> bytes:
    """Return the 32 octets (algorithm 6)."""
    split = _RANK * 32 * _WIDE
    wide = [transformed(widened(each, _WIDE)) for each in _vector(ciphertext[:split], _WIDE)]
    narrow = widened(unpacked(ciphertext[split:], _NARROW), _NARROW)
    masked = restored(inner_product(secret, wide))
    return packed(rounded([a - b for a, b in zip(narrow, masked, strict=True)], 1), 1)
