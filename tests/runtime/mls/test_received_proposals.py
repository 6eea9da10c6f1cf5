"""Proposals of others: what could never be committed is refused at once, what cannot stand together is chosen from."""

from __future__ import annotations

from typing import Any

import pytest

from art7.runtime.mls import framing
from art7.runtime.mls.commits import follow_commit, make_commit
from art7.runtime.mls.group import Group
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.suite import cipher_suite
from mls_groups import LIFE, add, chance, client, deliver, pair, remove, welcomed

SUITE, RANDOM = cipher_suite(1), chance(33)


def sent(by: Group, proposal: dict[str, Any]) -> bytes:
    return by.protect(by.signed(framing.PUBLIC, framing.PROPOSAL, proposal), RANDOM)


def three() -> list[Group]:
    one, two = pair(SUITE, RANDOM)
    joiner = client(SUITE, "three", RANDOM)
    done = make_commit(one, RANDOM, [add(joiner[0])])
    return [*deliver(done, two), welcomed(done, *joiner)]


def test_what_could_never_be_committed_is_refused_at_once() -> None:
    one, two, _ = three()
    package, _ = client(SUITE, "four", RANDOM)
    spoilt = {**package, "signature": bytes(64)}
    late = {**one.tree.member(0), "leaf_node_source": 2, "lifetime": None, "parent_hash": None}
    cases = (
        (add(spoilt), "bad_key_package_signature"),
        (remove(9), "no_such_member"),
        ({"proposal_type": 2, "update": {"leaf_node": late}}, "bad_leaf_signature"),
        (
            {
                "proposal_type": 7,
                "group_context_extensions": {"extensions": [{"extension_type": 9, "extension_data": b""}]},
            },
            "bad_leaf",
        ),
    )
    for proposal, code in cases:
        message = two.open(sent(one, proposal))
        with pytest.raises(MlsRefused) as refusal:
            two.with_proposal(message)
        assert refusal.value.code == code
    with pytest.raises(MlsRefused, match="bad_leaf"):
        two.with_proposal(two.open(sent(one, add(package))), now=LIFE[1] + 1)
    assert not two.known


def test_one_of_two_that_cannot_stand_together() -> None:
    one, two, last = three()
    groups = [one, two, last]
    for by in (0, 1):
        octets = sent(groups[by], remove(2))
        groups = [each.with_proposal(each.open(octets)) for each in groups]
    first = next(iter(groups[0].known))
    with pytest.raises(MlsRefused, match="bad_proposals"):
        make_commit(groups[0], RANDOM)
    assert make_commit(groups[0], RANDOM, references=()).group.tree.leaf(2) is not None
    done = make_commit(groups[0], RANDOM, references=[first])
    after = deliver(done, groups[1])
    assert after[1].tree.leaf(2) is None and not after[1].known
    with pytest.raises(MlsRefused, match="removed"):
        follow_commit(groups[2], groups[2].open(done.message))
