"""What integers an expression can yield, from the widths of the fields it mentions; used to drop proved tests.

Slots count as held to their shapes: fields by how they are read, views by the test that follows them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from art7.grammar.ir.expression import (
    Binary,
    Call,
    Conditional,
    Expr,
    Literal,
    Measure,
    OctetAt,
    ParamRef,
    Position,
    SlotRef,
    Unary,
)
from art7.grammar.ir.shape import Boolean, Integer, Octets, Shape
from art7.grammar.ir.shape import Sequence as Items

Interval = tuple[int | None, int | None]
"""Lowest and highest value, `None` where there is no bound."""

ANY: Interval = (None, None)


class Shaped(Protocol):
    """A slot or a parameter."""

    @property
    def shape(self) -> Shape | None:
        """What it holds."""


class Holder(Protocol):
    """A record, finished or not, as far as bounds need it."""

    @property
    def slots(self) -> Sequence[Shaped]:
        """Its values, by index."""

    @property
    def params(self) -> Sequence[Shaped]:
        """Its parameters, by index."""


Known = Mapping[Expr, Interval]
"""What the tests around an expression say of its parts."""


def interval(expr: Expr, record: Holder, known: Known | None = None) -> Interval:
    """Return bounds that hold for every message; sound, not tight."""
    if known and expr in known:
        return known[expr]
    match expr:
        case Literal(value=bool(value)):
            return int(value), int(value)
        case Literal(value=int(value)):
            return value, value
        case SlotRef(index=index):
            return _of_shape(record.slots[index].shape)
        case ParamRef(index=index):
            return _of_shape(record.params[index].shape)
        case Measure(what="present"):
            return 0, 1
        case Measure(slot=slot):
            return _measured(record.slots[slot].shape, expr.what)
        case Position():
            return 0, None
        case Call(function="length", arguments=(SlotRef(index=index),)):
            low, high = _measured(record.slots[index].shape, "count")
            return low, high
        case OctetAt():
            return 0, 255
        case Conditional(test=test, yes=yes, no=no):
            around = dict(known or {})
            return _either(
                interval(yes, record, around | _told(test, True, record, around)),
                interval(no, record, around | _told(test, False, record, around)),
            )
        case Unary(op="-", operand=operand):
            low, high = interval(operand, record, known)
            return (None if high is None else -high, None if low is None else -low)
        case Binary(op=op, left=left, right=right) if op in _RULES:
            return _RULES[op](interval(left, record, known), interval(right, record, known))
        case _:
            return ANY


def is_natural(expr: Expr, record: Holder) -> bool:
    """Whether `expr` is proved not to be negative."""
    low, _ = interval(expr, record)
    return low is not None and low >= 0


def _of_shape(shape: Shape | None) -> Interval:
    if isinstance(shape, Boolean):
        return 0, 1
    return (shape.minimum, shape.maximum) if isinstance(shape, Integer) else ANY


def _measured(shape: Shape | None, what: str) -> Interval:
    """Return how large a size or count can be; absent ones are 0."""
    if isinstance(shape, Octets) or (isinstance(shape, Items) and what == "count"):
        return 0, shape.maximum
    return 0, None


_INVERSE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def _told(test: Expr, holds: bool, record: Holder, known: Known) -> dict[Expr, Interval]:
    """Return what a comparison with a constant says of its left side when it holds, or does not."""
    match test:
        case Unary(op="not", operand=operand):
            return _told(operand, not holds, record, known)
        case Binary(op="and" | "or" as op, left=left, right=right) if (op == "and") is holds:
            first = _told(left, holds, record, known)
            return first | _told(right, holds, record, {**known, **first})
        case Binary(op=op, left=left, right=Literal(value=int(value))) if op in _INVERSE:
            low, high = interval(left, record, known)
            match op if holds else _INVERSE[op]:
                case "<" | "<=" as found:
                    top = value - (found == "<")
                    return {left: (low, top if high is None else min(high, top))}
                case ">" | ">=" as found:
                    least = value + (found == ">")
                    return {left: (least if low is None else max(low, least), high)}
                case "==":
                    return {left: (int(value), int(value))}
                case "!=" if value in (low, high):
                    bottom = value + 1 if value == low else low
                    return {left: (bottom, value - 1 if value == high else high)}
    return {}


def _either(a: Interval, b: Interval) -> Interval:
    low = None if a[0] is None or b[0] is None else min(a[0], b[0])
    high = None if a[1] is None or b[1] is None else max(a[1], b[1])
    return low, high


def _sum(a: Interval, b: Interval) -> Interval:
    low = None if a[0] is None or b[0] is None else a[0] + b[0]
    high = None if a[1] is None or b[1] is None else a[1] + b[1]
    return low, high


def _difference(a: Interval, b: Interval) -> Interval:
    low = None if a[0] is None or b[1] is None else a[0] - b[1]
    high = None if a[1] is None or b[0] is None else a[1] - b[0]
    return low, high


def _product(a: Interval, b: Interval) -> Interval:
    if a[0] is None or b[0] is None or a[0] < 0 or b[0] < 0:
        return ANY
    return a[0] * b[0], None if a[1] is None or b[1] is None else a[1] * b[1]


def _quotient(a: Interval, b: Interval) -> Interval:
    if a[0] is None or b[0] is None or a[0] < 0 or b[0] <= 0:
        return ANY
    return 0, None if a[1] is None else a[1] // b[0]


def _modulo(a: Interval, b: Interval) -> Interval:
    if b[0] is None or b[0] <= 0:
        return ANY
    return 0, None if b[1] is None else b[1] - 1


def _conjunction(a: Interval, b: Interval) -> Interval:
    highs = [x[1] for x in (a, b) if x[0] is not None and x[0] >= 0 and x[1] is not None]
    natural = any(x[0] is not None and x[0] >= 0 for x in (a, b))
    return (0 if natural else None), (min(highs) if highs and natural else None)


def _disjunction(a: Interval, b: Interval) -> Interval:
    if a[0] is None or b[0] is None or a[0] < 0 or b[0] < 0:
        return ANY
    if a[1] is None or b[1] is None:
        return 0, None
    return 0, (1 << max(a[1].bit_length(), b[1].bit_length())) - 1


def _right_shift(a: Interval, b: Interval) -> Interval:
    if a[0] is None or a[0] < 0:
        return ANY
    least = b[0] if b[0] is not None and b[0] >= 0 else 0
    return 0, None if a[1] is None else a[1] >> min(least, 4096)


def _left_shift(a: Interval, b: Interval) -> Interval:
    if a[0] is None or a[0] < 0:
        return ANY
    bounded = a[1] is not None and b[1] is not None and 0 <= b[1] <= 1024
    return 0, a[1] << b[1] if bounded and a[1] is not None and b[1] is not None else None


_RULES: dict[str, Callable[[Interval, Interval], Interval]] = {
    "+": _sum,
    "-": _difference,
    "*": _product,
    "/": _quotient,
    "%": _modulo,
    "&": _conjunction,
    "|": _disjunction,
    "^": _disjunction,
    ">>": _right_shift,
    "<<": _left_shift,
}
