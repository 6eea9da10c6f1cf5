"""Public SRTP cases played by sessions: the octets that others made are made, opened, and refused when changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.srtp.profiles import MasterKey, Profile, profile_named
from art7.runtime.sessions.srtp.session import Inbound, Options, Outbound
from art7.runtime.sessions.store import MemoryStore
from catalogue_codec import found_files
from session_faces import FACES, session_face

TOPIC = "srtp"


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with session_face(request.param, "ietf.rtp", "ietf.rtcp", "ietf.srtp", "ietf.srtp_keys") as made:
        yield made


def test_every_case_with_a_master_key(face: Face, cases: Any) -> None:
    for path in found_files("vectors", TOPIC, ".json"):
        for case in json.loads(path.read_text(encoding="utf-8")):
            if "profile" not in case:
                continue  # keys alone: the schedules' test
            if "master_key" not in case:
                cases.cannot_run(TOPIC, path.name, case["name"], "no master key: the schedules' test has it")
                continue
            assert check(face, case)
            cases.ran(TOPIC)


def check(face: Face, case: dict[str, Any]) -> int:
    key_id = bytes.fromhex(case.get("mki") or "")
    master = MasterKey(bytes.fromhex(case["master_key"]), bytes.fromhex(case["master_salt"]), key_id)
    profile, checked = profile_named(case["profile"]), 0
    rows = [case, *case.get("packets", ()), *case.get("rtcp_packets", ())]
    sender, receiver = made(face, profile, master, rows, "cryptex" in case)
    for row in rows:
        if "srtp" in row:
            both_ways(
                sender.protect, receiver.unprotect, bytes.fromhex(row["rtp"]), bytes.fromhex(row["srtp"])
            )
            checked += 1
        if "srtcp" in row:
            clear, sealed = bytes.fromhex(row["rtcp"]), bytes.fromhex(row["srtcp"])
            both_ways(sender.protect_control, receiver.unprotect_control, clear, sealed)
            checked += 1
    return checked


def made(
    face: Face, profile: Profile, master: MasterKey, rows: list[dict[str, Any]], cryptex: bool
) -> tuple[Outbound, Inbound]:
    """Sessions that go on where the case's packets begin."""
    first: dict[int, list[int]] = {}
    for row in rows:
        if "srtp" in row:
            packet = bytes.fromhex(row["rtp"])
            index = row.get("roc", 0) << 16 | int.from_bytes(packet[2:4], "big")
            first.setdefault(int.from_bytes(packet[8:12], "big"), [index, 0])
    for row in rows:
        if "srtcp" in row:
            place = first.setdefault(int(row["rtcp"][8:16], 16), [0, 0])
            place[1] = place[1] or row["srtcp_index"]
    counter = face.record("ietf.srtp.StreamCounters")
    streams = [counter(ssrc=ssrc, packets=index, control=control) for ssrc, (index, control) in first.items()]
    octets = face.record("ietf.srtp.SessionCounters")(streams=streams).encode()
    store = MemoryStore()
    for name in ("out", "in"):
        store.swap(name, 0, octets)
    options = Options(cryptex=cryptex, control_encrypted=True)
    return (
        Outbound(face, store, "out", profile, [master], options),
        Inbound(face, store, "in", profile, [master], options),
    )


def both_ways(protect: Any, unprotect: Any, clear: bytes, sealed: bytes) -> None:
    assert protect(clear) == sealed
    for at in (len(sealed) - 1, len(sealed) // 2, 9):
        with pytest.raises(SessionRefused):
            unprotect(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])
    assert unprotect(sealed) == clear
    with pytest.raises(SessionRefused) as refused:
        unprotect(sealed)
    assert refused.value.code == "replayed"
