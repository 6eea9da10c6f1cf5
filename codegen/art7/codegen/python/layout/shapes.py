"""Trees of expressions as documents: where each kind may break, and when brackets are added so that it can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from art7.codegen.python.layout import expressions as x
from art7.codegen.python.layout.document import SOFT, SPACE, Document, Group, IfBroken, Indent, Opens, Whole

Level = Group | bool
"""What encloses an expression: brackets (`True`), brackets added if that group breaks, or none (`False`)."""

INSIDE: Final = True
NOWHERE: Final = False


def shape(node: x.Node, level: Level) -> Document:
    """Return the document of `node`."""
    match node:
        case x.Atom(text):
            return text
        case x.Member(value, name):
            return [shape(value, level), "." + name]
        case x.Call(function, arguments):
            return [shape(function, level), _arguments(arguments, level)]
        case x.Element(value, index):
            return [shape(value, level), _index(index, level)]
        case x.Operation():
            return _only_in(level, _operation(node.operands, node.operators, level))
        case x.Conditional():
            return _only_in(level, _conditional(node, level))
        case x.Bracketed(inner):
            return _brackets("(", shape(inner, INSIDE), ")", level)
        case x.Prefixed(prefix, inner, before):
            written: Document = prefix if before is None else [shape(before, level), prefix]
            return [written, shape(inner, level)]
        case x.Items():
            return _items(node, level)
        case x.Bare(items):
            return _joined([shape(item, level) for item in items], "," if len(items) == 1 else "")
        case x.Comprehension():
            return _comprehension(node, level)
        case x.Lambda(parameters, body):
            written_body = _lambda_body(body, level)
            return [f"lambda {parameters}: " if parameters else "lambda: ", written_body]
        case x.Joined(texts):
            rows: list[Document] = []
            for text in texts:
                rows += [SPACE, text]
            return Group(IfBroken(rows[1:], node.whole))
        case x.Slice(parts):
            return _slice(parts, level)


def _lambda_body(body: x.Node, level: Level) -> Document:
    while isinstance(body, x.Bracketed):
        body = body.inner
    if _needs(body) == "many" and not can_stay_bare(body):
        return added(shape(body, INSIDE))
    return shape(body, level)


def optional(node: x.Node) -> Document:
    """Return the document of an expression that a statement ends with; brackets are added where they help."""
    while isinstance(node, x.Bracketed):
        node = node.inner
    if isinstance(node, x.Bare):
        return added(tuple_rows(node))
    kind = _needs(node)
    if kind == "best":
        return Whole(shape(node, NOWHERE))
    if kind == "never":
        return shape(node, NOWHERE)
    if can_stay_bare(node):
        group = Group()
        group.inner = [
            IfBroken("(", of=group),
            Indent([IfBroken(SOFT, of=group), shape(node, group)], group),
            IfBroken(SOFT, of=group),
            IfBroken(")", of=group),
        ]
        return group
    return added(shape(node, INSIDE))


def added(inner: Document) -> Group:
    """Return `inner` in brackets that are there if it does not fit on the line."""
    group = Group()
    group.inner = [IfBroken("(", of=group), Indent([SOFT, inner]), SOFT, IfBroken(")", of=group)]
    return group


def tuple_rows(node: x.Bare) -> Document:
    """Return the items of a tuple without brackets, for brackets that may be added."""
    comma: Document = "," if len(node.items) == 1 else IfBroken(",")
    return [_joined([shape(item, INSIDE) for item in node.items], ""), comma]


def _needs(node: x.Node) -> str:
    """Say what the formatter does when `node` is too long: `best` (brackets if they help), `never`, `many`."""
    match node:
        case x.Atom():
            return "best"
        case x.Member(value, _):
            return "never" if isinstance(value, x.Bracketed) else _needs(value)
        case x.Call(value, _) | x.Element(value, _):
            if isinstance(value, x.Bracketed):
                return "never"
            return "never" if (found := _needs(value)) == "best" else found
        case x.Items() | x.Comprehension():
            return "never"
        case _:
            return "many"


@dataclass(slots=True)
class _Precedence:
    """What decides whether an expression may break at its own brackets: the loosest operator, and how often."""

    highest: int = 0
    count: int = 0
    brackets: bool = False
    first: x.Node | str | None = None
    last: x.Node | None = None

    def found(self, level: int, count: int = 1) -> None:
        if self.highest < level:
            self.highest, self.count = level, count
        elif self.highest == level:
            self.count += count

    def visit(self, node: x.Node) -> None:
        self.last = node
        if isinstance(node, x.Bracketed):
            self.brackets = True
        else:
            self.inside(node)
        if self.first is None:
            self.first = node

    def inside(self, node: x.Node) -> None:
        match node:
            case x.Items() | x.Comprehension():
                self.brackets = True
            case x.Call(function, _):
                self.brackets = True
                self.visit(function)
                self.last = node
            case x.Element(value, _):
                self.brackets = True
                self.visit(value)
            case x.Member(value, _):
                self.visit(value)
                if _own(value) is not None:
                    self.found(1)
                self.last = node
            case x.Operation(operands, operators):
                for operator in operators:
                    self.found(x.LEVELS[operator])
                for operand in operands:
                    self.visit(operand)
            case x.Conditional(body, test, otherwise):
                self.found(12, 2)
                for each in (body, test, otherwise):
                    self.visit(each)
            case x.Prefixed(_, inner, _):
                self.first = self.first or "token"
                self.visit(inner)
            case x.Lambda(_, body):
                self.first = self.first or "token"
                self.visit(body)
            case _:
                pass


def can_stay_bare(node: x.Node) -> bool:
    """Say whether breaking at the expression's own brackets may do, without added ones."""
    seen = _Precedence()
    seen.inside(node)
    if not seen.brackets or seen.count > 1:
        return False
    if seen.highest == 0 and isinstance(node, x.Lambda):
        return True
    ends = (seen.last, seen.first)
    return any(each is not None and not isinstance(each, str) and bool(_own(each)) for each in ends)


def _own(node: x.Node) -> bool | None:
    """Say whether brackets of `node`'s own hold something; `None` where it has none."""
    match node:
        case x.Call(_, arguments):
            return bool(arguments.items)
        case x.Items():
            return bool(node.items)
        case x.Element() | x.Comprehension() | x.Bracketed():
            return True
        case _:
            return None


def _only_in(level: Level, inner: Document) -> Document:
    if level is NOWHERE:
        return inner
    return (
        Group(inner) if level is INSIDE else Group(inner, only_in=level if isinstance(level, Group) else None)
    )


def _line(level: Level) -> Document:
    """Return a space that may be a new line inside brackets."""
    if level is NOWHERE:
        return " "
    return SPACE if level is INSIDE or not isinstance(level, Group) else IfBroken(SPACE, " ", level)


def _operation(operands: list[x.Node], operators: list[str], level: Level) -> Document:
    loosest = max(x.LEVELS[each] for each in operators)
    places = [i for i, each in enumerate(operators) if x.LEVELS[each] == loosest]
    out: list[Document] = []
    start = 0
    for place in [*places, len(operators)]:
        out.append(_part(operands[start : place + 1], operators[start:place], level))
        if place < len(operators):
            if operators[place] == "**":
                raise x.Unknown
            out += [_line(level), operators[place] + " "]
        start = place + 1
    return out


def _part(operands: list[x.Node], operators: list[str], level: Level) -> Document:
    if not operators:
        return shape(operands[0], level)
    return _only_in(level, _operation(operands, operators, level))


def _conditional(node: x.Conditional, level: Level) -> Document:
    rest: Document
    if isinstance(node.otherwise, x.Conditional):
        rest = _conditional(node.otherwise, level)
    else:
        rest = shape(node.otherwise, level)
    line = _line(level)
    return [shape(node.body, level), line, "if ", shape(node.test, level), line, "else ", rest]


def _brackets(opening: str, inner: Document, closing: str, level: Level, broken: bool = False) -> Document:
    if inner == [] or inner == "":
        return opening + closing
    group = Group([opening, Indent([SOFT, inner]), SOFT, closing], broken=broken)
    return Opens(group, level) if isinstance(level, Group) else group


def _joined(parts: list[Document], end: Document) -> Document:
    out: list[Document] = []
    for part in parts:
        out += [part, ",", SPACE]
    out[-2:] = [end]
    return out


def _arguments(node: x.Items, level: Level) -> Document:
    if not node.items:
        return "()"
    if len(node.items) == 1 and isinstance(node.items[0], x.Comprehension) and not node.items[0].opening:
        return _brackets("(", Group(_clauses(node.items[0])), ")", level)
    inner = Group(_joined([shape(each, INSIDE) for each in node.items], IfBroken(",")), broken=node.magic)
    return _brackets("(", inner, ")", level, node.magic)


def _items(node: x.Items, level: Level) -> Document:
    if not node.items:
        return node.opening + node.closing
    only = node.is_tuple and len(node.items) == 1
    inner = _joined([shape(each, INSIDE) for each in node.items], "," if only else IfBroken(","))
    return _brackets(node.opening, inner, node.closing, level, node.magic)


def _index(index: x.Node, level: Level) -> Document:
    if isinstance(index, x.Bare):
        end: Document = "," if len(index.items) == 1 else IfBroken(",")
        return _brackets("[", _joined([shape(each, INSIDE) for each in index.items], end), "]", level)
    return _brackets("[", shape(index, INSIDE), "]", level)


def _slice(parts: list[x.Node | None], level: Level) -> Document:
    plain = all(part is None or _is_simple(part) for part in parts)
    out: list[Document] = []
    for number, part in enumerate(parts):
        if number:
            before = not plain and parts[number - 1] is not None
            out.append((" " if before else "") + ":" + (" " if not plain and part is not None else ""))
        if part is not None:
            out.append(shape(part, level))
    return out


def _is_simple(node: x.Node) -> bool:
    if isinstance(node, x.Prefixed):
        return node.prefix in ("-", "+", "~") and _is_simple(node.inner)
    return isinstance(node, x.Atom)


def _comprehension(node: x.Comprehension, level: Level) -> Document:
    return _brackets(node.opening, Group(_clauses(node)), node.closing, level)


def _clauses(node: x.Comprehension) -> Document:
    out: list[Document] = [Group(shape(node.element, INSIDE))]
    for target, iterable, tests in node.clauses:
        out += [SPACE, f"for {target} in ", shape(iterable, INSIDE)]
        for test in tests:
            out += [SPACE, "if ", shape(test, INSIDE)]
    return out
