"""Content of DER elements ↔ values, form by form (X.690 §8 and §11). Shapes: see `passes.der_forms`.

Values: big integers, truth values, octets; character strings, times as they stand on the wire, object identifiers
as `2.5.4.3` and `bits` as digits 0 and 1 are texts; named bits (`flags`) are an integer whose bit n is named bit n.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from typing import Any

from art7.interpreter.der_elements import DerRefused
from art7.interpreter.quoting import brief

MOST_OCTETS = 1025
"""The longest INTEGER: 8,192 bits and the octet of its sign."""
MOST_OID = 512
"""The most octets of an object identifier."""

_PRINTABLE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?")
_NUMERIC = frozenset(b"0123456789 ")
_UTC = re.compile(r"[0-9]{12}Z")
_UTC_BER = re.compile(r"[0-9]{10}(?:[0-9]{2})?(?:Z|[+-][0-9]{4})")
_GENERALIZED = re.compile(r"[0-9]{14}(?:\.[0-9]*[1-9])?Z")
_GENERALIZED_BER = re.compile(r"[0-9]{10}(?:[0-9]{2}){0,2}(?:[.,][0-9]+)?(?:Z|[+-][0-9]{2}(?:[0-9]{2})?)?")
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+")
_RELATIVE = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*")


def _refuse(code: str, expected: str, got: str, offset: int = 0) -> DerRefused:
    return DerRefused(code, offset, expected, got)


def _count(size: int, low: int | None, high: int | None, unit: str) -> None:
    if low is not None and size < low:
        raise _refuse("too_short", f"at least {low} {unit}", str(size))
    if high is not None and size > high:
        raise _refuse("too_long", f"at most {high} {unit}", str(size))


# ---- reading ---------------------------------------------------------------------------------------------


def read_value(form: str, content: bytes, low: int | None, high: int | None) -> Any:
    """Return the value of an element's content. Raises: DerRefused, its offset within the content."""
    return _READ[form](content, low, high)


def _integer(content: bytes, low: int | None, high: int | None) -> int:
    if not content:
        raise _refuse("bad_der", "at least one octet", "none")
    if len(content) > 1 and (content[0], content[1] >> 7) in ((0x00, 0), (0xFF, 1)):
        raise _refuse("not_der", "the shortest form of the integer (X.690 §8.3.2)", f"{content[:2].hex()}…")
    if len(content) > MOST_OCTETS:
        raise _refuse("too_long", f"at most {MOST_OCTETS} octets", str(len(content)))
    value = int.from_bytes(content, "big", signed=True)
    if (low is not None and value < low) or (high is not None and value > high):
        raise _refuse("out_of_range", f"{brief(low)} to {brief(high)}", brief(value))
    return value


def _boolean(content: bytes, low: int | None, high: int | None) -> bool:
    if len(content) != 1:
        raise _refuse("bad_der", "one octet", f"{len(content)}")
    if content not in (b"\x00", b"\xff"):
        raise _refuse("not_der", "00 or ff (X.690 §11.1)", content.hex())
    return content == b"\xff"


def _null(content: bytes, low: int | None, high: int | None) -> bytes:
    if content:
        raise _refuse("bad_der", "no content", f"{len(content)} octets")
    return b"\x05\x00"


def _octets(content: bytes, low: int | None, high: int | None) -> bytes:
    _count(len(content), low, high, "octets")
    return content


def _unused(content: bytes) -> int:
    if not content:
        raise _refuse("bad_der", "an octet that counts unused bits", "nothing")
    unused = content[0]
    if unused > 7 or (unused and len(content) == 1):
        raise _refuse("bad_der", "0 to 7 unused bits of a last octet", str(unused))
    if unused and content[-1] & ((1 << unused) - 1):
        last = len(content) - 1
        raise _refuse("not_der", "unused bits that are zero (X.690 §11.2.1)", content[-1:].hex(), last)
    return unused


def _bitstring(content: bytes, low: int | None, high: int | None) -> bytes:
    if _unused(content):
        raise _refuse("bad_constant", "bits that fill whole octets", f"{content[0]} unused bits")
    _count(len(content) - 1, low, high, "octets")
    return content[1:]


def _bits(content: bytes, low: int | None, high: int | None) -> str:
    unused = _unused(content)
    digits = "".join(f"{octet:08b}" for octet in content[1:])
    digits = digits[: len(digits) - unused]
    _count(len(digits), low, high, "bits")
    return digits


def _flags(content: bytes, low: int | None, high: int | None) -> int:
    unused = _unused(content)
    if len(content) > 1 and not content[-1] >> unused & 1:
        last = len(content) - 1
        raise _refuse("not_der", "named bits without zeros at the end (X.690 §11.2.2)", content.hex(), last)
    _count(8 * (len(content) - 1) - unused, None, high, "bits")
    return sum(1 << 8 * i + 7 - j for i, octet in enumerate(content[1:]) for j in range(8) if octet >> j & 1)


def _arcs(content: bytes) -> list[int]:
    if not content or content[-1] >= 0x80:
        raise _refuse("bad_der", "complete arcs", content[-1:].hex() or "nothing")
    if len(content) > MOST_OID:
        raise _refuse("too_long", f"at most {MOST_OID} octets", str(len(content)))
    arcs: list[int] = []
    value, begins = 0, True
    for place, octet in enumerate(content):
        if begins and octet == 0x80:
            raise _refuse("not_der", "arcs in their shortest form (X.690 §8.19.2)", "80", place)
        value, begins = value << 7 | octet & 0x7F, octet < 0x80
        if begins:
            arcs.append(value)
            value = 0
    return arcs


def _oid(content: bytes, low: int | None, high: int | None) -> str:
    first, *rest = _arcs(content)
    root = min(first // 40, 2)
    return ".".join(map(str, (root, first - 40 * root, *rest)))


def _relative(content: bytes, low: int | None, high: int | None) -> str:
    return ".".join(map(str, _arcs(content)))


def _alphabet(name: str, allowed: Callable[[int], bool]) -> Callable[[bytes, int | None, int | None], str]:
    def read(content: bytes, low: int | None, high: int | None) -> str:
        for place, octet in enumerate(content):
            if not allowed(octet):
                raise _refuse("bad_text", f"a character of {name}", f"octet {octet:#04x}", place)
        _count(len(content), low, high, "characters")
        return content.decode("latin-1")

    return read


def _utf8(content: bytes, low: int | None, high: int | None) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refuse("bad_text", "UTF-8", f"octet {content[error.start]:#04x}", error.start) from None
    _count(len(text), low, high, "characters")
    return text


def _wide(name: str, octets: int) -> Callable[[bytes, int | None, int | None], str]:
    most = 0xFFFF if octets == 2 else 0x10FFFF

    def read(content: bytes, low: int | None, high: int | None) -> str:
        if len(content) % octets:
            raise _refuse("bad_text", f"{octets} octets a character", f"{len(content)} octets")
        points = [int.from_bytes(content[i : i + octets], "big") for i in range(0, len(content), octets)]
        for place, point in enumerate(points):
            if point > most or 0xD800 <= point < 0xE000:
                raise _refuse("bad_text", f"a character of {name}", f"{point:#x}", octets * place)
        _count(len(points), low, high, "characters")
        return "".join(map(chr, points))

    return read


def _ascii(content: bytes) -> str:
    for place, octet in enumerate(content):
        if octet >= 0x80:
            raise _refuse("bad_text", "a date and time", f"octet {octet:#04x}", place)
    return content.decode("ascii")


def _utctime(content: bytes, low: int | None, high: int | None) -> str:
    text = _ascii(content)
    if not _UTC.fullmatch(text):
        code = "not_der" if _UTC_BER.fullmatch(text) else "bad_text"
        raise _refuse(code, "YYMMDDhhmmssZ (X.690 §11.8)", brief(text))
    year = int(text[:2])
    _calendar(year + (1900 if year >= 50 else 2000), text[2:12])
    return text


def _generalized(content: bytes, low: int | None, high: int | None) -> str:
    text = _ascii(content)
    if not _GENERALIZED.fullmatch(text):
        code = "not_der" if _GENERALIZED_BER.fullmatch(text) else "bad_text"
        raise _refuse(code, "YYYYMMDDhhmmssZ (X.690 §11.7)", brief(text))
    _calendar(int(text[:4]), text[4:14])
    return text


def _calendar(year: int, rest: str) -> None:
    month, day, hour, minute, second = (int(rest[i : i + 2]) for i in range(0, 10, 2))
    days = monthrange(year or 4, month)[1] if 1 <= month <= 12 else 0
    if not (1 <= day <= days and hour < 24 and minute < 60 and second < 60):
        raise _refuse("out_of_range", "a date and time that there is", f"{year:04}{rest}")


_READ: dict[str, Callable[[bytes, int | None, int | None], Any]] = {
    "boolean": _boolean,
    "integer": _integer,
    "enumerated": _integer,
    "bitstring": _bitstring,
    "bits": _bits,
    "flags": _flags,
    "octets": _octets,
    "null": _null,
    "oid": _oid,
    "relative_oid": _relative,
    "utf8": _utf8,
    "numeric": _alphabet("NumericString", _NUMERIC.__contains__),
    "printable": _alphabet("PrintableString", _PRINTABLE.__contains__),
    "teletex": _alphabet("TeletexString", lambda octet: True),
    "ia5": _alphabet("IA5String", lambda octet: octet < 0x80),
    "visible": _alphabet("VisibleString", lambda octet: 0x20 <= octet < 0x7F),
    "universal": _wide("UniversalString", 4),
    "bmp": _wide("BMPString", 2),
    "utctime": _utctime,
    "generalizedtime": _generalized,
}


# ---- writing ---------------------------------------------------------------------------------------------


def write_value(form: str, value: Any, low: int | None, high: int | None) -> bytes:
    """Return the content for a value, which reading gives back. Raises: DerRefused."""
    content = _spell(form, value)
    if read_value(form, content, low, high) != value:
        raise _refuse("wrong_kind", "a value of the field's form", brief(value))
    return content


def _spell(form: str, value: Any) -> bytes:
    match form, value:
        case "boolean", bool():
            return b"\xff" if value else b"\x00"
        case "integer" | "enumerated", int():
            return int(value).to_bytes(
                (value if value >= 0 else ~value).bit_length() // 8 + 1, "big", signed=True
            )
        case "null", bytes():
            return value[2:] if value[:2] == b"\x05\x00" else b"?"
        case "octets", bytes():
            return value
        case "bitstring", bytes():
            return b"\x00" + value
        case "bits", str() if not value.strip("01"):
            return _padded(value)
        case "flags", int() if value >= 0:
            return _padded(f"{value:b}"[::-1] if value else "")
        case "oid" | "relative_oid", str():
            return _spell_oid(form, value)
        case _, str():
            return _spell_text(form, value)
        case _:
            raise _refuse("wrong_kind", "a value of the field's form", brief(value))


def _padded(digits: str) -> bytes:
    unused = -len(digits) % 8
    filled = digits + "0" * unused
    return bytes([unused, *(int(filled[i : i + 8], 2) for i in range(0, len(filled), 8))])


def _spell_oid(form: str, text: str) -> bytes:
    pattern = _OID if form == "oid" else _RELATIVE
    if len(text) > 4 * MOST_OID or not pattern.fullmatch(text):
        raise _refuse("bad_text", "an object identifier", brief(text))
    arcs = [int(arc) for arc in text.split(".")]
    if form == "oid":
        if arcs[0] < 2 and arcs[1] >= 40:
            raise _refuse("out_of_range", "a second arc below 40", brief(text))
        arcs[:2] = [40 * arcs[0] + arcs[1]]
    out = bytearray()
    for arc in arcs:
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.append(arc & 0x7F | 0x80)
        out += bytes(reversed(digits))
    return bytes(out)


_CODECS = {"utf8": "utf-8", "universal": "utf-32-be", "bmp": "utf-16-be"}


def _spell_text(form: str, text: str) -> bytes:
    try:
        return text.encode(_CODECS.get(form, "latin-1"))
    except UnicodeEncodeError:
        raise _refuse("bad_text", f"characters of `{form}`", brief(text)) from None
