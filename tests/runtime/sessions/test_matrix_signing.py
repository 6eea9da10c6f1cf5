"""What Matrix signs and encrypts outside of sessions: refusals, redaction, attachments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.matrix.attachments import Attachments
from art7.runtime.sessions.matrix.redaction import redacted
from art7.runtime.sessions.matrix.signing import Signing, octets_of, unpadded
from art7.runtime.sessions.refusals import SessionRefused
from session_faces import FACES, seeded, session_face

PLACE = ("domain", "ed25519:1")
KEY = bytes(range(32))

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with session_face(request.param, "matrix.crypto", "ietf.mimi_keys", "ietf.stun_keys") as made:
        yield made


def public(face: Face) -> bytes:
    key: bytes = face.schedule("matrix.crypto.SigningKey")(private_key=KEY).public_key
    return key


@given(value=st.dictionaries(st.text(max_size=6), json_values, max_size=4))
@settings(max_examples=30)
def test_any_object(face: Face, value: dict[str, Any]) -> None:
    signing, before = Signing(face), dict(value)
    value.pop("signatures", None)
    before = dict(value)
    signed = signing.sign(value, *PLACE, KEY)
    assert value == before
    twice = signing.sign(signed, "other", "ed25519:2", KEY)
    signing.verify(twice, *PLACE, public(face))
    signing.verify(twice | {"unsigned": {"age": 1}}, "other", "ed25519:2", public(face))
    with pytest.raises(SessionRefused, match="bad_signature"):
        signing.verify(signed | {"z" * 9: 1}, *PLACE, public(face))


def test_what_is_refused(face: Face) -> None:
    signing = Signing(face)
    signed = signing.sign({"a": 1}, *PLACE, KEY)
    wrong = [
        ({"a": 1}, "missing_signature"),
        ({"a": 1, "signatures": []}, "wrong_kind"),
        ({"a": 1, "signatures": {"domain": {"ed25519:1": "?"}}}, "bad_base64"),
        ({"a": 1, "signatures": {"domain": {"ed25519:1": 7}}}, "bad_base64"),
        ({"a": 1, "signatures": {"domain": {"ed25519:1": "AAAA"}}}, "bad_signature"),
    ]
    for value, code in wrong:
        with pytest.raises(SessionRefused) as refused:
            signing.verify(value, *PLACE, public(face))
        assert refused.value.code == code
    signature = octets_of(signed["signatures"]["domain"]["ed25519:1"])
    for at in range(len(signature)):
        changed = unpadded(signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :])
        with pytest.raises(SessionRefused, match="bad_signature"):
            signing.verify({"a": 1, "signatures": {"domain": {"ed25519:1": changed}}}, *PLACE, public(face))
    for value in ({"a": 1.5}, {"a": 2**60}):
        with pytest.raises(SessionRefused):
            signing.sign(value, *PLACE, KEY)
    with pytest.raises(SessionRefused, match="unknown_room_version"):
        redacted({}, "99")


def test_redaction_by_room_version() -> None:
    create = {
        "type": "m.room.create",
        "content": {"creator": "@a:b", "room_version": "x"},
        "origin": "b",
        "x": 1,
    }
    kept = {"type": "m.room.create", "content": {"creator": "@a:b"}, "origin": "b"}
    assert redacted(create, "1") == redacted(create, "10") == kept
    assert redacted(create, "11") == {"type": "m.room.create", "content": create["content"]}
    member = {
        "type": "m.room.member",
        "content": {
            "membership": "join",
            "displayname": "a",
            "join_authorised_via_users_server": "@a:b",
            "third_party_invite": {"signed": {}, "display_name": "b"},
        },
    }
    left = [set(redacted(member, version)["content"]) for version in ("8", "9", "11")]
    assert left == [
        {"membership"},
        {"membership", "join_authorised_via_users_server"},
        {"membership", "join_authorised_via_users_server", "third_party_invite"},
    ]
    assert redacted(member, "11")["content"]["third_party_invite"] == {"signed": {}}
    message = {"type": "m.room.message", "content": {"body": "a"}, "redacts": "$x"}
    assert redacted(message, "10") == {"type": "m.room.message", "content": {}}


def test_events_are_named_by_what_is_left(face: Face) -> None:
    signing = Signing(face)
    event = {"type": "m.room.message", "content": {"body": "a"}, "depth": 1}
    signed = signing.sign_event(event, "10", *PLACE, KEY)
    name = signing.reference_hash(signed, "10")
    assert len(name) == 32
    assert signing.reference_hash(signed | {"unsigned": {"age": 3}, "signatures": {}}, "10") == name
    assert signing.reference_hash(signed | {"depth": 2}, "10") != name
    changed = signed | {"content": {"body": "b"}}
    assert signing.reference_hash(changed, "10") == name
    assert not signing.verify_event(changed, "10", *PLACE, public(face))


@given(content=st.binary(max_size=100), place=st.integers(0, 99))
@settings(max_examples=30)
def test_attachments(face: Face, content: bytes, place: int) -> None:
    attachments = Attachments(face)
    sealed, file = attachments.seal(content, seeded(place))
    assert attachments.open(sealed, file) == content
    assert octets_of(file["iv"])[8:] == bytes(8)
    changed = bytearray(sealed + b"\0")
    changed[place % len(changed)] ^= 1
    with pytest.raises(SessionRefused, match="bad_hash"):
        attachments.open(bytes(changed), file)


def test_attachments_that_are_refused(face: Face) -> None:
    attachments = Attachments(face)
    sealed, file = attachments.seal(b"picture", seeded(1))
    key = file["key"]
    wrong = [
        (file | {"v": "v1"}, "unknown_version"),
        (file | {"key": key | {"alg": "A128CTR"}}, "bad_key"),
        (file | {"key": "k"}, "bad_key"),
        (file | {"key": key | {"k": "AAAA"}}, "too_short"),
        (file | {"key": key | {"k": None}}, "bad_base64"),
        (file | {"iv": "AAAA"}, "too_short"),
        (file | {"iv": "???"}, "bad_base64"),
        (file | {"hashes": {"sha512": ""}}, "missing_hash"),
        (file | {"hashes": {"sha256": "AAAA"}}, "bad_hash"),
    ]
    for each, code in wrong:
        with pytest.raises(SessionRefused) as refused:
            attachments.open(sealed, each)
        assert refused.value.code == code
    one, two = (attachments.seal(b"x", seeded(number))[0] for number in (1, 2))
    assert one != two


def test_franks(face: Face) -> None:
    salt, hub, given_ = bytes(16), bytes(32), {"sender": b"mimi://a/u/b", "room": b"mimi://a/r/c"}
    tag = face.schedule("ietf.mimi_keys.FrankingTag")(message=b"text", salt=salt).tag
    made = face.schedule("ietf.mimi_keys.ServerFrank")(accepted=7, hub_key=hub, tag=tag, **given_)
    check = face.schedule("ietf.mimi_keys.CheckFrank")
    told = {"hub_key": hub, "salt": salt, "frank": made.frank, "accepted": 7, **given_}
    assert check(message=b"text", **told).tag == tag
    changes = [
        {"accepted": 8},
        {"sender": b"mimi://a/u/c"},
        {"frank": bytes(32)},
        {"salt": bytes(15) + b"\1"},
    ]
    for change in [{"message": b"test"}, *changes]:
        with pytest.raises(face.failures) as refused:
            check(**{"message": b"text", **told, **change})
        assert refused.value.code == "not_franked"
    signed = face.schedule("ietf.mimi_keys.FrankSigned")(
        cipher_suite=1, frank=made.frank, context=made.context
    )
    assert signed.signed.endswith(made.frank + b"\0\1" + made.context)


def test_credentials_of_stun(face: Face) -> None:
    long = face.schedule("ietf.stun_keys.LongTermKey")
    key = long(algorithm=1, username=b"user", realm=b"realm", password=b"pass").key
    assert key.hex() == "8493fbc53ba582fb4c044c456bdc40eb"
    cookie = face.schedule("ietf.stun_keys.NonceCookie")(features=3).cookie
    assert face.schedule("ietf.stun_keys.NonceFeatures")(nonce=cookie + b"more").features == b"\0\0\3"
