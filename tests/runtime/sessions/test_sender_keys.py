"""Sender keys: signature first, any order, nothing twice, bounded, never turned back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.ratchet.suite import Limits
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.signal.sender_keys import CHAINS, GroupReceiver, GroupSender, GroupSuite
from art7.runtime.sessions.store import MemoryStore
from peers import flipped
from session_faces import FACES, CountingStore, seeded, session_face

GROUP = b"g" * 16


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with session_face(request.param, "signal.groups") as made:
        yield made


@pytest.fixture(scope="module")
def suite(face: Face) -> GroupSuite:
    return GroupSuite(face)


class Member(GroupReceiver):
    """A receiver whose store counts."""

    def __init__(self, suite: GroupSuite, limits: Limits | None = None) -> None:
        self.store = CountingStore()
        super().__init__(suite, self.store, "ann", limits=limits)


def pair(suite: GroupSuite, limits: Limits | None = None) -> tuple[GroupSender, Member]:
    sender = GroupSender(suite, MemoryStore(), seeded(1), GROUP)
    receiver = Member(suite, limits)
    assert receiver.take(sender.distribution()) == GROUP
    return sender, receiver


def refusal(receiver: Member, message: bytes) -> str:
    before = receiver.store.changes
    with pytest.raises(SessionRefused) as refused:
        receiver.decrypt(message)
    assert receiver.store.changes == before
    return refused.value.code


@given(st.permutations(range(6)), st.integers(0, 5))
@settings(max_examples=8)
def test_messages_arrive_in_any_order_and_once(suite: GroupSuite, order: list[int], lost: int) -> None:
    sender, receiver = pair(suite)
    messages = [sender.encrypt(b"%d" % number) for number in range(6)]
    for number in order:
        if number != lost:
            assert receiver.decrypt(messages[number]) == b"%d" % number
            assert refusal(receiver, messages[number]) == "duplicate_message"


def test_an_octet_changed_anywhere_is_refused(suite: GroupSuite) -> None:
    sender, receiver = pair(suite)
    message = sender.encrypt(b"hello")
    codes = {refusal(receiver, flipped(message, at)) for at in range(0, len(message), 3)}
    assert {"bad_signature", "unknown_chain"} <= codes
    assert receiver.decrypt(message) == b"hello"


def test_missing_messages_are_bounded(suite: GroupSuite) -> None:
    sender, receiver = pair(suite, Limits(jump=5, per_chain=3, in_all=4))
    messages = [sender.encrypt(b"%d" % number) for number in range(8)]
    assert refusal(receiver, messages[6]) == "too_far_ahead"
    assert receiver.decrypt(messages[5]) == b"5"
    assert refusal(receiver, messages[1]) == "duplicate_message"
    assert receiver.decrypt(messages[2]) == b"2"


def test_a_distribution_told_again_turns_nothing_back(suite: GroupSuite) -> None:
    sender, receiver = pair(suite)
    first = sender.distribution()
    message = sender.encrypt(b"once")
    assert receiver.decrypt(message) == b"once"
    receiver.take(first)
    assert refusal(receiver, message) == "duplicate_message"


def test_a_new_chain_leaves_older_ones_readable_for_a_while(suite: GroupSuite) -> None:
    sender, receiver = pair(suite)
    messages = [sender.encrypt(b"0")]
    for number in range(1, CHAINS + 1):
        sender.renew()
        receiver.take(sender.distribution())
        messages.append(sender.encrypt(b"%d" % number))
    assert refusal(receiver, messages[0]) == "unknown_chain"
    for number in range(1, CHAINS + 1):
        assert receiver.decrypt(messages[number]) == b"%d" % number


def test_who_was_told_late_reads_from_there_on(suite: GroupSuite) -> None:
    sender, _ = pair(suite)
    before = sender.encrypt(b"before")
    late = Member(suite)
    late.take(sender.distribution())
    assert refusal(late, before) == "duplicate_message"
    assert late.decrypt(sender.encrypt(b"after")) == b"after"


def test_a_sender_goes_on_after_a_restart_and_a_clone_is_refused(suite: GroupSuite) -> None:
    store = MemoryStore()
    sender = GroupSender(suite, store, seeded(1), GROUP)
    receiver = Member(suite)
    receiver.take(sender.distribution())
    clone = GroupSender(suite, store, seeded(2), GROUP)
    first = sender.encrypt(b"first")
    with pytest.raises(SessionRefused) as refused:
        clone.encrypt(b"second")
    assert refused.value.code == "stale_state"
    again = GroupSender(suite, store, seeded(3), GROUP)
    assert [receiver.decrypt(each) for each in (again.encrypt(b"second"), first)] == [b"second", b"first"]


@given(st.data())
@settings(max_examples=40)
def test_a_stored_state_has_one_form(suite: GroupSuite, data: st.DataObject) -> None:
    sender, receiver = pair(suite)
    messages = [sender.encrypt(b"%d" % number) for number in range(3)]
    receiver.decrypt(messages[2])
    name = f"signal/sender/ann/{GROUP.hex()}"
    octets, version = receiver.store.read(name)
    assert octets is not None
    at = data.draw(st.integers(0, len(octets) - 1))
    cut = data.draw(st.booleans())
    receiver.store.swap(name, version, octets[:at] if cut else flipped(octets, at))
    try:
        receiver.decrypt(messages[1])
    except SessionRefused as refused:
        assert not cut or refused.code == "bad_state"
    else:
        assert not cut
