"""Writing steps that any carrier has: blocks, choices, calls and tests.

A writer returns octets (octet carriers) or a one-tuple with a JSON value (trees); tests and views return `b""`.
"""

from __future__ import annotations

from typing import Any

from art7.grammar.ir.expression import Expr, Kind, Position, SlotRef, is_positional
from art7.grammar.ir.plan import (
    Align,
    AnyNode,
    Block,
    Branch,
    CallRecord,
    Carrier,
    Check,
    Domain,
    Fault,
    Role,
    Verify,
    View,
    When,
)
from art7.interpreter.broken_rule import describe, rule_text
from art7.interpreter.conform import conform
from art7.interpreter.expressions import prepare
from art7.interpreter.frame import ABSENT, Frame
from art7.interpreter.marks import Mark, settle
from art7.interpreter.operators import in_ranges
from art7.interpreter.prepare import PreparedRecord, StepRunner, filled_slots, mentioned, prepare_block
from art7.interpreter.quoting import brief
from art7.interpreter.read_common import TOO_DEEP, UNKNOWN, choose, enter, named_view
from art7.interpreter.written_values import MISSING, ValueOf

UNEXPECTED, WRONG = Fault("unknown_field"), Fault("wrong_kind")
TOO_SHORT, TOO_LONG = Fault("too_short"), Fault("too_long")
TOO_FEW, TOO_MANY = Fault("too_few"), Fault("too_many")


def write_block(prepared: PreparedRecord, block: Block, opened: frozenset[int]) -> StepRunner:
    """Return the writer of a block: steps run in `emit` order, their octets are joined in step order."""
    runners = prepare_block(prepared, block, opened)
    if prepared.record.carrier is Carrier.TREE:
        return _tree_block(runners, block.emit)
    aligns = tuple((i, step) for i, step in enumerate(block.steps) if isinstance(step, Align))
    emit = tuple(i for i in block.emit if not isinstance(block.steps[i], Align))

    def write(frame: Frame) -> bytes:
        marks = frame.run.marks
        pieces = [b""] * len(runners)
        made: list[tuple[int, int, int]] = []
        for index in emit:
            before = len(marks)
            pieces[index] = runners[index](frame)
            if len(marks) != before:
                made.append((index, before, len(marks)))
        for index, step in aligns:
            pieces[index] = _fill(frame, step, sum(map(len, pieces[:index])))
        if made:
            settle(frame.run, pieces, made)
        return b"".join(pieces)

    return write


def _fill(frame: Frame, step: Align, octets: int) -> bytes:
    """Return fill octets: those read, where they are as many as needed."""
    needed = -octets % step.to
    kept = None if step.slot is None else frame.values[step.slot]
    return bytes(kept) if kept is not None and len(kept) == needed else bytes([step.octet]) * needed


def _tree_block(runners: tuple[StepRunner, ...], emit: tuple[int, ...]) -> StepRunner:
    def write(frame: Frame) -> Any:
        found: Any = None
        for index in emit:
            piece = runners[index](frame)
            if isinstance(piece, tuple):
                found = piece
        return found

    return write


def expect(frame: Frame, expr: ValueOf, slot: int | None, kind: str, actual: int) -> None:
    """Ask, once the record is written, that `expr` was `actual` (a size, a count, a presence)."""
    frame.pending.append((expr, slot, kind, actual))


def check_pending(frame: Frame) -> None:
    """Refuse where what was written would not be read back: a size or count other than its field says."""
    for expr, slot, kind, actual in frame.pending:
        wanted = expr(frame)
        if kind == "presence":
            if bool(wanted) != bool(actual):
                fault = MISSING if wanted else UNEXPECTED
                frame.refuse(fault, slot, None, "a value" if wanted else "no value", "the other")
        elif wanted != actual:
            faults = (TOO_SHORT, TOO_LONG) if kind == "octets" else (TOO_FEW, TOO_MANY)
            frame.refuse(faults[actual > (wanted or 0)], slot, None, f"{brief(wanted)} {kind}", str(actual))


def is_checkable(expr: Expr, prepared: PreparedRecord) -> bool:
    """Whether the expression can be evaluated when its record is written."""
    return not is_positional(expr) and not mentioned(expr) & prepared.unknown_views


def writes_null(block: Block) -> bool:
    """Whether `None` is a null on the wire; in a union, its arms know."""
    return any(
        isinstance(step, AnyNode | Branch)
        or getattr(step, "nullable", False)
        or getattr(step, "form", "") == "null"
        for step in block.steps
    )


def write_branch(step: Branch, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    on, select, slot = prepare(step.on, prepared.scope), choose(step.cases), step.slot
    bodies = tuple(write_block(prepared, case.body, opened) for case in step.cases)
    filled = step.value_slots or (None,) * len(step.cases)
    foreign = _foreign_slots(step, prepared)
    slots, on_tree = prepared.record.slots, prepared.record.carrier is Carrier.TREE
    nulls = tuple(writes_null(case.body) for case in step.cases)

    def write(frame: Frame) -> Any:
        tag = on(frame)
        index = select(tag)
        if index is None:
            frame.refuse(UNKNOWN, slot, None, "a value with an arm", brief(tag))
        fault = step.cases[index].refuse
        if fault is not None:
            frame.refuse(fault, slot, None, "another value", brief(tag))
        for other in foreign[index]:
            if frame.values[other] is not None and frame.values[other] is not ABSENT:
                frame.refuse(UNEXPECTED, other, None, "no value in this arm", brief(frame.values[other]))
        if slot is not None:
            value, inner = frame.values[slot], filled[index]
            if inner is not None:
                if value is None and on_tree and not nulls[index]:
                    frame.refuse(MISSING, slot, None, "a value", "nothing")
                frame.values[inner] = (
                    value if value is None else conform(slots[inner].shape, value, frame, inner)
                )
            elif value is not None:
                frame.refuse(WRONG, slot, None, "no value in this arm", brief(value))
            elif on_tree:
                return (None,)
        octets = bodies[index](frame)
        if slot is not None and isinstance(octets, bytes) and slot not in opened:
            frame.written[slot] = octets
        return octets

    return write


def _foreign_slots(step: Branch, prepared: PreparedRecord) -> tuple[tuple[int, ...], ...]:
    """Return, per case, the given slots that only other cases write."""
    if step.slot is not None:
        return ((),) * len(step.cases)
    per_case = [set(filled_slots(case.body)) for case in step.cases]
    given = [
        s.index
        for s in prepared.record.slots
        if s.role is Role.GIVEN and s.default is None and any(s.index in filled for filled in per_case)
    ]
    return tuple(tuple(slot for slot in given if slot not in filled) for filled in per_case)


def write_when(step: When, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    condition = prepare(step.condition, prepared.scope)
    body = write_block(prepared, step.body, opened)
    given = step.given
    if given is not None and prepared.record.slots[given].role not in (
        Role.GIVEN,
        Role.VIEW_INPUT,
        Role.LOCAL,
    ):
        given = None
    checkable = is_checkable(step.condition, prepared)

    def write(frame: Frame) -> Any:
        if given is None:
            return body(frame) if condition(frame) else b""
        there = frame.values[given] is not None and frame.values[given] is not ABSENT
        if checkable:
            expect(frame, condition, given, "presence", there)
        return body(frame) if there else b""

    return write


def write_call(step: CallRecord, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot = step.slot
    arguments = tuple(prepare(argument, prepared.scope) for argument in step.arguments)
    places = tuple((p.index, p.lifted) for p in step.places)
    callee = prepared.interpreter.prepared(step.record, prepared.mode)
    crosses = callee.record.carrier is Carrier.TREE and prepared.record.carrier is Carrier.OCTETS

    def write(frame: Frame) -> Any:
        value = frame.values[slot]
        if step.nullable and value is None:
            return (None,)
        if value is None or value is ABSENT:
            if any(role_needs_value(s.role) for s in callee.record.slots):
                frame.refuse(MISSING, slot, None, "a value", "nothing")
            value = {}
        child = Frame(frame.run, callee, tuple([argument(frame) for argument in arguments]))
        child.tag = step.tag
        enter(frame, child, slot, 0)
        if places:
            frame.run.callees.append((child, places))
        child.load(value)
        piece = write_record(child)
        if crosses:
            piece = tree_octets(child, piece)
        if isinstance(piece, bytes) and slot not in opened:
            frame.written[slot] = piece
        return piece

    return write


def role_needs_value(role: Role) -> bool:
    """Whether the caller gives such a slot."""
    return role in (Role.GIVEN, Role.VIEW_INPUT)


def tree_octets(frame: Frame, piece: Any) -> bytes:
    """Return the JSON text of what a tree record wrote."""
    from art7.interpreter.write_tree import text_of

    return text_of(frame, piece)


def write_record(frame: Frame) -> Any:
    """Write a record whose values are loaded, counting depth where it can contain itself."""
    run, prepared = frame.run, frame.prepared
    if prepared.record.origin:
        run.marks.append(Mark(0, frame, None))
    if prepared.record.recursive:
        run.depth += 1
        if run.depth > run.depth_limit:
            frame.refuse(TOO_DEEP, None, None, f"at most {run.depth_limit} levels", "one more")
    assert prepared.write is not None, "a record is prepared before it runs"
    piece = prepared.write(frame)
    check_pending(frame)
    if prepared.record.recursive:
        run.depth -= 1
    return piece


def write_domain(step: Domain, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, test, fault = step.slot, in_ranges(step.ranges), step.fault
    compute = prepare(SlotRef(slot, Kind.ANY), prepared.scope)

    def write(frame: Frame) -> bytes:
        value = compute(frame)
        if value is not None and not test(value):
            frame.refuse(fault, slot, None, "a known value", brief(value))
        return b""

    return write


def write_view(step: View, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, computes = step.slot, prepared.record.slots[step.slot].role is not Role.VIEW_INPUT
    if step.expr == Position("offset"):
        # Known when the message is complete, where a fix-up may ask for it.
        return lambda frame: _mark_view(frame, slot)
    known = is_checkable(step.expr, prepared)
    compute = prepare(step.expr, prepared.scope)

    def write(frame: Frame) -> bytes:
        if computes and known:
            frame.values[slot] = named_view(frame, slot, compute)
        return b""

    return write


def _mark_view(frame: Frame, slot: int) -> bytes:
    frame.run.marks.append(Mark(0, frame, slot, is_view=True))
    return b""


def write_verify(step: Verify, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    return lambda frame: b""


def write_check(step: Check, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    if not step.on_writing or step.level != "must" or not is_checkable(step.condition, prepared):
        return lambda frame: b""
    condition, fault, at = prepare(step.condition, prepared.scope), step.fault, step.at
    facts = describe(step.condition, prepared)
    wanted = rule_text(step, prepared)

    def write(frame: Frame) -> bytes:
        if not condition(frame):
            frame.refuse(fault, at, None, wanted, facts(frame))
        return b""

    return write
