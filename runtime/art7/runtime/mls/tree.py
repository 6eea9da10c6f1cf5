"""The ratchet tree (RFC 9420 §4, §7.7): who is where, what is blank, and how it grows and shrinks.

Nodes are structures of the catalogue and never changed in place, so that a copy of a tree costs one list. Hashes are
kept per node and forgotten along the way to the root when a node changes: a commit costs the height of the tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from art7.runtime.mls import tree_math as math
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Value

LARGEST = 1 << 20
"""The most nodes that are held."""


class RatchetTree:
    """Leaves and parents by node number; `None` is a blank one."""

    __slots__ = ("hashes", "nodes")

    def __init__(self, nodes: Iterable[Value | None], hashes: dict[int, bytes] | None = None) -> None:
        self.nodes = list(nodes)
        self.hashes = hashes or {}
        """Tree hashes that are known; see `tree_hash`."""

    @classmethod
    def of(cls, value: Value) -> RatchetTree:
        """Read a `RatchetTree` of the catalogue. Raises: `MlsRefused` with `bad_tree`."""
        listed: list[Value | None] = value["nodes"]
        if not listed or listed[-1] is None or len(listed) > LARGEST:
            raise MlsRefused("bad_tree", "a last node that is not blank", f"{len(listed)} nodes", "§12.4.3.3")
        nodes: list[Value | None] = []
        for number, node in enumerate(listed):
            if node is not None and node["node_type"] != 1 + number % 2:
                raise MlsRefused("bad_tree", "leaves at even places", f"node {number}", "§12.4.3.3")
            nodes.append(None if node is None else node["parent_node" if number % 2 else "leaf_node"])
        leaves = math.full_size(len(nodes) // 2 + 1)
        nodes += [None] * (math.node_count(leaves) - len(nodes))
        return cls(nodes)

    def value(self) -> dict[str, Any]:
        """Return it as a `RatchetTree` of the catalogue, without the blank nodes at the end."""
        last = max(number for number, node in enumerate(self.nodes) if node is not None)
        return {"nodes": [self._wire(number) for number in range(last + 1)]}

    def _wire(self, number: int) -> dict[str, Any] | None:
        node = self.nodes[number]
        if node is None:
            return None
        return {"node_type": 1 + number % 2, "parent_node" if number % 2 else "leaf_node": node}

    def copy(self) -> RatchetTree:
        """Return a tree that can be changed apart."""
        return RatchetTree(self.nodes, dict(self.hashes))

    # ---- looking ----

    @property
    def leaf_count(self) -> int:
        """How many leaves there is room for."""
        return len(self.nodes) // 2 + 1

    @property
    def root(self) -> int:
        """The root's number."""
        return math.root(self.leaf_count)

    def leaf(self, index: int) -> Value | None:
        """Return a leaf, `None` when it is blank or outside."""
        return self.nodes[2 * index] if 0 <= index < self.leaf_count else None

    def member(self, index: int) -> Value:
        """Return a member's leaf. Raises: `MlsRefused` with `no_such_member`."""
        found = self.leaf(index)
        if found is None:
            raise MlsRefused("no_such_member", "a member", f"leaf {index}", "RFC 9420 §6")
        return found

    def members(self) -> Iterator[tuple[int, Value]]:
        """Yield (index, leaf) of every member."""
        for index in range(self.leaf_count):
            leaf = self.nodes[2 * index]
            if leaf is not None:
                yield index, leaf

    def find(self, leaf: Value) -> int:
        """Return the index of an equal leaf. Raises: `MlsRefused` with `no_such_member`."""
        for index, each in self.members():
            if each == leaf:
                return index
        raise MlsRefused("no_such_member", "our own leaf in the tree", "none", "RFC 9420 §12.4.3.1")

    def unmerged(self, number: int) -> list[int]:
        """Return the unmerged leaves of a node; none of a blank one or a leaf."""
        node = self.nodes[number]
        return list(node["unmerged_leaves"]) if node is not None and number % 2 else []

    def resolution(self, number: int) -> list[int]:
        """Return the nodes that together cover a subtree (§4.1.1)."""
        if self.nodes[number] is not None:
            return [number, *(2 * leaf for leaf in self.unmerged(number))]
        if number % 2 == 0:
            return []
        return self.resolution(math.left(number)) + self.resolution(math.right(number))

    def filtered_path(self, leaf: int) -> list[tuple[int, int]]:
        """Return (node, its child beside the path) of a leaf's filtered direct path, from below (§4.1.2)."""
        found, below = [], 2 * leaf
        for above in math.direct_path(2 * leaf, self.leaf_count):
            beside = math.sibling(below)
            if self.resolution(beside):
                found.append((above, beside))
            below = above
        return found

    # ---- changing ----

    def put(self, number: int, node: Value | None) -> None:
        """Replace a node and forget the hashes above it."""
        self.nodes[number] = node
        self.hashes.pop(number, None)
        for above in math.direct_path(number, self.leaf_count):
            self.hashes.pop(above, None)

    def add(self, leaf: Value) -> int:
        """Put a new member into the leftmost blank leaf, growing where there is none; return it (§12.1.1)."""
        index = self.reserve()
        for above in math.direct_path(2 * index, self.leaf_count):
            node = self.nodes[above]
            if node is not None:
                self.nodes[above] = {**node, "unmerged_leaves": sorted([*node["unmerged_leaves"], index])}
        self.put(2 * index, leaf)
        return index

    def reserve(self) -> int:
        """Return the leftmost blank leaf, growing where there is none (§7.7)."""
        blank = next((i for i in range(self.leaf_count) if self.nodes[2 * i] is None), self.leaf_count)
        if blank == self.leaf_count:
            self.nodes += [None] * (len(self.nodes) + 1)
        return blank

    def update(self, index: int, leaf: Value) -> None:
        """Replace a member's leaf and blank the way to the root (§12.1.2)."""
        self.put(2 * index, leaf)
        self.blank_path(index)

    def remove(self, index: int) -> None:
        """Blank a member's leaf and the way to the root, then shrink (§12.1.3, §7.7)."""
        self.put(2 * index, None)
        self.blank_path(index)
        while self.leaf_count > 1 and not any(
            self.nodes[2 * i] is not None for i in range(self.leaf_count // 2, self.leaf_count)
        ):
            half = self.leaf_count // 2
            del self.nodes[math.node_count(half) :]
            self.hashes = {number: each for number, each in self.hashes.items() if number < len(self.nodes)}

    def blank_path(self, index: int) -> None:
        """Blank every node above a leaf."""
        for above in math.direct_path(2 * index, self.leaf_count):
            self.nodes[above] = None
            self.hashes.pop(above, None)
