"""Statements as documents: what stands before an expression, and which expression may get brackets."""

from __future__ import annotations

from art7.codegen.python.code import WIDTH
from art7.codegen.python.layout import expressions as x
from art7.codegen.python.layout.document import (
    SOFT,
    SPACE,
    Document,
    Group,
    IfBroken,
    Indent,
    Whole,
    flat,
    printed,
    propagate,
)
from art7.codegen.python.layout.shapes import INSIDE, NOWHERE, added, optional, shape, tuple_rows

_HEADS = ("if", "elif", "while")
_LEFT = (
    "break",
    "continue",
    "pass",
    "global",
    "import",
    "with",
    "try",
    "except",
    "else",
    "match",
    "case",
    "del",
)
_AUGMENTED = ("+=", "-=", "*=", "|=", "&=", "^=", ">>=", "<<=", "//=")


def laid_out(text: str, pad: int) -> str:
    """Return one statement (without its body) at `pad` columns.

    Raises `expressions.Unknown` for what is not known here.
    """
    parser = x.Parser(x.tokens_of(text))
    document = _statement(parser)
    if parser.peek():
        raise x.Unknown
    if "\n" in parser.tokens:
        propagate(document)
    return " " * pad + printed(document, pad, pad)


def _statement(parser: x.Parser) -> Document:
    word = parser.peek()
    if word in _HEADS:
        parser.next()
        document: Document = [f"{word} ", optional(parser.expression()), ":"]
        parser.need(":")
        return document
    if word == "for":
        return _for(parser)
    if word in ("return", "assert"):
        parser.next()
        return [f"{word} ", optional(parser.row())] if parser.peek() else word
    if word == "raise":
        return _raise(parser)
    if word == "def":
        return _function(parser)
    if word == "class":
        return _class(parser)
    if word == "from":
        return _import(parser)
    if word in _LEFT or not word or word == "@":
        raise x.Unknown
    return _assignment(parser)


def _bare(node: x.Node) -> x.Node:
    while isinstance(node, x.Bracketed):
        node = node.inner
    return node


def _for(parser: x.Parser) -> Document:
    parser.next()
    items: list[x.Node] = []
    trailing = False
    while not parser.take("in"):
        items.append(_bare(parser.operand()))
        trailing = parser.take(",")
    target: Document
    if len(items) == 1 and not trailing:
        target = added(shape(items[0], INSIDE))
    elif len(items) == 1:
        target = shape(x.Items("(", items, ")"), NOWHERE)
    else:
        target = added(tuple_rows(x.Bare(items)))
    row = _bare(parser.row())
    # Between two names it is the target that gets brackets.
    iterable = shape(row, NOWHERE) if isinstance(row, x.Atom) else optional(row)
    parser.need(":")
    return ["for ", target, " in ", iterable, ":"]


def _raise(parser: x.Parser) -> Document:
    parser.next()
    out: list[Document] = ["raise ", _kept(parser.expression())]
    if parser.take("from"):
        out += [" from ", _kept(parser.expression())]
    return out


def _kept(node: x.Node) -> Document:
    """An expression whose brackets stay."""
    return shape(node, NOWHERE) if isinstance(node, x.Bracketed) else optional(node)


def _assignment(parser: x.Parser) -> Document:
    first = parser.row()
    token = parser.peek()
    if not token:
        return _kept(first)
    parser.next()
    if token == ":":
        annotation = parser.expression()
        kind = shape(annotation, NOWHERE) if isinstance(annotation, x.Element) else optional(annotation)
        head: list[Document] = [shape(first, NOWHERE), ": "]
        if not parser.take("="):
            return [*head, kind]
        value = optional(parser.row())
        # A value that cannot break goes into brackets before an annotation breaks, if that can be enough.
        stays = isinstance(value, Whole) and len(flat([*head, kind])) < WIDTH - len("        = (")
        return [*head, flat(kind) if stays else kind, " = ", value]
    if token in _AUGMENTED:
        return [_target(first), f" {token} ", optional(parser.row())]
    if token != "=":
        raise x.Unknown
    targets, assigned = [first], parser.row()
    while parser.take("="):
        targets.append(assigned)
        assigned = parser.row()
    rest: list[Document] = [[added(shape(each, NOWHERE)), " = "] for each in targets[1:]]
    last = optional(assigned)
    if len(targets) == 1 and isinstance(last, Whole) and isinstance(first, x.Element | x.Member):
        return [flat(_target(first)), " = ", last]
    return [_target(first), " = ", *rest, last]


def _target(node: x.Node) -> Document:
    if isinstance(node, x.Bare) and len(node.items) == 1:
        return shape(x.Items("(", node.items, ")"), NOWHERE)
    return added(tuple_rows(node)) if isinstance(node, x.Bare) else shape(node, NOWHERE)


def _function(parser: x.Parser) -> Document:
    parser.next()
    name = parser.next()
    parser.need("(")
    rows: list[Document] = []
    magic = False
    while not parser.take(")"):
        rows.append(_parameter(parser))
        if parser.take(","):
            magic = parser.tokens[parser.at] == "\n"
            if parser.peek() != ")":
                magic = False
        elif parser.peek() != ")":
            raise x.Unknown
    returned: Document = ":"
    if parser.take("->"):
        kind = shape(parser.expression(), NOWHERE)
        returned = [" -> ", flat(kind) if rows else kind, ":"]
    parser.need(":")
    if not rows:
        return [f"def {name}()", returned]
    return [f"def {name}", _in_brackets(rows, magic), returned]


def _parameter(parser: x.Parser) -> Document:
    stars = ""
    while parser.peek() in ("*", "**", "/"):
        stars = parser.next()
        if parser.peek() == ",":
            return stars
    out: list[Document] = [stars + parser.next()]
    annotated = parser.take(":")
    if annotated:
        out += [": ", shape(parser.expression(), INSIDE)]
    if parser.take("="):
        out += [" = " if annotated else "=", shape(parser.expression(), INSIDE)]
    return out


def _in_brackets(rows: list[Document], magic: bool = False) -> Document:
    joined: list[Document] = []
    for row in rows:
        joined += [row, ",", SPACE]
    joined[-2:] = [IfBroken(",")]
    return Group(["(", Indent([SOFT, Group(joined, broken=magic)]), SOFT, ")"], broken=magic)


def _class(parser: x.Parser) -> Document:
    parser.next()
    document = shape(parser.expression(), NOWHERE)
    parser.need(":")
    return ["class ", document, ":"]


def _import(parser: x.Parser) -> Document:
    parser.next()
    module = ""
    while not parser.take("import"):
        module += parser.next()
    magic = False
    bracketed = parser.take("(")
    rows: list[Document] = []
    while parser.peek() not in ("", ")"):
        name = parser.next()
        rows.append(f"{name} as {parser.next()}" if parser.take("as") else name)
        if not parser.take(","):
            break
        magic = parser.at < len(parser.tokens) and parser.tokens[parser.at] == "\n" and parser.peek() == ")"
    if bracketed:
        parser.need(")")
    joined: list[Document] = []
    for row in rows:
        joined += [row, ",", SPACE]
    joined[-2:] = [IfBroken(",")]
    group = Group(broken=magic)
    group.inner = [IfBroken("(", of=group), Indent([SOFT, joined]), SOFT, IfBroken(")", of=group)]
    return [f"from {module} import ", group]
