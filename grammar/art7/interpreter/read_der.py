"""Reading steps of DER: elements, their values, what may be absent, and what the identifier chooses."""

from __future__ import annotations

from typing import Any

from art7.grammar.ir.plan import Fault, Tlv, TlvChoice, TlvOptional, TlvScalar
from art7.interpreter.der_elements import DerRefused, open_element, out_of_order, pass_element, tag_text
from art7.interpreter.der_values import read_value
from art7.interpreter.frame import Frame
from art7.interpreter.prepare import PreparedRecord, StepRunner, prepare_block
from art7.interpreter.quoting import brief

NOT_DER, WRONG_TAG, TRAILING = Fault("not_der"), Fault("wrong_tag"), Fault("trailing_data")
TIMES = {b"\x17": "utctime", b"\x18": "generalizedtime"}
"""The two forms of `time` by their identifiers (RFC 5280 §4.1.2.5)."""


def refuse(frame: Frame, slot: int | None, refusal: DerRefused, base: int = 0) -> None:
    """Refuse in the frame what was found in the octets; `base` is where its offset counts from."""
    frame.refuse(Fault(refusal.code), slot, base + refusal.offset, refusal.expected, refusal.got)


def read_tlv(step: Tlv, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, outer, ordered = step.slot, step.outer, step.ordered
    body = prepare_block(prepared, step.body, opened if slot is None else opened | {slot})
    measured = None if slot in opened else slot

    def read(frame: Frame) -> None:
        run = frame.run
        start = run.position
        if measured is not None:
            frame.starts[measured] = start
        identifier = frame.tag if outer and frame.tag is not None else step.identifier
        try:
            first, stop = open_element(run.data, start, run.end, (identifier,))
        except DerRefused as refusal:
            refuse(frame, slot, refusal)
        run.position = first
        around, run.end = run.end, stop
        for runner in body:
            runner(frame)
        if run.position != stop:
            left = f"{stop - run.position} octets more"
            frame.refuse(TRAILING, slot, run.position, f"the end of the element at {stop}", left)
        if ordered:
            place = out_of_order(run.data, first, stop)
            if place is not None:
                wanted = "elements of a SET OF in ascending order (X.690 §11.6)"
                frame.refuse(NOT_DER, slot, place, wanted, "one that belongs before the one before it")
        run.end = around
        if measured is not None:
            frame.spans[measured] = (start, stop)

    return read


def read_tlv_scalar(step: TlvScalar, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, form, low, high = step.slot, step.form, step.minimum, step.maximum
    identifiers = tuple(TIMES) if form == "time" else (step.identifier,)

    def value_at(frame: Frame, start: int) -> tuple[Any, int]:
        run = frame.run
        if form == "any":
            stop = pass_element(run.data, start, run.end)
            return run.data[start:stop], stop
        if form == "elements":
            place = start
            while place < run.end:
                place = pass_element(run.data, place, run.end)
            return run.data[start:place] or None, place
        first, stop = open_element(run.data, start, run.end, identifiers)
        kind = TIMES[run.data[start : start + 1]] if form == "time" else form
        try:
            value = read_value(kind, run.data[first:stop], low, high)
        except DerRefused as refusal:
            refuse(frame, slot, refusal, first)
        if form == "time" and "." in value:
            wanted = "whole seconds (RFC 5280 §4.1.2.5.2)"
            frame.refuse(Fault("bad_text"), slot, first, wanted, brief(value))
        return value, stop

    def read(frame: Frame) -> None:
        start = frame.run.position
        if slot not in opened:
            frame.starts[slot] = start
        try:
            value, stop = value_at(frame, start)
        except DerRefused as refusal:
            refuse(frame, slot, refusal)
        frame.values[slot] = value
        frame.run.position = stop
        if slot not in opened:
            frame.spans[slot] = (start, stop)

    return read


def begins(frame: Frame, first: tuple[bytes, ...]) -> bool:
    """Whether the next element begins with one of the identifiers; with none given, whether there is one."""
    run = frame.run
    if run.position >= run.end:
        return False
    return not first or any(run.data.startswith(x, run.position, run.end) for x in first)


def read_tlv_optional(step: TlvOptional, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    slot, first, omitted = step.slot, step.first, step.omitted
    body = prepare_block(prepared, step.body, opened)
    default = prepared.initial[slot]

    def read(frame: Frame) -> None:
        if not begins(frame, first):
            return
        start = frame.run.position
        for runner in body:
            runner(frame)
        if omitted and frame.values[slot] == default:
            wanted = "no element for the default value (X.690 §11.5)"
            frame.refuse(NOT_DER, slot, start, wanted, brief(default))

    return read


def read_tlv_choice(step: TlvChoice, prepared: PreparedRecord, opened: frozenset[int]) -> StepRunner:
    bodies = tuple((case.first, prepare_block(prepared, case.body, opened)) for case in step.cases)
    known = [tag_text(x) for case in step.cases for x in case.first]
    wanted = " or ".join(known[:12]) + (" …" if len(known) > 12 else "")

    def read(frame: Frame) -> None:
        run = frame.run
        for first, body in bodies:
            if begins(frame, first):
                for runner in body:
                    runner(frame)
                return
        if run.position >= run.end:
            frame.refuse(Fault("truncated"), None, run.position, wanted, "the end")
        found = tag_text(run.data[run.position : run.position + 1])
        frame.refuse(WRONG_TAG, None, run.position, wanted, found)

    return read
