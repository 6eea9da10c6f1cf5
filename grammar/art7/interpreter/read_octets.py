"""Reading steps on octets. Every refusal is the row of the table in `ir.plan`."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Literal

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
from art7.interpreter.frame import Frame
from art7.interpreter.prepare import PreparedRecord, StepRunner, filled_slots, prepare_block
from art7.interpreter.quoting import brief
from art7.interpreter.varints import READERS, VarintRefused

TRUNCATED, TRAILING = Fault("truncated"), Fault("trailing_data")
NEGATIVE, BAD_BOOL, BAD_TEXT = Fault("negative_size"), Fault("bad_bool"), Fault("bad_text")
TOO_SHORT, TOO_LONG = Fault("too_short"), Fault("too_long")
TOO_FEW, TOO_MANY = Fault("too_few"), Fault("too_many")
EMPTY_ITEMS = 1 << 16
"""The most items without octets that one list may have: a count alone must not make work."""

FindExtent = Callable[[Frame], tuple[int, int]]
"""Returns the content's first octet and its end."""


def truncated(frame: Frame, slot: int | None, offset: int, octets: int) -> None:
    """Refuse a read past the region's end; `octets` were wanted from the cursor on."""
    left = frame.run.end - frame.run.position
    frame.refuse(TRUNCATED, slot, offset, _octets(octets), f"{_octets(left)} before the end")


def _octets(count: int) -> str:
    return "1 octet" if count == 1 else f"{brief(count)} octets"


def read_bits(step: Bits, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    octets, width = step.octets, 8 * step.octets
    fields = tuple(
        (f.slot, f.shift, (1 << f.width) - 1, f.boolean, (width - f.shift - f.width) // 8)
        for f in step.fields
        if f.slot is not None
    )
    first = fields[0][0] if fields else None

    def read(frame: Frame) -> None:
        run = frame.run
        start = run.position
        stop = start + octets
        if stop > run.end:
            truncated(frame, first, start, octets)
        word = int.from_bytes(run.data[start:stop], "big")
        values, starts = frame.values, frame.starts
        for slot, shift, mask, boolean, skip in fields:
            value = word >> shift & mask
            values[slot] = bool(value) if boolean else value
            starts[slot] = start + skip
        run.position = stop

    return read


def read_uint(step: Uint, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, octets, signed, boolean = step.slot, step.octets, step.signed, step.boolean
    order: Any = "little" if step.little else "big"
    from_bytes = int.from_bytes

    def read(frame: Frame) -> None:
        run = frame.run
        start = run.position
        stop = start + octets
        frame.starts[slot] = start
        if stop > run.end:
            truncated(frame, slot, start, octets)
        value = from_bytes(run.data[start:stop], order, signed=signed)
        if boolean:
            if value not in (0, 1):
                frame.refuse(BAD_BOOL, slot, start, "0 or 1", str(value))
            value = value == 1
        frame.values[slot] = value
        frame.spans[slot] = (start, stop)
        run.position = stop

    return read


def read_varint(step: Varint, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, read_form, convert = step.slot, READERS[step.form], varint_value(step)
    limit = None if step.form == "protobuf" else 1 << step.bits

    def read(frame: Frame) -> None:
        run = frame.run
        start = run.position
        frame.starts[slot] = start
        value, run.position = integer_at(frame, slot, start, read_form)
        if limit is not None and value >= limit:
            run.position = start
            frame.refuse(Fault("bad_varint"), slot, start, f"at most {limit - 1}", str(value))
        frame.values[slot] = convert(value)
        frame.spans[slot] = (start, run.position)

    return read


def integer_at(frame: Frame, slot: int | None, start: int, read_form: Any) -> tuple[int, int]:
    """Read a variable-length integer at the cursor, refusing at `start`."""
    try:
        value, stop = read_form(frame.run.data, frame.run.position, frame.run.end)
    except VarintRefused as refusal:
        frame.refuse(Fault(refusal.code), slot, start, refusal.expected, refusal.got)
    return value, stop


def varint_value(step: Varint) -> Callable[[int], Any]:
    """Return how the unsigned wire value becomes the field's: truncated, signed, zigzag, boolean."""
    if step.boolean:
        return bool
    if step.form != "protobuf":
        return lambda value: value
    mask, sign = (1 << step.bits) - 1, 1 << (step.bits - 1)
    if step.zigzag:
        return lambda value: ((value & mask) >> 1) ^ -(value & 1)
    if step.signed:
        return lambda value: ((value & mask) ^ sign) - sign
    return lambda value: value & mask


def read_float(step: FloatOctets, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, octets = step.slot, step.octets
    unpack = struct.Struct(("<" if step.little else ">") + ("f" if octets == 4 else "d")).unpack_from

    def read(frame: Frame) -> None:
        run = frame.run
        start = run.position
        frame.starts[slot] = start
        if start + octets > run.end:
            truncated(frame, slot, start, octets)
        frame.values[slot] = unpack(run.data, start)[0]
        run.position = start + octets
        frame.spans[slot] = (start, start + octets)

    return read


def find_extent(extent: Extent, slot: int, prepared: PreparedRecord) -> FindExtent:
    """Return how the content's bounds are found; the cursor is then at the content."""
    if isinstance(extent, Exact):
        return _exact(prepare(extent.size, prepared.scope), slot)
    if isinstance(extent, Prefixed):
        return _prefixed(extent, slot)
    return lambda frame: (frame.run.position, frame.run.end)


def _exact(size: Any, slot: int) -> FindExtent:
    def find(frame: Frame) -> tuple[int, int]:
        run = frame.run
        start = run.position
        octets = size(frame)
        if octets is None:
            octets = 0
        if octets < 0:
            frame.refuse(NEGATIVE, slot, start, "a size of 0 or more", brief(octets))
        if start + octets > run.end:
            truncated(frame, slot, start, octets)
        return start, start + octets

    return find


def _prefixed(extent: Prefixed, slot: int) -> FindExtent:
    octets = extent.octets
    order: Literal["little", "big"] = "little" if extent.little else "big"
    read_form = READERS.get(extent.form)

    def find(frame: Frame) -> tuple[int, int]:
        run = frame.run
        start = run.position
        if read_form is None:
            if start + octets > run.end:
                truncated(frame, slot, start, octets)
            run.position = start + octets
            size = int.from_bytes(run.data[start : run.position], order)
        else:
            size, run.position = integer_at(frame, slot, start, read_form)
        if run.position + size > run.end:
            truncated(frame, slot, start, size)
        return run.position, run.position + size

    return find


def check_size(
    frame: Frame, slot: int, start: int, octets: int, minimum: int, maximum: int | None, what: str = "octet"
) -> None:
    """Refuse content outside its bounds, at its first octet."""
    if octets < minimum:
        frame.refuse(TOO_SHORT, slot, start, f"at least {minimum} {what}s", str(octets))
    if maximum is not None and octets > maximum:
        frame.refuse(TOO_LONG, slot, start, f"at most {maximum} {what}s", str(octets))


def read_take(step: Take, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, minimum, maximum, text = step.slot, step.minimum, step.maximum, step.text
    find = find_extent(step.extent, slot, prepared)

    def read(frame: Frame) -> None:
        run = frame.run
        if slot not in opened:
            frame.starts[slot] = run.position
        start, stop = find(frame)
        if stop - start < minimum or (maximum is not None and stop - start > maximum):
            check_size(frame, slot, start, stop - start, minimum, maximum)
        value: Any = run.data[start:stop]
        if text:
            value = decode_text(frame, slot, start, value)
        frame.values[slot] = value
        frame.spans[slot] = (start, stop)
        run.position = stop

    return read


def decode_text(frame: Frame, slot: int, start: int, octets: bytes) -> str:
    """Return the octets as text; refuse at the first bad octet."""
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError as error:
        got = f"octet {octets[error.start]:#04x}"
        frame.refuse(BAD_TEXT, slot, start + error.start, "UTF-8", got)


def read_constant(step: Constant, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    octets, fault = step.octets, step.fault
    shown = _as_text if prepared.record.encoding == "text" else brief

    def read(frame: Frame) -> None:
        run = frame.run
        start = run.position
        stop = start + len(octets)
        if stop > run.end:
            truncated(frame, None, start, len(octets))
        if run.data[start:stop] != octets:
            frame.refuse(fault, None, start, shown(octets), shown(run.data[start:stop]))
        run.position = stop

    return read


def _as_text(octets: bytes) -> str:
    return brief(octets.decode("utf-8", "replace"))


def read_region(step: Region, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, minimum, maximum = step.slot, step.minimum, step.maximum
    find = find_extent(step.extent, slot, prepared)
    body = prepare_block(prepared, step.body, opened | {slot})

    def bound(frame: Frame) -> int:
        run = frame.run
        if slot not in opened:
            frame.starts[slot] = run.position
        start, stop = find(frame)
        check_size(frame, slot, start, stop - start, minimum, maximum)
        frame.spans[slot] = (start, stop)
        return stop

    def fill(frame: Frame, stop: int) -> None:
        run = frame.run
        outer, run.end = run.end, stop
        for runner in body:
            runner(frame)
        if run.position != stop:
            frame.refuse(TRAILING, slot, run.position, f"an end at {stop}", _octets(stop - run.position))
        run.end = outer

    def read(frame: Frame) -> None:
        span = bound(frame), frame.spans[slot]
        fill(frame, span[0])
        frame.spans[slot] = span[1]

    def pass_over(frame: Frame) -> None:
        frame.run.position = bound(frame)

    def open_region(frame: Frame) -> None:
        run, (start, stop) = frame.run, frame.spans[slot]
        outer, run.position = run.position, start
        fill(frame, stop)
        run.position, frame.spans[slot] = outer, (start, stop)

    if not step.later:
        return read
    prepared.openers[slot] = open_region
    return pass_over


def read_loop(step: Loop, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, item, minimum, maximum = step.slot, step.item, step.minimum, step.maximum
    count = None if step.count is None else prepare(step.count, prepared.scope)
    body = prepare_block(prepared, step.body, opened - {item})
    resets = tuple((i, prepared.initial[i]) for i in filled_slots(step.body))
    skip, until = step.skip, step.until

    def more(frame: Frame, wanted: int | None, done: int) -> bool:
        run = frame.run
        if until is not None:
            return not _ends_at_mark(frame, slot, until)
        if wanted is not None and done >= wanted:
            return False
        if skip is not None:
            while run.position < run.end and run.data[run.position] == skip:
                run.position += 1
        return wanted is not None or run.position < run.end

    def read(frame: Frame) -> None:
        run, values = frame.run, frame.values
        start = run.position
        wanted = None if count is None else count(frame) or 0
        if wanted is not None and wanted < 0:
            frame.refuse(NEGATIVE, slot, start, "a count of 0 or more", brief(wanted))
        items: list[Any] = []
        values[slot] = items
        if slot not in opened:
            frame.starts[slot] = start
        empty, outer = 0, run.index
        while more(frame, wanted, len(items)):
            at = run.position
            if maximum is not None and len(items) >= maximum:
                frame.refuse(TOO_MANY, slot, at, f"at most {maximum} items", "one more")
            run.index = len(items)
            for index, initial in resets:
                values[index] = initial
            for runner in body:
                runner(frame)
            items.append(values[item])
            if run.position == at:
                empty += 1
                if empty > EMPTY_ITEMS:
                    frame.refuse(TOO_MANY, slot, at, f"at most {EMPTY_ITEMS} empty items", "one more")
        run.index = outer
        if len(items) < minimum:
            frame.refuse(TOO_FEW, slot, run.position, f"at least {minimum} items", str(len(items)))
        if slot not in opened:
            frame.spans[slot] = (start, run.position)

    return read


def _ends_at_mark(frame: Frame, slot: int, mark: bytes) -> bool:
    """Pass over the octets that end a list, if they stand here."""
    run = frame.run
    stop = run.position + len(mark)
    if stop <= run.end and run.data[run.position : stop] == mark:
        run.position = stop
        return True
    if run.position >= run.end:
        truncated(frame, slot, run.end, len(mark))
    return False


def read_present(step: Present, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot = step.slot
    body = prepare_block(prepared, step.body, opened)

    def read(frame: Frame) -> None:
        run = frame.run
        start = run.position
        if start >= run.end:
            truncated(frame, slot, start, 1)
        mark = run.data[start]
        if mark > 1:
            frame.refuse(BAD_BOOL, slot, start, "0 or 1", str(mark))
        run.position = start + 1
        if mark:
            for runner in body:
                runner(frame)

    return read


def read_align(step: Align, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    to, fill, slot = step.to, step.octet, step.slot

    def read(frame: Frame) -> None:
        run = frame.run
        start = run.position
        octets = -(start - frame.start) % to
        if start + octets > run.end:
            truncated(frame, slot, start, octets)
        run.position = start + octets
        if slot is not None:
            found = run.data[start : run.position]
            frame.starts[slot] = start
            frame.values[slot] = found if found.count(fill) != octets else None

    return read
