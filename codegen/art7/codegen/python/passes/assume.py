"""Simplify expressions under assumptions: what a branch of generated code already knows.

An assumption maps an expression to its value (`True`, `False`, a constant). Everything here is by equality of
trees and by arithmetic that holds for all integers, never by trying values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from art7.grammar.ir.expression import (
    LEAVES,
    Binary,
    Call,
    Conditional,
    Expr,
    InRanges,
    Kind,
    Literal,
    Unary,
    walk,
)
from art7.grammar.ir.quick import changed

Assumptions = Mapping[Expr, Expr]
"""Expression → what it is known to be."""

TRUE, FALSE = Literal(True, Kind.BOOL), Literal(False, Kind.BOOL)


def simplify(expr: Expr, known: Assumptions) -> Expr:
    """Return `expr` with what is `known` put in and constants folded."""
    if isinstance(expr, Literal):
        return expr
    if known and expr in known:
        return known[expr]
    if type(expr) in LEAVES:
        return expr
    match expr:
        case Unary(op="not", operand=operand):
            return negation(simplify(operand, known))
        case Unary(operand=operand):
            inner = simplify(operand, known)
            return expr if inner is operand else changed(expr, operand=inner)
        case Binary(left=left, right=right):
            sides = simplify(left, known), simplify(right, known)
            if sides[0] is left and sides[1] is right:
                return _binary(expr)
            return _binary(changed(expr, left=sides[0], right=sides[1]))
        case Conditional(test=test, yes=yes, no=no):
            decided = simplify(test, known)
            if isinstance(decided, Literal):
                return simplify(yes if decided.value else no, known)
            return changed(expr, test=decided, yes=simplify(yes, known), no=simplify(no, known))
        case _:
            rebuilt: Expr = rebuild(expr, known)
            return constant_call(rebuilt)


_OCTETS = re.compile(r"u(8|16|24|32|40|48|56|64)(be|le)")


def constant_call(expr: Expr) -> Expr:
    """Return an integer spelled as octets as those octets."""
    match expr:
        case Call(function=function, arguments=(Literal(value=int(value)),)) if found := _OCTETS.fullmatch(
            function
        ):
            bits = int(found[1])
            if 0 <= value < 1 << bits:
                return Literal(value.to_bytes(bits // 8, "big" if found[2] == "be" else "little"), Kind.BYTES)
        case _:
            pass
    return expr


def rebuild(expr: Any, known: Assumptions) -> Any:
    """Return any other node with its operands simplified."""
    changes = {}
    for field in fields(expr):
        value = getattr(expr, field.name)
        new = _value(value, known)
        if new is not value:
            changes[field.name] = new
    return changed(expr, **changes) if changes else expr


def _value(value: Any, known: Assumptions) -> Any:
    if isinstance(value, Expr):
        return simplify(value, known)
    if isinstance(value, tuple) and value and is_dataclass(value[0]):
        return tuple(
            _value(each, known) if isinstance(each, Expr) else rebuild(each, known) for each in value
        )
    return value


def negation(expr: Expr) -> Expr:
    """Return `not expr`, folded."""
    match expr:
        case Literal(value=value):
            return FALSE if value else TRUE
        case Unary(op="not", operand=operand) if operand.kind is Kind.BOOL:
            return operand
        case _:
            return Unary("not", expr, Kind.BOOL)


def assume(condition: Expr, value: bool) -> dict[Expr, Expr]:
    """Return what follows when `condition` is `value`: itself, its opposite, and its parts where they must hold."""
    known: dict[Expr, Expr] = {condition: TRUE if value else FALSE}
    match condition:
        case Unary(op="not", operand=operand):
            known |= assume(operand, not value)
        case Binary(op="and", left=left, right=right) if value:
            known |= assume(left, True) | assume(right, True)
        case Binary(op="or", left=left, right=right) if not value:
            known |= assume(left, False) | assume(right, False)
        case Binary(op="==", left=left, right=Literal() as right):
            known[changed(condition, op="!=")] = FALSE if value else TRUE
            if value:
                known[left] = right
        case Binary(op="!=", left=left, right=Literal() as right):
            known[changed(condition, op="==")] = FALSE if value else TRUE
            if not value:
                known[left] = right
        case _:
            pass
    return known


def _binary(expr: Binary) -> Expr:
    left, right, op = expr.left, expr.right, expr.op
    if op == "and":
        return _logic(expr, absorbing=False)
    if op == "or":
        return _logic(expr, absorbing=True)
    if isinstance(left, Literal) and isinstance(right, Literal):
        folded = _fold(op, left.value, right.value)
        if folded is not None:
            return Literal(folded, expr.kind)
    if expr.kind is not Kind.INT:
        return expr
    if op in ("/", "%") and isinstance(left, Binary) and left.op == "*" and left.right == right:
        # A multiple of a constant leaves nothing; a divisor of 0 is still refused where it stands.
        if isinstance(right, Literal) and right.value:
            return left.left if op == "/" else Literal(0, Kind.INT)
    return _sum(expr) if op in ("+", "-") else expr


def _logic(expr: Binary, *, absorbing: bool) -> Expr:
    for side, other in ((expr.left, expr.right), (expr.right, expr.left)):
        if isinstance(side, Literal):
            if bool(side.value) is absorbing:
                # The left operand decides first; a right one may only be dropped with what cannot be refused.
                return TRUE if absorbing else FALSE
            return other
    return expr


def _fold(op: str, a: Any, b: Any) -> int | bool | None:
    if op in ("==", "!="):
        return (a == b) is (op == "==")
    if not (isinstance(a, int) and isinstance(b, int)):
        return None
    match op:
        case "<" | "<=" | ">" | ">=":
            return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "&":
            return a & b
        case "|":
            return a | b
        case "/" if b:
            return a // b
        case "%" if b:
            return a % b
        case "<<" | ">>" if 0 <= b <= 64:
            return a << b if op == "<<" else a >> b
        case _:
            return None


def _sum(expr: Binary) -> Expr:
    """Fold `(x + a) - b` and leave out `+ 0`."""
    base, total = split_sum(expr)
    if isinstance(base, Literal):
        return expr
    if total == 0:
        return base
    op = "+" if total > 0 else "-"
    return Binary(op, base, Literal(abs(total), Kind.INT), Kind.INT)


def split_sum(expr: Expr) -> tuple[Expr, int]:
    """Return `expr` as (what varies, constant added to it)."""
    match expr:
        case Binary(op="+", left=left, right=Literal(value=int(value))):
            base, total = split_sum(left)
            return base, total + value
        case Binary(op="-", left=left, right=Literal(value=int(value))):
            base, total = split_sum(left)
            return base, total - value
        case Binary(op="+", left=Literal(value=int(value)), right=right):
            base, total = split_sum(right)
            return base, total + value
        case _:
            return expr, 0


def tests_in(expr: Expr) -> list[Expr]:
    """Return the tests of conditionals in `expr`, and what they negate."""
    found: list[Expr] = []
    for node in walk(expr):
        if isinstance(node, Conditional):
            found += [_positive(node.test)]
        elif isinstance(node, InRanges):
            continue
    return found


def _positive(expr: Expr) -> Expr:
    return expr.operand if isinstance(expr, Unary) and expr.op == "not" else expr
