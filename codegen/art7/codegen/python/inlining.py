"""What is copied into a function, and where a region's last step lies in what is copied in."""

from __future__ import annotations

from typing import Any

from art7.codegen.python.decode_state import DecodeState
from art7.codegen.python.record_facts import RecordFacts
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import is_positional

INLINE_STEPS = 14
"""The most steps (callees included) of a record that is copied into a function."""
MESSAGE_INLINE_STEPS = 120
"""The same for the methods of a message, which run for every packet."""
FUNCTION_STEPS = 420
"""The most steps that one function takes in; a record that has one caller may take them all."""
DEEPEST = 8
"""The deepest nesting at which a record is still copied in; deeper ones are functions."""


def fits(emitter: Any, record: p.Record) -> bool:
    """Whether `record` is copied into the function that `emitter` makes."""
    if record.recursive or (record.kind == "message" and record.origin):
        return False
    facts: RecordFacts = emitter.facts(record)
    most = INLINE_STEPS
    if emitter.is_message:
        once = emitter.facts.callers(record.name) == 1
        most = FUNCTION_STEPS if once else MESSAGE_INLINE_STEPS
    return (
        facts.total <= most
        and bool(emitter.steps + facts.total <= FUNCTION_STEPS)
        and bool(emitter.level + facts.depth <= DEEPEST)
    )


def last_step(emitter: DecodeState, block: p.Block) -> Any:
    """Return the step after which nothing of a region is read, in a record that is copied in too."""
    last = block.steps[-1] if block.steps else None
    if not isinstance(last, p.CallRecord):
        return last
    record = emitter.scope.records[last.record]
    if record.carrier is p.Carrier.TREE or not fits(emitter, record) or ends_by_place(record):
        return last
    return last_step(emitter, record.body)


def ends_by_place(record: p.Record) -> bool:
    """Whether a value that is worked out after the last step asks where the cursor stands."""
    values = [slot.value for slot in record.slots] + [slot.default for slot in record.slots]
    return any(value is not None and is_positional(value) for value in values)
