"""Writing a protobuf message body: declared fields in their order, then what was not known."""

from __future__ import annotations

from typing import Any

from art7.grammar.ir.plan import FieldEntry, Fields, Role
from art7.interpreter.frame import ABSENT, Frame
from art7.interpreter.marks import shift
from art7.interpreter.prepare import PreparedRecord, StepRunner
from art7.interpreter.quoting import brief
from art7.interpreter.read_fields import DELIMITED, natural_wire_type
from art7.interpreter.varints import write_base128
from art7.interpreter.write_common import WRONG, write_block
from art7.interpreter.write_octets import write_items
from art7.interpreter.written_values import MISSING, written_value


def write_fields(step: Fields, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    options = dict(prepared.record.options)
    entries = step.entries
    if options.get("canonical") == "field_order":
        entries = tuple(sorted(entries, key=lambda entry: entry.number))
    writers = tuple(_entry_writer(entry, prepared) for entry in entries)
    unknown_slot = step.unknown_slot

    def write(frame: Frame) -> bytes:
        run = frame.run
        written = b""
        for writer in writers:
            first = len(run.marks)
            piece = writer(frame)
            shift(run, first, len(written))
            written += piece
        kept = None if unknown_slot is None else frame.values[unknown_slot]
        if kept is not None and not isinstance(kept, bytes):
            frame.refuse(WRONG, unknown_slot, None, "octets", brief(kept))
        return written + (kept or b"")

    return write


def _entry_writer(entry: FieldEntry, prepared: PreparedRecord) -> StepRunner:
    body = write_block(prepared, entry.body, frozenset())
    tag = write_base128(entry.number << 3 | entry.wire)
    slot = prepared.record.slots[entry.slot]
    default = prepared.initial[entry.slot]
    if entry.item is not None:
        return _repeated(entry, tag, body)
    given = slot.role in (Role.GIVEN, Role.VIEW_INPUT) or slot.value is None
    value_of = None if given else written_value(entry.slot, prepared)

    def write(frame: Frame) -> bytes:
        value: Any = frame.values[entry.slot] if value_of is None else value_of(frame)
        if value is None or value is ABSENT:
            if entry.required:
                frame.refuse(MISSING, entry.slot, None, "a value", "nothing")
            return b""
        if default is not None and default is not ABSENT and value == default and repr(value) != "-0.0":
            return b""  # -0.0 equals the default 0.0 and is written (Language Guide, Default Field Values)
        return _tagged(frame, tag, body)

    return write


def _tagged(frame: Frame, tag: bytes, body: StepRunner) -> bytes:
    first = len(frame.run.marks)
    piece: bytes = tag + body(frame)
    shift(frame.run, first, len(tag))
    return piece


def _repeated(entry: FieldEntry, tag: bytes, body: StepRunner) -> StepRunner:
    packed = entry.packed and natural_wire_type(entry.body) != DELIMITED
    assert entry.item is not None, "a repeated field has items"
    item = entry.item

    def write(frame: Frame) -> bytes:
        items = frame.values[entry.slot] or []
        if items is ABSENT or not items:
            return b""
        if not packed:
            return b"".join(
                write_items(frame, entry.slot, item, items, lambda inner: _tagged(inner, tag, body))
            )
        run = b"".join(write_items(frame, entry.slot, item, items, body))
        return tag + write_base128(len(run)) + run

    return write
