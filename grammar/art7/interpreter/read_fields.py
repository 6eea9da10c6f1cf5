"""Reading a protobuf message body (Protocol Buffers, Encoding).

Fields come in any order; the last of a singular scalar wins, and a singular record stands once; a repeated scalar is
read packed and unpacked. Unknown fields are kept with their tags, passed over or refused. Refusals about a tag lie at
its first octet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from art7.grammar.ir.plan import Block, Fault, FieldEntry, Fields, FloatOctets, Uint, Varint
from art7.interpreter.frame import Frame
from art7.interpreter.prepare import PreparedRecord, StepRunner, prepare_block
from art7.interpreter.read_octets import truncated
from art7.interpreter.varints import VarintRefused, read_protobuf

VARINT, FIXED64, DELIMITED, GROUP, END_GROUP, FIXED32 = range(6)
GROUP_DEPTH = 64
"""The most nested groups that are passed over."""

MISSING, UNKNOWN, DUPLICATE = Fault("missing_field"), Fault("unknown_field"), Fault("duplicate_field")
WRONG, BAD_TAG = Fault("wrong_kind"), Fault("bad_tag")


@dataclass(slots=True)
class _Entry:
    """One declared field; `natural` is the wire type of one value."""

    entry: FieldEntry
    natural: int
    body: tuple[StepRunner, ...]
    name: str


def natural_wire_type(body: Block) -> int:
    """Return the wire type of one value that `body` reads."""
    for step in body.steps:
        if isinstance(step, Varint):
            return VARINT
        if isinstance(step, Uint | FloatOctets):
            return FIXED64 if step.octets == 8 else FIXED32
    return DELIMITED


def read_fields(step: Fields, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slots = prepared.record.slots
    entries = {
        entry.number: _Entry(
            entry,
            natural_wire_type(entry.body),
            prepare_block(prepared, entry.body, frozenset()),
            slots[entry.slot].name,
        )
        for entry in step.entries
    }
    repeated = tuple(entry.slot for entry in step.entries if entry.item is not None)
    required = tuple((entry.number, entry.slot) for entry in step.entries if entry.required)
    unknown, unknown_slot = step.unknown, step.unknown_slot

    def read(frame: Frame) -> None:
        run = frame.run
        begin = run.position
        seen: set[int] = set()
        kept: list[bytes] = []
        for slot in repeated:
            frame.values[slot] = []
        while run.position < run.end:
            start = run.position
            number, wire = _tag(frame, start)
            entry = entries.get(number)
            if entry is not None:
                if entry.entry.single and number in seen:
                    frame.refuse(DUPLICATE, entry.entry.slot, start, "the field once", "the same field again")
                seen.add(number)
                _read_entry(frame, entry, wire, start)
                continue
            if unknown == "reject":
                frame.refuse(UNKNOWN, None, start, "a declared field", f"field {number}")
            _skip(frame, number, wire, start)
            kept.append(run.data[start : run.position])
        for number, slot in required:
            if number not in seen:
                frame.refuse(MISSING, slot, begin, "the field", "nothing")
        if unknown_slot is not None:
            frame.values[unknown_slot] = b"".join(kept)

    return read


def _varint(frame: Frame, start: int) -> int:
    run = frame.run
    try:
        value, run.position = read_protobuf(run.data, run.position, run.end)
    except VarintRefused as refusal:
        frame.refuse(Fault(refusal.code), None, start, refusal.expected, refusal.got)
    return value


def _tag(frame: Frame, start: int) -> tuple[int, int]:
    """Read a tag: field number 1 to 2^29-1 and a wire type that exists."""
    tag = _varint(frame, start)
    number, wire = tag >> 3, tag & 7
    if not 1 <= number < 1 << 29 or wire > FIXED32 or wire == END_GROUP:
        frame.refuse(BAD_TAG, None, start, "a field number and wire type", f"tag {tag:#x}")
    return number, wire


def _read_entry(frame: Frame, field: _Entry, wire: int, start: int) -> None:
    entry = field.entry
    packed = entry.item is not None and field.natural != DELIMITED and wire == DELIMITED
    if wire != field.natural and not packed:
        frame.refuse(WRONG, entry.slot, start, f"wire type {field.natural}", f"wire type {wire}")
    if entry.item is None:
        frame.starts[entry.slot] = start
        for runner in field.body:
            runner(frame)
    elif packed:
        _read_packed(frame, field, start)
    else:
        _read_item(frame, field, frame.values[entry.slot])


def _read_item(frame: Frame, field: _Entry, items: list[Any]) -> None:
    assert field.entry.item is not None, "only repeated fields have items"
    for runner in field.body:
        runner(frame)
    items.append(frame.values[field.entry.item])


def _read_packed(frame: Frame, field: _Entry, start: int) -> None:
    run = frame.run
    at = run.position
    size = _varint(frame, at)
    if run.position + size > run.end:
        truncated(frame, field.entry.slot, at, size)
    outer, run.end = run.end, run.position + size
    items = frame.values[field.entry.slot]
    while run.position < run.end:
        _read_item(frame, field, items)
    run.end = outer


def _skip(frame: Frame, number: int, wire: int, start: int) -> None:
    """Pass over an unknown field, a group with all it holds among them."""
    open_groups = [number] if wire == GROUP else []
    if not open_groups:
        _skip_value(frame, wire, start)
    while open_groups:
        tag = _varint(frame, start)
        inner, wire = tag >> 3, tag & 7
        if wire == END_GROUP and inner == open_groups[-1]:
            open_groups.pop()
        elif wire == GROUP and len(open_groups) < GROUP_DEPTH and inner:
            open_groups.append(inner)
        elif wire in (GROUP, END_GROUP) or wire > FIXED32 or not 1 <= inner < 1 << 29:
            frame.refuse(BAD_TAG, None, start, "groups that open and close in order", f"tag {tag:#x}")
        else:
            _skip_value(frame, wire, start)


def _skip_value(frame: Frame, wire: int, start: int) -> None:
    run = frame.run
    if wire == VARINT:
        _varint(frame, start)
        return
    size = _varint(frame, start) if wire == DELIMITED else {FIXED64: 8, FIXED32: 4}[wire]
    if run.position + size > run.end:
        truncated(frame, None, start, size)
    run.position += size
