"""Public Olm and Megolm cases played by sessions: the octets that others made are made, and opened once."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from art7.runtime.sessions.olm.account import Account, OneTimeKey
from art7.runtime.sessions.olm.megolm import GroupInbound, GroupOutbound
from art7.runtime.sessions.olm.megolm_ratchet import turned
from art7.runtime.sessions.olm.session import OlmSession, no_skipped
from art7.runtime.sessions.olm.state import OlmState
from art7.runtime.sessions.olm.suite import OlmLimits, OlmSuite
from art7.runtime.sessions.refusals import SessionRefused
from catalogue_codec import found_files
from session_faces import FACES, session_face

TOPIC = "olm"


@pytest.fixture(scope="module", params=FACES)
def suite(request: pytest.FixtureRequest) -> Iterator[OlmSuite]:
    with session_face(request.param, "matrix.olm") as face:
        yield OlmSuite(face)


def octets_of(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


class Recorded:
    """The ratchet keys that a side made, in the order in which it made them."""

    def __init__(self, case: dict[str, Any], who: str, known: str) -> None:
        made = [known] if known else []
        for message in case["messages"]:
            key = message["sender_state_after"]["sender_ratchet_private"]
            if message["frm"] == who and key not in made:
                made.append(key)
        self.keys = [bytes.fromhex(each) for each in made[bool(known) :]]

    def __call__(self, size: int) -> bytes:
        return self.keys.pop(0)


def first_side(suite: OlmSuite, case: dict[str, Any]) -> OlmSession:
    start = {
        name: bytes.fromhex(value)
        for name, value in case["alice_state_start"].items()
        if isinstance(value, str)
    }
    state = OlmState(
        True,
        start["alice_identity_key"],
        start["alice_base_key"],
        start["bob_one_time_key"],
        start["root_key"],
        no_skipped(OlmLimits()),
        own_private=start["sender_ratchet_private"],
        own_public=start["sender_ratchet_public"],
        sender_key=start["sender_chain_key"],
        sender_number=case["alice_state_start"]["sender_chain_index"],
    )
    return OlmSession(suite, Recorded(case, "alice", start["sender_ratchet_private"].hex()), state)


def account_of(suite: OlmSuite, case: dict[str, Any]) -> Account:
    made = Account(
        suite, Recorded(case, "bob", ""), bytes.fromhex(case["bob"]["curve25519_private"]), bytes(32)
    )
    key = OneTimeKey(1, bytes.fromhex(case["bob_one_time"]["private"]))
    made._one_time[bytes.fromhex(case["bob_one_time"]["public"])] = key
    return made


def in_chain(message: dict[str, Any]) -> tuple[str, int]:
    state = message["sender_state_after"]
    return state["sender_ratchet_public"], state["sender_chain_index"]


def write_until(
    session: OlmSession, case: dict[str, Any], message: dict[str, Any], written: set[tuple[str, int]]
) -> None:
    """Write a message and those before it in its chain, which a case lists in the order of their arrival."""
    chain, number = in_chain(message)
    for each in sorted(case["messages"], key=in_chain):
        place = in_chain(each)
        if place[0] == chain and place[1] <= number and place not in written:
            written.add(place)
            made = session.encrypt(each["plaintext"].encode())
            assert made == (each["type"], octets_of(each["ciphertext"]))


def check_session(suite: OlmSuite, case: dict[str, Any]) -> None:
    account = account_of(suite, case)
    sides: dict[str, OlmSession] = {"alice": first_side(suite, case)}
    others, written = {"alice": "bob", "bob": "alice"}, set[tuple[str, int]]()
    for message in case["messages"]:
        octets, content = octets_of(message["ciphertext"]), message["plaintext"].encode()
        write_until(sides[message["frm"]], case, message, written)
        other, changed = others[message["frm"]], octets[:-1] + bytes([octets[-1] ^ 1])
        if other not in sides:
            with pytest.raises(SessionRefused, match="bad_mac"):
                account.accept(changed)
            sides["bob"], found = account.accept(octets, bytes.fromhex(case["alice"]["curve25519_public"]))
            assert found == content
            continue
        with pytest.raises(SessionRefused, match="bad_mac"):
            sides[other].decrypt(message["type"], changed)
        assert sides[other].decrypt(message["type"], octets) == content
        with pytest.raises(SessionRefused, match="duplicate_message"):
            sides[other].decrypt(message["type"], octets)
        assert sides[other].name == sides[message["frm"]].name == octets_of(case["session_id"])
        sides = {who: OlmSession.read(suite, each._random, each.octets()) for who, each in sides.items()}


def check_group(suite: OlmSuite, case: dict[str, Any]) -> None:
    shared = octets_of(case["session_key"])
    session = GroupInbound.from_session_key(suite, shared)
    assert session.public_key == octets_of(case.get("session_id", "")) or "session_id" not in case
    messages = case.get("messages", [case | {"ciphertext": case.get("message")}])
    for message in [*messages, *messages[:1]]:
        octets = octets_of(message["ciphertext"])
        assert session.decrypt(octets) == (message["plaintext"].encode(), message["index"])
        with pytest.raises(SessionRefused):
            session.decrypt(octets[:-1] + bytes([octets[-1] ^ 1]))
    for name in (each for each in case if each.startswith("exported_at_index_")):
        exported = octets_of(case[name])
        assert session.export(int(name.rpartition("_")[2])) == exported
        assert GroupInbound.from_export(suite, exported).octets()


def check_ratchet(suite: OlmSuite, case: dict[str, Any]) -> None:
    seed = bytes.fromhex(case["seed"])
    assert turned(suite.ratchet_part, seed, case["start"], case["advance_to"]).hex() == case["ratchet"]
    outbound = GroupOutbound(suite, bytes(32), seed, case["start"])
    there = GroupInbound.from_session_key(suite, outbound.session_key())
    assert case["ratchet"] in there.export(case["advance_to"]).hex()


CHECKS = {"alice_state_start": check_session, "session_key": check_group, "advance_to": check_ratchet}
"""Checks by a member that only their cases have."""


def test_every_case_with_keys(suite: OlmSuite, cases: Any) -> None:
    for path in found_files("vectors", TOPIC, ".json"):
        for case in json.loads(path.read_text(encoding="utf-8")):
            check = next((check for member, check in CHECKS.items() if member in case), None)
            if check is None:
                continue  # forms of messages: the codecs' test
            check(suite, case)
            cases.ran(TOPIC)
