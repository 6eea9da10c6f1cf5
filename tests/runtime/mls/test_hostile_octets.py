"""Octets that a stranger or a member sends: whatever they are, a refusal with a code and nothing else."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from art7.runtime.mls.commits import Committed, follow_commit, make_commit
from art7.runtime.mls.epoch import PskStore
from art7.runtime.mls.external import join_externally
from art7.runtime.mls.group import Group
from art7.runtime.mls.joining import join
from art7.runtime.mls.leaves import OwnKeys
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Value, changed
from art7.runtime.mls.tree import RatchetTree
from art7.runtime.mls.tree_hash import check_parent_hashes
from mls_groups import EXECUTIONS, add, chance, client, pair, suite_of

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
EXECUTION = st.sampled_from(EXECUTIONS)
CHANGES = st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(1, 255)), min_size=1, max_size=3)


@cache
def scene(execution: str) -> tuple[Group, Group, Committed, Value, OwnKeys]:
    random, suite = chance(30), suite_of(execution, 1)
    one, two = pair(suite, random)
    package, own = client(suite, "three", random)
    return one, two, make_commit(one, random, [add(package)], wire_format=1), package, own


def flipped(octets: bytes, changes: list[tuple[int, int]]) -> bytes:
    made = bytearray(octets)
    for place, flip in changes:
        made[place % len(made)] ^= flip
    return bytes(made)


def only_refused(run: Any, *arguments: Any, **named: Any) -> str | None:
    """The code of the refusal; anything else that is raised fails the test."""
    try:
        run(*arguments, **named)
    except MlsRefused as refusal:
        assert refusal.code and refusal.code.isidentifier()
        return refusal.code
    return None


@QUICK
@given(EXECUTION, CHANGES)
def test_changed_commits(execution: str, changes: list[tuple[int, int]]) -> None:
    _, two, done, _, _ = scene(execution)
    octets = flipped(done.message, changes)
    assert octets == done.message or only_refused(lambda: follow_commit(two, two.open(octets)))
    assert two.epoch == 1 and not two.known


@QUICK
@given(EXECUTION, CHANGES)
def test_changed_welcomes(execution: str, changes: list[tuple[int, int]]) -> None:
    _, _, done, package, own = scene(execution)
    assert done.welcome is not None
    octets = flipped(done.welcome, changes)
    assert octets == done.welcome or only_refused(
        join, octets, package, own, psks=PskStore(), structures=done.group.suite.structures
    )


@QUICK
@given(EXECUTION, CHANGES)
def test_changed_group_infos(execution: str, changes: list[tuple[int, int]]) -> None:
    one, _, _, package, own = scene(execution)
    right = one.suite.structures.wrap("group_info", one.group_info())
    octets = flipped(right, changes)
    assert octets == right or only_refused(
        join_externally, octets, package, own, chance(31), structures=one.suite.structures
    )


@QUICK
@given(EXECUTION, CHANGES)
def test_trees_of_members_who_lie(execution: str, changes: list[tuple[int, int]]) -> None:
    """A tree that can be read is checked without a fault of ours, whoever signed for it."""
    suite = suite_of(execution, 1)
    right = suite.structures.encode("RatchetTree", scene(execution)[2].group.tree.value(suite.structures))

    def check() -> None:
        tree = RatchetTree.of(suite.structures.decode("RatchetTree", flipped(right, changes)))
        check_parent_hashes(suite, tree)

    only_refused(check)


@QUICK
@given(EXECUTION, st.integers(0, 8), st.integers(0, 1 << 32), st.integers(0, 4), st.binary(max_size=40))
def test_commits_that_a_member_signs(
    execution: str, kind: int, number: int, sender: int, octets: bytes
) -> None:
    """Whatever a member commits, rightly signed: it is refused, and nothing changes."""
    one, two, _, package, _ = scene(execution)
    leaf = package.leaf_node
    proposals: list[dict[str, Any]] = [
        {"proposal_type": 3, "remove": {"removed": number % (1 << 32)}},
        {"proposal_type": 2, "update": {"leaf_node": changed(leaf, encryption_key=octets)}},
        {"proposal_type": 1, "add": {"key_package": changed(package, init_key=octets)}},
        {"proposal_type": 6, "external_init": {"kem_output": octets}},
        {"proposal_type": 4, "psk": {"psk": {"psk_type": 1, "psk_id": octets, "psk_nonce": octets}}},
    ]
    named: list[dict[str, Any]] = [{"kind": 1, "proposal": proposals[kind % 5]}]
    if kind > 5:
        named.append({"kind": 2, "reference": octets})
    node = {"encryption_key": octets, "encrypted_path_secret": [{"kem_output": octets, "ciphertext": octets}]}
    path = {
        "leaf_node": changed(leaf, leaf_node_source=3, lifetime=None, parent_hash=octets),
        "nodes": [node],
    }
    body = {"proposals": named, "path": path if sender % 2 else None}
    message = one.signed(1, 3, body)
    message = changed(message, auth=changed(message.auth, confirmation_tag=octets))
    assert only_refused(lambda: follow_commit(two, two.open(one.protect(message, chance(32)))))
