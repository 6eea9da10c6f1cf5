"""Expressions as a reader of the language would write them, for messages that quote a broken rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from art7.grammar.ir.expression import (
    Attribute,
    Binary,
    Call,
    Conditional,
    Covered,
    Element,
    EncodedSlot,
    Expr,
    InRanges,
    IsLast,
    ListOf,
    Literal,
    LocalRef,
    Measure,
    OctetAt,
    ParamRef,
    Position,
    Quantified,
    SlotRef,
    Unary,
)
from art7.grammar.ir.plan import Param, Slot
from art7.interpreter.quoting import brief

LONGEST = 160
"""Characters; a longer rule is better read where it is written."""
_STRENGTH = {
    "or": 1, "and": 2, "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "|": 5, "^": 6, "&": 7,
    "<<": 8, ">>": 8, "+": 9, "-": 9, "++": 9, "*": 10, "/": 10, "%": 10,
}  # fmt: skip


def spell(expr: Expr, slots: tuple[Slot, ...], params: tuple[Param, ...] = ()) -> str:
    """Return the text of `expr`, or nothing when it is too long to help."""
    text = _Speller(slots, params).spell(expr, 0)
    return text if len(text) <= LONGEST else ""


class _Speller:
    def __init__(self, slots: tuple[Slot, ...], params: tuple[Param, ...]) -> None:
        self.slots = slots
        self.params = params

    def spell(self, expr: Expr, strength: int) -> str:
        if isinstance(expr, Binary):
            own = _STRENGTH[expr.op]
            text = f"{self.spell(expr.left, own)} {expr.op} {self.spell(expr.right, own + 1)}"
            return f"({text})" if own < strength else text
        return _ROWS[type(expr)](self, expr)

    def slot(self, index: int) -> str:
        return self.slots[index].name.lstrip("_")

    def each(self, exprs: tuple[Expr, ...]) -> str:
        return ", ".join(self.spell(one, 0) for one in exprs)

    def ranges(self, expr: InRanges) -> str:
        words = [
            brief(low) if low == high else f"{brief(low)}..{brief(high)}" for low, high in expr.ranges[:8]
        ]
        more = ", …" if len(expr.ranges) > 8 else ""
        return f"{self.spell(expr.operand, 5)} in {', '.join(words)}{more}"

    def quantified(self, expr: Quantified) -> str:
        word = "every" if expr.every else "some"
        return f"{word} {expr.variable} in {self.spell(expr.source, 0)} satisfies {self.spell(expr.body, 0)}"

    def conditional(self, expr: Conditional) -> str:
        parts = [self.spell(one, 0) for one in (expr.test, expr.yes, expr.no)]
        return f"(if {parts[0]} then {parts[1]} else {parts[2]})"


_ROWS: dict[type, Callable[[_Speller, Any], str]] = {
    Literal: lambda s, x: brief(x.value),
    SlotRef: lambda s, x: s.slot(x.index),
    ParamRef: lambda s, x: s.params[x.index].name.lstrip("_"),
    LocalRef: lambda s, x: x.name,
    Attribute: lambda s, x: f"{s.spell(x.base, 11)}.{x.name}",
    Element: lambda s, x: f"{s.spell(x.base, 11)}[{s.spell(x.position, 0)}]",
    Unary: lambda s, x: (
        f"{x.op} {s.spell(x.operand, 11)}" if x.op == "not" else x.op + s.spell(x.operand, 11)
    ),
    InRanges: lambda s, x: s.ranges(x),
    Conditional: lambda s, x: s.conditional(x),
    ListOf: lambda s, x: f"[{s.each(x.items)}]",
    Call: lambda s, x: f"{x.function}({s.each(x.arguments)})",
    Measure: lambda s, x: f"{x.what}({s.slot(x.slot)})",
    Position: lambda s, x: "offset(self)" if x.word == "start" else x.word,
    OctetAt: lambda s, x: f"octet_at({s.spell(x.offset, 0)})",
    Covered: lambda s, x: f"octets_before({'self' if x.until is None else s.slot(x.until)})",
    EncodedSlot: lambda s, x: f"octets_of({s.slot(x.slot)})",
    Quantified: lambda s, x: s.quantified(x),
    IsLast: lambda s, x: f"is_last({x.variable})",
}
"""One row for each expression node beside `Binary`."""
