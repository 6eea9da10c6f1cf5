"""A tree's census says what a look at every node says, whatever was done to the tree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from art7.runtime.mls.structures import Value
from art7.runtime.mls.tree import RatchetTree
from art7.runtime.mls.tree_hash import tree_hash
from mls_groups import suite_of

SUITE = suite_of("interpreter", 1)
KEY = st.sampled_from([b"a", b"b", b"c", b"d"])
KINDS = st.lists(st.integers(1, 2), max_size=3)
LEAF = st.tuples(KEY, KEY, st.integers(1, 2), KINDS)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.just(0), LEAF),
        st.tuples(st.just("update"), st.integers(0, 9), LEAF),
        st.tuples(st.just("remove"), st.integers(0, 9), LEAF),
        st.tuples(st.just("parent"), st.integers(0, 9), LEAF),
    ),
    max_size=16,
)


def leaf_of(encryption: bytes, signature: bytes, kind: int, able: Iterable[int]) -> Value:
    new = SUITE.structures.new
    return new(
        "LeafNode",
        encryption_key=encryption,
        signature_key=signature,
        credential=new(
            "Credential", credential_type=kind, **{("identity", "certificates")[kind - 1]: kept(kind)}
        ),
        capabilities=new(
            "Capabilities", versions=[], cipher_suites=[], extensions=[], proposals=[], credentials=[*able]
        ),
        leaf_node_source=2,
        extensions=[],
        signature=b"",
    )


def kept(kind: int) -> Any:
    return b"name" if kind == 1 else []


def do(tree: RatchetTree, verb: str, number: int, leaf: Value) -> None:
    members = [index for index, _ in tree.members()]
    index = members[number % len(members)]
    if verb == "add":
        tree.add(leaf)
    elif verb == "update":
        tree.update(index, leaf)
    elif verb == "remove" and len(members) > 1:
        tree.remove(index)
    elif verb == "parent" and len(tree.nodes) > 1:
        parent = SUITE.structures.new(
            "ParentNode", encryption_key=leaf.encryption_key, parent_hash=b"", unmerged_leaves=[]
        )
        tree.put(2 * (number % (len(tree.nodes) // 2)) + 1, parent)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(LEAF, STEPS)
def test_the_census_is_what_a_look_at_every_node_gives(first: Any, steps: list[Any]) -> None:
    tree = RatchetTree([leaf_of(*first)])
    for verb, number, given_leaf in steps:
        before, nodes = tree.copy(), [*tree.nodes]
        do(tree, verb, number, leaf_of(*given_leaf))
        leaves = [leaf for _, leaf in tree.members()]
        census = tree.census
        for name in ("encryption_key", "signature_key"):
            found = [getattr(leaf, name) for leaf in leaves]
            assert (name in census.shared_keys()) == (len(set(found)) < len(found))
        lacking = {leaf.credential.credential_type for leaf in leaves} - set.intersection(
            *(set(leaf.capabilities.credentials) for leaf in leaves)
        )
        assert set(census.unsupported_credentials()) == lacking
        known = {node.encryption_key for node in tree.nodes if node is not None}
        assert all(census.has_key(key) == (key in known) for key in (b"a", b"b", b"c", b"d"))
        assert (
            before.nodes == nodes and before.census.shared_keys() == RatchetTree(nodes).census.shared_keys()
        )
        assert tree_hash(SUITE, tree) == tree_hash(SUITE, RatchetTree(tree.nodes))
        assert len(tree.hashes) == len(tree.nodes)
        assert tree.copy().reserve() == blank(tree)


def blank(tree: RatchetTree) -> int:
    blanks = [index for index in range(tree.leaf_count) if tree.leaf(index) is None]
    return min(blanks, default=tree.leaf_count)
