"""The Double Ratchet on both executions: any order, any loss, nothing twice, nothing changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.ratchet.double_ratchet import DoubleRatchet
from art7.runtime.sessions.ratchet.state import Parties
from art7.runtime.sessions.ratchet.suite import Limits, RatchetSuite
from art7.runtime.sessions.refusals import SessionRefused
from session_faces import FACES, seeded, session_face

ANN, BOB = b"\5" + b"a" * 32, b"\5" + b"b" * 32


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with session_face(request.param, "signal.ratchet") as made:
        yield made


@pytest.fixture(scope="module")
def suite(face: Face) -> RatchetSuite:
    return RatchetSuite(face)


def pair(suite: RatchetSuite, limits: Limits | None = None, version: int = 3) -> list[DoubleRatchet]:
    random = seeded(1)
    root, private = random(32), random(32)
    public = suite.key_pair(private_key=private).public_key
    limits = limits or Limits()
    return [
        DoubleRatchet.begin(suite, random, Parties(ANN, BOB, version, limits), root, public),
        DoubleRatchet.answer(suite, random, Parties(BOB, ANN, version, limits), root, private),
    ]


def refusal(ratchet: DoubleRatchet, message: bytes) -> str:
    """Return the code of a refusal, which must change nothing."""
    before = ratchet.octets()
    with pytest.raises(SessionRefused) as refused:
        ratchet.decrypt(message)
    assert ratchet.octets() == before
    return refused.value.code


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(-3, 9)), max_size=24))
@settings(max_examples=12)
def test_messages_arrive_in_any_order_or_never_and_once(
    suite: RatchetSuite, moves: list[tuple[int, int]]
) -> None:
    sides = pair(suite)
    wires: list[list[tuple[bytes, bytes]]] = [[], [(b"hello", sides[0].encrypt(b"hello"))]]
    for number, (side, move) in enumerate(moves):
        if move < 0:
            if side == 0 or sides[1].state.receiver_chain is not None:
                content = b"%d" % number
                wires[1 - side].append((content, sides[side].encrypt(content)))
        elif wires[side]:
            content, message = wires[side].pop(move % len(wires[side]))
            assert refusal(sides[side], message[:-1] + bytes([message[-1] ^ 1])) == "bad_mac"
            assert sides[side].decrypt(message) == content
            assert refusal(sides[side], message) == "duplicate_message"
            sides[side] = DoubleRatchet.read(suite, seeded(number), sides[side].octets())


@pytest.mark.parametrize("is_next", [True, False])
def test_an_octet_changed_at_any_place_is_refused_and_changes_nothing(
    suite: RatchetSuite, is_next: bool
) -> None:
    ann, bob = pair(suite)
    if is_next:
        bob.decrypt(ann.encrypt(b"first"))
    message = ann.encrypt(b"content")
    codes = {
        refusal(bob, message[:at] + bytes([message[at] ^ 1 << at % 8]) + message[at + 1 :])
        for at in range(len(message))
    }
    assert "bad_mac" in codes
    assert bob.decrypt(message) == b"content"


def test_the_counter_of_the_chain_before_keeps_its_keys(suite: RatchetSuite) -> None:
    ann, bob = pair(suite)
    bob.decrypt(ann.encrypt(b"0"))
    late = [ann.encrypt(b"late %d" % number) for number in range(3)]
    ann.decrypt(bob.encrypt(b"turn"))
    assert bob.decrypt(ann.encrypt(b"new chain")) == b"new chain"
    assert len(bob.state.skipped) == 3
    assert [bob.decrypt(each) for each in reversed(late)] == [b"late 2", b"late 1", b"late 0"]
    assert len(bob.state.skipped) == 0


def test_keys_of_missing_messages_are_bounded_for_a_chain_and_in_all(suite: RatchetSuite) -> None:
    limits = Limits(jump=6, per_chain=4, in_all=6)
    ann, bob = pair(suite, limits)
    first = [ann.encrypt(b"%d" % number) for number in range(8)]
    assert refusal(bob, first[7]) == "too_far_ahead"
    assert bob.decrypt(first[6]) == b"6"
    assert len(bob.state.skipped) == 4
    assert refusal(bob, first[1]) == "duplicate_message"
    ann.decrypt(bob.encrypt(b"turn"))
    second = [ann.encrypt(b"%d" % number) for number in range(5)]
    assert bob.decrypt(second[4]) == b"4"
    assert len(bob.state.skipped) == 6
    assert refusal(bob, first[2]) == "duplicate_message"
    assert bob.decrypt(second[3]) == b"3"
    assert bob.decrypt(first[5]) == b"5"


def test_only_the_side_that_has_the_peer_s_key_can_write(suite: RatchetSuite) -> None:
    _, bob = pair(suite)
    with pytest.raises(SessionRefused) as refused:
        bob.encrypt(b"too early")
    assert refused.value.code == "no_chain"


def test_keys_of_small_order_other_types_and_versions_have_codes_of_their_own(suite: RatchetSuite) -> None:
    ann, bob = pair(suite)
    message = ann.encrypt(b"first")
    assert message[3:36] == ann.state.own_public
    assert refusal(bob, message[:4] + bytes(32) + message[36:]) == "small_order"
    assert refusal(bob, message[:3] + b"\6" + message[4:]) == "wrong_key_type"
    assert refusal(bob, b"\x44" + message[1:]) == "wrong_version"
    assert refusal(bob, b"\x23" + message[1:]) == "bad_version"


def test_a_number_beyond_the_limit_costs_nothing(suite: RatchetSuite) -> None:
    ann, bob = pair(suite)
    bob.decrypt(ann.encrypt(b"first"))
    ann.state.sender_number = 0xFFFFFFFE
    assert refusal(bob, ann.encrypt(b"far")) == "too_far_ahead"
    with pytest.raises(SessionRefused) as refused:
        ann.encrypt(b"one more")
    assert refused.value.code == "chain_exhausted"


def test_a_message_returned_to_its_sender_is_refused(suite: RatchetSuite) -> None:
    ann, bob = pair(suite)
    message = ann.encrypt(b"first")
    assert refusal(ann, message) == "bad_mac"
    bob.decrypt(message)
    assert refusal(bob, bob.encrypt(b"answer")) == "bad_mac"


@given(st.data())
@settings(max_examples=60)
def test_a_stored_state_has_one_form(suite: RatchetSuite, data: st.DataObject) -> None:
    ann, bob = pair(suite)
    messages = [ann.encrypt(b"%d" % number) for number in range(3)]
    bob.decrypt(messages[2])
    octets = bytearray(bob.octets())
    change = data.draw(st.sampled_from(["cut", "more", "octet"]))
    if change == "cut":
        del octets[data.draw(st.integers(0, len(octets) - 1)) :]
    elif change == "more":
        octets += b"\0"
    else:
        octets[data.draw(st.integers(0, len(octets) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        read = DoubleRatchet.read(suite, seeded(2), bytes(octets))
    except SessionRefused as refused:
        assert refused.code == "bad_state"
    else:
        assert change == "octet" and read.octets() == bytes(octets)


def test_no_secret_is_shown(suite: RatchetSuite) -> None:
    ann, _ = pair(suite)
    shown = repr(ann.state)
    assert "sender_number" in shown
    for secret in (ann.state.root_key, ann.state.own_private, ann.state.sender_key):
        assert repr(secret) not in shown
