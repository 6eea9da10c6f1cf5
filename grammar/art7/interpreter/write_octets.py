"""Writing steps on octets. Nothing out of range is ever written: every step checks what it can hold."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from art7.grammar.ir.expression import Literal
from art7.grammar.ir.plan import (
    Align,
    Bits,
    Constant,
    Exact,
    Extent,
    Fault,
    FloatOctets,
    Loop,
    Prefixed,
    Present,
    Region,
    Take,
    Uint,
    Varint,
)
from art7.interpreter.expressions import prepare
from art7.interpreter.frame import ABSENT, Frame
from art7.interpreter.functions.refusal import Refused
from art7.interpreter.marks import Mark, shift
from art7.interpreter.prepare import PreparedRecord, StepRunner
from art7.interpreter.quoting import brief
from art7.interpreter.varints import WRITERS
from art7.interpreter.write_common import (
    TOO_FEW,
    TOO_LONG,
    TOO_MANY,
    TOO_SHORT,
    WRONG,
    expect,
    is_checkable,
    write_block,
)
from art7.interpreter.written_values import DEFERRED, MISSING, written_value

RANGE = Fault("out_of_range")
Spell = Callable[[Frame, Any], bytes]


def integer(frame: Frame, slot: int | None, value: Any, low: int, high: int) -> int:
    """Return the value as an integer within its bounds, or refuse it."""
    if not isinstance(value, int):
        frame.refuse(WRONG, slot, None, "an integer", brief(value))
    if not low <= value <= high:
        frame.refuse(RANGE, slot, None, f"an integer from {low} to {high}", brief(value))
    return int(value)


def write_bits(step: Bits, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    fields = tuple(
        (f.slot, f.shift, (1 << f.width) - 1, written_value(f.slot, prepared))
        for f in step.fields
        if f.slot is not None
    )

    def write(frame: Frame) -> bytes:
        word = 0
        for slot, left, mask, value_of in fields:
            value = value_of(frame)
            word |= integer(frame, slot, value, 0, mask) << left
            frame.values[slot] = value
        return word.to_bytes(step.octets, "big")

    return write


def scalar(slot: int, prepared: PreparedRecord, octets: int, spell: Spell) -> StepRunner:
    """Return the writer of one value of fixed size; a deferred one becomes zeros and a fix-up."""
    value_of = written_value(slot, prepared)

    def write(frame: Frame) -> bytes:
        value = value_of(frame)
        if value is DEFERRED:
            return defer(frame, slot, octets, spell)
        frame.values[slot] = value
        written = spell(frame, value)
        frame.written[slot] = written
        return written

    return write


def defer(frame: Frame, slot: int, octets: int, spell: Spell) -> bytes:
    """Write zeros and have the value put there when the message is complete."""

    def fix(frame: Frame) -> bytes:
        value = frame.prepared.slot_value(slot)(frame)
        frame.values[slot] = value
        return spell(frame, value)

    frame.run.marks.append(Mark(0, frame, slot, octets, fix))
    frame.written[slot] = bytes(octets)
    return bytes(octets)


def write_uint(step: Uint, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, octets, signed = step.slot, step.octets, step.signed
    order: Any = "little" if step.little else "big"
    bits = 8 * octets
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    if step.boolean:
        low, high = 0, 1

    def spell(frame: Frame, value: Any) -> bytes:
        return integer(frame, slot, value, low, high).to_bytes(octets, order, signed=signed)

    return scalar(slot, prepared, octets, spell)


def write_varint(step: Varint, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, form = step.slot, WRITERS[step.form]
    low, high = varint_bounds(step)
    wrap = (1 << 64) - 1

    def spell(frame: Frame, value: Any) -> bytes:
        number = integer(frame, slot, value, low, high)
        if step.zigzag:
            number = number << 1 if number >= 0 else (-number << 1) - 1
        try:
            return form(number & wrap if step.signed and not step.zigzag else number)
        except (Refused, OverflowError):
            frame.refuse(RANGE, slot, None, f"an integer that `{step.form}` holds", brief(value))

    # A varint's width depends on its value, so it is never deferred.
    return scalar(slot, prepared, 0, spell)


def varint_bounds(step: Varint) -> tuple[int, int]:
    """Return the least and greatest value that may be written."""
    if step.boolean:
        return 0, 1
    if step.signed or step.zigzag:
        return -(1 << (step.bits - 1)), (1 << (step.bits - 1)) - 1
    return 0, (1 << step.bits) - 1


def write_float(step: FloatOctets, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot = step.slot
    pack = struct.Struct(("<" if step.little else ">") + ("f" if step.octets == 4 else "d")).pack

    def spell(frame: Frame, value: Any) -> bytes:
        if not isinstance(value, int | float):
            frame.refuse(WRONG, slot, None, "a number", brief(value))
        try:
            return pack(float(value))
        except (OverflowError, struct.error):
            frame.refuse(RANGE, slot, None, f"a number of {step.octets} octets", brief(value))

    return scalar(slot, prepared, step.octets, spell)


def finish_extent(extent: Extent, slot: int, prepared: PreparedRecord) -> Callable[[Frame, bytes], bytes]:
    """Return how content becomes a piece: length header before it, or its size checked afterwards."""
    if isinstance(extent, Prefixed):
        return _prefix(extent, slot)
    if isinstance(extent, Exact) and is_checkable(extent.size, prepared):
        size = prepare(extent.size, prepared.scope)
        fixed = extent.size.value if isinstance(extent.size, Literal) else None

        def check(frame: Frame, content: bytes) -> bytes:
            if fixed is None or fixed != len(content):
                expect(frame, size, slot, "octets", len(content))
            return content

        return check
    return lambda frame, content: content


def _prefix(extent: Prefixed, slot: int) -> Callable[[Frame, bytes], bytes]:
    order: Any = "little" if extent.little else "big"
    form = WRITERS.get(extent.form)

    def header(frame: Frame, size: int) -> bytes:
        try:
            return size.to_bytes(extent.octets, order) if form is None else form(size)
        except (OverflowError, Refused):
            frame.refuse(TOO_LONG, slot, None, "a length that its header holds", f"{size} octets")

    return lambda frame, content: header(frame, len(content)) + content


def check_bounds(frame: Frame, slot: int, octets: int, minimum: int, maximum: int | None) -> None:
    """Refuse content of another size than its field has."""
    if octets < minimum:
        frame.refuse(TOO_SHORT, slot, None, f"at least {minimum} octets", str(octets))
    if maximum is not None and octets > maximum:
        frame.refuse(TOO_LONG, slot, None, f"at most {maximum} octets", str(octets))


def write_take(step: Take, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, value_of = step.slot, written_value(step.slot, prepared)
    finish = finish_extent(step.extent, slot, prepared)
    size = prepare(step.extent.size, prepared.scope) if isinstance(step.extent, Exact) else None

    def spell(frame: Frame, value: Any) -> bytes:
        if step.text and isinstance(value, str):
            value = value.encode("utf-8", "surrogatepass")
        if not isinstance(value, bytes):
            frame.refuse(WRONG, slot, None, "a text" if step.text else "octets", brief(value))
        check_bounds(frame, slot, len(value), step.minimum, step.maximum)
        return bytes(value)

    def write(frame: Frame) -> bytes:
        value = value_of(frame)
        if value is DEFERRED:
            assert size is not None, "a fix-up has a fixed size"
            return defer(frame, slot, size(frame), spell)
        content = spell(frame, value)
        frame.values[slot] = value
        if slot not in opened:
            frame.written[slot] = content
        return finish(frame, content)

    return write


def write_constant(step: Constant, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    return lambda frame: step.octets


def write_region(step: Region, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot = step.slot
    body = write_block(prepared, step.body, opened | {slot})
    finish = finish_extent(step.extent, slot, prepared)

    def write(frame: Frame) -> bytes:
        first = len(frame.run.marks)
        content = body(frame)
        check_bounds(frame, slot, len(content), step.minimum, step.maximum)
        frame.written[slot] = content
        piece = finish(frame, content)
        shift(frame.run, first, len(piece) - len(content))
        return piece

    return write


def write_loop(step: Loop, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, item = step.slot, step.item
    body = write_block(prepared, step.body, opened - {item})
    count = None
    if step.count is not None and is_checkable(step.count, prepared):
        count = prepare(step.count, prepared.scope)

    def write(frame: Frame) -> bytes:
        items = frame.values[slot]
        if items is None or items is ABSENT:
            frame.refuse(MISSING, slot, None, "a list", "nothing")
        check_count(frame, slot, len(items), step.minimum, step.maximum)
        if count is not None:
            expect(frame, count, slot, "items", len(items))
        written = b"".join(write_items(frame, slot, item, items, body))
        if step.skip is not None:
            written += bytes([step.skip]) * (-len(written) % step.skip_to)
        written += step.until or b""
        if slot not in opened:
            frame.written[slot] = written
        return written

    return write


def check_count(frame: Frame, slot: int, count: int, minimum: int, maximum: int | None) -> None:
    """Refuse a list of another length than its field has."""
    if count < minimum:
        frame.refuse(TOO_FEW, slot, None, f"at least {minimum} items", str(count))
    if maximum is not None and count > maximum:
        frame.refuse(TOO_MANY, slot, None, f"at most {maximum} items", str(count))


def write_items(frame: Frame, slot: int, item: int, items: list[Any], body: StepRunner) -> list[Any]:
    """Write every item by `body`; return the pieces, the marks of each moved behind those before it."""
    run, outer = frame.run, frame.run.index
    pieces: list[Any] = []
    octets = 0
    for position, value in enumerate(items):
        first = len(run.marks)
        run.index = frame.locals[f"[{slot}]"] = position
        frame.values[item] = value
        piece = body(frame)
        shift(run, first, octets)
        octets += len(piece) if isinstance(piece, bytes) else 0
        pieces.append(piece)
    run.index = outer
    frame.locals.pop(f"[{slot}]", None)
    return pieces


def write_present(step: Present, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, body = step.slot, write_block(prepared, step.body, opened)

    def write(frame: Frame) -> bytes:
        if frame.values[slot] is None or frame.values[slot] is ABSENT:
            return b"\x00"
        first = len(frame.run.marks)
        piece: bytes = b"\x01" + body(frame)
        shift(frame.run, first, 1)
        return piece

    return write


def write_align(step: Align, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    """Alignment depends on what stands before it: `write_common.write_block` fills it in."""
    return lambda frame: b""
