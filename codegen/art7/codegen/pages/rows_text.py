"""What diagrams show of steps on text."""

from __future__ import annotations

from art7.codegen.pages.layout import (
    Arm,
    Cell,
    Choice,
    Frame,
    Node,
    Row,
    Scope,
    bounds,
    plain_text,
)
from art7.grammar.ir import plan as p


def _token(step: p.Token, scope: Scope) -> tuple[Node, ...]:
    return (Cell(scope.name(step.slot), None, ""),)


def _number(step: p.Number, scope: Scope) -> tuple[Node, ...]:
    return (Cell(scope.name(step.slot), None, "digits"),)


def _quoted(step: p.Quoted, scope: Scope) -> tuple[Node, ...]:
    return (Cell(f'"{scope.name(step.slot)}"', None, bounds(step.minimum, step.maximum, "characters")),)


def _upto(step: p.Upto, scope: Scope) -> tuple[Node, ...]:
    limits = bounds(step.minimum, step.maximum, "octets")
    return (
        Cell(scope.name(step.slot), None, limits),
        Cell(f"'{plain_text(step.until)}'", None, "", "constant"),
    )


def _space(step: p.Space, scope: Scope) -> tuple[Node, ...]:
    return (Cell("␣ or (comment)" if step.comments else "␣", None, "any number", "padding"),)


def _line(step: p.Line, scope: Scope) -> tuple[Node, ...]:
    end = Cell({b"\r\n": "CR LF", b"\n": "LF"}.get(step.eol, plain_text(step.eol)), None, "", "constant")
    return (Frame("", "line", (*scope.parts(step.body), end)),)


def _ahead(step: p.Ahead, scope: Scope) -> tuple[Node, ...]:
    return (Frame("optional", "optional", scope.parts(step.body)),)


def _repeat(step: p.Repeat, scope: Scope) -> tuple[Node, ...]:
    words = bounds(step.minimum, step.maximum, "items") or "any number"
    return (Frame(scope.name(step.slot), "list", scope.parts(step.body), words),)


def _either(step: p.Either, scope: Scope) -> tuple[Node, ...]:
    return (Choice("by how it begins", tuple(Arm(case.name, scope.parts(case.body)) for case in step.cases)),)


def _through(step: p.Through, scope: Scope) -> tuple[Node, ...]:
    return (Frame(scope.name(step.slot), "region", scope.parts(step.body), f"in {step.transform}"),)


TEXT_ROWS: dict[type, Row] = {
    p.Token: _token,
    p.Number: _number,
    p.Quoted: _quoted,
    p.Upto: _upto,
    p.Space: _space,
    p.Line: _line,
    p.Ahead: _ahead,
    p.Repeat: _repeat,
    p.Either: _either,
    p.Through: _through,
}
"""Step → what is shown of it."""
