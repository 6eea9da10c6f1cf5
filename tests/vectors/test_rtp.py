"""Public RTP and RTCP cases: fields, padding, header extensions, compound control packets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from catalogue_codec import found_files
from executions import Codec, Refused

TOPIC = "rtp"
RTP = "ietf.rtp.RtpPacket"
RTCP = "ietf.rtcp.RtcpDatagram"

KINDS = {"SR": 200, "RR": 201, "SDES": 202, "BYE": 203, "APP": 204, "RTPFB": 205, "PSFB": 206, "XR": 207}
REPORT = {
    "ssrc": "ssrc", "fraction_lost": "fraction_lost", "packets_lost": "packets_lost", "highest_sequence":
    "highest_sequence", "jitter": "jitter", "lsr": "last_report", "dlsr": "delay",
}  # fmt: skip
SENDER = {
    "ntp_time": "ntp_time", "ntp_timestamp": "ntp_time", "rtp_time": "rtp_time", "rtp_timestamp": "rtp_time",
    "packet_count": "packet_count", "octet_count": "octet_count",
}  # fmt: skip
HEADER = {
    "version": lambda v: 2,  # the version is checked, not a member
    "marker": lambda v: v["marker"],
    "payload_type": lambda v: v["payload_type"],
    "sequence_number": lambda v: v["sequence"],
    "sequence": lambda v: v["sequence"],
    "timestamp": lambda v: v["timestamp"],
    "ssrc": lambda v: v["ssrc"],
    "csrc": lambda v: list(v["csrc"]),
    "payload_len": lambda v: len(v["payload"]),
    "payload": lambda v: v["payload"].hex(),
    "padding": lambda v: v["pad_count"] > 0,
    "padding_size": lambda v: v["pad_count"],
    "extension": lambda v: v["header_extension"] is not None,
    "extension_profile": lambda v: v["header_extension"]["profile"],
}
IGNORED = {"name", "packet", "note", "reserialise"}


def refused(codec: Codec, type: str, octets: bytes) -> bool:
    try:
        codec.decode(type, octets)
    except Refused as refusal:
        assert refusal.code
        return True
    return False


def check_rtp(codec: Codec, case: dict[str, Any], octets: bytes) -> set[str]:
    decoded = codec.decode(RTP, octets)
    written = codec.encode(RTP, decoded.native)
    if written != octets:  # padding between elements is dropped; everything else stays
        assert "padding" in case.get("name", "").lower() and not case.get("reserialise"), case.get("name")
        assert codec.decode(RTP, written).plain == decoded.plain
    unknown = set()
    for name, expected in case.items():
        if name in IGNORED:
            continue
        if name == "extensions" and isinstance(expected, list | dict):
            got = [[each[0], each[1].hex()] for each in decoded.plain["header_extension"]["data"]]
            assert got == element_pairs(expected)
        elif name in HEADER:
            assert HEADER[name](decoded.plain) == expected, name
        else:
            unknown.add(name)
    return unknown


def element_pairs(expected: list[Any] | dict[str, Any]) -> list[list[Any]]:
    """Header extension elements as cases spell them: a map, a list of pairs, or a list of objects."""
    if isinstance(expected, dict):
        return [[int(number), data] for number, data in expected.items()]
    return [list(each.values()) if isinstance(each, dict) else list(each) for each in expected]


def lost(nacks: list[Any]) -> list[int]:
    """The sequence numbers that generic NACKs name: one, and up to sixteen after it (RFC 4585 §6.2.1)."""
    found = []
    for packet, mask in nacks:
        found += [packet] + [(packet + 1 + bit) & 0xFFFF for bit in range(16) if mask >> bit & 1]
    return found


def report_differs(report: dict[str, Any], expected: dict[str, Any]) -> set[str]:
    unknown = set(expected) - set(REPORT)
    for name in set(expected) & set(REPORT):
        assert report[REPORT[name]] == expected[name], name
    return unknown


def check_packet(packet: dict[str, Any], expected: dict[str, Any], octets: bytes) -> set[str]:
    """Compare one control packet, whose octets are given too; returns the keys not understood."""
    assert packet["kind"] == KINDS[expected["type"]]
    body, unknown = packet["body"], set[str]()
    for name, value in expected.items():
        if name == "type":
            continue
        if name in ("fmt", "subtype", "count"):
            assert packet["count"] == value
        elif name == "reports":
            assert len(body["reports"]) == len(value)
            for got, want in zip(body["reports"], value, strict=True):
                unknown |= report_differs(got, want)
        elif name in ("sender_info", "sender"):
            unknown |= {key for key in value if key not in SENDER}
            assert all(body[SENDER[key]] == value[key] for key in value if key in SENDER)
        elif name in SENDER:
            assert body[SENDER[name]] == value
        elif name == "chunks":
            got_chunks = [[c["ssrc"], [[i["kind"], i["value"]] for i in c["items"]]] for c in body["chunks"]]
            assert got_chunks == [[c["ssrc"], c["items"]] for c in value]
        elif name == "nack_lost":
            assert lost(body["details"]) == value
        elif name == "fci":
            assert octets[12 : len(octets) - packet["pad_count"]].hex() == value
        elif name == "reason":
            assert (body["reason"] or {}).get("words") == value
        elif name in ("name", "data") and packet["kind"] == KINDS["APP"]:
            assert body[name] in (value.encode(), bytes.fromhex(value) if name == "data" else b"")
        elif name in body:
            assert body[name] == value, name
        else:
            unknown.add(name)
    return unknown


def check_rtcp(codec: Codec, case: dict[str, Any], octets: bytes) -> set[str]:
    decoded = codec.decode(RTCP, octets)
    assert codec.encode(RTCP, decoded.native) == octets
    unknown = set(case) - {"name", "packet", "packets", "note"}
    assert len(decoded.plain["packets"]) == len(case["packets"])
    for packet, expected in zip(decoded.plain["packets"], case["packets"], strict=True):
        size = 4 + 4 * int.from_bytes(octets[2:4], "big")
        unknown |= check_packet(packet, expected, octets[:size])
        octets = octets[size:]
    return unknown


def is_control(octets: bytes) -> bool:
    """RTP and RTCP on one port are told apart by the second octet (RFC 5761 §4)."""
    return len(octets) > 1 and 192 <= octets[1] <= 223


def test_every_case(codec: Codec, cases: Any, vectors: Path) -> None:
    for path in found_files("vectors", TOPIC, ".json"):
        for row in json.loads(path.read_text(encoding="utf-8")):
            octets, name = bytes.fromhex(row["packet"]), row["name"]
            control = "packets" in row or name.startswith("rtcp") or "rtcp" in path.stem
            if name.startswith("sctp") or "sctp" in path.stem:
                continue  # see test_sctp
            if row.get("error"):
                assert refused(codec, RTCP if control else RTP, octets), name
            elif unknown := (check_rtcp if control else check_rtp)(codec, row, octets):
                cases.cannot_run(TOPIC, path.name, name, f"expectations not understood: {sorted(unknown)}")
                continue
            cases.ran(TOPIC)
