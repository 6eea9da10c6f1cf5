"""What an example in one of its printed forms consists of."""

from __future__ import annotations

from dataclasses import dataclass, field

from art7.codegen.imports.faults import Source
from art7.grammar.diagnostics import Span


@dataclass(slots=True)
class Item:
    """A value in diagnostic notation; `kind` is one of integer, float, text, octets, array, map, tag, simple, embedded.

    `value` is the number, text, octets, tag or simple number; `children` those of an array or map (keys and values in turn),
    of a tag one. `offset` is its first octet in the message, set when it is written.
    """

    kind: str
    value: int | float | str | bytes
    start: int
    end: int
    children: list[Item] = field(default_factory=list)
    endless: bool = False
    offset: int = 0
    label: str = ""
    """What the comment behind it says."""
    ends: tuple[int, ...] = ()
    """Where the pieces end that it is joined of."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment: its text without marks, its extent in characters."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of annotated hex: its octets from `offset` on, its comment, its extent in characters."""

    octets: bytes
    offset: int
    comment: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Printed:
    """An example as it was read: octets where they are known, and what they were printed as."""

    source: Source
    octets: bytes | None
    items: tuple[Item, ...] = ()
    comments: tuple[Comment, ...] = ()
    lines: tuple[Line, ...] = ()

    def place(self, offset: int) -> Span:
        """Return the place of the narrowest part that octet `offset` lies in."""
        best = (0, 0)
        for item in self.every_item():
            if item.offset <= offset:
                best = (item.start, item.end)
        for line in self.lines:
            if line.offset <= offset and line.octets:
                best = (line.start, line.end)
        return self.source.span(*best)

    def every_item(self) -> list[Item]:
        """Return all items in the order of their octets."""
        found: list[Item] = []
        waiting = list(reversed(self.items))
        while waiting:
            item = waiting.pop()
            found.append(item)
            waiting += reversed(item.children)
        return found
