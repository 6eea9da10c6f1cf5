"""Nodes of a tree: what a scanner makes of octets, whatever their dialect, every node with its first and last octet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from art7.interpreter.cbor_values import Tagged


class ScanRefused(Exception):
    """The octets are refused at `offset`."""

    def __init__(self, code: str, offset: int, expected: str, got: str) -> None:
        super().__init__(code)
        self.code = code
        self.offset = offset
        self.expected = expected
        self.got = got


class TreeRefused(Exception):
    """A value that the dialect, or the form that is asked for, cannot hold."""

    def __init__(self, code: str, expected: str, got: str) -> None:
        super().__init__(code)
        self.code = code
        self.expected = expected
        self.got = got


@dataclass(slots=True)
class Node:
    """One value: `value` is a scalar, `list[Node]` or a `dict` of nodes; octets `start` up to `end`.

    CBOR also has `bytes`, `Simple` and `Tagged`, whose value is a node. `content` is where the octets of an octet
    string begin, -1 for those that came in chunks and for other values.
    """

    value: Any
    start: int
    end: int
    content: int = -1


def plain(node: Node) -> Any:
    """Return the value of a node without places; nesting was bounded when it was read."""
    value = node.value
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, Tagged):
        return Tagged(value.tag, plain(value.value))
    return [plain(item) for item in value] if isinstance(value, list) else value
