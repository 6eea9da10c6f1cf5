"""Members that are stored, stopped at any moment and gone on with: nothing is lost that counts, no key is used twice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from art7.runtime.mls import framing
from art7.runtime.mls.commits import make_commit
from art7.runtime.mls.kept import Member
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.suite import cipher_suite
from art7.runtime.sessions.kept import Kept
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.store import MemoryStore
from mls_groups import EXECUTIONS, add, agree, chance, client, pair, structures, suite_of, welcomed

RANDOM = chance(88)


def again(member: Member, execution: str = "interpreter") -> Member:
    """The member after a restart."""
    octets = member.octets()
    found = Member.of(octets, structures(execution))
    assert found.octets() == octets
    return found


@pytest.mark.parametrize("execution", EXECUTIONS)
@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_conversation_with_a_restart_after_every_step(number: int, execution: str) -> None:
    one, two = (Member(each) for each in pair(suite_of(execution, number), RANDOM))
    restart = partial(again, execution=execution)
    for step in range(3):
        late = one.send(b"late", RANDOM, beside=b"seen", padding=step)
        one = restart(one)
        sent = one.send(b"now", RANDOM)
        two = restart(two)
        assert two.receive(sent).application_data == b"now"
        two = restart(two)
        assert two.receive(late).authenticated_data == b"seen"
        two = restart(two)
        for octets in (sent, late):
            with pytest.raises(MlsRefused, match="used_key"):
                two.receive(octets)
        two.receive(one.propose({"proposal_type": 7, "group_context_extensions": {"extensions": []}}, RANDOM))
        one, two = restart(one), restart(two)
        done = two.commit(RANDOM)
        two, one = restart(two), restart(one)
        one.receive(done.message)
        two.adopt()
        one, two = restart(two), restart(one)
        agree([one.group, two.group])
    assert "secret" not in repr(one) and one.group.secrets.encryption_secret == b""


def test_everything_that_a_group_holds_is_kept() -> None:
    suite = cipher_suite(1)
    one, two = pair(suite, RANDOM)
    joiner = client(suite, "three", RANDOM)
    done = make_commit(one, RANDOM, [add(joiner[0])])
    first, third = Member(done.group.with_psk(b"name", b"key")), Member(welcomed(done, *joiner))
    group, update = third.group.with_update(RANDOM)
    third.group = group
    first.receive(third.propose(update, RANDOM))
    first, third = again(first), again(third)
    committed = first.commit(RANDOM)
    third.receive(committed.message)
    first.adopt()
    agree([first.group, third.group])
    assert first.group.psks.external[b"name"] == b"key" and len(first.group.psks.resumption) == 4
    wanted = {"group_id": b"anew", "version": 1, "cipher_suite": 3, "extensions": []}
    first.commit(RANDOM, [{"proposal_type": 5, "reinit": wanted}])
    first.adopt()
    assert again(first).group.ended.group_id == b"anew"


def test_another_commit_goes_before_the_own_one() -> None:
    one, two = (Member(each) for each in pair(cipher_suite(1), RANDOM))
    one.commit(RANDOM)
    done = two.commit(RANDOM)
    one, two = again(one), again(two)
    assert one.pending is not None and two.pending is not None
    one.receive(done.message)
    two.adopt()
    agree([one.group, two.group])
    assert one.pending is None
    with pytest.raises(MlsRefused, match="missing_proposal"):
        one.adopt()


def generations(octets: list[bytes], reader: Member) -> list[int]:
    """The generation that each message was sealed with."""
    found = []
    for each in octets:
        _, private = reader.group.suite.structures.unwrap(each, "private_message")
        found.append(framing._sender_data(reader.group.keys, private).generation)
    return found


def test_no_key_is_used_twice_after_a_restart_or_by_a_copy() -> None:
    store = MemoryStore()
    one, two = pair(cipher_suite(1), RANDOM)
    first: Kept[Member] = Kept(store, "group", Member.of)
    first.put(Member(one))
    send: Callable[[Member], bytes] = lambda member: member.send(b"x", RANDOM)  # noqa: E731
    sent = [first.do(send)]
    restarted: Kept[Member] = Kept(store, "group", Member.of)
    sent += [restarted.do(send), restarted.do(send)]
    with pytest.raises(SessionRefused) as refusal:
        first.do(send)
    assert refusal.value.code == "stale_state"
    sent.append(first.do(send))
    assert generations(sent, Member(two)) == [0, 1, 2, 3]
    handshakes = [
        restarted_or_not.do(lambda member: member.commit(RANDOM).message) for restarted_or_not in (first,)
    ]
    handshakes.append(Kept(store, "group", Member.of).do(lambda member: member.commit(RANDOM).message))
    assert generations(handshakes, Member(two)) == [0, 1]


def test_a_refused_message_changes_nothing_that_is_kept() -> None:
    one, two = (Member(each) for each in pair(cipher_suite(1), RANDOM))
    sent = one.send(b"x", RANDOM)
    kept = two.octets()
    for at in range(0, len(sent), 7):
        spoilt = bytearray(sent)
        spoilt[at] ^= 0x10
        with pytest.raises(MlsRefused):
            Member.of(kept).receive(bytes(spoilt))
    assert Member.of(kept).receive(sent).application_data == b"x"


def test_a_state_without_the_keys_of_a_sender() -> None:
    one, two = pair(cipher_suite(1), RANDOM)
    held = Member.of(Member(two).octets()).group
    held.keys.tree.left()[0].clear()  # type: ignore[attr-defined]
    with pytest.raises(MlsRefused, match="used_key"):
        Member.of(Member(held).octets()).receive(Member(one).send(b"x", RANDOM))


STATE = Member(pair(cipher_suite(1), RANDOM)[0]).octets()


@settings(max_examples=60)
@given(st.integers(0, len(STATE) - 1), st.integers(1, 255), st.booleans())
def test_spoilt_states_are_refused_or_read(at: int, change: int, cut: bool) -> None:
    octets = bytearray(STATE)
    octets[at] ^= change
    if cut:
        del octets[at:]
    try:
        Member.of(bytes(octets)).octets()
    except MlsRefused as refusal:
        assert refusal.code != "internal"
    else:
        assert not cut


@pytest.mark.parametrize("execution", EXECUTIONS)
def test_late_messages_of_as_many_epochs_as_were_asked_for(execution: str) -> None:
    one, two = (Member(each, past_epochs=2) for each in pair(suite_of(execution, 1), RANDOM))
    late = [one.send(b"first", RANDOM), one.send(b"second", RANDOM)]
    proposed = one.group.protect(
        one.group.signed(
            framing.PRIVATE,
            framing.PROPOSAL,
            {"proposal_type": 7, "group_context_extensions": {"extensions": []}},
        ),
        RANDOM,
    )

    def turn() -> None:
        two.receive(one.commit(RANDOM).message)
        one.adopt()

    turn()
    flipped = late[0][:-1] + bytes((late[0][-1] ^ 1,))
    with pytest.raises(MlsRefused, match="not_authentic"):
        two.receive(flipped)
    assert two.receive(late[0]).application_data == b"first"
    with pytest.raises(MlsRefused, match="used_key"):
        two.receive(late[0])
    with pytest.raises(MlsRefused, match="wrong_epoch"):
        two.receive(proposed)
    turn()
    restarted = Member.of(two.octets(), structures(execution), past_epochs=2)
    with pytest.raises(MlsRefused, match="wrong_epoch"):
        restarted.receive(late[1])
    turn()
    with pytest.raises(MlsRefused, match="wrong_epoch"):
        two.receive(late[1])
    agree([one.group, two.group])


def test_no_member_holds_more_than_a_few_epochs() -> None:
    (one, _) = pair(cipher_suite(1), RANDOM)
    with pytest.raises(MlsRefused, match="out_of_range"):
        Member(one, past_epochs=9)
