"""Public Olm and Megolm cases: the form of messages, and sessions opened with recorded keys."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from catalogue_codec import found_files
from executions import Codec, Refused

TOPIC = "olm"
FIRST, NEXT, GROUP, GROUP_KEY = (
    f"matrix.olm.{name}" for name in ("OlmPreKeyMessage", "OlmMessage", "MegolmMessage", "MegolmSessionKey")
)
PART = 32


def octets_of(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def both_ways(codec: Codec, type: str, octets: bytes, **params: Any) -> Any:
    decoded = codec.decode(type, octets, **params)
    assert codec.encode(type, decoded.native, **params) == octets
    return decoded.plain


def opened(keys: dict[str, Any], ciphertext: bytes) -> str:
    """What AES-256-CBC gives under the keys of a message."""
    cipher = Cipher(AES(keys["cipher_key"]), CBC(keys["iv"])).decryptor()
    padded = cipher.update(ciphertext) + cipher.finalize()
    unpadder = PKCS7(128).unpadder()
    return (unpadder.update(padded) + unpadder.finalize()).decode()


# ---- the form of messages ----------------------------------------------------------------------------------------


def check_form(codec: Codec, case: dict[str, Any]) -> str:
    octets = bytes.fromhex(case["message"])
    if "error" in case:
        for kind in (FIRST, NEXT, GROUP):
            with pytest.raises(Refused):
                codec.decode(kind, octets, **({} if kind == FIRST else {"mac_key": None}))
        return ""
    kind, params = "matrix.olm.OlmFrame", {"mac_length": case["mac_len"]}
    if "message_index" in case:
        kind, params = "matrix.olm.MegolmFrame", params | {"signature_length": case["signature_len"]}
    decoded = codec.decode(kind, octets, **params)
    found = decoded.plain["body"] | {"version": octets[0]}  # there is one version, which values do not hold
    for name, value in case.items():
        if name in ("ratchet_key", "ciphertext"):
            assert found[name].hex() == value
        elif name in ("counter", "message_index", "version"):
            assert found[{"counter": "chain_index"}.get(name, name)] == value
    written = codec.encode(kind, decoded.native, **params)
    assert codec.decode(kind, written, **params).plain == decoded.plain
    if case.get("encoder_output"):
        expected = case["encoder_output"]
        assert written == (bytes.fromhex(expected) if isinstance(expected, str) else octets)
    return ""


# ---- sessions of two ----------------------------------------------------------------------------------------------


def chain_keys(states: list[dict[str, Any]]) -> dict[tuple[str, int], bytes]:
    """Recorded chain keys by ratchet key and number of the next message."""
    return {
        (state["sender_ratchet_public"], state["sender_chain_index"]): bytes.fromhex(
            state["sender_chain_key"]
        )
        for state in states
        if "sender_chain_key" in state
    }


def message_keys(
    codec: Codec, chains: dict[tuple[str, int], bytes], ratchet: str, index: int
) -> dict[str, Any]:
    """Step from the nearest recorded chain key to the keys of a message."""
    start = max(number for key, number in chains if key == ratchet and number <= index)
    key, step = chains[ratchet, start], dict[str, Any]()
    for _ in range(index - start + 1):
        step = codec.derive("matrix.olm.ChainStep", {}, {"chain_key": key})
        key = step["chain_next"]
    return step


def check_beginning(codec: Codec, case: dict[str, Any], body: dict[str, Any]) -> None:
    """The receiver's private keys and the first message give the sender's first keys."""
    start = case["alice_state_start"]
    found = codec.derive(
        "matrix.olm.Beginning",
        {},
        {
            "identity_private": bytes.fromhex(case["bob"]["curve25519_private"]),
            "one_time_private": bytes.fromhex(case["bob_one_time"]["private"]),
            "peer_identity": body["identity_key"],
            "peer_base": body["base_key"],
        },
    )
    assert found["root_key"].hex() == start["root_key"]
    assert found["chain_key"].hex() == start["sender_chain_key"]


def check_root_step(
    codec: Codec, before: dict[str, Any], state: dict[str, Any], chains: dict[tuple[str, int], bytes]
) -> None:
    """The first message of a chain: its keys come from the root before and the peer's last ratchet key."""
    inputs = {
        "root_key": bytes.fromhex(before["root_key"]),
        "private_key": bytes.fromhex(state["sender_ratchet_private"]),
        "public_key": bytes.fromhex(before["sender_ratchet_public"]),
    }
    found = codec.derive("matrix.olm.RootStep", {}, inputs)
    assert found["root_next"].hex() == state["root_key"]
    chains[state["sender_ratchet_public"], 0] = found["chain_key"]


def check_session(codec: Codec, case: dict[str, Any]) -> str:
    last = case["alice_state_start"]
    chains, roots = chain_keys([last]), {last["root_key"]}
    for message in case["messages"]:
        state, octets = message["sender_state_after"], octets_of(message["ciphertext"])
        if state["root_key"] not in roots:
            check_root_step(codec, last, state, chains)
            roots.add(state["root_key"])
            last = state
        if message["type"] == 0:
            body = both_ways(codec, FIRST, octets)["body"]
            assert body["identity_key"].hex() == case[message["frm"]]["curve25519_public"]
            assert body["one_time_key"].hex() == case["bob_one_time"]["public"]
            check_beginning(codec, case, body)
            octets = body["message"]
        body = both_ways(codec, NEXT, octets, mac_key=None)["body"]
        assert body["ratchet_key"].hex() == state["sender_ratchet_public"]
        keys = message_keys(codec, chains, body["ratchet_key"].hex(), body["chain_index"])
        check_opening(codec, NEXT, octets, body, keys, message["plaintext"])
    assert all(message_keys(codec, chains, *place)["chain_key"] == key for place, key in chains.items())
    return ""


def check_opening(
    codec: Codec, type: str, octets: bytes, body: dict[str, Any], keys: dict[str, Any], plaintext: str
) -> None:
    """The MAC holds under a message's keys and under no others, and the ciphertext opens."""
    assert both_ways(codec, type, octets, mac_key=keys["mac_key"])["body"] == body
    with pytest.raises(Refused) as refused:
        codec.decode(type, octets, mac_key=bytes(PART))
    assert refused.value.code == "bad_mac"
    assert opened(keys, body["ciphertext"]) == plaintext


# ---- sessions of a room -------------------------------------------------------------------------------------------


def advanced(codec: Codec, ratchet: bytes, start: int, end: int) -> bytes:
    """Turn a ratchet to a later number: its last part moves with every message, each other 256 times slower."""
    parts = [ratchet[place : place + PART] for place in range(0, 4 * PART, PART)]
    for part in range(4):
        shift = 8 * (3 - part)
        steps = (end >> shift) - (start >> shift)
        for step in range(steps):
            before = parts[part]
            # The last step refreshes every later part, too.
            for other in range(3, part - 1, -1) if step + 1 == steps else (part,):
                found = codec.derive("matrix.olm.RatchetPart", {"part": other}, {"earlier": before})
                parts[other] = found["out"]
        if steps:
            start = end >> shift << shift
    return b"".join(parts)


def check_ratchet(codec: Codec, case: dict[str, Any]) -> str:
    found = advanced(codec, bytes.fromhex(case["seed"]), case["start"], case["advance_to"])
    assert found.hex() == case["ratchet"]
    return ""


def check_group(codec: Codec, case: dict[str, Any]) -> str:
    shared = octets_of(case["session_key"])
    key = both_ways(codec, GROUP_KEY, shared)
    owner = Ed25519PublicKey.from_public_bytes(key["public_key"])
    owner.verify(key["signature"], shared.removesuffix(key["signature"]))
    if "session_id" in case:
        assert key["public_key"] == octets_of(case["session_id"])
    ratchet, index = key["ratchet"], key["index"]
    messages = case.get("messages", [case | {"ciphertext": case.get("message")}])
    for message in messages:
        octets = octets_of(message["ciphertext"])
        value = both_ways(codec, GROUP, octets, mac_key=None)
        owner.verify(value["signature"], octets.removesuffix(value["signature"]))
        number = value["body"]["message_index"]
        assert number == message["index"]
        ratchet, index = advanced(codec, ratchet, index, number), number
        keys = codec.derive("matrix.olm.GroupKeys", {}, {"ratchet": ratchet})
        check_opening(codec, GROUP, octets, value["body"], keys, message["plaintext"])
    for name in (each for each in case if each.startswith("exported_at_index_")):
        check_export(codec, key, int(name.rpartition("_")[2]), octets_of(case[name]))
    return ""


def check_export(codec: Codec, key: dict[str, Any], index: int, octets: bytes) -> None:
    found = both_ways(codec, "matrix.olm.MegolmExport", octets)
    assert (found["index"], found["public_key"]) == (index, key["public_key"])
    assert found["ratchet"] == advanced(codec, key["ratchet"], key["index"], index)


CHECKS: list[tuple[str, Callable[[Codec, dict[str, Any]], str]]] = [
    ("mac_len", check_form),
    ("error", check_form),
    ("alice_state_start", check_session),
    ("advance_to", check_ratchet),
    ("session_key", check_group),
    ("pickle", lambda codec, case: "how one library stores a session; no message"),
]
"""Checks by a member that only their cases have."""


def test_every_case(codec: Codec, cases: Any, vectors: Path) -> None:
    for path in found_files("vectors", TOPIC, ".json"):
        for number, case in enumerate(json.loads(path.read_text(encoding="utf-8"))):
            check = next((check for member, check in CHECKS if member in case), None)
            reason = "a form that is not known" if check is None else check(codec, case)
            if reason:
                cases.cannot_run(TOPIC, path.name, str(case.get("name", f"case {number}")), reason)
            else:
                cases.ran(TOPIC)
