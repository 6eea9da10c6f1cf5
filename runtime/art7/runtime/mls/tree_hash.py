"""Tree hashes and parent hashes (RFC 9420 §7.8, §7.9), and what makes a received tree acceptable."""

from __future__ import annotations

from collections.abc import Collection

from art7.runtime.mls import tree_math as math
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Value, changed
from art7.runtime.mls.suite import CipherSuite
from art7.runtime.mls.tree import RatchetTree


def tree_hash(suite: CipherSuite, tree: RatchetTree, number: int | None = None) -> bytes:
    """Return the hash of a subtree; of the whole tree without a number."""
    if number is None:
        number = tree.root
    found = tree.hashes[number]
    if found is None:
        found = tree.hashes[number] = _node_hash(suite, tree, number, ())
    return found


def _node_hash(suite: CipherSuite, tree: RatchetTree, number: int, without: Collection[int]) -> bytes:
    node, structures = tree.nodes[number], suite.structures
    if number % 2 == 0:
        node = None if number // 2 in without else node
        leaf = structures.new("LeafNodeHashInput", leaf_index=number // 2, leaf_node=node)
        return suite.hash(structures.write("TreeHashInput", node_type=1, leaf=leaf))
    if node is not None and without:
        kept = [leaf for leaf in node.unmerged_leaves if leaf not in without]
        node = changed(node, unmerged_leaves=kept)
    left, right = (original_hash(suite, tree, child, without) for child in _children(number))
    parent = structures.new("ParentNodeHashInput", parent_node=node, left_hash=left, right_hash=right)
    return suite.hash(structures.write("TreeHashInput", node_type=2, parent=parent))


def original_hash(suite: CipherSuite, tree: RatchetTree, number: int, without: Collection[int]) -> bytes:
    """Return the hash that a subtree had before some leaves came into it (§7.9)."""
    if not any(math.is_below(2 * leaf, number) for leaf in without):
        return tree_hash(suite, tree, number)
    return _node_hash(suite, tree, number, without)


def _children(number: int) -> tuple[int, int]:
    return math.left(number), math.right(number)


def parent_hash(suite: CipherSuite, tree: RatchetTree, number: int, beside: int) -> bytes:
    """Return what a node below `number` must hold, `beside` the child away from it (§7.9)."""
    node = tree.nodes[number]
    assert node is not None, "only nodes with keys bind others"
    sibling = original_hash(suite, tree, beside, node.unmerged_leaves)
    return suite.hash(
        suite.structures.write(
            "ParentHashInput",
            encryption_key=node.encryption_key,
            parent_hash=node.parent_hash,
            original_sibling_tree_hash=sibling,
        )
    )


def check_parent_hashes(suite: CipherSuite, tree: RatchetTree) -> None:
    """Check that every parent that is not blank was made by a path (§7.9.2).

    Raises: `MlsRefused` with `bad_tree` or `bad_parent_hash`.
    """
    for number in range(1, len(tree.nodes), 2):
        node = tree.nodes[number]
        if node is None:
            continue
        _check_unmerged(tree, number, node)
        if not any(_binds(suite, tree, number, child) for child in _children(number)):
            raise MlsRefused(
                "bad_parent_hash", "a node below that is bound to it", f"node {number}", "§7.9.2"
            )


def _check_unmerged(tree: RatchetTree, number: int, node: Value) -> None:
    """Unmerged leaves are members below, ascending, and unmerged at every node with keys between (§12.4.3.1)."""
    listed = node.unmerged_leaves
    if listed != sorted(set(listed)):
        raise MlsRefused("bad_tree", "unmerged leaves in ascending order", f"node {number}", "RFC 9420 §7.1")
    for leaf in listed:
        if tree.leaf(leaf) is None or not math.is_below(2 * leaf, number):
            raise MlsRefused("bad_tree", "unmerged leaves below the node", f"leaf {leaf}", "RFC 9420 §7.1")
        between = 2 * leaf
        while (between := math.parent(between)) != number:
            if tree.nodes[between] is not None and leaf not in tree.unmerged(between):
                raise MlsRefused("bad_tree", "a leaf unmerged all the way up", f"leaf {leaf}", "§12.4.3.1")


def _binds(suite: CipherSuite, tree: RatchetTree, number: int, child: int) -> bool:
    """Whether a node that covers `child` holds the parent hash of `number`."""
    unmerged = {2 * leaf for leaf in tree.unmerged(number) if math.is_below(2 * leaf, child)}
    covering = tree.resolution(child)
    if not unmerged < set(covering) or len(covering) != len(unmerged) + 1:
        return False
    bound = next(each for each in covering if each not in unmerged)
    held = getattr(tree.nodes[bound], "parent_hash", None)
    return bool(held) and held == parent_hash(suite, tree, number, math.sibling(child))
