"""Expressions as trees that keep their brackets: what a layout has to know, and no more."""

from __future__ import annotations

import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"""(?P<text>(?:[rbRBfF]{0,2})(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))|(?P<name>[^\W\d]\w*)"""
    r"""|(?P<number>0x[0-9A-Fa-f_]+|[0-9][0-9_]*(?:\.[0-9]*)?(?:e[+-]?[0-9]+)?)"""
    r"""|(?P<op>->|:=|//=?|\*\*=?|<<=?|>>=?|[=!<>+\-*/%&|^@]=|\.\.\.|[-+*/%&|^~<>()\[\]{},:.=@;])"""
    r"""|(?P<line>\n)|(?P<space>[ ]+)|(?P<other>.)""",
)

LEVELS = {
    "or": 11, "and": 11,
    "in": 10, "not in": 10, "is": 10, "is not": 10, "<": 10, ">": 10, "<=": 10, ">=": 10, "==": 10, "!=": 10,
    "|": 9, "^": 8, "&": 7, "<<": 6, ">>": 6, "+": 5, "-": 5, "*": 4, "/": 4, "//": 4, "%": 4, "@": 4, "**": 2,
}  # fmt: skip
"""How loosely operators bind, in the formatter's eyes: `or` and `and` alike."""
_BINDING = {**LEVELS, "or": 13, "and": 12}


class Unknown(Exception):
    """The text holds what no layout is known for: it stays as it is."""


@dataclass(frozen=True, slots=True)
class Atom:
    """A name or a constant."""

    text: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Formatted texts one after the other, in the same quotes."""

    texts: list[str]

    @property
    def whole(self) -> str:
        """All of them as one."""
        return f"{self.texts[0][:-1]}{''.join(text[2:-1] for text in self.texts[1:])}{self.texts[0][-1]}"


@dataclass(frozen=True, slots=True)
class Bracketed:
    """An expression in brackets that somebody wrote."""

    inner: Node


@dataclass(frozen=True, slots=True)
class Items:
    """Items between brackets; `magic`: a comma after the last one asks for one line each."""

    opening: str
    items: list[Node]
    closing: str
    magic: bool = False
    pairs: bool = False

    @property
    def is_tuple(self) -> bool:
        """Whether these are the items of a tuple."""
        return self.opening == "("


@dataclass(frozen=True, slots=True)
class Bare:
    """A tuple without brackets."""

    items: list[Node]


@dataclass(frozen=True, slots=True)
class Comprehension:
    """An element and its clauses; without brackets where it is the one argument of a call."""

    opening: str
    element: Node
    clauses: list[tuple[str, Node, list[Node]]]
    closing: str


@dataclass(frozen=True, slots=True)
class Member:
    """`value.name`"""

    value: Node
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """`function(arguments)`"""

    function: Node
    arguments: Items


@dataclass(frozen=True, slots=True)
class Element:
    """`value[index]`"""

    value: Node
    index: Node


@dataclass(frozen=True, slots=True)
class Slice:
    """`first:last` or `first:last:step`"""

    parts: list[Node | None]


@dataclass(frozen=True, slots=True)
class Operation:
    """Operands with operators between them, of all levels: brackets alone keep operands apart."""

    operands: list[Node]
    operators: list[str]


@dataclass(frozen=True, slots=True)
class Prefixed:
    """A text, then an expression: `not x`, `-x`, `*x`, `name=x`, `key: x` with `before` as the key."""

    prefix: str
    inner: Node
    before: Node | None = None


@dataclass(frozen=True, slots=True)
class Conditional:
    """`body if test else otherwise`"""

    body: Node
    test: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Lambda:
    """`lambda parameters: body`"""

    parameters: str
    body: Node


Node = (
    Atom | Joined | Bracketed | Items | Bare | Comprehension | Member | Call | Element | Slice | Operation | Prefixed
    | Conditional | Lambda
)  # fmt: skip


def tokens_of(text: str) -> list[str]:
    """Return the tokens of a statement; `"\\n"` is kept where it follows a comma.

    Raises `Unknown` for comments and whatever else is no token.
    """
    found: list[str] = []
    for token in TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "space":
            continue
        if kind == "line":
            if found and found[-1] == ",":
                found.append("\n")
        elif kind == "other":
            raise Unknown
        elif kind == "text":
            found.append(spelled_text(token[0]))
        elif kind == "number" and token[0].startswith("0x"):
            found.append("0x" + token[0][2:].upper())
        else:
            found.append(token[0])
    return found


def spelled_text(text: str) -> str:
    """Return a string constant in the quotes that the formatter prefers: double ones, unless they cost escapes."""
    prefix, quote = text[: text.index(text[-1])], text[-1]
    inside = text[len(prefix) + 1 : -1]
    if quote == '"':
        return text
    if "r" in prefix or "f" in prefix:
        return (
            text
            if '"' in inside or "\\" in inside or "{" in inside and "'" in inside
            else f'{prefix}"{inside}"'
        )
    if inside.count('"') > inside.count("\\'"):
        return text
    plain = re.sub(r"\\(.)", lambda found: "'" if found[1] == "'" else found[0], inside.replace('"', '\\"'))
    return f'{prefix}"{plain}"'


@dataclass(slots=True)
class Parser:
    """Reads expressions from tokens."""

    tokens: list[str]
    at: int = 0

    def peek(self) -> str:
        """Return the next token, `""` at the end."""
        while self.at < len(self.tokens) and self.tokens[self.at] == "\n":
            self.at += 1
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        """Take the next token."""
        token = self.peek()
        self.at += 1
        return token

    def take(self, token: str) -> bool:
        """Take `token` if it is the next one."""
        if self.peek() != token:
            return False
        self.at += 1
        return True

    def need(self, token: str) -> None:
        """Take `token`, which has to be there."""
        if not self.take(token):
            raise Unknown

    def row(self) -> Node:
        """Read an expression or a tuple without brackets."""
        first = self.item()
        if self.peek() != ",":
            return first
        items = [first]
        while self.take(","):
            if self.peek() in ("", "=", "in", ":"):
                break
            items.append(self.item())
        return Bare(items)

    def item(self) -> Node:
        """Read an expression, or one behind a star."""
        if self.peek() in ("*", "**"):
            return Prefixed(self.next(), self.expression())
        return self.expression()

    def expression(self) -> Node:
        """Read an expression."""
        if self.take("lambda"):
            words = []
            while self.peek() != ":":
                words.append(self.next())
                if not words[-1] or words[-1] in "()[]{}=":
                    raise Unknown
            self.need(":")
            return Lambda(" ".join(words).replace(" ,", ","), self.expression())
        body = self.operation(13)
        if isinstance(body, Atom) and self.take(":="):
            return Prefixed(f"{body.text} := ", self.expression())
        if not self.take("if"):
            return body
        test = self.operation(13)
        self.need("else")
        return Conditional(body, test, self.expression())

    def operation(self, level: int) -> Node:
        """Read operands and operators that bind as `level` or tighter."""
        operands, operators = [self.operand()], []
        while True:
            found = self.operator()
            if found is None or _BINDING[found] > level:
                break
            self.at += 2 if " " in found else 1
            operands.append(self.operand())
            operators.append(found)
        return Operation(operands, operators) if operators else operands[0]

    def operator(self) -> str | None:
        """Return the operator that is next, without taking it."""
        token = self.peek()
        if token in ("is", "not"):
            after = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else ""
            if token == "is":
                return "is not" if after == "not" else "is"
            return "not in" if after == "in" else None
        return token if token in LEVELS else None

    def operand(self) -> Node:
        """Read what stands between operators."""
        token = self.peek()
        if token == "not":
            self.at += 1
            return Prefixed("not ", self.operation(10))
        if token in ("-", "+", "~"):
            self.at += 1
            return Prefixed(token, self.operation(2))
        return self.trailers(self.primary())

    def trailers(self, value: Node) -> Node:
        """Read members, calls and elements of `value`."""
        while True:
            if self.take("."):
                value = Member(value, self.next())
            elif self.take("("):
                value = Call(value, self.arguments())
            elif self.take("["):
                value = Element(value, self.index())
            else:
                return value

    def primary(self) -> Node:
        """Read a name, a constant or something in brackets."""
        token = self.next()
        if token == "(":
            return self.round()
        if token in "[{" and token:
            return self.listed(token)
        if token and (token[0].isalnum() or token[0] in "_\"'" or token == "..."):
            if token in ("await", "yield", "async", "in", "is", "and", "or", "else", "for"):
                raise Unknown
            if token[-1] in "\"'" and self.peek()[-1:] in ('"', "'"):
                texts = [token]
                while self.peek()[-1:] in ('"', "'") and self.peek():
                    texts.append(self.next())
                if any(text[0] != "f" or text[-1] != token[-1] for text in texts):
                    raise Unknown
                return Joined(texts)
            return Atom(token)
        raise Unknown

    def round(self) -> Node:
        """Read what follows a round bracket."""
        if self.take(")"):
            return Items("(", [], ")")
        first = self.item()
        if self.peek() == "for":
            return self._closed("(", first)
        if self.take(")"):
            return first if isinstance(first, Bracketed) else Bracketed(first)
        return self.rest("(", [first], ")")

    def _closed(self, opening: str, element: Node) -> Node:
        clauses = self.clauses()
        closing = {"(": ")", "[": "]", "{": "}"}[opening]
        self.need(closing)
        return Comprehension(opening, element, clauses, closing)

    def rest(self, opening: str, items: list[Node], closing: str, pairs: bool = False) -> Items:
        """Read the items after the first one, and the closing bracket."""
        magic = False
        while not self.take(closing):
            self.need(",")
            magic = self.at < len(self.tokens) and self.tokens[self.at] == "\n"
            if self.peek() == closing:
                continue
            magic = False
            items.append(self.pair() if pairs else self.argument() if opening == "call" else self.item())
        if opening == "(" and len(items) == 1:
            magic = False
        return Items(opening, items, closing, magic, pairs)

    def listed(self, opening: str) -> Node:
        """Read a list, a set or a dictionary."""
        closing = "]" if opening == "[" else "}"
        if self.take(closing):
            return Items(opening, [], closing)
        first = self.item() if opening == "[" else self.pair()
        if self.peek() == "for":
            return self._closed(opening, first)
        return self.rest(opening, [first], closing, pairs=opening == "{")

    def pair(self) -> Node:
        """Read an item of a set or a dictionary."""
        key = self.item()
        return Prefixed(": ", self.expression(), key) if self.take(":") else key

    def argument(self) -> Node:
        """Read an argument of a call."""
        found = self.item()
        if self.peek() == "=" and isinstance(found, Atom):
            self.at += 1
            return Prefixed(f"{found.text}=", self.expression())
        return found

    def arguments(self) -> Items:
        """Read the arguments after the bracket of a call."""
        if self.take(")"):
            return Items("call", [], ")")
        first = self.argument()
        if self.peek() == "for":
            clauses = self.clauses()
            self.need(")")
            return Items("call", [Comprehension("", first, clauses, "")], ")")
        return self.rest("call", [first], ")")

    def index(self) -> Node:
        """Read what stands in square brackets, and the closing one."""
        parts: list[Node | None] = []
        items: list[Node] = []
        found: Node | None = None
        while not self.take("]"):
            if self.take(":"):
                parts.append(found)
                found = None
            elif self.take(","):
                if found is None or parts:
                    raise Unknown
                items.append(found)
                found = None
            elif found is None:
                found = self.item()
            else:
                raise Unknown
        if parts:
            return Slice([*parts, found])
        if items:
            return Bare([*items, *([found] if found is not None else [])])
        if found is None:
            raise Unknown
        return found

    def clauses(self) -> list[tuple[str, Node, list[Node]]]:
        """Read the `for … in … if …` of a comprehension."""
        found: list[tuple[str, Node, list[Node]]] = []
        while self.take("for"):
            target = ""
            while (token := self.next()) != "in":
                if not token or not (token.isidentifier() or token in ",()"):
                    raise Unknown
                target += ", " if token == "," else token
            tests, iterable = [], self.operation(13)
            while self.take("if"):
                tests.append(self.operation(13))
            if target.endswith(", "):
                target = f"({target[:-1]})"
            found.append((target, iterable, tests))
        return found
