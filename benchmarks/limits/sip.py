"""SIP by hand, of our contract: the values and checks of `ietf.sip`.

The limit of the bench folder keeps display names and URIs unchecked, refuses no second header of a kind, takes any
octets in names, words and parameters, and has headers of less kinds; on writing it checks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any


class DecodeError(ValueError):
    """A refusal."""


def _class(name: str, slots: str) -> Any:
    return type(name, (), {"__slots__": tuple(slots.split())})


Message = _class(
    "Message",
    "start vias max_forwards from_ to call_id cseq contacts routes record_routes allow supported require unsupported "
    "expires date subject user_agent server authorization proxy_authorization www_authenticate proxy_authenticate "
    "content_type body unknown",
)
StartLine, RequestLine = (
    _class("StartLine", "status_line request_line"),
    _class("RequestLine", "method uri version"),
)
StatusLine, Via = (
    _class("StatusLine", "version code reason"),
    _class("Via", "protocol transport host port parameters"),
)
Address, Sequence = _class("Address", "display words uri parameters"), _class("Sequence", "number method")
MediaType, Unknown = _class("MediaType", "type subtype parameters"), _class("Unknown", "name value")

TOKEN, NUMBER, BLANK = r"[a-zA-Z0-9\-.!%*_+`'~]+", "(0|[1-9][0-9]{0,39})", "[ \t]*"
SCHEME, SIGN = "[A-Za-z][A-Za-z0-9+.-]*:", r"[!#-+\--:=?-~\x80-\U0010ffff]"
QUOTED = r'"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*+)"'
DAY, MONTH = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)", "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"

_uri = re.compile(rf'{SCHEME}[^ <>"\x00-\x1f\x7f]+').fullmatch
_with_headers = re.compile(r"[Ss][Ii][Pp][Ss]?:([^@]*@)?[^?@]*\?[^@]*").fullmatch
_bare_uri = re.compile(rf"{SCHEME}[^ \t,;?<>]+").fullmatch
_name_words = re.compile(rf"{TOKEN}(?:[ \t]+{TOKEN})*").fullmatch
_text = re.compile(r"[\t -~\x80-\U0010ffff]*").fullmatch
_date = re.compile(rf"{DAY}, [0-9]{{2}} {MONTH} [0-9]{{4}} [0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}} GMT").fullmatch
_token, _words = re.compile(TOKEN).fullmatch, re.compile(rf"{SIGN}+(?:[ \t]+{SIGN}+)*").fullmatch
_tokens, _each_token = re.compile(rf"{TOKEN}(?:{BLANK},{BLANK}{TOKEN})*").fullmatch, re.compile(TOKEN).findall
_call_id = re.compile("[!-?A-~]+(?:@[!-?A-~]+)?").fullmatch
_number = re.compile(NUMBER).fullmatch
_cseq = re.compile(rf"{NUMBER}[ \t]+({TOKEN})").fullmatch
_media = re.compile(rf"({TOKEN}){BLANK}/{BLANK}({TOKEN})").match
_host = r"[a-zA-Z0-9\-._]+|\[[0-9a-fA-F:.]+\]"
_via = re.compile(
    rf"([Ss][Ii][Pp]){BLANK}/{BLANK}2\.0{BLANK}/{BLANK}({TOKEN})[ \t]+({_host})(?:{BLANK}:{BLANK}{NUMBER})?"
).match
_whole_host = re.compile(_host).fullmatch
_address = re.compile(
    rf"(?:{QUOTED})?({SIGN}+(?:[ \t]+{SIGN}+)*)?(?:{BLANK}<{BLANK}([^>]{{0,4096}})>)?"
).match
NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_header_name = re.compile(NAME).fullmatch
_parameter = re.compile(
    rf'{BLANK};{BLANK}({NAME})(?:{BLANK}={BLANK}(?:{QUOTED}|([^\x00-\x20;,"<>()\x7f]+)))?'
).match
_bare_value = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z\[\]:]+").fullmatch
_control = re.compile("[\x00-\x08\x0a-\x1f\x7f]").search
_apart = re.compile(r'((?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^",<])+)(?:,|$)').findall
_pair = re.compile(r"\\(.)")


def _parameters(text: str, o: int) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    while o < len(text):
        match: Any = _parameter(text, o)
        name, quoted, bare = match.groups()
        name = name.lower()
        if name in found:
            raise DecodeError(name)
        found[name] = bare if quoted is None else _pair.sub(r"\1", quoted)
        o = match.end()
        if bare is None and quoted is None and text[o : o + 1] == "=":
            raise DecodeError(name)
    return found


def _bounded(match: Callable[[str], Any], text: str, most: int) -> int:
    value = int(match(text)[1])
    if value > most:
        raise DecodeError("range")
    return value


def _read_via(text: str) -> Any:
    v, match = Via(), _via(text)
    v.protocol, v.transport, v.host, port = match.groups()  # type: ignore[union-attr]
    if v.protocol == "SIP":
        v.protocol = None
    v.port = None if port is None else int(port)
    if port is not None and v.port > 0xFFFF:
        raise DecodeError("port")
    v.parameters = _parameters(text, match.end())  # type: ignore[union-attr]
    return v


def _read_address(text: str) -> Any:
    a, match = Address(), _address(text)
    display, a.words, a.uri = match.groups()  # type: ignore[union-attr]
    a.display = _pair.sub(r"\1", display) if display and "\\" in display else display
    _check_address(a)
    a.parameters = _parameters(text, match.end())  # type: ignore[union-attr]
    return a


def _check_address(a: Any) -> None:
    words, uri = a.words, a.uri
    if a.display is not None and len(a.display) > 1024:
        raise DecodeError("display")
    if uri is None:
        if a.display is not None or words is None or (words != "*" and not _bare_uri(words)):
            raise DecodeError("address")
    elif not _uri(uri) or (words is not None and (a.display is not None or not _name_words(words))):
        raise DecodeError("uri")


def _read_media(text: str) -> Any:
    m, match = MediaType(), _media(text)
    m.type, m.subtype = match.groups()  # type: ignore[union-attr]
    m.parameters = _parameters(text, match.end())  # type: ignore[union-attr]
    return m


def _read_sequence(text: str) -> Any:
    s = Sequence()
    number, s.method = _cseq(text).groups()  # type: ignore[union-attr]
    s.number = int(number)
    if s.number >= 1 << 31:
        raise DecodeError("number")
    return s


def _checked(match: Callable[[str], Any]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if match(text) is None:
            raise DecodeError(text)
        return text

    return read


def _read_tokens(text: str) -> list[str]:
    if _tokens(text) is None:
        raise DecodeError(text)
    return _each_token(text)


def _listed(read: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    def read_list(text: str) -> list[Any]:
        return [read(each.strip(" \t")) for each in _apart(text)] if "," in text else [read(text)]

    return read_list


def _alone(read: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    return lambda text: [read(text)]


_ONCE: dict[str, tuple[str, Callable[[str], Any]]] = {
    "max_forwards": ("Max-Forwards", lambda text: _bounded(_number, text, 255)),
    "from_": ("From f", _read_address),
    "to": ("To t", _read_address),
    "call_id": ("Call-ID i", _checked(_call_id)),
    "cseq": ("CSeq", _read_sequence),
    "expires": ("Expires", lambda text: _bounded(_number, text, 0xFFFFFFFF)),
    "date": ("Date", _checked(_date)),
    "subject": ("Subject s", _checked(_text)),
    "user_agent": ("User-Agent", _checked(_text)),
    "server": ("Server", _checked(_text)),
    "content_type": ("Content-Type c", _read_media),
    "content_length": ("Content-Length l", lambda text: _bounded(_number, text, 0xFFFFFFFF)),
}
_MANY: dict[str, tuple[str, Callable[[str], list[Any]], int]] = {
    "vias": ("Via v", _listed(_read_via), 70),
    "contacts": ("Contact m", _listed(_read_address), 64),
    "routes": ("Route", _listed(_read_address), 70),
    "record_routes": ("Record-Route", _listed(_read_address), 70),
    "allow": ("Allow", _read_tokens, 64),
    "supported": ("Supported k", _read_tokens, 64),
    "require": ("Require", _read_tokens, 64),
    "unsupported": ("Unsupported", _read_tokens, 64),
    **{
        name.lower().replace("-", "_"): (name, _alone(_checked(_text)), 16)
        for name in ("Authorization", "Proxy-Authorization", "WWW-Authenticate", "Proxy-Authenticate")
    },
}
_NAMES: dict[str, tuple[str, Callable[[str], Any], int]] = {}
for _slot, (_spelled, _read, _most) in {**{k: (*v, 0) for k, v in _ONCE.items()}, **_MANY}.items():
    for _each in _spelled.split():
        _NAMES[_each] = _NAMES[_each.lower()] = (_slot, _read, _most)


def _version(text: str) -> str | None:
    """Keep the version where its letters are no capitals."""
    if text.upper() != "SIP/2.0":
        raise DecodeError("version")
    return None if text == "SIP/2.0" else text


def _start(line: str) -> Any:
    start = StartLine()
    if line[:8].upper() == "SIP/2.0 ":
        start.request_line, start.status_line = None, StatusLine()
        code, blank, reason = line[8:].partition(" ")
        if not blank or not _text(reason):
            raise DecodeError("status")
        start.status_line.version = _version(line[:7])
        start.status_line.code, start.status_line.reason = _bounded(_number, code, 699), reason
        if start.status_line.code < 100:
            raise DecodeError("status")
        return start
    start.status_line, start.request_line = None, RequestLine()
    method, uri, version = line.split(" ")
    if not _token(method) or not _uri(uri) or _with_headers(uri):
        raise DecodeError("start")
    start.request_line.method, start.request_line.uri = method, uri
    start.request_line.version = _version(version)
    return start


def decode(data: bytes) -> Any:
    """Read a request or a response."""
    try:
        at = data.find(b"\r\n\r\n")
        if len(data) > 65535 or at < 0:
            raise DecodeError("head")
        head = data[:at].decode()
        if "\r\n " in head or "\r\n\t" in head:
            head = head.replace("\r\n ", " ").replace("\r\n\t", " ")
        lines = head.split("\r\n")
        m = Message()
        m.start = _start(lines[0])
        once: dict[str, Any] = dict.fromkeys(_ONCE)
        many: dict[str, list[Any]] = {slot: [] for slot in _MANY}
        m.unknown = unknown = []
        for line in lines[1:]:
            name, colon, text = line.partition(":")
            row = _NAMES.get(name) or _NAMES.get(name.rstrip(" \t").lower())
            if row is None:
                if not colon or not _header_name(name.rstrip(" \t")):
                    raise DecodeError(name)
                other = Unknown()
                other.name, other.value = name.rstrip(" \t"), text.strip(" \t")
                unknown.append(other)
                continue
            slot, read, most = row
            if most:
                if text := text.strip(" \t"):
                    many[slot] += read(text)
                    if len(many[slot]) > most:
                        raise DecodeError(slot)
            elif once[slot] is not None or not colon:
                raise DecodeError(slot)
            else:
                once[slot] = read(text.strip(" \t"))
        return _finished(m, once, many, data, at + 4)
    except (TypeError, AttributeError, ValueError):
        raise DecodeError("text") from None


def _finished(m: Any, once: dict[str, Any], many: dict[str, list[Any]], data: bytes, o: int) -> Any:
    length = once.pop("content_length")
    m.body = data[o:]
    if length is not None and length != len(m.body):
        raise DecodeError("body")
    if None in (once["from_"], once["to"], once["call_id"], once["cseq"]) or not many["vias"]:
        raise DecodeError("missing")
    for values in (once, many):
        for slot, value in values.items():
            setattr(m, slot, value)
    _rules(m)
    return m


def _rules(m: Any) -> None:
    if m.start.request_line is not None and m.start.request_line.method != m.cseq.method:
        raise DecodeError("method")
    if len(m.contacts) != 1 and any([c.words == "*" for c in m.contacts]):
        raise DecodeError("star")
    if len(m.unknown) > 128:
        raise DecodeError("unknown")


# ---- writing ----


def _write_parameters(values: dict[str, str | None]) -> str:
    if not values:
        return ""
    written, names = "", set()
    for name, value in values.items():
        low = name.lower()
        if not _header_name(name) or low in names:
            raise DecodeError(name)
        names.add(low)
        if value is None:
            written += f";{low}"
        elif _bare_value(value):
            written += f";{low}={value}"
        else:
            written += f";{low}={_in_quotes(value)}"
    return written


def _in_quotes(text: str) -> str:
    if _control(text):
        raise DecodeError(text)
    if '"' in text or "\\" in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _write_via(v: Any) -> str:
    if (
        not _token(v.transport)
        or not _whole_host(v.host)
        or (v.port is not None and not 0 <= v.port <= 0xFFFF)
    ):
        raise DecodeError("via")
    port = "" if v.port is None else f":{v.port}"
    if v.protocol is not None and v.protocol.upper() != "SIP":
        raise DecodeError("protocol")
    return f"{v.protocol or 'SIP'}/2.0/{v.transport} {v.host}{port}{_write_parameters(v.parameters)}"


def _write_address(a: Any) -> str:
    _check_address(a)
    display = "" if a.display is None else _in_quotes(a.display)
    if a.words is not None and not _words(a.words):
        raise DecodeError("words")
    if a.uri is not None and len(a.uri) > 4096:
        raise DecodeError("uri")
    words, uri = a.words or "", "" if a.uri is None else f"<{a.uri}>"
    return f"{display}{words}{uri}{_write_parameters(a.parameters)}"


def _write_media(m: Any) -> str:
    if not _token(m.type) or not _token(m.subtype):
        raise DecodeError("type")
    return f"{m.type}/{m.subtype}{_write_parameters(m.parameters)}"


def _write_sequence(s: Any) -> str:
    if not 0 <= s.number < 1 << 31 or not _token(s.method):
        raise DecodeError("sequence")
    return f"{s.number} {s.method}"


def _write_number(most: int) -> Callable[[int], str]:
    def write(value: int) -> str:
        if not 0 <= value <= most:
            raise DecodeError("range")
        return str(value)

    return write


def _broken(value: str) -> bool:
    """Whether something in the value of a header ends it, or is lost at its ends."""
    return "\n" in value or "\r" in value or "\0" in value or value.strip(" \t") != value


def _write_text(value: str) -> str:
    if _text(value) is None or value.strip(" \t") != value:
        raise DecodeError(value)
    return value


_WRITERS: dict[str, Callable[[Any], str]] = {
    "max_forwards": _write_number(255), "from_": _write_address, "to": _write_address, "cseq": _write_sequence,
    "expires": _write_number(0xFFFFFFFF), "content_type": _write_media, "vias": _write_via,
    **dict.fromkeys(("contacts", "routes", "record_routes"), _write_address),
    **dict.fromkeys(("allow", "supported", "require", "unsupported"), _checked(_token)),
    **dict.fromkeys(("subject", "user_agent", "server"), _write_text),
}  # fmt: skip
_ORDER = (
    "vias max_forwards from_ to call_id cseq contacts routes record_routes allow supported require unsupported expires "
    "date subject user_agent server authorization proxy_authorization www_authenticate proxy_authenticate content_type"
).split()
_JOINED = frozenset("vias contacts routes record_routes allow supported require unsupported".split())


def _row(slot: str) -> tuple[str, str, Callable[[Any], str], int]:
    """What writes a header: its slot, name, value, and how many there may be; 0 for one that stands once."""
    once = _ONCE.get(slot)
    name, read, most = (*once, 0) if once else (_MANY[slot][0], _write_text, _MANY[slot][2])
    return slot, name.split()[0], _WRITERS.get(slot, read), most


_ROWS = [_row(slot) for slot in _ORDER]


def _written_version(line: Any) -> str:
    if line.version is None:
        return "SIP/2.0"
    _version(line.version)
    text: str = line.version
    return text


def _write_start(start: Any) -> str:
    status, request = start.status_line, start.request_line
    if (status is None) == (request is None):
        raise DecodeError("start")
    if request is not None:
        if not _token(request.method) or not _uri(request.uri) or _with_headers(request.uri):
            raise DecodeError("request")
        return f"{request.method} {request.uri} {_written_version(request)}"
    if not 100 <= status.code <= 699 or not _text(status.reason):
        raise DecodeError("status")
    return f"{_written_version(status)} {status.code} {status.reason}"


def encode(m: Any) -> bytes:
    """Write a message."""
    _rules(m)
    lines = [_write_start(m.start)]
    for slot, name, write, most in _ROWS:
        value = getattr(m, slot)
        if not most:
            if value is not None:
                lines.append(f"{name}: {write(value)}")
            elif slot in ("from_", "to", "call_id", "cseq"):
                raise DecodeError(slot)
        elif len(value) > most:
            raise DecodeError(slot)
        elif value and slot in _JOINED:
            lines.append(f"{name}: {', '.join([write(each) for each in value])}")
        else:
            for each in value:
                lines.append(f"{name}: {write(each)}")
    lines.append(f"Content-Length: {len(m.body)}")
    for other in m.unknown:
        if not _header_name(other.name) or other.name in _NAMES or other.name.lower() in _NAMES:
            raise DecodeError(other.name)
        if _broken(other.value):
            raise DecodeError(other.value)
        lines.append(f"{other.name}: {other.value}")
    if not m.vias:
        raise DecodeError("vias")
    octets: bytes = "\r\n".join(lines).encode() + b"\r\n\r\n" + m.body
    if len(octets) > 65535:
        raise DecodeError("size")
    return octets
