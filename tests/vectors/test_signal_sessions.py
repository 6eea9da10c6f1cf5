"""Public Signal cases and captures, run by sessions on both executions: every message opened and written again."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.ratchet.double_ratchet import DoubleRatchet
from art7.runtime.sessions.ratchet.state import Parties, RatchetState
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.signal.sender_keys import Chain, GroupReceiver, GroupSender, GroupSuite
from art7.runtime.sessions.signal.session import SignalMessage
from art7.runtime.sessions.signal.x3dh import X3dh
from art7.runtime.sessions.store import MemoryStore
from catalogue_codec import found_files
from peers import flipped
from session_faces import FACES, seeded, session_face
from signal_parties import MODULES, Party, message_of

TOPIC = "signal"
Case = dict[str, Any]


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with session_face(request.param, *MODULES) as made:
        yield made


def octets(value: str) -> bytes:
    return bytes.fromhex(value)


# ---- messages to one ----------------------------------------------------------------------------------------------


class Spoken:
    """Both sides of a recorded conversation; what they write must be the recorded octets."""

    def __init__(self, face: Face, case: Case) -> None:
        self.case = case
        self.fresh: dict[str, bytes] = {}
        self.bob = Party(face, seeded(1))
        bob = case["bob"]
        self.bob.keys.create(bob["registration_id"], octets(bob["identity_private"]))
        self.bob.keys.add_signed(bob["signed_prekey_id"], octets(bob["signed_prekey_private"]))
        if bob.get("prekey_private"):
            self.bob.keys.add_pre_key(bob["prekey_id"], octets(bob["prekey_private"]))
        self.bob.keys.random = lambda count: self.fresh["bob"]
        self.ratchet = self.bob.suite.ratchet
        self.alice = self.alice_ratchet()
        self.written: dict[int, bytes] = {}
        self.headers = [self.header(message) for message in case["messages"]]

    def alice_ratchet(self) -> DoubleRatchet:
        told = self.case["alice_state_after_x3dh"]
        parties = Parties(
            octets(self.case["alice"]["identity_public"]), octets(self.case["bob"]["identity_public"])
        )
        state: RatchetState = parties.state(octets(told["root_key"]), octets(told["sender_ratchet_private"]))
        state.own_public = octets(told["sender_ratchet_public"])
        state.sender_key = octets(told["sender_chain_key"])
        return DoubleRatchet(self.ratchet, lambda count: self.fresh["alice"], state)

    def inner(self, message: Case) -> bytes:
        whole = octets(message["ciphertext"])
        if message["type"] != "prekey":
            return whole
        inner: bytes = self.bob.suite.message.decode(whole).body.inner
        return inner

    def header(self, message: Case) -> tuple[str, bytes, int]:
        read = self.ratchet.message.decode(
            self.inner(message), mac_key=None, sender=bytes(33), receiver=bytes(33)
        )
        return message["from"], read.body.ratchet_key, read.body.counter

    def write(self, place: int) -> None:
        """Let the sender write this message, and those of the same chain that come before."""
        sender, chain, counter = self.headers[place]
        before = [
            each
            for each, header in enumerate(self.headers)
            if header[:2] == (sender, chain) and header[2] <= counter and each not in self.written
        ]
        for each in sorted(before, key=lambda each: self.headers[each][2]):
            content = octets(self.case["messages"][each]["plaintext"])
            if sender == "alice":
                self.written[each] = self.alice.encrypt(content)
            else:
                self.written[each] = self.bob.session.encrypt(content).octets
            assert self.written[each] == self.inner(self.case["messages"][each])

    def deliver(self, place: int) -> None:
        message = self.case["messages"][place]
        self.write(place)
        if message["from"] == "alice":
            sent = SignalMessage(message["type"] == "prekey", octets(message["ciphertext"]))
            wrong = SignalMessage(False, flipped(self.inner(message)))
            with pytest.raises(SessionRefused) as refused:
                self.bob.session.decrypt(wrong)
            assert refused.value.code in ("bad_mac", "no_session")
            assert self.bob.session.decrypt(sent) == octets(message["plaintext"])
            self.bob.restart()
        else:
            assert self.alice.decrypt(octets(message["ciphertext"])) == octets(message["plaintext"])
        after = message.get("receiver_state_after")
        if after:
            receiver = "bob" if message["from"] == "alice" else "alice"
            self.fresh[receiver] = octets(after["sender_ratchet_private"])


def check_session(face: Face, case: Case) -> None:
    spoken = Spoken(face, case)
    for place in range(len(case["messages"])):
        spoken.deliver(place)
    for place, message in enumerate(case["messages"]):
        if message["from"] == "alice":
            sent = SignalMessage(message["type"] == "prekey", octets(message["ciphertext"]))
            with pytest.raises(SessionRefused) as refused:
                spoken.bob.session.decrypt(sent)
            assert refused.value.code == "duplicate_message", place


# ---- messages to a group, signatures ------------------------------------------------------------------------------


def check_group(face: Face, case: Case) -> None:
    suite, store = GroupSuite(face), MemoryStore()
    receiver = GroupReceiver(suite, store, "sender")
    group = receiver.take(octets(case["sender_key_distribution_message"]))
    assert uuid.UUID(bytes=group) == uuid.UUID(case["distribution_id"])
    messages = [(octets(each["ciphertext"]), octets(each["plaintext"])) for each in case["messages"]]
    for place in sorted(range(len(messages)), key=lambda place: (place % 3, -place)):
        message, content = messages[place]
        for wrong in (flipped(message), flipped(message, len(message) - 70)):
            with pytest.raises(SessionRefused) as refused:
                receiver.decrypt(wrong)
            assert refused.value.code == "bad_signature"
        assert receiver.decrypt(message) == content
        with pytest.raises(SessionRefused) as refused:
            receiver.decrypt(message)
        assert refused.value.code == "duplicate_message"
    check_group_ciphertexts(suite, case)


def check_group_ciphertexts(suite: GroupSuite, case: Case) -> None:
    """A sender with the same chain writes the same octets but for the signature, which is fresh."""
    told = suite.distribution.decode(octets(case["sender_key_distribution_message"])).body
    sender = GroupSender(suite, MemoryStore(), seeded(1), told.distribution_id)
    private = seeded(2)(32)
    signing_key = suite.signing_key(private_key=private).signing_key
    sender._become(Chain(told.chain_id, told.iteration, told.chain_key, signing_key, private))
    for each in case["messages"]:
        written = sender.encrypt(octets(each["plaintext"]))
        assert written[:-64] == octets(each["ciphertext"])[:-64]


def check_signature(face: Face, case: Case) -> None:
    def verdict(signature: bytes) -> str:
        try:
            X3dh(face).check(octets(case["public"]), octets(case["message"]), signature)
        except SessionRefused as refused:
            return refused.code
        return ""

    assert verdict(octets(case["signature"])) == ("" if case["valid"] else "bad_signature")
    assert verdict(flipped(octets(case["signature"]), 1)) == "bad_signature"


CHECKS: list[tuple[str, Callable[[Face, Case], None]]] = [
    ("alice_state_after_x3dh", check_session),
    ("sender_key_distribution_message", check_group),
    ("signature", check_signature),
]
"""Checks by a member that only their cases have; the other cases have no session (`test_signal`)."""


def test_every_case(face: Face, cases: Any) -> None:
    done = 0
    for path in found_files("vectors", TOPIC, ".json"):
        for case in json.loads(path.read_text(encoding="utf-8")):
            check = next((check for member, check in CHECKS if member in case), None)
            if check is not None:
                check(face, case)
                cases.ran(TOPIC)
                done += 1
    assert done


# ---- captures -----------------------------------------------------------------------------------------------------


def opened_by(face: Face, capture: Case, sender: str, receiver: str) -> int:
    """Open what a side can read with its saved keys: the messages before its first answer."""
    party = Party(face, seeded(1))
    party.take_keys(capture[f"private_{receiver}"], capture[f"bundle_{receiver}"])
    count = 0
    for message in capture["messages"]:
        if message["from"] == receiver or message["type"] != "prekey":
            break
        sent = message_of(message)
        inner = party.suite.message.decode(sent.octets).body.inner
        place = sent.octets.index(inner) + len(inner) - 1
        with pytest.raises(SessionRefused) as refused:
            party.session.decrypt(SignalMessage(True, flipped(sent.octets, place)))
        assert refused.value.code == "bad_mac"
        assert party.session.decrypt(sent) == message["plaintext"].encode()
        assert party.session.peer_identity.hex() == capture[f"bundle_{sender}"]["identityKey"]
        count += 1
    return count


def test_captured_first_messages_open_with_the_saved_keys(face: Face, cases: Any) -> None:
    done = 0
    for path in found_files("captures", TOPIC, ".json"):
        capture = json.loads(path.read_text(encoding="utf-8"))
        if "messages" not in capture:
            continue
        try:
            count = opened_by(face, capture, "alice", "bob")
        except SessionRefused as refused:
            assert refused.code == "bad_mac" and has_pq_ratchet(face, capture), path.name
            cases.cannot_run(
                TOPIC, path.name, "first message", "keys mixed with the post-quantum ratchet (SPQR)"
            )
            continue
        assert count, path.name
        cases.ran(TOPIC)
        done += 1
    assert done


def has_pq_ratchet(face: Face, capture: Case) -> bool:
    party = Party(face, seeded(1))
    body = party.suite.message.decode(octets(capture["messages"][0]["msg"])).body
    read = party.suite.ratchet.message.decode(body.inner, mac_key=None, sender=bytes(33), receiver=bytes(33))
    return read.body.pq_ratchet is not None
