"""The ratchet tree (RFC 9420 §4, §7.7): who is where, what is blank, and how it grows and shrinks.

Nodes are structures of the catalogue and never changed in place, so that a copy of a tree is a copy of references. Hashes
are kept per node and forgotten along the way to the root when a node changes, and a census answers what concerns all
nodes: a commit costs the height of the tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from art7.runtime.mls import tree_math as math
from art7.runtime.mls.census import Census
from art7.runtime.mls.refusals import MlsRefused
from art7.runtime.mls.structures import Structures, Value, changed

LARGEST = 1 << 20
"""The most nodes that are held."""


class RatchetTree:
    """Leaves and parents by node number; `None` is a blank one."""

    __slots__ = ("_blank", "census", "hashes", "nodes")

    def __init__(self, nodes: Iterable[Value | None]) -> None:
        self.nodes = list(nodes)
        self.hashes: list[bytes | None] = [None] * len(self.nodes)
        """Tree hashes that are known; see `tree_hash`."""
        self.census = Census()
        for number, node in enumerate(self.nodes):
            if node is not None:
                self.census.enter(node, is_leaf=number % 2 == 0)
        self._blank = 0
        """No leaf before this one is blank."""

    @classmethod
    def of(cls, value: Value) -> RatchetTree:
        """Read a `RatchetTree` of the catalogue. Raises: `MlsRefused` with `bad_tree`."""
        listed: list[Value | None] = value.nodes
        if not listed or listed[-1] is None or len(listed) > LARGEST:
            raise MlsRefused("bad_tree", "a last node that is not blank", f"{len(listed)} nodes", "§12.4.3.3")
        nodes: list[Value | None] = []
        for number, node in enumerate(listed):
            if node is not None and node.node_type != 1 + number % 2:
                raise MlsRefused("bad_tree", "leaves at even places", f"node {number}", "§12.4.3.3")
            nodes.append(None if node is None else node.parent_node if number % 2 else node.leaf_node)
        leaves = math.full_size(len(nodes) // 2 + 1)
        nodes += [None] * (math.node_count(leaves) - len(nodes))
        return cls(nodes)

    def value(self, structures: Structures) -> Value:
        """Return it as a `RatchetTree` of the catalogue, without the blank nodes at the end."""
        last = max(number for number, node in enumerate(self.nodes) if node is not None)
        nodes = []
        for number, node in enumerate(self.nodes[: last + 1]):
            held = {"parent_node" if number % 2 else "leaf_node": node}
            nodes.append(None if node is None else structures.new("Node", node_type=1 + number % 2, **held))
        return structures.new("RatchetTree", nodes=nodes)

    def copy(self) -> RatchetTree:
        """Return a tree that can be changed apart."""
        made = RatchetTree.__new__(RatchetTree)
        made.nodes, made.hashes = self.nodes.copy(), self.hashes.copy()
        made.census, made._blank = self.census.copy(), self._blank
        return made

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
            if each.signature_key == leaf.signature_key and each == leaf:
                return index
        raise MlsRefused("no_such_member", "our own leaf in the tree", "none", "RFC 9420 §12.4.3.1")

    def unmerged(self, number: int) -> list[int]:
        """Return the unmerged leaves of a node; none of a blank one or a leaf."""
        node = self.nodes[number]
        return list(node.unmerged_leaves) if node is not None and number % 2 else []

    def resolution(self, number: int) -> list[int]:
        """Return the nodes that together cover a subtree (§4.1.1)."""
        if self.nodes[number] is not None:
            return [number, *(2 * leaf for leaf in self.unmerged(number))]
        if number % 2 == 0:
            return []
        reach = (1 << math.level(number)) - 1
        low, high = number - reach, number + reach
        if not any(self.nodes[low + 1 : high : 2]):  # no parent has keys
            return [leaf for leaf in range(low, high + 1, 2) if self.nodes[leaf] is not None]
        return self.resolution(math.left(number)) + self.resolution(math.right(number))

    def is_occupied(self, number: int) -> bool:
        """Whether a subtree has a node that is not blank: its resolution has nodes."""
        if self.nodes[number] is not None:
            return True
        return number % 2 == 1 and (
            self.is_occupied(math.left(number)) or self.is_occupied(math.right(number))
        )

    def filtered_path(self, leaf: int) -> list[tuple[int, int]]:
        """Return (node, its child beside the path) of a leaf's filtered direct path, from below (§4.1.2)."""
        found, below = [], 2 * leaf
        for above in math.direct_path(2 * leaf, self.leaf_count):
            beside = math.sibling(below)
            if self.is_occupied(beside):
                found.append((above, beside))
            below = above
        return found

    # ---- changing ----

    def put(self, number: int, node: Value | None) -> None:
        """Replace a node and forget the hashes above it."""
        self.replace(number, node)
        for above in math.direct_path(number, self.leaf_count):
            self.hashes[above] = None

    def replace(self, number: int, node: Value | None) -> None:
        """Replace a node; the hashes above it are forgotten by whoever does, as `blank_path` and `put` do."""
        is_leaf, before = number % 2 == 0, self.nodes[number]
        if before is not None:
            self.census.leave(before, is_leaf=is_leaf)
        if node is not None:
            self.census.enter(node, is_leaf=is_leaf)
        elif is_leaf:
            self._blank = min(self._blank, number // 2)
        self.nodes[number], self.hashes[number] = node, None

    def add(self, leaf: Value) -> int:
        """Put a new member into the leftmost blank leaf, growing where there is none; return it (§12.1.1)."""
        index = self.reserve()
        for above in math.direct_path(2 * index, self.leaf_count):
            node = self.nodes[above]
            if node is not None:
                unmerged = sorted([*node.unmerged_leaves, index])
                self.replace(above, changed(node, unmerged_leaves=unmerged))
        self.put(2 * index, leaf)
        return index

    def reserve(self) -> int:
        """Return the leftmost blank leaf, growing where there is none (§7.7)."""
        while self._blank < self.leaf_count and self.nodes[2 * self._blank] is not None:
            self._blank += 1
        if self._blank == self.leaf_count:
            more: list[None] = [None] * (len(self.nodes) + 1)
            self.nodes += more
            self.hashes += more
        return self._blank

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
            self._shrink(math.node_count(self.leaf_count // 2))

    def _shrink(self, size: int) -> None:
        for number in range(size, len(self.nodes)):
            self.replace(number, None)
        del self.nodes[size:], self.hashes[size:]

    def blank_path(self, index: int) -> None:
        """Blank every node above a leaf."""
        for above in math.direct_path(2 * index, self.leaf_count):
            self.replace(above, None)
