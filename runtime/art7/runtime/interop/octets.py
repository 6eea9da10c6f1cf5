"""Where a member of a message stands among the octets on the wire."""

from __future__ import annotations

from collections.abc import Iterator

from art7.interpreter.decode import decode_with
from art7.interpreter.errors import CodecError, FieldNode
from art7.interpreter.prepare import Interpreter


def octet_of(interpreter: Interpreter, message: str, inner: bytes, wire: bytes, member: str) -> int | None:
    """Return the first octet of `member` in `wire`, which carries the message `inner`; `None` where it cannot be told."""
    try:
        root = decode_with(interpreter, message, inner).retrace()
    except (CodecError, KeyError):
        return None
    for node in _nodes(root):
        if node.path == member or (node.path == "" and node.name == member):
            return carried_at(inner, wire, node.offset)
    return None


def carried_at(inner: bytes, wire: bytes, offset: int) -> int | None:
    """Return the octet of `wire` that is octet `offset` of `inner`; `None` when it stands there not once."""
    if inner == wire:
        return offset
    place = wire.find(inner)
    return place + offset if inner and place >= 0 and wire.find(inner, place + 1) < 0 else None


def first_difference(one: bytes, other: bytes) -> int:
    """Return the first octet in which two texts differ."""
    length = min(len(one), len(other))
    return next((i for i in range(length) if one[i] != other[i]), length)


def _nodes(node: FieldNode) -> Iterator[FieldNode]:
    yield node
    for child in node.children:
        yield from _nodes(child)
