"""Public cases of ICE in text: candidate lines of programs and standards, priorities."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from catalogue_codec import found_files
from executions import Codec, Refused

LINE = "ietf.ice.CandidateLine"
PREFERENCE = {"host": 126, "prflx": 110, "srflx": 100, "relay": 0}
"""How much a type is preferred (RFC 8445 §5.1.2.2)."""


def public_cases() -> Iterator[dict[str, Any]]:
    for path in found_files("vectors", "ice", ".json"):
        yield from json.loads(path.read_text(encoding="utf-8"))


def test_candidate_lines(codec: Codec, cases: Any) -> None:
    seen = {True: 0, False: 0}
    for case in public_cases():
        if "candidate" not in case:
            continue
        octets, valid = case["candidate"].encode(), case.get("valid", True)
        if valid == "lenient":
            continue  # either outcome will do
        if not valid:
            with pytest.raises(Refused):
                codec.decode(LINE, octets)
        else:
            decoded = codec.decode(LINE, octets)
            assert codec.encode(LINE, decoded.native) == octets
            same_fields(decoded.plain["candidate"], case)
        seen[bool(valid)] += 1
        cases.ran("ice")
    assert seen[True] and seen[False]


def same_fields(found: dict[str, Any], case: dict[str, Any]) -> None:
    for name in ("foundation", "component", "transport", "priority", "address", "port", "type"):
        if name in case:
            assert found[name] == case[name]
    told = {each["name"]: each["value"] for each in found["extensions"]}
    if found["related_address"] is not None:
        told |= {"raddr": found["related_address"], "rport": str(found["related_port"])}
    if "attributes" in case:
        assert told == case["attributes"]


def test_priorities_can_be_told(codec: Codec, cases: Any) -> None:
    compared = 0
    for case in public_cases():
        if "candidate" in case or "priority" not in case:
            continue
        priority = (PREFERENCE[case["type"]] << 24) + (65535 << 8) + 256 - case["component"]
        assert priority == case["priority"]
        line = f"1 {case['component']} {case['transport']} {priority} 192.0.2.1 9 typ {case['type']}".encode()
        assert codec.decode(LINE, line).plain["candidate"]["priority"] == priority
        compared += 1
        cases.ran("ice")
    assert compared > 0
