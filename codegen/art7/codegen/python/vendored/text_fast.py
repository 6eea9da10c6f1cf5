"""Text read by regular expressions and searches, for fast decoders: they only say yes or no.

Text of generated projects. Expressions are over octets; each is one that cannot run away on any input.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode

from art7.codegen.python.vendored.core import Refused
from art7.codegen.python.vendored.patterns import _pattern

match_number = re.compile(rb"(?:0|[1-9][0-9]{0,39})(?![0-9])").match
match_signed = re.compile(rb"(?:0|-?[1-9][0-9]{0,39})(?![0-9])").match
match_hexadecimal = re.compile(rb"(?:0|[1-9A-Fa-f][0-9A-Fa-f]{0,39})(?![0-9A-Fa-f])").match
match_quoted = re.compile(rb'"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*+)"').match
_PAIR = re.compile(r"\\(.)")


def unquoted(octets: bytes) -> str:
    """Return the text that stood between double quotes."""
    text = octets.decode()
    return _PAIR.sub(r"\1", text) if "\\" in text else text


def token_end(pattern: str, data: bytes, o: int, end: int) -> int:
    """Return where the longest text at `o` that matches a pattern ends: for patterns that no expression takes."""
    automaton, place, stop = _pattern(pattern), o, -1
    states = automaton.start
    if automaton.end in states:
        stop = o
    while place < end:
        lead = data[place]
        after = place + (1 if lead < 0x80 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4)
        try:
            character = data[place:after].decode()
        except UnicodeDecodeError:
            break
        if after > end:
            break
        found = automaton.memory.get((states, character))
        states = automaton.step(states, character) if found is None else found
        if not states:
            break
        place = after
        if automaton.end in states:
            stop = place
    if stop < 0:
        raise Refused
    return stop


def lenient_line(data: bytes, o: int, end: int) -> tuple[int, int]:
    """Return where a line ends, and where the next one begins; a line feed ends one, and so does the end."""
    stop = data.find(b"\n", o, end)
    if stop < 0:
        return end, end
    return (stop - 1 if stop > o and data[stop - 1] == 13 else stop), stop + 1


def behind_space(data: bytes, o: int, end: int, octets: bytes, comments: bool) -> int:
    """Return the place behind white space and comments."""
    while o < end:
        if data[o] in octets:
            o += 1
        elif comments and data[o] == 40:
            depth, place = 0, o
            while place < end:
                octet = data[place]
                place += 2 if octet == 92 else 1
                depth += (octet == 40) - (octet == 41)
                if not depth:
                    break
            if depth:
                return o
            o = place
        else:
            return o
    return o


_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2})*+(?![0-9A-Fa-f])").match
_BASE64 = re.compile(
    rb"(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?"
).match
_BASE64URL = re.compile(
    rb"(?:[A-Za-z0-9\-_]{4})*+(?:[A-Za-z0-9\-_][AQgw]|[A-Za-z0-9\-_]{2}[AEIMQUYcgkosw048])?(?![A-Za-z0-9\-_])"
).match
_NO_BASE64 = re.compile(rb"[A-Za-z0-9+/]|=").match


def decode_hex(data: bytes, o: int, end: int) -> tuple[bytes, int]:
    """Return the octets that hexadecimal digits spell, and the place behind them."""
    found = _HEX(data, o, end)
    if found is None:
        raise Refused
    return bytes.fromhex(found[0].decode()), found.end()


def decode_base64(data: bytes, o: int, end: int) -> tuple[bytes, int]:
    """Return the octets that base64 with its padding spells, and the place behind it."""
    found = _BASE64(data, o, end)
    if found is None:
        raise Refused
    stop = found.end()
    if stop < end and _NO_BASE64(data, stop, end) and not _is_beyond(found[0], data[stop]):
        raise Refused
    return b64decode(found[0]), stop


def _is_beyond(text: bytes, following: int) -> bool:
    """Whether what follows complete base64 is no part of it: padding has ended it, or begins something else."""
    padding = len(text) - len(text.rstrip(b"="))
    return padding == 2 or (padding == 1 and following != 61)


def decode_base64url(data: bytes, o: int, end: int) -> tuple[bytes, int]:
    """Return the octets that base64url without padding spells, and the place behind it."""
    found = _BASE64URL(data, o, end)
    if found is None:
        raise Refused
    text = found[0]
    return urlsafe_b64decode(text + b"=" * (-len(text) % 4)), found.end()


# ---- writing ---------------------------------------------------------------------------------------------


def is_word(value: object) -> bool:
    """Whether a value is a text, and put into another one as what it is."""
    return isinstance(value, str) and f"{value}" == value


_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]").search


def in_quotes(value: object, minimum: int, maximum: int | None) -> str:
    """Return a text between double quotes."""
    if not isinstance(value, str) or _CONTROL(value):
        raise Refused
    if len(value) < minimum or (maximum is not None and len(value) > maximum):
        raise Refused
    if '"' in value or "\\" in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'


def upto_octets(value: object, mark: bytes, minimum: int, maximum: int | None, text: bool) -> bytes:
    """Return octets, or text, and the mark behind them."""
    octets = value.encode() if text and isinstance(value, str) else value
    if not isinstance(octets, bytes) or (text and octets is value):
        raise Refused
    if len(octets) < minimum or (maximum is not None and len(octets) > maximum):
        raise Refused
    whole = octets + mark
    if whole.find(mark) != len(octets):
        raise Refused
    return whole


def line_octets(content: bytes, eol: bytes) -> bytes:
    """Return a line; it holds nothing that ends one."""
    line = content + eol
    if line.find(eol) != len(content):
        raise Refused
    return line


def lenient_octets(content: bytes, eol: bytes) -> bytes:
    """Return a line where a line feed alone ends one."""
    if b"\n" in content or (eol == b"\n" and content[-1:] == b"\r"):
        raise Refused
    return content + eol


def encode_hex(octets: bytes) -> str:
    """Return octets in hexadecimal digits."""
    return octets.hex()


def encode_base64(octets: bytes) -> str:
    """Return octets in base64 with its padding."""
    return b64encode(octets).decode()


def encode_base64url(octets: bytes) -> str:
    """Return octets in base64url without padding."""
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
