"""Groups of three and four implementations: everybody adds, updates, removes, proposes and speaks."""

from __future__ import annotations

import pytest

from art7.runtime.mls.refusals import MlsRefused
from mls_rooms import Programs, Room

pytestmark = [pytest.mark.peers, pytest.mark.slow]

THREE = [
    ("art7 sdk", "ts-mls", "mls-rs", True),
    ("ts-mls", "mls-rs", "art7", False),
    ("mls-rs", "art7", "ts-mls", True),
    ("art7", "ts-mls", "core-crypto", True),
    ("ts-mls", "core-crypto", "art7 sdk", True),
    ("core-crypto", "art7", "ts-mls", True),
    ("art7", "mls-rs", "core-crypto", True),
    ("art7 restarted", "ts-mls", "mls-rs", False),
    ("ts-mls", "mls-rs", "art7 restarted", True),
]


@pytest.mark.parametrize(("first", "second", "third", "public"), THREE)
def test_a_group_of_three(programs: Programs, first: str, second: str, third: str, public: bool) -> None:
    room = Room(programs, first, second, third, public=public)
    one, two, three = room.names
    room.add(one, two)
    room.add(two, three)
    room.everybody_speaks()
    for each in (three, one, two):
        room.commit(each)
    room.everybody_speaks()
    room.remove(three, two)
    room.everybody_speaks()
    room.remove(one, three)


def test_a_group_of_four_implementations(programs: Programs) -> None:
    room = Room(programs, "art7", "ts-mls", "mls-rs", "core-crypto")
    one, two, three, four = room.names
    room.add(one, two, three, four)
    room.everybody_speaks()
    for each in (two, three, four, one):
        room.commit(each)
    room.everybody_speaks()
    room.remove(two, three)
    room.add(two, room.client("ts-mls"))
    room.commit(four)
    room.everybody_speaks()


@pytest.mark.parametrize("other", ["ts-mls", "mls-rs"])
def test_members_of_the_same_implementation_beside_art7(programs: Programs, other: str) -> None:
    """Members are added into blank leaves, among unmerged ones and where the tree grows."""
    room = Room(programs, other, "art7 sdk", other)
    one, two, three = room.names
    room.add(one, two, three)
    room.everybody_speaks()
    room.add(two, *(room.client(kind) for kind in ("art7", other)))
    room.commit(three)
    room.remove(two, three)
    room.everybody_speaks()
    room.add(room.inside[-1], room.client("art7 sdk"))
    room.remove(one, two)
    room.commit(room.inside[-1])
    room.everybody_speaks()


@pytest.mark.parametrize(("other", "public"), [("ts-mls", True), ("ts-mls", False), ("mls-rs", False)])
def test_proposals_that_another_commits(programs: Programs, other: str, public: bool) -> None:
    room = Room(programs, "art7", other, "art7 sdk", "art7", public=public)
    one, two, three, four = room.names
    room.add(one, two, three)
    room.everybody_speaks()
    room.propose(one, update=True)
    room.commit(two)
    room.propose(two, remove=[three])
    room.inside.remove(three)
    room.commit(one)
    room.propose(one, add=[room[four]("kp")["kp"]])
    done = room[two]("commit")
    room.deliver(two, done["commit"])
    room.welcome(four, done["welcome"][0])
    room.agree()
    room.everybody_speaks()


@pytest.mark.parametrize("public", [True, False])
def test_mls_rs_in_another_binding(programs: Programs, public: bool) -> None:
    """It commits additions and removals only."""
    room = Room(programs, "rine-mls", "art7", "ts-mls", "art7", public=public)
    one, two, three, four = room.names
    room.add(one, two)
    room.add(two, three)
    room.add(one, four)
    room.everybody_speaks()
    for each in (two, three):
        room.commit(each)
    room.remove(one, two)
    room.remove(four, three)
    room.everybody_speaks()


def test_a_member_in_python(programs: Programs) -> None:
    """rfc9420 joins, speaks and follows; its own updates keep the leaf's key, which RFC 9420 §12.4.2 forbids."""
    room = Room(programs, "art7", "rfc9420")
    one, two = room.names
    room.add(one, two)
    room.everybody_speaks()
    room.commit(one)
    room.everybody_speaks()
    with pytest.raises(MlsRefused, match="bad_path"):
        room[one]("recv", msg=room[two]("commit")["commit"])


def test_proposals_that_openmls_commits(programs: Programs) -> None:
    room = Room(programs, "core-crypto", "art7", "art7 sdk", "art7")
    one, two, three, four = room.names
    room.add(one, two, three, four)
    room.propose(two, update=True)
    room.propose(three, remove=[four])
    room.inside.remove(four)
    room.commit(one, pending=True)
    room.everybody_speaks()
