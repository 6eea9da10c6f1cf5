"""Descriptions of calls as browsers and other stacks sent them: read, and written again with the same octets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from catalogue_codec import found_files
from executions import Codec

SESSION = "ietf.sdp.Session"
CANDIDATE = "ietf.ice.CandidateLine"


def texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


def recorded() -> Iterator[str]:
    for path in found_files("captures", "webrtc", ".sdp"):
        yield path.read_bytes().decode()
    for path in found_files("captures", "webrtc", ".json"):
        yield from texts(json.loads(path.read_text(encoding="utf-8")))


def test_descriptions_are_written_as_they_were_read(codec: Codec) -> None:
    read = 0
    for text in recorded():
        if not text.startswith("v=0"):
            continue
        octets = text.encode()
        decoded = codec.decode(SESSION, octets)
        written = codec.encode(SESSION, decoded.native)
        wanted = re.sub(rb"\r?\n", b"\r\n", octets)
        assert written == (wanted if wanted.endswith(b"\r\n") else wanted + b"\r\n")
        assert all(media["formats"] for media in decoded.plain["media"])
        read += 1
    assert read > 0


def test_candidates_are_written_as_they_were_read(codec: Codec) -> None:
    read = 0
    for text in recorded():
        for line in re.findall(r"(?:a=)?candidate:[^\r\n]+", text):
            decoded = codec.decode(CANDIDATE, line.encode())
            assert codec.encode(CANDIDATE, decoded.native) == line.encode()
            read += 1
    assert read > 0
