"""Recorded calls of browsers: every protected packet is opened by sessions, and made again octet for octet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.srtp.profiles import MasterKey, profile_named
from art7.runtime.sessions.srtp.session import Inbound, Options, Outbound
from art7.runtime.sessions.store import MemoryStore
from catalogue_codec import found_files
from session_faces import FACES, session_face

KINDS = {"srtp": ("unprotect", "protect"), "srtcp": ("unprotect_control", "")}


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with session_face(request.param, "ietf.rtp", "ietf.rtcp", "ietf.srtp", "ietf.srtp_keys") as made:
        yield made


def sides(face: Face, key: Mapping[str, str]) -> tuple[Inbound, Outbound]:
    name = key["profile"].removeprefix("SRTP_")
    profile = profile_named({"AES128_CM_HMAC_SHA1_80": "AES_CM_128_HMAC_SHA1_80"}.get(name, name))
    octets = bytes.fromhex(key["key_and_salt"])
    keys = [MasterKey(octets[: profile.key_size], octets[profile.key_size :])]
    options, store = Options(window=1 << 15), MemoryStore()
    return (
        Inbound(face, store, "in", profile, keys, options),
        Outbound(face, store, "out", profile, keys, options),
    )


def test_every_packet_of_every_call(face: Face, cases: Any) -> None:
    for path in found_files("captures", "webrtc", ".json"):
        call = json.loads(path.read_text(encoding="utf-8"))
        if "srtp_master_keys" not in call or "srtp" not in call:
            continue
        directions = [sides(face, key) for key in call["srtp_master_keys"]]
        for kind, (opening, making) in KINDS.items():
            for packet in call[kind]:
                check(
                    directions, opening, making, bytes.fromhex(packet["hex"]), bytes.fromhex(packet["clear"])
                )
                cases.ran("webrtc")


def check(
    directions: list[tuple[Inbound, Outbound]], opening: str, making: str, octets: bytes, clear: bytes
) -> None:
    codes = []
    for receiver, sender in directions:
        try:
            assert getattr(receiver, opening)(octets) == clear
        except SessionRefused as refused:
            codes.append(refused.code)
            continue
        assert not making or getattr(sender, making)(clear) == octets
        with pytest.raises(SessionRefused, match="replayed"):
            getattr(receiver, opening)(octets)
        return
    raise AssertionError(f"no key opens it: {codes}")
