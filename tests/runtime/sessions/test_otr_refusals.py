"""What a session of OTR refuses, each with its own code, and that it is then as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.otr.session import OtrPolicy, OtrSession
from art7.runtime.sessions.otr.state import FINISHED, Pieces
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.store import MemoryStore
from otr_sessions import (
    FACES,
    Two,
    face_of,
    long_term_key,
    octets_of,
    pair,
    refusal,
    refused,
    session,
    text_of,
)
from peers import flipped
from session_faces import seeded

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with face_of(request.param) as made:
        yield made


@pytest.fixture
def two(face: Face) -> Two:
    met = pair(face)
    met.agree()
    return met


def test_messages_again_and_out_of_order(two: Two) -> None:
    first, second = two.sides
    one, other, third = (first.send(words)[0] for words in ("one", "two", "three"))
    assert second.receive(other).words == "two"
    for late in (one, other):
        assert refusal(second, late) == "replayed"
    assert second.receive(third).words == "three"
    for turn in range(4):
        two.say(turn % 2, "keys move on")
    assert refusal(second, third) == "unknown_key_id"


def test_messages_without_a_conversation(face: Face, two: Two) -> None:
    first, second = two.sides
    (text,) = first.send("words")
    carol = session(face, "carol", 9, OtrPolicy(require_encryption=True))
    assert refusal(carol, text) == "unsupported_version"
    assert refused(lambda: carol.send("words"), carol) == "not_encrypted"
    assert refused(lambda: carol.prove(b"milk"), carol) == "not_encrypted"
    two.pump(0, first.end())
    assert second.phase == FINISHED
    assert refusal(second, text) == "not_encrypted"
    assert refused(lambda: second.send("words"), second) == "finished"


def test_another_client(face: Face, two: Two) -> None:
    first, second = two.sides
    octets = octets_of(first.send("words")[0])
    for place in (6, 10):
        wrong = text_of(flipped(octets, place))
        assert refusal(second, wrong) == "other_instance"
    small = text_of(octets[:3] + bytes(4) + octets[7:])
    assert refusal(second, small) == "bad_instance"
    other = session(face, "carol", 9).receive(second.query()).replies[0]
    assert refusal(second, other) == "other_instance"


def test_a_message_that_nobody_awaits_is_ignored(face: Face, two: Two) -> None:
    keys = [text for _, text in two.log if text.startswith(b"?OTR:")]
    carol = session(face, "carol", 9)
    carol.receive(b"?OTRv3?")
    before = carol._state
    stray = octets_of(keys[2])
    text = text_of(stray[:7] + before.own_tag.to_bytes(4, "big") + stray[11:])
    assert [each.name for each in carol.receive(text).events] == ["ignored"]
    assert carol._state is before, "not even its sender is remembered"


def test_our_own_key_sent_back(face: Face) -> None:
    carol = session(face, "carol", 9)
    (commit,) = carol.receive(b"?OTRv3?").replies
    octets = octets_of(commit)
    tag = carol._state.own_tag.to_bytes(4, "big")
    public = carol._state.exchange.public_key
    number = len(public).to_bytes(4, "big") + public
    key = text_of(octets[:2] + b"\x0a" + b"\0\0\2\0" + tag + number)
    assert refusal(carol, key) == "own_key"


def test_keys_outside_the_group(face: Face) -> None:
    carol = session(face, "carol", 9)
    carol.receive(b"?OTRv3?")
    head = b"\0\3\x0a\0\0\2\0" + carol._state.own_tag.to_bytes(4, "big")
    for number in (b"", b"\1", b"\xff" * 192):
        key = text_of(head + len(number).to_bytes(4, "big") + number)
        assert refusal(carol, key) == "outside_group"


def test_every_changed_octet_of_the_key_exchange_is_refused_or_leads_to_nothing(face: Face) -> None:
    """Sampled places: whatever is changed, the two never have different keys that they trust."""
    for which in range(4):
        for place in (14, 20, 45, -30, -1):
            two = pair(face)
            waiting, number = [(0, two.sides[0].query())], -2
            while waiting:
                side, text = waiting.pop(0)
                number += 1
                if number == which:
                    text = text_of(flipped(octets_of(text), place))
                try:
                    waiting += [(1 - side, each) for each in two.sides[1 - side].receive(text).replies]
                except SessionRefused as caught:
                    assert caught.code
            first, second = (each.session_id for each in two.sides)
            assert not (first and second and first != second)
            assert number < which or not (first and second), (which, place)


def test_requests_that_cannot_be_met(face: Face, two: Two) -> None:
    first, _ = two.sides
    assert refused(lambda: first.send("a zero octet \0 ends words"), first) == "bad_text_end"
    tiny = session(face, "carol", 9, OtrPolicy(piece_size=30))
    assert refusal(tiny, b"?OTRv3?") == "piece_too_small"
    assert refusal(tiny, b"?OTR?") == "no_common_version"
    assert refused(lambda: tiny.send("?OTRv3? is no word"), tiny) == "not_words"
    assert refusal(tiny, b"?OTR:AAA") == "bad_coding"
    assert refusal(tiny, b"\xff")
    key = long_term_key("carol")
    other = key[:-1] + bytes((key[-1] ^ 1,))
    assert refused(lambda: OtrSession(face, other, seeded(1), MemoryStore(), "carol")) == "wrong_key"


def test_pieces_that_do_not_fit_together(face: Face) -> None:
    carol = session(face, "carol", 9)
    tag = f"{carol._state.own_tag:x}"

    def piece(number: int, count: int, text: str, receiver: str = tag) -> bytes:
        return f"?OTR|200|{receiver},{number},{count},{text},".encode()

    def lost(text: bytes) -> bool:
        return [each.name for each in carol.receive(text).events] == ["pieces_lost"]

    assert not lost(piece(1, 3, "?OT"))
    assert lost(piece(3, 3, "?")), "the second one is missing"
    assert carol._state.pieces == Pieces()
    assert not lost(piece(1, 3, "?OT"))
    assert lost(piece(2, 4, "Rv")), "another count"
    assert not lost(piece(1, 3, "?OT")) and lost(piece(1, 3, "?OT")), "begun anew"
    assert refusal(carol, piece(1, 3, "a", "201")) == "other_instance"
    assert refusal(carol, b"?OTR|200|0,4,3,a,") == "bad_fragment"
    carol.receive(piece(1, 2, "?OTR Err"))
    (event,) = carol.receive(piece(2, 2, "or: unread")).events
    assert (event.name, event.detail) == ("error", " unread")


def test_a_peer_is_told_of_words_that_were_missed_and_of_nothing_else(face: Face, two: Two) -> None:
    first, second = two.sides
    (words,), (beat,) = first.send("words"), first.heartbeat()
    stranger = session(face, "carol", 9)
    assert refusal(stranger, words) and refusal(stranger, beat)
    (told,) = stranger.complaint(words, "I cannot read it")
    assert [(each.name, each.detail) for each in first.receive(told).events] == [
        ("error", "I cannot read it")
    ]
    for text in (beat, text_of(octets_of(words)[:-9]), b"?OTRv9?", b"?OTR:AAA", b"\xff"):
        assert stranger.complaint(text, "I cannot read it") == ()
    assert second.phase == first.phase
