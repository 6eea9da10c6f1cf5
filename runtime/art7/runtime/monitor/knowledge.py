"""Expressions where some values are not known: what a guard or check certainly says, and what it leaves open.

A value that is not known is an `Unknown`, told from others by identity, so that two variables set from one event are known to
be equal before either has a value. An expression has a value when all that it needs is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from art7.grammar.ir.expression import (
    Attribute,
    Binary,
    Call,
    Conditional,
    Expr,
    Literal,
    LocalRef,
    Quantified,
    Unary,
    walk,
)
from art7.runtime.machine import Evaluate

_ASKS = frozenset(("random", "fresh"))
"""Builtins whose answer is the session's own."""


MOST_ANSWERS = 512
LARGE = 1 << 16
"""Octets of a message after which nothing of it is kept."""


class Unknown:
    """A value that was not seen; equal to itself alone."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "unknown"


@dataclass(frozen=True, slots=True)
class _Known:
    """What there is to know about an expression: the names it needs, and whether it asks the session."""

    names: tuple[str, ...]
    asks: bool

    @property
    def is_constant(self) -> bool:
        """Whether it has the same value whatever happens."""
        return not self.names and not self.asks


class Knowledge:
    """Evaluates expressions as far as their names are known; `evaluate` answers what is wholly known."""

    def __init__(self, evaluate: Evaluate) -> None:
        self._evaluate = evaluate
        self._facts: dict[int, tuple[Expr, _Known]] = {}
        self._constants: dict[int, Any] = {}
        self._answers: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    def forget(self, octets: int) -> None:
        """Drop the answers kept for messages before one of this size; small ones are kept for a while."""
        if octets > LARGE or len(self._answers) > MOST_ANSWERS:
            self._answers.clear()

    def value(self, expr: Expr, names: Mapping[Any, Any]) -> Any:
        """Return the value, or an `Unknown`. Raises: `Refusal` when a wholly known expression has none."""
        if isinstance(expr, LocalRef):
            return names.get(expr.name, UNTOLD)
        if isinstance(expr, Literal):
            return expr.value
        facts = self._about(expr)
        if facts.is_constant:
            return self._constant(expr)
        if not facts.asks and not any(isinstance(names.get(each), Unknown) for each in facts.names):
            return self._answer(expr, facts, names)
        match expr:
            case Attribute(base=base, name=name):
                found = self.value(base, names)
                return found.get(name) if isinstance(found, Mapping) else Unknown()
            case Unary(op="not", operand=operand):
                found = self.value(operand, names)
                return Unknown() if isinstance(found, Unknown) else not found
            case Binary(op="and" | "or" as op, left=left, right=right):
                return self._either(op, left, right, names)
            case Binary(op="==" | "!=" as op, left=left, right=right):
                return self._compared(op, left, right, names)
            case Conditional(test=test, yes=yes, no=no):
                return self._chosen(test, yes, no, names)
            case _:
                return Unknown()

    def _about(self, expr: Expr) -> _Known:
        kept = self._facts.get(id(expr))
        if kept is None:
            nodes = walk(expr)
            bound = {node.variable for node in nodes if isinstance(node, Quantified)}
            names = dict.fromkeys(node.name for node in nodes if isinstance(node, LocalRef))
            asks = any(isinstance(node, Call) and node.function in _ASKS for node in nodes)
            kept = self._facts[id(expr)] = (expr, _Known(tuple(n for n in names if n not in bound), asks))
        return kept[1]

    def _constant(self, expr: Expr) -> Any:
        if id(expr) not in self._constants:
            self._constants[id(expr)] = self._evaluate(expr, {})
        return self._constants[id(expr)]

    def _answer(self, expr: Expr, facts: _Known, names: Mapping[str, Any]) -> Any:
        needed = [names.get(each) for each in facts.names]
        key = (id(expr), *map(id, needed))
        kept = self._answers.get(key)
        if kept is None:
            # The values are kept beside the answer: an identity is only theirs as long as they live.
            kept = self._answers[key] = (self._evaluate(expr, names), needed)
        return kept[0]

    def _either(self, op: str, left: Expr, right: Expr, names: Mapping[str, Any]) -> Any:
        decides = op == "or"
        first = self.value(left, names)
        if not isinstance(first, Unknown):
            return decides if bool(first) is decides else self.value(right, names)
        second = self.value(right, names)
        settles = not isinstance(second, Unknown) and bool(second) is decides
        return decides if settles else Unknown()

    def _compared(self, op: str, left: Expr, right: Expr, names: Mapping[str, Any]) -> Any:
        first, second = self.value(left, names), self.value(right, names)
        if first is second and isinstance(first, Unknown):
            return op == "=="
        if isinstance(first, Unknown) or isinstance(second, Unknown):
            return Unknown()
        return (first == second) is (op == "==")

    def _chosen(self, test: Expr, yes: Expr, no: Expr, names: Mapping[str, Any]) -> Any:
        found = self.value(test, names)
        if not isinstance(found, Unknown):
            return self.value(yes if found else no, names)
        one, other = self.value(yes, names), self.value(no, names)
        return one if one is other else Unknown()


UNTOLD = Unknown()
"""Stands for a name that nothing binds."""

Cell = Any
"""The name of a value that a hypothesis holds: a variable's, or a tuple for a member of a message still to be seen."""


def joined(old: dict[Cell, Any], new: Mapping[Cell, Any]) -> bool:
    """Make `old` hold only what both know; return whether it lost anything.

    Two unknowns stay equal only where they are equal on both sides.
    """
    lost = False
    apart = [cell for cell, mine in old.items() if new.get(cell, mine) is not mine]
    if apart:
        # An unknown that is the same on both sides in one place cannot stand for a pair in another.
        same = {id(mine) for cell, mine in old.items() if type(mine) is Unknown and new.get(cell) is mine}
        lost = _told_apart(old, new, apart, {each: each for each in same})
    for cell, theirs in new.items():
        old.setdefault(cell, theirs)
    return lost


def _told_apart(
    old: dict[Cell, Any], new: Mapping[Cell, Any], apart: Sequence[Cell], first: dict[int, int]
) -> bool:
    """Keep an unknown of `old` only where it always stands beside the same of `new`."""
    lost = False
    pairs: dict[tuple[int, int], Any] = {}
    for cell in apart:
        mine, theirs = old[cell], new[cell]
        is_open = type(mine) is Unknown
        if not is_open and type(mine) is type(theirs) and mine == theirs:
            continue
        key = (id(mine), id(theirs))
        found = pairs.get(key)
        if found is None:
            fits = is_open and first.setdefault(id(mine), id(theirs)) == id(theirs)
            found = pairs[key] = mine if fits else Unknown()
        if found is not mine:
            old[cell] = found
            lost = True
    return lost


def settled(cells: Mapping[Cell, Any], found: Mapping[Unknown, Any]) -> dict[Cell, Any]:
    """Return `cells` with the unknowns in `found` replaced by what they turned out to be."""
    return {
        cell: found.get(value, value) if isinstance(value, Unknown) else value
        for cell, value in cells.items()
    }


def fitted(pairs: Iterator[tuple[str, Any, Any]]) -> tuple[dict[Unknown, Any], str | None]:
    """Hold expected values beside seen ones; return what unknowns turn out to be, and the first name that differs."""
    found: dict[Unknown, Any] = {}
    for name, expected, seen in pairs:
        if isinstance(seen, Unknown):
            continue
        if isinstance(expected, Unknown):
            if expected in found and found[expected] != seen:
                return found, name
            found[expected] = seen
        elif type(expected) is type(seen) and isinstance(expected, bytes | str | int) and expected != seen:
            return found, name
    return found, None
