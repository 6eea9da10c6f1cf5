"""Writing what only CBOR has: octet strings, floats, labels, values under a tag, CBOR inside octets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from art7.grammar.ir.plan import Fault, Scalar, Tag, Wrap
from art7.interpreter.cbor_values import Tagged
from art7.interpreter.cbor_writer import write_cbor
from art7.interpreter.frame import ABSENT, Frame
from art7.interpreter.prepare import PreparedRecord, StepRunner
from art7.interpreter.quoting import brief
from art7.interpreter.tree_nodes import TreeRefused
from art7.interpreter.write_common import TOO_LONG, TOO_SHORT, WRONG, write_block
from art7.interpreter.written_values import MISSING

Spell = Callable[[Frame, Any], Any]


def check_size(step: Scalar, frame: Frame, size: int, what: str) -> None:
    """Refuse a text or octet string outside its bounds."""
    if step.minimum is not None and size < step.minimum:
        frame.refuse(TOO_SHORT, step.slot, None, f"at least {step.minimum} {what}", str(size))
    if step.maximum is not None and size > step.maximum:
        frame.refuse(TOO_LONG, step.slot, None, f"at most {step.maximum} {what}", str(size))


def octets(step: Scalar) -> Spell:
    """Octets as they are."""

    def spell(frame: Frame, value: Any) -> bytes:
        if not isinstance(value, bytes):
            frame.refuse(WRONG, step.slot, None, "octets", brief(value))
        check_size(step, frame, len(value), "octets")
        return value

    return spell


def real(step: Scalar) -> Spell:
    """A float; its width follows from its value."""

    def spell(frame: Frame, value: Any) -> float:
        if not isinstance(value, float):
            frame.refuse(WRONG, step.slot, None, "a float", brief(value))
        return value

    return spell


def label(step: Scalar) -> Spell:
    """An integer or a text."""

    def spell(frame: Frame, value: Any) -> int | str:
        if isinstance(value, bool) or not isinstance(value, int | str):
            frame.refuse(WRONG, step.slot, None, "an integer or a text", brief(value))
        if isinstance(value, str):
            check_size(step, frame, len(value), "characters")
        return value

    return spell


def write_tag(step: Tag, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    body = write_block(prepared, step.body, frozenset())
    slot, nullable = step.slot, step.nullable

    def write(frame: Frame) -> Any:
        if nullable and frame.values[slot] is None:
            return (None,)
        return (Tagged(step.number, body(frame)[0]),)

    return write


def write_wrap(step: Wrap, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    body = write_block(prepared, step.body, frozenset())
    slot, nullable, empty = step.slot, step.nullable, step.empty
    deterministic = dict(prepared.record.options).get("canonical") == "deterministic"

    def write(frame: Frame) -> Any:
        value = frame.values[slot]
        if nullable and value is None:
            return (None,)
        if value is ABSENT:
            frame.refuse(MISSING, slot, None, "a value", "nothing")
        tree = body(frame)[0]
        if empty and tree == {}:
            return (b"",)
        try:
            return (write_cbor(tree, deterministic=deterministic),)
        except TreeRefused as refusal:
            frame.refuse(Fault(refusal.code), slot, None, refusal.expected, refusal.got)

    return write
