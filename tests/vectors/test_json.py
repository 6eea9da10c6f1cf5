"""Public JSON cases: well-formedness, the canonical form of RFC 8785 and its numbers."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from catalogue_codec import found_files
from executions import Codec, Refused

TOPIC = "json"
TEXT, CANONICAL = "ietf.json.JsonText", "ietf.json.CanonicalJson"


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a table of cases; a file of another shape has none."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def tables(key: str) -> list[tuple[Path, list[dict[str, Any]]]]:
    """The tables all of whose rows have `key`."""
    found = [
        (path, rows(path)) for path in found_files("vectors", TOPIC, ".json") if path.parent.name == TOPIC
    ]
    return [(path, cases) for path, cases in found if cases and all(key in case for case in cases)]


def is_read(codec: Codec, octets: bytes) -> bool:
    return refusal_of(codec, octets) is None


def refusal_of(codec: Codec, octets: bytes) -> str | None:
    try:
        codec.decode(TEXT, octets)
    except Refused as refusal:
        assert refusal.code and refusal.code != "internal"
        return refusal.code
    return None


def canonical(codec: Codec, octets: bytes) -> bytes:
    return codec.encode(CANONICAL, codec.decode(CANONICAL, octets).native)


def test_texts_are_read_or_refused(codec: Codec, cases: Any, vectors: Path) -> None:
    for path, found in tables("hex"):
        for case in found:
            octets = bytes.fromhex(case["hex"])
            refusal = refusal_of(codec, octets)
            if case["expect"] == "accept" and refusal == "duplicate_field":
                reason = "a name twice in an object: refused on purpose (RFC 7493 §2.3)"
                cases.cannot_run(TOPIC, path.name, case["name"], reason)
                continue
            read = refusal is None
            assert case["expect"] == "either" or read == (case["expect"] == "accept"), case["name"]
            if read:
                assert json.loads(canonical(codec, octets)) == json.loads(octets), case["name"]
            cases.ran(TOPIC)


def test_canonical_texts(codec: Codec, cases: Any, vectors: Path) -> None:
    """Folders `input` and `output` hold texts of one name; `outhex` the same octets spelled."""
    for path in found_files("vectors", TOPIC, ".json"):
        if path.parent.name != "input":
            continue
        written = canonical(codec, path.read_bytes())
        assert written == (path.parent.parent / "output" / path.name).read_bytes()
        spelled = path.parent.parent / "outhex" / f"{path.stem}.txt"
        if spelled.is_file():
            assert written == bytes.fromhex(spelled.read_text(encoding="ascii"))
        assert canonical(codec, written) == written
        cases.ran(TOPIC)


def test_canonical_numbers(codec: Codec, cases: Any, vectors: Path) -> None:
    for _, found in tables("ieee754"):
        for case in found:
            number = struct.unpack(">d", bytes.fromhex(case["ieee754"]))[0]
            octets = json.dumps([number]).encode()
            if case["json"] is None:
                assert not is_read(codec, octets)
            else:
                assert canonical(codec, octets) == f"[{case['json']}]".encode()
            cases.ran(TOPIC)
