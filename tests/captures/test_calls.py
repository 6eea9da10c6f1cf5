"""Recordings of calls: what browsers and telephones sent, opened with their keys; frames of encoders."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalogue_codec import found_files
from executions import Codec, Refused
from srtp_sessions import Session, derived, profile_named, split

RTP = "ietf.rtp.RtpPacket"
RTCP = "ietf.rtcp.RtcpDatagram"
SRTP = "ietf.srtp.SrtpPacket"
SRTCP = "ietf.srtp.SrtcpPacket"


def recordings(topic: str) -> Iterator[tuple[Path, Any]]:
    for path in found_files("captures", topic, ".json"):
        yield path, json.loads(path.read_text(encoding="utf-8"))


def both_ways(codec: Codec, type: str, octets: bytes, **params: Any) -> Any:
    decoded = codec.decode(type, octets, **params)
    assert codec.encode(type, decoded.native, **params) == octets
    return decoded.plain


def is_control(octets: bytes) -> bool:
    """RTP and RTCP on one port are told apart by the second octet (RFC 5761 §4)."""
    return 192 <= octets[1] <= 223


def session(codec: Codec, profile: str, key_and_salt: bytes, is_rtp: bool) -> Session:
    found = profile_named(profile)
    key = {"master_key": key_and_salt[: found.key].hex(), "master_salt": key_and_salt[found.key :].hex()}
    return derived(codec, key, found, 0 if is_rtp else 3)


def opened(codec: Codec, keys: Session, octets: bytes) -> bytes:
    """Check the tag of a protected packet, and return what stands in the packet before it was protected."""
    is_rtp = not is_control(octets)
    tag = keys.profile.rtp_tag if is_rtp else keys.profile.rtcp_tag
    params: dict[str, Any] = {"auth_key": keys.auth_key or None, "key_id_length": 0, "tag_length": tag}
    if is_rtp:
        value = both_ways(codec, SRTP, octets, rollovers=0, **params)
        header, hidden = split({}, octets[: len(octets) - tag])
        return header + keys.opened(value["ssrc"], value["sequence"], header, hidden)
    value = both_ways(codec, SRTCP, octets, **params)
    word = (1 << 31 | value["index"]).to_bytes(4, "big")
    return octets[:8] + keys.opened(value["ssrc"], value["index"], octets[:8] + word, value["encrypted"])


def test_webrtc(codec: Codec, cases: Any, captures: Path) -> None:
    for path, recording in recordings("webrtc"):
        for message in recording.get("stun", ()):
            both_ways(codec, "ietf.stun.StunMessage", bytes.fromhex(message["hex"]), key=None)
            cases.ran("captures: webrtc")
        keys = {}
        for row in recording.get("srtp_master_keys", ()):
            for is_rtp in (True, False):
                made = session(codec, row["profile"], bytes.fromhex(row["key_and_salt"]), is_rtp)
                keys[row["direction"], is_rtp] = made
        for name, clear in (("srtp", RTP), ("srtcp", RTCP)):
            for packet in recording.get(name, ()):
                both_ways(codec, clear, bytes.fromhex(packet["clear"]))
                used = keys[packet["direction"].split()[0], name == "srtp"]
                assert opened(codec, used, bytes.fromhex(packet["hex"])).hex() == packet["clear"]
                cases.ran("captures: webrtc")
        datagrams = [bytes.fromhex(each["hex"]) for each in recording.get("dtls", ())]
        if datagrams:
            check_handshake(codec, path, datagrams, {row["profile"] for row in recording["srtp_master_keys"]})
            cases.ran("captures: webrtc", len(datagrams))


MESSAGES = {
    1: "ClientHello",
    2: "ServerHello",
    11: "CertificateChain",
    12: "ServerKeyExchange",
    13: "CertificateRequest",
    15: "CertificateVerify",
    16: "ClientKeyExchange",
}
"""Messages of the handshake in the clear, by type; the end of what the server says has no content."""

FINGERPRINT = re.compile(r"a=fingerprint:sha-256 ([0-9A-Fa-f:]+)")


def handshake_messages(codec: Codec, datagrams: list[bytes]) -> Iterator[tuple[int, bytes]]:
    """Type and octets of every message that is whole, out of its fragments."""
    parts: dict[tuple[int, int, int], dict[int, bytes]] = {}
    for datagram in datagrams:
        for record in both_ways(codec, "ietf.dtls.Datagram", datagram)["records"]:
            for part in record["content"]["handshake"] or ():
                found = parts.setdefault((part["type"], part["sequence"], part["length"]), {})
                found[part["offset"]] = part["octets"]
                octets = b"".join(found[offset] for offset in sorted(found))
                if len(octets) == part["length"]:
                    yield part["type"], octets


def check_handshake(codec: Codec, path: Path, datagrams: list[bytes], profiles: set[str]) -> None:
    """Every message is read and written again; certificates are those that the descriptions of the call name."""
    digests, chosen, kinds = set(), set(), set()
    for kind, octets in handshake_messages(codec, datagrams):
        kinds.add(kind)
        if kind == 14:
            assert not octets
            continue
        value = both_ways(codec, f"ietf.dtls.{MESSAGES[kind]}", octets)
        for [certificate] in value["certificates"] if kind == 11 else ():
            both_ways(codec, "itu.x509.Certificate", certificate)
            digests.add(hashlib.sha256(certificate).hexdigest())
        for extension in value["extensions"]["items"] if kind == 2 else ():
            if extension["type"] == 14:
                [profile] = extension["data"]["profiles"]
                chosen.add(profile)
    assert kinds == {*MESSAGES, 14}
    texts = "".join(each.read_text(encoding="utf-8") for each in sorted(path.parent.glob("*.sdp")))
    assert digests == {text.replace(":", "").lower() for text in FINGERPRINT.findall(texts)}
    assert {NAMES[number] for number in chosen} == profiles


NAMES = {
    1: "SRTP_AES128_CM_HMAC_SHA1_80",
    2: "SRTP_AES128_CM_HMAC_SHA1_32",
    7: "SRTP_AEAD_AES_128_GCM",
    8: "SRTP_AEAD_AES_256_GCM",
}
"""How recordings call the profiles of RFC 5764 §4.1.2 and RFC 7714 §14.2."""


def test_protected_by_a_pipeline(codec: Codec, cases: Any, captures: Path) -> None:
    for _, recording in recordings("rtp"):
        for stream in recording.values():
            if "protected" not in stream:
                continue
            keys = session(codec, stream["profile"], bytes.fromhex(stream["master_key_and_salt"]), True)
            for clear, protected in zip(stream["clear"], stream["protected"], strict=False):
                assert opened(codec, keys, bytes.fromhex(protected)).hex() == clear
                cases.ran("captures: rtp")


# ---- telephones -------------------------------------------------------------------------------------------------

CRYPTO = re.compile(r"a=crypto:\d+ (\S+) inline:([A-Za-z0-9+/]+)")


def crypto_lines(recording: dict[str, Any]) -> set[tuple[str, bytes]]:
    """Profiles and keys that the session descriptions of a call name (RFC 4568 §6.1)."""
    texts = "\n".join(message["text"] for message in recording["messages"])
    padded = ((name, key + "=" * (-len(key) % 4)) for name, key in CRYPTO.findall(texts))
    return {(name, base64.b64decode(key)) for name, key in padded}


def test_media_of_telephones(codec: Codec, cases: Any, captures: Path) -> None:
    for _, recording in recordings("sip"):
        lines = sorted(crypto_lines(recording))
        protected = 0
        for datagram in recording.get("media", ()):
            octets = bytes.fromhex(datagram["hex"])
            is_rtp = not is_control(octets)
            clear = first_opened(codec, [session(codec, *line, is_rtp) for line in lines], octets)
            protected += clear is not None
            value = both_ways(codec, RTP if is_rtp else RTCP, octets if clear is None else clear)
            if is_rtp and value["payload_type"] in (0, 8):
                law = "Pcmu" if value["payload_type"] == 0 else "Pcma"
                both_ways(codec, f"itu.g711.{law}Payload", value["payload"])
            cases.ran("captures: sip media")
        assert bool(protected) == bool(lines)


def first_opened(codec: Codec, sessions: list[Session], octets: bytes) -> bytes | None:
    """What a packet hides, by the first key whose tag holds; `None` for one in the clear."""
    for keys in sessions:
        try:
            return opened(codec, keys, octets)
        except Refused as refused:
            assert refused.code in ("bad_mac", "no_room"), refused
    return None


# ---- encoders ---------------------------------------------------------------------------------------------------


def test_frames_of_encoders(codec: Codec, cases: Any, captures: Path) -> None:
    for _, recording in recordings("codec"):
        for packet in recording.get("opus", {}).get("packets_hex", ()):
            both_ways(codec, "ietf.opus.OpusPacket", bytes.fromhex(packet))
            cases.ran("captures: codec")
