"""What integers an expression can yield, from the widths of the fields it mentions; used to drop proved tests."""

from __future__ import annotations

from collections.abc import Callable

from art7.grammar.ir.expression import (
    Binary,
    Conditional,
    Expr,
    Literal,
    Measure,
    OctetAt,
    Position,
    SlotRef,
    Unary,
)
from art7.grammar.ir.plan import Record
from art7.grammar.ir.shape import Integer

Interval = tuple[int | None, int | None]
"""Lowest and highest value, `None` where there is no bound."""

ANY: Interval = (None, None)


def interval(expr: Expr, record: Record) -> Interval:
    """Return bounds that hold for every message; sound, not tight."""
    match expr:
        case Literal(value=bool(value)):
            return int(value), int(value)
        case Literal(value=int(value)):
            return value, value
        case SlotRef(index=index):
            shape = record.slots[index].shape
            return (shape.minimum, shape.maximum) if isinstance(shape, Integer) else ANY
        case Measure(what="present"):
            return 0, 1
        case Measure() | Position():
            return 0, None
        case OctetAt():
            return 0, 255
        case Conditional(yes=yes, no=no):
            return _either(interval(yes, record), interval(no, record))
        case Unary(op="-", operand=operand):
            low, high = interval(operand, record)
            return (None if high is None else -high, None if low is None else -low)
        case Binary(op=op, left=left, right=right) if op in _RULES:
            return _RULES[op](interval(left, record), interval(right, record))
        case _:
            return ANY


def is_natural(expr: Expr, record: Record) -> bool:
    """Whether `expr` is proved not to be negative."""
    low, _ = interval(expr, record)
    return low is not None and low >= 0


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
    return 0, a[1]


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
