"""Megolm on both executions: any order, numbers told once, sessions handed on, nothing changed by what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from art7.runtime.sessions.olm import megolm
from art7.runtime.sessions.olm.megolm import GroupInbound, GroupOutbound
from art7.runtime.sessions.olm.megolm_ratchet import turned
from art7.runtime.sessions.olm.suite import OlmSuite
from art7.runtime.sessions.refusals import SessionRefused
from session_faces import FACES, seeded, session_face


@pytest.fixture(scope="module", params=FACES)
def suite(request: pytest.FixtureRequest) -> Iterator[OlmSuite]:
    with session_face(request.param, "matrix.olm") as face:
        yield OlmSuite(face)


def pair(suite: OlmSuite) -> tuple[GroupOutbound, GroupInbound]:
    here = GroupOutbound.make(suite, seeded("group"))
    return here, GroupInbound.from_session_key(suite, here.session_key())


def refusal(session: GroupInbound, message: bytes, event: bytes = b"") -> str:
    before = session.octets()
    with pytest.raises(SessionRefused) as refused:
        session.decrypt(message, event)
    assert session.octets() == before
    return refused.value.code


@given(order=st.permutations(range(8)), again=st.integers(0, 7))
@settings(max_examples=10)
def test_any_order(suite: OlmSuite, order: list[int], again: int) -> None:
    here, there = pair(suite)
    messages = [here.encrypt(b"%d" % number) for number in range(8)]
    for number in order:
        there = GroupInbound.read(suite, there.octets())
        assert there.decrypt(messages[number], b"$%d" % number) == (b"%d" % number, number)
    assert there.decrypt(messages[again], b"$%d" % again) == (b"%d" % again, again)
    assert refusal(there, messages[again], b"$other") == "replayed"


def test_one_number_for_two_messages(suite: OlmSuite) -> None:
    here, there = pair(suite)
    clone = GroupOutbound.read(suite, here.octets())
    one, two = here.encrypt(b"one"), clone.encrypt(b"two")
    assert there.decrypt(one) == there.decrypt(one) == (b"one", 0)
    assert refusal(there, two) == "replayed"


def test_every_wrong_octet(suite: OlmSuite) -> None:
    here, there = pair(suite)
    message = here.encrypt(b"text")
    codes = set()
    for at in range(len(message)):
        codes.add(refusal(there, message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :]))
        refusal(there, message[:at])
    assert {"bad_mac", "bad_signature", "bad_version"} <= codes
    assert there.decrypt(message) == (b"text", 0)
    key = here.session_key()
    for at in range(len(key)):
        with pytest.raises(SessionRefused) as refused:
            GroupInbound.from_session_key(suite, key[:at] + bytes([key[at] ^ 1]) + key[at + 1 :])
        assert refused.value.code in ("bad_version", "bad_signature")
        with pytest.raises(SessionRefused):
            GroupInbound.from_session_key(suite, key[:at])


def test_sessions_handed_on(suite: OlmSuite) -> None:
    here, there = pair(suite)
    messages = [here.encrypt(b"%d" % number) for number in range(6)]
    late = GroupInbound.from_session_key(suite, here.session_key())
    assert late.first_index == 6 and late.is_signed
    assert refusal(late, messages[5]) == "unknown_index"
    assert late.decrypt(here.encrypt(b"six")) == (b"six", 6)
    other = GroupInbound.from_export(suite, there.export(3))
    assert not other.is_signed and other.public_key == here.public_key
    assert other.decrypt(messages[4]) == (b"4", 4)
    assert other.decrypt(messages[3]) == (b"3", 3)
    assert refusal(other, messages[2]) == "unknown_index"
    assert other.export(4) == there.export(4)
    for index in (2, 1 << 32):
        with pytest.raises(SessionRefused, match="unknown_index"):
            other.export(index)
    for wrong in (b"", other.export(4)[:-1], here.session_key()):
        with pytest.raises(SessionRefused):
            GroupInbound.from_export(suite, wrong)


def test_another_owner(suite: OlmSuite) -> None:
    here, there = pair(suite)
    forged = GroupOutbound(suite, bytes(32), here._ratchet, 0)
    assert refusal(there, forged.encrypt(b"text")) == "bad_signature"


def test_far_numbers(suite: OlmSuite) -> None:
    here, there = pair(suite)
    for index in (255, 256, 65535, 65536, 1 << 24, (1 << 32) - 2):
        ratchet = turned(suite.ratchet_part, here._ratchet, here.index, index)
        here = GroupOutbound(suite, here._private, ratchet, index)
        ratchet_later = turned(suite.ratchet_part, ratchet, index, index + 1)
        assert there.decrypt(here.encrypt(b"far")) == (b"far", index)
        assert here._ratchet == ratchet_later
    with pytest.raises(SessionRefused, match="chain_exhausted"):
        here.encrypt(b"none left")


def test_what_is_remembered_is_bounded(suite: OlmSuite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(megolm, "REMEMBERED", 3)
    here, there = pair(suite)
    for number in range(6):
        there.decrypt(here.encrypt(b"x"), b"$%d" % number)
    assert len(there._seen) == 3
    assert refusal(there, here.encrypt(b"x"), bytes(256)) == "too_long"


@given(octets=st.binary(max_size=300))
@settings(max_examples=60)
def test_any_octets(suite: OlmSuite, octets: bytes) -> None:
    _, there = pair(suite)
    assert refusal(there, octets)
    for form in (b"", b"A7MI1"):
        with pytest.raises(SessionRefused, match="bad_state"):
            GroupInbound.read(suite, form + octets)
    with pytest.raises(SessionRefused, match="bad_state"):
        GroupOutbound.read(suite, b"A7MO1" + octets)


def test_stored_states(suite: OlmSuite) -> None:
    here, there = pair(suite)
    there.decrypt(here.encrypt(b"x"), b"$event")
    assert GroupInbound.read(suite, there.octets()).octets() == there.octets()
    assert GroupOutbound.read(suite, here.octets()).octets() == here.octets()
    for size in range(len(there.octets())):
        with pytest.raises(SessionRefused, match="bad_state"):
            GroupInbound.read(suite, there.octets()[:size])
