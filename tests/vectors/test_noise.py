"""Public cases of Noise: both sides play every handshake, octet for octet, and refuse each message when it is changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from art7.runtime.noise.handshake import Handshake, NoiseKeys, Transport
from art7.runtime.noise.patterns import NoiseRefused, protocol
from catalogue_codec import found_files

TOPIC = "noise"
Case = Mapping[str, Any]


def rows() -> Iterator[Case]:
    for path in found_files("vectors", TOPIC, ".json"):
        document = json.loads(path.read_text(encoding="utf-8"))
        yield from document["vectors"] if isinstance(document, dict) else document


def side(case: Case, who: str) -> Handshake:
    def given(name: str) -> bytes | None:
        text = case.get(f"{who}_{name}")
        return bytes.fromhex(text) if text is not None else None

    psks = [bytes.fromhex(each) for each in case.get(f"{who}_psks", ())]
    keys = NoiseKeys(given("static"), given("remote_static"), psks)
    ephemeral, prologue = given("ephemeral") or b"", given("prologue") or b""
    return Handshake(
        case["protocol_name"], keys, lambda size: ephemeral, initiator=who == "init", prologue=prologue
    )


def check(case: Case) -> None:
    sides = [side(case, "init"), side(case, "resp")]
    messages = [
        (bytes.fromhex(each["payload"]), bytes.fromhex(each["ciphertext"])) for each in case["messages"]
    ]
    count = len(sides[0].protocol.messages)
    for step, (payload, octets) in enumerate(messages[:count]):
        writer, reader = sides[step % 2], sides[1 - step % 2]
        assert writer.write(payload) == octets
        refuse_changes(reader, octets)
        assert reader.read(octets) == payload
    ends = [each.finish() for each in sides]
    assert ends[0].handshake_hash == ends[1].handshake_hash
    if "handshake_hash" in case:
        assert ends[0].handshake_hash.hex() == case["handshake_hash"]
    one_way = sides[0].protocol.one_way
    for step, (payload, octets) in enumerate(messages[count:], count):
        check_transport(ends, 0 if one_way else step % 2, payload, octets)


def refuse_changes(reader: Handshake, octets: bytes) -> None:
    """A refused message leaves the reader as it was: it still reads the right one."""
    if reader._step or reader.protocol.messages[0][:2] == ("e", "es"):
        with pytest.raises(NoiseRefused) as refusal:
            reader.read(octets[:-1] + bytes([octets[-1] ^ 1]))
        assert refusal.value.code == "not_authentic"
    with pytest.raises(NoiseRefused) as refusal:
        reader.read(octets[:31])
    assert refusal.value.code == "truncated"
    with pytest.raises(NoiseRefused) as refusal:
        reader.write(b"")
    assert refusal.value.code == "out_of_turn"


def check_transport(ends: list[Transport], sender: int, payload: bytes, octets: bytes) -> None:
    send, receive = ends[sender].send, ends[1 - sender].receive
    assert send is not None and receive is not None
    assert send.encrypt(b"", payload) == octets
    with pytest.raises(NoiseRefused) as refusal:
        receive.decrypt(b"", octets[:-1] + bytes([octets[-1] ^ 1]))
    assert refusal.value.code == "not_authentic"
    assert receive.decrypt(b"", octets) == payload


def test_every_handshake(cases: Any) -> None:
    for case in rows():
        try:
            protocol(case["protocol_name"])
        except NoiseRefused as refusal:
            cases.cannot_run(TOPIC, case["protocol_name"], "protocol", refusal.code)
            continue
        check(case)
        cases.ran(TOPIC)


@pytest.mark.parametrize(
    "name",
    ["", "Noise_XX", "Noise_QQ_25519_AESGCM_SHA256", "Noise_XXpsk9_25519_AESGCM_SHA256", "Noise_XX_1_2_3"],
)
def test_unknown_protocols(name: str) -> None:
    with pytest.raises(NoiseRefused) as refusal:
        protocol(name)
    assert refusal.value.code == "unknown_protocol"


def test_keys_that_a_pattern_needs() -> None:
    name = "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s"
    with pytest.raises(NoiseRefused) as refusal:
        Handshake(name, NoiseKeys(bytes(32)), bytes, initiator=True)
    assert refusal.value.code == "missing_key"
    with pytest.raises(NoiseRefused) as refusal:
        Handshake(name, NoiseKeys(psks=[b"short"]), bytes, initiator=True)
    assert refusal.value.code == "bad_key"


def test_a_key_of_small_order_is_refused() -> None:
    name = "Noise_NN_25519_AESGCM_SHA256"
    responder = Handshake(name, NoiseKeys(), lambda size: b"\7" * size, initiator=False)
    responder.read(bytes(32))
    with pytest.raises(NoiseRefused) as refusal:
        responder.write(b"")
    assert refusal.value.code == "small_order"


def test_both_sides_replace_their_keys() -> None:
    name = "Noise_NN_448_ChaChaPoly_SHA512"
    one, two = (
        Handshake(name, NoiseKeys(), lambda size, first=first: bytes([7 + first]) * size, initiator=first)
        for first in (True, False)
    )
    two.read(one.write(b""))
    one.read(two.write(b""))
    send, receive = one.finish().send, two.finish().receive
    assert send is not None and receive is not None
    before = send.key
    send.rekey()
    assert send.key != before
    with pytest.raises(NoiseRefused):
        receive.decrypt(b"", send.encrypt(b"", b"text"))
    receive.rekey()
    receive.nonce = 1
    assert receive.decrypt(b"", send.encrypt(b"", b"text")) == b"text"
