"""Untrusted values as text for people: short, printable, one line."""

from __future__ import annotations

from typing import Any

from art7.interpreter.functions.shared.secrecy import Secret


def quote(text: str, limit: int = 60) -> str:
    """Return `text` in double quotes; control, format and bidirectional characters escaped, long ones cut."""
    shown = text if len(text) <= limit else text[:limit]
    return (
        '"' + "".join(_escaped(c) for c in shown) + ('"' if shown is text else f'"… ({len(text)} characters)')
    )


def quote_key(key: str | int | bytes) -> str:
    """Return a map's key as it stands in a path: a text in double quotes, an integer, octets as `h'00ff'`."""
    if isinstance(key, str):
        return quote(key)
    return f"h'{key[:30].hex()}'" if isinstance(key, bytes) else str(key)


def printable(text: str) -> str:
    """Return `text` with every character escaped that a terminal may obey or hide."""
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def brief(value: Any, limit: int = 24) -> str:
    """Return any decoded value in a few words."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value) if value.bit_length() <= 256 else f"an integer of {value.bit_length()} bits"
        case Secret():
            return repr(value)
        case bytes() | bytearray():
            shown = bytes(value[:limit]).hex() or "no octets"
            return shown if len(value) <= limit else f"{shown}… ({len(value)} octets)"
        case str():
            return quote(value)
        case list() | tuple():
            return f"{len(value)} items"
        case dict():
            return f"{len(value)} members"
        case _:
            return str(value)


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    point = ord(character)
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
