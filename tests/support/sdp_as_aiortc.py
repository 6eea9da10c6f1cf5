"""What art7 and aiortc read of a session description, in one form: everything that the library keeps."""

from __future__ import annotations

from typing import Any


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
