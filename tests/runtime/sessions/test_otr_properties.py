"""Whatever comes, a session of OTR reads it or refuses it, and is then as it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.otr.session import OtrPolicy, OtrSession
from art7.runtime.sessions.otr.state import OtrState, StateForm
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.store import MemoryStore
from otr_sessions import FACES, face_of, octets_of, pair, refusal, session, text_of

FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PUBLISHED = 4 + 20
"""Octets at the end of the prepared message that nobody authenticates: a MAC key, which is published."""


class Prepared:
    """A sealed message, and the states of both sessions before it is read."""

    def __init__(self, face: Face) -> None:
        self.face = face
        two = pair(face)
        two.agree()
        for turn in range(4):
            two.say(turn % 2, "words")
        form = StateForm(face)
        self.octets = octets_of(two.sides[0].send("what is said")[0])
        self.stored = tuple(form.write(each._state) for each in two.sides)

    def session(self, side: int, policy: OtrPolicy | None = None) -> OtrSession:
        name, store = ("alice", "bob")[side], MemoryStore()
        store.swap(name, 0, self.stored[side])
        return session(self.face, name, 3 + side, policy, store)


@pytest.fixture(scope="module", params=FACES)
def prepared(request: pytest.FixtureRequest) -> Iterator[Prepared]:
    with face_of(request.param) as face:
        yield Prepared(face)


@FEW
@given(data=st.data())
def test_a_changed_message_is_refused_and_changes_nothing(prepared: Prepared, data: Any) -> None:
    bob, octets = prepared.session(1), prepared.octets
    place = data.draw(st.integers(0, len(octets) - 1 - PUBLISHED))
    bit = data.draw(st.integers(0, 7))
    harmed = octets[:place] + bytes((octets[place] ^ 1 << bit,)) + octets[place + 1 :]
    assert refusal(bob, text_of(harmed))
    assert refusal(bob, text_of(octets[: data.draw(st.integers(0, len(octets) - 1))]))
    assert bob.receive(text_of(octets)).words == "what is said"


@FEW
@given(st.binary(max_size=300))
def test_any_octets_are_read_or_refused(prepared: Prepared, octets: bytes) -> None:
    bob = prepared.session(1)
    for text in (octets, text_of(octets), b"?OTR|" + octets, text_of(prepared.octets[:11] + octets)):
        try:
            bob.receive(text)
        except SessionRefused as caught:
            assert caught.code


@FEW
@given(data=st.data())
def test_stored_octets_are_a_state_or_refused(prepared: Prepared, data: Any) -> None:
    form, octets = StateForm(prepared.face), prepared.stored[0]
    state = form.read(octets)
    assert isinstance(state, OtrState) and form.write(state) == octets
    place = data.draw(st.integers(0, len(octets) - 1))
    for harmed in (octets[:place], octets + b"\0", octets[:place] + b"\xff" + octets[place + 1 :]):
        try:
            assert form.write(form.read(harmed)) == harmed
        except SessionRefused as caught:
            assert caught.code == "bad_state"


FATES = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(["read", "lost", "twice", "late"])), max_size=12
)


@settings(FEW, max_examples=10)
@given(FATES)
def test_lost_doubled_and_late_messages(prepared: Prepared, turns: list[tuple[int, str]]) -> None:
    """What comes in order is read, whatever was lost before; what comes again or late is refused; nobody gets stuck."""
    sides = (prepared.session(0), prepared.session(1))
    for number, (side, fate) in enumerate(turns):
        (text,) = sides[side].send(f"words {number}")
        receiver = sides[1 - side]
        if fate == "late":
            assert receiver.receive(sides[side].send("sooner")[0]).words == "sooner"
        elif fate != "lost":
            assert receiver.receive(text).words == f"words {number}"
        if fate in ("late", "twice"):
            assert refusal(receiver, text) in ("replayed", "unknown_key_id")
    for side in (0, 1):
        assert sides[1 - side].receive(sides[side].send("still here")[0]).words == "still here"


@FEW
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=400), st.integers(50, 600))
def test_words_of_any_kind_arrive_in_pieces(prepared: Prepared, words: str, size: int) -> None:
    alice, bob = prepared.session(0, OtrPolicy(piece_size=size)), prepared.session(1)
    texts = alice.send(words)
    assert max(map(len, texts)) <= size
    received = [bob.receive(each) for each in texts]
    assert (received[-1].words or "") == words
    assert not any(each.encrypted for each in received[:-1])
