"""How a slot gets the value that is written: given, computed, kept, or known only to the complete message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from art7.grammar.ir.late_values import kept_late
from art7.grammar.ir.plan import Fault, Role
from art7.interpreter.frame import ABSENT, Frame
from art7.interpreter.prepare import PreparedRecord

MISSING = Fault("missing_field")

ValueOf = Callable[[Frame], Any]


def written_value(slot_index: int, prepared: PreparedRecord) -> ValueOf:
    """Return how a slot's value for the wire is found; `DEFERRED` where only the complete message tells."""
    slot = prepared.record.slots[slot_index]
    verify = prepared.verifies.get(slot_index)
    if slot.value is None or slot.role is Role.VIEW_INPUT or slot.role is Role.GIVEN:
        return _given(slot_index)
    late = slot_index in kept_late(prepared.record, prepared.verifies) if verify is None else verify.deferred
    compute = deferred if late else prepared.slot_value(slot_index)
    if slot.role is Role.COMPUTED and not (verify and verify.guard):
        return compute
    if verify is None:
        return lambda frame: compute(frame) if frame.values[slot_index] is None else frame.values[slot_index]
    return _recomputed(slot_index, verify.guard, compute)


class Deferred:
    """The type of `DEFERRED`."""

    __slots__ = ()


DEFERRED = Deferred()


def deferred(frame: Frame) -> Any:
    """The value of a slot that a fix-up fills in."""
    return DEFERRED


def _given(slot: int) -> ValueOf:
    def value(frame: Frame) -> Any:
        found = frame.values[slot]
        if found is None or found is ABSENT:
            frame.refuse(MISSING, slot, None, "a value", "nothing")
        return found

    return value


def _recomputed(slot: int, guard: tuple[int, ...], compute: ValueOf) -> ValueOf:
    given = _given(slot)

    def value(frame: Frame) -> Any:
        if any(frame.params[param] is None for param in guard):
            return given(frame)
        return compute(frame)

    return value
