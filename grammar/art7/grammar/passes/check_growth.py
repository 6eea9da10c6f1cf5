"""How large integers and expressions can become: views upon views are refused before anything computes or prints them."""

from __future__ import annotations

from typing import Any

from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Literal
from art7.grammar.passes.kinds import bare
from art7.grammar.passes.step_tree import walk_steps

MOST_BITS = 4096
"""Most bits of an intermediate integer; a signature of RSA still fits."""

WORD = 128
"""Bits of what no shape bounds: the widest integer on a wire."""


MOST_NODES = 4096
"""Most parts of an expression in which every view stands for what it is made of: generated code may spell it out."""


def check_growth(module: Any, record: p.Record) -> None:
    """Report each expression of a record that may yield an integer of more than `MOST_BITS` bits, or that has more than
    `MOST_NODES` parts."""
    views: dict[int, int] = {}
    parts: dict[int, int] = {}
    for step in walk_steps(record.body):
        slot, expr = _expression(step, record)
        if expr is None:
            continue
        bits = _bits(expr, record, views)
        span = record.slots[slot].span if slot is not None else record.span
        if bits > MOST_BITS:
            name = f"`{record.slots[slot].name}`" if slot is not None else "a rule"
            message = f"an integer of up to {bits} bits in {name}"
            module.findings.add("A7-T002", message, span, f"keep it within {MOST_BITS} bits")
            bits = WORD
        nodes = sum(parts.get(node.index, 1) if isinstance(node, e.SlotRef) else 1 for node in e.walk(expr))
        if nodes > MOST_NODES:
            message = f"an expression of {nodes} parts, views spelled out"
            module.findings.add(
                "A7-L049", message, span, f"keep it within {MOST_NODES} parts: say it in steps"
            )
            nodes = 1
        if isinstance(step, p.View):
            views[step.slot], parts[step.slot] = bits, nodes


def _expression(step: p.Step, record: p.Record) -> tuple[int | None, Expr | None]:
    match step:
        case p.View(slot=slot, expr=expr):
            return slot, expr
        case p.Verify(slot=slot):
            return slot, record.slots[slot].value
        case p.Check(condition=condition, at=at):
            return at, condition
        case _:
            return None, None


def _bits(expr: Expr, record: p.Record, views: dict[int, int]) -> int:
    """Return how many bits the value of an integer, or the largest integer inside another value, may take."""
    match expr:
        case Literal(value=int(value)):
            return value.bit_length()
        case e.SlotRef(index=index):
            # What was read is as long as its octets; only computing with it makes it longer.
            return views.get(index, min(_width(bare(record.slots[index].shape)), MOST_BITS))
        case e.Binary(op="*", left=left, right=right):
            return _bits(left, record, views) + _bits(right, record, views)
        case e.Binary(op="<<", left=left, right=Literal(value=int(places))):
            return _bits(left, record, views) + max(0, places)
        case e.Binary(op="+" | "-", left=left, right=right):
            return max(_bits(left, record, views), _bits(right, record, views)) + 1
        case e.Binary(left=left, right=right):
            return max(_bits(left, record, views), _bits(right, record, views))
        case e.Conditional(test=test, yes=yes, no=no):
            return max(_bits(part, record, views) for part in (test, yes, no))
        case e.Unary(operand=operand):
            return _bits(operand, record, views)
        case _:
            return WORD


def _width(shape: s.Shape | None) -> int:
    if isinstance(shape, s.Integer):
        return max(abs(shape.minimum), abs(shape.maximum)).bit_length()
    return WORD


CODES = {
    "A7-L049": (
        "expression too long once views are spelled out",
        "Views that mention views double what has to be computed and printed with each step.",
        "Read what it is made of as members, or say it in fewer steps.",
    ),
}
"""Code → title, explanation, next step."""
