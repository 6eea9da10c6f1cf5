"""CDDL text → rules, every mistake reported and the rule that holds it left out (RFC 8610)."""

from __future__ import annotations

import base64
import binascii
import re

from art7.codegen.imports.cddl.syntax import (
    Array,
    Choice,
    Control,
    Entry,
    Group,
    Inline,
    Literal,
    Major,
    Map,
    Range,
    Ref,
    Rule,
    Tag,
    Type,
    Values,
)
from art7.codegen.imports.faults import Faults, Source
from art7.codegen.imports.scan import END, Cursor, Lost, Token, number, scan, shown
from art7.grammar.diagnostics import Span

_ID = r"[A-Za-z@_$](?:[A-Za-z0-9@_$]|[.\-](?=[-.]*[A-Za-z0-9@_$])(?!\.))*"
_TOKEN = re.compile(
    rf"""(?P<space>[ \t\r\n]+)
    |(?P<comment>;[^\n]*)
    |(?P<octets>(?:h|b64)?'(?:\\.|[^'\\])*+')
    |(?P<control>\.[A-Za-z@_$][A-Za-z0-9@_$-]*)
    |(?P<word>{_ID})
    |(?P<text>"(?:\\.|[^"\\\n])*+")
    |(?P<tag>\#(?:[0-9](?:\.[0-9]+)?)?)
    |(?P<number>-?0x[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]+)?(?:p[+-]?[0-9]+)?|-?0b[01]+|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    |(?P<open>["'])
    |(?P<sign>\.\.\.|\.\.|=>|//=|/=|//|[=/(){{}}\[\]<>,:*+?&~^])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def parse(source: Source, faults: Faults) -> dict[str, Rule]:
    """Return the rules of a text by name, in their order; choices that are added later are in the rule."""
    return _Parser(scan(source, _TOKEN, faults, lambda comment: comment.lstrip("; ")), source, faults).rules()


def _unescaped(text: str) -> str:
    def resolve(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        if code is None:
            return _LETTERS.get(match[3], match[3])
        point = int(code, 16)
        return chr(point) if point < 0x110000 and not 0xD800 <= point < 0xE000 else "\ufffd"

    return _ESCAPE.sub(resolve, text)


class _Parser(Cursor):
    def __init__(self, tokens: list[Token], source: Source, faults: Faults) -> None:
        super().__init__(tokens, source, faults)
        self.not_groups: set[int] = set()

    def rules(self) -> dict[str, Rule]:
        found: dict[str, Rule] = {}
        while self.token.kind != END:
            try:
                self._rule(found)
            except Lost:
                self._to_next()
        return found

    def _to_next(self) -> None:
        """Pass what is left of a rule, up to a line that begins another one."""
        self.depth = 0
        while self.token.kind != END:
            self.at += 1
            before = self.tokens[self.at - 1].end
            if self._begins_rule() and "\n" in self.source.text[before : self.token.start]:
                return

    def _begins_rule(self) -> bool:
        if self.token.kind != "word":
            return False
        at = 1
        if self.ahead(1).text == "<":
            while self.ahead(at).text not in (">", "") and at < 40:
                at += 1
            at += 1
        return self.ahead(at).text in ("=", "/=", "//=") and self.ahead(at).kind == "sign"

    def _rule(self, found: dict[str, Rule]) -> None:
        name = self.word("the name of a rule", "here")
        params: list[str] = []
        if self.accept("<"):
            while True:
                params.append(self.word("a parameter", "between `<` and `>`").text)
                if not self.accept(","):
                    break
            self.expect(">", "behind the parameters")
        sign = self.take()
        if sign.text not in ("=", "/=", "//="):
            self.at -= 1
            raise self.lost("`=`", f"behind the name `{name.text}`")
        type_, group = self._type_or_group(sign.text == "//=")
        if self.token.kind != END and not self._begins_rule():
            raise self.lost("the next rule", f"behind the rule `{name.text}`")
        doc = name.comment or sign.after or self.tokens[self.at - 1].after
        rule = Rule(name.text, tuple(params), type_, group, doc, self.place(name))
        known = found.get(name.text)
        if known is None:
            found[name.text] = rule
        elif sign.text == "=":
            self.faults.mistake(
                "A7-P203",
                f"`{name.text}` is defined twice",
                rule.span,
                "rename one of them, or add to it by `/=`",
            )
        else:
            self._add(known, rule)

    def _add(self, known: Rule, more: Rule) -> None:
        if known.type is not None and more.type is not None:
            old = known.type.options if isinstance(known.type, Choice) else (known.type,)
            new = more.type.options if isinstance(more.type, Choice) else (more.type,)
            known.type = Choice((*old, *new), known.span)
            known.group = None
        elif known.group is not None and more.group is not None:
            known.group = Group((*known.group.choices, *more.group.choices), known.span)
            known.type = None

    def _type_or_group(self, is_group: bool) -> tuple[Type | None, Group | None]:
        """A rule is a type, or a group in brackets, or an entry of a group; what begins like both is both."""
        at, count = self.at, len(self.faults.report.diagnostics)
        if not is_group and not self.is_next("("):
            return self._type(), None
        if is_group:
            first = self.token
            entries = [self._entry()]
            return None, Group((tuple(entries),), self.place(first))
        first = self.token
        self.take()
        group = self._group(")")
        self.expect(")", "at the end of the group")
        rest_is_type = self.token.kind == "control" or self.is_next("/", "..", "...")
        alone = group.choices[0] if len(group.choices) == 1 else ()
        if rest_is_type and not count < len(self.faults.report.diagnostics):
            self.at = at
            return self._type(), None
        if (
            len(alone) == 1
            and isinstance(alone[0], Entry)
            and alone[0].key is None
            and not alone[0].word
            and (alone[0].low == alone[0].high == 1 and not isinstance(alone[0].value, Ref))
        ):
            return alone[0].value, group
        return None, Group(group.choices, self.place(first))

    # ---- types ----

    def _type(self) -> Type:
        self.enter()
        first = self.token
        options = [self._type1()]
        while self.accept("/"):
            options.append(self._type1())
        self.leave()
        return options[0] if len(options) == 1 else Choice(tuple(options), self._since(first))

    def _since(self, first: Token) -> Span:
        return self.place(first, self.tokens[self.at - 1])

    def _type1(self) -> Type:
        first = self.token
        left = self._type2()
        if self.is_next("..", "..."):
            sign = self.take().text
            return Range(left, self._type2(), sign == "..", self._since(first))
        while self.token.kind == "control":
            operator = self.take().text
            left = Control(left, operator, self._type2(), self._since(first))
        return left

    def _type2(self) -> Type:
        token = self.token
        match token.kind:
            case "number":
                return self._number()
            case "text":
                self.take()
                return Literal(_unescaped(token.text[1:-1]), self.place(token))
            case "octets":
                self.take()
                return Literal(self._octets(token), self.place(token))
            case "tag":
                return self._tag()
            case "word":
                return self._ref(unwrapped=False)
        if self.accept("("):
            inner = self._type()
            self.expect(")", "behind the type")
            return inner
        if self.accept("{"):
            group = self._nested("}")
            return Map(group, self._since(token))
        if self.accept("["):
            group = self._nested("]")
            return Array(group, self._since(token))
        if self.accept("~"):
            return self._ref(unwrapped=True)
        if self.accept("&"):
            if self.accept("("):
                return Values(self._nested(")"), self._since(token))
            name = self.word("a group", "behind `&`")
            entry = Entry(1, 1, None, "", Ref(name.text, (), self.place(name)), "", self.place(name))
            return Values(Group(((entry,),), self.place(name)), self._since(token))
        raise self.lost("a type", "here")

    def _nested(self, closing: str) -> Group:
        self.enter()
        group = self._group(closing)
        self.expect(closing, "at the end of the group")
        self.leave()
        return group

    def _ref(self, unwrapped: bool) -> Ref:
        name = self.word("a name", "here")
        args: list[Type] = []
        follows = self.tokens[self.at - 1].end == self.token.start
        if self.is_next("<") and follows:
            self.take()
            while True:
                args.append(self._type1())
                if not self.accept(","):
                    break
            self.expect(">", "behind the arguments")
        return Ref(name.text, tuple(args), self.place(name), unwrapped)

    def _number(self) -> Literal:
        token = self.take()
        value: int | float | None = number(token.text)
        if value is None:
            try:
                value = float.fromhex(token.text) if "x" in token.text else float(token.text)
            except (ValueError, OverflowError):
                value = None
        if value is None or value in (float("inf"), float("-inf")):
            self.faults.mistake(
                "A7-P202",
                f"{shown(token.text)} is no number that can be used",
                self.place(token),
                "correct it",
            )
            raise Lost
        return Literal(value, self.place(token))

    def _octets(self, token: Token) -> bytes:
        kind, text = token.text.split("'", 1)
        text = text[:-1]
        try:
            if kind == "h":
                return bytes.fromhex("".join(text.split()))
            if kind == "b64":
                plain = "".join(text.split()).replace("-", "+").replace("_", "/")
                return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
        except (ValueError, binascii.Error):
            self.faults.mistake(
                "A7-P202", f"{shown(token.text)} does not spell octets", self.place(token), "correct it"
            )
            raise Lost from None
        return _unescaped(text).encode("utf-8", "replace")

    def _tag(self) -> Type:
        token = self.take()
        kind, _, detail = token.text[1:].partition(".")
        if kind == "6":
            number_ = number(detail) if detail else None
            if self.accept("("):
                inner = self._type()
                self.expect(")", "behind the type")
            else:
                inner = Major(None, None, self.place(token))
            return Tag(number_, inner, self._since(token))
        if kind in ("8", "9"):
            self.faults.mistake(
                "A7-P202",
                f"{shown(token.text)}: CBOR has the major types 0 to 7",
                self.place(token),
                "correct it",
            )
            raise Lost
        return Major(int(kind) if kind else None, number(detail) if detail else None, self.place(token))

    # ---- groups ----

    def _group(self, closing: str) -> Group:
        first = self.token
        choices: list[tuple[Entry | Inline, ...]] = []
        entries: list[Entry | Inline] = []
        while not self.is_next(closing):
            if self.token.kind == END:
                raise self.lost(f"`{closing}`", "at the end of the group")
            if self.accept("//"):
                choices.append(tuple(entries))
                entries = []
                continue
            entries.append(self._entry())
            self.accept(",")
        choices.append(tuple(entries))
        return Group(tuple(choices), self.place(first))

    def _entry(self) -> Entry | Inline:
        first = self.token
        low, high = self._occurrence()
        if self.is_next("(") and self.at not in self.not_groups:
            at, depth, mark = self.at, self.depth, self.faults.mark()
            try:
                return self._bracketed(first, low, high)
            except Lost:
                # What is no group may be a type in brackets: `( a / b ) => c`, `(1..3)`. It is tried once.
                self.at, self.depth = at, depth
                self.faults.rewind(mark)
                self.not_groups.add(at)
        key: Type | None = None
        word = ""
        if self.token.kind == "word" and self.ahead(1).text == ":":
            word = self.take().text
            self.take()
            value = self._type()
        else:
            value = self._type1()
            if isinstance(value, Literal) and self.accept(":"):
                key, value = value, self._type()
            elif self.is_next("^", "=>"):
                self.accept("^")
                self.expect("=>", "behind the key")
                key, value = value, self._type()
            elif self.is_next("/"):
                options = [value]
                while self.accept("/"):
                    options.append(self._type1())
                value = Choice(tuple(options), self._since(first))
        doc = (
            first.comment or self.tokens[self.at - 1].after or (self.token.after if self.is_next(",") else "")
        )
        return Entry(low, high, key, word, value, doc, self._since(first))

    def _bracketed(self, first: Token, low: int, high: int | None) -> Entry | Inline:
        self.take()
        self.enter()
        group = self._group(")")
        self.expect(")", "at the end of the group")
        self.leave()
        if self.is_next("=>", "^", "/", "..", "...") or self.token.kind == "control":
            raise Lost
        alone = group.choices[0] if len(group.choices) == 1 else ()
        if len(alone) == 1 and isinstance(alone[0], Entry) and alone[0].key is None and not alone[0].word:
            if alone[0].low == alone[0].high == 1:
                return Entry(low, high, None, "", alone[0].value, alone[0].doc, self._since(first))
        return Inline(low, high, group, self._since(first))

    def _occurrence(self) -> tuple[int, int | None]:
        if self.accept("?"):
            return 0, 1
        if self.accept("+"):
            return 1, None
        low = 0
        if (
            self.token.kind == "number"
            and self.ahead(1).text == "*"
            and self.token.end == self.ahead(1).start
        ):
            low = number(self.take().text) or 0
        if not self.accept("*"):
            return 1, 1
        high: int | None = None
        star = self.tokens[self.at - 1]
        if (
            self.token.kind == "number"
            and self.token.start == star.end
            and self.ahead(1).text not in (":", "=>")
        ):
            high = number(self.take().text)
            if high is not None and high < low:
                self.faults.mistake(
                    "A7-P206", f"the occurrence {low}*{high} is empty", self.place(star), "exchange its ends"
                )
                low, high = high, low
        return low, high
