"""What the literals of the language mean: numbers, durations, data, prose and octets.

The functions accept any lexeme: what the scanner already reported as malformed gives a harmless value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from art7.grammar import limits

MILLISECONDS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\", "'": "'", '"': '"'}

_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u\{([0-9A-Fa-f]{1,6})\}|([\s\S]))")
_DURATION = re.compile(r"([0-9]+)(ms|s|min|h|d)")


@dataclass(frozen=True, slots=True)
class BadEscape:
    """An escape that means nothing: its text and where it begins in the lexeme."""

    text: str
    offset: int


def digits(lexeme: str) -> int:
    """How many digits a number has, without its prefix and without ``_``."""
    return len(lexeme) - lexeme.count("_") - (2 if lexeme[:2] in ("0x", "0b") else 0)


def integer(lexeme: str) -> int:
    """The value of ``12``, ``1_000``, ``0x1F`` or ``0b101``."""
    if digits(lexeme) > limits.NUMBER_DIGITS:
        return 0
    base = {"0x": 16, "0b": 2}.get(lexeme[:2], 10)
    try:
        return int(lexeme.replace("_", ""), base)
    except ValueError:
        return 0


def milliseconds(lexeme: str) -> int:
    """The length of ``60s`` in milliseconds."""
    match = _DURATION.fullmatch(lexeme) if len(lexeme) <= limits.NUMBER_DIGITS else None
    return int(match[1]) * MILLISECONDS[match[2]] if match else 0


def octets(lexeme: str) -> bytes:
    """The octets of ``x'80 60'``."""
    try:
        return bytes.fromhex("".join(lexeme[2:].rstrip("'").split()))
    except ValueError:
        return b""


def characters(lexeme: str) -> tuple[str, BadEscape | None]:
    """The text between the quotes with its escapes resolved, and the first escape that is none."""
    inner = lexeme[1:-1] if len(lexeme) > 1 and lexeme[-1] == lexeme[0] else lexeme[1:]
    if "\\" not in inner:
        return inner, None
    bad: BadEscape | None = None

    def resolve(match: re.Match[str]) -> str:
        nonlocal bad
        code = match[1] or match[2]
        if code is not None:
            point = int(code, 16)
            if point <= 0x10FFFF and not 0xD800 <= point <= 0xDFFF:
                return chr(point)
        elif match[3] in ESCAPES:
            return ESCAPES[match[3]]
        bad = bad or BadEscape(match[0], match.start() + 1)
        return ""

    return _ESCAPE.sub(resolve, inner), bad


def quoted(value: str) -> str:
    """`value` as ``'data'``: the inverse of `characters`."""
    named = {"\r": "\\r", "\n": "\\n", "\t": "\\t", "\0": "\\0", "\\": "\\\\", "'": "\\'"}
    shown = (
        named.get(c)
        or (c if c.isprintable() and ord(c) < 0x7F else f"\\u{{{ord(c):X}}}" if c not in named else c)
        for c in value
    )
    return "'" + "".join(shown) + "'"
