"""Transfer codings of bodies (RFC 2045 §6): octets with the place that each of them comes from."""

from __future__ import annotations

from base64 import b64encode

from art7.interpreter.codings import BASE64, Passage
from art7.interpreter.text_refused import TextRefused

_VALUES = {octet: value for value, octet in enumerate(BASE64)}
_SPACE = b" \t\r\n"
LINE = 76
"""The most characters of a line that a coding makes."""


def transfer_name(coding: str | None) -> str:
    """Return which of the codings a name means. Raises: TextRefused, with offset 0."""
    name = "7bit" if coding is None else coding.strip().lower()
    if name not in READ:
        wanted = "7bit, 8bit, binary, quoted-printable or base64"
        raise TextRefused("bad_coding", 0, wanted, ascii(coding)[:40])
    return name


def _plain(data: bytes, start: int, end: int) -> Passage:
    return Passage(data[start:end], lambda offset: start + offset)


def _read_base64(data: bytes, start: int, end: int) -> Passage:
    """White space is passed over; other characters outside of the alphabet are refused (RFC 2045 §6.8)."""
    signs: list[int] = []
    padding = 0
    for place in range(start, end):
        octet = data[place]
        if octet == 0x3D:
            padding += 1
        elif octet not in _SPACE:
            if padding or octet not in _VALUES:
                raise TextRefused("bad_coding", place, "a character of base64", f"octet {octet:#04x}")
            signs.append(place)
    rest = len(signs) % 4
    if rest == 1 or padding != -rest % 4:
        raise TextRefused(
            "bad_coding", end, "groups of four characters", f"{len(signs) + padding} characters"
        )
    octets = bytearray()
    for first in range(0, len(signs), 4):
        group = signs[first : first + 4]
        word = 0
        for place in group:
            word = word << 6 | _VALUES[data[place]]
        spare = 6 * len(group) % 8
        if len(group) < 4 and word & (1 << spare) - 1:
            raise TextRefused("bad_coding", group[-1], "unused bits that are zero", "others")
        octets += (word >> (spare if len(group) < 4 else 0)).to_bytes(len(group) * 6 // 8, "big")
    count = len(octets)
    return Passage(
        bytes(octets),
        lambda offset: end if offset >= count else signs[offset // 3 * 4 + offset % 3],
    )


def _read_quoted(data: bytes, start: int, end: int) -> Passage:
    """White space at the end of a line is dropped (RFC 2045 §6.7, rule 3)."""
    octets, places = bytearray(), []
    place = start
    while place < end:
        octet = data[place]
        if octet == 0x3D:
            soft = _soft_break(data, place + 1, end)
            if soft is not None:
                place = soft
                continue
            digits = data[place + 1 : min(place + 3, end)]
            if len(digits) < 2 or any(digit not in b"0123456789ABCDEFabcdef" for digit in digits):
                raise TextRefused(
                    "bad_coding", place, "two hexadecimal digits, or the end of a line", ascii(digits)
                )
            octets.append(int(digits, 16))
            places.append(place)
            place += 3
            continue
        if octet in b" \t":
            stop = place
            while stop < end and data[stop] in b" \t":
                stop += 1
            if stop >= end or data[stop : stop + 1] == b"\n" or data[stop : min(stop + 2, end)] == b"\r\n":
                place = stop
                continue
            octets += data[place:stop]
            places += range(place, stop)
            place = stop
            continue
        octets.append(octet)
        places.append(place)
        place += 1
    return Passage(bytes(octets), lambda offset: places[offset] if offset < len(places) else end)


def _soft_break(data: bytes, place: int, end: int) -> int | None:
    """Return the place behind a soft line break whose `=` stands before `place`."""
    while place < end and data[place] in b" \t":
        place += 1
    if place >= end:
        return place
    if data[place] == 0x0A:
        return place + 1
    return place + 2 if data[place : min(place + 2, end)] == b"\r\n" else None


READ = {
    "7bit": _plain,
    "8bit": _plain,
    "binary": _plain,
    "base64": _read_base64,
    "quoted-printable": _read_quoted,
}


def write_transfer(octets: bytes, name: str) -> bytes:
    """Return octets in a transfer coding. Raises: TextRefused for those that it cannot carry."""
    if name == "base64":
        text = b64encode(octets)
        return b"\r\n".join(text[at : at + LINE] for at in range(0, len(text), LINE))
    if name == "quoted-printable":
        return b"\r\n".join(_quoted_line(line) for line in octets.split(b"\r\n"))
    if name != "binary":
        _check_octets(octets, 0x7F if name == "7bit" else 0xFF, name)
    return octets


def _check_octets(octets: bytes, most: int, name: str) -> None:
    """RFC 2045 §2.7, §2.8: no NUL, in `7bit` nothing above 127; lines are written as given."""
    for at, octet in enumerate(octets):
        if octet > most or octet == 0:
            raise TextRefused("bad_coding", at, f"octets of {name}", f"octet {octet:#04x}")


def _quoted_line(line: bytes) -> bytes:
    signs: list[bytes] = []
    for at, octet in enumerate(line):
        last = at == len(line) - 1
        plain = (0x21 <= octet <= 0x7E and octet != 0x3D) or (octet in b" \t" and not last)
        signs.append(bytes([octet]) if plain else b"=%02X" % octet)
    lines, current = [], b""
    for at, sign in enumerate(signs):
        # The last character of a line may use the place that a soft break would take.
        if len(current) + len(sign) > LINE - (at < len(signs) - 1):
            lines.append(current + b"=")
            current = b""
        current += sign
    return b"\r\n".join([*lines, current])
