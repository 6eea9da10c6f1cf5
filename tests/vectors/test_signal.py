"""Public Signal cases: messages to one and to a group, opened by recorded chain keys; safety numbers."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from catalogue_codec import found_files
from executions import Codec, Refused

TOPIC = "signal"
RATCHET = "signal.ratchet.RatchetMessage"
PREKEY = "signal.ratchet.PreKeyMessage"


def both_ways(codec: Codec, type: str, octets: bytes, **params: Any) -> Any:
    decoded = codec.decode(type, octets, **params)
    assert codec.encode(type, decoded.native, **params) == octets
    return decoded.plain


# ---- messages to one ----------------------------------------------------------------------------------------------

States = dict[bytes, dict[int, bytes]]
"""Chain keys by ratchet key and number of the next message."""


def states_of(value: Any) -> States:
    """Collect every chain key that a case records."""
    found: States = {}
    if isinstance(value, dict):
        if "sender_chain_key" in value:
            chain = found.setdefault(bytes.fromhex(value["sender_ratchet_public"]), {})
            chain[value["sender_chain_index"]] = bytes.fromhex(value["sender_chain_key"])
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        for ratchet, chain in states_of(each).items():
            found.setdefault(ratchet, {}).update(chain)
    return found


def message_keys(codec: Codec, states: States, ratchet: bytes, counter: int) -> dict[str, Any]:
    """Step from the nearest recorded chain key to the keys of a message."""
    chain = states[ratchet]
    start = max(index for index in chain if index <= counter)
    key, step = chain[start], dict[str, Any]()
    for _ in range(counter - start + 1):
        step = codec.derive("signal.ratchet.ChainStep", {}, {"chain_key": key})
        key = step["chain_next"]
    return step


def received_secret(
    codec: Codec, params: dict[str, Any], bob: dict[str, Any], header: dict[str, bytes]
) -> bytes:
    """What a session begins with, from the receiver's private keys and what the sender tells."""
    inputs = {
        "identity_private": bytes.fromhex(bob["identity_private"]),
        "signed_pre_key_private": bytes.fromhex(bob["signed_prekey_private"]),
    }
    name = "ReceiveWithoutPreKey"
    if bob.get("prekey_private"):
        name, inputs["pre_key_private"] = "Receive", bytes.fromhex(bob["prekey_private"])
    return bytes(codec.derive(f"signal.x3dh.{name}", params, inputs | header)["material"])


def check_beginning(codec: Codec, case: dict[str, Any]) -> None:
    """From the first message and the receiver's private keys to the first chain key."""
    first = bytes.fromhex(case["messages"][0]["ciphertext"])
    body = codec.decode(PREKEY, first).plain["body"]
    header = {"peer_identity": body["identity_key"], "peer_base": body["base_key"]}
    params = {"hash": "sha256", "info": b"WhisperText", "length": 64}
    state = case["alice_state_after_x3dh"]
    inputs = {
        "root_key": received_secret(codec, params, case["bob"], header)[:32],
        "private_key": bytes.fromhex(case["bob"]["signed_prekey_private"]),
        "public_key": bytes.fromhex(state["sender_ratchet_public"])[1:],
    }
    found = codec.derive("signal.ratchet.RootStep", {}, inputs)
    assert found["root_next"].hex() == state["root_key"]
    assert found["chain_key"].hex() == state["sender_chain_key"]


def check_x3dh(codec: Codec, case: dict[str, Any]) -> str:
    if case["identity_key_format"] != "CURVE_25519":
        return "identity keys of Ed25519, which no schedule turns into X25519"
    params = {
        "hash": case["hash"].replace("_", "").lower(),
        "info": bytes.fromhex(case["info"]),
        "length": 32,
    }
    told = {name: bytes.fromhex(value) for name, value in case["header"].items() if value}
    header = {"peer_identity": told["identity_key"], "peer_base": told["ephemeral_key"]}
    bob = case["bob"] | {"prekey_private": next(iter(case["bob"]["prekey_privates"]), None)}
    if "pre_key" not in told:
        bob["prekey_private"] = None
    assert received_secret(codec, params, bob, header).hex() == case["shared_secret"]
    inputs = {
        "sender_identity": b"\5" + bytes.fromhex(case["alice"]["identity_public"]),
        "receiver_identity": b"\5" + bytes.fromhex(case["bob"]["identity_public"]),
    }
    more = {"more": bytes.fromhex(case["associated_data_appendix"])}
    assert codec.derive("signal.x3dh.AssociatedData", more, inputs)["data"].hex() == case["associated_data"]
    return ""


def check_session(codec: Codec, case: dict[str, Any]) -> str:
    check_beginning(codec, case)
    states = states_of(case)
    for message in case["messages"]:
        octets = bytes.fromhex(message["ciphertext"])
        sender, receiver = message["from"], "bob" if message["from"] == "alice" else "alice"
        if message["type"] == "prekey":
            body = both_ways(codec, PREKEY, octets)["body"]
            assert body["identity_key"].hex() == case[sender]["identity_public"]
            assert body["registration_id"] == case[sender]["registration_id"]
            assert body["signed_pre_key_id"] == case[receiver]["signed_prekey_id"]
            assert body.get("pre_key_id") == case[receiver].get("prekey_id")
            octets = body["inner"]
        params = {
            "sender": bytes.fromhex(case[sender]["identity_public"]),
            "receiver": bytes.fromhex(case[receiver]["identity_public"]),
        }
        body = both_ways(codec, RATCHET, octets, mac_key=None, **params)["body"]
        keys = message_keys(codec, states, body["ratchet_key"], body["counter"])
        both_ways(codec, RATCHET, octets, mac_key=keys["mac_key"], **params)
        inputs = {"cipher_key": keys["cipher_key"], "iv": keys["iv"]}
        opened = codec.derive("signal.groups.OpenMessage", {"ciphertext": body["ciphertext"]}, inputs)
        assert opened["plaintext"].hex() == message["plaintext"]
        after = message.get("sender_state_after", {})
        if after.get("sender_chain_index") == body["counter"] + 1:
            assert keys["chain_next"].hex() == after["sender_chain_key"]
    return ""


def agreed(codec: Codec, private: str, public: str) -> str:
    inputs = {"root_key": bytes(32), "private_key": bytes.fromhex(private)}
    inputs["public_key"] = bytes.fromhex(public)[-32:]  # the type octet 5 may stand before it
    return str(codec.derive("signal.ratchet.RootStep", {}, inputs)["shared"].hex())


def check_step(codec: Codec, case: dict[str, Any]) -> str:
    if case["kind"] == "chain-key":
        found = codec.derive("signal.ratchet.ChainStep", {}, {"chain_key": bytes.fromhex(case["chain_key"])})
        assert found["cipher_key"].hex() == case["message_key_cipher"]
        assert found["mac_key"].hex() == case["message_key_mac"]
        assert found["chain_next"].hex() == case["next_chain_key"]
        return ""
    if case["kind"] == "agreement":
        assert agreed(codec, case["alice_private"], case["bob_public"]) == case["shared"]
        assert agreed(codec, case["bob_private"], case["alice_public"]) == case["shared"]
        return ""
    return f"a step that is not known: {case['kind']}"


def check_recommended(codec: Codec, case: dict[str, Any]) -> str:
    """A ratchet with the recommended algorithms: both sides' root steps in turn, every message opened and written."""
    infos = [
        re.findall(r'info "([^"]*)"', case["parameters"][name])[0].encode() for name in ("root_kdf", "aead")
    ]
    root, peer = bytes.fromhex(case["shared_secret"]), bytes.fromhex(case["bob_ratchet_public"])
    chains: dict[str, bytes] = {}
    for message in case["messages"]:
        public, state = message["header"]["ratchet_pub"], message["sender_state_after"]
        if public not in chains:
            inputs = {"private_key": bytes.fromhex(state["own_ratchet_private"]), "public_key": peer}
            step = codec.derive(
                "signal.recommended.RootStep", {"info": infos[0]}, inputs | {"root_key": root}
            )
            root, chains[public], peer = step["root_next"], step["chain_key"], bytes.fromhex(public)
            assert root.hex() == state["root_chain_key"]
        check_recommended_message(codec, case, message, chains[public], infos[1])
    return ""


def check_recommended_message(
    codec: Codec, case: dict[str, Any], message: dict[str, Any], key: bytes, info: bytes
) -> None:
    header, step = message["header"], dict[str, Any]()
    for _ in range(header["sending_chain_length"] + 1):
        step = codec.derive("signal.recommended.ChainStep", {"info": info}, {"chain_key": key})
        key = step["chain_next"]
    counts = header["previous_sending_chain_length"], header["sending_chain_length"]
    octets = bytes.fromhex(header["ratchet_pub"]) + b"".join(each.to_bytes(4, "big") for each in counts)
    octets += bytes.fromhex(message["ciphertext"])
    params = {"mac_key": step["mac_key"], "associated": bytes.fromhex(case["ad"])}
    value = both_ways(codec, "signal.recommended.PlainMessage", octets, **params)
    assert (value["previous"], value["counter"]) == counts
    inputs = {"cipher_key": step["cipher_key"], "iv": step["iv"]}
    opened = codec.derive("signal.ratchet.OpenMessage", {"ciphertext": value["ciphertext"]}, inputs)
    assert opened["plaintext"].hex() == message["plaintext"]
    with pytest.raises(Refused) as refused:
        codec.decode(
            "signal.recommended.PlainMessage", octets[:40] + bytes([octets[40] ^ 1]) + octets[41:], **params
        )
    assert refused.value.code == "bad_mac"


def check_signature(codec: Codec, case: dict[str, Any]) -> str:
    inputs = {
        "identity_key": bytes.fromhex(case["public"]),
        "public_key": bytes.fromhex(case["message"]),
        "signature": bytes.fromhex(case["signature"]),
    }
    if case["valid"]:
        codec.derive("signal.x3dh.CheckPreKey", {}, inputs)
        inputs["signature"] = inputs["signature"][:-1] + bytes([inputs["signature"][-1] ^ 1])
    with pytest.raises(Exception, match="bad_signature"):
        codec.derive("signal.x3dh.CheckPreKey", {}, inputs)
    return ""


def check_agreement(codec: Codec, case: dict[str, Any]) -> str:
    assert agreed(codec, case["a_private"], case["b_public"]) == case["shared"]
    assert agreed(codec, case["b_private"], case["a_public"]) == case["shared"]
    return ""


# ---- messages to a group ------------------------------------------------------------------------------------------


def check_group(codec: Codec, case: dict[str, Any]) -> str:
    octets = bytes.fromhex(case["sender_key_distribution_message"])
    told = both_ways(codec, "signal.groups.SenderKeyDistribution", octets)["body"]
    assert uuid.UUID(bytes=told["distribution_id"]) == uuid.UUID(case["distribution_id"])
    assert (told["chain_id"], told["iteration"]) == (case["chain_id"], case["iteration"])
    for message in case["messages"]:
        octets = bytes.fromhex(message["ciphertext"])
        params = {"signing_key": told["signing_key"]}
        body = both_ways(codec, "signal.groups.SenderKeyMessage", octets, **params)["body"]
        assert (body["distribution_id"], body["chain_id"]) == (told["distribution_id"], told["chain_id"])
        key, step = told["chain_key"], dict[str, Any]()
        for _ in range(body["iteration"] - told["iteration"] + 1):
            step = codec.derive("signal.groups.SenderChainStep", {}, {"chain_key": key})
            key = step["chain_next"]
        inputs = {"cipher_key": step["cipher_key"], "iv": step["iv"]}
        opened = codec.derive("signal.groups.OpenMessage", {"ciphertext": body["ciphertext"]}, inputs)
        assert opened["plaintext"].hex() == message["plaintext"]
        with pytest.raises(Refused) as refused:
            codec.decode("signal.groups.SenderKeyMessage", octets[:-1] + bytes([octets[-1] ^ 1]), **params)
        assert refused.value.code == "bad_signature"
    return ""


# ---- safety numbers -----------------------------------------------------------------------------------------------


def fingerprint(codec: Codec, account: str, key: str, iterations: int) -> dict[str, Any]:
    inputs = {"identity_key": bytes.fromhex(key)}
    params = {"account": account.encode()}
    state = codec.derive("signal.fingerprints.FingerprintBegin", params, inputs)["state"]
    for _ in range(iterations):
        state = codec.derive("signal.fingerprints.FingerprintStep", {}, inputs | {"state": state})["next"]
    return codec.derive("signal.fingerprints.FingerprintEnd", {}, {"state": state})


def check_fingerprint(codec: Codec, case: dict[str, Any]) -> str:
    local = fingerprint(codec, case["local_id"], case["local_key"], case["iterations"])
    remote = fingerprint(codec, case["remote_id"], case["remote_key"], case["iterations"])
    assert "".join(sorted([local["digits"], remote["digits"]])) == case["displayable"]
    for name, sides in (("scannable", (local, remote)), ("remote_scannable", (remote, local))):
        if name in case:
            value = both_ways(codec, "signal.fingerprints.ScannableFingerprint", bytes.fromhex(case[name]))
            assert value["version"] == case["version"]
            assert [value[side]["content"] for side in ("local", "remote")] == [s["content"] for s in sides]
    return ""


CHECKS: list[tuple[str, Callable[[Codec, dict[str, Any]], str]]] = [
    ("displayable", check_fingerprint),
    ("sender_key_distribution_message", check_group),
    ("alice_state_after_x3dh", check_session),
    ("kind", check_step),
    ("a_private", check_agreement),
    ("signature", check_signature),
    ("associated_data_appendix", check_x3dh),
    ("parameters", check_recommended),
]
"""Checks by a member that only their cases have."""


def test_every_case(codec: Codec, cases: Any, vectors: Any) -> None:
    for path in found_files("vectors", TOPIC, ".json"):
        for number, case in enumerate(json.loads(path.read_text(encoding="utf-8"))):
            check = next((check for member, check in CHECKS if member in case), None)
            reason = "a form that is not known" if check is None else check(codec, case)
            if reason:
                cases.cannot_run(TOPIC, path.name, str(case.get("kind", f"case {number}")), reason)
            else:
                cases.ran(TOPIC)
