"""Mail by hand, of our contract: the values and checks of `ietf.mime`.

The limit of the bench folder keeps every header in one list, refuses no second header of a kind, knows neither
comments nor values in parts (RFC 2231), takes any transfer coding and broken base64 and quoted-printable, does not
read messages in messages, and checks nothing on writing.
"""

from __future__ import annotations

import re
from binascii import a2b_base64, a2b_qp, b2a_base64
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote_to_bytes


class DecodeError(ValueError):
    """A refusal."""


def _class(name: str, slots: str) -> Any:
    return type(name, (), {"__slots__": tuple(slots.split())})


Message = _class(
    "Message",
    "mime_version content_type transfer_encoding content_disposition content_id message_id subject topic from_ to cc date "
    "body unknown",
)
ContentType, Disposition = (
    _class("ContentType", "type subtype parameters"),
    _class("Disposition", "type parameters"),
)
Body, Unknown = _class("Body", "kind form shape content"), _class("Unknown", "name value")

WORD, NAME = r"[!#-'*+\-.0-9A-Z^-~]+", r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
QUOTED = r'"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*+)"'
MOST, DEEPEST = 16777216, 24

_word, _name = re.compile(WORD).fullmatch, re.compile(NAME).fullmatch
_version = re.compile(r"[0-9]+(?:\.[0-9]+)*").fullmatch
_media = re.compile(rf"[ \t]*({WORD})[ \t]*/[ \t]*({WORD})").match
_kind = re.compile(rf"[ \t]*({WORD})").match
_parameter = re.compile(
    rf'[ \t]*;[ \t]*(?:({NAME})(?:[ \t]*=[ \t]*(?:{QUOTED}|([^\x00-\x20;,"<>()\x7f]+)))?|\Z)'
).match
_sectioned = re.compile(r"([^*]+)(?:\*(0|[1-9][0-9]{0,2}))?(\*)?").fullmatch
_comment = re.compile(r'("(?:[^"\\]|\\.)*")|\((?:[^()\\]|\\.)*\)').sub
_end_of_headers = re.compile(rb"\n\r?\n").search
_base64 = re.compile(rb"[A-Za-z0-9+/ \t\r\n]*+[= \t\r\n]*+").fullmatch
_broken = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*(?:\r?\n|\Z))").search
_quoted_piece = re.compile(rb"=([0-9A-Fa-f]{2})|=[ \t]*(?:\r?\n|\Z)|(?<![ \t])[ \t]++(?=\r?\n|\Z)").sub
_boundary = re.compile("[ -~]{0,69}[!-~]").fullmatch
_control = re.compile("[\x00-\x08\x0a-\x1f\x7f]").search
_pair, _percents = re.compile(r"\\(.)"), re.compile("%(?![0-9A-Fa-f]{2})").search


def _plain(text: str) -> str:
    """Take comments out, the inner ones first; what stands between quotes stays."""
    while "(" in text:
        less = _comment(lambda match: match[1] or " ", text)
        if less == text:
            break
        text = less
    return text.strip(" \t")


def _parameters(text: str, o: int) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    while o < len(text):
        match: Any = _parameter(text, o)
        name, quoted, bare = match.groups()
        o = match.end()
        if name is None:
            break
        name = name.lower()
        if name in found or (bare is None and quoted is None and text[o : o + 1] == "="):
            raise DecodeError(name)
        found[name] = bare if quoted is None else _pair.sub(r"\1", quoted) if "\\" in quoted else quoted
    return _put_together(found) if "*" in "".join(found) else found


def _put_together(found: dict[str, str | None]) -> dict[str, str | None]:
    """Values that came in parts (RFC 2231 §3) or with a charset (§4)."""
    groups: dict[str, dict[int, tuple[str, bool]]] = {}
    for spelled, value in found.items():
        name, number, extended = _sectioned(spelled).groups()  # type: ignore[union-attr]
        rows, at = groups.setdefault(name, {}), -1 if number is None else int(number)
        if at >= 0 or extended or at not in rows:
            rows[at] = (value or "", extended is not None)
    return {name: _charset_text(rows) for name, rows in groups.items()}


def _charset_text(rows: dict[int, tuple[str, bool]]) -> str:
    parts = [rows[-1]] if -1 in rows else [rows[at] for at in range(len(rows))]
    if not any(extended for _, extended in parts):
        return "".join([text for text, _ in parts])
    (first, extended), charset = parts[0], "us-ascii"
    if extended:
        charset, _, first = first.split("'", 2)
        parts[0] = first, True
    if any(_percents(text) for text, coded in parts if coded):
        raise DecodeError("percents")
    return b"".join([unquote_to_bytes(text) if coded else text.encode() for text, coded in parts]).decode(
        charset
    )


def _read_type(text: str) -> Any:
    m, text = ContentType(), _plain(text) if "(" in text else text
    match: Any = _media(text)
    m.type, m.subtype = match.groups()
    m.parameters = _parameters(text, match.end())
    return m


def _read_disposition(text: str) -> Any:
    m, text = Disposition(), _plain(text) if "(" in text else text
    match: Any = _kind(text)
    m.type, m.parameters = match[1], _parameters(text, match.end())
    return m


def _taken(match: Callable[[str], Any]) -> Callable[[str], str]:
    return lambda text: match(_plain(text) if "(" in text else text)[0]


def _text(text: str) -> str:
    """Take comments away that stand before all else."""
    while text[:1] == "(":
        depth = at = 0
        while at < len(text):
            sign = text[at]
            at += 2 if sign == "\\" else 1
            depth += (sign == "(") - (sign == ")")
            if not depth:
                break
        if depth:
            break
        text = text[at:].lstrip(" \t")
    return text


_encoded_word = re.compile(r"=\?([^? ]+)\?([bBqQ])\?([^? ]*)\?=").sub
_between = re.compile(r"(\?=)[ \t]+(?==\?)").sub


def _decoded(text: str) -> str:
    """Put characters in the place of coded words (RFC 2047 §6); a word that cannot be read stays."""
    return _encoded_word(_word_text, _between(r"\1", text)) if "=?" in text else text


def _word_text(match: re.Match[str]) -> str:
    charset, coding, text = match.groups()
    try:
        if coding in "bB":
            return a2b_base64(text, strict_mode=True).decode(charset.partition("*")[0])
        return a2b_qp(text.replace("_", "=20")).decode(charset.partition("*")[0])
    except (ValueError, LookupError):
        return match[0]


_SLOTS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "mime-version": ("mime_version", _taken(_version)),
    "content-type": ("content_type", _read_type),
    "content-transfer-encoding": ("transfer_encoding", _taken(_word)),
    "content-disposition": ("content_disposition", _read_disposition),
    "content-id": ("content_id", _text),
    "message-id": ("message_id", _text),
    "subject": ("subject", _text),
    "from": ("from_", _text),
    "to": ("to", _text),
    "cc": ("cc", _text),
    "date": ("date", _text),
}


def decode(data: bytes) -> Any:
    """Read a mail message."""
    if len(data) > MOST:
        raise DecodeError("size")
    try:
        return _message(data, 0, len(data), DEEPEST)
    except (TypeError, AttributeError, ValueError, KeyError, LookupError):
        raise DecodeError("text") from None


def _lines(data: bytes, o: int, end: int) -> tuple[list[str], int]:
    """The headers, folded lines put together, and where the body begins."""
    if data.startswith(b"\n", o, end) or data.startswith(b"\r\n", o, end):
        return [], data.find(b"\n", o) + 1
    if o >= end:
        return [], o
    found = _end_of_headers(data, o, end)
    stop, after = (end, end) if found is None else found.span()
    text = data[o:stop].decode()
    if "\r" in text:
        text = text.removesuffix("\r").replace("\r\n", "\n")
    if "\n " in text or "\n\t" in text:
        text = text.replace("\n ", " ").replace("\n\t", " ")
    lines = text.split("\n")
    return (lines if lines[-1] else lines[:-1]), after


def _message(data: bytes, o: int, end: int, depth: int) -> Any:
    if depth <= 0:
        raise DecodeError("depth")
    m = Message()
    m.mime_version = m.content_type = m.transfer_encoding = m.content_disposition = m.content_id = None
    m.message_id = m.subject = m.from_ = m.to = m.cc = m.date = None
    m.unknown = unknown = []
    lines, o = _lines(data, o, end)
    seen = set()
    for line in lines:
        name, colon, text = line.partition(":")
        if not colon or (_name(name) is None and _name(name := name.rstrip(" \t")) is None):
            raise DecodeError(name)
        row = _SLOTS.get(name.lower())
        if row is None:
            other = Unknown()
            other.name, other.value = name, text.strip(" \t")
            unknown.append(other)
            continue
        slot, read = row
        if slot in seen:
            raise DecodeError(slot)
        seen.add(slot)
        setattr(m, slot, read(text.strip(" \t")))
    if len(unknown) > 128:
        raise DecodeError("unknown")
    m.topic = m.subject and _decoded(m.subject)
    m.body = _body(data, o, end, depth - 1, m.content_type, m.transfer_encoding)
    return m


def _shape(body: Any, content_type: Any, coding: str | None) -> str:
    body.kind = kind = "text" if content_type is None else content_type.type.lower()
    body.form = form = "plain" if content_type is None else content_type.subtype.lower()
    body.shape = "octets"
    if kind == "multipart":
        if coding is not None and coding.lower() not in ("7bit", "8bit", "binary"):
            raise DecodeError("coding")
        body.shape = "parts"
    elif kind == "message" and form in ("rfc822", "global"):
        body.shape = "message"
    return body.shape


def _body(data: bytes, o: int, end: int, depth: int, content_type: Any, coding: str | None) -> Any:
    if depth <= 0:
        raise DecodeError("depth")
    b = Body()
    shape = _shape(b, content_type, coding)
    if shape == "octets":
        b.content = _transferred(data[o:end], coding)
    elif shape == "message":
        b.content = _message(data, o, end, depth - 1)
    else:
        spans = _parts(data, o, end, _mark(content_type))
        b.content = [_message(data, start, stop, depth - 1) for start, stop in spans]
        if not b.content:
            raise DecodeError("parts")
    return b


def _mark(content_type: Any) -> bytes:
    boundary = content_type.parameters.get("boundary")
    if not boundary or _boundary(boundary) is None:
        raise DecodeError("boundary")
    return b"--" + boundary.encode()


def _parts(data: bytes, o: int, end: int, mark: bytes) -> list[tuple[int, int]]:
    """Where the parts lie between lines that the mark and blanks fill; `--` ends them."""
    found: list[tuple[int, int]] = []
    begin = -1
    at = o if data.startswith(mark, o, end) else data.find(b"\n" + mark, o, end) + 1
    while at or (begin < 0 and at == o and data.startswith(mark, o, end)):
        stop = data.find(b"\n", at, end)
        line = data[at + len(mark) : end if stop < 0 else stop].removesuffix(b"\r")
        last = line[:2] == b"--"
        if not line[2 * last :].strip(b" \t") and (stop >= 0 or last):
            if begin >= 0:
                found.append((begin, max(begin, at - 2 if data[at - 2] == 13 else at - 1)))
            if last:
                return found
            begin = stop + 1
        at = data.find(b"\n" + mark, max(at, begin - 1), end) + 1
    raise DecodeError("boundary")


def _coding(coding: str | None) -> str:
    name = "7bit" if coding is None else coding.lower()
    if name not in ("7bit", "8bit", "binary", "quoted-printable", "base64"):
        raise DecodeError(name)
    return name


def _transferred(octets: bytes, coding: str | None) -> bytes:
    name = _coding(coding)
    if name == "base64":
        if _base64(octets) is None:
            raise DecodeError("base64")
        signs = octets.translate(None, b" \t\r\n")
        made = a2b_base64(signs)
        if len(signs) % 4 or b2a_base64(made[-3:], newline=False) != signs[-4:]:
            raise DecodeError("base64")
        return made
    if name == "quoted-printable":
        if _broken(octets):
            raise DecodeError("quoted-printable")
        return _quoted_piece(lambda match: bytes.fromhex(match[1].decode()) if match[1] else b"", octets)
    return octets


# ---- writing ----

_TEXT_NAMES = {
    "content_id": "Content-ID",
    "message_id": "Message-ID",
    "subject": "Subject",
    "from_": "From",
    "to": "To",
    "cc": "Cc",
    "date": "Date",
}
_qp_escape = re.compile(rb"[^!-<>-~ \t]|[ \t]\Z").sub


def encode(m: Any) -> bytes:
    """Write a mail message."""
    octets = _write_message(m, DEEPEST)
    if len(octets) > MOST:
        raise DecodeError("size")
    return octets


def _write_parameters(values: dict[str, str | None]) -> str:
    written, names = "", set()
    for name, value in values.items():
        low = name.lower()
        if _name(name) is None or "*" in name or "'" in name or "%" in name or low in names:
            raise DecodeError(name)
        names.add(low)
        if value is None:
            written += f";{low}"
        elif _control(value):
            raise DecodeError(value)
        elif not value.isascii():
            written += f";{low}*=utf-8''{quote(value, safe='!#$&+-.^_`|~')}"
        elif _name(value):
            written += f";{low}={value}"
        else:
            text = value.replace("\\", "\\\\").replace('"', '\\"') if '"' in value or "\\" in value else value
            written += f';{low}="{text}"'
    return written


def _checked(match: Callable[[str], Any], value: str) -> str:
    if match(value) is None:
        raise DecodeError(value)
    return value


def _is_lost(value: str) -> bool:
    """Whether something in the value of a header ends it, or is lost at its ends."""
    return "\n" in value or "\r" in value or "\0" in value or value.strip(" \t") != value


def _line(name: str, value: str) -> str:
    """A header that is read again as it is: one line, no blanks or comments around the value."""
    if _is_lost(value) or (value[:1] == "(" and _text(value) != value):
        raise DecodeError(name)
    return f"{name}: {value}"


def _write_headers(m: Any) -> list[str]:
    lines = []
    if m.mime_version is not None:
        lines.append(f"MIME-Version: {_checked(_version, m.mime_version)}")
    if (c := m.content_type) is not None:
        media = f"{_checked(_word, c.type)}/{_checked(_word, c.subtype)}"
        lines.append(f"Content-Type: {media}{_write_parameters(c.parameters)}")
    if m.transfer_encoding is not None:
        lines.append(f"Content-Transfer-Encoding: {_checked(_word, m.transfer_encoding)}")
    if (d := m.content_disposition) is not None:
        lines.append(f"Content-Disposition: {_checked(_word, d.type)}{_write_parameters(d.parameters)}")
    for slot, name in _TEXT_NAMES.items():
        if (value := getattr(m, slot)) is not None:
            lines.append(_line(name, value))
    if len(m.unknown) > 128:
        raise DecodeError("unknown")
    for other in m.unknown:
        if other.name.lower() in _SLOTS or _is_lost(other.value):
            raise DecodeError(other.name)
        lines.append(f"{_checked(_name, other.name)}: {other.value}")
    return lines


def _write_message(m: Any, depth: int) -> bytes:
    if depth <= 0:
        raise DecodeError("depth")
    head = "".join([f"{line}\r\n" for line in _write_headers(m)]).encode()
    return head + b"\r\n" + _write_body(m.body, depth - 1, m.content_type, m.transfer_encoding)


def _write_body(b: Any, depth: int, content_type: Any, coding: str | None) -> bytes:
    if depth <= 0:
        raise DecodeError("depth")
    shape = _shape(Body(), content_type, coding)
    if shape == "octets":
        return _coded(b.content, coding)
    if shape == "message":
        return _write_message(b.content, depth - 1)
    mark, pieces = _mark(content_type), [_write_message(each, depth - 1) for each in b.content]
    for piece in pieces:
        if mark in piece and _holds(piece + b"\r\n", mark):
            raise DecodeError("boundary")
    if not pieces:
        raise DecodeError("parts")
    return b"".join([mark + b"\r\n" + piece + b"\r\n" for piece in pieces]) + mark + b"--\r\n"


def _holds(piece: bytes, mark: bytes) -> bool:
    """Whether a line of a part is one of the boundary."""
    lines = [line.removesuffix(b"\r") for line in piece.split(b"\n")[:-1] if line.startswith(mark)]
    return any(not line[len(mark) :].removeprefix(b"--").strip(b" \t") for line in lines)


def _coded(octets: bytes, coding: str | None) -> bytes:
    name = _coding(coding)
    if name == "base64":
        text = b2a_base64(octets, newline=False)
        return b"\r\n".join([text[at : at + 76] for at in range(0, len(text), 76)])
    if name == "quoted-printable":
        return b"\r\n".join([_quoted_line(line) for line in octets.split(b"\r\n")])
    if (name == "7bit" and (not octets.isascii() or b"\0" in octets)) or (name == "8bit" and b"\0" in octets):
        raise DecodeError(name)
    return octets


def _quoted_line(line: bytes) -> bytes:
    escaped = _qp_escape(lambda match: b"=%02X" % match[0][0], line)
    if len(escaped) <= 76:
        return escaped
    lines = []
    while len(escaped) > 76:
        at = 75 - (b"=" in escaped[73:75] and (2 - escaped[73:75].index(b"=")))
        lines.append(escaped[:at] + b"=")
        escaped = escaped[at:]
    return b"\r\n".join([*lines, escaped])
