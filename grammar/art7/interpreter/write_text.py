"""Writing steps of text. What would not be read back as it is given is refused."""

from __future__ import annotations

from typing import Any

from art7.grammar.ir.plan import (
    Ahead,
    Either,
    Fault,
    Line,
    Number,
    Quoted,
    Repeat,
    Role,
    Space,
    Through,
    Token,
    Upto,
)
from art7.interpreter.codings import TRANSFORMS
from art7.interpreter.frame import ABSENT, Frame
from art7.interpreter.functions.pattern import matches
from art7.interpreter.prepare import PreparedRecord, StepRunner
from art7.interpreter.quoting import brief
from art7.interpreter.text_octets import is_control, line_end, quote
from art7.interpreter.write_common import TOO_LONG, TOO_SHORT, UNEXPECTED, WRONG, write_block
from art7.interpreter.write_octets import Spell, check_bounds, check_count, integer, write_items
from art7.interpreter.written_values import MISSING, written_value

BAD_CHARACTERS, BAD_QUOTED, BAD_TEXT = Fault("bad_characters"), Fault("bad_quoted"), Fault("bad_text")


def _scalar(slot: int, prepared: PreparedRecord, opened: frozenset[int], spell: Spell) -> StepRunner:
    value_of = written_value(slot, prepared)

    def write(frame: Frame) -> bytes:
        value = value_of(frame)
        frame.values[slot] = value
        written = spell(frame, value)
        if slot not in opened:
            frame.written[slot] = written
        return written

    return write


def _text(frame: Frame, slot: int, value: Any) -> str:
    if not isinstance(value, str):
        frame.refuse(WRONG, slot, None, "a text", brief(value))
    try:
        value.encode()
    except UnicodeEncodeError:
        frame.refuse(BAD_TEXT, slot, None, "characters of UTF-8", brief(value))
    return str(value)


def write_token(step: Token, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, pattern, most = step.slot, step.pattern, step.maximum

    def spell(frame: Frame, value: Any) -> bytes:
        text = _text(frame, slot, value)
        if not matches(text, pattern):
            frame.refuse(BAD_CHARACTERS, slot, None, "a token", brief(text))
        octets = text.encode()
        if most is not None and len(octets) > most:
            frame.refuse(TOO_LONG, slot, None, f"at most {most} octets", str(len(octets)))
        return octets

    return _scalar(slot, prepared, opened, spell)


def write_number(step: Number, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, low, high, form = step.slot, step.minimum, step.maximum, "d" if step.base == 10 else "x"
    return _scalar(
        slot,
        prepared,
        opened,
        lambda frame, value: f"{integer(frame, slot, value, low, high):{form}}".encode(),
    )


def write_quoted(step: Quoted, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, minimum, maximum = step.slot, step.minimum, step.maximum

    def spell(frame: Frame, value: Any) -> bytes:
        text = _text(frame, slot, value)
        if any(is_control(character) for character in text):
            frame.refuse(BAD_QUOTED, slot, None, "a text without control characters", brief(text))
        if len(text) < minimum:
            frame.refuse(TOO_SHORT, slot, None, f"at least {minimum} characters", str(len(text)))
        if maximum is not None and len(text) > maximum:
            frame.refuse(TOO_LONG, slot, None, f"at most {maximum} characters", str(len(text)))
        return quote(text)

    return _scalar(slot, prepared, opened, spell)


def write_upto(step: Upto, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, mark = step.slot, step.until

    def spell(frame: Frame, value: Any) -> bytes:
        octets = _text(frame, slot, value).encode() if step.text else value
        if not isinstance(octets, bytes):
            frame.refuse(WRONG, slot, None, "octets", brief(value))
        check_bounds(frame, slot, len(octets), step.minimum, step.maximum)
        if (octets + mark).find(mark) != len(octets):
            frame.refuse(BAD_TEXT, slot, None, f"no {brief(mark)} inside", brief(value))
        return octets + mark

    return _scalar(slot, prepared, opened, spell)


def write_space(step: Space, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    return lambda frame: b""


def write_line(step: Line, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    body, eol = write_block(prepared, step.body, opened), step.eol

    def write(frame: Frame) -> bytes:
        content: bytes = body(frame)
        line = content + eol
        if line_end(line, 0, len(line), eol, step.lenient) != (len(content), len(line)):
            frame.refuse(BAD_TEXT, None, None, "one line", "an end of a line inside")
        return line

    return write


def _is_absent(value: Any) -> bool:
    return value is None or value is ABSENT


def write_ahead(step: Ahead, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, body = step.slot, write_block(prepared, step.body, opened)
    declared = prepared.record.slots[slot]
    given = declared.role is not Role.COMPUTED
    default, value_of = prepared.initial[slot], written_value(slot, prepared)

    def write(frame: Frame) -> Any:
        value = frame.values[slot] if given else value_of(frame)
        if _is_absent(value) or (declared.default is not None and value == default):
            return b""
        return body(frame)

    return write


def write_repeat(step: Repeat, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, item = step.slot, step.item
    body = write_block(prepared, step.body, opened - {item})

    def write(frame: Frame) -> bytes:
        items = frame.values[slot]
        if _is_absent(items):
            frame.refuse(MISSING, slot, None, "a list", "nothing")
        check_count(frame, slot, len(items), step.minimum, step.maximum)
        written = b"".join(write_items(frame, slot, item, items, body))
        if slot not in opened:
            frame.written[slot] = written
        return written

    return write


def write_either(step: Either, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    bodies = tuple((case.slot, write_block(prepared, case.body, opened)) for case in step.cases)
    names = " or ".join(case.name for case in step.cases[:8])

    def write(frame: Frame) -> Any:
        given = [(slot, body) for slot, body in bodies if not _is_absent(frame.values[slot])]
        if not given:
            frame.refuse(MISSING, None, None, names, "none of them")
        if len(given) > 1:
            frame.refuse(UNEXPECTED, given[1][0], None, f"only one of {names}", "more than one of them")
        return given[0][1](frame)

    return write


def write_through(step: Through, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, transform = step.slot, TRANSFORMS[step.transform]
    body = write_block(prepared, step.body, opened | {slot})

    def write(frame: Frame) -> bytes:
        written = transform.write(body(frame))
        if slot not in opened:
            frame.written[slot] = written
        return written

    return write
