"""Session descriptions beside aiortc, over mutated ones: everything that the library keeps of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from differences import (
    Difference,
    Explained,
    Trial,
    compare,
    in_lines,
    line_edits,
    mutants,
    octet_edits,
    they_refuse,
    tried,
    we_refuse,
)
from executions import Codec
from sdp_forms import ATTRIBUTES, LINES, has_form, in_order, is_description, lines
from sdp_lines import short_descriptions

PIECES = (
    b" ",
    b":",
    b"/",
    b"=",
    b"\t",
    b"0",
    b"-1",
    b"65536",
    b"a",
    b"\xc3\xa9",
    b"\xff",
    b"\0",
    b"\r\n",
    b"\n",
    b"\r",
)
WORDS = (
    b"0",
    b"1",
    b"255",
    b"128",
    b"65535",
    b"65536",
    b"4294967296",
    b"IP4",
    b"IP6",
    b"*",
    b"audio",
    b"sendrecv",
)
EDITS = (
    *octet_edits(PIECES),
    *in_lines(octet_edits(PIECES[:12]), b"=") * 4,
    *line_edits(WORDS),
    *in_lines(line_edits(WORDS)[:2], b"=") * 4,
)
"""Most of them within one line, behind its kind."""


# ---- where the two differ ---------------------------------------------------------------------------------------


def is_out_of_order(found: Difference) -> bool:
    """Art7 refuses, and the kinds of lines do not follow each other as they have to."""
    return found.refusal is not None and not in_order(found.octets)


def has_bad_line(start: str) -> Callable[[Difference], object]:
    """Art7 refuses, and a line that begins so has not the form of its standard."""
    begins = re.compile(re.escape(start) + (r"(?![!#-'*+.0-9A-Z^-~-])" if start[2:] else ""))

    def holds(found: Difference) -> bool:
        return found.refusal is not None and any(
            begins.match(line) and not has_form(line) for line in lines(found.octets)
        )

    return holds


EXPLAINED = (
    Explained(
        "an attribute that stands beside its form in old programs",
        "RFC 8866 §6.6: a rate behind the name; one old speaker's protocol leaves it out",
        they_refuse("IndexError", rb"^a=rtpmap:\d+ AppleLossless\r?$"),
    ),
    Explained(
        "a format without a map",
        "RFC 8866 §6.15: `a=fmtp` needs no `a=rtpmap`",
        they_refuse("StopIteration", rb"^a=fmtp"),
    ),
    Explained(
        "words behind an extension's name",
        "RFC 8285 §8: attributes of the extension",
        they_refuse("too many values", rb"^a=extmap:\S+ \S+ \S"),
    ),
    Explained(
        "formats that are tokens",
        "RFC 8866 §5.14: what formats are, the protocol says; the grammar has tokens",
        they_refuse("invalid literal", rb"^m=(audio|video) \S+ \S+ (\d+ )*\d*[^\d \r\n]"),
    ),
    Explained(
        "a byte that no line has",
        "RFC 8866 §9: neither NUL nor CR within a line",
        we_refuse("", shown=rb"\0|\r(?!\n)"),
    ),
    Explained("lines in another order", "RFC 8866 §5: the order of lines", is_out_of_order),
    *(
        Explained(f"an attribute {name} of another form", rule, has_bad_line(f"a={name}"))
        for name, (_, rule) in ATTRIBUTES.items()
    ),
    *(
        Explained(f"a line {kind}= of another form", rule, has_bad_line(f"{kind}="))
        for kind, (_, rule) in LINES.items()
    ),
    Explained(
        "several ports, which the library does not take",
        "RFC 8866 §5.14: port and number of ports",
        they_refuse("AssertionError", rb"^m=\S+ \d+/\d"),
    ),
    Explained(
        "a protocol of other signs than capitals, which the library does not take",
        "RFC 8866 §8.2.3: protocols are tokens with slashes",
        they_refuse("AssertionError", rb"^m=\S+ \S+ (?![A-Z/]+ )"),
    ),
    Explained(
        "payload types that collide with RTCP, or beyond 255",
        "RFC 5761 §4: a rule of multiplexing, not of the description",
        they_refuse(
            "AssertionError",
            rb"^m=(audio|video) [^\r\n]* (-\d+|0*7[2-6]|0*25[6-9]|0*2[6-9]\d|0*[3-9]\d\d|\d{4,})( |\r?$)",
        ),
    ),
    Explained(
        "a network that is not the Internet, which the library does not take",
        "RFC 8866 §8.2.6: other networks are registered",
        they_refuse("AssertionError", rb"^(c=|a=rtcp:\d+ )(?!IN IP[46] )"),
    ),
    Explained(
        "parameters of a format that is no number",
        "RFC 8866 §6.15: what formats are, the protocol says",
        they_refuse("invalid literal", rb"^a=fmtp:(?!\d+ )"),
    ),
    Explained(
        "parameters that are numbers to the library",
        "RFC 8866 §6.15: parameters are the format's own words",
        they_refuse(
            "invalid literal",
            rb"^a=fmtp:[^\r\n]*[ ;](apt|max-fr|max-fs|maxplaybackrate|minptime|stereo|useinbandfec)=(?!\d+(;|\r?$))",
        ),
    ),
    Explained(
        "signs that the library takes for ends of lines",
        "RFC 8866 §5: CR and LF end lines, or LF alone",
        lambda found: (
            not found.refusal and re.search(rb"[\x0b\x0c\x1c-\x1e]|\xc2\x85|\xe2\x80[\xa8\xa9]", found.octets)
        ),
    ),
    Explained(
        "channels that are no number",
        "RFC 8866 §6.6: parameters of an encoding are tokens",
        they_refuse("invalid literal", rb"^a=rtpmap:\d+ [^/\r\n]+/\d+/(?!\d+\r?$)"),
    ),
    Explained(
        "an attribute of a source without a value",
        "RFC 5576 §4.1: a name alone",
        they_refuse("not enough values", rb"^a=ssrc:\d+( [A-Za-z0-9_.-]+)?\r?$"),
    ),
    Explained(
        "an SCTP map without what it carries",
        "draft-ietf-mmusic-sctp-sdp-05 §5",
        they_refuse("not enough values", rb"^a=sctpmap:\d+\r?$"),
    ),
)


# ---- one form -----------------------------------------------------------------------------------------------


def their_value(found: Any) -> dict[str, Any]:
    """What aiortc keeps."""
    return {
        "origin": found.origin,
        "name": found.name,
        "time": found.time,
        "host": found.host,
        "groups": [(each.semantic, each.items) for each in found.group],
        "media": [_their_media(each) for each in found.media],
    }


def _their_media(media: Any) -> dict[str, Any]:
    candidates = [
        (
            x.foundation,
            x.component,
            x.protocol,
            x.priority,
            x.ip,
            x.port,
            x.type,
            x.relatedAddress,
            x.relatedPort,
            x.tcpType,
        )
        for x in media.ice_candidates
    ]
    return {
        "line": (media.kind, media.port, media.profile, [_number(str(each)) for each in media.fmt]),
        "host": media.host,
        "direction": media.direction,
        "msid": media.msid,
        "mid": media.rtp.muxId,
        "rtcp": (media.rtcp_port, media.rtcp_host, media.rtcp_mux),
        "sources": [(x.ssrc, x.cname, x.msid, x.mslabel, x.label) for x in media.ssrc],
        "source groups": [(x.semantic, x.items) for x in media.ssrc_group],
        "extensions": [(x.id, x.uri) for x in media.rtp.headerExtensions],
        "codecs": [
            (
                x.mimeType,
                x.clockRate,
                x.channels,
                x.payloadType,
                x.parameters,
                [(y.type, y.parameter) for y in x.rtcpFeedback],
            )
            for x in media.rtp.codecs
        ],
        "sctp": (
            media.sctpmap,
            media.sctp_port,
            media.sctpCapabilities and media.sctpCapabilities.maxMessageSize,
        ),
        "candidates": (candidates, media.ice_candidates_complete),
        "ice": (media.ice.usernameFragment, media.ice.password, media.ice.iceLite, media.ice_options),
        "dtls": media.dtls and (media.dtls.role, [(x.algorithm, x.value) for x in media.dtls.fingerprints]),
    }


def _number(text: str) -> str:
    """The library takes payload types for numbers, whatever zeros stand before them."""
    return str(int(text)) if text.isascii() and text.isdigit() else text


ROLES = {"actpass": "auto", "active": "client", "passive": "server"}
DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")


def our_value(plain: dict[str, Any]) -> dict[str, Any]:
    """What art7 read, in that form."""
    origin, times = plain["origin"], plain["times"]
    late = [each["late_connection"] for each in times if each["late_connection"]]
    hosts = [each for each in (plain["early_connection"], plain["connection"], *late) if each]
    return {
        "origin": " ".join(str(each) for each in origin.values()),
        "name": plain["name"].rstrip(),
        "time": f"{times[-1]['start']} {times[-1]['stop']}" if times else "0 0",
        "host": hosts[-1]["address"] if hosts else None,
        "groups": [(each["semantics"], each["tags"]) for each in _all(plain, "group")],
        "media": [_our_media(each, plain) for each in plain["media"]],
    }


def _all(part: dict[str, Any], name: str) -> list[Any]:
    return [each["value"] for each in part["attributes"] if each["name"] == name]


def _last(part: dict[str, Any], name: str, otherwise: Any = None) -> Any:
    return (_all(part, name) or [otherwise])[-1]


def _has(part: dict[str, Any], name: str) -> bool:
    return any(each["name"] == name for each in part["attributes"])


def _our_media(media: dict[str, Any], session: dict[str, Any]) -> dict[str, Any]:
    directions = [each["name"] for each in media["attributes"] if each["name"] in DIRECTIONS]
    msid, rtcp, at = _last(media, "msid"), _last(media, "rtcp"), None
    if rtcp and rtcp["at"]:
        at = rtcp["at"]["address"]
    role = ROLES.get(_last(media, "setup", _last(session, "setup")))
    prints = [(x["hash"], x["value"]) for x in (*_all(session, "fingerprint"), *_all(media, "fingerprint"))]
    options = _last(media, "ice-options", _last(session, "ice-options"))
    fragment, password = (_last(media, x, _last(session, x)) for x in ("ice-ufrag", "ice-pwd"))
    return {
        "line": (media["kind"], media["port"], media["protocol"], [_number(x) for x in media["formats"]]),
        "host": media["connections"][-1]["address"] if media["connections"] else None,
        "direction": directions[-1] if directions else None,
        "msid": msid and " ".join(each for each in msid.values() if each is not None),
        "mid": _last(media, "mid", ""),
        "rtcp": (rtcp and rtcp["port"], at, _has(media, "rtcp-mux")),
        "sources": _sources(media),
        "source groups": [(x["semantics"], x["sources"]) for x in _all(media, "ssrc-group")],
        "extensions": [(x["id"], x["uri"]) for x in _all(media, "extmap")],
        "codecs": _codecs(media),
        "sctp": (_maps(media), _last(media, "sctp-port"), _last(media, "max-message-size")),
        "candidates": ([_candidate(x) for x in _all(media, "candidate")], _has(media, "end-of-candidates")),
        "ice": (
            fragment,
            password,
            _has(session, "ice-lite"),
            options and " ".join((options["first"], *options["more"])),
        ),
        "dtls": role and (role, prints),
    }


def _sources(media: dict[str, Any]) -> list[Any]:
    found: dict[int, dict[str, str]] = {}
    for each in _all(media, "ssrc"):
        found.setdefault(each["source"], {})[each["attribute"]] = each["text"]
    return [
        (key, *(told.get(name) for name in ("cname", "msid", "mslabel", "label")))
        for key, told in found.items()
    ]


def _codecs(media: dict[str, Any]) -> list[Any]:
    from aiortc.sdp import parameters_from_sdp

    found = []
    for each in _all(media, "rtpmap"):
        channels = int(each["clock"]["channels"] or 1) if media["kind"] == "audio" else None
        told = [
            (x["kind"], x["parameter"])
            for x in _all(media, "rtcp-fb")
            if x["payload"] in ("*", str(each["payload"]))
        ]
        found.append(
            [
                f"{media['kind']}/{each['encoding']}",
                each["clock"]["rate"],
                channels,
                each["payload"],
                {},
                told,
            ]
        )
    for each in _all(media, "fmtp"):
        first = next((one for one in found if one[3] == int(each["format"])), None)
        if first is not None:
            first[4] = parameters_from_sdp(each["parameters"])
    return [tuple(each) for each in found]


def _maps(media: dict[str, Any]) -> dict[int, str]:
    found = {}
    for each in _all(media, "sctpmap"):
        told = each["application"] or {"name": None, "streams": None}
        found[each["port"]] = " ".join(str(x) for x in told.values() if x is not None)
    return found


def _candidate(x: dict[str, Any]) -> tuple[Any, ...]:
    told = {each["name"]: each["value"] for each in x["extensions"]}
    first = (
        x["foundation"],
        x["component"],
        x["transport"],
        x["priority"],
        x["address"],
        x["port"],
        x["type"],
    )
    return (*first, x["related_address"], x["related_port"], told.get("tcptype"))


def test_descriptions(codec: Codec, cases: Any, vectors: Any) -> None:
    library = pytest.importorskip("aiortc.sdp", reason="aiortc is not installed: make judges")

    def theirs(octets: bytes) -> Any:
        return their_value(library.SessionDescription.parse(octets.decode()))

    seeds = short_descriptions(600)
    assert seeds, "no public description"
    trial = Trial("sdp", "aiortc", "ietf.sdp.Session", our_value, theirs, EXPLAINED, has_form=is_description)
    compare(trial, codec, mutants("sdp", seeds, EDITS, tried("sdp", codec)), cases)
