"""Ways into a group beside a member's Welcome, keys that are mixed in, and groups that begin from others."""

from __future__ import annotations

import pytest

from art7.runtime.mls.external import propose_from_outside
from art7.runtime.mls.suite import cipher_suite
from mls_rooms import REFUSED, Programs, Room, broken

pytestmark = [pytest.mark.peers, pytest.mark.slow]

PAIRS = [("art7", "ts-mls"), ("ts-mls", "art7 sdk")]


def enter(room: Room, joiner: str, info: str, **more: object) -> None:
    """Let a client join from outside, after it refused a broken GroupInfo."""
    with pytest.raises(REFUSED):
        room[joiner]("join_external", info=broken(info), **more)
    done = room[joiner]("join_external", info=info, **more)
    room.deliver(joiner, done["commit"])
    room.inside.append(joiner)
    room.agree()


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize(("here", "outside"), PAIRS)
def test_joining_from_outside(programs: Programs, here: str, outside: str, public: bool) -> None:
    room = Room(programs, here, outside, outside, here, public=public)
    one, two, three, four = room.names
    room.add(one, two)
    enter(room, three, room[one]("group_info")["info"])
    enter(room, four, room[two]("group_info")["info"])
    room.everybody_speaks()
    for each in (one, four, two, three):
        room.commit(each)
    room.remove(four, two)
    room.everybody_speaks()


def test_coming_back_in_place_of_a_lost_state(programs: Programs) -> None:
    room = Room(programs, "art7", "ts-mls", "ts-mls")
    one, two, three = room.names
    room.add(one, two, three)
    info = room[one]("group_info")["info"]
    room.inside.remove(two)
    enter(room, two, info, resync=True)
    room.everybody_speaks()
    room.commit(three)


@pytest.mark.parametrize("outside", ["core-crypto", "rine-mls"])
def test_joining_art7s_group_from_outside(programs: Programs, outside: str) -> None:
    room = Room(programs, "art7", "art7 sdk", outside)
    one, two, three = room.names
    room.add(one, two)
    enter(room, three, room[two]("group_info")["info"])
    room.everybody_speaks()
    room.commit(one)
    room.everybody_speaks()


@pytest.mark.parametrize("program", ["core-crypto", "rine-mls"])
def test_art7_joins_from_outside(programs: Programs, program: str) -> None:
    room = Room(programs, program, "art7", "art7 sdk")
    one, two, three = room.names
    done = room[one]("commit", add=[room[two]("kp")["kp"]])
    room.welcome(two, done["welcome"][0])
    enter(room, three, done["info"])
    room.everybody_speaks()
    room.commit(three)
    room.remove(three, two)
    room.everybody_speaks()


@pytest.mark.parametrize(("here", "outside"), PAIRS)
def test_asking_to_be_added(programs: Programs, here: str, outside: str) -> None:
    room = Room(programs, "art7", here, outside)
    one, two, three = room.names
    room.add(one, two)
    room.deliver(three, room[three]("propose_self", info=room[one]("group_info")["info"])["msg"])
    done = room[two]("commit")
    room.deliver(two, done["commit"])
    room.welcome(three, done["welcome"][0])
    room.agree()
    room.everybody_speaks()


def test_a_server_removes_a_member_of_openmls_group(programs: Programs) -> None:
    """The group names an external sender; core-crypto takes removals and additions of one."""
    room, suite = Room(programs), cipher_suite(1)
    one, two, three = (room.client(kind) for kind in ("core-crypto", "art7", "art7 sdk"))
    private = bytes(range(32))
    room.create(one, server=suite.signature_key(private).hex())
    done = room[one]("commit", add=[room[each]("kp")["kp"] for each in (two, three)])
    for each in (two, three):
        room.welcome(each, done["welcome"][0])
    _, info = suite.structures.unwrap(bytes.fromhex(room[two]("group_info")["info"]), "group_info")
    removal = {"proposal_type": 3, "remove": {"removed": 2}}
    proposed = propose_from_outside(info.group_context, 0, removal, private).hex()
    room.inside.remove(three)
    room.deliver("the server", proposed)
    room.commit(one, pending=True)
    room.everybody_speaks()


@pytest.mark.parametrize("suite", [1, 2])
@pytest.mark.parametrize(("one", "two"), PAIRS)
def test_keys_that_both_were_told(programs: Programs, one: str, two: str, suite: int) -> None:
    room = Room(programs, one, two, two, suite=suite)
    first, second, third = room.names
    named = b"the name of a key".hex()
    for each in (first, third):
        room[each]("psk", id=named, key=b"what both were told".hex())
    room.add(first, second)
    done = room[first]("commit", psk=[named])
    with pytest.raises(REFUSED):
        room[second]("recv", msg=done["commit"])
    room[second]("psk", id=named, key=b"something else".hex())
    with pytest.raises(REFUSED):
        room[second]("recv", msg=done["commit"])
    room[second]("psk", id=named, key=b"what both were told".hex())
    room.deliver(first, done["commit"])
    room.agree()
    room.add(first, third, psk=[named])
    room.commit(second, psk=[named], resume=[3])
    room.commit(first, resume=[3])
    room.everybody_speaks()


@pytest.mark.parametrize(("begins", "follows"), PAIRS)
def test_a_group_begins_anew_in_another_suite(programs: Programs, begins: str, follows: str) -> None:
    room = Room(programs, begins, follows)
    one, two = room.names
    room.add(one, two)
    room.deliver(one, room[one]("reinit", gid=b"anew".hex(), suite=3)["commit"])
    with pytest.raises(REFUSED):
        room[one]("commit")
    for each in (one, two):
        room[each]("fresh", suite=3)
    done = room[one]("begin_anew", gid=b"anew".hex(), suite=3, others=[room[two]("kp")["kp"]])
    room.inside.remove(two)
    room.welcome(two, done["welcome"][0], resumed="reinit", info=room[one]("group_info")["info"])
    room.agree()
    room.everybody_speaks()


@pytest.mark.parametrize(("begins", "follows"), PAIRS)
def test_a_group_branches(programs: Programs, begins: str, follows: str) -> None:
    room = Room(programs, begins, follows, begins)
    one, two, three = room.names
    room.add(one, two, three)
    for each in (one, two):
        room[each]("fresh", suite=1)
    done = room[one]("branch", gid=b"beside".hex(), others=[room[two]("kp")["kp"]])
    room.inside = [one]
    room.welcome(two, done["welcome"][0], resumed="branch", info=room[one]("group_info")["info"])
    room.agree()
    room.everybody_speaks()
