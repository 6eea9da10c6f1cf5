"""Values of a tree that are told apart by their kind: the node's on reading, the Python value's on writing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from art7.grammar.ir.plan import Fault, Kinds
from art7.interpreter.conform import conform
from art7.interpreter.frame import ABSENT, Frame
from art7.interpreter.node_checks import current, kind_of
from art7.interpreter.prepare import PreparedRecord, StepRunner, filled_slots, prepare_block
from art7.interpreter.quoting import brief
from art7.interpreter.write_common import write_block
from art7.interpreter.written_values import MISSING

WRONG = Fault("wrong_kind")

_ARTICLES = {
    "text": "a text",
    "number": "a number",
    "boolean": "true or false",
    "array": "an array",
    "object": "an object",
}


def read_kinds(step: Kinds, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, nullable = step.slot, step.nullable
    bodies = {case.kind: (case.slot, prepare_block(prepared, case.body, opened)) for case in step.cases}
    resets = tuple((i, prepared.initial[i]) for case in step.cases for i in filled_slots(case.body))
    expected = expectation(step)

    def read(frame: Frame) -> None:
        node = current(frame)
        frame.starts[slot] = node.start
        for index, initial in resets:
            frame.values[index] = initial
        if nullable and node.value is None:
            frame.values[slot] = None
            return
        found = bodies.get(kind_word(node.value))
        if found is None:
            frame.refuse(WRONG, slot, node.start, expected, kind_of(node))
        inner, body = found
        for runner in body:
            runner(frame)
        frame.values[slot] = frame.values[inner]

    return read


def write_kinds(step: Kinds, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, nullable, slots = step.slot, step.nullable, prepared.record.slots
    bodies: dict[str, tuple[int, Callable[[Frame], Any]]] = {
        case.value: (case.slot, write_block(prepared, case.body, opened)) for case in step.cases
    }
    expected = expectation(step)

    def write(frame: Frame) -> Any:
        value = frame.values[slot]
        if value is None and nullable:
            return (None,)
        if value is None or value is ABSENT:
            frame.refuse(MISSING, slot, None, "a value", "nothing")
        found = bodies.get(kind_word(value))
        if found is None:
            frame.refuse(WRONG, slot, None, expected, brief(value))
        inner, body = found
        frame.values[inner] = conform(slots[inner].shape, value, frame, inner)
        return body(frame)

    return write


def expectation(step: Kinds) -> str:
    """Return the kinds that are taken, in words."""
    words = [_ARTICLES[case.kind] for case in step.cases] + ["null"] * step.nullable
    return f"{', '.join(words[:-1])} or {words[-1]}"


def kind_word(value: Any) -> str:
    """Return the kind of a value; octets stand in a text."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str() | bytes() | bytearray() | memoryview():
            return "text"
        case list() | tuple():
            return "array"
        case _:
            return "object"
