"""SDP by hand, of our contract: the values and checks of `ietf.sdp`, for the attributes that WebRTC's offers have.

Each attribute has one expression, found by its name in a dict; other names of the module are left to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any


class DecodeError(ValueError):
    """A refusal."""


def _class(name: str, slots: str) -> Any:
    return type(name, (), {"__slots__": tuple(slots.split())})


Session = _class(
    "Session",
    "origin early_connection name information uri emails phones connection bandwidths times zones key attributes "
    "media blank",
)
Origin = _class("Origin", "user session_id session_version net address_type address")
Connection = _class("Connection", "net address_type address")
Time = _class("Time", "start stop repeats late_connection")
Media = _class("Media", "kind port ports protocol formats information connections bandwidths key attributes")
Attribute = _class("Attribute", "name value")
RtpMap, Clock = _class("RtpMap", "payload encoding clock"), _class("Clock", "rate channels")
FormatParameters = _class("FormatParameters", "format parameters")
Feedback = _class("Feedback", "payload kind parameter")
ExtensionMap = _class("ExtensionMap", "id direction uri attributes")
RtcpPort, RtcpAddress = _class("RtcpPort", "port at"), _class("RtcpAddress", "net address_type address")
SourceAttribute = _class("SourceAttribute", "source attribute text")
SourceGroup = _class("SourceGroup", "semantics sources")
Candidate = _class(
    "Candidate",
    "foundation component transport priority address port type related_address related_port extensions",
)
Extension = _class("Extension", "name value")
IceOptions = _class("IceOptions", "first more")
Fingerprint = _class("Fingerprint", "hash value")
StreamId, Group = _class("StreamId", "stream track"), _class("Group", "semantics tags")

TOKEN = r"[!#-'*+\-.0-9A-Z^-~]+"
WORD = r"[!-~\x80-\U0010ffff]+"
TEXT = r"[\x01-\t\x0b\x0c\x0e-\U0010ffff]"
NUMBER = r"(0|[1-9][0-9]{0,39})"
NET, KIND, ADDRESS = "(IN|TN|ATM|PSTN)", "(IP4|IP6|RFC2543|E164|NSAP|GWID)", r"([!-.0-~]+(?:/[0-9]+){0,2})"
HOST, ICE = r"[a-zA-Z0-9.:\-_%]+", r"[a-zA-Z0-9+/\-_]"
SIZES = {"sha-1": 59, "sha-224": 83, "sha-256": 95, "sha-384": 143, "sha-512": 191, "md5": 47, "md2": 47}
DIRECTIONS = "(sendrecv|sendonly|recvonly|inactive)"


def _whole(pattern: str) -> Callable[[str], Any]:
    return re.compile(pattern).fullmatch


def _bounded(text: str, most: int) -> int:
    value = int(text)
    if value > most:
        raise DecodeError("range")
    return value


_rtpmap = _whole(rf"{NUMBER} ({TOKEN})(?:/{NUMBER}(?:/({TOKEN}))?)?")


def rtpmap(text: str) -> Any:
    payload, encoding, rate, channels = _rtpmap(text).groups()
    m = RtpMap()
    m.payload, m.encoding = _bounded(payload, 127), encoding
    if rate is None:
        if encoding != "AppleLossless":
            raise DecodeError("clock")
        m.clock = None
        return m
    m.clock = clock = Clock()
    clock.rate, clock.channels = _bounded(rate, 0xFFFFFFFF), channels
    return m


_fmtp = _whole(rf"({TOKEN}) ({TEXT}+)")


def fmtp(text: str) -> Any:
    m = FormatParameters()
    m.format, m.parameters = _fmtp(text).groups()
    for name, values in (
        ("stereo=", "01"),
        ("cbr=", "01"),
        ("usedtx=", "01"),
        ("packetization-mode=", "012"),
    ):
        if name in m.parameters:
            value = m.parameters.partition(name)[2].partition(";")[0].strip(" ")
            if len(value) != 1 or value not in values:
                raise DecodeError(name)
    return m


_feedback = _whole(rf"([0-9]{{1,3}}|\*) ([0-9A-Za-z\-_.]+)(?: ({TEXT}+))?")


def feedback(text: str) -> Any:
    m = Feedback()
    m.payload, m.kind, m.parameter = _feedback(text).groups()
    if m.kind == "trr-int" and (m.parameter is None or not m.parameter.isdigit()):
        raise DecodeError("trr-int")
    return m


_extmap = _whole(rf"{NUMBER}(?:/{DIRECTIONS})? ({WORD})(?: ({TEXT}+))?")


def extmap(text: str) -> Any:
    m = ExtensionMap()
    number, m.direction, m.uri, m.attributes = _extmap(text).groups()
    m.id = _bounded(number, 0xFFFF)
    return m


_rtcp = _whole(rf"{NUMBER}(?: {NET} {KIND} {ADDRESS})?")


def rtcp(text: str) -> Any:
    port, net, kind, address = _rtcp(text).groups()
    m = RtcpPort()
    m.port, m.at = _bounded(port, 0xFFFF), None
    if net is not None:
        if kind == "IP4" and ":" in address:
            raise DecodeError("address")
        m.at = at = RtcpAddress()
        at.net, at.address_type, at.address = net, kind, address
    return m


_ssrc = _whole(rf"{NUMBER}(?: ([0-9A-Za-z\-_.]+)(?::({TEXT}*))?)?")


def ssrc(text: str) -> Any:
    m = SourceAttribute()
    number, m.attribute, m.text = _ssrc(text).groups()
    m.source = _bounded(number, 0xFFFFFFFF)
    return m


_group_of_sources = _whole(rf"({TOKEN})((?: {NUMBER.replace('(', '(?:')}){{1,64}})")


def ssrc_group(text: str) -> Any:
    m = SourceGroup()
    m.semantics, sources = _group_of_sources(text).groups()
    m.sources = [_bounded(each, 0xFFFFFFFF) for each in sources[1:].split(" ")]
    return m


_candidate = _whole(
    rf"({ICE}{{1,32}}) {NUMBER} (udp|tcp|UDP|TCP|ssltcp) {NUMBER} ({HOST}) {NUMBER} typ (host|srflx|prflx|relay)"
    rf"(?: raddr ({HOST}))?(?: rport {NUMBER})?((?: {WORD} {WORD})*)"
)


def candidate(text: str) -> Any:
    m = Candidate()
    (
        m.foundation, component, m.transport, priority, m.address, port, m.type, m.related_address, related, rest,
    ) = _candidate(text).groups()  # fmt: skip
    m.component, m.priority, m.port = (
        _bounded(component, 256),
        _bounded(priority, 0xFFFFFFFF),
        _bounded(port, 65535),
    )
    m.related_port = None if related is None else _bounded(related, 65535)
    if not m.component or (m.priority > 0x7FFFFFFF and m.transport != "ssltcp"):
        raise DecodeError("candidate")
    if (related is None) != (m.related_address is None):
        raise DecodeError("related")
    m.extensions = extensions = []
    words = rest.split(" ")
    for name, value in zip(words[1::2], words[2::2], strict=True):
        if name in ("raddr", "rport") or (name == "tcptype" and value not in ("active", "passive", "so")):
            raise DecodeError(name)
        if name in ("network-cost", "network-id", "generation") and not (
            value.isdigit() and len(value) <= 10
        ):
            raise DecodeError(name)
        e = Extension()
        e.name, e.value = name, value
        extensions.append(e)
    if len(extensions) > 64:
        raise DecodeError("extensions")
    return m


_fingerprint = _whole(
    r"(sha-1|sha-224|sha-256|sha-384|sha-512|md5|md2|SHA-1|SHA-256) ([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})+)"
)


def fingerprint(text: str) -> Any:
    m = Fingerprint()
    m.hash, m.value = _fingerprint(text).groups()
    if len(m.value) != SIZES[m.hash.lower()]:
        raise DecodeError("fingerprint")
    return m


_options = _whole(rf"{WORD}(?: {WORD}){{0,64}}")


def ice_options(text: str) -> Any:
    m = IceOptions()
    m.first, *m.more = _options(text)[0].split(" ")
    return m


_msid = _whole(rf"({WORD})(?: ({WORD}))?")


def msid(text: str) -> Any:
    m = StreamId()
    m.stream, m.track = _msid(text).groups()
    return m


_group = _whole(rf"({TOKEN})((?: {WORD}){{0,256}})")


def group(text: str) -> Any:
    m = Group()
    m.semantics, tags = _group(text).groups()
    m.tags = tags[1:].split(" ") if tags else []
    return m


def _taken(pattern: str) -> Callable[[str], str]:
    match = _whole(pattern)
    return lambda text: match(text)[0]


def _number(most: int) -> Callable[[str], int]:
    match = _whole(NUMBER)
    return lambda text: _bounded(match(text)[0], most)


FLAGS = frozenset(
    "rtcp-mux rtcp-rsize rtcp-mux-only extmap-allow-mixed bundle-only sendrecv sendonly recvonly inactive ice-lite "
    "ice-mismatch end-of-candidates".split()
)
VALUES: dict[str, Callable[[str], Any]] = {
    "rtpmap": rtpmap, "fmtp": fmtp, "rtcp-fb": feedback, "extmap": extmap, "rtcp": rtcp, "ssrc": ssrc,
    "ssrc-group": ssrc_group, "candidate": candidate, "ice-ufrag": _taken(f"{ICE}{{1,256}}"),
    "ice-pwd": _taken(f"{ICE}{{1,256}}"), "ice-options": ice_options, "fingerprint": fingerprint,
    "setup": _taken("active|passive|actpass|holdconn"), "mid": _taken(WORD), "msid": msid,
    "msid-semantic": _taken(f"{TEXT}+"), "group": group, "sctp-port": _number(0xFFFF),
    "max-message-size": _number((1 << 64) - 1),
}  # fmt: skip
_name, _other = _whole(TOKEN), _whole(f"{TEXT}*")
_origin = _whole(rf"({WORD}) ([0-9]+) ([0-9]+) {NET} {KIND} {ADDRESS}")
_connection = _whole(rf"{NET} {KIND} {ADDRESS}")
_time = _whole(rf"{NUMBER} {NUMBER}")
_media = _whole(rf"({TOKEN}) {NUMBER}(?:/{NUMBER})? ({TOKEN}(?:/{TOKEN})*)((?: {TOKEN}){{1,256}})")


def attribute(line: str) -> Any:
    a = Attribute()
    name, colon, text = line.partition(":")
    a.name = name
    if _name(name) is None:
        raise DecodeError("name")
    read = VALUES.get(name)
    if read is not None and colon:
        a.value = read(text)
    elif name in FLAGS and not colon:
        a.value = None
    elif read is not None or name in FLAGS or _other(text) is None:
        raise DecodeError(name)
    else:
        a.value = text if colon else None
    return a


def decode(data: bytes) -> Any:
    """Read a description as browsers write it: version, origin, name, times, attributes, media with connections."""
    try:
        lines = data.decode().split("\r\n")
        if (
            len(data) > 262144
            or lines.pop()
            or lines[0] != "v=0"
            or lines[2][:2] != "s="
            or "\n" in data.decode().replace("\r\n", "")
        ):
            raise DecodeError("head")
        s, o = Session(), Origin()
        s.origin, s.name = o, lines[2][2:]
        o.user, o.session_id, o.session_version, o.net, o.address_type, o.address = _origin(
            lines[1][2:]
        ).groups()
        s.early_connection = s.information = s.uri = s.connection = s.zones = s.key = None
        s.emails, s.phones, s.bandwidths, s.times, s.attributes, s.media, s.blank = [], [], [], [], [], [], []
        owner: Any = s
        for line in lines[3:]:
            sign, text = line[:2], line[2:]
            if sign == "a=":
                owner.attributes.append(attribute(text))
            elif sign == "c=":
                c = Connection()
                c.net, c.address_type, c.address = _connection(text).groups()
                owner.connections.append(c)
            elif sign == "m=":
                owner = m = Media()
                m.kind, port, ports, m.protocol, formats = _media(text).groups()
                m.port, m.ports = _bounded(port, 0xFFFF), None if ports is None else _bounded(ports, 0xFFFF)
                m.formats = formats[1:].split(" ")
                m.information = m.key = None
                m.connections, m.bandwidths, m.attributes = [], [], []
                s.media.append(m)
            elif sign == "t=":
                t = Time()
                start, stop = _time(text).groups()
                t.start, t.stop = _bounded(start, (1 << 64) - 1), _bounded(stop, (1 << 64) - 1)
                t.repeats, t.late_connection = [], None
                s.times.append(t)
            else:
                raise DecodeError("line")
        if len(s.media) > 256 or len(s.attributes) > 1024:
            raise DecodeError("many")
        return s
    except (TypeError, AttributeError, IndexError, UnicodeDecodeError):
        raise DecodeError("text") from None


def _checked(match: Callable[[str], Any], text: str) -> str:
    if match(text) is None:
        raise DecodeError(text)
    return text


def _write_rtpmap(m: Any) -> str:
    clock = m.clock
    if clock is None:
        return _checked(_rtpmap, f"{m.payload} {m.encoding}")
    if not 0 <= m.payload <= 127 or not 0 <= clock.rate <= 0xFFFFFFFF:
        raise DecodeError("range")
    more = "" if clock.channels is None else f"/{clock.channels}"
    return _checked(_rtpmap, f"{m.payload} {m.encoding}/{clock.rate}{more}")


def _write_fmtp(m: Any) -> str:
    text = f"{m.format} {m.parameters}"
    fmtp(text)
    return text


def _write_feedback(m: Any) -> str:
    if m.kind == "trr-int" and (m.parameter is None or not m.parameter.isdigit()):
        raise DecodeError("trr-int")
    return _checked(
        _feedback, f"{m.payload} {m.kind}" if m.parameter is None else f"{m.payload} {m.kind} {m.parameter}"
    )


def _write_extmap(m: Any) -> str:
    if not 0 <= m.id <= 0xFFFF:
        raise DecodeError("range")
    direction = "" if m.direction is None else f"/{m.direction}"
    more = "" if m.attributes is None else f" {m.attributes}"
    return _checked(_extmap, f"{m.id}{direction} {m.uri}{more}")


def _write_rtcp(m: Any) -> str:
    if not 0 <= m.port <= 0xFFFF:
        raise DecodeError("range")
    at = m.at
    if at is None:
        return f"{m.port}"
    if at.address_type == "IP4" and ":" in at.address:
        raise DecodeError("address")
    return _checked(_rtcp, f"{m.port} {at.net} {at.address_type} {at.address}")


def _write_ssrc(m: Any) -> str:
    if not 0 <= m.source <= 0xFFFFFFFF or (m.attribute is None and m.text is not None):
        raise DecodeError("range")
    name = "" if m.attribute is None else f" {m.attribute}"
    return _checked(_ssrc, f"{m.source}{name}" if m.text is None else f"{m.source}{name}:{m.text}")


def _write_ssrc_group(m: Any) -> str:
    for each in m.sources:
        if not 0 <= each <= 0xFFFFFFFF:
            raise DecodeError("range")
    return _checked(_group_of_sources, f"{m.semantics} {' '.join(map(str, m.sources))}")


def _write_candidate(m: Any) -> str:
    text = f"{m.foundation} {m.component} {m.transport} {m.priority} {m.address} {m.port} typ {m.type}"
    if m.related_address is not None:
        text += f" raddr {m.related_address}"
    if m.related_port is not None:
        text += f" rport {m.related_port}"
    text += "".join([f" {e.name} {e.value}" for e in m.extensions])
    candidate(text)
    return text


def _write_fingerprint(m: Any) -> str:
    if len(m.value) != SIZES[m.hash.lower()]:
        raise DecodeError("fingerprint")
    return _checked(_fingerprint, f"{m.hash} {m.value}")


WRITE: dict[str, Callable[[Any], str]] = {
    "rtpmap": _write_rtpmap,
    "fmtp": _write_fmtp,
    "rtcp-fb": _write_feedback,
    "extmap": _write_extmap,
    "rtcp": _write_rtcp,
    "ssrc": _write_ssrc,
    "ssrc-group": _write_ssrc_group,
    "candidate": _write_candidate,
    "fingerprint": _write_fingerprint,
    "ice-options": lambda m: _checked(_options, " ".join([m.first, *m.more])),
    "msid": lambda m: _checked(_msid, m.stream if m.track is None else f"{m.stream} {m.track}"),
    "group": lambda m: _checked(_group, " ".join([m.semantics, *m.tags])),
    "sctp-port": lambda m: str(_bounded(m, 0xFFFF)),
    "max-message-size": lambda m: str(_bounded(m, (1 << 64) - 1)),
}


def _attributes(owner: Any, lines: list[str]) -> None:
    for a in owner.attributes:
        name, value = a.name, a.value
        write = WRITE.get(name)
        if write is not None:
            lines.append(f"a={name}:{write(value)}")
        elif name in VALUES:
            VALUES[name](value)
            lines.append(f"a={name}:{value}")
        elif _name(name) is None or (value is not None and (name in FLAGS or _other(value) is None)):
            raise DecodeError(name)
        else:
            lines.append(f"a={name}" if value is None else f"a={name}:{value}")


def encode(s: Any) -> bytes:
    """Write a description."""
    o = s.origin
    origin = f"{o.user} {o.session_id} {o.session_version} {o.net} {o.address_type} {o.address}"
    lines = ["v=0", f"o={_checked(_origin, origin)}", f"s={_checked(_other, s.name)}"]
    for t in s.times:
        lines.append(f"t={_bounded(t.start, (1 << 64) - 1)} {_bounded(t.stop, (1 << 64) - 1)}")
    _attributes(s, lines)
    for m in s.media:
        ports = "" if m.ports is None else f"/{_bounded(m.ports, 0xFFFF)}"
        text = f"{m.kind} {_bounded(m.port, 0xFFFF)}{ports} {m.protocol} {' '.join(m.formats)}"
        lines.append(f"m={_checked(_media, text)}")
        for c in m.connections:
            lines.append(f"c={_checked(_connection, f'{c.net} {c.address_type} {c.address}')}")
        _attributes(m, lines)
    lines.append("")
    octets = "\r\n".join(lines).encode()
    if len(octets) > 262144:
        raise DecodeError("size")
    return octets
