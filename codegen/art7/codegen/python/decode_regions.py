"""Regions in a decoder: where they end, and that nothing is left in them."""

from __future__ import annotations

from dataclasses import replace

from art7.codegen.python.code import Assign, Place, Test
from art7.codegen.python.cursor import Cursor
from art7.codegen.python.decode_blocks import BlockEmitter
from art7.codegen.python.decode_extents import extent, simplified, test_bounds
from art7.codegen.python.decode_lists import is_unbounded, plain_list, read_batch, read_list
from art7.codegen.python.decode_names import Frame
from art7.codegen.python.decode_state import note_starts
from art7.codegen.python.inlining import ends_by_place, last_step
from art7.codegen.python.rounds import later
from art7.grammar.ir import plan as p


def region(emitter: BlockEmitter, frame: Frame, step: p.Region) -> None:
    """Emit what lies in a region, and that it fills it."""
    note_starts(emitter, frame, [(step.slot, 0)])
    if step.later:
        _pass_over(emitter, frame, step)
        return
    batch = plain_list(step.body)
    if batch is not None and is_unbounded(frame, step, batch):
        read_list(emitter, frame, step, batch)
        return
    name = "e" if batch is not None else emitter.fresh("end")
    begin, end, fixed = extent(emitter, frame, step.extent, name)
    if fixed is not None:
        emitter.out.append(Assign([name], end))
        end = name
    test_bounds(emitter, begin, end, step.minimum, step.maximum, frame, step.extent)
    outer = emitter.cursor_state
    if step.slot in frame.facts.spans:
        kept = str(begin) if begin.base == "" else emitter.fresh("bound")
        if begin.base:
            emitter.out.append(Assign([kept], str(begin)))
        frame.spans[step.slot] = (kept, end)
    if isinstance(step.extent, p.Exact):
        frame.sizes[step.slot] = simplified(frame, step.extent.size)
    whole = outer.whole and end == outer.end
    mark = outer.mark if begin == outer.place else object()
    emitter.cursor_state = Cursor(begin, end, False, whole, outer.least, mark)
    if batch is not None:
        varint = isinstance(step.extent, p.Prefixed) and step.extent.form != "uint"
        read_batch(emitter, frame, batch, begin, end, fixed, "k" if varint else "")
        emitter.cursor_state = Cursor(Place(end), outer.end, end != outer.end, outer.whole, outer.least)
        return

    def leave() -> None:
        # The region's end was not compared with the outer one: that is still to come.
        emitter.cursor_state = Cursor(Place(end), outer.end, end != outer.end, outer.whole, outer.least)
        measured = emitter.measured.get(end)
        if measured is not None and measured.length in emitter.constants:
            place = measured.begin.moved(emitter.constants[measured.length] + measured.extra)
            emitter.cursor_state = replace(emitter.cursor_state, place=place, loose=True, mark=measured.mark)

    with later(emitter, frame, leave):
        emitter.closed_block(frame, step.body, lambda: close_region(emitter, end))
    leave()


def _pass_over(emitter: BlockEmitter, frame: Frame, step: p.Region) -> None:
    """Emit where a region lies; what lies in it is read by the test that opens it."""
    emitter.tighten()
    begin, end = emitter.fresh("bound"), emitter.fresh("end")
    first, last, _ = extent(emitter, frame, step.extent, end)
    emitter.out += [Assign([begin], str(first))] + ([Assign([end], last)] if last != end else [])
    test_bounds(emitter, Place(begin), end, step.minimum, step.maximum, frame, step.extent)
    frame.spans[step.slot] = (begin, end)
    outer = emitter.cursor_state
    # The region's end was not compared with the outer one: opening it settles that.
    emitter.cursor_state = Cursor(Place(end), outer.end, True, outer.whole, outer.least)

    def open_region() -> None:
        emitter.tighten()
        behind = emitter.keep("behind")
        after = emitter.cursor_state
        emitter.cursor_state = Cursor(Place(begin), end, False, False, outer.least)
        emitter.closed_block(frame, step.body, lambda: close_region(emitter, end))
        emitter.cursor_state = after.at(behind, loose=False)

    emitter.later[step.slot] = open_region


def close_inside(emitter: BlockEmitter, record: p.Record) -> None:
    """Let a message end inside the arms of its last step, where that is a choice."""
    if not ends_by_place(record):
        emitter.closers[id(last_step(emitter, record.body))] = emitter.close_message


def close_region(emitter: BlockEmitter, end: str) -> None:
    """Nothing may be left in a region; the cursor is then at its end."""
    measured = emitter.measured.get(end)
    more = measured.from_place(emitter.cursor, emitter.cursor_state.mark) if measured is not None else None
    if measured is not None and more is not None:
        emitter.out.append(Test(f"{measured.length} != {-more}" if more else measured.length))
        emitter.constants[measured.length] = -more
    elif emitter.cursor != Place(end):
        emitter.out.append(Test(f"{emitter.cursor} != {end}"))
    emitter.cursor_state = emitter.cursor_state.at(end, loose=False)
