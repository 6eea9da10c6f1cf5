"""Node numbers of a full binary tree (RFC 9420 appendix C): leaf `i` is node `2 * i`, parents stand between.

Trees have 2^k leaves. Numbers are not checked: callers hold them within the tree.
"""

from __future__ import annotations

from collections.abc import Iterator


def level(node: int) -> int:
    """Return how far above the leaves a node stands: 0 for a leaf."""
    return (~node & (node + 1)).bit_length() - 1


def node_count(leaves: int) -> int:
    """Return how many nodes a tree of that many leaves has."""
    return max(2 * leaves - 1, 0)


def full_size(leaves: int) -> int:
    """Return the leaves of the smallest full tree that holds that many."""
    return 1 << max(leaves - 1, 0).bit_length()


def root(leaves: int) -> int:
    """Return the root."""
    return full_size(leaves) - 1


def left(node: int) -> int:
    """Return the left child of a parent."""
    return node ^ 1 << level(node) - 1


def right(node: int) -> int:
    """Return the right child of a parent."""
    return node ^ 3 << level(node) - 1


def parent(node: int) -> int:
    """Return the node above; not for the root."""
    height = level(node)
    return (node | 1 << height) & ~(1 << height + 1)


def sibling(node: int) -> int:
    """Return the other child of the node above; not for the root."""
    above = parent(node)
    return right(above) if node < above else left(above)


def direct_path(node: int, leaves: int) -> list[int]:
    """Return the nodes above, from the lowest to the root."""
    top, found = root(leaves), []
    while node != top:
        node = parent(node)
        found.append(node)
    return found


def is_below(node: int, above: int) -> bool:
    """Whether a node lies in the subtree of another, itself among it."""
    reach = (1 << level(above)) - 1
    return above - reach <= node <= above + reach


def child_towards(above: int, node: int) -> int:
    """Return the child of `above` in whose subtree `node` lies."""
    return left(above) if node < above else right(above)


def common_ancestor(one: int, other: int) -> int:
    """Return the lowest node that has both below it."""
    while not is_below(other, one):
        one = parent(one)
    return one


def leaves_below(node: int) -> Iterator[int]:
    """Yield the leaf numbers of a subtree, from the left."""
    reach = (1 << level(node)) - 1
    return iter(range((node - reach) // 2, (node + reach) // 2 + 1))
