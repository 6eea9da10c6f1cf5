"""Octets and texts that are known when the text is made: labels behind their lengths, numbers in octets."""

from __future__ import annotations

import re

from art7.grammar.ir.expression import Binary, Call, Expr, Literal
from art7.interpreter.functions.general import FUNCTIONS
from art7.interpreter.functions.refusal import Refused

_LONGEST = 96
_FOLDED = re.compile(r"utf8|mls_vector|mls_varint|varint|u\d+[bl]e", re.ASCII)


def constant(expr: Expr) -> bytes | str | None:
    """Return the value of an expression of constants alone; `None` where it is none, is long, or is refused."""
    match expr:
        case Binary(op="++"):
            return _joined(constant_or_literal(expr.left), constant_or_literal(expr.right))
        case Call(function=name) if _FOLDED.fullmatch(name):
            values = [constant_or_literal(each) for each in expr.arguments]
            if any(value is None for value in values):
                return None
            try:
                found = FUNCTIONS[name](*values)
            except (Refused, UnicodeError):
                return None
            return found if isinstance(found, bytes) and len(found) <= _LONGEST else None
    return None


def constant_or_literal(expr: Expr) -> bytes | str | int | None:
    """Return the value of a literal or of `constant`."""
    if not isinstance(expr, Literal):
        return constant(expr)
    return None if isinstance(expr.value, bool) else expr.value


def _joined(left: bytes | str | int | None, right: bytes | str | int | None) -> bytes | str | None:
    if isinstance(left, bytes) and isinstance(right, bytes) and len(left) + len(right) <= _LONGEST:
        return left + right
    if isinstance(left, str) and isinstance(right, str) and len(left) + len(right) <= _LONGEST:
        return left + right
    return None
