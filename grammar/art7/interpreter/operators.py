"""Operators on prepared operands: what each computes, and what it refuses."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from art7.grammar.ir.builtins import SIZE_LIMIT
from art7.grammar.ir.plan import Fault
from art7.interpreter.frame import Frame
from art7.interpreter.quoting import brief
from art7.interpreter.scope import Evaluate

MISSING = Fault("missing_field")
RANGE = Fault("out_of_range")
ZERO = Fault("division_by_zero")
SHIFT_LIMIT = 1024
"""The most bits a shift may move: an attacker chooses the operand."""


def unary(op: str, operand: Evaluate) -> Evaluate:
    """Return the closure of a unary operator; raises `KeyError` for an unknown one."""
    if op == "not":
        return lambda frame: not operand(frame)
    apply = _UNARY[op]

    def compute(frame: Frame) -> Any:
        value = operand(frame)
        if value is None:
            frame.refuse(MISSING, None, frame.start, "a value", "nothing")
        return apply(value)

    return compute


def binary(op: str, left: Evaluate, right: Evaluate) -> Evaluate:
    """Return the closure of a binary operator; raises `KeyError` for an unknown one."""
    if op == "and":
        return lambda frame: bool(left(frame)) and bool(right(frame))
    if op == "or":
        return lambda frame: bool(left(frame)) or bool(right(frame))
    if op == "==":
        return lambda frame: left(frame) == right(frame)
    if op == "!=":
        return lambda frame: left(frame) != right(frame)
    if op in _ORDER:
        return _ordering(_ORDER[op], left, right)
    return _arithmetic(op, left, right)


def _ordering(compare: Callable[[Any, Any], bool], left: Evaluate, right: Evaluate) -> Evaluate:
    def compute(frame: Frame) -> bool:
        a, b = left(frame), right(frame)
        return a is not None and b is not None and compare(a, b)

    return compute


def _arithmetic(op: str, left: Evaluate, right: Evaluate) -> Evaluate:
    apply = _ARITHMETIC[op]
    guard = _GUARDS.get(op)

    def compute(frame: Frame) -> Any:
        a, b = left(frame), right(frame)
        if a is None or b is None:
            frame.refuse(MISSING, None, frame.start, "two values", "nothing")
        if guard is not None:
            guard(frame, a, b)
        return apply(a, b)

    return compute


def _guard_divisor(frame: Frame, a: Any, b: Any) -> None:
    if b == 0:
        frame.refuse(ZERO, None, frame.start, "a divisor other than 0", "0")


def _guard_shift(frame: Frame, a: Any, b: Any) -> None:
    if not 0 <= b <= SHIFT_LIMIT:
        frame.refuse(RANGE, None, frame.start, f"a shift of 0 to {SHIFT_LIMIT} bits", brief(b))


def _guard_lengths(frame: Frame, a: Any, b: Any) -> None:
    if not isinstance(a, int) and len(a) != len(b):
        frame.refuse(RANGE, None, frame.start, "octet strings of equal length", f"{len(a)} and {len(b)}")


def _guard_join(frame: Frame, a: Any, b: Any) -> None:
    if len(a) + len(b) > SIZE_LIMIT:
        frame.refuse(RANGE, None, frame.start, f"at most {SIZE_LIMIT} octets", str(len(a) + len(b)))


def _exclusive_or(a: Any, b: Any) -> Any:
    if isinstance(a, int):
        return a ^ b
    return (int.from_bytes(a, "big") ^ int.from_bytes(b, "big")).to_bytes(len(a), "big")


_UNARY: dict[str, Callable[[Any], Any]] = {"-": operator.neg, "~": operator.invert}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.floordiv,
    "%": operator.mod,
    "&": operator.and_,
    "|": operator.or_,
    "^": _exclusive_or,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "++": operator.add,
}
_GUARDS: dict[str, Callable[[Frame, Any, Any], None]] = {
    "/": _guard_divisor,
    "%": _guard_divisor,
    "<<": _guard_shift,
    ">>": _guard_shift,
    "^": _guard_lengths,
    "++": _guard_join,
}
OPERATORS = frozenset({"and", "or", "==", "!=", *_ORDER, *_ARITHMETIC})
"""Every binary operator this execution knows."""


def in_ranges(ranges: tuple[tuple[Any, Any], ...]) -> Callable[[Any], bool]:
    """Return the membership test: integers within closed ranges, texts equal to one."""
    texts = frozenset(low for low, _ in ranges if isinstance(low, str))
    numbers = tuple((low, high) for low, high in ranges if not isinstance(low, str))
    if len(numbers) == 1 and not texts:
        low, high = numbers[0]
        return lambda value: isinstance(value, int) and low <= value <= high

    def test(value: Any) -> bool:
        if isinstance(value, str):
            return value in texts
        return isinstance(value, int) and any(low <= value <= high for low, high in numbers)

    return test
