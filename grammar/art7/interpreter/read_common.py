"""Reading steps that any carrier has: choices, calls, views and tests."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from typing import Any

from art7.grammar.ir.plan import (
    Branch,
    CallRecord,
    Carrier,
    Case,
    Check,
    Domain,
    Fault,
    SpreadCase,
    Verify,
    View,
    When,
)
from art7.interpreter.broken_rule import describe, rule_text
from art7.interpreter.dialects import DEPTH, DIALECTS
from art7.interpreter.errors import CodecError
from art7.interpreter.expressions import prepare
from art7.interpreter.frame import ABSENT, MOST_NOTES, Frame
from art7.interpreter.operators import in_ranges
from art7.interpreter.prepare import PreparedRecord, StepRunner, prepare_block
from art7.interpreter.quoting import brief
from art7.interpreter.tree_nodes import ScanRefused

UNKNOWN = Fault("unknown_value")
TOO_DEEP = Fault("too_deep")


def place(frame: Frame) -> int:
    """Return the cursor: an octet, or where the current node starts."""
    return frame.run.position if frame.node is None else frame.node.start


def choose(cases: Sequence[Case | SpreadCase]) -> Callable[[Any], int | None]:
    """Return which case takes a value: the first whose ranges hold it, else the first without ranges."""
    single: dict[Any, int] = {}
    ranged: list[tuple[Callable[[Any], bool], int]] = []
    rest: int | None = None
    for index, case in enumerate(cases):
        if not case.ranges:
            rest = index if rest is None else rest
        elif all(low == high for low, high in case.ranges) and not ranged:
            for low, _ in case.ranges:
                single.setdefault(low, index)
        else:
            ranged.append((in_ranges(case.ranges), index))

    def select(value: Any) -> int | None:
        found = single.get(value)
        if found is not None:
            return found
        for test, index in ranged:
            if test(value):
                return index
        return rest

    return select


def read_branch(step: Branch, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    on, select, slot = prepare(step.on, prepared.scope), choose(step.cases), step.slot
    bodies = tuple(prepare_block(prepared, case.body, opened) for case in step.cases)
    refusals = tuple(case.refuse for case in step.cases)
    filled = step.value_slots or (None,) * len(step.cases)

    def read(frame: Frame) -> None:
        tag = on(frame)
        index = select(tag)
        if index is None:
            frame.refuse(UNKNOWN, None, place(frame), "a value with an arm", brief(tag))
        fault = refusals[index]
        if fault is not None:
            frame.refuse(fault, None, place(frame), "another value", brief(tag))
        if slot is not None and slot not in opened and frame.node is None:
            frame.starts[slot] = frame.run.position
        start = frame.run.position
        for runner in bodies[index]:
            runner(frame)
        if slot is not None:
            inner = filled[index]
            frame.values[slot] = None if inner is None else frame.values[inner]
            if slot not in opened:
                frame.spans[slot] = (start, frame.run.position)

    return read


def read_when(step: When, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    condition = prepare(step.condition, prepared.scope)
    body = prepare_block(prepared, step.body, opened)

    def read(frame: Frame) -> None:
        if condition(frame):
            for runner in body:
                runner(frame)

    return read


def read_call(step: CallRecord, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, name, mode = step.slot, step.record, prepared.mode
    interpreter = prepared.interpreter
    arguments = tuple(prepare(argument, prepared.scope) for argument in step.arguments)
    places = tuple((p.index, p.lifted) for p in step.places)
    callee = interpreter.prepared(name, mode)
    crosses = callee.record.carrier is Carrier.TREE and prepared.record.carrier is Carrier.OCTETS
    nullable, tag = step.nullable, step.tag

    def read(frame: Frame) -> None:
        run = frame.run
        start = place(frame)
        if slot not in opened:
            frame.starts[slot] = start
        if nullable and frame.node is not None and frame.node.value is None:
            frame.values[slot] = None
            return
        child = Frame(run, callee, tuple([argument(frame) for argument in arguments]))
        child.tag = tag
        enter(frame, child, slot, start)
        if places:
            child.places = tuple([frame.places[i] if lifted else frame.starts[i] for i, lifted in places])
        if crosses:
            scan_node(child, callee.record.limit_depth)
        run_record(child)
        frame.values[slot] = callee.result(child)
        if slot not in opened and frame.node is None:
            frame.spans[slot] = (start, run.position)

    return read


def enter(frame: Frame, child: Frame, slot: int, start: int) -> None:
    """Tie a record's frame to its caller's."""
    child.parent, child.slot, child.start = frame, slot, start
    child.node, child.nodes = frame.node, frame.nodes
    if child.prepared.is_message:
        child.origin, child.owner = start, child
    else:
        child.origin, child.owner = frame.origin, frame.owner


def run_record(frame: Frame) -> None:
    """Run a record's steps, counting depth where it can contain itself."""
    if not frame.prepared.record.recursive:
        for runner in frame.prepared.steps:
            runner(frame)
        return
    run = frame.run
    run.depth += 1
    if run.depth > run.depth_limit:
        frame.refuse(TOO_DEEP, None, frame.start, f"at most {run.depth_limit} levels", "one more")
    for runner in frame.prepared.steps:
        runner(frame)
    run.depth -= 1


def scan_node(frame: Frame, limit_depth: int | None, *, prefix: bool = False) -> None:
    """Read the region's octets as one text of the record's dialect; the frame stands on its root node.

    `prefix`: octets may follow a value whose dialect tells where it ends.
    """
    run, record = frame.run, frame.prepared.record
    dialect = DIALECTS[record.encoding]
    options = dict(record.options)
    try:
        frame.node = dialect.scan(run.data, run.position, run.end, limit_depth or DEPTH, options, prefix)
    except ScanRefused as refusal:
        frame.refuse(Fault(refusal.code), None, refusal.offset, refusal.expected, refusal.got)
    run.position = run.end if dialect.is_text else frame.node.end


def read_domain(step: Domain, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, test, fault = step.slot, in_ranges(step.ranges), step.fault

    def read(frame: Frame) -> None:
        value = frame.values[slot]
        if value is not None and value is not ABSENT and not test(value):
            bit = frame.prepared.bit(slot)
            frame.refuse(fault, slot, frame.starts[slot], "a known value", brief(value), bit=bit)

    return read


def read_view(step: View, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, compute = step.slot, prepare(step.expr, prepared.scope)

    def read(frame: Frame) -> None:
        frame.starts[slot] = place(frame)
        frame.values[slot] = named_view(frame, slot, compute)

    return read


def named_view(frame: Frame, slot: int, compute: Callable[[Frame], Any]) -> Any:
    """Return the value of a view; where it has none, the refusal bears the view's name and place."""
    try:
        return compute(frame)
    except CodecError as refusal:
        # A look at an octet that is not there has a place of its own.
        if refusal.code != "truncated" and refusal.path == frame.path():
            refusal.path = frame.path(slot)
            refusal.offset = None if frame.run.writing else frame.starts[slot]
        raise


def read_verify(step: Verify, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner | None:
    if step.implied:
        return None
    slot, fault, guard = step.slot, step.fault, step.guard
    compute, careful = prepared.slot_value(slot), step.constant_time
    label = fault.requirement or prepared.record.slots[slot].name

    def read(frame: Frame) -> None:
        value = frame.values[slot]
        if value is None or value is ABSENT:
            return
        for param in guard:
            if frame.params[param] is None:
                if len(frame.run.unverified) < MOST_NOTES:
                    frame.run.unverified.append(label)
                return
        expected = compute(frame)
        if careful and isinstance(value, bytes) and isinstance(expected, bytes):
            same = hmac.compare_digest(value, expected)
        else:
            same = value == expected
        if not same:
            wanted = "octets made with the key" if guard else brief(expected)
            bit = frame.prepared.bit(slot)
            frame.refuse(fault, slot, frame.starts[slot], wanted, brief(value), bit=bit)

    return read


def read_check(step: Check, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    condition, fault, at, level = prepare(step.condition, prepared.scope), step.fault, step.at, step.level
    facts = describe(step.condition, prepared)
    wanted = rule_text(step, prepared)

    def read(frame: Frame) -> None:
        if condition(frame):
            return
        known = at is not None and frame.starts[at] >= 0
        offset = frame.starts[at] if at is not None and known else frame.start
        if level != "must":
            frame.note(level, fault, at, offset)
            return
        got = facts(frame)
        bit = frame.prepared.bit(at) if known else 0
        frame.refuse(fault, at, offset, wanted, got, bit=bit)

    return read
