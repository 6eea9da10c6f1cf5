"""Where every value of a document was written: the index behind findings about JSON and TOML.

The index is a tree of numbered nodes, so that its size is linear in the document; an index of whole paths
would not be (a long key above many values).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from art7.grammar.diagnostics import Span
from art7.grammar.untrusted.text import Lines

Key = str | int

ROOT = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written and, for a member of an object or table, its key."""

    value: Span
    key: Span | None


@dataclass(slots=True)
class Positions:
    """Places of the values of one document, by path (`("component", 0, "name")`) or JSON pointer."""

    lines: Lines
    _child: dict[tuple[int, Key], int] = field(default_factory=dict)
    _spans: list[tuple[int, int, int, int]] = field(default_factory=lambda: [(0, 0, -1, -1)])

    def add(self, parent: int, key: Key, key_start: int, key_end: int) -> int:
        """Number the value of `key` below the node `parent`; its own extent is set by `close`."""
        node = len(self._spans)
        self._child[parent, key] = node
        self._spans.append((key_start, key_end, key_start, key_end))
        return node

    def child(self, parent: int, key: Key) -> int | None:
        """Return the node of `key` below `parent`."""
        return self._child.get((parent, key))

    def close(self, node: int, start: int, end: int) -> None:
        """Set the extent of a node's value."""
        self._spans[node] = (start, end, *self._spans[node][2:])

    def key_span(self, node: int) -> Span:
        """Return where the key of a node stands."""
        start, end = self._spans[node][2:]
        return self.lines.span(start, end)

    def find(self, path: Iterable[Key]) -> Place | None:
        """Return the place of a value, or None when the document has no such path."""
        node = ROOT
        for key in path:
            found = self._child.get((node, key))
            if found is None:
                return None
            node = found
        return self._place(node)

    def nearest(self, path: Sequence[Key]) -> Place:
        """Return the place of a value, or of the closest value above it that is there."""
        node = ROOT
        for key in path:
            found = self._child.get((node, key))
            if found is None:
                break
            node = found
        return self._place(node)

    def pointer(self, pointer: str, value: object) -> Place | None:
        """Return the place of a JSON pointer (RFC 6901) into `value`, the document's value."""
        path: list[Key] = []
        for token in pointer.split("/")[1:]:
            name = token.replace("~1", "/").replace("~0", "~")
            if isinstance(value, list) and name.isdecimal() and len(name) < 10 and int(name) < len(value):
                path.append(int(name))
                value = value[int(name)]
            elif isinstance(value, Mapping) and name in value:
                path.append(name)
                value = value[name]
            else:
                return None
        return self.find(path)

    def _place(self, node: int) -> Place:
        start, end, key_start, key_end = self._spans[node]
        key = self.lines.span(key_start, key_end) if key_end > key_start >= 0 else None
        return Place(self.lines.span(start, end), key)
