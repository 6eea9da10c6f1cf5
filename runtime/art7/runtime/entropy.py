"""Randomness that a seed reproduces, one stream per endpoint."""

from __future__ import annotations

import hashlib
import hmac


class SeededRandom:
    """An HMAC-SHA-256 stream in counter mode: octets for one purpose of one run.

    For the simulator and tests only. Two streams of one seed with different labels share nothing.
    """

    __slots__ = ("_key", "_counter")

    def __init__(self, seed: int, label: str) -> None:
        self._key = hashlib.sha256(f"art7 run {seed} {label}".encode()).digest()
        self._counter = 0

    def octets(self, length: int) -> bytes:
        """Return the next `length` octets."""
        out = b""
        while len(out) < length:
            out += hmac.digest(self._key, self._counter.to_bytes(8, "big"), "sha256")
            self._counter += 1
        return out[:length]

    def below(self, bound: int) -> int:
        """Return an integer in `0 … bound-1` (bias below 2^-40 for bounds below 2^24)."""
        return int.from_bytes(self.octets(8), "big") % bound
