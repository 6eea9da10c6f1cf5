"""Building expressions in their simplest form: constants folded within bounds, neutral operands dropped."""

from __future__ import annotations

from collections.abc import Callable

from art7.grammar.ir import expression as e
from art7.grammar.ir.expression import Expr, Kind, Literal

BITS = 4096
"""Most bits of a folded integer; beyond, the operation stays unfolded (and a limit refuses it elsewhere)."""

OCTETS = 65_536
"""Most octets of a folded `++`; doubling constants would fill the memory otherwise."""

TRUE = Literal(True, Kind.BOOL)
FALSE = Literal(False, Kind.BOOL)

_FOLD: dict[str, Callable[[int, int], int | bool]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_COMPARE = frozenset(("==", "!=", "<", "<=", ">", ">="))


def number(value: int) -> Literal:
    """Return the integer literal."""
    return Literal(value, Kind.INT)


def _integer(expr: Expr) -> int | None:
    if isinstance(expr, Literal) and type(expr.value) is int:
        return expr.value
    return None


def _fold(op: str, left: int, right: int) -> int | bool | None:
    """Return `left op right`, or `None` when it is refused or would be large."""
    if left.bit_length() + right.bit_length() > BITS:
        return None
    if op in ("/", "%"):
        return None if right == 0 else (left // right if op == "/" else left % right)
    if op in ("<<", ">>"):
        if right < 0 or right + left.bit_length() > BITS:
            return None
        return left << right if op == "<<" else left >> right
    fold = _FOLD.get(op)
    return None if fold is None else fold(left, right)


def binary(op: str, left: Expr, right: Expr, kind: Kind) -> Expr:
    """Return `left op right`, simplified."""
    a, b = _integer(left), _integer(right)
    if a is not None and b is not None:
        value = _fold(op, a, b)
        if value is not None:
            return Literal(value, Kind.BOOL if op in _COMPARE else Kind.INT)
    if kind is Kind.INT:
        simpler = _neutral(op, left, right, a, b)
        if simpler is not None:
            return simpler
    if kind is Kind.BOOL and op in ("and", "or"):
        simpler = _connective(op, left, right)
        if simpler is not None:
            return simpler
    if op == "++" and isinstance(left, Literal) and isinstance(right, Literal):
        one, two = left.value, right.value
        if isinstance(one, bytes) and isinstance(two, bytes) and len(one) + len(two) <= OCTETS:
            return Literal(one + two, Kind.BYTES)
    return e.Binary(op, left, right, kind)


def _neutral(op: str, left: Expr, right: Expr, a: int | None, b: int | None) -> Expr | None:
    """Drop zeros and ones; gather constants of nested sums; cancel `x * c / c`."""
    if b == 0 and op in ("+", "-", "|", "^", "<<", ">>"):
        return left
    if a == 0 and op in ("+", "|", "^"):
        return right
    if b == 1 and op in ("*", "/"):
        return left
    if a == 1 and op == "*":
        return right
    if b is not None and isinstance(left, e.Binary):
        inner = _integer(left.right)
        if inner is not None:
            return _gather(op, left, inner, b)
    if op in ("+", "-") and isinstance(left, e.Binary) and left.right == right:
        if (left.op, op) in (("-", "+"), ("+", "-")):
            return left.left
    if b is not None and op in ("+", "-") and a is None and b < 0:
        return e.Binary("-" if op == "+" else "+", left, number(-b), Kind.INT)
    return None


def _gather(op: str, left: e.Binary, inner: int, b: int) -> Expr | None:
    if op in ("+", "-") and left.op in ("+", "-"):
        total = (inner if left.op == "+" else -inner) + (b if op == "+" else -b)
        if total == 0:
            return left.left
        return e.Binary("+" if total > 0 else "-", left.left, number(abs(total)), Kind.INT)
    if op == "/" and left.op == "*" and b > 0 and inner % b == 0:
        return binary("*", left.left, number(inner // b), Kind.INT)
    if op == "^" and left.op == "^":
        return binary("^", left.left, number(inner ^ b), Kind.INT)
    return None


def _connective(op: str, left: Expr, right: Expr) -> Expr | None:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Literal) and isinstance(one.value, bool):
            if one.value is (op == "and"):
                return other
            # `x or true` is true whatever x gives, unless x refuses: only the left operand decides alone.
            return one if one is left else None
    return None


def negate(expr: Expr) -> Expr:
    """Return `not expr`, simplified."""
    if isinstance(expr, Literal) and isinstance(expr.value, bool):
        return Literal(not expr.value, Kind.BOOL)
    if isinstance(expr, e.Unary) and expr.op == "not":
        return expr.operand
    return e.Unary("not", expr, Kind.BOOL)


def conditional(test: Expr, yes: Expr, no: Expr, kind: Kind) -> Expr:
    """Return `if test then yes else no`, simplified."""
    if isinstance(test, Literal) and isinstance(test.value, bool):
        return yes if test.value else no
    return yes if yes == no else e.Conditional(test, yes, no, kind)


def rebuild(expr: Expr, change: Callable[[Expr], Expr | None]) -> Expr:
    """Return `expr` with every node for which `change` gives another one replaced, simplified bottom-up.

    `change` is asked on the way down; what it returns is taken as it is.
    """
    replaced = change(expr)
    if replaced is not None:
        return replaced
    match expr:
        case e.Binary(op=op, left=left, right=right, kind=kind):
            return binary(op, rebuild(left, change), rebuild(right, change), kind)
        case e.Unary(op="not", operand=operand):
            return negate(rebuild(operand, change))
        case e.Unary(op=op, operand=operand, kind=kind):
            return e.Unary(op, rebuild(operand, change), kind)
        case e.Conditional(test=test, yes=yes, no=no, kind=kind):
            return conditional(rebuild(test, change), rebuild(yes, change), rebuild(no, change), kind)
        case e.Call(function=function, arguments=arguments, kind=kind):
            return e.Call(function, tuple(rebuild(a, change) for a in arguments), kind)
        case e.ListOf(items=items):
            return e.ListOf(tuple(rebuild(item, change) for item in items))
        case e.Attribute(base=base, name=name, kind=kind):
            return e.Attribute(rebuild(base, change), name, kind)
        case e.Element(base=base, position=position, kind=kind):
            return e.Element(rebuild(base, change), rebuild(position, change), kind)
        case e.InRanges(operand=operand, ranges=ranges):
            return e.InRanges(rebuild(operand, change), ranges)
        case e.OctetAt(offset=offset):
            return e.OctetAt(rebuild(offset, change))
        case e.Covered(until=until, overrides=overrides):
            changed = tuple(
                e.Override(o.place, o.lifted, o.octets, rebuild(o.value, change)) for o in overrides
            )
            return e.Covered(until, changed)
        case e.Quantified(every=every, variable=variable, source=source, body=body):
            return e.Quantified(every, variable, rebuild(source, change), rebuild(body, change))
        case _:
            return expr


def slots_of(expr: Expr | None) -> set[int]:
    """Return the slots that `expr` mentions in any way."""
    found: set[int] = set()
    if expr is None:
        return found
    for node in e.walk(expr):
        match node:
            case e.SlotRef(index=index):
                found.add(index)
            case e.Measure(slot=slot) | e.EncodedSlot(slot=slot):
                found.add(slot)
            case e.Covered(until=until) if until is not None:
                found.add(until)
            case _:
                pass
    return found
