"""Writing what only CBOR has: octet strings, floats, labels, values under a tag, CBOR inside octets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from art7.grammar.ir.plan import Fault, Scalar, Tag, Wrap
from art7.interpreter.cbor_scanner import scan_cbor
from art7.interpreter.cbor_values import Tagged
from art7.interpreter.cbor_writer import write_cbor
from art7.interpreter.frame import ABSENT, Frame
from art7.interpreter.prepare import PreparedRecord, StepRunner
from art7.interpreter.quoting import brief
from art7.interpreter.tree_nodes import ScanRefused, TreeRefused, plain
from art7.interpreter.write_common import TOO_LONG, TOO_SHORT, WRONG, write_block
from art7.interpreter.written_values import MISSING

BAD_VALUE = Fault("bad_value")
DEPTH = 128
"""The most levels inside an octet string whose message sets no limit of its own."""

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
    slot, nullable, empty, kept = step.slot, step.nullable, step.empty, step.kept
    options, name = dict(prepared.record.options), prepared.record.slots[slot].name
    deterministic = options.get("canonical") == "deterministic"
    lengths = options.get("indefinite") != "reject"
    depth = prepared.record.limit_depth or DEPTH

    def write(frame: Frame) -> Any:
        value = frame.values[slot]
        if nullable and value is None:
            return (None,)
        if value is ABSENT:
            frame.refuse(MISSING, slot, None, "a value", "nothing")
        tree = body(frame)[0]
        try:
            octets = b"" if empty and tree == {} else write_cbor(tree, deterministic=deterministic)
        except TreeRefused as refusal:
            frame.refuse(Fault(refusal.code), slot, None, refusal.expected, refusal.got)
        if kept is None or frame.values[kept] is None or frame.values[kept] is ABSENT:
            return (octets,)
        if not holds(frame.values[kept], tree):
            frame.refuse(BAD_VALUE, kept, None, f"octets that hold `{name}`", "others")
        return (frame.values[kept],)

    def holds(octets: bytes, tree: Any) -> bool:
        """Whether kept octets still say what is written, in whatever form."""
        if empty and not octets:
            return bool(tree == {})
        try:
            found = plain(
                scan_cbor(octets, 0, len(octets), depth, deterministic=deterministic, indefinite=lengths)
            )
        except ScanRefused:
            return False
        return write_cbor(found, deterministic=True) == write_cbor(tree, deterministic=True)

    return write
