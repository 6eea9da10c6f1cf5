"""Sessions of the Signal protocol: one-time keys once, answers, both at once, restarts, clones, small-order keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.signal.bundle import Bundle, bundles
from art7.runtime.sessions.signal.pre_keys import PreKeys
from art7.runtime.sessions.signal.session import ARCHIVE, SignalMessage, SignalSession, SignalSuite
from art7.runtime.sessions.store import MemoryStore
from peers import flipped
from session_faces import FACES, seeded, session_face
from signal_parties import MODULES, Party, bundle_of

SESSION = "signal/session/peer"


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with session_face(request.param, *MODULES) as made:
        yield made


def party(face: Face, seed: int, version: int) -> tuple[Party, Bundle]:
    made = Party(face, seeded(seed))
    return made, bundle_of(made.make_keys(seed, version))


def refusal(side: Party, message: SignalMessage) -> str:
    """Return the code of a refusal, which must change nothing in the store."""
    before = side.store.changes
    with pytest.raises(SessionRefused) as refused:
        side.session.decrypt(message)
    assert side.store.changes == before
    return refused.value.code


@pytest.mark.parametrize("version", [3, 4])
def test_first_messages_are_repeated_until_an_answer(face: Face, version: int) -> None:
    ann, (bob, bundle) = party(face, 1, version)[0], party(face, 2, version)
    ann.session.begin(bundle)
    first = [ann.session.encrypt(b"%d" % number) for number in range(3)]
    assert all(each.is_pre_key and each.octets[0] == version * 17 for each in first)
    assert [bob.session.decrypt(each) for each in reversed(first)] == [b"2", b"1", b"0"]
    assert bob.session.peer_registration_id == 1
    answer = bob.session.encrypt(b"answer")
    assert not answer.is_pre_key
    assert ann.session.decrypt(answer) == b"answer"
    assert ann.session.peer_registration_id == 2
    assert not ann.session.encrypt(b"more").is_pre_key
    assert refusal(bob, first[0]) == "duplicate_message"
    assert refusal(ann, answer) == "duplicate_message"


def test_a_one_time_pre_key_serves_once(face: Face) -> None:
    bob, bundle = party(face, 2, 4)
    one, other = party(face, 1, 4)[0], party(face, 3, 4)[0]
    for each in (one, other):
        each.session.begin(bundle)
    assert bob.session.decrypt(one.session.encrypt(b"one")) == b"one"
    second = SignalSession(bob.suite, bob.keys, "second")
    with pytest.raises(SessionRefused) as refused:
        second.decrypt(other.session.encrypt(b"other"))
    assert refused.value.code == "used_pre_key"
    later = bob.keys.bundle(1, 22, None, 77)
    other.session.begin(later)
    assert second.decrypt(other.session.encrypt(b"without")) == b"without"


def test_numbers_of_no_key_are_refused(face: Face) -> None:
    ann, (bob, bundle) = party(face, 1, 4)[0], party(face, 2, 4)
    for wrong in (
        replace(bundle, signed_pre_key_id=5),
        replace(bundle, pre_key_id=5),
        replace(bundle, kyber_pre_key_id=5),
    ):
        ann.session.begin(wrong)
        assert refusal(bob, ann.session.encrypt(b"lost")) == "unknown_pre_key"
    ann.session.begin(bundle)
    assert bob.session.decrypt(ann.session.encrypt(b"found")) == b"found"


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize(
    ("member", "code"),
    [
        ("identity_key", "bad_signature"),
        ("signed_pre_key", "bad_signature"),
        ("signed_pre_key_signature", "bad_signature"),
        ("kyber_pre_key", "bad_signature"),
        ("kyber_pre_key_signature", "bad_signature"),
    ],
)
def test_a_bundle_that_was_changed_is_refused(face: Face, version: int, member: str, code: str) -> None:
    ann, (_, bundle) = party(face, 1, version)[0], party(face, 2, version)
    value = getattr(bundle, member)
    if not value:
        return
    with pytest.raises(SessionRefused) as refused:
        ann.session.begin(replace(bundle, **{member: flipped(value, 9)}))
    assert refused.value.code == code
    assert ann.keys.store.read(SESSION) == (None, 0)


def test_keys_of_small_order_are_refused_in_either_role(face: Face) -> None:
    ann, (bob, bundle) = party(face, 1, 3)[0], party(face, 2, 3)
    low = b"\5" + bytes(32)
    for wrong in (
        replace(bundle, pre_key=low),
        replace(bundle, signed_pre_key=low, signed_pre_key_signature=bob.keys.signature(low)),
    ):
        with pytest.raises(SessionRefused) as refused:
            ann.session.begin(wrong)
        assert refused.value.code == "small_order"
    ann.session.begin(bundle)
    message = ann.session.encrypt(b"hello").octets
    body = ann.suite.message.decode(message).body
    for key in (body.base_key, body.identity_key):
        assert refusal(bob, SignalMessage(True, message.replace(key, low))) == "small_order"
        assert refusal(bob, SignalMessage(True, message.replace(key, b"\6" + key[1:]))) == "wrong_key_type"


def test_versions_are_kept_apart(face: Face) -> None:
    ann, (bob, bundle) = party(face, 1, 3)[0], party(face, 2, 3)
    strict = SignalSession(ann.suite, ann.keys, "strict", least_version=4)
    with pytest.raises(SessionRefused) as refused:
        strict.begin(bundle)
    assert refused.value.code == "wrong_version"
    ann.session.begin(bundle)
    message = ann.session.encrypt(b"hello")
    bob_strict = SignalSession(bob.suite, bob.keys, "strict", least_version=4)
    with pytest.raises(SessionRefused) as refused:
        bob_strict.decrypt(message)
    assert refused.value.code == "wrong_version"
    assert refusal(bob, SignalMessage(True, b"\x44" + message.octets[1:])) == "missing_key"
    assert SignalSuite(face).agreements.keys() == {3}


def test_both_begin_at_once_and_older_conversations_are_read(face: Face) -> None:
    sides = [party(face, number, 4) for number in (1, 2)]
    one, two = (side for side, _ in sides)
    one.session.begin(sides[1][1])
    two.session.begin(sides[0][1])
    early = one.session.encrypt(b"early"), one.session.encrypt(b"later")
    across = two.session.encrypt(b"across")
    assert two.session.decrypt(early[0]) == b"early"
    assert one.session.decrypt(across) == b"across"
    for number in range(4):
        assert two.session.decrypt(one.session.encrypt(b"%d" % number)) == b"%d" % number
        assert one.session.decrypt(two.session.encrypt(b"-%d" % number)) == b"-%d" % number
        one.restart()
        two.restart()
    assert two.session.decrypt(early[1]) == b"later"
    assert refusal(two, early[0]) == "duplicate_message"
    assert one.session.decrypt(two.session.encrypt(b"last")) == b"last"


def test_the_archive_is_bounded(face: Face) -> None:
    ann, (bob, bundle) = party(face, 1, 3)[0], party(face, 2, 3)
    bundle = replace(bundle, pre_key_id=None, pre_key=b"")
    messages = []
    for number in range(ARCHIVE + 3):
        ann.session.begin(bundle)
        messages.append(ann.session.encrypt(b"%d" % number))
        assert bob.session.decrypt(messages[-1]) == b"%d" % number
    assert len(bob.session._archived) == ARCHIVE
    assert refusal(bob, messages[-1]) == "duplicate_message"
    assert refusal(bob, messages[5]) == "duplicate_message"


def test_another_identity_is_refused_until_it_is_trusted(face: Face) -> None:
    (ann, _), (bob, bundle), (eve, _) = (party(face, number, 3) for number in (1, 2, 3))
    bundle = replace(bundle, pre_key_id=None, pre_key=b"")
    ann.session.begin(bundle)
    bob.session.decrypt(ann.session.encrypt(b"ann"))
    eve.session.begin(bundle)
    message = eve.session.encrypt(b"another device")
    assert refusal(bob, message) == "untrusted_identity"
    bob.session.trust(eve.keys.identity.public)
    assert bob.session.decrypt(message) == b"another device"


def test_a_clone_of_the_state_never_writes_with_the_same_key(face: Face) -> None:
    ann, (bob, bundle) = party(face, 1, 3)[0], party(face, 2, 3)
    ann.session.begin(bundle)
    clone = SignalSession(ann.suite, ann.keys, "peer")
    first = ann.session.encrypt(b"first")
    with pytest.raises(SessionRefused) as refused:
        clone.encrypt(b"second")
    assert refused.value.code == "stale_state"
    second = clone.encrypt(b"second")
    assert [bob.session.decrypt(each) for each in (second, first)] == [b"second", b"first"]


def test_without_session_or_identity_there_is_a_reason(face: Face) -> None:
    ann = Party(face, seeded(1))
    for wrong in (lambda: ann.session.encrypt(b""), lambda: ann.session.decrypt(SignalMessage(False, b""))):
        with pytest.raises(SessionRefused) as refused:
            wrong()
        assert refused.value.code == "no_session"
    with pytest.raises(SessionRefused) as refused:
        _ = ann.keys.identity
    assert refused.value.code == "no_identity"
    ann.keys.create(1)
    with pytest.raises(SessionRefused) as refused:
        ann.keys.create(2)
    assert refused.value.code == "stale_state"
    with pytest.raises(SessionRefused) as refused:
        PreKeys(face, MemoryStore(), seeded(1)).add_kyber(1)
    assert refused.value.code == "no_kem"


@pytest.mark.parametrize("version", [3, 4])
def test_an_octet_changed_anywhere_never_crashes_and_never_changes_what_is_read(
    face: Face, version: int
) -> None:
    ann, (bob, bundle) = party(face, 1, version)[0], party(face, 2, version)
    ann.session.begin(bundle)
    message = ann.session.encrypt(b"hello").octets
    inner = ann.suite.message.decode(message).body.inner
    start = message.index(inner)
    step = 1 if version == 3 else 97
    for at in [*range(1, start, step), *range(start, start + len(inner), 5)]:
        # The first octet's lower half and what stands behind the inner message are not authenticated by the protocol.
        assert refusal(bob, SignalMessage(True, flipped(message, at)))
    assert bob.session.decrypt(SignalMessage(True, message)) == b"hello"


@given(st.data())
@settings(max_examples=40)
def test_a_stored_session_has_one_form(face: Face, data: st.DataObject) -> None:
    ann, (_, bundle) = party(face, 1, 3)[0], party(face, 2, 3)
    ann.session.begin(bundle)
    ann.session.begin(bundle)
    octets, version = ann.keys.store.read(SESSION)
    assert octets is not None
    at = data.draw(st.integers(0, len(octets) - 1))
    cut = data.draw(st.booleans())
    ann.keys.store.swap(SESSION, version, octets[:at] if cut else flipped(octets, at))
    try:
        ann.restart()
        ann.session.encrypt(b"goes on")
    except SessionRefused as refused:
        assert refused.code in ("bad_state", "no_session")


def test_a_service_s_reply_becomes_bundles(face: Face) -> None:
    reply = (
        b'{"identityKey":"BQejfLwUIJPIt1XcGxDobLQmN0rRaqhT7QvfwLK4bRx8","devices":[{"deviceId":1,"registrationId":7,'
        b'"signedPreKey":{"keyId":9,"publicKey":"BVhpr/RQVJcyy6rtXl35swptoxyw5XQrrVrUoado8aZ7","signature":'
        b'"WwowSYejkeWli9FvzcxlhXHtKgpZdI1YBybrodxGHRiqcTsosXQAo5lRUfSOw+0rRzStFsGuggum9kwQvyLiAg=="}}]}'
    )
    (bundle,) = bundles(face, reply)
    assert (bundle.device_id, bundle.registration_id, bundle.signed_pre_key_id) == (1, 7, 9)
    assert bundle.pre_key_id is None and bundle.kyber_pre_key_id is None
    ann = party(face, 1, 3)[0]
    ann.session.begin(bundle)
    assert ann.session.encrypt(b"hello").is_pre_key
    with pytest.raises(SessionRefused) as refused:
        bundles(face, reply.replace(b"WwowSY", b"WwowSZ"))
    assert refused.value.code == "bad_signature"
