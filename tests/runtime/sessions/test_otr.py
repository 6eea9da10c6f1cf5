"""A conversation of OTR between two sessions, on both executions of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from art7.runtime.sessions.face import Face, RecordFace
from art7.runtime.sessions.otr.data import MOST_PUBLISHED, published_with
from art7.runtime.sessions.otr.session import OtrPolicy
from art7.runtime.sessions.otr.state import ENCRYPTED, FINISHED, IN_THE_CLEAR
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.store import MemoryStore
from corpus import REPOSITORY
from otr_sessions import FACES, Two, face_of, long_term_key, pair, session


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with face_of(request.param) as made:
        yield made


@pytest.fixture
def two(face: Face) -> Two:
    met = pair(face)
    met.agree()
    return met


def refused_with(code: str) -> pytest.RaisesExc[SessionRefused]:
    return pytest.raises(SessionRefused, check=lambda refused: refused.code == code)


@pytest.mark.parametrize("inviting", [0, 1])
def test_both_sides_agree(face: Face, inviting: int) -> None:
    two = pair(face)
    two.agree(inviting)
    first, second = two.sides
    assert first.phase == second.phase == ENCRYPTED and first.version == 3
    assert first.session_id == second.session_id and len(first.session_id) == 8
    assert first.peer_fingerprint == second.identity.fingerprint
    assert second.peer_fingerprint == first.identity.fingerprint
    assert two.events(0) == [("encrypted", second.identity.fingerprint.hex())]


def test_keys_follow_one_another_and_old_mac_keys_are_published(face: Face, two: Two) -> None:
    keys, read = [], face.record("otr.texts.OtrText")
    message = face.record("otr.messages.OtrMessage")
    for turn in range(8):
        two.say(turn % 2, f"words {turn}")
        keys.append(message.decode(read.decode(two.log[-1][1]).data.octets, mac_key=None).body)
    assert [each.sender_key for each in keys] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert len({each.next_key for each in keys}) == 8
    assert all(each.counter == bytes(7) + b"\1" for each in keys), "every pair of keys counts on its own"
    assert [len(each.old_mac_keys) // 20 for each in keys] == [0, 0, 0, 1, 1, 1, 1, 1]
    for turn in range(3):
        two.say(0, f"more {turn}")
    body = message.decode(read.decode(two.log[-1][1]).data.octets, mac_key=None).body
    assert (body.sender_key, body.counter) == (5, bytes(7) + b"\3")


def test_published_keys_are_those_of_messages_that_were_read(face: Face, two: Two) -> None:
    """Whoever holds a published key can make the message that it verified (OTR3#revealing-mac-keys)."""
    message, text = face.record("otr.messages.OtrMessage"), face.record("otr.texts.OtrText")
    for turn in range(6):
        two.say(turn % 2, f"words {turn}")
    sent = [text.decode(each).data for _, each in two.log]
    octets = [each.octets for each in sent if each is not None]
    data = [each for each in octets if each[2] == 0x03]
    held = 0
    for published in (message.decode(each, mac_key=None).body.old_mac_keys for each in data):
        for start in range(0, len(published), 20):
            key = published[start : start + 20]
            held += sum(verifies(message, face, each, key) for each in data)
    assert held >= 3


def verifies(message: RecordFace, face: Face, octets: bytes, key: bytes) -> bool:
    try:
        message.decode(octets, mac_key=key)
    except face.failures:
        return False
    return True


def test_of_many_keys_to_publish_the_latest_are_kept() -> None:
    assert published_with(b"a" * 20, b"b" * 20) == b"a" * 20 + b"b" * 20
    many = published_with(b"a" * MOST_PUBLISHED, b"b" * 20)
    assert len(many) == MOST_PUBLISHED and many.endswith(b"a" + b"b" * 20)


def test_an_ended_conversation(two: Two) -> None:
    first, second = two.sides
    two.pump(0, first.end())
    assert (first.phase, second.phase) == (IN_THE_CLEAR, FINISHED)
    assert two.events(1)[-1] == ("ended", "")
    assert not first.session_id and not second.session_id
    with refused_with("finished"):
        second.send("words")
    with refused_with("not_encrypted"):
        second.heartbeat()
    assert second.end() == () and second.phase == IN_THE_CLEAR
    assert second.send("words") == (b"words",)
    two.agree(1)
    two.say(0, "again")


def test_both_begin_at_once(face: Face) -> None:
    two = pair(face)
    first, second = two.sides
    commits = first.receive(second.query()).replies, second.receive(first.query()).replies
    replies = [(0, each) for each in first.receive(commits[1][0]).replies]
    replies += [(1, each) for each in second.receive(commits[0][0]).replies]
    for side, text in replies:
        two.pump(side, (text,))
    assert first.session_id == second.session_id != b""
    two.say(0, "one")
    two.say(1, "two")


def test_messages_of_the_key_exchange_that_come_twice(face: Face) -> None:
    """A second copy is answered with the same message, or ignored; it never begins anything anew."""
    two = pair(face)
    waiting = [(0, two.sides[0].query())]
    seen: dict[int, set[bytes]] = {}
    while waiting:
        side, text = waiting.pop(0)
        receiver = two.sides[1 - side]
        replies = receiver.receive(text).replies
        again = receiver.receive(text).replies if text.startswith(b"?OTR:") else ()
        assert not again or again == replies
        seen.setdefault(side, set()).update((text,))
        waiting += [(1 - side, each) for each in replies]
    assert two.sides[0].session_id == two.sides[1].session_id != b""
    assert [len(seen[side]) for side in (0, 1)] == [3, 2]
    two.say(0, "words")


def test_a_refreshed_conversation_goes_on(two: Two) -> None:
    first, second = two.sides
    two.say(0, "before")
    before = first.session_id
    late = second.send("sent before, read after")
    two.agree(1)
    assert two.events(0)[-1][0] == two.events(1)[-1][0] == "refreshed"
    assert first.session_id == second.session_id != before
    with pytest.raises(SessionRefused):
        first.receive(late[0])
    two.say(1, "after")
    two.say(0, "and after")


def test_words_in_the_clear(face: Face, two: Two) -> None:
    received = two.sides[0].receive(b"anyone can write this")
    assert (received.words, received.encrypted) == ("anyone can write this", False)
    assert [each.name for each in received.events] == ["in_the_clear"]
    assert not session(face, "carol", 5).receive(b"hello").events
    assert session(face, "carol", 5).receive(b"").words == ""
    error = two.sides[0].receive(two.sides[1].error("cannot read it"))
    assert [(each.name, each.detail) for each in error.events] == [("error", "cannot read it")]


def test_an_invitation_in_white_space(face: Face) -> None:
    offering = OtrPolicy(offer_by_white_space=True, begin_on_white_space=True)
    two = pair(face, offering)
    two.pump(0, two.sides[0].send("Hi."))
    assert two.said[1][0].words == "Hi."
    assert two.sides[0].phase == ENCRYPTED
    two.say(1, "in private")
    patient = session(face, "carol", 6)
    assert patient.receive(two.log[0][1]).words == "Hi." and patient.phase == IN_THE_CLEAR


def test_errors_may_begin_an_exchange(face: Face) -> None:
    eager = session(face, "carol", 7, OtrPolicy(begin_on_error=True))
    assert eager.receive(b"?OTR Error: cannot read it").replies == (b"?OTRv3?",)


def test_heartbeats_and_the_extra_key(two: Two) -> None:
    two.pump(0, two.sides[0].heartbeat())
    assert (two.said[1][-1].words, two.said[1][-1].encrypted) == (None, True)
    texts, key = two.sides[0].use_extra_key(1, b"file.txt")
    two.pump(0, texts)
    event = two.said[1][-1].events[-1]
    assert (event.name, event.octets) == ("extra_key", key)
    assert event.detail == f"1 {b'file.txt'.hex()}" and key.hex() not in repr(event)


@pytest.mark.parametrize("size", [60, 200, 1000])
def test_pieces(face: Face, size: int) -> None:
    two = pair(face, OtrPolicy(piece_size=size))
    two.agree()
    two.pump(0, two.sides[0].send("words, " * 50))
    assert two.said[1][-1].words == "words, " * 50
    assert max(len(text) for _, text in two.log) <= size


def test_version_2_only_where_it_is_allowed(face: Face) -> None:
    two = pair(face, OtrPolicy(versions=(2,)))
    two.agree()
    assert two.sides[0].version == 2
    two.say(0, "words")
    with refused_with("unsupported_version"):
        two.sides[0].use_extra_key(1)
    with refused_with("no_common_version"):
        session(face, "carol", 8).receive(two.sides[0].query())
    both = OtrPolicy(versions=(2, 3))
    mixed = Two(session(face, "alice", 1, both), session(face, "bob", 2, both))
    mixed.agree()
    assert mixed.sides[0].version == 3, "the higher one"


def test_a_stored_session_goes_on_and_a_second_copy_is_refused(face: Face) -> None:
    store = MemoryStore()
    two = Two(session(face, "alice", 1, store=store), session(face, "bob", 2))
    two.agree()
    two.say(1, "words")
    copy = session(face, "alice", 3, store=store)
    assert copy.session_id == two.sides[0].session_id
    two.say(0, "the first one writes")
    with refused_with("stale_state"):
        copy.send("and the copy may not")
    again = Two(session(face, "alice", 4, store=store), two.sides[1])
    again.say(0, "read again")
    again.say(1, "and answered")


def test_keys_that_are_gone_are_nowhere(two: Two) -> None:
    for turn in range(6):
        two.say(turn % 2, "words")
    kept = two.sides[0]._reading.data._kept
    ring = two.sides[0]._state.ring
    assert 0 < len(kept) <= 4
    assert {private for private, _ in kept} <= {ring.own_private, ring.own_previous}
    two.sides[0].end()
    assert not two.sides[0]._reading.data._kept


def test_no_secret_is_shown(two: Two) -> None:
    state = two.sides[0]._state
    shown = repr(state) + repr(two.sides[0].identity)
    for secret in (state.ring.own_private, state.ring.own_previous, state.ring.session_id):
        assert secret and repr(secret) not in shown
    assert repr(two.sides[0].identity.x) not in shown


def test_the_page_shows_what_works(face: Face) -> None:
    page = (REPOSITORY / "site" / "docs" / "sessions.md").read_text(encoding="utf-8")
    example = page.partition("## Off-the-record messaging")[2].partition("```python\n")[2].partition("```")[0]
    given = {"face": face, "store": MemoryStore()}
    names: dict[str, Any] = given | {f"{name}_key": long_term_key(name) for name in ("alice", "bob")}
    exec(compile(example, "sessions.md", "exec"), names)
    assert (names["alice"].phase, names["bob"].phase) == (FINISHED, IN_THE_CLEAR)
