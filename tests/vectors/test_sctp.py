"""Public SCTP packets of data channels: CRC-32C, chunks and their parameters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalogue_codec import found_files
from executions import Codec, Refused

TOPIC = "rtp"
PACKET = "ietf.sctp.SctpPacket"

INVALID = ("bad_", "truncated", "zero_length", "invalid")
"""A case that shall be refused says so in its name."""

KINDS = {
    "abort": 6, "cookie_ack": 11, "cookie_echo": 10, "data": 0, "error": 9, "forward_tsn": 192, "heartbeat": 4,
    "heartbeat_ack": 5, "init": 1, "init_ack": 2, "reconfig": 130, "sack": 3, "shutdown": 7, "shutdown_ack": 8,
    "shutdown_complete": 14,
}  # fmt: skip
"""Chunk types by the words of names; the longest that a name begins with counts."""


def rows() -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in found_files("vectors", TOPIC, ".json"):
        for row in json.loads(path.read_text(encoding="utf-8")):
            if row["name"].startswith("sctp") or "sctp" in path.stem:
                yield path, row


def refusal(codec: Codec, octets: bytes) -> str:
    try:
        codec.decode(PACKET, octets)
    except Refused as refused:
        return refused.code
    return ""


def kind_named(name: str) -> int | None:
    word = name.removeprefix("sctp_")
    found = [known for known in KINDS if word == known or word.startswith(f"{known}_")]
    return KINDS[max(found, key=len)] if found else None


def test_every_case(codec: Codec, cases: Any, vectors: Path) -> None:
    for path, row in rows():
        octets, name = bytes.fromhex(row["packet"]), row["name"]
        if unknown := sorted(set(row) - {"name", "packet", "error", "note"}):
            cases.cannot_run(TOPIC, path.name, name, f"expectations not understood: {unknown}")
            continue
        if row.get("error") or any(word in name for word in INVALID):
            assert refusal(codec, octets), name
        else:
            decoded = codec.decode(PACKET, octets)
            assert codec.encode(PACKET, decoded.native) == octets, name
            expected = kind_named(name)
            assert expected is None or expected in [chunk["kind"] for chunk in decoded.plain["chunks"]], name
        cases.ran(TOPIC)


def test_another_octet_breaks_the_checksum(codec: Codec, vectors: Path) -> None:
    for _, row in rows():
        octets = bytes.fromhex(row["packet"])
        if not refusal(codec, octets):
            changed = octets[:4] + bytes([octets[4] ^ 1]) + octets[5:]  # in the verification tag
            assert refusal(codec, changed) == "bad_checksum", row["name"]
