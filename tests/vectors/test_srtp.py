"""Public SRTP cases: key derivation, the forms of protected packets, their tags, and what they hide."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalogue_codec import found_files
from executions import Codec, Refused
from srtp_sessions import KEYS, Profile, Session, derived, profile_named, split

TOPIC = "srtp"
RTP = "ietf.rtp.RtpPacket"
RTCP = "ietf.rtcp.RtcpDatagram"
SRTP = "ietf.srtp.SrtpPacket"
SRTCP = "ietf.srtp.SrtcpPacket"


def check_rtp(codec: Codec, session: Session, case: dict[str, Any], key_id: str | None) -> None:
    """The protected packet has the clear one's header, hides its payload, and bears the tag."""
    octets, wanted = bytes.fromhex(case["srtp"]), codec.decode(RTP, bytes.fromhex(case["rtp"])).plain
    params = {"auth_key": session.auth_key or None, "rollovers": case.get("roc", 0)}
    params |= {"key_id_length": len(key_id or "") // 2, "tag_length": session.profile.rtp_tag}
    decoded = codec.decode(SRTP, octets, **params)
    assert codec.encode(SRTP, decoded.native, **params) == octets
    found = decoded.plain
    for name in ("marker", "payload_type", "sequence", "timestamp", "ssrc"):
        assert found[name] == wanted[name], name
    assert found["padding"] == (wanted["pad_count"] > 0)
    assert found["key_id"].hex() == (key_id or "")
    assert bool(decoded.unverified) == (not session.auth_key)
    clear, end = bytes.fromhex(case["rtp"]), len(octets) - session.profile.rtp_tag - len(found["key_id"])
    header, hidden = split(case, octets[:end])
    expected = split(case, clear)[1]
    if session.profile.cipher == "gcm" and octets.startswith(clear):  # only authenticated (RFC 7714 §16.1.3)
        header, hidden, expected = clear, octets[len(clear) : end], b""
    index = case.get("roc", 0) << 16 | found["sequence"]
    assert session.opened(found["ssrc"], index, header, hidden) == expected
    assert session.opened(found["ssrc"], index, header, expected, is_sealing=True) == hidden
    if session.auth_key:
        refuses_another_tag(codec, SRTP, octets, params)


def check_rtcp(codec: Codec, session: Session, case: dict[str, Any], key_id: str | None) -> None:
    octets, clear = bytes.fromhex(case["srtcp"]), bytes.fromhex(case["rtcp"])
    params = {"auth_key": session.auth_key or None, "tag_length": session.profile.rtcp_tag}
    params["key_id_length"] = len(key_id or "") // 2
    decoded = codec.decode(SRTCP, octets, **params)
    assert codec.encode(SRTCP, decoded.native, **params) == octets
    found = decoded.plain
    assert found["index"] == case["srtcp_index"]
    assert found["key_id"].hex() == (key_id or "")
    assert (found["kind"], found["ssrc"]) == (clear[1], int.from_bytes(clear[4:8], "big"))
    word = (found["is_encrypted"] << 31 | found["index"]).to_bytes(4, "big")
    if found["is_encrypted"]:
        opened = session.opened(found["ssrc"], found["index"], clear[:8] + word, found["encrypted"])
    elif session.profile.cipher == "gcm":  # only authenticated: all of it is associated data (RFC 7714 §9.3)
        body, tag = found["encrypted"][:-16], found["encrypted"][-16:]
        assert session.opened(found["ssrc"], found["index"], clear[:8] + body + word, tag) == b""
        opened = body
    else:
        opened = found["encrypted"]
    assert opened == clear[8:]
    if session.auth_key:
        refuses_another_tag(codec, SRTCP, octets, params)


def refuses_another_tag(codec: Codec, type: str, octets: bytes, params: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        codec.decode(type, octets[:-1] + bytes([octets[-1] ^ 1]), **params)
    assert refused.value.code == "bad_mac"


def check_derivation(codec: Codec, case: dict[str, Any]) -> None:
    size = len(case["auth_key"]) // 2
    session = derived(codec, case, Profile(len(case["cipher_key"]) // 2, 14, 10, 10, "cm"), 0, size)
    for name in ("cipher_key", "cipher_salt", "auth_key"):
        assert getattr(session, name).hex() == case[name]


def check_keystream(codec: Codec, case: dict[str, Any]) -> None:
    counter = bytes.fromhex(case["counter0"])
    inputs = {"cipher_key": bytes.fromhex(case["session_key"]), "cipher_salt": counter[:14]}
    for block, expected in case["keystream"].items():
        params = {"ssrc": 0, "index": 0, "data": bytes(16 * (int(block) + 1))}
        assert codec.derive(f"{KEYS}.CounterMode", params, inputs)["out"][-16:].hex() == expected


def packets(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every packet of a case, with what the case says of all."""
    yield case
    shared = {name: case[name] for name in ("cryptex",) if name in case}
    for name in ("packets", "rtcp_packets"):
        for packet in case.get(name, ()):
            yield shared | packet


def test_every_case(codec: Codec, cases: Any, vectors: Path) -> None:
    for path in found_files("vectors", TOPIC, ".json"):
        for case in json.loads(path.read_text(encoding="utf-8")):
            if "keystream" in case:
                check_keystream(codec, case)
            elif "kdr" in case:
                check_derivation(codec, case)
            elif "profile" in case:
                check_profile(codec, case)
            else:
                cases.cannot_run(TOPIC, path.name, case.get("name", "-"), "a form that is not known")
                continue
            cases.ran(TOPIC)


def check_profile(codec: Codec, case: dict[str, Any]) -> None:
    profile, checked = profile_named(case["profile"]), 0
    for packet in packets(case):
        if "srtp" in packet:
            check_rtp(codec, derived(codec, case, profile, 0), packet, case.get("mki"))
            checked += 1
        if "srtcp" in packet:
            check_rtcp(codec, derived(codec, case, profile, 3), packet, case.get("mki"))
            checked += 1
    assert checked, "a case without a packet"
