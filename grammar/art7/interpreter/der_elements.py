"""Elements of DER: identifier, length, content (X.690 §8.1, §10.1), found without looking into the content."""

from __future__ import annotations

from collections.abc import Iterator

NAMES = {
    0x01: "BOOLEAN",
    0x02: "INTEGER",
    0x03: "BIT STRING",
    0x04: "OCTET STRING",
    0x05: "NULL",
    0x06: "OBJECT IDENTIFIER",
    0x0A: "ENUMERATED",
    0x0C: "UTF8String",
    0x0D: "RELATIVE-OID",
    0x12: "NumericString",
    0x13: "PrintableString",
    0x14: "TeletexString",
    0x16: "IA5String",
    0x17: "UTCTime",
    0x18: "GeneralizedTime",
    0x1A: "VisibleString",
    0x1C: "UniversalString",
    0x1E: "BMPString",
    0x30: "SEQUENCE",
    0x31: "SET",
}
"""Identifier → the name of its type in ASN.1."""

CONSTRUCTED = 0x20


class DerRefused(Exception):
    """`truncated`, `wrong_tag`, `not_der`, `bad_der` or what content of a form gives; `offset` is absolute or, for
    content, counted from its first octet."""

    def __init__(self, code: str, offset: int, expected: str, got: str) -> None:
        super().__init__(code)
        self.code = code
        self.offset = offset
        self.expected = expected
        self.got = got


def tag_text(identifier: bytes) -> str:
    """Return an identifier as people know it: `SEQUENCE (30)`, `[0] (a0)`."""
    if not identifier:
        return "nothing"
    first = identifier[0]
    if len(identifier) == 1 and first in NAMES:
        return f"{NAMES[first]} ({first:02x})"
    number = first & 0x1F
    if number == 31:
        number = 0
        for octet in identifier[1:]:
            number = number << 7 | octet & 0x7F
    group = ("universal ", "application ", "", "private ")[first >> 6]
    return f"[{group}{number}] ({identifier.hex()})"


def open_element(data: bytes, start: int, end: int, identifiers: tuple[bytes, ...]) -> tuple[int, int]:
    """Return where the content of the element at `start` lies, which must begin with one of `identifiers`.

    Raises: DerRefused.
    """
    if start >= end:
        raise DerRefused("truncated", start, " or ".join(map(tag_text, identifiers)), "the end")
    for identifier in identifiers:
        if data[start : min(end, start + len(identifier))] == identifier:
            return _content(data, start, start + len(identifier), end)
    found = data[start:end][: _identifier_octets(data, start, end)]
    wanted = " or ".join(map(tag_text, identifiers))
    for identifier in identifiers:
        if identifier[0] & CONSTRUCTED == 0 and found[:1] == bytes([identifier[0] | CONSTRUCTED]):
            raise DerRefused("not_der", start, f"{wanted}, in one piece", "a string in pieces (X.690 §10.2)")
    raise DerRefused("wrong_tag", start, wanted, tag_text(found))


def pass_element(data: bytes, start: int, end: int) -> int:
    """Return the end of the element at `start`, whatever it is. Raises: DerRefused."""
    if start >= end:
        raise DerRefused("truncated", start, "an element", "the end")
    return _content(data, start, start + _identifier_octets(data, start, end), end)[1]


def elements(data: bytes, start: int, end: int) -> Iterator[bytes]:
    """Yield the elements of a run, each with its identifier and length. Raises: DerRefused."""
    while start < end:
        stop = pass_element(data, start, end)
        yield data[start:stop]
        start = stop


def out_of_order(data: bytes, start: int, end: int) -> int | None:
    """Return where the first element of a SET OF stands that should stand before the one before it."""
    before = b""
    for element in elements(data, start, end):
        if element < before:
            return start
        before = element
        start += len(element)
    return None


def header(identifier: bytes, octets: int) -> bytes:
    """Return identifier and length of an element with `octets` octets of content."""
    if octets < 0x80:
        return identifier + bytes([octets])
    digits = octets.to_bytes((octets.bit_length() + 7) // 8, "big")
    return identifier + bytes([0x80 | len(digits)]) + digits


def _identifier_octets(data: bytes, start: int, end: int) -> int:
    """Return how many octets the identifier at `start` takes (X.690 §8.1.2.4)."""
    if data[start] == 0:
        raise DerRefused("not_der", start, "an element", "an end-of-contents octet (X.690 §8.1.5)")
    if data[start] & 0x1F != 0x1F:
        return 1
    number = 0
    for place in range(start + 1, min(end, start + 5)):
        octet = data[place]
        if place == start + 1 and octet == 0x80:
            raise DerRefused("not_der", start, "a tag number in its shortest form", "leading zeros")
        number = number << 7 | octet & 0x7F
        if octet < 0x80:
            if number < 31:
                raise DerRefused("not_der", start, "a tag number below 31 in one octet", "the long form")
            return place - start + 1
    if end - start < 5:
        raise DerRefused("truncated", start, "a tag number", "the end")
    raise DerRefused("bad_der", start, "a tag number of at most 28 bits", "a longer one")


def _content(data: bytes, start: int, place: int, end: int) -> tuple[int, int]:
    """Read the length at `place` of the element at `start`; returns the content's first octet and its end."""
    if place >= end:
        raise DerRefused("truncated", start, "a length", "the end")
    first = data[place]
    octets, begin = first, place + 1
    if first >= 0x80:
        count = first & 0x7F
        if count == 0:
            raise DerRefused("not_der", place, "a definite length (X.690 §10.1)", "an indefinite one")
        if count == 0x7F:
            raise DerRefused("bad_der", place, "a length", "the reserved octet ff")
        begin += count
        if begin > end:
            raise DerRefused("truncated", start, f"{count} octets of length", f"{end - place - 1}")
        octets = int.from_bytes(data[place + 1 : begin], "big")
        if octets < 0x80 or data[place + 1] == 0:
            wanted = "the shortest form of the length (X.690 §10.1)"
            raise DerRefused("not_der", place, wanted, data[place : min(begin, place + 8)].hex())
    if begin + octets > end:
        left = f"{end - begin} before the end"
        wanted = f"{octets} octets" if octets < 1 << 64 else "octets beyond counting"
        raise DerRefused("truncated", start, wanted, left)
    return begin, begin + octets
