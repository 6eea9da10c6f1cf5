"""What diagrams show of steps on text."""

from __future__ import annotations

from art7.codegen.pages.expression_text import expression_text
from art7.codegen.pages.layout import (
    Arm,
    Cell,
    Choice,
    Frame,
    Node,
    Row,
    Scope,
    bounds,
    noted,
    plain_text,
    unknown_policy,
)
from art7.grammar.ir import plan as p


def _token(step: p.Token, scope: Scope) -> tuple[Node, ...]:
    limits = "" if step.maximum is None else bounds(0, step.maximum, "octets")
    return (Cell(scope.name(step.slot), None, limits),)


def _number(step: p.Number, scope: Scope) -> tuple[Node, ...]:
    return (Cell(scope.name(step.slot), None, "digits" if step.base == 10 else "hexadecimal digits"),)


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


def _headers(step: p.Headers, scope: Scope) -> tuple[Node, ...]:
    rows: list[Node] = [_header(each, scope) for each in step.entries]
    if step.other is not None:
        rows.append(_header(step.other, scope))
    end = Frame("", "line", (Cell("CR LF", None, "", "constant"),), "the empty line")
    policy = unknown_policy(step.unknown).replace("ones", "headers")
    return (Frame("headers", "unordered", tuple(rows), noted("in any order", policy)), end)


def _header(header: p.Header, scope: Scope) -> Frame:
    """Draw a header as a line; one without a name of its own stands for all others."""
    name = Cell(f"{' or '.join(header.names)}:" if header.names else "any other header", None, "", "constant")
    many = header.item is not None
    words = noted(
        "" if header.required or many else "optional",
        bounds(header.minimum, header.maximum, "values") if many else "",
        "commas between values" if header.comma else "",
    )
    kind = "list" if many else "line" if header.required else "optional"
    label = scope.name(header.slot) if many or not header.required else ""
    inner: tuple[Node, ...] = (name, *scope.parts(header.body))
    return Frame(label, kind, (Frame("", "line", inner),) if kind == "optional" else inner, words)


def _parameters(step: p.Parameters, scope: Scope) -> tuple[Node, ...]:
    inner = (
        Cell("';'", None, "", "constant"),
        Cell("name"),
        Cell("'='", None, "", "constant"),
        Cell("value"),
    )
    return (Frame(scope.name(step.slot), "list", inner, "any number, the value may be missing"),)


def _parts(step: p.Parts, scope: Scope) -> tuple[Node, ...]:
    between = Cell(f"'--' {expression_text(step.boundary, scope.record)}", None, "", "constant")
    words = bounds(step.minimum, step.maximum, "parts") or "any number"
    last = Cell(f"'--' {expression_text(step.boundary, scope.record)} '--'", None, "", "constant")
    inner = Frame("", "line", (between, Cell("CR LF", None, "", "constant")))
    return (Frame(scope.name(step.slot), "list", (inner, *scope.parts(step.body)), words), last)


def _transfer(step: p.Transfer, scope: Scope) -> tuple[Node, ...]:
    words = noted(
        "" if step.coding is None else f"in the coding {expression_text(step.coding, scope.record)}",
        "" if step.charset is None else f"in the charset {expression_text(step.charset, scope.record)}",
    )
    return (Frame(scope.name(step.slot), "region", scope.parts(step.body), words),)


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
    p.Headers: _headers,
    p.Parameters: _parameters,
    p.Parts: _parts,
    p.Transfer: _transfer,
}
"""Step → what is shown of it."""
