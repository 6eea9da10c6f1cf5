"""Public SIP cases: torture messages of RFC 4475, flows of RFC 3665, addresses of RFC 5118, messages of RFC 3428, calls.

Of the torture messages those of the group `valid` are read, those of the group `invalid` refused; what an application
decides may be either. Both executions say the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import corpus
from catalogue_codec import found_files
from executions import Codec, Refused

MESSAGE = "ietf.sip.Message"
EMPTY = re.compile(r"^[A-Z][^\r\n:]*:[^\"\r\n]*(?:;[ \t]*;|,[ \t]*\r$)", re.M)
"""RFC 3261 §25.1: a parameter stands behind each semicolon, a value behind each comma; misprints of two standards."""


CONTROL = re.compile(rb"\\[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""RFC 3261 §25.1 lets a backslash stand before a control character; `quoted` has none, for those who show it."""


def both_ways(codec: Codec, octets: bytes) -> Any:
    """Read and write a message; what was written says the same. Returns what was read."""
    decoded = codec.decode(MESSAGE, octets)
    written = codec.encode(MESSAGE, decoded.native)
    assert codec.decode(MESSAGE, written).plain == decoded.plain
    return decoded.plain


def messages(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every message in a case, with what stands beside it."""
    if isinstance(value, dict):
        text = value.get("message", value.get("text"))
        if isinstance(text, str) and re.search(r"^SIP/2\.0 | SIP/2\.0\r?$", text, re.M):
            yield text, value
        for each in value.values():
            yield from messages(each)
    elif isinstance(value, list):
        for each in value:
            yield from messages(each)


def test_torture_messages(codec: Codec, cases: Any) -> None:
    for path in found_files("vectors", "sip", "manifest.json"):
        for case in json.loads(path.read_text("utf-8")):
            octets = (path.parent / f"{case['name']}.dat").read_bytes()
            try:
                found = both_ways(
                    codec, end_of_first(octets) if "Trailing Octets" in case["title"] else octets
                )
            except Refused as refused:
                found = refused
            if case["group"] == "valid" and CONTROL.search(octets):
                assert isinstance(found, Refused) and found.code == "bad_header"
                cases.ran("sip, control characters behind a backslash: refused")
                continue
            if case["group"] == "valid":
                assert not isinstance(found, Refused), (case, found)
            elif case["group"] == "invalid":
                assert isinstance(found, Refused), case
                assert found.code != "internal"
            cases.ran("sip")


def end_of_first(octets: bytes) -> bytes:
    """Return the message without what stands behind its body (RFC 3261 §18.3: to be passed over in a datagram)."""
    head = octets.index(b"\r\n\r\n") + 4
    length = re.search(rb"^(?:content-length|l)[ \t]*:[ \t]*([0-9]+)", octets[:head], re.M | re.I)
    assert length is not None
    return octets[: head + int(length[1])]


def test_messages_of_standards(codec: Codec, cases: Any) -> None:
    for topic in ("sip", "cpim-msrp"):
        for path in found_files("vectors", topic, ".json"):
            for text, case in messages(json.loads(path.read_text("utf-8"))):
                octets = text.encode()
                if is_cut(text):
                    cases.ran("sip, cut short in print")
                    continue
                if case.get("valid") is False or EMPTY.search(re.sub(r"\r\n[ \t]", " ", text)):
                    with pytest.raises(Refused):
                        codec.decode(MESSAGE, octets)
                else:
                    found = both_ways(codec, octets)
                    assert len(found["body"]) == case.get("body_len", len(found["body"]))
                cases.ran("sip")


def is_cut(text: str) -> bool:
    """Whether the body has another length than the message says."""
    head, _, body = text.partition("\r\n\r\n")
    length = re.search(r"^(?:content-length|l)[ \t]*:[ \t]*([0-9]+)", head, re.M | re.I)
    return length is not None and int(length[1]) != len(body.encode())


def captured(path: Path) -> list[bytes]:
    """Messages of a recorded call."""
    text = path.read_text("utf-8")
    if path.suffix == ".json":
        return [each.encode() for each, _ in messages(json.loads(text))]
    parts = re.split(r"^-{10,}.*\nUDP message (?:sent|received).*\n\n", text, flags=re.M)
    return [each.rstrip("\n").replace("\n", "\r\n").encode() for each in parts if "SIP/2.0" in each]


def test_recorded_calls(codec: Codec, cases: Any) -> None:
    count = 0
    for path in corpus.files("captures", "sip", ".json", ".txt"):
        for octets in captured(path):
            if path.suffix == ".txt":
                # The log ends every message with blank lines: the length says where its body ends.
                head, _, body = octets.partition(b"\r\n\r\n")
                size = int(re.search(rb"Content-Length: *([0-9]+)", head)[1])  # type: ignore[index]
                octets = head + b"\r\n\r\n" + (body + b"\r\n\r\n")[:size]
            found = both_ways(codec, octets)
            assert found["vias"] and found["call_id"]
            count += 1
            cases.ran("captures/sip")
    if not count:
        pytest.skip("no recorded calls")
