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


def check_signal(codec: Codec, type: str, value: dict[str, Any]) -> None:
    """Read and write a message between applications; it stays the same JSON."""
    decoded = codec.decode(type, json.dumps(value).encode())
    assert json.loads(codec.encode(type, decoded.native)) == value


def test_calls_are_signalled_with_what_was_recorded(codec: Codec, cases: Any) -> None:
    """As an application does: descriptions with their step, each candidate by itself, then none any more."""
    for text in recorded():
        if text.startswith("v=0"):
            description = {"type": "offer", "sdp": text}
            check_signal(codec, "ietf.jsep.Description", description)
            check_signal(codec, "ietf.jsep.Signal", description)
            cases.ran("captures: webrtc")
        for line in re.findall(r"candidate:[^\r\n]+", text):
            candidate = {"candidate": line, "sdpMid": "0", "sdpMLineIndex": 0, "usernameFragment": None}
            check_signal(codec, "ietf.jsep.Candidate", candidate)
            check_signal(codec, "ietf.jsep.Signal", {"type": "candidate", "candidate": candidate})
    check_signal(codec, "ietf.jsep.Candidate", {"candidate": "", "sdpMid": "0"})
