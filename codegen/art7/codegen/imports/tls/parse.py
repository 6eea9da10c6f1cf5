"""Text in the TLS presentation language → declarations, with every mistake reported and read over (RFC 8446 §3).

Drafts hold more than the language: formulas between declarations, `;` for `,`, brackets that are not closed. What was
meant is taken where one reading is left, and said.
"""

from __future__ import annotations

import re

from art7.codegen.imports.faults import Faults, Source
from art7.codegen.imports.scan import END, Cursor, Lost, Token, number, scan, shown
from art7.codegen.imports.tls.syntax import (
    Alias,
    Bound,
    Case,
    Choice,
    Constant,
    Declaration,
    Enumeration,
    Member,
    Part,
    Struct,
    Value,
    Vector,
)
from art7.grammar.diagnostics import Span

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<comment>/\*(?:[^*]|\*(?!/))*+\*/|//[^\n]*)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*)
    |(?P<number>0[xX][0-9A-Fa-f]+|[0-9]+)
    |(?P<text>"[^"\n]*")
    |(?P<open>/\*|")
    |(?P<sign>\.\.|\|\||[{}()\[\]<>;:,.=^+\-*/|?&%!'$#@~])""",
    re.VERBOSE,
)
_OLD = {"digitally-signed", "stream-ciphered", "block-ciphered", "aead-ciphered", "public-key-encrypted"}


def parse(source: Source, faults: Faults) -> list[Declaration]:
    """Return the declarations of a text in their order."""
    return _Parser(scan(source, _TOKEN, faults, _tidy), source, faults).declarations()


def _tidy(comment: str) -> str:
    inner = comment[2:-2] if comment.startswith("/*") else comment[2:]
    return " ".join(part.strip("* \t") for part in inner.split("\n")).strip()


class _Parser(Cursor):
    def declarations(self) -> list[Declaration]:
        found: list[Declaration] = []
        while self.token.kind != END:
            try:
                declaration = self._declaration()
            except Lost:
                self._to_next()
            else:
                found += [declaration] if declaration else []
        return found

    def _to_next(self) -> None:
        """Pass what is left of a declaration: up to a `;` behind `}`, or to a word that begins another one."""
        self.depth = 0
        first = self.at
        while self.token.kind != END:
            starts_line = self.source.span(self.token.start, self.token.start).column == 1
            if self.at > first and starts_line and self.is_next("struct", "enum"):
                return
            self.at += 1
            if self.tokens[self.at - 1].text == ";" and self.tokens[self.at - 2].kind == "word":
                before = self.tokens[self.at - 3].text if self.at > 2 else ""
                if before == "}":
                    return

    def _declaration(self) -> Declaration | None:
        first = self.token
        if self.accept(";"):
            return None
        if self.is_next("enum"):
            return self._enumeration()
        if self.is_next("struct"):
            return self._struct()
        if first.kind == "word" and self.ahead(1).text == "=":
            self._formula()
            return None
        if first.kind != "word":
            raise self.lost("`struct`, `enum` or a type", "here")
        if self.is_next("select"):
            raise self.lost("a `struct` around `select`", "here")
        member = self._member("a declaration")
        if isinstance(member, Choice):
            raise Lost
        if isinstance(member.value, int):
            return Constant(member.name, member.type, member.value, member.doc, member.span)
        return Alias(member.name, member, member.span)

    def _formula(self) -> None:
        """`name = FUNCTION(…)`: prose about a computed value. It ends with its brackets, or with its line."""
        first, at = self.token, self.at
        self.at += 2
        level = 0
        while self.token.kind != END:
            new_line = "\n" in self.source.text[self.tokens[self.at - 1].end : self.token.start]
            if level <= 0 and (new_line and self.at > at + 2):
                break
            level += {"(": 1, ")": -1}.get(self.token.text, 0)
            self.at += 1
            if self.tokens[self.at - 1].text == ";":
                break
        text = self.text(at, self.at)
        self.faults.lost(
            "A7-P222",
            f"the formula {shown(text)} describes how a value is computed",
            self.place(first, self.tokens[self.at - 1]),
            f"describe it in a `schedule`, or as the value of `{first.text}`: `= …`",
        )

    def _enumeration(self) -> Enumeration:
        first = self.take()
        self.expect("{", "behind `enum`")
        values: list[Value] = []
        largest = 0
        bound: int | None = None
        while not self.is_next("}"):
            if self.token.kind == END:
                raise self.lost("`}`", "at the end of the enum")
            if self.is_next("("):
                self.take()
                bound = self._number("the largest value")
                largest = max(largest, bound)
                self.expect(")", "behind the largest value")
            else:
                values.append(self._value())
                largest = max(largest, values[-1].high)
            if self.is_next(";"):
                self.faults.mistake(
                    "A7-P200",
                    "expected `,` between values of an enum, found `;`",
                    self.here(),
                    "put `,` there",
                )
                self.take()
            elif not self.accept(",") and not self.is_next("}"):
                raise self.lost("`,`", "between values of an enum")
        self.take()
        self._tell_beyond(values, bound)
        name = self.word("a name", "behind the enum")
        self._end(name)
        return Enumeration(name.text, tuple(values), largest, first.comment, self.place(name))

    def _tell_beyond(self, values: list[Value], bound: int | None) -> None:
        """Values that the largest one of their enum, which gives its width, does not leave room for."""
        for value in values:
            if bound is not None and value.high > bound:
                self.faults.mistake(
                    "A7-P206",
                    f"`{value.name}` is {value.high}, and the largest value of the enum is said to be {bound}",
                    value.span,
                    "correct the value, or the largest one",
                )

    def _value(self) -> Value:
        name = self.word("the name of a value", "in an enum")
        low = high = 0
        if self.accept("("):
            low = high = self._number("a value")
            if self.accept(".."):
                high = self._number("the end of the range")
            self.expect(")", "behind the value")
        else:
            self.faults.lost(
                "A7-P222",
                f"`{name.text}` has no number, so it is never on the wire",
                self.place(name),
                "give it one",
            )
            low = high = -1
        if high < low:
            self.faults.mistake(
                "A7-P206",
                f"the range of `{name.text}` is empty: {low}..{high}",
                self.place(name),
                "exchange its ends",
            )
            low, high = high, low
        doc = (
            name.comment
            or self.tokens[self.at - 1].after
            or (self.token.after if self.is_next(",", ";") else "")
        )
        return Value(name.text, low, high, doc, self.place(name))

    def _number(self, what: str) -> int:
        """A sum of numbers and powers: `2^16-1`."""
        total = self._power(what)
        while self.is_next("+", "-"):
            sign = 1 if self.take().text == "+" else -1
            total += sign * self._power(what)
        if not 0 <= total < 1 << 64:
            self.faults.mistake(
                "A7-P202", f"{what} lies outside of 0 to 2^64 - 1", self.behind(), "correct it"
            )
            raise Lost
        return total

    def _power(self, what: str) -> int:
        token = self.word(what, "here", "number")
        value = number(token.text)
        if value is None:
            self.faults.mistake(
                "A7-P202",
                f"{shown(token.text)} is no number",
                self.place(token),
                "write it otherwise",
            )
            raise Lost
        if self.accept("^"):
            exponent = number(self.word("an exponent", "behind `^`", "number").text)
            if exponent is None or exponent > 64 or value > 16:
                self.faults.mistake(
                    "A7-P202", "a power beyond 2^64", self.place(token), "write a smaller one"
                )
                raise Lost
            value = value**exponent
        return value

    def _struct(self) -> Struct:
        first = self.take()
        self.enter()
        self.expect("{", "behind `struct`")
        parts, closed_by = self._parts("the struct")
        if closed_by is None:
            self.expect("}", "at the end of the struct")
            closed_by = self.word("a name", "behind the struct")
            self._end(closed_by)
        self.leave()
        return Struct(closed_by.text, parts, first.comment, self.place(closed_by))

    def _parts(self, where: str) -> tuple[tuple[Part, ...], Token | None]:
        """Members up to `}`, `case` or `default`; with the name of the struct where its `}` was left out."""
        parts: list[Part] = []
        while not self.is_next("}", "case", "default"):
            if (
                self.token.kind == END
                or (self.is_next("enum") and self.ahead(1).text == "{")
                or self._begins()
            ):
                last = parts[-1] if parts else None
                if isinstance(last, Choice) and last.name:
                    self.faults.mistake(
                        "A7-P200",
                        f"`{last.name}` names a struct whose `}}` is missing",
                        self.behind(),
                        "close the `select` and the struct before the name",
                    )
                    parts[-1] = Choice(last.path, last.cases, "", last.span)
                    name = Token(
                        "word", last.name, self.tokens[self.at - 2].start, self.tokens[self.at - 2].end
                    )
                    return tuple(parts), name
                raise self.lost("`}`", f"at the end of {where}")
            if self.accept(";"):
                continue
            depth = self.depth
            try:
                parts.append(self._member(where))
            except Lost:
                self.depth = depth
                if not self._past_line():
                    raise
        return tuple(parts), None

    def _past_line(self) -> bool:
        """Pass what is left of a member that ends with `;` in its line; whether it does."""
        line, at = self.source.span(self.token.start, self.token.start).line, self.at
        while self.tokens[at].kind != END and self.tokens[at].text not in ("{", "}"):
            start = self.tokens[at].start
            if self.source.span(start, start).line != line:
                return False
            at += 1
            if self.tokens[at - 1].text == ";":
                self.at = at
                return True
        return False

    def _begins(self) -> bool:
        return (
            self.is_next("struct")
            and self.ahead(1).text == "{"
            and (self.source.span(self.token.start, self.token.start).column == 1)
        )

    def _member(self, where: str) -> Part:
        if self.is_next("select"):
            return self._choice()
        first = self.token
        body: tuple[Part, ...] | None = None
        is_optional = False
        if self.is_next("struct"):
            self.take()
            self.enter()
            self.expect("{", "behind `struct`")
            body, _ = self._parts("the struct")
            self.expect("}", "at the end of the struct")
            self.leave()
            type_ = "struct"
            if self.accept(";"):
                return Member(type_, "", None, None, False, first.comment, self.place(first), body)
        elif self.is_next("optional"):
            type_, is_optional = self._optional(), True
        else:
            type_ = self.word("a type", f"in {where}").text
            if type_ in _OLD:
                self.faults.lost(
                    "A7-P222",
                    f"`{type_}` says how what follows is protected",
                    self.place(first),
                    "describe its result: signed content, then a signature",
                )
                return self._member(where)
        name = self.word("a name", f"behind the type `{type_}`")
        vector = self._vector()
        value = self._constant()
        self._semicolon(name)
        doc = first.comment or self.tokens[self.at - 1].after
        return Member(type_, name.text, vector, value, is_optional, doc, self.place(first, name), body)

    def _optional(self) -> str:
        first = self.take()
        if self.accept("<"):
            inner = self.word("a type", "in `optional`").text
            self.expect(">", "behind the type")
            return inner
        self.faults.mistake(
            "A7-P200",
            f"expected `<` behind `optional`, found {shown(self.token.text)}",
            self.place(first),
            "write `optional<T>`",
        )
        return self.word("a type", "behind `optional`").text

    def _vector(self) -> Vector | None:
        if self.accept("["):
            size = self._bound("a size")
            self.expect("]", "behind the size")
            return Vector(size, size, is_fixed=True)
        if not self.accept("<"):
            return None
        if self.is_next("V") and self.ahead(1).text == ">":
            self.at += 2
            return Vector(is_variable=True)
        at = self.token
        low = self._bound("the least size")
        self.expect("..", "between the bounds")
        high = self._bound("the greatest size")
        self.expect(">", "behind the bounds")
        if isinstance(low, int) and isinstance(high, int) and (low > high or high == 0):
            self.faults.mistake(
                "A7-P206", f"the bounds <{low}..{high}> are empty", self.place(at), "exchange them"
            )
            raise Lost
        return Vector(low, high)

    def _bound(self, what: str) -> Bound:
        if self.token.kind != "word":
            return self._number(what)
        parts = [self.take().text]
        while self.accept("."):
            parts.append(self.word("a name", "behind `.`").text)
        return ".".join(parts)

    def _constant(self) -> int | str | None:
        if not self.accept("="):
            return None
        if self.token.kind == "word":
            return self.take().text
        return self._number("a value")

    def _semicolon(self, name: Token) -> None:
        if self.accept(";"):
            return
        self.faults.mistake(
            "A7-P200",
            f"expected `;` behind `{name.text}`, found {shown(self.token.text)}",
            self.behind(),
            "put `;` there",
        )
        if not (self.is_next("}", "case", "default", "select") or self.token.kind in ("word", END)):
            self.skip((";",))
            self.accept(";")

    def _end(self, name: Token) -> None:
        if not self.accept(";"):
            self.faults.mistake(
                "A7-P200",
                f"expected `;` behind `{name.text}`, found {shown(self.token.text)}",
                self.behind(),
                "put `;` there",
            )

    def _choice(self) -> Choice:
        first = self.take()
        self.enter()
        self.expect("(", "behind `select`")
        path = [self.word("a member", "in `select`").text]
        while self.accept("."):
            path.append(self.word("a member", "behind `.`").text)
        self.expect(")", "behind the member")
        self.expect("{", "behind `select (…)`")
        cases: list[Case] = []
        while not self.is_next("}"):
            cases.append(self._case())
        self.take()
        name = self.take().text if self.token.kind == "word" and self.ahead(1).text == ";" else ""
        self.accept(";")
        self.leave()
        return Choice(tuple(path), tuple(cases), name, self.place(first))

    def _case(self) -> Case:
        labels: list[tuple[str, Span]] = []
        if self.accept("default"):
            self.expect(":", "behind `default`")
        else:
            if not self.is_next("case"):
                raise self.lost("`case`, `default` or `}`", "in `select`")
            while self.accept("case"):
                while True:
                    if self.token.kind not in ("word", "number"):
                        raise self.lost("a value", "behind `case`")
                    label = self.take()
                    labels.append((label.text, self.place(label)))
                    if not self.accept(","):
                        break
                self.expect(":", "behind the value")
        if self._is_bare():
            token = self.take()
            self.accept(";")
            member = Member(token.text, "", None, None, False, token.after, self.place(token))
            return Case(tuple(labels), (member,))
        parts, _ = self._parts("the case")
        return Case(tuple(labels), parts)

    def _is_bare(self) -> bool:
        """Whether a case holds a type alone: `case client_hello: ClientHello;`."""
        return (
            self.token.kind == "word"
            and self.ahead(1).text in (";", "case", "}", "default")
            and (self.token.text != "struct")
        )
