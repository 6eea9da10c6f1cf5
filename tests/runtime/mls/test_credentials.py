"""Credentials of those who come into a group: certificates of the leaf's key, and an authority that is handed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from art7.runtime.mls import framing
from art7.runtime.mls.commits import follow_commit, make_commit
from art7.runtime.mls.credentials import by_certificates
from art7.runtime.mls.external import ask_to_join, join_externally, propose_from_outside
from art7.runtime.mls.group import Group
from art7.runtime.mls.joining import create_group, join
from art7.runtime.mls.leaves import OwnKeys, make_key_package
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Value
from art7.runtime.mls.suite import CipherSuite
from mls_certificates import Anchor
from mls_groups import EXECUTIONS, LIFE, add, agree, chance, client, deliver, remove, suite_of

RANDOM = chance(77)
OURS, OTHERS = Anchor("ours"), Anchor("theirs")
BOTH = {"credentials": [1, 2]}
AUTHORITY = by_certificates(OURS.wrong_with)


def private_key(suite: CipherSuite) -> bytes:
    return suite.fresh_key_pair(RANDOM).private if suite.number == 2 else RANDOM(32)


def certified(suite: CipherSuite, name: str, anchor: Anchor = OURS, other: bytes | None = None) -> Any:
    private = private_key(suite)
    chain = anchor.chain(name, suite.number, other or private)
    credential = {"credential_type": 2, "certificates": [{"cert_data": each} for each in chain]}
    return make_key_package(suite, credential, private, LIFE, RANDOM, capabilities=BOTH)


@contextmanager
def refused(code: str, why: str = ".") -> Iterator[None]:
    with pytest.raises(MlsRefused, match=why) as refusal:
        yield
    assert refusal.value.code == code


def pair(suite: CipherSuite) -> tuple[Group, Group]:
    one, two = certified(suite, "one"), certified(suite, "two")
    group = create_group(suite, b"group", *one, RANDOM, authority=AUTHORITY)
    done = make_commit(group, RANDOM, [add(two[0])])
    assert done.welcome is not None
    joined = join(done.welcome, *two, authority=AUTHORITY, structures=suite.structures)
    agree([done.group, joined])
    return done.group, joined


@pytest.fixture(params=EXECUTIONS)
def suite(request: pytest.FixtureRequest) -> CipherSuite:
    return suite_of(request.param, 1)


@pytest.mark.parametrize("execution", EXECUTIONS)
@pytest.mark.parametrize("number", [1, 2])
def test_members_with_certificates(number: int, execution: str) -> None:
    one, two = pair(suite_of(execution, number))
    two, one = deliver(make_commit(two, RANDOM), one)
    one, two = deliver(make_commit(one, RANDOM), two)
    assert one.authority is AUTHORITY and two.authority is AUTHORITY


def strangers(suite: CipherSuite) -> list[tuple[tuple[Value, OwnKeys], str]]:
    return [
        (certified(suite, "three", OTHERS), "another anchor"),
        (certified(suite, "three", other=private_key(suite)), "another's"),
        (
            make_key_package(suite, b"three", private_key(suite), LIFE, RANDOM, capabilities=BOTH),
            "no certificates",
        ),
    ]


@pytest.mark.parametrize("number", [1, 2])
def test_nobody_else_is_added(number: int) -> None:
    suite = suite_of("interpreter", number)
    one, two = pair(suite)
    trusting = create_group(suite, b"x", *certified(suite, "trusting"), RANDOM)
    for (package, own), why in strangers(suite):
        with refused("bad_credential", why):
            make_commit(one, RANDOM, [add(package)])
        asked = two.open(ask_to_join(two.context, package, own, suite.structures))
        with refused("bad_credential", why):
            two.with_proposal(asked)
    with refused("bad_credential", "another's"):
        make_commit(trusting, RANDOM, [add(strangers(suite)[1][0][0])])


def test_a_commit_that_adds_somebody_not_believed(suite: CipherSuite) -> None:
    one, two = pair(suite)
    package, _ = certified(suite, "three", OTHERS)
    careless = Group(**{name: getattr(one, name) for name in one.__dataclass_fields__} | {"authority": None})
    done = make_commit(careless, RANDOM, [add(package)])
    with refused("bad_credential", "another anchor"):
        follow_commit(two, two.open(done.message))
    deliver(make_commit(one, RANDOM), two)


def test_who_joins_looks_at_everybody(suite: CipherSuite) -> None:
    group = create_group(suite, b"group", *certified(suite, "one", OTHERS), RANDOM)
    two = certified(suite, "two")
    done = make_commit(group, RANDOM, [add(two[0])])
    assert done.welcome is not None
    with refused("bad_credential", "another anchor"):
        join(done.welcome, *two, authority=AUTHORITY, structures=suite.structures)
    assert join(done.welcome, *two, structures=suite.structures).epoch == 1
    info = suite.structures.wrap("group_info", done.group.group_info())
    with refused("bad_credential", "another anchor"):
        join_externally(
            info, *certified(suite, "three"), RANDOM, authority=AUTHORITY, structures=suite.structures
        )


def test_who_joins_from_outside_is_looked_at(suite: CipherSuite) -> None:
    one, two = pair(suite)
    info = suite.structures.wrap("group_info", one.group_info())
    for anchor, believed in ((OURS, True), (OTHERS, False)):
        done = join_externally(info, *certified(suite, "three", anchor), RANDOM, structures=suite.structures)
        if believed:
            agree(deliver(done, one, two))
        else:
            with refused("bad_credential", "another anchor"):
                follow_commit(two, two.open(done.message))


def test_the_authority_sees_whom_a_leaf_replaces(suite: CipherSuite) -> None:
    seen: list[Any] = []

    def judge(who: Value, replaced: Value | None) -> str | None:
        before = replaced and replaced.credential.identity
        seen.append((who.credential.identity, before))
        return "not the same" if before not in (None, who.credential.identity) else None

    one, two = client(suite, "one", RANDOM), client(suite, "two", RANDOM)
    group = create_group(suite, b"group", *one, RANDOM, authority=judge)
    group = make_commit(group, RANDOM, [add(two[0])]).group
    info = suite.structures.wrap("group_info", group.group_info())
    seen.clear()
    back = join_externally(
        info, *client(suite, "two", RANDOM), RANDOM, replacing=1, structures=suite.structures
    )
    after = follow_commit(group, group.open(back.message))
    assert seen == [(b"two", b"two")] and after.tree.leaf(2) is None
    other = join_externally(
        info, *client(suite, "three", RANDOM), RANDOM, replacing=1, structures=suite.structures
    )
    with refused("bad_credential", "not the same"):
        follow_commit(group, group.open(other.message))
    seen.clear()
    again = make_commit(after, RANDOM, [remove(1), add(client(suite, "four", RANDOM)[0])])
    assert seen == [(b"four", None)] and again.group.tree.member(1).credential.identity == b"four"


def test_external_senders_are_looked_at_when_they_are_named(suite: CipherSuite) -> None:
    one, two = pair(suite)
    for anchor, believed in ((OTHERS, False), (OURS, True)):
        package, own = certified(suite, "server", anchor)
        leaf = package.leaf_node
        sender = {name: getattr(leaf, name) for name in ("signature_key", "credential")}
        named = [{"extension_type": 5, "extension_data": [sender]}]
        change = {"proposal_type": 7, "group_context_extensions": {"extensions": named}}
        if not believed:
            with refused("bad_credential", "another anchor"):
                make_commit(one, RANDOM, [change])
            continue
        one, two = deliver(make_commit(one, RANDOM, [change]), two)
        proposed = propose_from_outside(one.context, 0, remove(1), own.signature, suite.structures)
        message = one.open(proposed)
        assert message.content.sender.sender_type == framing.EXTERNAL
        after = make_commit(one.with_proposal(message), RANDOM).group
        assert [index for index, _ in after.tree.members()] == [0]
        with refused("no_such_member"):
            one.open(propose_from_outside(one.context, 1, remove(1), own.signature, suite.structures))
        with refused("bad_signature"):
            one.open(propose_from_outside(one.context, 0, remove(1), RANDOM(32), suite.structures))


def test_octets_that_are_no_certificate(suite: CipherSuite) -> None:
    one, _ = pair(suite)
    for chain in ([], [b""], [b"\x30\x03\x02\x01\x01"]):
        credential = {"credential_type": 2, "certificates": [{"cert_data": each} for each in chain]}
        package, _ = make_key_package(suite, credential, RANDOM(32), LIFE, RANDOM)
        with refused("bad_credential"):
            make_commit(one, RANDOM, [add(package)])
