"""DER for careful twins: every element knows what to say when it is not one.

Text of generated projects. Written apart from the fast reading: what only BER allows is `not_der`, what no form
of ASN.1 allows is `bad_der`. Source: X.690.
"""

from __future__ import annotations

import re
from typing import Any

from art7.codegen.python.vendored.careful_read import need
from art7.codegen.python.vendored.careful_reading import Reading
from art7.codegen.python.vendored.careful_writing import Writing
from art7.codegen.python.vendored.core import Trace, show

_TAGS = {
    1: "BOOLEAN", 2: "INTEGER", 3: "BIT STRING", 4: "OCTET STRING", 5: "NULL", 6: "OBJECT IDENTIFIER",
    10: "ENUMERATED", 12: "UTF8String", 13: "RELATIVE-OID", 18: "NumericString", 19: "PrintableString",
    20: "TeletexString", 22: "IA5String", 23: "UTCTime", 24: "GeneralizedTime", 26: "VisibleString",
    28: "UniversalString", 30: "BMPString", 48: "SEQUENCE", 49: "SET",
}  # fmt: skip
_CLASSES = ("universal ", "application ", "", "private ")


def tag_name(tag: bytes) -> str:
    """Return an identifier as people know it."""
    if len(tag) == 1 and tag[0] in _TAGS:
        return f"{_TAGS[tag[0]]} ({tag.hex()})"
    return f"[{_CLASSES[tag[0] >> 6]}{tag[0] & 31}] ({tag.hex()})" if tag else "nothing"


def tag_names(tags: tuple[bytes, ...]) -> str:
    """Return the identifiers that may stand at a place."""
    return " or ".join(map(tag_name, tags))


def identifier_octets(trace: Trace, o: int, end: int, at: str) -> int:
    """Return how many octets the identifier at `o` takes."""
    need(trace, o, end, 1, at, o)
    data = trace.data
    if data[o] == 0:
        trace.refuse("not_der", o, at, "an element", "an end-of-contents octet (X.690 §8.1.5)")
    if data[o] & 31 != 31:
        return 1
    number = 0
    for count in range(1, 5):
        need(trace, o, end, count + 1, at, o)
        octet = trace.data[o + count]
        if count == 1 and octet == 128:
            trace.refuse("not_der", o, at, "a tag number in its shortest form", "leading zeros")
        number = number << 7 | octet & 127
        if octet < 128:
            if number < 31:
                trace.refuse("not_der", o, at, "a tag number below 31 in one octet", "the long form")
            return count + 1
    trace.refuse("bad_der", o, at, "a tag number of at most 28 bits", "a longer one")


def content_of(trace: Trace, o: int, place: int, end: int, at: str) -> tuple[int, int]:
    """Read the length at `place` of the element at `o`; returns the content's first octet and its end."""
    need(trace, place, end, 1, at, o)
    first = trace.data[place]
    begin, size = place + 1, first
    if first == 128:
        trace.refuse("not_der", place, at, "a definite length (X.690 §10.1)", "an indefinite one")
    if first == 255:
        trace.refuse("bad_der", place, at, "a length", "the reserved octet ff")
    if first > 128:
        need(trace, begin, end, first - 128, at, o)
        begin += first - 128
        octets = trace.data[place + 1 : begin]
        size = int.from_bytes(octets, "big")
        if size < 128 or octets[0] == 0:
            wanted = "the shortest form of the length (X.690 §10.1)"
            trace.refuse("not_der", place, at, wanted, trace.data[place:begin][:8].hex())
    if size >> 62:
        trace.refuse("truncated", o, at, "octets beyond counting", f"{end - begin} before the end")
    need(trace, begin, end, size, at, o)
    return begin, begin + size


def find_element(trace: Trace, o: int, end: int, at: str, *tags: bytes) -> tuple[int, int]:
    """Return where the content of the element at `o` lies, which begins with one of `tags`."""
    if o >= end:
        trace.refuse("truncated", o, at, tag_names(tags), "the end")
    need(trace, o, end, 1, at, o)
    for tag in tags:
        octets = len(tag)
        if octets > 1 and trace.data[o] == tag[0] and o + octets <= end:
            need(trace, o, end, octets, at, o)
        if trace.data[o : min(end, o + octets)] == tag:
            return content_of(trace, o, o + octets, end, at)
    found = trace.data[o : o + identifier_octets(trace, o, end, at)]
    for tag in tags:
        if not tag[0] & 32 and found[:1] == bytes([tag[0] | 32]):
            got = "a string in pieces (X.690 §10.2)"
            trace.refuse("not_der", o, at, f"{tag_names(tags)}, in one piece", got)
    trace.refuse("wrong_tag", o, at, tag_names(tags), tag_name(found))


def end_of_element(trace: Trace, o: int, end: int, at: str) -> int:
    """Return the end of the element at `o`, whatever it is."""
    if o >= end:
        trace.refuse("truncated", o, at, "an element", "the end")
    return content_of(trace, o, o + identifier_octets(trace, o, end, at), end, at)[1]


def in_set_order(trace: Trace, o: int, end: int, at: str) -> None:
    """Refuse elements of a SET OF that do not ascend."""
    before = b""
    while o < end:
        stop = end_of_element(trace, o, end, at)
        element = trace.data[o:stop]
        if element < before:
            wanted = "elements of a SET OF in ascending order (X.690 §11.6)"
            trace.refuse("not_der", o, at, wanted, "one that belongs before the one before it")
        before, o = element, stop


def stands_next(trace: Trace, o: int, end: int, *tags: bytes) -> bool:
    """Whether the next element begins with one of `tags`; with none given, whether there is one."""
    if o >= end:
        return False
    if trace.limit is not None:
        trace.reach(o + 1)
    for tag in tags:
        if len(tag) > 1 and trace.limit is not None and trace.data[o] == tag[0]:
            trace.reach(min(end, o + len(tag)))
        if trace.data[o : min(end, o + len(tag))] == tag:
            return True
    return not tags


def not_default(r: Reading, o: int, name: str, default: Any, at: str | None = None) -> None:
    """Refuse an element of a member that has its default value."""
    if r.fields[name] == default:
        wanted = "no element for the default value (X.690 §11.5)"
        r.trace.refuse("not_der", o, name if at is None else at, wanted, show(default))


def no_alternative(trace: Trace, o: int, end: int, *tags: bytes) -> None:
    """Refuse an element that no alternative begins with."""
    wanted = tag_names(tags[:12]) + (" …" if len(tags) > 12 else "")
    if o >= end:
        trace.refuse("truncated", o, "", wanted, "the end")
    trace.refuse("wrong_tag", o, "", wanted, tag_name(trace.data[o : o + 1]))


class DerContent:
    """The content of one element under a look: refusals lie in it, `place` octets behind its first."""

    __slots__ = ("at", "o", "octets", "trace")

    def __init__(self, trace: Trace, o: int | None, octets: bytes, at: str) -> None:
        self.trace = trace
        self.o = o
        self.octets = octets
        self.at = at

    def refuse(self, code: str, expected: str, got: str, place: int = 0) -> Any:
        """Refuse the content."""
        self.trace.refuse(code, None if self.o is None else self.o + place, self.at, expected, got)

    def count(self, size: int, low: int, high: int | None, unit: str) -> None:
        """Refuse a size outside its bounds."""
        if size < low:
            self.refuse("too_short", f"at least {low} {unit}", str(size))
        if high is not None and size > high:
            self.refuse("too_long", f"at most {high} {unit}", str(size))

    def value(self, form: str, low: int | None, high: int | None) -> Any:
        """Return the value that the content is in a form."""
        octets = self.octets
        if form in ("integer", "enumerated"):
            return self.integer(low, high)
        if form == "boolean":
            return self.boolean()
        if form == "null":
            if octets:
                self.refuse("bad_der", "no content", f"{len(octets)} octets")
            return b"\x05\x00"
        if form == "octets":
            self.count(len(octets), low or 0, high, "octets")
            return octets
        if form in ("bitstring", "bits", "flags"):
            return self.bit_string(form, low or 0, high)
        if form in ("oid", "relative_oid"):
            return self.object_identifier(form == "relative_oid")
        if form in ("utctime", "generalizedtime"):
            return self.time(form)
        return self.text(form, low or 0, high)

    def integer(self, low: int | None, high: int | None) -> int:
        octets = self.octets
        if not octets:
            self.refuse("bad_der", "at least one octet", "none")
        value = int.from_bytes(octets, "big", signed=True)
        if len(octets) > 1 and octets[0] in (0, 255) and octets[0] >> 7 == octets[1] >> 7:
            self.refuse("not_der", "the shortest form of the integer (X.690 §8.3.2)", f"{octets[:2].hex()}…")
        if len(octets) > 1025:
            self.refuse("too_long", "at most 1025 octets", str(len(octets)))
        if (low is not None and value < low) or (high is not None and value > high):
            self.refuse("out_of_range", f"{show(low)} to {show(high)}", show(value))
        return value

    def boolean(self) -> bool:
        if len(self.octets) != 1:
            self.refuse("bad_der", "one octet", str(len(self.octets)))
        if self.octets[0] not in (0, 255):
            self.refuse("not_der", "00 or ff (X.690 §11.1)", self.octets.hex())
        return self.octets[0] == 255

    def bit_string(self, form: str, low: int, high: int | None) -> Any:
        octets = self.octets
        if not octets:
            self.refuse("bad_der", "an octet that counts unused bits", "nothing")
        unused, last = octets[0], len(octets) - 1
        if unused > 7 or (unused and not last):
            self.refuse("bad_der", "0 to 7 unused bits of a last octet", str(unused))
        if octets[last] & (1 << unused) - 1 and unused:
            self.refuse("not_der", "unused bits that are zero (X.690 §11.2.1)", octets[last:].hex(), last)
        size = 8 * last - unused
        if form == "bitstring":
            if unused:
                self.refuse("bad_constant", "bits that fill whole octets", f"{unused} unused bits")
            self.count(last, low, high, "octets")
            return octets[1:]
        number = int.from_bytes(octets[1:], "big") >> unused
        digits = f"{number:0{size}b}" if size else ""
        if form == "bits":
            self.count(size, low, high, "bits")
            return digits
        if digits.endswith("0"):
            wanted = "named bits without zeros at the end (X.690 §11.2.2)"
            self.refuse("not_der", wanted, octets.hex(), last)
        self.count(size, 0, high, "bits")
        return sum(1 << place for place, digit in enumerate(digits) if digit == "1")

    def object_identifier(self, relative: bool) -> str:
        octets = self.octets
        if not octets or octets[-1] & 128:
            self.refuse("bad_der", "complete arcs", octets[-1:].hex() or "nothing")
        if len(octets) > 512:
            self.refuse("too_long", "at most 512 octets", str(len(octets)))
        arcs: list[int] = []
        start = 0
        while start < len(octets):
            if octets[start] == 128:
                self.refuse("not_der", "arcs in their shortest form (X.690 §8.19.2)", "80", start)
            stop, arc = start, octets[start] & 127
            while octets[stop] & 128:
                stop += 1
                arc = arc * 128 + (octets[stop] & 127)
            arcs.append(arc)
            start = stop + 1
        if not relative:
            root = 0 if arcs[0] < 40 else 1 if arcs[0] < 80 else 2
            arcs[:1] = [root, arcs[0] - 40 * root]
        return ".".join(str(arc) for arc in arcs)

    def time(self, form: str) -> str:
        for place, octet in enumerate(self.octets):
            if octet > 127:
                self.refuse("bad_text", "a date and time", f"octet {octet:#04x}", place)
        text = self.octets.decode("ascii")
        exact, loose, wanted = _TIME_FORMS[form]
        if not re.fullmatch(exact, text):
            self.refuse("not_der" if re.fullmatch(loose, text) else "bad_text", wanted, show(text))
        year = int(text[: -11 if form == "utctime" else 4])
        if form == "utctime":
            year += 1900 if year > 49 else 2000
        rest = text[2 if form == "utctime" else 4 :]
        month, day, hour, minute, second = [int(rest[i : i + 2]) for i in (0, 2, 4, 6, 8)]
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        days = (0, 31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
        good = 1 <= month <= 12 and 1 <= day <= days[month] and hour < 24 and minute < 60 and second < 60
        if not good:
            self.refuse("out_of_range", "a date and time that there is", f"{year:04}{rest[:10]}")
        return text

    def text(self, form: str, low: int, high: int | None) -> str:
        octets = self.octets
        if form == "utf8":
            try:
                text = octets.decode()
            except UnicodeDecodeError as error:
                self.refuse("bad_text", "UTF-8", f"octet {octets[error.start]:#04x}", error.start)
        else:
            width = {"bmp": 2, "universal": 4}.get(form, 1)
            if len(octets) % width:
                self.refuse("bad_text", f"{width} octets a character", f"{len(octets)} octets")
            text = ""
            for place in range(0, len(octets), width):
                point = int.from_bytes(octets[place : place + width], "big")
                if not _in_alphabet(form, point):
                    found = f"octet {point:#04x}" if width == 1 else f"{point:#x}"
                    self.refuse("bad_text", f"a character of `{form}`", found, place)
                text += chr(point)
        self.count(len(text), low, high, "characters")
        return text


_TIME_FORMS = {
    "utctime": (
        "[0-9]{12}Z",
        "[0-9]{10}([0-9]{2})?(Z|[+-][0-9]{4})",
        "YYMMDDhhmmssZ (X.690 §11.8)",
    ),
    "generalizedtime": (
        r"[0-9]{14}(\.[0-9]*[1-9])?Z",
        "[0-9]{10}([0-9]{2}){0,2}([.,][0-9]+)?(Z|[+-][0-9]{2}([0-9]{2})?)?",
        "YYYYMMDDhhmmssZ (X.690 §11.7)",
    ),
}


def _in_alphabet(form: str, point: int) -> bool:
    if form == "printable":
        return point < 128 and (chr(point).isalnum() or chr(point) in " '()+,-./:=?")
    if form == "numeric":
        return point < 128 and chr(point) in "0123456789 "
    if form == "ia5":
        return point < 128
    if form == "visible":
        return 32 <= point < 127
    if form in ("bmp", "universal"):
        return point < (65536 if form == "bmp" else 1114112) and not 55296 <= point < 57344
    return True


def read_element(
    r: Reading,
    o: int,
    end: int,
    name: str,
    form: str,
    tag: bytes,
    low: int | None = None,
    high: int | None = None,
    at: str | None = None,
) -> int:
    """Read the element of a member: its value, and where it lies."""
    trace, path = r.trace, name if at is None else at
    if name not in r.at or r.at[name] != o:
        r.at[name] = o
    if form == "any":
        stop = end_of_element(trace, o, end, path)
        r.fields[name] = trace.data[o:stop]
    elif form == "elements":
        stop = o
        while stop < end:
            stop = end_of_element(trace, stop, end, path)
        r.fields[name] = trace.data[o:stop] or None
    else:
        tags = (b"\x17", b"\x18") if form == "time" else (tag,)
        first, stop = find_element(trace, o, end, path, *tags)
        kind = form
        if form == "time":
            kind = "utctime" if trace.data[o] == 23 else "generalizedtime"
        content = DerContent(trace, first, trace.data[first:stop], path)
        value = r.fields[name] = content.value(kind, low, high)
        if form == "time" and "." in value:
            content.refuse("bad_text", "whole seconds (RFC 5280 §4.1.2.5.2)", show(value))
    r.spans[name] = (o, stop)
    return stop


# ---- writing ----


def der_header(tag: bytes, size: int) -> bytes:
    """Return identifier and length."""
    if size < 128:
        return tag + bytes([size])
    octets = b""
    while size:
        octets = bytes([size & 255]) + octets
        size >>= 8
    return tag + bytes([128 + len(octets)]) + octets


def set_elements(content: bytes) -> bytes:
    """Return elements in the order of a SET OF."""
    trace = Trace(content)
    found = []
    o = 0
    while o < len(content):
        stop = end_of_element(trace, o, len(content), "")
        found.append(content[o:stop])
        o = stop
    return b"".join(sorted(found))


def write_element(
    w: Writing,
    value: Any,
    name: str,
    form: str,
    tag: bytes,
    low: int | None = None,
    high: int | None = None,
    at: str | None = None,
) -> bytes:
    """Write the element of a member."""
    trace, path = w.trace, name if at is None else at
    if form in ("any", "elements"):
        if form == "elements" and value is None:
            return b""
        if not isinstance(value, (bytes, bytearray, memoryview)):
            trace.refuse("wrong_kind", None, path, "octets of elements", show(value))
        return w.keep(name, whole_elements(w, bytes(value), form, path))
    if form == "time":
        if not isinstance(value, str):
            trace.refuse("wrong_kind", None, path, "a text", show(value))
        form, tag = ("utctime", b"\x17") if len(value) == 13 else ("generalizedtime", b"\x18")
        if "." in value:
            trace.refuse("bad_text", None, path, "whole seconds (RFC 5280 §4.1.2.5.2)", show(value))
    octets = element_content(trace, form, value, path)
    if DerContent(trace, None, octets, path).value(form, low, high) != value:
        trace.refuse("wrong_kind", None, path, "a value of the field's form", show(value))
    return w.keep(name, der_header(tag, len(octets)) + octets)


def whole_elements(w: Writing, octets: bytes, form: str, at: str) -> bytes:
    """Return octets that are one element, or any number of them."""
    look = Trace(octets, writing=True)
    look.places, look.records = w.trace.places, w.trace.records
    o = 0
    while (o == 0 and form == "any") or (form == "elements" and o < len(octets)):
        o = end_of_element(look, o, len(octets), at)
    if o != len(octets):
        w.trace.refuse("trailing_data", None, at, "one element", f"{len(octets) - o} octets more")
    return octets


def element_content(trace: Trace, form: str, value: Any, at: str) -> bytes:
    """Return the content for a value; whether it is one of the form is asked afterwards."""
    if form == "boolean" and isinstance(value, bool):
        return b"\xff" if value else b"\x00"
    if form in ("integer", "enumerated") and isinstance(value, int):
        size = 1
        while not -(1 << 8 * size - 1) <= value < 1 << 8 * size - 1:
            size += 1
        return int(value).to_bytes(size, "big", signed=True)
    if form == "null" and isinstance(value, bytes):
        return b"" if value == b"\x05\x00" else b"?"
    if form in ("octets", "bitstring") and isinstance(value, bytes):
        return value if form == "octets" else b"\x00" + value
    if form == "bits" and isinstance(value, str) and set(value) <= {"0", "1"}:
        return bit_content(value)
    if form == "flags" and isinstance(value, int) and value >= 0:
        return bit_content("".join("01"[value >> place & 1] for place in range(int(value).bit_length())))
    if form in ("oid", "relative_oid") and isinstance(value, str):
        return arcs_content(trace, value, form == "relative_oid", at)
    if not isinstance(value, str):
        trace.refuse("wrong_kind", None, at, "a value of the field's form", show(value))
    width = {"utf8": "utf-8", "bmp": "utf-16-be", "universal": "utf-32-be"}.get(form, "latin-1")
    try:
        return value.encode(width)
    except UnicodeEncodeError:
        trace.refuse("bad_text", None, at, f"characters of `{form}`", show(value))


def bit_content(digits: str) -> bytes:
    """Return the content of a bit string."""
    octets = [digits[i : i + 8] for i in range(0, len(digits), 8)]
    return bytes([-len(digits) % 8, *(int(octet.ljust(8, "0"), 2) for octet in octets)])


def arcs_content(trace: Trace, text: str, relative: bool, at: str) -> bytes:
    """Return the content of an object identifier."""
    arcs = text.split(".")
    good = all(arc.isascii() and arc.isdigit() and (arc == "0" or arc[0] != "0") for arc in arcs)
    if len(text) > 2048 or not good or (not relative and (len(arcs) < 2 or arcs[0] not in ("0", "1", "2"))):
        trace.refuse("bad_text", None, at, "an object identifier", show(text))
    numbers = [int(arc) for arc in arcs]
    if not relative:
        if numbers[0] < 2 and numbers[1] > 39:
            trace.refuse("out_of_range", None, at, "a second arc below 40", show(text))
        numbers[:2] = [40 * numbers[0] + numbers[1]]
    octets = b""
    for number in numbers:
        part = bytes([number & 127])
        while number > 127:
            number >>= 7
            part = bytes([number & 127 | 128]) + part
        octets += part
    return octets


def one_alternative(w: Writing, *alternatives: tuple[str, str]) -> str:
    """Return the key of the one alternative that is given, of (key, name) each."""
    given = [pair for pair in alternatives if w.fields[pair[0]] is not None]
    wanted = f"one of {', '.join(name for _, name in alternatives[:8])}"
    if not given:
        w.trace.refuse("missing_field", None, "", wanted, "none of them")
    if len(given) > 1:
        w.trace.refuse("unknown_field", None, given[1][1], wanted, "more than one of them")
    return given[0][0]
