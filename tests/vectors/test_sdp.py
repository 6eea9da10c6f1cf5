"""Public SDP cases: descriptions of browsers and other programs, of standards, single attributes, facts of other parsers.

What is read is written again with the same lines, whatever ended them. Exceptions are told by what a case holds, never
by its name, and each has its reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalogue_codec import found_files
from executions import Codec, Refused

TOPIC = "sdp"
SESSION = "ietf.sdp.Session"
ATTRIBUTE = "ietf.sdp.Attribute"

EXCEPTIONS = (
    ("RFC 8866 §5: no line begins so", re.compile(r"^(?![vosiuepcbtrzkam]=)[^\r\n]", re.M)),
    ("RFC 8285 §8: an extension map has a colon behind its name", re.compile(r"^a=extmap ", re.M)),
    ("RFC 8866 §5: lines without anything between others", re.compile(r"\n\r?\n(?=[a-z]=)")),
    ("RFC 8866 §8.2.7: no such type of address", re.compile(r" IN IP(?![46] )\S+ ")),
)
"""Descriptions that are none: why, and what shows it."""

OPEN = (
    ("RFC 8866 §5.13: attributes that are not known are passed over", re.compile(r"unknown$")),
    (
        "RFC 4585 §4.2: kinds of feedback are open",
        re.compile(r"rtcp-fb:\S+ (ccm|goog-remb) \S+$|rtcp-fb:\S+ unknown$"),
    ),
)
"""Attributes that a program refuses and the grammar allows."""


def public_cases(name: str = "") -> Iterator[tuple[Path, Any]]:
    """JSON files of the topic, and the cases in each."""
    for path in found_files("vectors", TOPIC, ".json"):
        for case in json.loads(path.read_text(encoding="utf-8")):
            yield path, case


def descriptions(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every description in a case, with what stands beside it."""
    if isinstance(value, dict):
        if isinstance(value.get("sdp"), str):
            yield value["sdp"], value
        for each in value.values():
            yield from descriptions(each)
    elif isinstance(value, list):
        for each in value:
            yield from descriptions(each)


def exception(text: str, reasons: tuple[tuple[str, re.Pattern[str]], ...] = EXCEPTIONS) -> str | None:
    return next((why for why, sign in reasons if sign.search(text)), None)


def lines(text: bytes) -> list[bytes]:
    """The lines of a description, without what ends them."""
    found = re.split(rb"\r?\n", text)
    return found[:-1] if found[-1] == b"" else found


def both_ways(codec: Codec, text: str) -> Any:
    """Read and write a description; the lines are the same. Returns what was read."""
    decoded = codec.decode(SESSION, text.encode())
    written = codec.encode(SESSION, decoded.native)
    assert lines(written) == lines(text.encode())
    assert written.endswith(b"\r\n") and b"\n" not in written.replace(b"\r\n", b"")
    assert codec.decode(SESSION, written).plain == decoded.plain
    return decoded.plain


def attributes(section: dict[str, Any], name: str) -> list[Any]:
    return [each["value"] for each in section["attributes"] if each["name"] == name]


def test_descriptions_of_programs(codec: Codec, cases: Any) -> None:
    read = 0
    for path in found_files("vectors", TOPIC, ".sdp"):
        text = path.read_text(encoding="utf-8")
        if exception(text):
            with pytest.raises(Refused):
                codec.decode(SESSION, text.encode())
            continue
        both_ways(codec, text)
        read += 1
        cases.ran(TOPIC)
    assert read > 0


def test_descriptions_in_cases(codec: Codec, cases: Any) -> None:
    read = refused = 0
    for _, case in public_cases():
        for text, beside in descriptions(case):
            if beside.get("lenient"):
                continue  # either outcome will do
            if beside.get("valid", True) and not exception(text):
                both_ways(codec, text)
                read += 1
                cases.ran(TOPIC)
            else:
                with pytest.raises(Refused):
                    codec.decode(SESSION, text.encode())
                refused += 1
    assert read > 0 and refused > 0


SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def in_seconds(text: str) -> str:
    """Times of repetitions and shifts in seconds (RFC 8866 §5.10)."""

    def plain(found: re.Match[str]) -> str:
        times = re.sub(r"(-?\d+)([dhms])", lambda x: str(int(x[1]) * SECONDS[x[2]]), found[0])
        return times

    return re.sub(r"^[rz]=.*$", plain, text, flags=re.M)


def test_canonical_texts(codec: Codec, cases: Any) -> None:
    compared = 0
    for _, case in public_cases():
        if (
            not isinstance(case, dict)
            or "canonical" not in case
            or case.get("lenient")
            or exception(case["sdp"])
        ):
            continue
        written = codec.encode(SESSION, codec.decode(SESSION, case["sdp"].encode()).native).decode()
        assert in_seconds(written) == case["canonical"]
        compared += 1
        cases.ran(TOPIC)
    assert compared > 0


def test_single_attributes(codec: Codec, cases: Any) -> None:
    seen = {True: 0, False: 0}
    for _, case in public_cases():
        if not isinstance(case, dict) or "attribute" not in case:
            continue
        octets, valid = f"a={case['attribute']}\r\n".encode(), case["valid"]
        if not valid and exception(case["attribute"], OPEN):
            codec.decode(ATTRIBUTE, octets)
            continue
        if valid:
            decoded = codec.decode(ATTRIBUTE, octets)
            assert codec.encode(ATTRIBUTE, decoded.native) == octets
        else:
            with pytest.raises(Refused):
                codec.decode(ATTRIBUTE, octets)
        seen[valid] += 1
        cases.ran(TOPIC)
    assert seen[True] and seen[False]


def first(values: list[Any]) -> Any:
    return values[0] if values else None


def fact_of_media(session: dict[str, Any], media: dict[str, Any], name: str) -> Any:
    """What a fact about a section says, from what was read; the session's attributes stand for those it lacks."""

    def told(word: str) -> list[Any]:
        return attributes(media, word) or attributes(session, word)

    rtcp, fingerprint = first(attributes(media, "rtcp")), told("fingerprint")
    names = [each["name"] for each in media["attributes"]]
    directions = [each for each in names if each in ("sendrecv", "sendonly", "recvonly", "inactive")]
    options = first(told("ice-options"))
    stream = first(attributes(media, "msid"))
    match name:
        case "kind" | "port":
            return media[name]
        case "profile":
            return media["protocol"]
        case "host":
            return media["connections"][0]["address"] if media["connections"] else None
        case "direction":
            return first(directions)
        case "msid":
            return None if stream is None else " ".join(x for x in (stream["stream"], stream["track"]) if x)
        case "rtp.muxId":
            return first(attributes(media, "mid")) or ""
        case "rtcp_port":
            return None if rtcp is None else rtcp["port"]
        case "rtcp_host":
            return rtcp["at"]["address"] if rtcp is not None and rtcp["at"] is not None else None
        case "rtcp_mux":
            return "rtcp-mux" in names
        case "fmt":
            is_rtp = "RTP" in media["protocol"]
            return [int(x) if is_rtp else x for x in media["formats"]]
        case "sctp_port":
            return first(attributes(media, "sctp-port"))
        case "ice_candidates_complete":
            return "end-of-candidates" in names
        case "ice_options":
            return None if options is None else " ".join([options["first"], *options["more"]])
        case "ice.usernameFragment":
            return first(told("ice-ufrag"))
        case "ice.password":
            return first(told("ice-pwd"))
        case "dtls.fingerprints[0].algorithm":
            return fingerprint[0]["hash"] if fingerprint else None
        case "dtls.fingerprints[0].value":
            return fingerprint[0]["value"] if fingerprint else None
        case _:
            return ...


def fact_of_session(session: dict[str, Any], name: str) -> Any:
    origin = session["origin"]
    match name:
        case "name":
            return session["name"]
        case "version":
            return 0
        case "host":
            return session["connection"]["address"] if session["connection"] else None
        case "time":
            return " ".join(f"{x['start']} {x['stop']}" for x in session["times"])
        case "origin":
            words = ("user", "session_id", "session_version", "net", "address_type", "address")
            return " ".join(str(origin[word]) for word in words)
        case _:
            return ...


def test_facts_of_another_parser(codec: Codec, cases: Any) -> None:
    held = 0
    for _, case in public_cases():
        if not isinstance(case, dict) or "facts" not in case:
            continue
        session = codec.decode(SESSION, case["sdp"].encode()).plain
        for place, value in case["facts"]:
            found = re.match(r"media\[(\d+)\]\.(.+)", place)
            known = (
                fact_of_media(session, session["media"][int(found[1])], found[2])
                if found
                else fact_of_session(session, place)
            )
            if known is ... or (place.endswith("direction") and known is None):
                continue  # a fact about the parser's own objects
            assert known == value, (case["name"], place)
            held += 1
            cases.ran(TOPIC)
    assert held > 0


def test_values_of_an_independent_parser(codec: Codec, cases: Any) -> None:
    compared = 0
    for path, case in public_cases():
        if not isinstance(case, dict) or "parsed" not in case:
            continue
        text = (path.parent / case["file"]).read_text(encoding="utf-8")
        if exception(text):
            continue
        session, parsed = codec.decode(SESSION, text.encode()).plain, case["parsed"]
        assert (
            session["name"] == str(parsed.get("name", session["name"])).strip() or not session["name"].strip()
        )
        assert len(session["media"]) == len(parsed["media"])
        for media, wanted in zip(session["media"], parsed["media"], strict=True):
            compared += compare_media(media, wanted)
            cases.ran(TOPIC)
    assert compared > 0


def compare_media(media: dict[str, Any], wanted: dict[str, Any]) -> int:
    if "type" not in wanted:
        return 0  # a section that the other parser does not read, as one with several ports
    assert media["kind"] == wanted["type"] and media["port"] == wanted["port"]
    assert media["protocol"] == wanted["protocol"]
    assert " ".join(media["formats"]) == str(wanted["payloads"])
    maps = [(x["payload"], x["encoding"]) for x in attributes(media, "rtpmap")]
    assert maps == [(x["payload"], str(x["codec"])) for x in wanted.get("rtp", [])]
    formats = [(x["format"], x["parameters"].strip()) for x in attributes(media, "fmtp")]
    assert formats == [(str(x["payload"]), str(x["config"]).strip()) for x in wanted.get("fmtp", [])]
    known = attributes(media, "candidate")
    told = [
        (x["foundation"], x["component"], x["transport"], x["priority"], x["address"], x["port"])
        for x in known
    ]
    keys = ("foundation", "component", "transport", "priority", "ip", "port")
    assert [tuple(map(str, x)) for x in told] == [
        tuple(str(x[key]) for key in keys) for x in wanted.get("candidates", [])
    ]
    if "fingerprint" in wanted:
        assert wanted["fingerprint"]["hash"] in [x["value"] for x in attributes(media, "fingerprint")]
    if "direction" in wanted:
        assert wanted["direction"] in [x["name"] for x in media["attributes"]]
    return 1


def test_answers_fit_their_offers(codec: Codec, cases: Any) -> None:
    exchanges = 0
    for _, case in public_cases():
        if not isinstance(case, dict) or "exchange" not in case:
            continue
        read = [codec.decode(SESSION, each["sdp"].encode()).plain for each in case["exchange"]]
        for offer, answer in zip(read[::2], read[1::2], strict=False):
            assert len(offer["media"]) == len(answer["media"])
            for one, two in zip(offer["media"], answer["media"], strict=True):
                assert one["kind"] == two["kind"]
                assert two["port"] == 0 or one["port"] == 0 or two["formats"]
            exchanges += 1
            cases.ran(TOPIC)
    assert exchanges > 0


def test_groups_name_sections(codec: Codec, cases: Any) -> None:
    found = 0
    for _, case in public_cases():
        for text, beside in descriptions(case):
            if exception(text) or not beside.get("valid", True) or beside.get("lenient"):
                continue
            session = codec.decode(SESSION, text.encode()).plain
            tags = {tag for media in session["media"] for tag in attributes(media, "mid")}
            for group in attributes(session, "group"):
                if group["semantics"] == "BUNDLE":
                    assert set(group["tags"]) <= tags
                    found += 1
                    cases.ran(TOPIC)
    assert found > 0
