"""Calls in an expression with the choices that lead to them: what stands in two arms of one choice never happens together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from art7.grammar.diagnostics import Span
from art7.grammar.ir import expression as e
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.module import Derive, Schedule
from art7.prover.secrets.values import parts_of

Path = tuple[tuple[Expr, bool], ...]
"""Tests on the way with what they came to."""


@dataclass(frozen=True, slots=True)
class Site:
    """A call as it stands in the step that makes `name`."""

    call: e.Call
    path: Path
    name: str
    span: Span
    whole: bool
    """Whether the value is what the call gives."""

    def excludes(self, other: Site) -> bool:
        """Whether the two are arms of one choice."""
        mine = dict(self.path)
        return any(mine.get(test, came) is not came for test, came in other.path)


def calls_in(expr: Expr, path: Path = ()) -> Iterator[tuple[e.Call, Path]]:
    """Yield the calls of an expression with their paths."""
    if isinstance(expr, e.Conditional):
        yield from calls_in(expr.test, path)
        yield from calls_in(expr.yes, (*path, (expr.test, True)))
        yield from calls_in(expr.no, (*path, (expr.test, False)))
        return
    if isinstance(expr, e.Call):
        yield expr, path
    for child in e.children(expr):
        yield from calls_in(child, path)


def sites(schedule: Schedule) -> Iterator[Site]:
    """Yield the calls of all steps."""
    for step in schedule.steps:
        value = parts_of(step)[0]
        for call, path in calls_in(step.expr):
            yield Site(call, path, value.name, value.span, isinstance(step, Derive) and step.expr is call)
