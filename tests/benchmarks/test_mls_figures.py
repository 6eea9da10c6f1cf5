"""What is measured of MLS groups is what it says: full trees, every operation, verdicts by the figures."""

from __future__ import annotations

import pytest
from benchmarks.mls_groups import OPERATIONS, Ours, exponent, full_groups, octets_a_leaf, scaling
from benchmarks.mls_peers import GOALS, lines

from art7.runtime.mls.commits import follow_commit, make_commit
from art7.runtime.mls.tree_hash import check_parent_hashes
from mls_groups import chance, suite_of


def test_a_full_tree_has_no_blank_parent_and_its_members_go_on() -> None:
    suite = suite_of("sdk", 1)
    one, two = full_groups(suite, 13)
    assert all(node is not None for node in one.tree.nodes[1:25:2])
    check_parent_hashes(suite, one.tree)
    done = make_commit(one, chance(1))
    assert follow_commit(two, two.open(done.message)).context == done.group.context
    assert one.own.index != two.own.index


def test_a_round_times_every_operation() -> None:
    runner = Ours(suite_of("sdk", 1), 3)
    for _ in range(2):
        assert set(runner.round()) == set(OPERATIONS) == {goal.operation for goal in GOALS}


def test_what_grows_is_fitted() -> None:
    assert exponent({128: 2.0, 256: 4.0, 512: 8.0}) == pytest.approx(1)
    assert exponent({128: 7.0, 1024: 7.0}) == pytest.approx(0)
    found = scaling(suite_of("sdk", 1), sizes=(4, 8), rounds=1)
    assert set(found) == {"commit", "process"} and set(found["commit"]) == {4, 8}


def test_a_leaf_takes_little() -> None:
    """A count of octets, not a time: the goal holds on every machine."""
    assert 500 < octets_a_leaf(suite_of("sdk", 1), 64) <= 1536


def test_verdicts_go_by_the_figures() -> None:
    ours = {name: [1.0, 1.0] for name in OPERATIONS}
    rust = {name: [0.4, 0.4] for name in OPERATIONS} | {"commit": [1.0, 1.0], "process": [0.6, 0.6]}
    rows = {row.split()[0]: row for row in lines(128, {"art7": ours, "mls-rs": rust}, {"commit": 4.0})[1:]}
    assert rows["commit"].endswith("reached to the end, missed")
    assert rows["process"].endswith("reached, no figure of ts-mls")
    assert rows["join"].endswith("missed, no figure of ts-mls")
    alone = lines(128, {"art7": ours}, {"create": 9.0})
    assert any("no figure of mls-rs, reached" in row for row in alone)
