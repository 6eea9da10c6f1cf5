"""What the calls of C alone cost that a ratchet message needs: how far any Python above them can go.

The same derivations as `signal.ratchet` and as the package `doubleratchet` with what it recommends, in straight lines: two
HMACs for the chain, HKDF to 80 octets (four HMACs), AES-256-CBC, an HMAC over the message. Nothing is checked, typed,
parsed or written; no number is kept, and each HMAC is two digests, which is the fastest way to it here.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from importlib import import_module
from typing import Any

LABEL = "C calls alone"
_INNER = bytes(each ^ 0x36 for each in range(256))
_OUTER = bytes(each ^ 0x5C for each in range(256))
_SALT = bytes(64).translate(_INNER), bytes(64).translate(_OUTER)
_INFO = b"WhisperMessageKeys"
_FIRST, _SECOND, _THIRD = (_INFO + bytes((number,)) for number in (1, 2, 3))


def _keyed(key: bytes) -> tuple[bytes, bytes]:
    block = key.ljust(64, b"\0")
    return block.translate(_INNER), block.translate(_OUTER)


def _keys(chain: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Return the next chain key, and keys for cipher and MAC and an initial block."""
    inner, outer = _keyed(chain)
    seed = sha256(outer + sha256(inner + b"\1").digest()).digest()
    chain = sha256(outer + sha256(inner + b"\2").digest()).digest()
    inner, outer = _keyed(sha256(_SALT[1] + sha256(_SALT[0] + seed).digest()).digest())
    cipher = sha256(outer + sha256(inner + _FIRST).digest()).digest()
    mac = sha256(outer + sha256(inner + cipher + _SECOND).digest()).digest()
    block = sha256(outer + sha256(inner + mac + _THIRD).digest()).digest()[:16]
    return chain, cipher, mac, block


def chain_floor(content: bytes, associated: int) -> Callable[[], None]:
    """Return what does the calls of one message written and one read; `associated`: octets that the MAC covers beside."""
    ciphers = import_module("cryptography.hazmat.primitives.ciphers")
    make, aes, cbc = ciphers.Cipher, ciphers.algorithms.AES256, ciphers.modes.CBC
    covered, padding = bytes(associated), bytes(16 - len(content) % 16)
    chains = [os.urandom(32)] * 2

    def run() -> None:
        chains[0], cipher, mac, block = _keys(chains[0])
        sealed = make(aes(cipher), cbc(block)).encryptor().update(content + padding)
        inner, outer = _keyed(mac)
        sha256(outer + sha256(inner + covered + sealed).digest()).digest()
        chains[1], cipher, mac, block = _keys(chains[1])
        inner, outer = _keyed(mac)
        sha256(outer + sha256(inner + covered + sealed).digest()).digest()
        make(aes(cipher), cbc(block)).decryptor().update(sealed)

    return run


def turn_floor(content: bytes, associated: int) -> Callable[[], None]:
    """Return what does the calls of a message with a turn before it: a key made, two agreements, HKDF twice."""
    curve = import_module("cryptography.hazmat.primitives.asymmetric.x25519")
    message = chain_floor(content, associated)
    peer = curve.X25519PrivateKey.generate().public_key().public_bytes_raw()
    roots = [os.urandom(32)]

    def step(own: Any, other: Any) -> None:
        inner, outer = _keyed(roots[0])
        shared = own.exchange(other)
        inner, outer = _keyed(sha256(outer + sha256(inner + shared).digest()).digest())
        roots[0] = sha256(outer + sha256(inner + _FIRST).digest()).digest()
        sha256(outer + sha256(inner + roots[0] + _SECOND).digest()).digest()

    def run() -> None:
        own = curve.X25519PrivateKey.from_private_bytes(os.urandom(32))
        own.public_key().public_bytes_raw()
        other = curve.X25519PublicKey.from_public_bytes(peer)
        step(own, other)
        step(own, other)
        message()

    return run
