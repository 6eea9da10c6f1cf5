"""Base58 as keys and decentralized identifiers have it: no 0, O, I and l. Text of generated projects."""

from __future__ import annotations

from art7.interpreter.functions.refusal import BuiltinError

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58_MOST = 4096
"""How many characters are read, and octets written, at most: the work grows with the square."""


def base58(value: bytes) -> str:
    """Base58 in the alphabet of Bitcoin; a zero octet in front is a 1."""
    if len(value) > _BASE58_MOST:
        raise BuiltinError("out_of_range", f"0 to {_BASE58_MOST} octets", str(len(value)))
    number, digits = int.from_bytes(value, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        digits = _BASE58[digit] + digits
    return "1" * (len(value) - len(value.lstrip(b"\0"))) + digits


def base58_decode(value: str) -> bytes:
    """The octets that base58 spells.

    Raises: BuiltinError `bad_text` for another character, `out_of_range` for more than 4,096 of them.
    """
    if len(value) > _BASE58_MOST:
        raise BuiltinError("out_of_range", f"0 to {_BASE58_MOST} characters", str(len(value)))
    number = 0
    for character in value:
        digit = _BASE58.find(character)
        if digit < 0:
            raise BuiltinError("bad_text", "characters of base58", ascii(character))
        number = 58 * number + digit
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return bytes(len(value) - len(value.lstrip("1"))) + octets
