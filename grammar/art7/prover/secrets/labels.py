"""How secret an expression is: the secrets that flow into it and that no builtin hides."""

from __future__ import annotations

from collections.abc import Callable

from art7.grammar.ir import expression as e
from art7.grammar.ir.builtins import FUNCTIONS
from art7.grammar.ir.expression import Expr, Kind
from art7.prover.secrets.calls import STREAMS, is_mac, is_opening

Sources = frozenset[str]
NONE: Sources = frozenset()

QUIET = frozenset(("length", "hash_length", "bits", "random"))
"""Builtins that tell next to nothing of their argument, or have none that is secret."""


def sources(expr: Expr, secret: Callable[[Expr], Sources]) -> Sources:
    """Return what of secrets is in `expr`; `secret` tells it of a reference.

    A truth value counts as open: whether two things are equal may be told.
    """
    if expr.kind is Kind.BOOL:
        return NONE
    match expr:
        case e.LocalRef() | e.ParamRef() | e.SlotRef() | e.Attribute():
            return secret(expr)
        case e.Call(function=function):
            return _of_call(expr, function, secret)
        case e.Conditional(yes=yes, no=no):
            return sources(yes, secret) | sources(no, secret)
        case e.Element(base=base):
            return sources(base, secret)
    return _of_all(expr, secret)


def _of_all(expr: Expr, secret: Callable[[Expr], Sources]) -> Sources:
    found = NONE
    for child in e.children(expr):
        found |= sources(child, secret)
    return found


def _of_call(call: e.Call, function: str, secret: Callable[[Expr], Sources]) -> Sources:
    known = FUNCTIONS.get(function)
    if known is None or known.public or is_mac(function) or function in QUIET | STREAMS:
        return NONE
    found = _of_all(call, secret)
    return found or (frozenset((f"what `{function}` gives",)) if is_opening(function) else NONE)
