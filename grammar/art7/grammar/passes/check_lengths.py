"""Lengths and counts that are too narrow for what they measure."""

from __future__ import annotations

from typing import Any

from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Literal
from art7.grammar.passes.kinds import bare


def check_lengths(module: Any, record: p.Record) -> None:
    """Report a computed length whose field cannot hold what the measured field's own bounds allow."""
    for slot in record.slots:
        shape = bare(slot.shape)
        if slot.value is None or slot.role is not p.Role.COMPUTED or not isinstance(shape, s.Integer):
            continue
        most = _most(slot.value, record)
        if most is not None and most[0] > shape.maximum:
            other = record.slots[most[1]].name
            message = f"`{slot.name}` holds up to {shape.maximum}, `{other}` leads to {most[0]}"
            module.findings.add(
                "A7-L045", message, slot.span, f"widen `{slot.name}`, or bound `{other}` lower"
            )


def _most(expr: Expr, record: p.Record) -> tuple[int, int] | None:
    """Return the largest value of `octets(x) * a / b + c` and the like, with the slot it measures."""
    match expr:
        case e.Measure(what="octets" | "count", slot=slot):
            bound = _bound(expr.what, record.slots[slot].shape)
            return (bound, slot) if bound is not None else None
        case e.Binary(op=op, left=left, right=Literal(value=int(amount))) if type(amount) is int:
            inner = _most(left, record)
            if inner is None:
                return None
            value = {"+": inner[0] + amount, "-": inner[0] - amount, "*": inner[0] * amount}.get(op)
            if op == "/" and amount > 0:
                value = inner[0] // amount
            return (value, inner[1]) if value is not None else None
        case _:
            return None


def _bound(what: str, shape: s.Shape | None) -> int | None:
    shape = bare(shape)
    if isinstance(shape, s.Octets):
        return shape.maximum
    if isinstance(shape, s.Text):
        return shape.maximum if what == "octets" else None
    if isinstance(shape, s.Sequence):
        return shape.maximum if what == "count" else None
    return None


CODES = {
    "A7-L045": (
        "length too narrow",
        "The field cannot hold the length or count that the bounds of what it measures allow.",
        "Widen the field, or state a lower bound.",
    )
}
"""Code → title, explanation, next step."""
