"""Offers and answers of calls: SDP as the catalogue's `ietf.sdp` reads and writes it (RFC 8829, RFC 8839, RFC 8842)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from art7.runtime.calls.codecs import Codec, Format, NoCommonCodec, agreed_format
from art7.runtime.endpoint import Refusal
from art7.runtime.interpreted import InterpreterCodec
from art7.runtime.sessions.refusals import SessionRefused

SESSION = "ietf.sdp.Session"
MODULES = ("ietf.sdp", "ietf.ice")
_STATIC = {0: Codec("audio", "PCMU", 8000), 8: Codec("audio", "PCMA", 8000)}
"""Payload types that need no map (RFC 3551 §6), of those that browsers offer."""
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
_ANSWERS = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}
_PROTOCOL = "UDP/TLS/RTP/SAVPF"


@dataclass(frozen=True, slots=True)
class Section:
    """One stream of an offer. `formats`: in the order of preference; those of unknown codecs are left out."""

    kind: str
    tag: str
    protocol: str
    direction: str
    formats: tuple[Format, ...]
    is_multiplexed: bool
    names: tuple[str, ...]
    """Formats as they stand in the `m=` line: a refused section repeats them."""


@dataclass(frozen=True, slots=True)
class Peer:
    """How the other end is reached and known: ICE credentials, and the hash of its certificate."""

    fragment: str
    password: str
    hash: str
    fingerprint: str
    setup: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What an offer says, as far as an answer depends on it."""

    sections: tuple[Section, ...]
    bundle: tuple[str, ...]
    peer: Peer


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream as agreed: its section, its format, the source that the own packets come from."""

    section: Section
    format: Format | NoCommonCodec
    source: int


@dataclass(frozen=True, slots=True)
class Own:
    """What the answering end says of itself. `fingerprint`: SHA-256 of its certificate, pairs of digits with colons."""

    host: str
    port: int
    fragment: str
    password: str
    fingerprint: str
    session_id: str


def read_offer(codec: InterpreterCodec, octets: bytes) -> Offer:
    """Return what an offer says. Raises: `SessionRefused` with the codec's code, or `bad_offer` for what it leaves out."""
    try:
        session = codec.decode(SESSION, octets)
    except Refusal as refusal:
        raise SessionRefused(refusal.code, "a description", refusal.reason, "RFC 8866 §5") from None
    if not session["media"]:
        raise _missing("a section of media", "RFC 8829 §5.3.1")
    groups = [each["value"] for each in session["attributes"] if each["name"] == "group"]
    bundle = next((_words(each) for each in groups if each["semantics"] == "BUNDLE"), ())
    sections = tuple(_section(each) for each in session["media"])
    known = [_named(each["attributes"]) for each in session["media"] if each["port"] or each["attributes"]]
    return Offer(sections, bundle, _peer([_named(session["attributes"]), *known]))


def write_answer(codec: InterpreterCodec, offer: Offer, own: Own, streams: Sequence[Stream]) -> bytes:
    """Return the answer: a section for each of the offer's, in its order; one without a common codec has port 0.

    Raises: `SessionRefused` where the words of the offer cannot be written again.
    """
    taken = [each.section.tag for each in streams if isinstance(each.format, Format)]
    group = [_attribute("group", _group(taken))] if offer.bundle and taken else []
    value = {
        "origin": {
            "user": "-", "session_id": own.session_id, "session_version": "1",
            "net": "IN", "address_type": _family(own.host), "address": own.host,
        },
        "name": "-", "emails": [], "phones": [], "bandwidths": [], "blank": [],
        "times": [{"start": 0, "stop": 0, "repeats": []}],
        "attributes": [_attribute("ice-lite"), *group],
        "media": [_media(each, own) for each in streams],
    }  # fmt: skip
    try:
        return codec.encode(SESSION, value)
    except Refusal as refusal:
        raise SessionRefused(refusal.code, "an answer", refusal.reason, "RFC 8829 §5.3.1") from None


def agreed_streams(offer: Offer, own: Sequence[Codec], sources: Sequence[int]) -> tuple[Stream, ...]:
    """Return every section of an offer with what it agrees on. `sources`: of the own packets, one for each section."""
    return tuple(
        Stream(
            each,
            agreed_format(
                each.kind, each.formats if each.protocol == _PROTOCOL and each.is_multiplexed else (), own
            ),
            source,
        )
        for each, source in zip(offer.sections, sources, strict=True)
    )


def _section(media: Mapping[str, Any]) -> Section:
    named = _named(media["attributes"])
    parameters = {each["format"]: each["parameters"] for each in named.get("fmtp", ())}
    maps = {str(each["payload"]): each for each in named.get("rtpmap", ())}
    names = tuple(media["formats"])
    codecs = [(name, _codec(media["kind"], name, maps.get(name))) for name in names]
    return Section(
        media["kind"],
        next(iter(named.get("mid", ("",)))),
        media["protocol"],
        next((each for each in _DIRECTIONS if each in named), "sendrecv"),
        tuple(
            Format(int(name), found, parameters.get(name, "")) for name, found in codecs if found is not None
        ),
        "rtcp-mux" in named,
        names,
    )


def _codec(kind: str, name: str, map: Mapping[str, Any] | None) -> Codec | None:
    if map is None:
        return _STATIC.get(int(name)) if name.isascii() and name.isdigit() else None
    clock = map["clock"]
    if clock is None:
        return None
    channels = clock["channels"]
    count = (
        int(channels) if channels and channels.isascii() and channels.isdigit() and len(channels) < 4 else 1
    )
    return Codec(kind, map["encoding"], clock["rate"], count)


def _named(attributes: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for each in attributes:
        found.setdefault(each["name"], []).append(each["value"])
    return found


def _peer(places: Sequence[Mapping[str, list[Any]]]) -> Peer:
    """What the session or the first section says that says it: all are one transport (RFC 9143 §7)."""

    def first(name: str, rule: str) -> Any:
        for each in places:
            if name in each:
                return each[name][0]
        raise _missing(f"a={name}", rule)

    printed = first("fingerprint", "RFC 8842 §5.1")
    return Peer(
        first("ice-ufrag", "RFC 8839 §5.4"),
        first("ice-pwd", "RFC 8839 §5.4"),
        printed["hash"].lower(),
        printed["value"].upper(),
        first("setup", "RFC 8842 §5.2"),
    )


def _media(stream: Stream, own: Own) -> dict[str, Any]:
    section, chosen = stream.section, stream.format
    if isinstance(chosen, NoCommonCodec):
        tag = [_attribute("mid", section.tag)] if section.tag else []
        return _section_of(section, own, 0, section.names, tag)
    clock: dict[str, Any] = {"rate": chosen.codec.rate}
    if chosen.codec.channels > 1:
        clock |= {"channels": str(chosen.codec.channels)}
    number = str(chosen.payload_type)
    attributes = [
        _attribute("mid", section.tag),
        _attribute("ice-ufrag", own.fragment),
        _attribute("ice-pwd", own.password),
        _attribute("candidate", _candidate(own)),
        _attribute("end-of-candidates"),
        _attribute("fingerprint", {"hash": "sha-256", "value": own.fingerprint}),
        _attribute("setup", "passive"),
        _attribute(_ANSWERS[section.direction]),
        _attribute("rtcp-mux"),
        _attribute("rtpmap", {"payload": chosen.payload_type, "encoding": chosen.codec.name, "clock": clock}),
        *(
            [_attribute("fmtp", {"format": number, "parameters": chosen.parameters})]
            if chosen.parameters
            else []
        ),
        *(
            [_attribute("rtcp-fb", {"payload": number, "kind": "nack", "parameter": "pli"})]
            if section.kind == "video"
            else []
        ),
        _attribute("msid", {"stream": "art7", "track": f"art7-{section.kind}"}),
        _attribute("ssrc", {"source": stream.source, "attribute": "cname", "text": own.fragment}),
    ]
    return _section_of(section, own, own.port, [number], attributes)


def _section_of(
    section: Section, own: Own, port: int, formats: Sequence[str], attributes: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    return {
        "kind": section.kind, "port": port, "protocol": section.protocol, "formats": list(formats),
        "connections": [_connection(own)], "bandwidths": [], "attributes": list(attributes),
    }  # fmt: skip


def _candidate(own: Own) -> dict[str, Any]:
    """The one host candidate; its priority by RFC 8445 §5.1.2.1."""
    return {
        "foundation": "1", "component": 1, "transport": "udp", "priority": (126 << 24) + (65535 << 8) + 255,
        "address": own.host, "port": own.port, "type": "host", "extensions": [],
    }  # fmt: skip


def _connection(own: Own) -> dict[str, Any]:
    return {"net": "IN", "address_type": _family(own.host), "address": own.host}


def _family(host: str) -> str:
    return "IP6" if ":" in host else "IP4"


def _group(tags: Sequence[str]) -> dict[str, Any]:
    return {"semantics": "BUNDLE", "tags": list(tags)}


def _words(group: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(group["tags"])


def _attribute(name: str, value: Any = None) -> dict[str, Any]:
    return {"name": name} if value is None else {"name": name, "value": value}


def _missing(what: str, rule: str) -> SessionRefused:
    return SessionRefused("bad_offer", what, "none", rule)
