"""Public cases of RTP payload formats: Opus framing, VP8 descriptors, AV1 headers, H.264, whole streams."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from catalogue_codec import found_files
from executions import Codec, Refused

TOPIC = "payload"
OPUS, VP8, H264 = "ietf.opus.OpusPacket", "ietf.vp8.Vp8Payload", "ietf.h264.H264Payload"
AV1, OBU, OBU_HEADER, LEB128 = (f"aom.av1.{name}" for name in ("Av1Payload", "Obu", "ObuHeader", "Leb128"))

MODES = ["SILK", "Hybrid", "CELT"]
BANDWIDTHS = ["NB", "MB", "WB", "SWB", "FB"]
OBU_TYPES = {
    1: "SEQUENCE_HEADER", 2: "TEMPORAL_DELIMITER", 3: "FRAME_HEADER", 4: "TILE_GROUP", 5: "METADATA", 6: "FRAME",
    7: "REDUNDANT_FRAME_HEADER", 8: "TILE_LIST", 15: "PADDING",
}  # fmt: skip
TEMPORAL_DELIMITER, TILE_LIST = 2, 8


def both_ways(codec: Codec, type: str, octets: bytes) -> Any:
    """Decode, write again, compare; returns the value."""
    decoded = codec.decode(type, octets)
    assert codec.encode(type, decoded.native) == octets
    return decoded.plain


def is_refused(codec: Codec, type: str, octets: bytes) -> bool:
    try:
        codec.decode(type, octets)
    except Refused as refusal:
        assert refusal.code
        return True
    return False


# ---- Opus ---------------------------------------------------------------------------------------------------


def opus_frames(value: dict[str, Any]) -> list[bytes]:
    """The frames of a packet of any code."""
    content = value["content"]
    if isinstance(content, bytes):
        return [content]
    return (
        list(content["frames"]) if "frames" in content else [content["first_frame"], content["second_frame"]]
    )


def check_opus_framing(codec: Codec, row: dict[str, Any]) -> set[str]:
    octets = bytes.fromhex(row["packet"])
    if not row.get("valid", not row.get("error")):
        assert is_refused(codec, OPUS, octets), row
        return set()
    value = both_ways(codec, OPUS, octets)
    known = {"packet", "name", "valid", "note", "rule"}
    checks = {
        "frames": lambda: [frame.hex() for frame in opus_frames(value)],
        "stereo": lambda: value["stereo"],
        "config": lambda: value["config"],
        "code": lambda: value["code"],
        "frame_count": lambda: len(opus_frames(value)),
        "padding": lambda: (value["content"].get("padding") or b"").hex(),
    }
    for name in set(row) & set(checks):
        assert checks[name]() == row[name], (row, name)
    return set(row) - known - set(checks)


def check_opus_config(codec: Codec, row: dict[str, Any]) -> set[str]:
    value = both_ways(codec, OPUS, bytes([row["config"] << 3, 0xAA]))
    assert value["config"] == row["config"]
    assert MODES[value["mode"]] == row["mode"]
    assert BANDWIDTHS[value["bandwidth"]] == row["bandwidth"]
    assert value["frame_duration"] == row["frame_ms"] * 1000
    return set(row) - {"config", "mode", "bandwidth", "frame_ms"}


# ---- VP8 ----------------------------------------------------------------------------------------------------


def check_vp8_descriptor(codec: Codec, row: dict[str, Any]) -> set[str]:
    octets = bytes.fromhex(row["payload"])
    if row.get("error"):
        assert is_refused(codec, VP8, octets), row
        return set()
    value = both_ways(codec, VP8, octets)
    extension = value["extension"] or {}
    layer, picture = extension.get("layer") or {}, extension.get("picture") or {}
    has_tid, has_key = extension.get("has_tid"), extension.get("has_key")
    checks = {
        "S": lambda: value["start"],
        "N": lambda: value["non_reference"],
        "PID": lambda: value["partition"],
        "picture_id": lambda: picture.get("id"),
        "tl0picidx": lambda: extension.get("tl0_index"),
        "tid": lambda: [layer["temporal"], layer["sync"]] if has_tid else None,
        "keyidx": lambda: layer["key_index"] if has_key else None,
        "rest": lambda: value["payload"].hex(),
    }
    for name in set(row) & set(checks):
        assert checks[name]() == row[name], (row, name)
    return set(row) - {"payload", "note", "name"} - set(checks)


def check_vp8_packetise(codec: Codec, row: dict[str, Any]) -> set[str]:
    """Put payloads together to frames, and cut frames to fixed-size payloads that come out the same."""
    for frame, packets in zip(row["frames"], row["packets"], strict=True):
        values = [both_ways(codec, VP8, bytes.fromhex(packet)) for packet in packets]
        assert b"".join(value["payload"] for value in values).hex() == frame
        assert [value["start"] for value in values] == [True] + [False] * (len(values) - 1)
        room = row["mtu"] - (len(bytes.fromhex(packets[0])) - len(values[0]["payload"]))
        pieces = [value["payload"] for value in values]
        octets = bytes.fromhex(frame)
        assert pieces == [octets[i : i + room] for i in range(0, len(octets), room)]
    first = codec.decode(VP8, bytes.fromhex(row["packets"][0][0])).plain["extension"]
    assert (first["picture"]["id"] if first else None) == row["picture_id"]
    return set(row) - {"name", "mtu", "picture_id", "frames", "packets", "note"}


# ---- AV1 ----------------------------------------------------------------------------------------------------


def check_leb128(codec: Codec, row: dict[str, Any]) -> set[str]:
    octets = bytes.fromhex(row["leb128"])
    if row.get("error"):
        assert is_refused(codec, LEB128, octets), row
        return set()
    assert both_ways(codec, LEB128, octets)["value"] == row["value"]
    return set(row) - {"value", "leb128", "name", "note"}


def check_obu_header(codec: Codec, row: dict[str, Any]) -> set[str]:
    octets = bytes.fromhex(row["bytes"])
    if row.get("error"):
        assert is_refused(codec, OBU_HEADER, octets), row
        return set()
    value = both_ways(codec, OBU_HEADER, octets)
    extension = value["extension"]
    layers = {"temporal_id": extension["temporal"], "spatial_id": extension["spatial"]} if extension else None
    checks = {
        "type": value["kind"],
        "type_name": OBU_TYPES.get(value["kind"], "RESERVED"),
        "has_size_field": value["has_size"],
        "extension": layers,
    }
    for name in set(row) & set(checks):
        if name == "extension" and row[name] and layers:
            assert {key: layers[key] for key in row[name] if key in layers} == row[name]
        else:
            assert checks[name] == row[name], (row, name)
    return set(row) - {"bytes", "name", "note"} - set(checks)


def av1_elements(value: dict[str, Any]) -> list[bytes]:
    """The OBU elements of a payload, in order; tuples have the element's data last."""

    def data(element: Any) -> bytes:
        return (
            element[-1]
            if isinstance(element, tuple)
            else element
            if isinstance(element, bytes)
            else element["data"]
        )

    if value["count"] == 0:
        return [data(each) for each in value["listed"]]
    return [data(each) for each in value["sized"]] + [value["final"]]


def av1_obus(codec: Codec, payloads: Iterable[bytes]) -> list[bytes]:
    """Put OBUs together from payloads in order (AV1 RTP §4); delimiters and tile lists are left out (§5)."""
    obus: list[bytes] = []
    open_end = False
    for payload in payloads:
        value = both_ways(codec, AV1, payload)
        elements = av1_elements(value)
        if open_end and value["continues"]:
            obus[-1] += elements.pop(0)
        elif open_end:
            obus.pop()
        elif value["continues"]:
            elements.pop(0)  # the beginning was lost
        if elements:
            obus += elements
            open_end = value["unfinished"]
        else:
            open_end = open_end and value["unfinished"]
    return [obu for obu in obus if obu and obu[0] >> 3 & 15 not in (TEMPORAL_DELIMITER, TILE_LIST)]


def without_size(codec: Codec, obu: bytes) -> bytes:
    """An OBU as RTP carries it: its size field dropped."""
    value = codec.decode(OBU, obu).plain
    head = 1 + value["has_extension"] if "has_extension" in value else 1 + (value["extension"] is not None)
    return bytes([obu[0] & ~2]) + obu[1:head] + value["payload"]


def check_av1_aggregation(codec: Codec, row: dict[str, Any]) -> set[str]:
    payloads = [bytes.fromhex(packet) for packet in row["packets"]]
    if row.get("error"):
        assert any(is_refused(codec, AV1, payload) for payload in payloads), row
        return set()
    obus = [without_size(codec, obu) for obu in av1_obus(codec, payloads)]
    assert [obu.hex() for obu in obus] == row["obus"], row
    return set(row) - {"name", "packets", "obus", "note"}


# ---- H.264 ---------------------------------------------------------------------------------------------------

START_CODE = bytes.fromhex("00000001")
SINGLE, STAP_A, FU_A = range(1, 24), 24, 28


def unit_of(element: Any) -> bytes:
    return (
        element[-1]
        if isinstance(element, tuple)
        else element
        if isinstance(element, bytes)
        else element["unit"]
    )


def h264_pieces(payload: bytes, value: dict[str, Any]) -> list[tuple[bool, bytes]]:
    """The pieces of units in a payload: whether each begins a unit, and its octets (RFC 6184 §5.6 to §5.8)."""
    content = value["content"]
    if value["kind"] == STAP_A:
        return [(True, unit_of(unit)) for unit in content["units"]]
    if value["kind"] == FU_A:
        header = bytes([payload[0] & 0xE0 | content["kind"]])
        return [(content["start"], (header if content["start"] else b"") + content["payload"])]
    return [(True, payload)]


def check_h264(codec: Codec, row: dict[str, Any]) -> set[str]:
    octets = bytes.fromhex(row["payload"])
    if row.get("error"):
        assert is_refused(codec, H264, octets), row
        return set()
    value = both_ways(codec, H264, octets)
    pieces = h264_pieces(octets, value)
    kinds = {STAP_A: "STAP-A", FU_A: "FU-A"}
    checks = {
        "kind": kinds.get(value["kind"], "single"),
        "first": pieces[0][0],
        "nals": [piece.hex() for _, piece in pieces],
        "annexb_len": sum(len(START_CODE) * begins + len(piece) for begins, piece in pieces),
    }
    for name in set(row) & set(checks):
        assert same_kind(checks[name], row[name]) if name == "kind" else checks[name] == row[name], (
            row["name"],
            name,
        )
    return set(row) - {"name", "payload", "note"} - set(checks)


def same_kind(got: str, expected: str) -> bool:
    """Cases spell a single unit in several ways."""
    return got.lower() == expected.lower() or (
        got == "single" and expected.lower().startswith(("single", "nal"))
    )


def annex_b_units(octets: bytes) -> list[bytes]:
    """Cut an Annex B byte stream at its start codes of three or four octets."""
    return [unit.rstrip(b"\0") for unit in octets.split(b"\0\0\1") if unit.rstrip(b"\0")]


def h264_units(codec: Codec, payloads: list[bytes]) -> list[bytes]:
    units: list[bytes] = []
    for payload in payloads:
        for begins, piece in h264_pieces(payload, both_ways(codec, H264, payload)):
            if begins:
                units.append(piece)
            else:
                units[-1] += piece
    return units


# ---- streams ------------------------------------------------------------------------------------------------


def temporal_unit(codec: Codec, octets: bytes) -> list[bytes]:
    """Cut a temporal unit of OBUs with sizes, and drop their sizes and the delimiter."""
    found = []
    while octets:
        at = 2 if octets[0] & 4 else 1
        size, shift = 0, 0
        while True:
            size |= (octets[at] & 127) << shift
            shift, at = shift + 7, at + 1
            if octets[at - 1] < 128:
                break
        obu, octets = octets[: at + size], octets[at + size :]
        if obu[0] >> 3 & 15 != TEMPORAL_DELIMITER:
            found.append(without_size(codec, obu))
    return found


def runs_correctly(headers: list[dict[str, Any]]) -> None:
    """Sequence numbers rise by one and wrap; one source; time never runs back."""
    for before, after in zip(headers, headers[1:], strict=False):
        assert after["sequence"] == (before["sequence"] + 1) & 0xFFFF
        assert after["ssrc"] == before["ssrc"] and after["payload_type"] == before["payload_type"]
        assert (after["timestamp"] - before["timestamp"]) & 0xFFFFFFFF < 1 << 31


def check_stream(codec: Codec, row: dict[str, Any]) -> str | None:
    """Depacketise a recorded stream; returns why it cannot be, or None."""
    headers = [both_ways(codec, "ietf.rtp.RtpPacket", bytes.fromhex(packet)) for packet in row["rtp"]]
    runs_correctly(headers)
    payloads = [header["payload"] for header in headers]
    frames = [bytes.fromhex(frame) for frame in row["encoded_frames"]]
    match row["codec"].upper():
        case "VP8":
            values = [both_ways(codec, VP8, payload) for payload in payloads]
            found: list[bytes] = []
            for value in values:
                first = value["start"] and value["partition"] == 0
                found = [*found, value["payload"]] if first else [*found[:-1], found[-1] + value["payload"]]
            assert found == frames
        case "AV1":
            units: list[list[bytes]] = []
            times: list[int] = []
            for header, payload in zip(headers, payloads, strict=True):
                if not times or times[-1] != header["timestamp"]:
                    times.append(header["timestamp"])
                    units.append([])
                units[-1].append(payload)
            got = [[without_size(codec, obu) for obu in av1_obus(codec, unit)] for unit in units]
            assert got == [temporal_unit(codec, frame) for frame in frames]
        case "OPUS":
            for payload in payloads:
                assert opus_frames(both_ways(codec, OPUS, payload))
            assert payloads == frames
        case "H264":
            wanted = [unit for frame in frames for unit in annex_b_units(frame)]
            assert [unit.rstrip(b"\0") for unit in h264_units(codec, payloads)] == wanted
        case "PCMU" | "PCMA" | "G722":
            assert b"".join(payloads) == b"".join(frames)
        case other:
            return f"the payload format of {other} is not in the catalogue yet"
    return None


CHECKS = (
    ({"frames", "mtu", "packets"}, check_vp8_packetise),
    ({"obus"}, check_av1_aggregation),
    ({"packets", "error"}, check_av1_aggregation),
    ({"leb128"}, check_leb128),
    ({"bytes"}, check_obu_header),
    ({"config", "mode"}, check_opus_config),
)
"""Which check reads a case: told by the keys it has."""


def check(codec: Codec, path: Path, row: dict[str, Any]) -> str | None:
    """Run one case; returns why it cannot run, or None."""
    if "encoded_frames" in row:
        return check_stream(codec, row)
    for keys, run in CHECKS:
        if keys <= set(row):
            unknown = run(codec, row)
            break
    else:
        if "opus" in path.stem and "packet" in row:
            unknown = check_opus_framing(codec, row)
        elif "h264" in path.stem and "payload" in row:
            unknown = check_h264(codec, row)
        elif "vp8" in path.stem and "payload" in row:
            unknown = check_vp8_descriptor(codec, row)
        else:
            return f"no check for a case with {sorted(row)}"
    return f"expectations not understood: {sorted(unknown)}" if unknown else None


def test_every_case(codec: Codec, cases: Any, vectors: Path) -> None:
    for path in found_files("vectors", TOPIC, ".json"):
        for number, row in enumerate(json.loads(path.read_text(encoding="utf-8"))):
            if reason := check(codec, path, row):
                cases.cannot_run(TOPIC, path.name, str(row.get("name", number)), reason)
            else:
                cases.ran(TOPIC)
