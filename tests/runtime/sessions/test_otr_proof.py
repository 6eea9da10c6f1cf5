"""The proof of a shared secret: both roles, and every number of every step changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.otr.smp import NONE, Proofs
from art7.runtime.sessions.otr.state import OtrState, Proof, Ring
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.store import MemoryStore
from otr_sessions import FACES, Two, face_of, pair, session
from session_faces import seeded

STATE = OtrState(0x100, ring=Ring(session_id=b"12345678"))
ENDS = (b"i" * 20, b"r" * 20)
MODULUS_LESS_1 = bytes.fromhex(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFE"
)


@pytest.fixture(scope="module", params=FACES)
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with face_of(request.param) as made:
        yield made


class Run:
    """The steps of one proof, with what either side knew before each."""

    def __init__(self, face: Face, first: bytes, second: bytes) -> None:
        self.one, self.other = Proofs(face, seeded(1)), Proofs(face, seeded(2))
        self.begun, self.step_1 = self.one.begin(STATE, *ENDS, first)
        self.asked = self.other.asked(Proof(), self.step_1)
        self.answered, self.step_2 = self.other.answer(replace(STATE, proof=self.asked), *ENDS, second)
        self.followed, self.step_3 = self.one.on_second(self.begun, self.step_2)
        self.same_there, self.step_4 = self.other.on_third(self.answered, self.step_3)
        self.same_here = self.one.on_fourth(self.followed, self.step_4)


@pytest.fixture(scope="module")
def run(face: Face) -> Run:
    return Run(face, b"milk", b"milk")


def test_equal_secrets_are_the_same(run: Run) -> None:
    assert run.same_here and run.same_there


def test_other_secrets_are_different(face: Face) -> None:
    other = Run(face, b"milk", b"tea")
    assert not other.same_here and not other.same_there


def changed(numbers: list[bytes], place: int) -> list[bytes]:
    """The numbers, one of them larger or smaller by one."""
    last = numbers[place][-1] ^ 1
    return [*numbers[:place], numbers[place][:-1] + bytes((last,)), *numbers[place + 1 :]]


def refused(action: Callable[[], object]) -> str:
    with pytest.raises(SessionRefused) as caught:
        action()
    return caught.value.code


on_one_execution = pytest.mark.parametrize("face", ["sdk"], indirect=True)
"""Steps take a while; what both executions answer alike is asked of one."""

GENERATORS = ["unproven_second_generator"] * 3 + ["unproven_third_generator"] * 3


@pytest.mark.slow
@on_one_execution
def test_every_changed_number_is_refused_with_the_code_of_its_proof(run: Run) -> None:
    for place, code in enumerate(GENERATORS):
        numbers = changed(run.step_1, place)
        assert refused(lambda given=numbers: run.other.asked(Proof(), given)) == code
    for place, code in enumerate([*GENERATORS, *["unproven_secret"] * 5]):
        numbers = changed(run.step_2, place)
        assert refused(lambda given=numbers: run.one.on_second(run.begun, given)) == code
    for place, code in enumerate([*["unproven_secret"] * 5, *["unproven_comparison"] * 3]):
        numbers = changed(run.step_3, place)
        assert refused(lambda given=numbers: run.other.on_third(run.answered, given)) == code
    for place in range(3):
        numbers = changed(run.step_4, place)
        assert refused(lambda given=numbers: run.one.on_fourth(run.followed, given)) == "unproven_comparison"


@pytest.mark.slow
@pytest.mark.parametrize("number", [b"\1", MODULUS_LESS_1])
@on_one_execution
def test_numbers_outside_the_group_and_its_order_are_refused(run: Run, number: bytes) -> None:
    for place in (0, 2, 3, 5):
        numbers = [*run.step_1[:place], number, *run.step_1[place + 1 :]]
        assert refused(lambda given=numbers: run.other.asked(Proof(), given)) == GENERATORS[place]
    for place in (6, 7, 9, 10):
        numbers = [*run.step_2[:place], number, *run.step_2[place + 1 :]]
        assert refused(lambda given=numbers: run.one.on_second(run.begun, given)) == "unproven_secret"
    for place in (0, 2):
        numbers = [*run.step_4[:place], number, *run.step_4[place + 1 :]]
        assert refused(lambda given=numbers: run.one.on_fourth(run.followed, given)) == "unproven_comparison"


@on_one_execution
def test_numbers_sent_back_are_refused(run: Run) -> None:
    mirrored = [run.answered.own_p, run.answered.own_q, *run.step_3[2:]]
    assert refused(lambda: run.other.on_third(run.answered, mirrored)) == "equal_points"
    assert refused(lambda: run.other.asked(Proof(), run.step_2)) == "unproven_second_generator"


@on_one_execution
def test_steps_out_of_order_are_refused(run: Run) -> None:
    assert refused(lambda: run.one.on_fourth(run.begun, run.step_4)) == "unexpected_step"
    assert refused(lambda: run.one.on_second(run.followed, run.step_2)) == "unexpected_step"
    assert refused(lambda: run.other.on_third(run.asked, run.step_3)) == "unexpected_step"
    assert refused(lambda: run.other.asked(run.asked, run.step_1)) == "unexpected_step"
    assert refused(lambda: run.other.answer(STATE, *ENDS, b"milk")) == "not_asked"


# ---- in a conversation ----------------------------------------------------------------------------------------


@pytest.fixture
def two(face: Face) -> Two:
    met = pair(face)
    met.agree()
    return met


@pytest.mark.parametrize("begins", [0, 1])
def test_both_people_learn_the_result(two: Two, begins: int) -> None:
    one, other = two.sides[begins], two.sides[1 - begins]
    two.pump(begins, one.prove(b"milk", "What do we drink?"))
    assert two.events(1 - begins)[-1] == ("asked", "What do we drink?")
    assert refused(lambda: one.prove(b"tea")) == "proof_under_way"
    two.say(begins, "think of yesterday")
    two.pump(1 - begins, other.answer(b"milk"))
    assert two.events(0)[-1] == two.events(1)[-1] == ("same", "")
    assert {side._state.proof.stage for side in two.sides} == {NONE}


@on_one_execution
def test_a_proof_goes_on_in_sessions_that_are_read_again(face: Face) -> None:
    stores = (MemoryStore(), MemoryStore())

    def read_again(seed: int) -> Two:
        names = zip(("alice", "bob"), stores, strict=True)
        return Two(*(session(face, name, seed + at, store=store) for at, (name, store) in enumerate(names)))

    read_again(1).agree()
    two = read_again(3)
    texts, side = two.sides[0].prove(b"milk"), 0
    for turn in range(4):
        two = read_again(10 + turn)
        (text,) = texts
        received = two.sides[1 - side].receive(text)
        texts, side = received.replies, 1 - side
        if [each.name for each in received.events] == ["asked"]:
            texts = read_again(20).sides[side].answer(b"milk")
    assert [each.name for each in received.events] == ["same"] and not texts


@on_one_execution
def test_a_proof_that_is_given_up_can_be_begun_again(two: Two) -> None:
    one, other = two.sides
    two.pump(0, one.prove(b"milk"))
    two.pump(1, other.abort())
    assert two.events(0)[-1] == ("aborted", "")
    two.pump(1, other.prove(b"milk"))
    two.pump(0, one.answer(b"milk"))
    assert two.events(0)[-1] == two.events(1)[-1] == ("same", "")


@on_one_execution
def test_a_step_out_of_order_ends_the_proof_of_both(two: Two) -> None:
    one, other = two.sides
    one_asks, other_asks = one.prove(b"milk"), other.prove(b"milk")
    two.pump(0, one_asks)
    assert two.events(1)[-1] == ("aborted", "unexpected_step")
    assert two.events(0)[-1] == ("aborted", "")
    assert other.phase == one.phase and other_asks


@on_one_execution
def test_a_false_proof_is_told_and_given_up(face: Face) -> None:
    two = pair(face)
    two.agree()
    one, other = two.sides
    two.pump(0, one.prove(b"milk"))
    asked = other._state.proof
    other._state = replace(other._state, proof=replace(asked, peer_second=asked.peer_third))
    two.pump(1, other.answer(b"milk"))
    assert two.events(0)[-1] == ("false_proof", "unproven_secret")
    assert two.events(1)[-1] == ("aborted", "")
    two.say(0, "and yet we talk")
