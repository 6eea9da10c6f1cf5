"""Whole-octet integers as `struct` codes."""

from __future__ import annotations

_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}


def codes_of(octets: int, little: bool = False, signed: bool = False) -> list[str]:
    """Return the codes that read an integer: one, two for 24 bits, or `Ns` for `int.from_bytes`."""
    code = _CODES.get(octets)
    if code:
        return [code.lower() if signed else code]
    if octets == 3 and not little and not signed:
        return ["B", "H"]
    return [f"{octets}s"]


def combine(parts: list[str], codes: list[str], little: bool) -> str:
    """Return text for the integer that the parts of a 24-bit read make."""
    assert codes == ["B", "H"] and not little
    return f"{parts[0]} << 16 | {parts[1]}"
