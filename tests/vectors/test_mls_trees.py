"""Trees of MLS and their paths against published cases, found by the keys that a case has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from art7.runtime.mls import tree_math
from art7.runtime.mls.leaves import Place, check_leaf_signature
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.suite import CipherSuite, KeyPair
from art7.runtime.mls.tree import RatchetTree
from art7.runtime.mls.tree_hash import check_parent_hashes, tree_hash
from art7.runtime.mls.tree_kem import apply_path, climb, make_path, node_key, open_path, seal_path
from mls_cases import Case, Checks, files, group_context, octets, run, spoilt, suite_for, tree_of
from mls_groups import EXECUTIONS, chance


def check_tree_math(case: Case) -> None:
    leaves, nodes = case["n_leaves"], range(case["n_nodes"])
    assert tree_math.node_count(leaves) == len(nodes) and tree_math.root(leaves) == case["root"]
    root = case["root"]
    assert case["left"] == [tree_math.left(x) if x % 2 else None for x in nodes]
    assert case["right"] == [tree_math.right(x) if x % 2 else None for x in nodes]
    assert case["parent"] == [None if x == root else tree_math.parent(x) for x in nodes]
    assert case["sibling"] == [None if x == root else tree_math.sibling(x) for x in nodes]


def check_operation(case: Case) -> None:
    suite = suite_for(case)
    tree = tree_of(suite, case["tree_before"])
    assert tree_hash(suite, tree).hex() == case["tree_hash_before"]
    proposal = suite.structures.decode("Proposal", bytes.fromhex(case["proposal"]))
    match proposal.proposal_type:
        case 1:
            tree.add(proposal.add.key_package.leaf_node)
        case 2:
            tree.update(case["proposal_sender"], proposal.update.leaf_node)
        case 3:
            tree.remove(proposal.remove.removed)
        case other:
            raise AssertionError(f"a tree operation of type {other}")
    assert suite.structures.encode("RatchetTree", tree.value(suite.structures)).hex() == case["tree_after"]
    assert tree_hash(suite, tree).hex() == case["tree_hash_after"]
    assert tree_hash(suite, RatchetTree.of(tree.value(suite.structures))).hex() == case["tree_hash_after"]


def check_validation(case: Case) -> None:
    suite = suite_for(case)
    tree = tree_of(suite, case["tree"])
    assert [tree.resolution(x) for x in range(len(tree.nodes))] == case["resolutions"]
    assert [tree_hash(suite, tree, x).hex() for x in range(len(tree.nodes))] == case["tree_hashes"]
    check_parent_hashes(suite, tree)
    for index, leaf in tree.members():
        place = Place(bytes.fromhex(case["group_id"]), index)
        check_leaf_signature(suite, leaf, place)
        with pytest.raises(MlsRefused, match="bad_leaf_signature"):
            check_leaf_signature(suite, spoilt(leaf, "signature"), place)
    for number in range(1, len(tree.nodes), 2):
        if tree.nodes[number] is not None and tree.nodes[number].parent_hash:
            broken = tree.copy()
            broken.put(number, spoilt(tree.nodes[number], "parent_hash"))
            with pytest.raises(MlsRefused, match="bad_parent_hash"):
                check_parent_hashes(suite, broken)


def check_tree_kem(case: Case) -> None:
    suite = suite_for(case)
    group_id = bytes.fromhex(case["group_id"])
    tree = tree_of(suite, case["ratchet_tree"])
    check_parent_hashes(suite, tree)
    members = {each["index"]: private_keys(suite, tree, each) for each in case["leaves_private"]}
    signers = {each["index"]: bytes.fromhex(each["signature_priv"]) for each in case["leaves_private"]}
    for each in case["update_paths"]:
        path = suite.structures.decode("UpdatePath", bytes.fromhex(each["update_path"]))
        sender, after = each["sender"], tree.copy()
        apply_path(suite, after, sender, path, group_id)
        assert tree_hash(suite, after).hex() == each["tree_hash_after"]
        context = suite.structures.encode("GroupContext", group_context(case, suite, tree_hash(suite, after)))
        for own, secret in enumerate(each["path_secrets"]):
            if secret is not None:
                found = open_path(suite, tree, sender, path, members[own], own, context)
                assert next(iter(found.by_node.values())).hex() == secret
                assert found.commit_secret.hex() == each["commit_secret"]
        if sender == case["update_paths"][-1]["sender"]:
            check_own_path(case, suite, tree, members, sender, signers[sender])


def private_keys(suite: CipherSuite, tree: RatchetTree, each: Case) -> dict[int, KeyPair]:
    encryption, signature = octets(each, "encryption_priv", "signature_priv")
    leaf = tree.member(each["index"])
    assert suite.public_key(encryption) == leaf.encryption_key
    assert suite.signature_key(signature) == leaf.signature_key
    keys = {2 * each["index"]: KeyPair(encryption, leaf.encryption_key)}
    for secret in each["path_secrets"]:
        node = secret["node"]
        keys[node] = node_key(suite, bytes.fromhex(secret["path_secret"]))
        assert tree.nodes[node].encryption_key == keys[node].public
        assert tree_math.is_below(2 * each["index"], node)
    return keys


def check_own_path(
    case: Case,
    suite: CipherSuite,
    tree: RatchetTree,
    members: Mapping[int, dict[int, KeyPair]],
    sender: int,
    signature: bytes,
) -> None:
    """A path that we make leads every other member to our commit secret, and its tree is accepted."""
    group_id, after = bytes.fromhex(case["group_id"]), tree.copy()
    new = make_path(suite, after, sender, tree.member(sender), signature, group_id, chance())
    check_parent_hashes(suite, after)
    context = suite.structures.encode("GroupContext", group_context(case, suite, tree_hash(suite, after)))
    path = seal_path(suite, tree, sender, new, context, chance())
    merged = tree.copy()
    apply_path(suite, merged, sender, path, group_id)
    assert merged.nodes == after.nodes
    for own, keys in members.items():
        if own != sender:
            found = open_path(suite, tree, sender, path, keys, own, context)
            assert found.commit_secret == new.secrets.commit_secret
    filtered = [node for node, _ in tree.filtered_path(sender)]
    assert climb(suite, next(iter(new.secrets.by_node.values())), filtered) == new.secrets


def check_hand_made_tree(case: Case) -> None:
    """Trees with parents that nobody made: hashes hold, the check of parent hashes refuses them."""
    suite = suite_for(case)
    tree = tree_of(suite, case["tree_data"])
    if "tree_hash" in case:
        assert tree_hash(suite, tree).hex() == case["tree_hash"]
        for _, leaf in tree.members():
            check_leaf_signature(suite, leaf, None)
    with pytest.raises(MlsRefused, match="bad_parent_hash|bad_tree"):
        check_parent_hashes(suite, tree)


CHECKS: Checks = (
    ({"n_leaves", "root"}, check_tree_math),
    ({"tree_before", "proposal_sender"}, check_operation),
    ({"tree", "resolutions"}, check_validation),
    ({"leaves_private", "update_paths"}, check_tree_kem),
    ({"tree_data"}, check_hand_made_tree),
)
"""Which check reads a case: told by the keys it has."""


@pytest.mark.parametrize("execution", EXECUTIONS)
@pytest.mark.parametrize("path", files(), ids=lambda path: "/".join(path.parts[-2:]))
def test_cases(path: Path, execution: str, cases: Any) -> None:
    run(path, CHECKS, cases, execution)
