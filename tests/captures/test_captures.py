"""Recordings of independent programs: every message decodes, and binary ones are written back octet for octet."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalogue_codec import found_files
from executions import Codec, Refused
from otr_texts import whole


def recordings(topic: str) -> Iterator[tuple[Path, Any]]:
    for path in found_files("captures", topic, ".json"):
        yield path, json.loads(path.read_text(encoding="utf-8"))


def both_ways(codec: Codec, type: str, octets: bytes, **params: Any) -> Any:
    decoded = codec.decode(type, octets, **params)
    assert codec.encode(type, decoded.native, **params) == octets
    return decoded.plain


# ---- STUN and TURN --------------------------------------------------------------------------------------------


def long_term_key(credentials: dict[str, str]) -> bytes:
    text = f"{credentials['username']}:{credentials['realm']}:{credentials['password']}"
    return hashlib.md5(text.encode()).digest()


def knows_key(value: dict[str, Any], username: str) -> bool:
    """Whether the recorded credentials protect a message: TURN's do; connectivity checks have their own."""
    names = [each["value"] for each in value["attributes"] if each["kind"] == 0x0006]
    return names == [username] if names else value["method"] != 1


def test_stun(codec: Codec, cases: Any, captures: Path) -> None:
    for _, recording in recordings("stun"):
        key = long_term_key(recording["credentials"]) if "credentials" in recording else None
        username = recording.get("credentials", {}).get("username", "")
        for message in recording["messages"]:
            octets = bytes.fromhex(message["hex"])
            if octets[0] >> 6 == 1:
                both_ways(codec, "ietf.stun.ChannelData", octets)
                cases.ran("captures: stun")
                continue
            value = both_ways(codec, "ietf.stun.StunMessage", octets, key=None)
            if key is not None and knows_key(value, username):
                again = codec.decode("ietf.stun.StunMessage", octets, key=key)
                assert codec.encode("ietf.stun.StunMessage", again.native, key=key) == octets
            if "mapped" in message:
                seen = [each["value"] for each in value["attributes"] if each["kind"] == 0x0020][0]
                assert [".".join(map(str, seen["address"])), seen["port"]] == message["mapped"]
            cases.ran("captures: stun")


# ---- RTP ------------------------------------------------------------------------------------------------------

PAYLOADS = {
    "opus": "ietf.opus.OpusPacket",
    "vp8": "ietf.vp8.Vp8Payload",
    "av1": "aom.av1.Av1Payload",
    "h264": "ietf.h264.H264Payload",
}


def test_rtp(codec: Codec, cases: Any, captures: Path) -> None:
    for _, recording in recordings("rtp"):
        for name, stream in recording.items():
            packets = [*stream.get("hex", ()), *stream.get("clear", ()), *stream.get("protected", ())]
            for packet in packets:
                value = both_ways(codec, "ietf.rtp.RtpPacket", bytes.fromhex(packet))
                if "payload_type" in stream:
                    assert value["payload_type"] == stream["payload_type"]
                if name in PAYLOADS:
                    both_ways(codec, PAYLOADS[name], value["payload"])
                cases.ran("captures: rtp")


# ---- MLS ------------------------------------------------------------------------------------------------------


def mls_messages(value: Any) -> Iterator[bytes]:
    """Every MLSMessage of a session: hexadecimal texts that begin with version 1 and a wire format."""
    if isinstance(value, dict):
        for name, each in value.items():
            if not name.startswith(("private", "exporter", "plaintexts")):
                yield from mls_messages(each)
    elif isinstance(value, list):
        for each in value:
            yield from mls_messages(each)
    elif isinstance(value, str) and value[:7] == "0001000" and len(value) > 8:
        yield bytes.fromhex(value)


def test_mls(codec: Codec, cases: Any, captures: Path) -> None:
    for path, recording in recordings("mls"):
        messages = list(mls_messages(recording))
        assert messages, path.name
        for octets in messages:
            value = both_ways(codec, "ietf.mls.MlsMessage", octets)
            assert value["wire_format"] == octets[3]
            cases.ran("captures: mls")


# ---- Signal and Olm ---------------------------------------------------------------------------------------------


def bundle_response(bundle: dict[str, Any]) -> bytes:
    """A recorded bundle as a service hands it out."""

    def text(name: str) -> str:
        return base64.b64encode(bytes.fromhex(bundle[name])).decode()

    device = {"deviceId": bundle["deviceId"], "registrationId": bundle["registrationId"]}
    for member, name in (("signedPreKey", "signedPreKey"), ("preKey", "preKey"), ("pqPreKey", "kyberPreKey")):
        if name in bundle:
            device[member] = {"keyId": bundle[f"{name}Id"], "publicKey": text(name)}
            if f"{name}Signature" in bundle:
                device[member]["signature"] = text(f"{name}Signature")
    return json.dumps({"identityKey": text("identityKey"), "devices": [device]}).encode()


def test_signal(codec: Codec, cases: Any, captures: Path) -> None:
    for path, recording in recordings("signal"):
        for name in sorted(each for each in recording if each.startswith("bundle_")):
            decoded = codec.decode("signal.bundle.PreKeyBundle", bundle_response(recording[name])).plain
            assert decoded["identity"].hex() == recording[name]["identityKey"]
            cases.ran("captures: signal")
        for message in recording.get("messages", ()):
            keys = identities(recording, message["from"])
            octets = bytes.fromhex(message["msg"])
            if message["type"] == "prekey":
                value = both_ways(codec, "signal.ratchet.PreKeyMessage", octets)
                inner = value["body"]["inner"]
            else:
                inner = octets
            value = both_ways(codec, "signal.ratchet.RatchetMessage", inner, **keys)
            assert value["current"] == inner[0] >> 4
            assert value["body"]["ratchet_key"][0] == 5
            cases.ran("captures: signal")
        if "capture" in recording:
            check_olm(codec, cases, recording["capture"])
        elif "messages" not in recording:
            cases.cannot_run("captures", path.name, "-", "no messages in a form that is known")


def identities(recording: dict[str, Any], sender: str) -> dict[str, Any]:
    """The identity keys that a message's MAC covers; its key comes from a session and is not at hand."""
    receiver = next(name for name in ("alice", "bob") if name != sender)
    keys = {name: bytes.fromhex(recording[f"bundle_{name}"]["identityKey"]) for name in (sender, receiver)}
    return {"mac_key": None, "sender": keys[sender], "receiver": keys[receiver]}


def unpadded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


def check_olm(codec: Codec, cases: Any, capture: dict[str, Any]) -> None:
    for message in capture.get("olm", {}).get("messages", ()):
        octets = unpadded(message["body"])
        if message["type"] == 0:
            octets = both_ways(codec, "matrix.olm.OlmPreKeyMessage", octets)["body"]["message"]
        both_ways(codec, "matrix.olm.OlmMessage", octets, mac_key=None)
        cases.ran("captures: signal")
    if "megolm" in capture:
        both_ways(codec, "matrix.olm.MegolmMessage", unpadded(capture["megolm"]["message"]), mac_key=None)
        key = both_ways(codec, "matrix.olm.MegolmSessionKey", unpadded(capture["megolm"]["session_key"]))
        assert key["public_key"] == unpadded(capture["megolm"]["session_id"])
        cases.ran("captures: signal", 2)


# ---- off-the-record messages -----------------------------------------------------------------------------------


def test_otr(codec: Codec, cases: Any, captures: Path) -> None:
    for path, recording in recordings("otr"):
        kinds = []
        for text in whole(codec, (entry["wire"] for entry in recording["log"])):
            cases.ran("captures: otr")
            if "data" not in text:
                assert "query" in text or "first_and" in text, path.name
                continue
            octets = text["data"]["octets"]
            value = both_ways(codec, "otr.messages.OtrMessage", octets, mac_key=None)
            assert value["version"] == octets[1]
            kinds.append(value["kind"])
        assert kinds[:4] == [0x02, 0x0A, 0x11, 0x12] and set(kinds[4:]) == {0x03}


# ---- Matrix -----------------------------------------------------------------------------------------------------

SENT = "/send/"


def events_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("type"), str) and isinstance(value.get("content"), dict):
            yield value
            return
        for each in value.values():
            yield from events_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from events_in(each)


def check_event(codec: Codec, event: dict[str, Any], type: str = "matrix.events.Event") -> None:
    decoded = codec.decode(type, json.dumps(event).encode())
    written = json.loads(codec.encode(type, decoded.native))
    assert json.dumps(written, sort_keys=True) == json.dumps(event, sort_keys=True)


def sent_event(path: str, content: Any) -> dict[str, Any]:
    """The event that a `PUT …/send/TYPE/TRANSACTION` makes, with what the server adds."""
    added = {"event_id": "$sent", "sender": "@sender:example.org", "origin_server_ts": 1}
    return {"type": path.split(SENT)[1].split("/")[0], "content": content, **added}


def test_matrix(codec: Codec, cases: Any, captures: Path) -> None:
    for _, recording in recordings("matrix"):
        for event in events_in(
            {**recording, "log": [each.get("response") for each in recording.get("log", ())]}
        ):
            check_event(codec, event)
            cases.ran("captures: matrix")
        for call in recording.get("log", ()):
            if call["method"] == "PUT" and SENT in call["path"]:
                event = sent_event(call["path"], call["request"])
                try:
                    check_event(codec, event)
                except Refused as refusal:
                    assert call["status"] == 400, refusal
                else:
                    assert call["status"] == 200, f"accepted what the server refused: {event}"
                cases.ran("captures: matrix")


# ---- MIMI content ---------------------------------------------------------------------------------------------


def test_mimi_content(codec: Codec, cases: Any, captures: Path) -> None:
    for _, recording in recordings("mimi"):
        for name, message in recording.items():
            if not isinstance(message, dict) or "cddl_verifier" not in message:
                continue
            octets = bytes.fromhex(message["hex"])
            if message["cddl_verifier"]:
                both_ways(codec, "ietf.mimi_content.MimiContent", octets)
            else:
                with pytest.raises(Refused) as refused:
                    codec.decode("ietf.mimi_content.MimiContent", octets)
                assert refused.value.code != "internal", name
            cases.ran("captures: mimi")


BODIES = {
    "/register": ("Register", "Account"),
    "/login": ("Login", "Account"),
    "/createRoom": ("CreateRoom", "RoomReference"),
    "/join/": ("Membership", "RoomReference"),
    "/send/": (None, "Sent"),
    "/receipt/": ("Empty", "Empty"),
    "/upload": (None, "Uploaded"),
    "/versions": (None, "Versions"),
    "/sync": (None, "Sync"),
    "/keys/upload": ("KeysUpload", "KeysUploaded"),
    "/keys/query": ("KeysQuery", "KeysQueried"),
    "/keys/claim": ("KeysClaim", "KeysClaimed"),
}
"""Part of a path → bodies of the request and of the answer."""


def same_document(codec: Codec, type: str, value: Any, **params: Any) -> Any:
    decoded = codec.decode(type, json.dumps(value).encode(), **params)
    written = codec.encode(type, decoded.native, **params)
    assert json.dumps(json.loads(written), sort_keys=True) == json.dumps(value, sort_keys=True)
    return decoded.plain


def test_matrix_bodies(codec: Codec, cases: Any, captures: Path) -> None:
    for _, recording in recordings("matrix"):
        for call in recording.get("log", ()):
            kinds = next((kinds for part, kinds in BODIES.items() if part in call["path"]), None)
            if kinds is None:
                continue
            request, answer = kinds if call["status"] == 200 else (None, "Error")
            for kind, body in ((request, call["request"]), (answer, call["response"])):
                if kind is not None and body is not None:
                    same_document(codec, f"matrix.client.{kind}", body)
                    cases.ran("captures: matrix")


# ---- identity ---------------------------------------------------------------------------------------------------


def url_octets(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims_of(codec: Codec, token: str) -> tuple[Any, Any]:
    """Header and claims of a compact token."""
    decoded = codec.decode("ietf.jose_compact.JwsCompact", token.encode())
    assert codec.encode("ietf.jose_compact.JwsCompact", decoded.native).decode() == token
    signed = decoded.plain["signed"]
    return json.loads(signed["protected"]), json.loads(signed["payload"])


def test_oidc(codec: Codec, cases: Any, captures: Path) -> None:
    for _, recording in recordings("oidc"):
        metadata = recording["metadata"]
        same_document(codec, "openid.oidc.ProviderMetadata", metadata, asked=metadata["issuer"])
        same_document(codec, "ietf.jose.JwkSet", recording["jwks"])
        same_document(
            codec, "openid.oidc.UserInfo", recording["userinfo"], expected=recording["claims"]["sub"]
        )
        header, claims = claims_of(codec, recording["id_token"])
        assert header == recording["id_token_header"]
        given = {
            "issuer": metadata["issuer"],
            "client": claims["aud"],
            "alg": header["alg"],
            "now": claims["iat"],
        }
        params = {**given, "request_nonce": claims["nonce"], "access_token": None, "code": None}
        same_document(codec, "ietf.jose.JwsHeader", header)
        same_document(codec, "openid.oidc.IdToken", claims, **params)
        cases.ran("captures: oidc", 5)
        for call in recording["log"]:
            if "/token" in call["url"]:
                kind = "TokenResponse" if call["status"] == 200 else "TokenError"
                same_document(codec, f"openid.oidc.{kind}", call["body"])
                cases.ran("captures: oidc")


def test_credentials(codec: Codec, cases: Any, captures: Path) -> None:
    for path, recording in recordings("vc"):
        for key in ("issuer_jwk", "holder_jwk"):
            if key in recording:
                same_document(codec, "ietf.jose.Jwk", recording[key])
        for name in ("issuance", "presentation"):
            if name not in recording:
                continue
            again = codec.decode("w3c.vc.SdJwt", recording[name].encode())
            assert codec.encode("w3c.vc.SdJwt", again.native).decode() == recording[name]
            signed, *disclosed, binding = recording[name].split("~")
            assert len(again.plain["parts"]) == len(disclosed) + 1
            header, claims = claims_of(codec, signed)
            same_document(codec, "ietf.jose.JwsHeader", header)
            read = same_document(codec, "w3c.vc.SdJwtClaims", claims)
            for text in disclosed:
                same_document(codec, "w3c.vc.Disclosure", json.loads(url_octets(text)))
                digest = (
                    base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
                )
                assert digest in read["digests"]
            if binding:
                bound = same_document(codec, "w3c.vc.KeyBindingClaims", claims_of(codec, binding)[1])
                shown = recording[name].removesuffix(binding).encode()
                assert bound["sd_hash"] == hashlib.sha256(shown).digest()
            cases.ran("captures: vc")
        for name in ("vc", "vp"):
            if isinstance(recording.get(name), str):
                header, claims = claims_of(codec, recording[name])
                same_document(codec, "ietf.jose.JwsHeader", header)
                same_document(codec, "ietf.jose.JwtClaims", claims)
                cases.ran("captures: vc")
        assert {"issuance", "vc"} & set(recording), path.name
