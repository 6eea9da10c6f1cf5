"""Olm on both executions: any order, any loss, nothing twice, nothing changed by what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from art7.runtime.sessions.olm.account import MOST_KEYS, Account
from art7.runtime.sessions.olm.session import OlmSession
from art7.runtime.sessions.olm.suite import OlmLimits, OlmSuite
from art7.runtime.sessions.refusals import SessionRefused
from session_faces import FACES, seeded, session_face


@pytest.fixture(scope="module", params=FACES)
def suite(request: pytest.FixtureRequest) -> Iterator[OlmSuite]:
    with session_face(request.param, "matrix.olm") as face:
        yield OlmSuite(face)


def accounts(suite: OlmSuite, limits: OlmLimits | None = None) -> tuple[Account, Account]:
    ann, bob = (Account.make(suite, seeded(name), limits) for name in ("ann", "bob"))
    bob.add_one_time_keys(2)
    return ann, bob


def begun(ann: Account, bob: Account) -> OlmSession:
    return ann.begin(bob.identity_key, next(iter(bob.one_time_keys().values())))


def pair(suite: OlmSuite, limits: OlmLimits | None = None) -> list[OlmSession]:
    ann, bob = accounts(suite, limits)
    here = begun(ann, bob)
    there, text = bob.accept(here.encrypt(b"hello")[1], ann.identity_key)
    assert text == b"hello"
    return [here, there]


def refusal(session: OlmSession, kind: int, message: bytes) -> str:
    """Return the code of a refusal, which must change nothing."""
    before = session.octets()
    with pytest.raises(SessionRefused) as refused:
        session.decrypt(kind, message)
    assert session.octets() == before
    return refused.value.code


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(-3, 9)), max_size=24))
@settings(max_examples=12)
def test_messages_arrive_in_any_order_or_never_and_once(
    suite: OlmSuite, moves: list[tuple[int, int]]
) -> None:
    sides = pair(suite)
    wires: list[list[tuple[bytes, tuple[int, bytes]]]] = [[], []]
    for number, (side, move) in enumerate(moves):
        if move < 0:
            text = f"{side} {number}".encode()
            wires[1 - side].append((text, sides[side].encrypt(text)))
        elif wires[side]:
            text, wire = wires[side].pop(move % len(wires[side]))
            assert sides[side].decrypt(*wire) == text
            assert refusal(sides[side], *wire) in ("duplicate_message", "unknown_chain")
        sides = [OlmSession.read(suite, each._random, each.octets()) for each in sides]
    for side, wire in enumerate(wires):
        for text, message in wire:
            assert sides[side].decrypt(*message) == text


def test_types_of_messages(suite: OlmSuite) -> None:
    ann, bob = accounts(suite)
    here = begun(ann, bob)
    first, second = here.encrypt(b"1"), here.encrypt(b"2")
    assert first[0] == second[0] == 0
    there, text = bob.accept(second[1])
    assert text == b"2"
    assert there.decrypt(*first) == b"1"
    assert there.name == here.name
    back = there.encrypt(b"back")
    assert back[0] == 1
    assert here.decrypt(*back) == b"back"
    assert here.encrypt(b"3")[0] == 1
    assert refusal(here, 2, back[1]) == "unknown_type"
    assert refusal(here, 0, first[1]) == "other_session"


def test_every_wrong_octet(suite: OlmSuite) -> None:
    ann, bob = accounts(suite)
    here = begun(ann, bob)
    first = here.encrypt(b"hello")[1]
    before = bob.octets()
    for at in range(len(first)):
        with pytest.raises(SessionRefused) as refused:
            bob.accept(first[:at] + bytes([first[at] ^ 1]) + first[at + 1 :], ann.identity_key)
        assert refused.value.code and bob.octets() == before
        with pytest.raises(SessionRefused):
            bob.accept(first[:at])
    there, _ = bob.accept(first)
    for sender, receiver in ((there, here), (here, there)):
        message = sender.encrypt(b"text")[1]
        for at in range(len(message)):
            changed = message[:at] + bytes([message[at] ^ 1]) + message[at + 1 :]
            assert refusal(receiver, 1, changed)
            assert refusal(receiver, 1, message[:at])
        assert receiver.decrypt(1, message) == b"text"


def test_a_one_time_key_is_used_once(suite: OlmSuite) -> None:
    ann, bob = accounts(suite)
    key = next(iter(bob.one_time_keys().values()))
    one, two = ann.begin(bob.identity_key, key), ann.begin(bob.identity_key, key)
    bob.accept(one.encrypt(b"1")[1])
    for message in (one.encrypt(b"again")[1], two.encrypt(b"2")[1]):
        with pytest.raises(SessionRefused) as refused:
            bob.accept(message)
        assert refused.value.code == "unknown_one_time_key"
    assert len(bob.one_time_keys()) == 1


def test_fallback_keys(suite: OlmSuite) -> None:
    ann, bob = accounts(suite)
    assert bob.fallback_key() == {}
    bob.add_fallback_key()
    (old,) = bob.fallback_key().values()
    bob.mark_published()
    assert bob.fallback_key() == bob.one_time_keys() == {}
    for _ in range(2):
        bob.accept(ann.begin(bob.identity_key, old).encrypt(b"1")[1])
    bob.add_fallback_key()
    bob = Account.read(suite, seeded(1), bob.octets())
    bob.accept(ann.begin(bob.identity_key, old).encrypt(b"2")[1])
    bob.forget_fallback_key()
    with pytest.raises(SessionRefused, match="unknown_one_time_key"):
        bob.accept(ann.begin(bob.identity_key, old).encrypt(b"3")[1])
    (new,) = bob.fallback_key().values()
    bob.accept(ann.begin(bob.identity_key, new).encrypt(b"4")[1])


def test_another_sender_is_refused(suite: OlmSuite) -> None:
    ann, bob = accounts(suite)
    with pytest.raises(SessionRefused, match="wrong_identity"):
        bob.accept(begun(ann, bob).encrypt(b"1")[1], bob.identity_key)


def test_bounds(suite: OlmSuite) -> None:
    limits = OlmLimits(jump=20, chains=2, per_chain=4, in_all=6)
    here, there = pair(suite, limits)
    messages = [here.encrypt(bytes([number])) for number in range(30)]
    assert refusal(there, *messages[21]) == "too_far_ahead"
    assert there.decrypt(*messages[20]) == bytes([20])
    assert refusal(there, *messages[15]) == "duplicate_message"
    for number in (16, 19, 17, 18):
        assert there.decrypt(*messages[number]) == bytes([number])
    for _ in range(3):
        assert here.decrypt(*there.encrypt(b"x")) == b"x"
        late = here.encrypt(b"late")
        assert there.decrypt(*here.encrypt(b"y")) == b"y"
    assert there.decrypt(*late) == b"late"
    assert len(there.state.chains) == 2
    assert refusal(there, *messages[29]) in ("bad_mac", "unknown_chain")


def test_keys_of_small_order(suite: OlmSuite) -> None:
    ann, bob = accounts(suite)
    for small in (bytes(32), b"\1" + bytes(31)):
        for keys in ((small, bob.identity_key), (bob.identity_key, small)):
            with pytest.raises(SessionRefused) as refused:
                ann.begin(*keys)
            assert refused.value.code == "small_order"
    here, there = pair(suite)
    here.decrypt(*there.encrypt(b"x"))
    here.encrypt(b"a new chain")
    here.state.own_public = bytes(32)
    assert refusal(there, *here.encrypt(b"x")) == "small_order"


@given(octets=st.binary(max_size=400), kind=st.integers(0, 1))
@settings(max_examples=60)
def test_any_octets(suite: OlmSuite, octets: bytes, kind: int) -> None:
    here, there = pair(suite)
    assert refusal(there, kind, octets)
    for read in (
        lambda: OlmSession.read(suite, seeded(1), octets),
        lambda: OlmSession.read(suite, seeded(1), b"A7OL1" + octets),
        lambda: Account.read(suite, seeded(1), b"A7OA1" + octets),
    ):
        with pytest.raises(SessionRefused) as refused:
            read()
        assert refused.value.code == "bad_state"


def test_stored_states(suite: OlmSuite) -> None:
    here, there = pair(suite)
    there.decrypt(*[here.encrypt(b"%d" % number) for number in range(5)][4])
    octets = there.octets()
    again = OlmSession.read(suite, seeded(2), octets)
    assert again.octets() == octets and again.name == there.name
    for size in range(len(octets)):
        with pytest.raises(SessionRefused, match="bad_state"):
            OlmSession.read(suite, seeded(1), octets[:size])
    with pytest.raises(SessionRefused, match="bad_state"):
        OlmSession.read(suite, seeded(1), octets + b"\0")
    assert "secret" not in repr(here.state) and here.state.root_key.hex() not in repr(here.state)
    account = Account.make(suite, seeded(3))
    account.add_one_time_keys(3)
    octets = account.octets()
    assert Account.read(suite, seeded(3), octets).octets() == octets
    for size in range(len(octets)):
        with pytest.raises(SessionRefused, match="bad_state"):
            Account.read(suite, seeded(1), octets[:size])
    with pytest.raises(SessionRefused, match="too_many_keys"):
        account.add_one_time_keys(MOST_KEYS + 1)
