"""Split a run of steps where one condition is asked again and again.

RTP's padding flag decides a view, a rule, a size and two optional fields; asked once, both halves become
straight lines. Only plan steps are looked at; the halves are emitted under an assumption (`assume.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from art7.codegen.python.passes.assume import Assumptions, simplify, tests_in
from art7.codegen.python.record_facts import inner_blocks, step_expressions
from art7.grammar.ir.expression import (
    Binary,
    Call,
    Covered,
    Expr,
    InRanges,
    Literal,
    LocalRef,
    Measure,
    OctetAt,
    ParamRef,
    Position,
    Quantified,
    SlotRef,
    Unary,
    walk,
)
from art7.grammar.ir.plan import Branch, CallRecord, Check, Loop, Record, Region, Verify, View, When

LONGEST = 14
"""Longer runs are not printed twice."""


def split_condition(
    steps: tuple[Any, ...], record: Record, values: Mapping[int, Any], known: Assumptions
) -> Expr | None:
    """Return a condition worth splitting on at the first of `steps`, or `None`.

    It must be made of slots already read, be asked by the first step, and at least twice in all; what follows
    must be short and without lists or calls, since it is printed twice.
    """
    first = _asked(steps[0], record, known)
    if not first or len(steps) < 2 or len(steps) > LONGEST:
        return None
    if any(_is_long(step) for step in steps):
        return None
    asked: Counter[Expr] = Counter()
    for step in steps:
        asked.update(dict.fromkeys(_asked(step, record, known), 1))
    for condition in first:
        if asked[condition] >= 2 and _is_ready(condition, values):
            return condition
    return None


def _asked(step: Any, record: Record, known: Assumptions) -> list[Expr]:
    found: list[Expr] = []
    if isinstance(step, When):
        found.append(_positive(step.condition))
    for expr in step_expressions(step, record):
        found += tests_in(expr)
    if isinstance(step, Check):
        found += [_positive(node) for node in _flags(step.condition)]
    return [condition for condition in found if condition not in known and not isinstance(condition, Literal)]


def _flags(expr: Expr) -> list[Expr]:
    """Return the bare flags among the operands of `and` and `or`."""
    match expr:
        case Binary(op=("and" | "or"), left=left, right=right):
            return _flags(left) + _flags(right)
        case Unary(op="not", operand=operand):
            return _flags(operand)
        case SlotRef():
            return [expr]
        case _:
            return []


def _positive(expr: Expr) -> Expr:
    return expr.operand if isinstance(expr, Unary) and expr.op == "not" else expr


def _is_long(step: Any) -> bool:
    if isinstance(step, Loop | Branch | CallRecord):
        return True
    return any(_is_long(inner) for block in inner_blocks(step) for inner in block.steps)


def _is_ready(condition: Expr, values: Mapping[int, Any]) -> bool:
    for node in walk(condition):
        if isinstance(node, SlotRef) and node.index not in values:
            return False
        if isinstance(node, Covered | Quantified | Call | OctetAt | Position | LocalRef | Measure):
            return False
    return True


__all__ = ["LONGEST", "InRanges", "ParamRef", "Region", "Verify", "View", "simplify", "split_condition"]
