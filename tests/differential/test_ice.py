"""Candidates of ICE beside aioice, over mutated lines."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

import corpus
from differences import (
    Difference,
    Explained,
    Trial,
    compare,
    line_edits,
    mutants,
    octet_edits,
    tried,
)
from executions import Codec
from sdp_forms import has_form

WORDS = (
    b"0",
    b"1",
    b"256",
    b"257",
    b"65536",
    b"udp",
    b"TCP",
    b"typ",
    b"host",
    b"relay",
    b"raddr",
    b"rport",
    b"tcptype",
    b"active",
    b"generation",
    b"::1",
)
EDITS = (
    *octet_edits((b" ", b"  ", b"\t", b"-1", b"+", b"0", b".local", b"%", b"\xc3\xa9", b"\xff", b"\r\n")),
    *line_edits(WORDS)[:2] * 6,
)
NAMES = (
    "foundation",
    "component",
    "transport",
    "priority",
    "address",
    "port",
    "type",
    "related_address",
    "related_port",
)


def our_value(plain: dict[str, Any]) -> tuple[Any, ...]:
    found = plain["candidate"]
    told = {each["name"]: each["value"] for each in found["extensions"]}
    generation = told.get("generation")
    return (
        *(found[name] for name in NAMES),
        told.get("tcptype"),
        None if generation is None else int(generation),
    )


def is_candidate(octets: bytes) -> bool:
    """Whether a line has the form of RFC 8839, by a grammar of its own."""
    text = octets.decode("utf-8", "surrogateescape")
    return has_form("a=candidate:" + re.sub("^(a=)?candidate:", "", text))


def of_another_form(found: Difference) -> bool:
    return found.refusal is not None and not is_candidate(found.octets)


EXPLAINED = (
    Explained(
        "a line of another form, which the library splits at its spaces",
        "RFC 8839 §5.1, RFC 8445 §5.1.2.1, RFC 6544 §4.5",
        of_another_form,
    ),
)


def seeds() -> list[bytes]:
    found = set()
    for path in corpus.files("vectors", "ice", ".json"):
        for case in json.loads(path.read_text(encoding="utf-8")):
            if isinstance(case.get("candidate"), str):
                found.add(re.sub("^(a=)?candidate:", "", case["candidate"]).encode())
    return sorted(found)


def test_candidates(codec: Codec, cases: Any, vectors: Any) -> None:
    library = pytest.importorskip("aioice.candidate", reason="aioice is not installed: make judges")

    def theirs(octets: bytes) -> Any:
        x = library.Candidate.from_sdp(octets.decode())
        first = (x.foundation, x.component, x.transport, x.priority, x.host, x.port, x.type)
        return (*first, x.related_address, x.related_port, x.tcptype, x.generation)

    trial = Trial(
        "ice", "aioice", "ietf.ice.CandidateLine", our_value, theirs, EXPLAINED, has_form=is_candidate
    )
    compare(trial, codec, mutants("ice", seeds(), EDITS, tried("ice", codec)), cases)
