"""RTP and RTCP packets beside aiortc, over mutated ones: every field, header extensions, reports, descriptions."""

from __future__ import annotations

import random
import re
import struct
from typing import Any

import pytest

from differences import (
    Explained,
    Trial,
    compare,
    mutants,
    octet_edits,
    they_refuse,
    tried,
    values_differ,
    we_refuse,
)
from executions import Codec
from public_octets import public_octets

EDITS = octet_edits(
    (b"\0", b"\xbe\xde\0\1", b"\x10\0\0\1", b"\x80", b"\x90", b"\xa0", b"\x81\xc8\0\6", b"\xff")
)
LIBRARY = "aiortc is not installed: make judges"


def first_octet(octets: bytes, chance: random.Random) -> bytes:
    """Other bits for padding, extension and count."""
    return bytes([0x80 | chance.choice((0, 1, 2, 0x10, 0x20, 0x30, 0x11, 0x21))]) + octets[1:]


def last_octet(octets: bytes, chance: random.Random) -> bytes:
    return octets[:-1] + bytes([chance.choice((0, 1, 2, 4, 8, 12, 255))])


class Elements:
    """In place of the library's map of extensions: keeps them all."""

    def __init__(self, unpack: Any) -> None:
        self.unpack = unpack

    def get(self, profile: int, octets: bytes) -> Any:
        return profile, self.unpack(profile, octets)


def row(value: Any) -> tuple[Any, ...]:
    """A small record as its values, whether they have names or places."""
    return tuple(value.values()) if isinstance(value, dict) else tuple(value)


def our_packet(plain: dict[str, Any]) -> dict[str, Any]:
    told = plain["header_extension"]
    elements = told and isinstance(told["data"], list) and [row(each) for each in told["data"]]
    return {
        "head": tuple(
            int(plain[name]) for name in ("marker", "payload_type", "sequence", "timestamp", "ssrc")
        ),
        "sources": plain["csrc"],
        "extension": told and (told["profile"], elements or []),
        "payload": (plain["payload"], plain["pad_count"]),
    }


PACKETS = (
    Explained(
        "elements with a length of their own, and bits for the application beside their mark",
        "RFC 8285 §4.3: 0x1000 to 0x100F; the library knows the first of them",
        lambda found: not found.error and re.search(rb"\x10[\x01-\x0f]", found.octets, re.S),
    ),
    Explained(
        "an element with the number 15",
        "RFC 8285 §4.2: it ends the elements, and what follows is not read as such",
        values_differ(rb"\xbe\xde..(.*)[\xf0-\xff]"),
    ),
)


def test_packets(codec: Codec, cases: Any, vectors: Any) -> None:
    library = pytest.importorskip("aiortc.rtp", reason=LIBRARY)

    def theirs(octets: bytes) -> Any:
        found = library.RtpPacket.parse(octets, Elements(library.unpack_header_extensions))
        extension = found.extensions if isinstance(found.extensions, tuple) else None
        return {
            "head": (found.marker, found.payload_type, found.sequence_number, found.timestamp, found.ssrc),
            "sources": found.csrc,
            "extension": extension,
            "payload": (found.payload, found.padding_size),
        }

    seeds = [each[:120] for each in public_octets("rtp") if len(each) >= 12 and each[0] >> 6 == 2]
    edits = (*EDITS, first_octet, first_octet, last_octet)
    trial = Trial("rtp", "aiortc", "ietf.rtp.RtpPacket", our_packet, theirs, PACKETS)
    compare(trial, codec, mutants("rtp", seeds, edits, tried("rtp", codec)), cases)


# ---- control packets --------------------------------------------------------------------------------------------


def with_words(octets: bytes, chance: random.Random) -> bytes:
    """State the number of words that there is."""
    return (
        octets[:2] + struct.pack("!H", max(0, len(octets) // 4 - 1)) + octets[4:]
        if len(octets) > 3
        else octets
    )


def join(octets: bytes, chance: random.Random) -> bytes:
    return octets + bytes.fromhex("81cb000101020304")


def our_control(plain: dict[str, Any]) -> list[Any]:
    return [told for each in plain["packets"] if (told := _control(each)) is not None]


def _control(packet: dict[str, Any]) -> Any:
    body, kind, count = packet["body"], packet["kind"], packet["count"]
    match kind:
        case 200 | 201:
            sender = (
                tuple(body[x] for x in ("ntp_time", "rtp_time", "packet_count", "octet_count"))
                if kind == 200
                else ()
            )
            return (kind, body["ssrc"], sender, [row(one) for one in body["reports"]])
        case 202:
            return (
                kind,
                [
                    (one["ssrc"], [(item["kind"], _item(item)) for item in one["items"]])
                    for one in body["chunks"]
                ],
            )
        case 203:
            return (kind, body["sources"])
        case 205 | 206:
            return (
                kind,
                count,
                body["ssrc"],
                body["media_ssrc"],
                _lost(body["details"]) if (kind, count) == (205, 1) else None,
            )
    return None


def _item(item: dict[str, Any]) -> bytes:
    value = item["value"]
    if isinstance(value, dict):
        prefix = value["prefix"].encode()
        return bytes([len(prefix)]) + prefix + value["value"].encode()
    return bytes(value.encode())


def _lost(nacks: list[dict[str, int]]) -> list[int]:
    return [
        x
        for packet, mask in map(row, nacks)
        for x in (packet, *(packet + d + 1 for d in range(16) if mask >> d & 1))
    ]


def their_control(found: list[Any]) -> list[Any]:
    told: list[Any] = []
    for each in found:
        match type(each).__name__:
            case "RtcpSrPacket" | "RtcpRrPacket":
                info = getattr(each, "sender_info", None)
                sender = (
                    (info.ntp_timestamp, info.rtp_timestamp, info.packet_count, info.octet_count)
                    if info
                    else ()
                )
                reports = [tuple(vars(one).values()) for one in each.reports]
                told.append((200 if info else 201, each.ssrc, sender, reports))
            case "RtcpSdesPacket":
                told.append((202, [(one.ssrc, one.items) for one in each.chunks]))
            case "RtcpByePacket":
                told.append((203, each.sources))
            case "RtcpRtpfbPacket":
                told.append((205, each.fmt, each.ssrc, each.media_ssrc, each.lost if each.fmt == 1 else None))
            case _:
                told.append((206, each.fmt, each.ssrc, each.media_ssrc, None))
    return told


CONTROL = (
    Explained(
        "feedback of another size than its format has",
        "RFC 4585 §6.2.1, §6.3.1, §6.3.2, RFC 5104 §4.3: what each format holds; the library keeps the octets",
        we_refuse("trailing_data|truncated", r"packets\[\d+\]\.(picture|transport)"),
    ),
    Explained(
        "reports with words of a profile behind them",
        "RFC 3550 §6.4.1, §6.4.2: profile-specific extensions",
        they_refuse("report length is invalid"),
    ),
    Explained(
        "descriptions that are not UTF-8",
        "RFC 3550 §6.5: items are in UTF-8",
        we_refuse("bad_text", r"\.items"),
    ),
    Explained(
        "a body with something behind what it counts",
        "RFC 3550 §6.5, §6.6: the counts say what there is",
        we_refuse("trailing_data", r"packets\[\d+\]\.(body|description)"),
    ),
    Explained("a datagram without packets", "RFC 3550 §6.1: at least one", we_refuse("no_packet")),
    Explained(
        "items without their end, which the library does not look for",
        "RFC 3550 §6.5: each list of items ends with an octet 0",
        we_refuse("truncated", r"description\.chunks"),
    ),
    Explained(
        "an end of items that the library takes for an item with a length",
        "RFC 3550 §6.5: the end is one octet, then come zeros up to a word",
        lambda found: they_refuse("SDES")(found) or values_differ(rb"\xca")(found),
    ),
    Explained(
        "a reason cut short",
        "RFC 3550 §6.6: its length; the library passes over it",
        we_refuse("", r"goodbye\.reason"),
    ),
    Explained(
        "packets that the library passes over, cut short",
        "RFC 3550 §6.7, RFC 3611 §2: what each holds",
        we_refuse("", r"packets\[\d+\]\.(application|extended)"),
    ),
    Explained(
        "a count of padding that is no multiple of four", "RFC 3550 §6.4.1: it is", we_refuse("bad_padding")
    ),
    Explained("padding that leaves half a word", "RFC 3550 §6.4.1: words of 32 bits", we_refuse("bad_words")),
)


def test_control_packets(codec: Codec, cases: Any, vectors: Any) -> None:
    library = pytest.importorskip("aiortc.rtp", reason=LIBRARY)

    def theirs(octets: bytes) -> Any:
        return their_control(library.RtcpPacket.parse(octets))

    seeds = [
        each
        for each in public_octets("rtp")
        if len(each) < 200 and each[0] >> 6 == 2 and 200 <= each[1] <= 207
    ]
    edits = (*EDITS, *[first_octet, with_words] * 2, with_words, last_octet, join)
    trial = Trial("rtcp", "aiortc", "ietf.rtcp.RtcpDatagram", our_control, theirs, CONTROL)
    compare(trial, codec, mutants("rtcp", seeds, edits, tried("rtcp", codec)), cases)
