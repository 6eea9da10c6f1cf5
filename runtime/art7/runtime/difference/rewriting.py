"""Expressions with one node in another form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace
from typing import Any

from art7.grammar.ir import expression as e
from art7.grammar.ir.expression import Expr, Kind

Variants = Callable[[Expr], Iterable[tuple[Expr, str]]]
"""What may stand in the place of a node, each with a phrase that says what was done."""


def rewritten(expr: Expr, variants: Variants) -> Iterator[tuple[Expr, str]]:
    """Yield `expr` with exactly one node replaced, for each node from the outside in and each of its variants."""
    yield from variants(expr)
    for name, held in _held(expr):
        for index, one in enumerate(held):
            for changed, phrase in rewritten(one, variants):
                yield _holding(expr, name, (*held[:index], changed, *held[index + 1 :])), phrase


def exchanged(expr: Expr, one: Expr, other: Expr) -> Expr:
    """Return `expr` with `one` and `other` in each other's place, wherever they stand."""
    if expr in (one, other):
        return other if expr == one else one
    for name, held in _held(expr):
        expr = _holding(expr, name, tuple(exchanged(each, one, other) for each in held))
    return expr


def operands(expr: Expr) -> tuple[Expr, ...]:
    """Return what a chain of `++` joins, in order; an expression that joins nothing alone."""
    if isinstance(expr, e.Binary) and expr.op == "++":
        return (*operands(expr.left), *operands(expr.right))
    return (expr,)


def joined(parts: Iterable[Expr], kind: Kind) -> Expr:
    """Return the chain of `++` of parts; nothing of that kind for no parts."""
    result: Expr | None = None
    for part in parts:
        result = part if result is None else e.Binary("++", result, part, kind)
    return result if result is not None else e.Literal(b"" if kind is Kind.BYTES else "", kind)


def call(function: str, *arguments: Expr, kind: Kind = Kind.BYTES) -> Expr:
    """Return a call of a builtin."""
    return e.Call(function, arguments, kind)


def _held(expr: Expr) -> Iterator[tuple[str, tuple[Expr, ...]]]:
    """Fields that hold expressions, each as a tuple."""
    for field in fields(expr):
        held = getattr(expr, field.name)
        if isinstance(held, Expr):
            yield field.name, (held,)
        elif isinstance(held, tuple) and held and isinstance(held[0], Expr):
            yield field.name, held


def _holding(expr: Expr, name: str, held: tuple[Expr, ...]) -> Expr:
    is_many = isinstance(getattr(expr, name), tuple)
    changes: dict[str, Any] = {name: held if is_many else held[0]}
    return replace(expr, **changes)
