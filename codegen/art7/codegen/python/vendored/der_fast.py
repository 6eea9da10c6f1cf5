"""DER for the fast codecs: lengths, values of each form, elements written.

Text of generated projects. A no is `Refused`, or any of `FAILURES`; the careful twin knows why. Source: X.690.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from art7.codegen.python.vendored.core import Refused
from art7.codegen.python.vendored.octets_write import OCTETS, is_integer, is_octets


def der_length(data: bytes, o: int) -> tuple[int, int]:
    """Read the length at `o`, one of more than 127 octets; returns the content's first octet and its end."""
    count = data[o] - 128
    o += 1
    octets = int.from_bytes(data[o : o + count], "big")
    if not 0 < count < 127 or octets < 128 or data[o] == 0 or o + count > len(data):
        raise Refused
    return o + count, o + count + octets


def der_end(data: bytes, o: int) -> int:
    """Return the end of the element at `o`, whatever it is."""
    tag = data[o]
    if tag & 31 == 31:
        o += 1
        number = data[o] & 127
        if data[o] == 128:
            raise Refused
        last = o + 3
        while data[o] > 127:
            o += 1
            if o > last:
                raise Refused
            number = number << 7 | data[o] & 127
        if number < 31:
            raise Refused
    elif not tag:
        raise Refused
    octets = data[o + 1]
    return o + 2 + octets if octets < 128 else der_length(data, o + 1)[1]


def der_run(data: bytes, o: int, end: int) -> int:
    """Return the end of the elements that fill the octets from `o` to `end`."""
    while o < end:
        o = der_end(data, o)
    return o


def der_ascends(data: bytes, o: int, end: int) -> bool:
    """Whether elements stand in the order that a SET OF has."""
    before = b""
    while o < end:
        stop = der_end(data, o)
        if data[o:stop] < before:
            return False
        before, o = data[o:stop], stop
    return True


def der_integer(content: bytes) -> int:
    """Return an integer in its shortest form, of at most 1,025 octets."""
    size = len(content)
    if size != 1 and (
        not 0 < size < 1026
        or (content[0] == 0 and content[1] < 128)
        or (content[0] == 255 and content[1] > 127)
    ):
        raise Refused
    return int.from_bytes(content, "big", signed=True)


@lru_cache(2048)
def der_arcs(content: bytes) -> tuple[int, ...]:
    """Return the arcs of an object identifier; the few that a peer uses come again and again."""
    if not 0 < len(content) < 513 or content[-1] > 127:
        raise Refused
    found = []
    value = 0
    begins = True
    for octet in content:
        if begins and octet == 128:
            raise Refused
        value = value << 7 | octet & 127
        begins = octet < 128
        if begins:
            found.append(value)
            value = 0
    return tuple(found)


@lru_cache(2048)
def der_oid(content: bytes) -> str:
    """Return an object identifier as `2.5.4.3`."""
    first, *rest = der_arcs(content)
    root = min(first // 40, 2)
    return ".".join(map(str, (root, first - 40 * root, *rest)))


def der_relative_oid(content: bytes) -> str:
    """Return the arcs of a relative object identifier."""
    return ".".join(map(str, der_arcs(content)))


def der_unused(content: bytes) -> int:
    """Return how many bits of the last octet are unused; they are zero."""
    unused = content[0]
    if unused and (unused > 7 or len(content) == 1 or content[-1] & (1 << unused) - 1):
        raise Refused
    return unused


def der_bits(content: bytes) -> str:
    """Return bits as digits."""
    count = 8 * (len(content) - 1) - der_unused(content)
    return "".join([f"{octet:08b}" for octet in content[1:]])[:count]


def der_flags(content: bytes) -> int:
    """Return named bits: bit n of the integer is named bit n."""
    digits = der_bits(content)
    if digits[-1:] == "0":
        raise Refused
    return int(digits[::-1] or "0", 2)


_PRINTABLE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?"
_VISIBLE = bytes(range(32, 127))


def der_printable(content: bytes) -> str:
    """Return a PrintableString."""
    if content.translate(None, _PRINTABLE):
        raise Refused
    return content.decode("ascii")


def der_numeric(content: bytes) -> str:
    """Return a NumericString."""
    if content.translate(None, b"0123456789 "):
        raise Refused
    return content.decode("ascii")


def der_visible(content: bytes) -> str:
    """Return a VisibleString."""
    if content.translate(None, _VISIBLE):
        raise Refused
    return content.decode("ascii")


def der_bmp(content: bytes) -> str:
    """Return a BMPString: it has no surrogates."""
    text = content.decode("utf-16-be")
    if 2 * len(text) != len(content):
        raise Refused
    return text


_UTCTIME = re.compile(
    rb"[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]Z"
).fullmatch
_GENERALIZED = re.compile(
    rb"[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9](\.[0-9]*[1-9])?Z"
).fullmatch
_MONTHS = {b"02": b"29", b"04": b"30", b"06": b"30", b"09": b"30", b"11": b"30"}


def der_utctime(content: bytes) -> str:
    """Return a UTCTime, as it stands on the wire."""
    found = _UTCTIME(content)
    if found is None:
        raise Refused
    if content[4:6] > b"28":
        year = int(content[:2])
        der_day(year + 1900 if year > 49 else year + 2000, found[1], found[2])
    return content.decode("ascii")


def der_generalizedtime(content: bytes) -> str:
    """Return a GeneralizedTime, as it stands on the wire."""
    found = _GENERALIZED(content)
    if found is None:
        raise Refused
    if content[6:8] > b"28":
        der_day(int(content[:4]), found[1], found[2])
    return content.decode("ascii")


def der_day(year: int, month: bytes, day: bytes) -> None:
    """Refuse a day that its month does not have."""
    if day > _MONTHS.get(month, b"31"):
        raise Refused
    if month == b"02" and day == b"29" and (year % 4 or (not year % 100 and year % 400)):
        raise Refused


def der_time(data: bytes, o: int) -> tuple[str, int]:
    """Read the element of a time at `o`: a UTCTime, or a GeneralizedTime of whole seconds (RFC 5280 §4.1.2.5)."""
    tag, octets = data[o], data[o + 1]
    if tag == 23 and octets == 13:
        return der_utctime(data[o + 2 : o + 15]), o + 15
    if tag == 24 and octets == 15:
        return der_generalizedtime(data[o + 2 : o + 17]), o + 17
    raise Refused


# ---- writing ----


def tlv(tag: bytes, content: bytes) -> bytes:
    """Return an element."""
    size = len(content)
    if size < 128:
        return tag + OCTETS[size] + content
    if size < 256:
        return tag + b"\x81" + OCTETS[size] + content
    octets = (size.bit_length() + 7) // 8
    return tag + OCTETS[128 + octets] + size.to_bytes(octets, "big") + content


def tlv_set(tag: bytes, content: bytes) -> bytes:
    """Return an element whose content is sorted, as a SET OF is."""
    found = []
    o = 0
    while o < len(content):
        stop = der_end(content, o)
        found.append(content[o:stop])
        o = stop
    found.sort()
    return tlv(tag, b"".join(found))


def tlv_integer(tag: bytes, value: Any, low: int | None = None, high: int | None = None) -> bytes:
    """Return an INTEGER or ENUMERATED, of at most 8,192 bits."""
    if value.__class__ is not int and not is_integer(value):
        raise Refused
    if low is not None and high is not None and not low <= value <= high:
        raise Refused
    octets = (value if value >= 0 else ~value).bit_length() // 8 + 1
    if octets > 1024 and not -1 << 8192 <= value < 1 << 8192:
        raise Refused
    return tlv(tag, int(value).to_bytes(octets, "big", signed=True))


def tlv_boolean(tag: bytes, value: Any) -> bytes:
    """Return a BOOLEAN."""
    if value is True:
        return tag + b"\x01\xff"
    if value is False:
        return tag + b"\x01\x00"
    raise Refused


def tlv_null(tag: bytes, value: Any) -> bytes:
    """Return a NULL, whose value is its element."""
    if not is_octets(value) or value != b"\x05\x00":
        raise Refused
    return tag + b"\x00"


def tlv_octets(tag: bytes, value: Any, low: int, high: int | None, unused: bytes = b"") -> bytes:
    """Return an OCTET STRING, or (with an octet of `unused` bits) a BIT STRING of whole octets."""
    if value.__class__ is not bytes and not is_octets(value):
        raise Refused
    if len(value) < low or (high is not None and len(value) > high):
        raise Refused
    return tlv(tag, unused + value)


def tlv_bits(tag: bytes, value: Any, low: int, high: int | None) -> bytes:
    """Return a BIT STRING from its digits."""
    size = len(value)
    if not isinstance(value, str) or value.strip("01") or size < low or (high is not None and size > high):
        raise Refused
    octets = (size + 7) // 8
    content = (int(value or "0", 2) << -size % 8).to_bytes(octets, "big")
    return tlv(tag, OCTETS[-size % 8] + content)


def tlv_flags(tag: bytes, value: Any, high: int) -> bytes:
    """Return named bits."""
    if not is_integer(value) or not 0 <= value < 1 << high:
        raise Refused
    return tlv_bits(tag, f"{value:b}"[::-1] if value else "", 0, high)


_OID_TEXT = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+").fullmatch
_RELATIVE_TEXT = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*").fullmatch


def oid_octets(text: str, relative: bool) -> bytes:
    """Return the content of an object identifier."""
    if len(text) > 2048 or not (_RELATIVE_TEXT(text) if relative else _OID_TEXT(text)):
        raise Refused
    found = [int(arc) for arc in text.split(".")]
    if not relative:
        if found[0] < 2 and found[1] > 39:
            raise Refused
        found[:2] = [40 * found[0] + found[1]]
    octets = bytearray()
    for arc in found:
        digits = [arc & 127]
        arc >>= 7
        while arc:
            digits.append(arc & 127 | 128)
            arc >>= 7
        octets += bytes(reversed(digits))
    if len(octets) > 512:
        raise Refused
    return bytes(octets)


@lru_cache(2048)
def oid_element(tag: bytes, text: str, relative: bool) -> bytes:
    """Return the element of an object identifier; the few that a program writes come again and again."""
    return tlv(tag, oid_octets(text, relative))


def tlv_oid(tag: bytes, value: Any, relative: bool = False) -> bytes:
    """Return an OBJECT IDENTIFIER."""
    if value.__class__ is not str and not isinstance(value, str):
        raise Refused
    return oid_element(tag, value, relative)


def tlv_utf8(tag: bytes, value: Any) -> bytes:
    """Return a UTF8String of any length."""
    if not isinstance(value, str):
        raise Refused
    content = value.encode()
    size = len(content)
    return tag + OCTETS[size] + content if size < 128 else tlv(tag, content)


def tlv_printable(tag: bytes, value: Any) -> bytes:
    """Return a PrintableString of any length."""
    if not isinstance(value, str):
        raise Refused
    content = value.encode("ascii")
    if content.translate(None, _PRINTABLE):
        raise Refused
    return tlv(tag, content)


def tlv_text(tag: bytes, value: Any, form: str, low: int, high: int | None) -> bytes:
    """Return a character string of a form."""
    if not isinstance(value, str) or len(value) < low or (high is not None and len(value) > high):
        raise Refused
    if form == "utf8":
        return tlv(tag, value.encode())
    if form == "ia5":
        return tlv(tag, value.encode("ascii"))
    if form == "printable":
        content = value.encode("ascii")
        if content.translate(None, _PRINTABLE):
            raise Refused
        return tlv(tag, content)
    if form == "bmp":
        content = value.encode("utf-16-be")
        if len(content) != 2 * len(value):
            raise Refused
        return tlv(tag, content)
    content = value.encode("utf-32-be" if form == "universal" else "latin-1")
    if form == "numeric":
        der_numeric(content)
    elif form == "visible":
        der_visible(content)
    return tlv(tag, content)


def tlv_time(tag: bytes, value: Any) -> bytes:
    """Return a UTCTime or GeneralizedTime; without a tag, the one that its digits are, of whole seconds."""
    if not isinstance(value, str):
        raise Refused
    content = value.encode("ascii")
    if not tag:
        tag = b"\x17" if len(content) == 13 else b"\x18"
        if len(content) not in (13, 15):
            raise Refused
        (der_utctime if len(content) == 13 else der_generalizedtime)(content)
    return tlv(tag, content)


def tlv_utctime(tag: bytes, value: Any) -> bytes:
    """Return a UTCTime."""
    found = tlv_time(tag, value)
    der_utctime(value.encode("ascii"))
    return found


def tlv_generalizedtime(tag: bytes, value: Any) -> bytes:
    """Return a GeneralizedTime."""
    found = tlv_time(tag, value)
    der_generalizedtime(value.encode("ascii"))
    return found


def tlv_any(value: Any) -> bytes:
    """Return one element that is given as its octets."""
    if (value.__class__ is not bytes and not is_octets(value)) or der_end(value, 0) != len(value):
        raise Refused
    return bytes(value)


def tlv_elements(value: Any) -> bytes:
    """Return elements that are given as their octets, or none."""
    if value is None:
        return b""
    if not is_octets(value) or der_run(value, 0, len(value)) != len(value):
        raise Refused
    return bytes(value)
