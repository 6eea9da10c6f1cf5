"""Reading with a trace: each wire step also leaves a `FieldNode`, attached on entry so that a refusal keeps it."""

from __future__ import annotations

from typing import Any

from art7.grammar.ir.plan import (
    Align,
    AnyNode,
    Bits,
    CallRecord,
    Constant,
    FloatOctets,
    Items,
    Loop,
    Members,
    Number,
    Parameters,
    Parts,
    Quoted,
    Record,
    Region,
    Repeat,
    Role,
    Scalar,
    Step,
    Tag,
    Take,
    Through,
    Tlv,
    TlvScalar,
    Token,
    Transfer,
    Uint,
    Upto,
    Varint,
    Verify,
    View,
    Wrap,
)
from art7.grammar.ir.shape import Octets
from art7.interpreter.der_elements import tag_text
from art7.interpreter.errors import UNREAD, DecodeError, FieldNode
from art7.interpreter.frame import ABSENT, Frame
from art7.interpreter.prepare import PreparedRecord, StepRunner
from art7.interpreter.read_common import place

_LEAVES = (
    Uint,
    Varint,
    FloatOctets,
    Take,
    Scalar,
    AnyNode,
    TlvScalar,
    Token,
    Number,
    Quoted,
    Upto,
    Parameters,
)
_CONTAINERS = (Region, Loop, CallRecord, Items, Members, Tag, Wrap, Tlv, Repeat, Through, Parts, Transfer)


def traced(step: Step, runner: StepRunner, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    """Return `runner` with its trace."""
    match step:
        case Bits():
            return _bits(step, runner, prepared.record)
        case Constant():
            return _constant(step, runner, prepared.record.encoding == "text")
        case Align():
            return _align(step, runner)
        case Verify():
            return _verify(step, runner)
        case Tlv(slot=None):
            return _element(runner)
        case View():
            return _view(step, runner, prepared.record)
        case _:
            slot: Any = getattr(step, "slot", None)
            wire = isinstance(step, _LEAVES) or (isinstance(step, _CONTAINERS) and slot not in opened)
            return _field(step, slot, runner, prepared.record) if wire and slot is not None else runner


def node_for(frame: Frame, slot: int, record: Record, offset: int) -> FieldNode:
    """Return a node for `slot`, tied into the frame's list."""
    declared = record.slots[slot]
    node = FieldNode(
        frame.component(slot) or declared.name,
        frame.path(slot),
        offset,
        refs=declared.refs,
        type_text=declared.type_text,
        secret=isinstance(declared.shape, Octets) and declared.shape.secret,
        span=declared.span,
        shape=declared.shape,
        note="computed" if declared.role is Role.COMPUTED else "",
    )
    attach(frame, node)
    return node


def attach(frame: Frame, node: FieldNode) -> None:
    """Add a node to the frame's list, as long as the trace is not full."""
    if frame.nodes is not None and frame.run.nodes_left:
        frame.run.nodes_left -= 1
        frame.nodes.append(node)


def _field(step: Step, slot: int, runner: StepRunner, record: Record) -> StepRunner:
    leaf = isinstance(step, _LEAVES)
    callee = step.record if isinstance(step, CallRecord) else ""
    passed_over = isinstance(step, Region) and step.later

    def run(frame: Frame) -> None:
        start = place(frame)
        node = node_for(frame, slot, record, start)
        node.record = callee
        outer, frame.nodes = frame.nodes, node.children
        try:
            runner(frame)
        except DecodeError:
            node.note = UNREAD if leaf else node.note
            raise
        finally:
            frame.nodes = outer
            # A refusal leaves the octets up to the cursor; a good read up to the field's end.
            end = frame.run.position if frame.node is None else frame.node.end
            node.octets = max(0, end - start)
            value = frame.values[slot]
            if leaf or not node.children:
                node.value = None if value is ABSENT else value
            if passed_over:
                node.value = frame.run.data[start:end]

    return run


def traced_opening(slot: int, runner: StepRunner) -> StepRunner:
    """Return what opens a region that was passed over: what is read in it stands at its place."""

    def run(frame: Frame) -> None:
        name, outer = frame.component(slot), frame.nodes
        node = next((each for each in reversed(outer or []) if each.name == name), None)
        if node is not None:
            frame.nodes = node.children
        try:
            runner(frame)
        finally:
            frame.nodes = outer
            if node is not None and node.children:
                node.value = None

    return run


def _bits(step: Bits, runner: StepRunner, record: Record) -> StepRunner:
    width = 8 * step.octets

    def run(frame: Frame) -> None:
        start = frame.run.position
        runner(frame)
        word = int.from_bytes(frame.run.data[start : start + step.octets], "big")
        for field in step.fields:
            first = width - field.shift - field.width
            octets = (first % 8 + field.width + 7) // 8
            if field.slot is None:
                node = FieldNode("(unused)", "", start + first // 8)
                attach(frame, node)
                node.value = word >> field.shift & ((1 << field.width) - 1)
            else:
                node = node_for(frame, field.slot, record, start + first // 8)
                node.value = frame.values[field.slot]
            node.octets, node.bit, node.width = octets, first % 8, field.width

    return run


def _constant(step: Constant, runner: StepRunner, is_text: bool) -> StepRunner:
    value: Any = step.octets.decode("utf-8", "replace") if is_text else step.octets

    def run(frame: Frame) -> None:
        start = frame.run.position
        runner(frame)
        node = FieldNode("(constant)", "", start, len(step.octets), value=value, note="constant")
        attach(frame, node)

    return run


def _element(runner: StepRunner) -> StepRunner:
    """Show identifier and length of the element that a record is; its members follow."""

    def run(frame: Frame) -> None:
        data, start = frame.run.data, frame.run.position
        octets = 2 + (data[start + 1] & 0x7F if data[start + 1 : start + 2] >= b"\x80" else 0)
        value = data[start : min(start + octets, frame.run.end)]
        attach(frame, FieldNode("(element)", "", start, len(value), value=value, note=tag_text(value[:1])))
        runner(frame)

    return run


def _align(step: Align, runner: StepRunner) -> StepRunner:
    def run(frame: Frame) -> None:
        start = frame.run.position
        runner(frame)
        octets = frame.run.position - start
        if octets:
            value = frame.run.data[start : start + octets]
            attach(frame, FieldNode("(fill)", "", start, octets, value=value, note=f"to {step.to} octets"))

    return run


def _verify(step: Verify, runner: StepRunner) -> StepRunner:
    """Say at the field what became of its test."""

    def run(frame: Frame) -> None:
        before = len(frame.run.unverified)
        runner(frame)
        name = frame.component(step.slot)
        for node in reversed(frame.nodes or []):
            if node.name == name:
                open_ = len(frame.run.unverified) > before
                node.note = "not verified: no key" if open_ else "verified"
                node.requirement = step.fault.requirement
                break

    return run


def _view(step: View, runner: StepRunner, record: Record) -> StepRunner:
    def run(frame: Frame) -> None:
        runner(frame)
        node = node_for(frame, step.slot, record, place(frame))
        node.value, node.note = frame.values[step.slot], "derived"

    return run
