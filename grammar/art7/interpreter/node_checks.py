"""What the reading steps of every dialect of the tree carrier ask of a node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from art7.grammar.ir.plan import Fault, Members, Scalar
from art7.grammar.ir.shape import Integer, Label, Text
from art7.interpreter.cbor_values import Simple, Tagged
from art7.interpreter.frame import Frame
from art7.interpreter.quoting import brief
from art7.interpreter.read_octets import TOO_LONG, TOO_SHORT
from art7.interpreter.tree_nodes import Node

WRONG, RANGE = Fault("wrong_kind"), Fault("out_of_range")

ReadScalar = Callable[[Frame, Node], Any]


def current(frame: Frame) -> Node:
    """Return the node under the cursor."""
    assert frame.node is not None, "tree steps run on a node"
    return frame.node


def kind_of(node: Node) -> str:
    """Return the word for what a node is."""
    match node.value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int():
            return "an integer"
        case float():
            return "a number with fraction or exponent"
        case str():
            return "a text"
        case list():
            return "an array"
        case bytes():
            return "octets"
        case Tagged(tag=tag):
            return f"a value under tag {tag}"
        case Simple():
            return "a simple value"
        case _:
            return "an object"


def wrong(frame: Frame, slot: int | None, expected: str) -> NoReturn:
    """Refuse a node of another kind."""
    node = current(frame)
    frame.refuse(WRONG, slot, node.start, expected, kind_of(node))


def check_bounds(step: Scalar, frame: Frame, node: Node, size: int, what: str) -> None:
    """Refuse a text or octet string outside its bounds."""
    if step.minimum is not None and size < step.minimum:
        frame.refuse(TOO_SHORT, step.slot, node.start, f"at least {step.minimum} {what}", str(size))
    if step.maximum is not None and size > step.maximum:
        frame.refuse(TOO_LONG, step.slot, node.start, f"at most {step.maximum} {what}", str(size))


def check_key(step: Members, frame: Frame, key: Any, offset: int | None) -> None:
    """Refuse a key that its shape does not have, at its value."""
    shape = step.key
    if isinstance(shape, Integer):
        if not isinstance(key, int):
            frame.refuse(WRONG, step.item, offset, "an integer as key", brief(key))
        if not shape.minimum <= key <= shape.maximum:
            between = f"a key from {shape.minimum} to {shape.maximum}"
            frame.refuse(RANGE, step.item, offset, between, brief(key))
    if isinstance(shape, Text | Label):
        if isinstance(shape, Label) and isinstance(key, int):
            return
        if not isinstance(key, str):
            frame.refuse(WRONG, step.item, offset, "a text as key", brief(key))
        _check_length(step, frame, len(key), shape, offset)


def _check_length(step: Members, frame: Frame, size: int, shape: Text | Label, offset: int | None) -> None:
    if size < shape.minimum:
        frame.refuse(TOO_SHORT, step.item, offset, f"a key of at least {shape.minimum} characters", str(size))
    if shape.maximum is not None and size > shape.maximum:
        frame.refuse(TOO_LONG, step.item, offset, f"a key of at most {shape.maximum} characters", str(size))
