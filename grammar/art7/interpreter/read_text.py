"""Reading steps of text: tokens, numbers, lines, what may be absent, and what lies behind a coding."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

from art7.grammar.ir.plan import (
    Ahead,
    Either,
    Fault,
    Line,
    Number,
    Quoted,
    Repeat,
    Space,
    Through,
    Token,
    Upto,
)
from art7.interpreter.codings import TRANSFORMS, Passage
from art7.interpreter.errors import DecodeError, FieldNode
from art7.interpreter.frame import Frame
from art7.interpreter.prepare import PreparedRecord, StepRunner, filled_slots, prepare_block
from art7.interpreter.quoting import brief
from art7.interpreter.read_octets import (
    TOO_FEW,
    TOO_LONG,
    TOO_MANY,
    TRAILING,
    TRUNCATED,
    check_size,
    decode_text,
)
from art7.interpreter.text_octets import (
    is_ahead,
    line_end,
    longest,
    number_at,
    pass_space,
    quoted_at,
)
from art7.interpreter.text_refused import TextRefused

BAD_CHARACTERS, RANGE = Fault("bad_characters"), Fault("out_of_range")
UNKNOWN = Fault("unknown_value")


def _refuse(frame: Frame, slot: int | None, refusal: TextRefused) -> NoReturn:
    frame.refuse(Fault(refusal.code), slot, refusal.offset, refusal.expected, refusal.got)


def _take(frame: Frame, slot: int, value: object, stop: int, measured: bool) -> None:
    run = frame.run
    frame.values[slot] = value
    if measured:
        frame.spans[slot] = (run.position, stop)
    run.position = stop


def shown(data: bytes, place: int, end: int) -> str:
    """Return what stands at a place, in a few characters."""
    return brief(data[place : min(end, place + 16)].decode("utf-8", "replace")) if place < end else "the end"


def read_token(step: Token, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, pattern, most, measured = step.slot, step.pattern, step.maximum, step.slot not in opened

    def read(frame: Frame) -> None:
        run = frame.run
        start = run.position
        if measured:
            frame.starts[slot] = start
        stop = longest(pattern, run.data, start, run.end)
        if stop is None:
            frame.refuse(BAD_CHARACTERS, slot, start, "a token", shown(run.data, start, run.end))
        if most is not None and stop - start > most:
            frame.refuse(TOO_LONG, slot, start, f"at most {most} octets", str(stop - start))
        _take(frame, slot, run.data[start:stop].decode("utf-8"), stop, measured)

    return read


def read_number(step: Number, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, low, high, measured = step.slot, step.minimum, step.maximum, step.slot not in opened

    def read(frame: Frame) -> None:
        run = frame.run
        start = run.position
        if measured:
            frame.starts[slot] = start
        try:
            value, stop = number_at(run.data, start, run.end, low < 0, step.base)
        except TextRefused as refusal:
            _refuse(frame, slot, refusal)
        if not low <= value <= high:
            frame.refuse(RANGE, slot, start, f"a number from {low} to {high}", brief(value))
        _take(frame, slot, value, stop, measured)

    return read


def read_quoted(step: Quoted, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, measured = step.slot, step.slot not in opened

    def read(frame: Frame) -> None:
        run = frame.run
        start = run.position
        if measured:
            frame.starts[slot] = start
        try:
            value, stop = quoted_at(run.data, start, run.end)
        except TextRefused as refusal:
            _refuse(frame, slot, refusal)
        check_size(frame, slot, start, len(value), step.minimum, step.maximum, "character")
        _take(frame, slot, value, stop, measured)

    return read


def read_upto(step: Upto, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, mark, text, measured = step.slot, step.until, step.text, step.slot not in opened

    def read(frame: Frame) -> None:
        run = frame.run
        start = run.position
        if measured:
            frame.starts[slot] = start
        stop = run.data.find(mark, start, run.end)
        if stop < 0:
            frame.refuse(TRUNCATED, slot, run.end, brief(mark), "the end")
        check_size(frame, slot, start, stop - start, step.minimum, step.maximum)
        octets = run.data[start:stop]
        _take(frame, slot, decode_text(frame, slot, start, octets) if text else octets, stop, measured)
        run.position = stop + len(mark)

    return read


def read_space(step: Space, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    def read(frame: Frame) -> None:
        run = frame.run
        run.position = pass_space(run.data, run.position, run.end, step.octets, step.comments)

    return read


def read_line(step: Line, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    body = prepare_block(prepared, step.body, opened)

    def read(frame: Frame) -> None:
        run = frame.run
        found = line_end(run.data, run.position, run.end, step.eol, step.lenient)
        if found is None:
            frame.refuse(TRUNCATED, None, run.end, "the end of a line", "the end")
        stop, following = found
        outer, run.end = run.end, stop
        for runner in body:
            runner(frame)
        if run.position != stop:
            left = shown(run.data, run.position, stop)
            frame.refuse(TRAILING, None, run.position, "the end of the line", left)
        run.end, run.position = outer, following

    return read


def read_ahead(step: Ahead, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    test, body = is_ahead(step.first), prepare_block(prepared, step.body, opened)

    def read(frame: Frame) -> None:
        run = frame.run
        if test(run.data, run.position, run.end):
            for runner in body:
                runner(frame)

    return read


def read_repeat(step: Repeat, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, item, minimum, maximum = step.slot, step.item, step.minimum, step.maximum
    test, body = is_ahead(step.first), prepare_block(prepared, step.body, opened - {item})
    resets = tuple((i, prepared.initial[i]) for i in filled_slots(step.body))
    measured = slot not in opened

    def read(frame: Frame) -> None:
        run, values = frame.run, frame.values
        start, outer = run.position, run.index
        items: list[object] = []
        values[slot] = items
        if measured:
            frame.starts[slot] = start
        while test(run.data, run.position, run.end):
            at = run.position
            if maximum is not None and len(items) >= maximum:
                frame.refuse(TOO_MANY, slot, at, f"at most {maximum} items", "one more")
            run.index = len(items)
            for index, initial in resets:
                values[index] = initial
            for runner in body:
                runner(frame)
            items.append(values[item])
        run.index = outer
        if len(items) < minimum:
            frame.refuse(TOO_FEW, slot, run.position, f"at least {minimum} items", str(len(items)))
        if measured:
            frame.spans[slot] = (start, run.position)

    return read


def read_either(step: Either, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    cases = tuple((is_ahead(x.first), prepare_block(prepared, x.body, opened)) for x in step.cases)
    names = " or ".join(case.name for case in step.cases[:8])

    def read(frame: Frame) -> None:
        run = frame.run
        for test, body in cases:
            if test(run.data, run.position, run.end):
                for runner in body:
                    runner(frame)
                return
        fault = UNKNOWN if run.position < run.end else TRUNCATED
        frame.refuse(fault, None, run.position, names, shown(run.data, run.position, run.end))

    return read


def read_through(step: Through, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, transform, measured = step.slot, TRANSFORMS[step.transform], step.slot not in opened
    body = prepare_block(prepared, step.body, opened | {slot})
    filled = filled_slots(step.body)

    def read(frame: Frame) -> None:
        run = frame.run
        data, start, end = run.data, run.position, run.end
        if measured:
            frame.starts[slot] = start
        stop = transform.stop(data, start, end)
        try:
            passage = transform.read(data, start, stop)
        except TextRefused as refusal:
            _refuse(frame, slot, refusal)
        nodes, notes = len(frame.nodes or ()), len(run.notes)
        run.data, run.position, run.end = passage.octets, 0, len(passage.octets)
        try:
            for runner in body:
                runner(frame)
            if run.position != run.end:
                left = f"{run.end - run.position} octets more"
                frame.refuse(TRAILING, slot, run.position, f"an end after {run.position} octets", left)
        except DecodeError as error:
            if error.offset is not None:
                error.offset = passage.place(error.offset)
            raise
        finally:
            run.data, run.end, run.position = data, end, passage.place(run.position)
            for node in (frame.nodes or [])[nodes:]:
                _move(node, passage)
        for index in filled:
            if index != slot and frame.starts[index] >= 0:
                frame.starts[index] = passage.place(frame.starts[index])
        run.notes[notes:] = [replace(x, offset=passage.place(x.offset)) for x in run.notes[notes:]]
        run.position = stop
        if measured:
            frame.spans[slot] = (start, stop)

    return read


def _move(root: FieldNode, passage: Passage) -> None:
    """Let a traced field and those inside it lie where they came from."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        end = passage.place(node.offset + node.octets)
        node.offset = passage.place(node.offset)
        node.octets = end - node.offset
        waiting.extend(node.children)
