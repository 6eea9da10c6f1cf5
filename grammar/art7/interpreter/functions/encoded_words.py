"""Words in other characters than ASCII, as headers of mail spell them (RFC 2047)."""

from __future__ import annotations

import binascii

from art7.interpreter.charsets import decode
from art7.interpreter.functions.general import decode_base64
from art7.interpreter.functions.refusal import Refused
from art7.interpreter.text_refused import TextRefused

BLANK = " \t"
LONGEST = 998
"""So many characters has a line at most (RFC 5322 §2.1.1)."""


def encoded_words(value: str) -> str:
    """Return a text with its encoded words decoded, and without the white space between two of them.

    What is no such word, or none that can be decoded, stays as it is. Source: RFC 2047 §2, §6.2, §6.3.
    """
    found: list[str] = []
    place, plain, follows = 0, 0, False
    while (start := value.find("=?", place)) >= 0:
        stop = _end(value, start)
        text = _word(value[start:stop]) if stop and _stands_alone(value, start, stop) else None
        if text is None:
            place = start + 2
            continue
        between = value[plain:start]
        if not follows or between.strip(BLANK):
            found.append(between)
        found.append(text)
        place = plain = stop
        follows = True
    return "".join([*found, value[plain:]])


def _end(value: str, start: int) -> int:
    """Return where a word that begins at `start` ends; 0 for what is none."""
    place, last = start + 2, start + LONGEST
    for _ in range(2):
        place = value.find("?", place, last) + 1
        if not place:
            return 0
    stop = value.find("?=", place, last)
    return 0 if stop < 0 else stop + 2


def _stands_alone(value: str, start: int, stop: int) -> bool:
    before, after = value[start - 1 : start] if start else "", value[stop : stop + 1]
    return before in ("", " ", "\t", "(") and after in ("", " ", "\t", ")")


def _word(word: str) -> str | None:
    parts = word[2:-2].split("?")
    if len(parts) != 3 or not parts[0] or any(sign <= " " or sign > "~" for sign in word):
        return None
    charset, coding, text = parts
    octets = _octets(text, coding)
    if octets is None:
        return None
    try:
        return decode(octets, charset.split("*")[0])
    except TextRefused:
        return None


def _octets(text: str, coding: str) -> bytes | None:
    if coding in ("B", "b"):
        try:
            return decode_base64(text)
        except Refused:
            return None
    if coding not in ("Q", "q"):
        return None
    first, *rest = text.replace("_", " ").split("=")
    octets = first.encode()
    for piece in rest:
        try:
            octets += binascii.unhexlify(piece[:2].encode()) + piece[2:].encode()
        except binascii.Error:
            return None
        if len(piece) < 2:
            return None
    return octets
