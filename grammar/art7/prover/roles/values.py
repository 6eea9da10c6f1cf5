"""What an expression yields while most data is left open: what the interpreter computes, or `UNKNOWN`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from art7.grammar.ir import expression as e


class Open(Enum):
    """The value that is not known."""

    UNKNOWN = "unknown"


UNKNOWN = Open.UNKNOWN


def value_of(expr: e.Expr, known: Mapping[str, Any]) -> Any:
    """Return the value of `expr` where the names of `known` have theirs, or `UNKNOWN`."""
    match expr:
        case e.Literal(value=value):
            return value
        case e.LocalRef(name=name):
            return known.get(name, UNKNOWN)
        case e.Attribute(base=base, name=name):
            inner = value_of(base, known)
            return inner.get(name, UNKNOWN) if isinstance(inner, Mapping) else UNKNOWN
        case e.Unary(op="not", operand=operand):
            inner = value_of(operand, known)
            return UNKNOWN if inner is UNKNOWN else not inner
        case e.Binary(op="and" | "or" as op, left=left, right=right):
            return _joined(op, value_of(left, known), value_of(right, known))
        case e.Binary(op=op, left=left, right=right):
            return _computed(op, value_of(left, known), value_of(right, known))
        case e.InRanges(operand=operand, ranges=ranges):
            inner = value_of(operand, known)
            return UNKNOWN if inner is UNKNOWN else any(e.lies_in(inner, each) for each in ranges)
        case e.Conditional(test=test, yes=yes, no=no):
            chosen = value_of(test, known)
            return UNKNOWN if chosen is UNKNOWN else value_of(yes if chosen else no, known)
        case e.Call(function="length", arguments=(argument,)):
            inner = value_of(argument, known)
            return len(inner) if isinstance(inner, bytes | str) else UNKNOWN
        case _:
            return UNKNOWN


def _joined(op: str, left: Any, right: Any) -> Any:
    decisive = op == "or"
    for side in (left, right):
        if side is not UNKNOWN and bool(side) is decisive:
            return decisive
    return UNKNOWN if UNKNOWN in (left, right) else not decisive


def _computed(op: str, left: Any, right: Any) -> Any:
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if op in ("==", "!="):
        return (left == right) is (op == "==")
    if op in _ORDER:
        return left is not None and right is not None and _ORDER[op](left, right)
    if type(left) is int and type(right) is int and op in _ARITHMETIC:
        return _ARITHMETIC[op](left, right) if right or op not in ("/", "%") else UNKNOWN
    return UNKNOWN


_ARITHMETIC: dict[str, Any] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
}


_ORDER: dict[str, Any] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
