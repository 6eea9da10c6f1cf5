"""Headers, parameters, parts and transfer codings of text, for both kinds of codecs.

Text of generated projects. What cannot be read is `Unreadable`: to the fast codecs that is their no, the careful ones
make a refusal of it.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from bisect import bisect_right
from urllib.parse import quote_from_bytes

from art7.codegen.python.vendored.core import show


class Unreadable(ValueError):
    """Octets that are not the text that must stand there; `offset` counts in the octets that were given."""

    def __init__(self, code: str, offset: int, expected: str, got: str) -> None:
        super().__init__(code)
        self.code, self.offset, self.expected, self.got = code, offset, expected, got


def standing_text(data: bytes, place: int, end: int) -> str:
    return show(data[place : min(end, place + 16)].decode(errors="replace")) if place < end else "the end"


# ---- headers ----

_HEADER_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_BLANKS = re.compile(rb"[ \t]*")

HeaderLine = tuple[bytes, int, int, list[tuple[int, int]], int]
"""The name as written, its first octet, the colon, where the lines of the value lie, the next header."""


def _line_at(data: bytes, o: int, end: int, eol: bytes, lenient: bool) -> tuple[int, int]:
    stop = data.find(b"\n" if lenient else eol, o, end)
    after = stop + (1 if lenient else len(eol))
    if stop < 0:
        if not lenient:
            raise Unreadable("truncated", end, "the end of a line", "the end")
        stop = after = end
    elif lenient and stop > o and data[stop - 1] == 13:
        stop -= 1
    if data.find(b"\r", o, stop) >= 0 or data.find(b"\0", o, stop) >= 0:
        place = next(place for wrong in (b"\r", b"\0") if (place := data.find(wrong, o, stop)) >= 0)
        # RFC 5322 §2.2, RFC 9110 §5.5: readers differ on whether such a line goes on.
        found = standing_text(data, place, place + 1)
        raise Unreadable("bad_header", place, "neither CR nor NUL within a line", found)
    return stop, after


def header_line(data: bytes, o: int, end: int, eol: bytes, lenient: bool) -> HeaderLine | int:
    """Return the header at `o`, or the place behind the empty line there."""
    if lenient and o >= end:
        return o
    stop, after = _line_at(data, o, end, eol, lenient)
    if stop == o:
        return after
    found = _HEADER_NAME.match(data, o, stop)
    if found is None:
        raise Unreadable("bad_header", o, "the name of a header", standing_text(data, o, stop))
    blank = _BLANKS.match(data, found.end(), stop)
    colon = stop if blank is None else blank.end()
    if colon >= stop or data[colon] != 0x3A:
        raise Unreadable("bad_header", colon, "a colon behind the name", standing_text(data, colon, stop))
    lines = [(colon + 1, stop)]
    while after < end and data[after] in b" \t":
        start = after
        stop, after = _line_at(data, start, end, eol, lenient)
        lines.append((start, stop))
    return found[0], o, colon, lines, after


def header_lines(
    data: bytes, o: int, end: int, eol: bytes, lenient: bool
) -> tuple[list[tuple[bytes, bytes, int, int, bytes]], int]:
    """Return the headers up to the empty line, and the place behind that.

    Of each: its name in small letters, octets and where in them the value lies, its name as written.
    """
    found: list[tuple[bytes, bytes, int, int, bytes]] = []
    while True:
        line = header_line(data, o, end, eol, lenient)
        if isinstance(line, int):
            return found, line
        name, _, _, lines, o = line
        if len(lines) == 1:
            found.append((name.lower(), data, *trimmed_span(data, *lines[0]), name))
        else:
            octets = unfolded(data, lines)
            found.append((name.lower(), octets, *trimmed_span(octets, 0, len(octets)), name))


def unfolded(data: bytes, lines: list[tuple[int, int]]) -> bytes:
    """Return the lines of a value as one; an end of a line and the white space behind it are one space."""
    start, stop = lines[0]
    return data[start:stop] + b"".join(b" " + data[start + 1 : stop] for start, stop in lines[1:])


def trimmed_span(data: bytes, start: int, stop: int) -> tuple[int, int]:
    """Return where a value without the white space around it lies."""
    while start < stop and data[start] in b" \t":
        start += 1
    while stop > start and data[stop - 1] in b" \t":
        stop -= 1
    return start, stop


_APART = re.compile(rb'"(?:[^"\\]|\\.)*"?|<[^>]*>?|[^",<(]+|,|\(', re.DOTALL)


def comma_spans(data: bytes, o: int, end: int, comments: bool) -> list[tuple[int, int]]:
    """Return the values between commas outside of quotes, comments and `<>`; none where there is nothing."""
    begin, last = trimmed_span(data, o, end)
    if begin == last:
        return []
    if data.find(b",", o, end) < 0:
        return [(begin, last)]
    found = []
    begin = place = o
    while place < end:
        sign = data[place]
        if sign == 0x2C:
            found.append(trimmed_span(data, begin, place))
            begin = place = place + 1
            continue
        if sign == 0x28 and comments:
            behind = _behind_comment(data, place, end)
            place = behind if behind > place else end
            continue
        match = _APART.match(data, place, end)
        place = place + 1 if match is None else match.end()
    found.append(trimmed_span(data, begin, end))
    return found


def _behind_comment(data: bytes, o: int, end: int) -> int:
    depth, place = 0, o
    while place < end:
        octet = data[place]
        place += 2 if octet == 0x5C else 1
        depth += (octet == 0x28) - (octet == 0x29)
        if not depth:
            return place
    return o


# ---- parameters ----

_NOT_BARE = re.compile(rb'[^\x00-\x20;,"<>()\x7f]*')
_PARAMETER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
# A token of MIME has braces (RFC 2045 §5.1); `*`, `'` and `%` mean something to RFC 2231 §7.
_MIME_NAME = re.compile(rb"[!#$%&'*+\-.^_`{|}~0-9A-Za-z]+")
_MIME_NAME_WRITTEN = re.compile(r"[!#$&+\-.^_`{|}~0-9A-Za-z]+")
_SIP_VALUE = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z\[\]:]+")
_SECTIONED = re.compile(r"([^*]+)(?:\*(0|[1-9][0-9]{0,2}))?(\*)?")
_QUOTED_TEXT = re.compile(rb'"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*+)"')
_ESCAPED = re.compile(r"\\(.)")

Parameter = tuple[str, "str | None", int, int]
"""Name in small letters, value, and where both begin."""


def _blank_end(data: bytes, o: int, end: int, comments: bool) -> int:
    while o < end:
        if data[o] in b" \t":
            o += 1
        elif comments and data[o] == 0x28 and (stop := _behind_comment(data, o, end)) != o:
            o = stop
        else:
            break
    return o


def read_parameter_map(data: bytes, o: int, end: int, form: str) -> tuple[dict[str, str | None], int]:
    """Return the parameters at `o`, and the place behind them."""
    mime = form == "mime"
    found: dict[str, Parameter] = {}
    while True:
        sign = _blank_end(data, o, end, mime)
        if sign >= end or data[sign] != 0x3B:
            break
        start = _blank_end(data, sign + 1, end, mime)
        if mime and start >= end:
            o = end
            break
        parameter, o = _parameter(data, start, end, mime)
        if parameter[0] in found:
            raise Unreadable("duplicate_field", start, "another name", parameter[0])
        found[parameter[0]] = parameter
    if mime:
        return _sections(list(found.values())), o
    return {name: each[1] for name, each in found.items()}, o


def _parameter(data: bytes, start: int, end: int, comments: bool) -> tuple[Parameter, int]:
    match = (_MIME_NAME if comments else _HEADER_NAME).match(data, start, end)
    if match is None:
        raise Unreadable("bad_characters", start, "the name of a parameter", standing_text(data, start, end))
    name = match[0].decode().lower()
    sign = _blank_end(data, match.end(), end, comments)
    if sign >= end or data[sign] != 0x3D:
        return (name, None, start, match.end()), match.end()
    begin = _blank_end(data, sign + 1, end, comments)
    if begin < end and data[begin] == 0x22:
        value, stop = _quoted_value(data, begin, end)
        return (name, value, start, begin), stop
    bare = _NOT_BARE.match(data, begin, end)
    octets = b"" if bare is None else bare[0]
    try:
        value = octets.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("bad_text", begin + error.start, "UTF-8", "another octet") from None
    if not value:
        raise Unreadable("bad_characters", begin, "the value of a parameter", standing_text(data, begin, end))
    return (name, value, start, begin), begin + len(octets)


def _quoted_value(data: bytes, o: int, end: int) -> tuple[str, int]:
    """Return the text between double quotes at `o`, and the place behind it."""
    match = _QUOTED_TEXT.match(data, o, end)
    if match is not None:
        try:
            text = match[1].decode()
        except UnicodeDecodeError:
            text = None
        if text is not None:
            return _ESCAPED.sub(r"\1", text), match.end()
    place = o + 1
    while place < end and data[place] != 0x22:
        place += data[place] == 0x5C
        lead = data[place] if place < end else 0
        stop = place + (1 if lead < 0x80 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4)
        try:
            character = data[place:stop].decode() if stop <= end else ""
        except UnicodeDecodeError:
            character = ""
        if not character or (character != "\t" and (character < " " or character == "\x7f")):
            break
        place = stop
    if place >= end:
        raise Unreadable("bad_quoted", o, "a double quote at the end", "none")
    wanted = "a character of UTF-8 that is no control"
    raise Unreadable("bad_quoted", place, wanted, standing_text(data, place, end))


def _sections(found: list[Parameter]) -> dict[str, str | None]:
    """Return values that came in parts (RFC 2231 §3), or with a charset (§4), as one each."""
    groups: dict[str, list[tuple[int, bool, Parameter]]] = {}
    for each in found:
        match = _SECTIONED.fullmatch(each[0])
        if match is None:
            raise Unreadable("bad_characters", each[2], "a name, and the number of a part", each[0])
        number = -1 if match[2] is None else int(match[2])
        groups.setdefault(match[1], []).append((number, match[3] is not None, each))
    return {name: _section_text(rows) for name, rows in groups.items()}


def _section_text(rows: list[tuple[int, bool, Parameter]]) -> str | None:
    alone = [(extended, each) for number, extended, each in rows if number < 0]
    if alone:
        extended, each = max(alone, key=lambda row: row[0])
        return _charset_text([(True, each)]) if extended else each[1]
    ordered = sorted(rows, key=lambda row: row[0])
    for expected, (number, _, each) in enumerate(ordered):
        if number != expected:
            wanted = f"part {expected} of the value"
            raise Unreadable("bad_coding", each[2], wanted, f"part {number}")
    return _charset_text([(extended, each) for _, extended, each in ordered])


def _charset_text(parts: list[tuple[bool, Parameter]]) -> str:
    texts = [each[1] or "" for _, each in parts]
    place, charset = parts[0][1][3], "us-ascii"
    if parts[0][0]:
        pieces = texts[0].split("'", 2)
        if len(pieces) != 3:
            raise Unreadable("bad_coding", place, "a charset and a language between `'`", "none")
        charset, texts[0] = pieces[0] or charset, pieces[2]
    elif not any(extended for extended, _ in parts):
        return "".join(texts)
    octets = b""
    for (extended, each), text in zip(parts, texts, strict=True):
        if extended and re.search(r"%(?![0-9A-Fa-f]{2})", text):
            raise Unreadable("bad_coding", each[3], "two digits behind each `%`", "others")
        octets += (
            re.sub(rb"%(..)", lambda match: bytes.fromhex(match[1].decode()), text.encode())
            if extended
            else text.encode()
        )
    try:
        return text_of_charset(octets, charset)
    except Unreadable as refusal:
        raise Unreadable(refusal.code, place, refusal.expected, refusal.got) from None


_CONTROL_SIGN = re.compile("[\x00-\x08\x0a-\x1f\x7f]")


def parameter_text(values: dict[str, str | None], form: str) -> str:
    """Return parameters as they are written."""
    written = []
    names = set()
    for name, value in values.items():
        low = name.lower()
        if not (_MIME_NAME_WRITTEN if form == "mime" else _PARAMETER_NAME).fullmatch(name):
            raise Unreadable("bad_characters", 0, "the name of a parameter", show(name))
        if low in names:
            raise Unreadable("duplicate_field", 0, "another name", low)
        names.add(low)
        written.append(f";{low}" if value is None else f";{low}{_parameter_value(value, form)}")
    return "".join(written)


def _parameter_value(value: str, form: str) -> str:
    if (_SIP_VALUE if form == "sip" else _PARAMETER_NAME).fullmatch(value):
        return f"={value}"
    if _CONTROL_SIGN.search(value):
        raise Unreadable("bad_quoted", 0, "a text without control characters", show(value))
    if form == "mime" and not value.isascii():
        return f"*=utf-8''{quote_from_bytes(value.encode(), safe='!#$&+-.^_`|~')}"
    if '"' in value or "\\" in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'="{value}"'


# ---- parts ----


def boundary_mark(boundary: object) -> bytes:
    """Return what the lines of a boundary begin with."""
    if isinstance(boundary, str) and re.fullmatch("[ -~]{0,69}[!-~]", boundary):
        return b"--" + boundary.encode()
    raise Unreadable("bad_boundary", 0, "a boundary of 1 to 70 characters", show(boundary))


def part_spans(data: bytes, o: int, end: int, boundary: object) -> list[tuple[int, int]]:
    """Return where the parts between the lines of a boundary lie."""
    lines = _boundary_lines(data, o, end, boundary_mark(boundary))
    if not lines or not lines[-1][2]:
        wanted = "the last line of the boundary" if lines else "a line of the boundary"
        raise Unreadable("bad_boundary", end, wanted, "the end")
    if lines[0][2]:
        raise Unreadable("bad_boundary", lines[0][0], "a line of the boundary", "its last line")
    found = []
    for (_, begin, _), (at, _, _) in zip(lines, lines[1:], strict=False):
        stop = at - 1
        if stop > begin and data[stop - 1] == 13:
            stop -= 1
        found.append((begin, max(begin, stop)))
    return found


def _boundary_lines(data: bytes, o: int, end: int, mark: bytes) -> list[tuple[int, int, bool]]:
    """Return the lines of a boundary up to the last: first octet, next line, whether it is the last."""
    found: list[tuple[int, int, bool]] = []
    at = o if data.startswith(mark, o, end) else _behind_line(data, o, end, mark)
    while at >= 0:
        stop = at + len(mark)
        closing = data.startswith(b"--", stop, end)
        blank = _BLANKS.match(data, stop + 2 * closing, end)
        stop = stop if blank is None else blank.end()
        after = -1
        if data.startswith(b"\n", stop, end):
            after = stop + 1
        elif data.startswith(b"\r\n", stop, end):
            after = stop + 2
        elif closing and stop >= end:
            after = end
        if after >= 0:
            found.append((at, after, closing))
            if closing:
                break
        at = _behind_line(data, max(at, after - 1), end, mark)
    return found


def _behind_line(data: bytes, o: int, end: int, mark: bytes) -> int:
    """Return where the next line that begins with a mark does; -1 where none does."""
    place = data.find(b"\n" + mark, o, end)
    return -1 if place < 0 else place + 1


def part_octets(pieces: list[bytes], boundary: object, eol: bytes) -> bytes:
    """Return parts between the lines of a boundary."""
    mark = boundary_mark(boundary)
    for piece in pieces:
        if mark in piece and _boundary_lines(piece + eol, 0, len(piece) + len(eol), mark):
            raise Unreadable("bad_boundary", 0, "a boundary that no part holds", show(boundary))
    return b"".join(mark + eol + piece + eol for piece in pieces) + mark + b"--" + eol


# ---- codings and charsets ----

_CHARSETS = {
    "us-ascii": "ascii", "ascii": "ascii", "ansi_x3.4-1968": "ascii", "utf-8": "utf-8", "utf8": "utf-8",
    "latin1": "iso8859-1", "koi8-r": "koi8-r", "koi8-u": "koi8-u", "iso-2022-jp": "iso2022-jp",
    "shift_jis": "shift-jis", "euc-jp": "euc-jp", "euc-kr": "euc-kr", "iso-2022-kr": "iso2022-kr",
    "gb2312": "gb2312", "gbk": "gbk", "gb18030": "gb18030", "big5": "big5",
    "utf-16": "utf-16", "utf-16be": "utf-16-be", "utf-16le": "utf-16-le",
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in range(1, 17) if part != 12},
    **{f"windows-{page}": f"cp{page}" for page in range(1250, 1259)},
}  # fmt: skip


def _codec_of(charset: str | None) -> str:
    codec = _CHARSETS.get("us-ascii" if charset is None else charset.strip().lower())
    if codec is None:
        raise Unreadable("bad_charset", 0, "the name of a known charset", show(charset))
    return codec


def text_of_charset(octets: bytes, charset: str | None) -> str:
    """Return octets in a charset as a text."""
    try:
        return octets.decode(_codec_of(charset))
    except UnicodeDecodeError as error:
        got = f"octet {octets[error.start]:#04x}" if error.start < len(octets) else "the end"
        raise Unreadable("bad_text", error.start, f"text in {charset or 'us-ascii'}", got) from None


def in_utf8(octets: bytes, charset: str | None) -> bytes:
    """Return octets in a charset as UTF-8."""
    return text_of_charset(octets, charset).encode("utf-8", "surrogatepass")


def in_charset(octets: bytes, charset: str | None) -> bytes:
    """Return UTF-8 as octets in a charset."""
    try:
        return octets.decode("utf-8", "surrogatepass").encode(_codec_of(charset))
    except UnicodeEncodeError as error:
        wanted = f"characters of {charset or 'us-ascii'}"
        raise Unreadable("bad_text", error.start, wanted, "others") from None


_TRANSFERS = ("7bit", "8bit", "binary", "quoted-printable", "base64")
_BASE64_FORM = re.compile(rb"[A-Za-z0-9+/ \t\r\n]*+[= \t\r\n]*+")
_BROKEN_QUOTED = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*(?:\r?\n|\Z))")


def transfer_name(coding: str | None) -> str:
    """Return which transfer coding a name means."""
    name = "7bit" if coding is None else coding.strip().lower()
    if name not in _TRANSFERS:
        wanted = "7bit, 8bit, binary, quoted-printable or base64"
        raise Unreadable("bad_coding", 0, wanted, show(coding))
    return name


def transferred(data: bytes, o: int, end: int, coding: str | None) -> bytes:
    """Return what a transfer coding carries."""
    name = transfer_name(coding)
    octets = data[o:end]
    if name == "base64":
        return _from_base64(octets, o)
    return _from_quoted(octets, o) if name == "quoted-printable" else octets


def _from_base64(octets: bytes, o: int) -> bytes:
    form = _BASE64_FORM.match(octets)
    stop = 0 if form is None else form.end()
    if stop < len(octets):
        raise Unreadable("bad_coding", o + stop, "a character of base64", f"octet {octets[stop]:#04x}")
    signs = octets.translate(None, b" \t\r\n")
    count = len(signs.rstrip(b"="))
    if count % 4 == 1 or len(signs) - count != -count % 4:
        got = f"{len(signs)} characters"
        raise Unreadable("bad_coding", o + len(octets), "groups of four characters", got)
    made = b64decode(signs)
    if count % 4 and b64encode(made[1 - count % 4 :]) != signs[-4:]:
        last = len(octets.rstrip(b"= \t\r\n")) - 1
        raise Unreadable("bad_coding", o + last, "unused bits that are zero", "others")
    return made


_QUOTED_PIECE = re.compile(rb"=([0-9A-Fa-f]{2})|=[ \t]*(?:\r?\n|\Z)|(?<![ \t])[ \t]++(?=\r?\n|\Z)")


def _from_quoted(octets: bytes, o: int) -> bytes:
    broken = _BROKEN_QUOTED.search(octets)
    if broken is not None:
        got = show(octets[broken.start() + 1 : broken.start() + 3].decode("latin-1"))
        wanted = "two hexadecimal digits, or the end of a line"
        raise Unreadable("bad_coding", o + broken.start(), wanted, got)
    return _QUOTED_PIECE.sub(lambda match: bytes.fromhex(match[1].decode()) if match[1] else b"", octets)


def transfer_places(data: bytes, o: int, end: int, coding: str | None) -> list[int]:
    """Return where each octet that a transfer coding carries comes from."""
    name = transfer_name(coding)
    if name == "base64":
        signs = [place for place in range(o, end) if data[place] not in b" \t\r\n="]
        return [signs[octet // 3 * 4 + octet % 3] for octet in range(len(signs) * 6 // 8)]
    if name != "quoted-printable":
        return list(range(o, end))
    places: list[int] = []
    octets, before = data[o:end], 0
    for piece in _QUOTED_PIECE.finditer(octets):
        places += range(o + before, o + piece.start())
        before = piece.end()
        if piece[1]:
            places.append(o + piece.start())
    return [*places, *range(o + before, end)]


def transfer_octets(octets: bytes, coding: str | None) -> bytes:
    """Return octets in a transfer coding."""
    name = transfer_name(coding)
    if name == "base64":
        text = b64encode(octets)
        return b"\r\n".join([text[at : at + 76] for at in range(0, len(text), 76)])
    if name == "quoted-printable":
        return b"\r\n".join(map(_quoted_line, octets.split(b"\r\n")))
    if name != "binary":
        if b"\0" in octets or (name == "7bit" and not octets.isascii()):
            bad = (0, *range(128, 256)) if name == "7bit" else (0,)
            place = next(at for at, octet in enumerate(octets) if octet in bad)
            raise Unreadable("bad_coding", place, f"octets of {name}", f"octet {octets[place]:#04x}")
    return octets


_UNFIT_TO_PRINT = re.compile(rb"[^!-<>-~ \t]|[ \t]\Z")


def _quoted_line(line: bytes) -> bytes:
    text = _UNFIT_TO_PRINT.sub(lambda match: b"=%02X" % match[0][0], line)
    if len(text) <= 76:
        return text
    lines, begin = [], 0
    while len(text) - begin > 76:
        # A line has 75 characters and `=`; no octet in digits is cut.
        stop = text.find(b"=", begin + 73, begin + 75)
        stop = begin + 75 if stop < 0 else stop
        lines.append(text[begin:stop])
        begin = stop
    return b"=\r\n".join([*lines, text[begin:]])


def entry(values: dict[str, str | None] | None, key: str | None) -> str | None:
    """Return the value of a key; nothing without one, or without the map."""
    return None if values is None or key is None else values.get(key)


class PlacesOf:
    """Where the octets of lines that were put together come from."""

    __slots__ = ("ends", "pieces")

    def __init__(self, pieces: list[tuple[int, int]]) -> None:
        self.pieces = pieces
        self.ends: list[int] = []
        for start, stop in pieces:
            self.ends.append(stop - start + (self.ends[-1] if self.ends else 0))

    def __call__(self, offset: int) -> int:
        index = min(bisect_right(self.ends, offset), len(self.pieces) - 1)
        return self.pieces[index][1] - (self.ends[index] - offset)
