"""Small faults of a program: one change of its text each, such as a hasty hand makes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from art7.codegen.mutants.scope import Region, parts, regions

_COMPARISONS: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Lt: ("<=", ">="),
    ast.LtE: ("<", ">"),
    ast.Gt: (">=", "<="),
    ast.GtE: (">", "<"),
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
    ast.In: ("not in",),
    ast.NotIn: ("in",),
}
_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "+",
    ast.FloorDiv: "*",
    ast.Mod: "*",
    ast.LShift: ">>",
    ast.RShift: "<<",
    ast.BitAnd: "|",
    ast.BitOr: "&",
    ast.BitXor: "|",
}
_SWAPPED = {"big": "little", "little": "big", ">": "<", "<": ">"}
_PLAIN = (ast.Name, ast.Attribute, ast.Constant, ast.Subscript, ast.BinOp)


@dataclass(frozen=True, slots=True)
class Mutation:
    """One fault: octets `start` to `end` of the file's UTF-8 text become `replacement`.

    `function` is the qualified name of what holds it, empty for a table; `first` to `last` are the lines of the statement
    (the head alone, where it holds others), `begin` to `finish` those of the function; `line` and `column` count from 1.
    """

    file: str
    function: str
    kind: str
    line: int
    column: int
    first: int
    last: int
    begin: int
    finish: int
    start: int
    end: int
    original: str
    replacement: str


class _Text:
    """A file's octets, and where its lines begin."""

    def __init__(self, source: str) -> None:
        self.octets = source.encode()
        self._starts = [0]
        for line in self.octets.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def span(self, node: ast.AST) -> tuple[int, int]:
        found: dict[str, int] = {name: getattr(node, name) for name in _PLACES}
        return (
            self._starts[found["lineno"] - 1] + found["col_offset"],
            self._starts[found["end_lineno"] - 1] + found["end_col_offset"],
        )

    def of(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.octets[start:end].decode()

    def between(self, left: ast.AST, right: ast.AST) -> tuple[int, int]:
        return self.span(left)[1], self.span(right)[0]


_PLACES = ("lineno", "col_offset", "end_lineno", "end_col_offset")


def mutations(file: str, source: str) -> Iterator[Mutation]:
    """Yield every mutation of a generated module's codec, in order of text; same text, same mutations."""
    text = _Text(source)
    for region in regions(ast.parse(source)):
        yield from _of_region(file, text, region)


def _of_region(file: str, text: _Text, region: Region) -> Iterator[Mutation]:
    for node, statement in parts(region):
        for kind, start, end, replacement in _changes(text, node, table=not region.qualname):
            yield Mutation(
                file,
                region.qualname,
                kind,
                getattr(node, "lineno", statement.lineno),
                getattr(node, "col_offset", statement.col_offset) + 1,
                statement.lineno,
                _last(statement),
                region.node.lineno,
                region.node.end_lineno or region.node.lineno,
                start,
                end,
                text.octets[start:end].decode(),
                replacement,
            )


def _last(statement: ast.stmt) -> int:
    """The last line of a simple statement, or of the head of one that holds others."""
    match statement:
        case ast.If(test=head) | ast.While(test=head) | ast.For(iter=head):
            return head.end_lineno or statement.lineno
        case ast.With(items=items):
            return items[-1].context_expr.end_lineno or statement.lineno
        case ast.Try() | ast.FunctionDef() | ast.Match():
            return statement.lineno
        case _:
            return statement.end_lineno or statement.lineno


Change = tuple[str, int, int, str]


def _changes(text: _Text, node: ast.AST, *, table: bool) -> Iterator[Change]:
    match node:
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            yield from _comparisons(text, [left, *comparators], ops)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            yield from _operator(text, left, right, _SIGNS[type(op)], _OPERATORS[type(op)], "operator")
        case ast.BoolOp(op=op, values=values):
            old, new = ("and", "or") if isinstance(op, ast.And) else ("or", "and")
            yield from _operator(text, values[0], values[1], old, new, "connective")
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield ("negation", *text.span(node), f"({text.of(operand)})")
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            yield ("condition", *text.span(test), f"(not ({text.of(test)}))")
        case ast.Constant():
            yield from _constant(text, node)
        case ast.Call():
            yield from _call(text, node)
        case ast.Return(value=ast.expr() as value):
            yield ("result", *text.span(value), "None")
        case ast.stmt() if not table:
            yield from _dropped(text, node)


_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}


def _comparisons(text: _Text, operands: list[ast.expr], ops: list[ast.cmpop]) -> Iterator[Change]:
    for left, op, right in zip(operands, ops, operands[1:], strict=False):
        start, end = text.between(left, right)
        between = text.octets[start:end].decode()
        for word in _COMPARISONS[type(op)]:
            opening, closing = _brackets(between)
            yield "comparison", start, end, f"{closing} {word} {opening}"


def _brackets(between: str) -> tuple[str, str]:
    """What stands between two operands besides the operator: brackets that open, and that close."""
    return "".join(c for c in between if c == "("), "".join(c for c in between if c == ")")


def _operator(
    text: _Text, left: ast.expr, right: ast.expr, old: str, new: str, kind: str
) -> Iterator[Change]:
    start, end = text.between(left, right)
    between = text.octets[start:end].decode()
    if "#" not in between:
        yield kind, start, end, between.replace(old, new, 1)


def _constant(text: _Text, node: ast.Constant) -> Iterator[Change]:
    start, end = text.span(node)
    match node.value:
        case bool(value):
            yield "constant", start, end, repr(not value)
        case int(value):
            yield "constant", start, end, str(value + 1)
            if value > 1:
                yield "constant", start, end, str(value - 1)
        case bytes(value):
            changed = value[:-1] + bytes((value[-1] ^ 1,)) if value else b"\x01"
            yield "constant", start, end, repr(changed)
        case str(value):
            if value in _SWAPPED or (value[:1] in _SWAPPED and _is_layout(value)):
                yield "byte order", start, end, repr(_SWAPPED.get(value) or _SWAPPED[value[0]] + value[1:])
            else:
                yield "label", start, end, repr(f"{value}_" if value else "_")


def _is_layout(value: str) -> bool:
    """Whether a text is a `struct` format in which the order of octets shows."""
    return all(c in "xcbB?hHiIlLqQefds0123456789" for c in value[1:]) and any(c in "hHiIqQefd" for c in value)


def _call(text: _Text, node: ast.Call) -> Iterator[Change]:
    """Two neighbouring arguments in each other's place."""
    for left, right in zip(node.args, node.args[1:], strict=False):
        said, other = text.of(left), text.of(right)
        if said == other or not isinstance(left, _PLAIN) or not isinstance(right, _PLAIN):
            continue
        start, end = text.span(left)[0], text.span(right)[1]
        between = text.octets[slice(*text.between(left, right))].decode()
        yield "arguments", start, end, f"{other}{between}{said}"
        return


def _dropped(text: _Text, node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.Raise():
            yield ("refusal", *text.span(node), "pass")
        case ast.Assign() | ast.AugAssign() | ast.Expr() | ast.Continue() | ast.Break() | ast.Delete():
            yield ("statement", *text.span(node), "pass")
        case ast.AnnAssign(value=ast.expr()):
            yield ("statement", *text.span(node), "pass")
        case _:
            return
