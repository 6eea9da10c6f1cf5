"""Where the values of a CBOR message begin, and what their heads say (RFC 8949 §3)."""

from __future__ import annotations

from dataclasses import dataclass

_NAMES = ("unsigned", "negative", "bytes", "text", "array", "map", "tag", "primitive")


@dataclass(frozen=True, slots=True)
class Head:
    """The major type and the number of one head."""

    major: int
    number: int

    def __str__(self) -> str:
        return f"{_NAMES[self.major]}({self.number})"


def heads_of(octets: bytes) -> dict[int, Head]:
    """Return the heads of a message by their offsets, up to the first that cannot be one."""
    found: dict[int, Head] = {}
    at = 0
    while at < len(octets):
        major, info = octets[at] >> 5, octets[at] & 31
        size = 1 << info - 24 if 24 <= info <= 27 else 0
        if 28 <= info <= 30 or at + 1 + size > len(octets):
            break
        number = info if info < 24 else int.from_bytes(octets[at + 1 : at + 1 + size], "big")
        found[at] = Head(major, number)
        at += 1 + size
        if major in (2, 3) and info != 31:
            at += number
    return found
