"""Text read and written step by step, for careful twins: characters are walked, and each refusal has its octet.

Text of generated projects. `at` is the member a refusal names; readers return the place after what they read.
"""

from __future__ import annotations

from typing import Any

from art7.codegen.python.vendored.careful_read import check_size
from art7.codegen.python.vendored.careful_reading import Reading
from art7.codegen.python.vendored.careful_write import Writer
from art7.codegen.python.vendored.careful_writing import Writing
from art7.codegen.python.vendored.core import DecodeError, Trace, show
from art7.codegen.python.vendored.patterns import _pattern, matches


def _next_character(data: bytes, place: int, end: int) -> tuple[str, int] | None:
    if place >= end:
        return None
    lead = data[place]
    stop = place + (1 if lead < 0x80 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4)
    try:
        return (data[place:stop].decode(), stop) if stop <= end else None
    except UnicodeDecodeError:
        return None


def _found_at(data: bytes, place: int, end: int) -> str:
    return show(data[place : min(end, place + 16)].decode(errors="replace")) if place < end else "the end"


def _keep(r: Reading, name: str, o: int, stop: int, value: Any, inside: bool) -> int:
    r.fields[name] = value
    if not inside:
        r.at[name], r.spans[name] = o, (o, stop)
    return stop


def read_token(
    r: Reading,
    o: int,
    end: int,
    name: str,
    pattern: str,
    maximum: int | None = None,
    at: str | None = None,
    inside: bool = False,
) -> int:
    """Read the longest text that matches a pattern, of `maximum` octets at most."""
    data, automaton = r.trace.data, _pattern(pattern)
    states, place = automaton.start, o
    stop = o if automaton.end in states else -1
    while (step := _next_character(data, place, end)) is not None:
        character, place = step
        found = automaton.memory.get((states, character))
        states = automaton.step(states, character) if found is None else found
        if not states:
            break
        if automaton.end in states:
            stop = place
    if stop < 0:
        r.trace.refuse("bad_characters", o, name if at is None else at, "a token", _found_at(data, o, end))
    if maximum is not None and stop - o > maximum:
        r.trace.refuse("too_long", o, name if at is None else at, f"at most {maximum} octets", str(stop - o))
    return _keep(r, name, o, stop, data[o:stop].decode(), inside)


def read_number(
    r: Reading,
    o: int,
    end: int,
    name: str,
    low: int,
    high: int,
    base: int = 10,
    at: str | None = None,
    inside: bool = False,
) -> int:
    """Read an integer in digits, in its shortest form."""
    data, path = r.trace.data, name if at is None else at
    first = o + 1 if low < 0 and o < end and data[o] == 0x2D else o
    stop = first
    while stop < end and (0x30 <= data[stop] <= 0x39 or (base == 16 and data[stop] in b"abcdefABCDEF")):
        stop += 1
    digits = data[first:stop]
    if not digits or (digits[0] == 0x30 and (len(digits) > 1 or first > o)):
        code, form = ("bad_decimal", "decimal") if base == 10 else ("bad_coding", "hexadecimal")
        r.trace.refuse(code, o, path, f"a {form} number without needless zeros", _found_at(data, o, end))
    if len(digits) > 40:
        r.trace.refuse("out_of_range", o, path, "a number of at most 40 digits", f"{len(digits)} digits")
    value = int(data[o:stop], base)
    if not low <= value <= high:
        r.trace.refuse("out_of_range", o, path, f"a number from {low} to {high}", show(value))
    return _keep(r, name, o, stop, value, inside)


def _is_control(character: str) -> bool:
    return character != "\t" and (character < " " or character == "\x7f")


def read_quoted(
    r: Reading,
    o: int,
    end: int,
    name: str,
    minimum: int = 0,
    maximum: int | None = None,
    at: str | None = None,
    inside: bool = False,
) -> int:
    """Read a text between double quotes."""
    data, path = r.trace.data, name if at is None else at
    if o >= end or data[o] != 0x22:
        r.trace.refuse("bad_quoted", o, path, "a double quote", _found_at(data, o, end))
    characters: list[str] = []
    place = o + 1
    while place < end and data[place] != 0x22:
        place += data[place] == 0x5C
        step = _next_character(data, place, end)
        if step is None or _is_control(step[0]):
            if place < end:
                wanted = "a character of UTF-8 that is no control"
                r.trace.refuse("bad_quoted", place, path, wanted, _found_at(data, place, end))
            break
        characters.append(step[0])
        place = step[1]
    if place >= end:
        r.trace.refuse("bad_quoted", o, path, "a double quote at the end", "none")
    value = "".join(characters)
    if len(value) < minimum:
        r.trace.refuse("too_short", o, path, f"at least {minimum} characters", str(len(value)))
    if maximum is not None and len(value) > maximum:
        r.trace.refuse("too_long", o, path, f"at most {maximum} characters", str(len(value)))
    return _keep(r, name, o, place + 1, value, inside)


def read_upto(
    r: Reading,
    o: int,
    end: int,
    name: str,
    mark: bytes,
    minimum: int = 0,
    maximum: int | None = None,
    text: bool = True,
    at: str | None = None,
    inside: bool = False,
) -> int:
    """Read octets, or text, up to a mark."""
    data, path = r.trace.data, name if at is None else at
    stop = data.find(mark, o, end)
    if stop < 0:
        r.trace.refuse("truncated", min(end, len(data)), path, show(mark), "the end")
    check_size(r.trace, o, stop - o, path, minimum, maximum)
    value: Any = data[o:stop]
    if text:
        try:
            value = value.decode()
        except UnicodeDecodeError as error:
            r.trace.refuse("bad_text", o + error.start, path, "UTF-8", f"octet {value[error.start]:#04x}")
    return _keep(r, name, o, stop, value, inside) + len(mark)


def passed_space(data: bytes, o: int, end: int, octets: bytes, comments: bool = False) -> int:
    """Return the place behind white space and, where they count as such, comments."""
    while o < end:
        if data[o] in octets:
            o += 1
            continue
        stop = _passed_comment(data, o, end) if comments and data[o] == 0x28 else o
        if stop == o:
            break
        o = stop
    return o


def _passed_comment(data: bytes, o: int, end: int) -> int:
    depth, place = 0, o
    while place < end:
        octet = data[place]
        place += 2 if octet == 0x5C else 1
        depth += (octet == 0x28) - (octet == 0x29)
        if not depth:
            return place
    return o


def begins(
    trace: Trace,
    o: int,
    end: int,
    literals: tuple[bytes, ...],
    ranges: tuple[tuple[int, int], ...] = (),
    space: bytes = b"",
    comments: bool = False,
) -> bool:
    """Whether one of the literals, or an octet of the ranges, comes next."""
    data = trace.data
    if trace.limit is not None:
        trace.reach(min(o + 1, end))
    if space or comments:
        o = passed_space(data, o, end, space, comments)
    if o >= end:
        return False
    if any(low <= data[o] <= high for low, high in ranges):
        return True
    return any(data.startswith(literal, o, end) for literal in literals)


def open_line(trace: Trace, o: int, end: int, eol: bytes, lenient: bool) -> tuple[int, int]:
    """Return where the line at `o` ends, and where the next one begins."""
    data = trace.data
    if lenient:
        stop = data.find(b"\n", o, end)
        if stop < 0:
            return end, end
        return stop - (stop > o and data[stop - 1] == 0x0D), stop + 1
    stop = data.find(eol, o, end)
    if stop < 0:
        trace.reach(len(data) + 1, eol)
        trace.refuse("truncated", min(end, len(data)), "", "the end of a line", "the end")
    return stop, stop + len(eol)


def close_line(trace: Trace, o: int, end: int) -> None:
    """Refuse what is left of a line."""
    if o != end:
        trace.refuse("trailing_data", o, "", "the end of the line", _found_at(trace.data, o, end))


def none_ahead(trace: Trace, o: int, end: int, names: str) -> None:
    """Refuse what no alternative begins with."""
    code = "unknown_value" if o < end else "truncated"
    trace.refuse(code, o, "", names, _found_at(trace.data, o, end))


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_CODINGS = {"hex": "0123456789abcdefABCDEF", "base64": _ALPHABET + "+/", "base64url": _ALPHABET + "-_"}


class Decoded:
    """Octets that a coding spells, read in their own places while it is open; refusals lie where they came from."""

    __slots__ = ("base", "data", "end", "hex", "o", "stop", "trace")

    def __init__(
        self,
        r: Reading,
        o: int,
        end: int,
        coding: str,
        name: str,
        at: str | None = None,
        inside: bool = False,
    ) -> None:
        self.trace, self.data, self.o, self.end = r.trace, r.trace.data, o, end
        self.hex = coding == "hex"
        alphabet, stop = _CODINGS[coding].encode(), o
        while stop < end and self.data[stop] in alphabet:
            stop += 1
        last = stop
        while coding == "base64" and stop < min(end, last + 2) and self.data[stop] == 0x3D:
            stop += 1
        self.stop = stop
        if not inside:
            r.at[name], r.spans[name] = o, (o, stop)
        signs, path = last - o, name if at is None else at
        if self.hex:
            if signs % 2:
                r.trace.refuse("bad_coding", stop, path, "an even number of digits", f"{signs} digits")
            self.base = bytes.fromhex(self.data[o:stop].decode())
            return
        padding = stop - last
        if signs % 4 == 1 or (coding == "base64" and padding != -signs % 4):
            r.trace.refuse("bad_coding", stop, path, "groups of four characters", f"{stop - o} characters")
        self.base = self._octets(r, _CODINGS[coding], last, path)

    def _octets(self, r: Reading, alphabet: str, last: int, path: str) -> bytes:
        values = {ord(sign): value for value, sign in enumerate(alphabet)}
        found, word, bits = bytearray(), 0, 0
        for place in range(self.o, last):
            word, bits = (word << 6 | values[self.data[place]]) & 0xFFFF, bits + 6
            if bits >= 8:
                bits -= 8
                found.append(word >> bits & 0xFF)
        if word & (1 << bits) - 1:
            r.trace.refuse("bad_coding", last - 1, path, "unused bits that are zero", "others")
        return bytes(found)

    def place(self, offset: int) -> int:
        """Return the octet of the message that the one at `offset` comes from."""
        if self.hex:
            return self.o + 2 * offset
        return self.stop if offset >= len(self.base) else self.o + offset // 3 * 4 + offset % 3

    def __enter__(self) -> int:
        self.trace.data = self.base
        return len(self.base)

    def __exit__(self, kind: object, error: object, where: object) -> None:
        self.trace.data = self.data
        if isinstance(error, DecodeError) and error.offset is not None:
            error.offset = self.place(error.offset)


# ---- writing ---------------------------------------------------------------------------------------------


def _text_of(trace: Writer, value: Any, at: str) -> str:
    if not isinstance(value, str):
        trace.refuse("wrong_kind", None, at, "a text", show(value))
    try:
        value.encode()
    except UnicodeEncodeError:
        trace.refuse("bad_text", None, at, "characters of UTF-8", show(value))
    return str(value)


def put_token(trace: Writer, value: Any, pattern: str, at: str, maximum: int | None = None) -> bytes:
    """Write a text that matches a pattern, of `maximum` octets at most."""
    text = _text_of(trace, value, at)
    if not matches(text, pattern):
        trace.refuse("bad_characters", None, at, "a token", show(text))
    if maximum is not None and len(text.encode()) > maximum:
        trace.refuse("too_long", None, at, f"at most {maximum} octets", str(len(text.encode())))
    return text.encode()


def put_number(trace: Writer, value: Any, low: int, high: int, at: str, base: int = 10) -> bytes:
    """Write an integer in digits."""
    if not isinstance(value, int):
        trace.refuse("wrong_kind", None, at, "an integer", show(value))
    if not low <= value <= high:
        trace.refuse("out_of_range", None, at, f"an integer from {low} to {high}", show(value))
    return b"%d" % value if base == 10 else b"%x" % value


def put_quoted(trace: Writer, value: Any, minimum: int, maximum: int | None, at: str) -> bytes:
    """Write a text between double quotes."""
    text = _text_of(trace, value, at)
    if any(map(_is_control, text)):
        trace.refuse("bad_quoted", None, at, "a text without control characters", show(text))
    if len(text) < minimum:
        trace.refuse("too_short", None, at, f"at least {minimum} characters", str(len(text)))
    if maximum is not None and len(text) > maximum:
        trace.refuse("too_long", None, at, f"at most {maximum} characters", str(len(text)))
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.encode()


def put_upto(
    trace: Writer, value: Any, mark: bytes, minimum: int, maximum: int | None, text: bool, at: str
) -> bytes:
    """Write octets, or text, and the mark behind them."""
    octets = _text_of(trace, value, at).encode() if text else value
    if not isinstance(octets, bytes):
        trace.refuse("wrong_kind", None, at, "octets", show(value))
    if len(octets) < minimum:
        trace.refuse("too_short", None, at, f"at least {minimum} octets", str(len(octets)))
    if maximum is not None and len(octets) > maximum:
        trace.refuse("too_long", None, at, f"at most {maximum} octets", str(len(octets)))
    if (octets + mark).find(mark) != len(octets):
        trace.refuse("bad_text", None, at, f"no {show(mark)} inside", show(value))
    return octets + mark


def put_line(trace: Writer, content: bytes, eol: bytes, lenient: bool) -> bytes:
    """Write a line; it holds nothing that ends one."""
    line = content + eol
    stop = line.find(b"\n" if lenient else eol)
    if stop + 1 != len(line) if lenient else stop != len(content):
        trace.refuse("bad_text", None, "", "one line", "an end of a line inside")
    if lenient and eol == b"\n" and content[-1:] == b"\r":
        trace.refuse("bad_text", None, "", "one line", "an end of a line inside")
    return line


def put_coding(octets: bytes, coding: str) -> bytes:
    """Write octets in the characters of a coding."""
    if coding == "hex":
        return octets.hex().encode()
    alphabet, text = _CODINGS[coding], []
    for start in range(0, len(octets), 3):
        group = octets[start : start + 3]
        word = int.from_bytes(group, "big") << 8 * (3 - len(group))
        signs = [alphabet[word >> shift & 63] for shift in (18, 12, 6, 0)][: len(group) + 1]
        text.append("".join(signs))
    if coding == "base64" and text:
        text[-1] = text[-1].ljust(4, "=")
    return "".join(text).encode()


def one_given(w: Writing, members: tuple[tuple[str, str], ...], names: str) -> str:
    """Return which of the members has a value: (key, what a refusal calls it) each."""
    given = [each for each in members if w.fields[each[0]] is not None]
    if not given:
        w.trace.refuse("missing_field", None, "", names, "none of them")
    if len(given) > 1:
        w.trace.refuse("unknown_field", None, given[1][1], f"only one of {names}", "more than one of them")
    return given[0][0]
