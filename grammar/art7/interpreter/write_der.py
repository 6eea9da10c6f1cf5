"""Writing steps of DER: lengths in their shortest form, defaults left out, SET OF sorted."""

from __future__ import annotations

from typing import Any

from art7.grammar.ir.plan import Fault, Role, Tlv, TlvChoice, TlvOptional, TlvScalar
from art7.interpreter.der_elements import DerRefused, elements, header, pass_element
from art7.interpreter.der_values import write_value
from art7.interpreter.frame import ABSENT, Frame
from art7.interpreter.marks import shift
from art7.interpreter.prepare import PreparedRecord, StepRunner
from art7.interpreter.quoting import brief
from art7.interpreter.write_common import UNEXPECTED, WRONG, write_block
from art7.interpreter.written_values import MISSING, written_value


def write_tlv(step: Tlv, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, outer = step.slot, step.outer
    body = write_block(prepared, step.body, opened if slot is None else opened | {slot})

    def write(frame: Frame) -> bytes:
        first = len(frame.run.marks)
        content = body(frame)
        if step.ordered:
            content = b"".join(sorted(elements(content, 0, len(content))))
        identifier = frame.tag if outer and frame.tag is not None else step.identifier
        head = header(identifier, len(content))
        shift(frame.run, first, len(head))
        piece: bytes = head + content
        if slot is not None and slot not in opened:
            frame.written[slot] = piece
        return piece

    return write


def write_tlv_scalar(step: TlvScalar, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, form, low, high = step.slot, step.form, step.minimum, step.maximum
    value_of = written_value(slot, prepared)

    def spell(value: Any) -> bytes:
        if form == "time":
            identifier, kind = (b"\x17", "utctime") if len(value) == 13 else (b"\x18", "generalizedtime")
            content = write_value(kind, value, low, high)
            if "." in value:
                raise DerRefused("bad_text", 0, "whole seconds", brief(value))
            return header(identifier, len(content)) + content
        content = write_value(form, value, low, high)
        return header(step.identifier, len(content)) + content

    def write(frame: Frame) -> bytes:
        if form == "elements" and frame.values[slot] in (None, ABSENT):
            return b""
        value = value_of(frame)
        try:
            if form in ("any", "elements"):
                piece = _raw(frame, slot, form, value)
            else:
                piece = spell(value)
        except DerRefused as refusal:
            frame.refuse(Fault(refusal.code), slot, None, refusal.expected, refusal.got)
        frame.values[slot] = value
        if slot not in opened:
            frame.written[slot] = piece
        return piece

    return write


def _raw(frame: Frame, slot: int, form: str, value: Any) -> bytes:
    """Return elements that were given as their octets: one, or any number."""
    if not isinstance(value, bytes):
        frame.refuse(WRONG, slot, None, "octets of elements", brief(value))
    stop = pass_element(value, 0, len(value)) if value or form == "any" else 0
    while form == "elements" and stop < len(value):
        stop = pass_element(value, stop, len(value))
    if stop != len(value):
        frame.refuse(Fault("trailing_data"), slot, None, "one element", f"{len(value) - stop} octets more")
    return bytes(value)


def write_tlv_optional(step: TlvOptional, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, omitted = step.slot, step.omitted
    body = write_block(prepared, step.body, opened)
    default = prepared.initial[slot]
    given = prepared.record.slots[slot].role is not Role.COMPUTED
    value_of = written_value(slot, prepared)

    def write(frame: Frame) -> Any:
        value = frame.values[slot] if given else value_of(frame)
        if value is None or value is ABSENT or (omitted and value == default):
            return b""
        return body(frame)

    return write


def write_tlv_choice(step: TlvChoice, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    bodies = tuple((case.slot, write_block(prepared, case.body, opened)) for case in step.cases)
    names = ", ".join(case.name for case in step.cases[:8])

    def write(frame: Frame) -> Any:
        given = [(slot, body) for slot, body in bodies if frame.values[slot] not in (None, ABSENT)]
        if not given:
            frame.refuse(MISSING, None, None, f"one of {names}", "none of them")
        if len(given) > 1:
            frame.refuse(UNEXPECTED, given[1][0], None, f"one of {names}", "more than one of them")
        return given[0][1](frame)

    return write
