"""Writing headers and bodies of text. What would not be read back as it is given is refused."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from art7.grammar.ir.plan import Fault, Header, Headers, Parameters, Parts, Role, Transfer
from art7.interpreter.boundaries import delimiter
from art7.interpreter.boundaries import write_parts as put_parts
from art7.interpreter.charsets import encode
from art7.interpreter.expressions import prepare
from art7.interpreter.frame import ABSENT, Frame
from art7.interpreter.header_lines import elements, trimmed
from art7.interpreter.parameter_texts import spell
from art7.interpreter.prepare import PreparedRecord, StepRunner
from art7.interpreter.quoting import brief
from art7.interpreter.text_refused import TextRefused
from art7.interpreter.transfer_codings import transfer_name, write_transfer
from art7.interpreter.write_common import WRONG, write_block
from art7.interpreter.write_octets import check_count, write_items
from art7.interpreter.written_values import MISSING, written_value

BAD_TEXT, BAD_CHARACTERS, DUPLICATE = Fault("bad_text"), Fault("bad_characters"), Fault("duplicate_field")
_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


def _refuse(frame: Frame, slot: int, refusal: TextRefused) -> NoReturn:
    frame.refuse(Fault(refusal.code), slot, None, refusal.expected, refusal.got)


def _is_absent(value: Any) -> bool:
    return value is None or value is ABSENT


def write_headers(step: Headers, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    writers = [_writer(step, header, prepared, opened) for header in step.entries]
    known = frozenset(name.lower().encode() for header in step.entries for name in header.names)
    if step.other is not None:
        writers.append(_others(step, step.other, known, prepared, opened))

    def write(frame: Frame) -> bytes:
        return b"".join(writer(frame) for writer in writers) + step.eol

    return write


def _writer(step: Headers, header: Header, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    body, slot = write_block(prepared, header.body, opened), header.slot
    head = header.names[0].encode() + b": "
    if header.item is not None:
        return _list_writer(step, header, body, head)
    declared = prepared.record.slots[slot]
    given = declared.role is not Role.COMPUTED
    default, value_of = prepared.initial[slot], written_value(slot, prepared)

    def write(frame: Frame) -> bytes:
        value = frame.values[slot] if given else value_of(frame)
        if not header.required and (_is_absent(value) or (declared.default is not None and value == default)):
            return b""
        return head + checked(frame, slot, body(frame)) + step.eol

    return write


def _list_writer(step: Headers, header: Header, body: StepRunner, head: bytes) -> StepRunner:
    slot, item = header.slot, header.item
    assert item is not None, "only lists come here"

    def write(frame: Frame) -> bytes:
        items = frame.values[slot]
        if _is_absent(items):
            frame.refuse(MISSING, slot, None, "a list", "nothing")
        check_count(frame, slot, len(items), header.minimum, header.maximum)
        pieces = [checked(frame, slot, piece) for piece in write_items(frame, slot, item, items, body)]
        if not pieces or not header.comma:
            return b"".join(head + piece + step.eol for piece in pieces)
        for piece in pieces:
            if elements(piece, 0, len(piece), step.comments) != [(0, len(piece))]:
                frame.refuse(BAD_TEXT, slot, None, "one value", "a comma outside of quotes, or nothing")
        return head + b", ".join(pieces) + step.eol

    return write


def _others(
    step: Headers, header: Header, known: frozenset[bytes], prepared: PreparedRecord, opened: frozenset[int]
) -> StepRunner:
    body, slot, item = write_block(prepared, header.body, opened), header.slot, header.item
    assert item is not None, "others are a list"

    def write(frame: Frame) -> bytes:
        items: list[Any] = [] if _is_absent(frame.values[slot]) else frame.values[slot]
        check_count(frame, slot, len(items), 0, header.maximum)
        lines: list[bytes] = []
        for piece in write_items(frame, slot, item, items, body):
            name, _, value = piece.partition(b":")
            if not _NAME.fullmatch(name):
                frame.refuse(BAD_CHARACTERS, slot, None, "the name of a header", brief(name))
            if name.lower() in known:
                frame.refuse(DUPLICATE, slot, None, "a name that no member has", brief(name))
            lines.append(name + b": " + checked(frame, slot, value) + step.eol)
        return b"".join(lines)

    return write


def checked(frame: Frame, slot: int, value: bytes) -> bytes:
    """Return the value of a header, or refuse what would end it or be lost at its ends."""
    if any(sign in b"\r\n\0" for sign in value) or trimmed(value, 0, len(value)) != (0, len(value)):
        frame.refuse(BAD_TEXT, slot, None, "one line without white space at its ends", brief(value))
    return value


def write_parameters(step: Parameters, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, form, value_of = step.slot, step.form, written_value(step.slot, prepared)

    def write(frame: Frame) -> bytes:
        value = value_of(frame)
        if not isinstance(value, dict):
            frame.refuse(WRONG, slot, None, "a map of texts", brief(value))
        try:
            written = spell(value, form)
        except TextRefused as refusal:
            _refuse(frame, slot, refusal)
        if slot not in opened:
            frame.written[slot] = written
        return written

    return write


def write_parts(step: Parts, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, item = step.slot, step.item
    boundary = prepare(step.boundary, prepared.scope)
    body = write_block(prepared, step.body, opened - {item})
    eol = str(dict(prepared.record.options).get("eol", "\r\n")).encode()

    def write(frame: Frame) -> bytes:
        items = frame.values[slot]
        if _is_absent(items):
            frame.refuse(MISSING, slot, None, "a list", "nothing")
        check_count(frame, slot, len(items), step.minimum, step.maximum)
        try:
            mark = delimiter(boundary(frame))
            written = put_parts(write_items(frame, slot, item, items, body), mark, eol)
        except TextRefused as refusal:
            _refuse(frame, slot, refusal)
        if slot not in opened:
            frame.written[slot] = written
        return written

    return write


def write_transfer_coding(step: Transfer, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot = step.slot
    coding = None if step.coding is None else prepare(step.coding, prepared.scope)
    charset = None if step.charset is None else prepare(step.charset, prepared.scope)
    body = write_block(prepared, step.body, opened | {slot})

    def write(frame: Frame) -> bytes:
        octets: bytes = body(frame)
        try:
            if charset is not None:
                octets = encode(octets.decode("utf-8", "surrogatepass"), charset(frame))
            written = octets
            if coding is not None:
                written = write_transfer(octets, transfer_name(coding(frame)))
        except TextRefused as refusal:
            _refuse(frame, slot, refusal)
        if slot not in opened:
            frame.written[slot] = written
        return written

    return write
