"""RTP payloads of H.264 and VP8 beside aiortc, over mutated ones: units and fragments, descriptors."""

from __future__ import annotations

import random
from typing import Any

import pytest

from differences import Explained, Trial, compare, mutants, octet_edits, they_refuse, tried, we_refuse
from executions import Codec
from public_octets import public_octets

EDITS = octet_edits((b"\x7c", b"\x78", b"\x80", b"\xf0", b"\0\2ab", b"\0", b"\xff", b"\x18", b"\x1c\x85"))
START = bytes((0, 0, 0, 1))
LIBRARY = "aiortc is not installed: make judges"


def header(octets: bytes, chance: random.Random) -> bytes:
    """Another first octet."""
    return (
        bytes([chance.choice((0x18, 0x78, 0x1C, 0x7C, 0x65, 0x90, 0x80, 0x10, 0x00, chance.randrange(256)))])
        + octets[1:]
    )


def seeds() -> list[bytes]:
    made = [
        b"\x65abc",
        b"\x7c\x85abc",
        b"\x7c\x45de",
        b"\x78\0\2ab\0\3cde",
        b"\x90\xf0\x81\x05\x07\x61abc",
        b"\x90\x80\x11abc",
        b"\x10abc",
    ]
    return [*made * 4, *(each[:60] for each in public_octets("payload"))]


# ---- H.264 ------------------------------------------------------------------------------------------------------


def our_unit(plain: dict[str, Any]) -> Any:
    """Whether a unit begins, and the units as Annex B of H.264 writes them."""
    content, first = plain["content"], int(plain["damaged"]) << 7 | plain["importance"] << 5
    if isinstance(content, bytes):
        return True, START + bytes([first | plain["kind"]]) + content
    told = tuple(content.values())
    if plain["kind"] == 24:
        return True, b"".join(
            START + (each if isinstance(each, bytes) else row(each)[-1]) for each in told[0]
        )
    start = START + bytes([first | content["kind"]]) if content["start"] else b""
    return content["start"], start + content["payload"]


def row(value: Any) -> tuple[Any, ...]:
    return tuple(value.values()) if isinstance(value, dict) else tuple(value)


H264 = (
    Explained("an aggregate without units", "RFC 6184 §5.7.1: at least one", we_refuse("no_unit")),
    Explained(
        "a fragment that begins and ends",
        "RFC 6184 §5.8: start and end are not both set",
        we_refuse("bad_fragment"),
    ),
    Explained(
        "a unit of its header alone",
        "RFC 6184 §5.3: the end of a sequence has no more (H.264 §7.3.2.5)",
        they_refuse("too short"),
    ),
)


def test_h264(codec: Codec, cases: Any, vectors: Any) -> None:
    library = pytest.importorskip("aiortc.codecs.h264", reason=LIBRARY)

    def theirs(octets: bytes) -> Any:
        found, units = library.H264PayloadDescriptor.parse(octets)
        return found.first_fragment, units

    trial = Trial("h264", "aiortc", "ietf.h264.H264Payload", our_unit, theirs, H264)
    compare(trial, codec, mutants("h264", seeds(), (*EDITS, header), tried("h264", codec)), cases)


# ---- VP8 --------------------------------------------------------------------------------------------------------


def our_piece(plain: dict[str, Any]) -> Any:
    told = plain["extension"] or {}
    picture, layer = told.get("picture"), told.get("layer")
    layer = row(layer) if layer is not None else None
    return {
        "start": (int(plain["start"]), plain["partition"]),
        "picture": None
        if picture is None
        else row(picture)[-1]
        if not isinstance(picture, dict)
        else picture["id"],
        "tl0": told.get("tl0_index"),
        "layer": (layer[0], int(layer[1])) if layer and told["has_tid"] else None,
        "key": layer[2] if layer and told["has_key"] else None,
        "payload": plain["payload"],
    }


def test_vp8(codec: Codec, cases: Any, vectors: Any) -> None:
    library = pytest.importorskip("aiortc.codecs.vpx", reason=LIBRARY)

    def theirs(octets: bytes) -> Any:
        found, rest = library.VpxPayloadDescriptor.parse(octets)
        start = (found.partition_start, found.partition_id & 7)
        told = {"picture": found.picture_id, "tl0": found.tl0picidx, "layer": found.tid, "key": found.keyidx}
        return {"start": start, **told, "payload": rest}

    trial = Trial("vp8", "aiortc", "ietf.vp8.Vp8Payload", our_piece, theirs)
    compare(trial, codec, mutants("vp8", seeds(), (*EDITS, header), tried("vp8", codec)), cases)
