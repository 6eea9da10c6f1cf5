"""What text is made of: characters, lines, white space with comments, quoted texts, and what can come next."""

from __future__ import annotations

from collections.abc import Callable

from art7.grammar.ir.plan import First
from art7.interpreter.functions.pattern import automaton
from art7.interpreter.text_refused import TextRefused

_OPEN, _CLOSE, _BACKSLASH, _QUOTE = 0x28, 0x29, 0x5C, 0x22


def character_at(data: bytes, place: int, end: int) -> tuple[str, int] | None:
    """Return the character at `place` and the place behind it; nothing at the end and where no UTF-8 stands."""
    if place >= end:
        return None
    lead = data[place]
    if lead < 0x80:
        return chr(lead), place + 1
    stop = place + (2 if lead < 0xE0 else 3 if lead < 0xF0 else 4)
    try:
        return (data[place:stop].decode("utf-8"), stop) if stop <= end else None
    except UnicodeDecodeError:
        return None


def longest(pattern: str, data: bytes, start: int, end: int) -> int | None:
    """Return where the longest text at `start` that matches ends; nothing if none does."""
    machine = automaton(pattern)
    states, place = machine.start, start
    found = start if machine.end in states else None
    while (step := character_at(data, place, end)) is not None:
        character, place = step
        states = machine.step(states, character)
        if not states:
            break
        if machine.end in states:
            found = place
    return found


def line_end(data: bytes, start: int, end: int, eol: bytes, lenient: bool) -> tuple[int, int] | None:
    """Return where the line at `start` ends, and where the next one begins; nothing for one without an end."""
    if not lenient:
        place = data.find(eol, start, end)
        return None if place < 0 else (place, place + len(eol))
    place = data.find(b"\n", start, end)
    if place < 0:
        return end, end
    return (place - 1 if place > start and data[place - 1] == 0x0D else place), place + 1


def pass_space(data: bytes, place: int, end: int, octets: bytes, comments: bool) -> int:
    """Return the place behind white space and, where they count as such, comments."""
    while place < end:
        if data[place] in octets:
            place += 1
        elif comments and data[place] == _OPEN and (stop := _comment(data, place, end)) is not None:
            place = stop
        else:
            break
    return place


def _comment(data: bytes, place: int, end: int) -> int | None:
    """Return the place behind the comment that begins at `place`; nothing if it has no end."""
    depth = 0
    while place < end:
        octet = data[place]
        place += 2 if octet == _BACKSLASH else 1
        depth += (octet == _OPEN) - (octet == _CLOSE)
        if not depth:
            return place
    return None


def is_ahead(first: First) -> Callable[[bytes, int, int], bool]:
    """Return what tells whether something begins at a place."""
    table = bytearray(256)
    for low, high in first.octets:
        table[low : high + 1] = b"\x01" * (high + 1 - low)
    literals, space, comments = first.literals, first.space, first.comments

    def test(data: bytes, place: int, end: int) -> bool:
        if space or comments:
            place = pass_space(data, place, end, space, comments)
        if place >= end:
            return False
        return bool(table[data[place]]) or any(data.startswith(x, place, end) for x in literals)

    return test


_SPELLED = {10: ("bad_decimal", "a decimal number"), 16: ("bad_coding", "a hexadecimal number")}


def number_at(data: bytes, start: int, end: int, signed: bool, base: int = 10) -> tuple[int, int]:
    """Return the number at `start` and the place behind it."""
    place = start + (signed and data[start : min(start + 1, end)] == b"-")
    first = place
    known = b"0123456789" if base == 10 else b"0123456789abcdefABCDEF"
    while place < end and data[place] in known:
        place += 1
    digits = data[first:place]
    if not digits or (len(digits) > 1 and digits[0] == 0x30) or (first > start and digits == b"0"):
        code, form = _SPELLED[base]
        got = ascii(data[start : min(place + 1, end)].decode("latin-1"))
        raise TextRefused(code, start, f"{form} without needless zeros", got)
    if len(digits) > 40:
        raise TextRefused("out_of_range", start, "a number of at most 40 digits", f"{len(digits)} digits")
    return int(data[start:place], base), place


def quoted_at(data: bytes, start: int, end: int) -> tuple[str, int]:
    """Return the text of the quoted string at `start` and the place behind it."""
    if data[start : min(start + 1, end)] != b'"':
        raise TextRefused("bad_quoted", start, "a double quote", _found(data, start, end))
    characters: list[str] = []
    place = start + 1
    while place < end and data[place] != _QUOTE:
        if data[place] == _BACKSLASH:
            place += 1
        step = character_at(data, place, end)
        if step is None or is_control(step[0]):
            break
        characters.append(step[0])
        place = step[1]
    else:
        if place < end:
            return "".join(characters), place + 1
    if place >= end:
        raise TextRefused("bad_quoted", start, "a double quote at the end", "none")
    raise TextRefused(
        "bad_quoted", place, "a character of UTF-8 that is no control", _found(data, place, end)
    )


def is_control(character: str) -> bool:
    """Whether a character has no place between quotes."""
    return character != "\t" and (character < " " or character == "\x7f")


def quote(value: str) -> bytes:
    """Return a text between double quotes, with no more backslashes than needed."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.encode()


def _found(data: bytes, place: int, end: int) -> str:
    return f"octet {data[place]:#04x}" if place < end else "the end"
