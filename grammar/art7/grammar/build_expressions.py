"""Productions → syntax nodes: names, literals and expressions.

Each method is called by the parser when it reduces the rule (or alias) of the same name in `art7.lark`, with
the indices of the first and last terminal of the text it covers and then the children that the rule keeps:
a terminal as its index, an absent optional part as None, a repetition as a list.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from art7.grammar import limits, literals, syntax
from art7.grammar.diagnostics import Span
from art7.grammar.faults import Faults, escaped
from art7.grammar.syntax import Argument, Expr, Meta, Name, Pair, QName, Ref
from art7.grammar.terminals import Terminals, TooDeep


class BuildExpressions:
    """Names, meta, literals and expressions."""

    def __init__(self, terminals: Terminals, faults: Faults) -> None:
        self.terminals = terminals
        self.faults = faults
        self.kinds = terminals.kinds
        self.texts = terminals.texts
        self.starts = terminals.starts
        self.lines = terminals.lines
        self.line_starts = terminals.line_starts
        self.file = terminals.file
        self.span = terminals.span
        self.spread = terminals.spread
        self.words: dict[str, str] = {}

    # ---- shared ----

    def at(self, index: int) -> Span:
        """The place of one terminal."""
        if index in self.spread:
            return self.span(index, index)
        start = self.starts[index]
        line = self.lines[index]
        column = start - self.line_starts[line] + 1
        size = len(self.texts[index])
        return Span(self.file, line, column, line, column + size, start, start + size)

    def word(self, index: int) -> str:
        """The identifier at a terminal, without back-quotes; ASCII whatever was written."""
        text = self.texts[index]
        if text.isidentifier() and text.isascii():
            return text
        return self.words.setdefault(text, _plain_word(text))

    def name_at(self, index: int) -> Name:
        """The name at a terminal."""
        return Name(self.at(index), self.word(index))

    def name_or_none(self, index: int | None) -> Name | None:
        """The name at a terminal, if it was written."""
        return None if index is None else Name(self.at(index), self.word(index))

    def characters(self, index: int) -> str:
        """The text of the quoted terminal at `index`; reports an escape that is none."""
        value, bad = literals.characters(self.texts[index])
        if bad is not None:
            start = self.at(index)
            column = start.column + bad.offset
            offset = start.start + bad.offset
            size = len(bad.text)
            span = Span(self.file, start.line, column, start.line, column + size, offset, offset + size)
            advice = r"write \r \n \t \0 \\ \' \xHH or \u{H…}"
            self.faults.add("A7-P007", f"`{escaped(bad.text)}` is no escape", span, help=advice)
        return value

    def deeper(self, first: int, last: int, height: int) -> int:
        """One more than `height`; raises `TooDeep` beyond the limit."""
        if height >= limits.DEPTH:
            raise TooDeep(self.span(first, last))
        return height + 1

    def qname(self, first: int, last: int, head: int, tail: Sequence[int] = ()) -> QName:
        if not tail:
            span = self.at(head)
            return QName(span, (Name(span, self.word(head)),))
        return QName(self.span(first, last), tuple(map(self.name_at, (head, *tail))))

    def names(self, first: int, last: int, head: int, tail: Sequence[int] = ()) -> tuple[Name, ...]:
        return tuple(map(self.name_at, (head, *tail)))

    def qnames(self, first: int, last: int, head: QName, tail: Sequence[QName] = ()) -> tuple[QName, ...]:
        return (head, *tail)

    def version_text(self, first: int, last: int, index: int) -> str:
        return self.texts[index]

    def integer(self, first: int, last: int, index: int) -> syntax.Int:
        return self.int_value(first, last, index)

    def metas(self, first: int, last: int, parts: Sequence[int] = ()) -> Meta:
        if not parts:
            return syntax.NO_META
        docs = [self.characters(index) for index in parts if self.kinds[index] == "STRING"]
        refs = [self.citation(index) for index in parts if self.kinds[index] != "STRING"]
        return Meta(" ".join(docs), tuple(refs))

    def citation(self, index: int) -> Ref:
        """``ref RFC8489#14.2`` at one terminal."""
        document, _, section = self.texts[index][3:].strip().partition("#")
        return Ref(self.at(index), document, section or None)

    # ---- values ----

    def int_value(self, first: int, last: int, index: int) -> syntax.Int:
        text = self.texts[index]
        value = int(text) if len(text) < 19 and text.isdecimal() else literals.integer(text)
        return syntax.Int(self.at(index), value, text)

    def version_value(self, first: int, last: int, index: int) -> syntax.Version:
        return syntax.Version(self.at(index), self.texts[index])

    def duration_value(self, first: int, last: int, index: int) -> syntax.Duration:
        text = self.texts[index]
        return syntax.Duration(self.at(index), literals.milliseconds(text), text)

    def chars_value(self, first: int, last: int, index: int) -> syntax.Chars:
        return syntax.Chars(self.at(index), self.characters(index))

    def hex_value(self, first: int, last: int, index: int) -> syntax.Hex:
        return syntax.Hex(self.at(index), literals.octets(self.texts[index]))

    def bool_value(self, first: int, last: int, index: int) -> syntax.Bool:
        return syntax.Bool(self.at(index), self.texts[index] == "true")

    def null_value(self, first: int, last: int) -> syntax.Null:
        return syntax.Null(self.span(first, last))

    def name_ref(self, first: int, last: int, index: int) -> syntax.NameRef:
        return syntax.NameRef(self.at(index), self.word(index))

    # ---- operators ----

    def attr(self, first: int, last: int, base: Expr, name: int) -> syntax.Attr:
        height = self.deeper(first, last, base.height)
        return syntax.Attr(self.span(first, last), base, self.name_at(name), height)

    def index(self, first: int, last: int, base: Expr, index: Expr) -> syntax.Index:
        height = self.deeper(first, last, max(base.height, index.height))
        return syntax.Index(self.span(first, last), base, index, height)

    def call(self, first: int, last: int, function: Expr, args: tuple[Argument, ...] | None) -> syntax.Call:
        args = args or ()
        height = self.deeper(first, last, max(function.height, _tallest(args)))
        return syntax.Call(self.span(first, last), function, args, height)

    def unary(self, first: int, last: int, op: int, operand: Expr) -> syntax.Unary:
        height = self.deeper(first, last, operand.height)
        return syntax.Unary(self.span(first, last), self.texts[op], operand, height)

    def binary(self, first: int, last: int, left: Expr, op: int, right: Expr) -> syntax.Binary:
        height = self.deeper(first, last, max(left.height, right.height))
        return syntax.Binary(self.span(first, last), self.texts[op], left, right, height)

    def member_of(self, first: int, last: int, value: Expr, low: Expr, high: Expr | None) -> syntax.MemberOf:
        tallest = max(value.height, low.height, high.height if high else 0)
        height = self.deeper(first, last, tallest)
        return syntax.MemberOf(self.span(first, last), value, low, high, height)

    def conditional(
        self, first: int, last: int, test: Expr, value: Expr, otherwise: Expr
    ) -> syntax.Conditional:
        height = self.deeper(first, last, max(test.height, value.height, otherwise.height))
        return syntax.Conditional(self.span(first, last), test, value, otherwise, height)

    def quantified(
        self, first: int, last: int, word: int, name: int, source: Expr, body: Expr
    ) -> syntax.Quantified:
        kind: Literal["every", "some"] = "every" if self.texts[word] == "every" else "some"
        height = self.deeper(first, last, max(source.height, body.height))
        return syntax.Quantified(self.span(first, last), kind, self.name_at(name), source, body, height)

    # ---- lists, records, arguments ----

    def expr_list(self, first: int, last: int, head: Expr, tail: Sequence[Expr] = ()) -> tuple[Expr, ...]:
        return (head, *tail)

    def list_value(self, first: int, last: int, items: tuple[Expr, ...] | None) -> syntax.ListExpr:
        items = items or ()
        height = self.deeper(first, last, max((item.height for item in items), default=0))
        return syntax.ListExpr(self.span(first, last), items, height)

    def pair(self, first: int, last: int, name: int, value: Expr) -> Pair:
        return Pair(self.span(first, last), self.name_at(name), value)

    def quoted_pair(self, first: int, last: int, chars: int, value: Expr) -> Pair:
        return Pair(self.span(first, last), Name(self.at(chars), self.characters(chars)), value)

    def pairs(self, first: int, last: int, head: Pair, tail: Sequence[Pair] = ()) -> tuple[Pair, ...]:
        return (head, *tail)

    def record(self, first: int, last: int, pairs: tuple[Pair, ...] | None) -> syntax.Record:
        pairs = pairs or ()
        height = self.deeper(first, last, max((pair.value.height for pair in pairs), default=0))
        return syntax.Record(self.span(first, last), pairs, height)

    def bare_argument(self, first: int, last: int, value: Expr) -> Argument:
        return Argument(value.span, None, value)

    def labelled_argument(self, first: int, last: int, label: int, value: Expr) -> Argument:
        return Argument(self.span(first, last), self.name_at(label), value)

    def args(
        self, first: int, last: int, head: Argument, tail: Sequence[Argument] = ()
    ) -> tuple[Argument, ...]:
        return (head, *tail)


def _tallest(args: tuple[Argument, ...]) -> int:
    return max((argument.value.height for argument in args), default=0)


def _plain_word(text: str) -> str:
    """A lexeme that stands for a name, as an ASCII name."""
    inner = text.strip("`")[: limits.NAME_CHARACTERS]
    word = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in inner)
    return word if word and not word[0].isdigit() else f"_{word}"
