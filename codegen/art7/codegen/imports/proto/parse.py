"""Text of a `.proto` file → what it declares; every statement that does not fit is reported and passed over."""

from __future__ import annotations

import re

from art7.codegen.imports.faults import Faults, Source
from art7.codegen.imports.proto.syntax import Enumeration, EnumValue, FieldLine, File, Message, Option, Value
from art7.codegen.imports.scan import END, Cursor, Lost, Token, number, scan, shown
from art7.grammar.diagnostics import Span

_TOKEN = re.compile(
    r"""(?P<space>[\s\ufeff]+)
    |(?P<comment>/\*(?:[^*]|\*(?!/))*+\*/|//[^\n]*)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<number>0[xX][0-9A-Fa-f]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<text>"(?:\\.|[^"\\\n])*+"|'(?:\\.|[^'\\\n])*+')
    |(?P<open>/\*|["'])
    |(?P<sign>[{}()\[\]<>;:,.=+\-/])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(
    r"\\(?:[xX]([0-9A-Fa-f]{1,2})|([0-7]{1,3})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL
)
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
LARGEST = (1 << 29) - 1
"""The largest field number."""


def parse(source: Source, faults: Faults) -> File:
    """Return what a file declares."""
    return _Parser(scan(source, _TOKEN, faults, _tidy), source, faults).file()


def _tidy(comment: str) -> str:
    inner = comment[2:-2] if comment.startswith("/*") else comment.lstrip("/")
    return " ".join(part.strip("* \t") for part in inner.split("\n")).strip()


def unescaped(literal: str) -> str:
    """Return the text of a literal; octets beyond ASCII are characters of the same number."""

    def resolve(match: re.Match[str]) -> str:
        code = match[1] or match[3] or match[4]
        if code is not None:
            point = int(code, 16)
            return chr(point) if point < 0x110000 else "\ufffd"
        return chr(int(match[2], 8) & 0xFF) if match[2] else _LETTERS.get(match[5], match[5])

    return _ESCAPE.sub(resolve, literal[1:-1])


class _Parser(Cursor):
    def file(self) -> File:
        self.found = File()
        first = True
        while self.token.kind != END:
            try:
                self._statement(first)
            except Lost:
                self._pass()
            first = False
        return self.found

    def _pass(self) -> None:
        """Pass the rest of a statement: up to its `;`, or its braces and all that is in them."""
        self.depth = 0
        while self.token.kind != END:
            if self.is_next(";"):
                self.take()
                return
            if self.is_next("}"):
                return
            if self.is_next("{"):
                self._braces()
                return
            self.at += 1

    def _braces(self) -> None:
        self.take()
        self.skip(())
        self.accept("}")

    def _statement(self, first: bool) -> None:
        if self.accept(";"):
            return
        token = self.token
        if self.is_next("syntax", "edition"):
            self._syntax(first)
        elif self.accept("package"):
            self.found.package = self._name("a package")
            self.end("behind the package")
        elif self.is_next("import"):
            self._import()
        elif self.is_next("option"):
            self._option(f"the file {self.source.file}")
        elif self.is_next("message"):
            self._message(self.found.package, is_nested=False)
        elif self.is_next("enum"):
            self._enum(self.found.package)
        elif self.is_next("service", "extend"):
            self._lost_block()
        elif token.text == "}":
            self.faults.mistake("A7-P200", "`}` closes nothing", self.here(), "remove it")
            self.take()
        else:
            raise self.lost("`message`, `enum`, `import`, `option` or `service`", "here")

    def _syntax(self, first: bool) -> None:
        token = self.take()
        self.expect("=", f"behind `{token.text}`")
        literal = self.word("a text", "behind `=`", "text")
        value = literal.text[1:-1]
        self.end("behind the text")
        if token.text == "edition":
            self.faults.lost(
                "A7-P223",
                f"edition {shown(value)} is read by the rules of proto3",
                self.place(literal),
                "look at presence, packing and enums, which editions set by options",
            )
        elif value not in ("proto2", "proto3"):
            self.faults.mistake(
                "A7-P206", f"expected `proto3`, found {shown(value)}", self.place(literal), "write `proto3`"
            )
        if not first:
            self.faults.mistake(
                "A7-P206",
                f"`{token.text}` is not the first statement",
                self.place(token),
                "move it to the top",
            )
        self.found.is_proto2 = value == "proto2"

    def _name(self, what: str) -> str:
        parts = ["." if self.accept(".") else ""]
        parts.append(self.word(what, "here").text)
        while self.is_next(".") and self.ahead(1).kind == "word":
            self.take()
            parts.append("." + self.take().text)
        return "".join(parts)

    def _import(self) -> None:
        self.take()
        self.accept("public", "weak")
        literal = self.word("a path in quotes", "behind `import`", "text")
        self.found.imports.append((unescaped(literal.text), self.place(literal)))
        self.end("behind the path")

    def _lost_block(self) -> None:
        token = self.take()
        name = self._name("a name")
        what = (
            "the calls of a service are no messages"
            if token.text == "service"
            else "fields that extend another message"
        )
        self.faults.lost(
            "A7-P222",
            f"`{token.text} {name}`: {what}",
            self.place(token),
            "describe it as a `protocol`"
            if token.text == "service"
            else "add the fields to the message itself",
        )
        if not self.is_next("{"):
            raise self.lost("`{`", f"behind `{token.text} {name}`")
        self._braces()

    # ---- options ----

    def _option(self, where: str) -> Option:
        first = self.take()
        option = self._setting(first)
        self.end("behind the option")
        if option.name not in ("deprecated", "allow_alias"):
            self._note(option, where)
        return option

    def _note(self, option: Option, where: str) -> None:
        self.faults.note(
            "A7-P224",
            f"the option `{option.name}` of {where} says nothing about what is on the wire",
            option.span,
        )

    def _setting(self, first: Token) -> Option:
        parts = []
        while True:
            if self.accept("("):
                parts.append(f"({self._name('an option')})")
                self.expect(")", "behind the name")
            else:
                parts.append(self.word("an option", "here").text)
            if not self.accept("."):
                break
        self.expect("=", "behind the option's name")
        at = self.token
        value = self._value()
        return Option(".".join(parts), value, at.kind == "word", self.place(first, self.tokens[self.at - 1]))

    def _value(self) -> Value:
        if self.is_next("{"):
            self._braces()
            return None
        sign = -1 if self.accept("-") else 1
        self.accept("+")
        token = self.take()
        if token.kind == "text":
            parts = [unescaped(token.text)]
            while self.token.kind == "text":
                parts.append(unescaped(self.take().text))
            return "".join(parts)
        if token.kind == "number":
            whole = number(token.text)
            try:
                return sign * whole if whole is not None else sign * float(token.text)
            except (ValueError, OverflowError):
                self.faults.mistake(
                    "A7-P202", f"{shown(token.text)} is no number", self.place(token), "correct it"
                )
                return 0
        if token.kind == "word":
            return {"true": True, "false": False}.get(token.text, token.text)
        self.at -= 1
        raise self.lost("a value", "behind `=`")

    def _options(self, where: str) -> tuple[Option, ...]:
        found: list[Option] = []
        if self.accept("["):
            while True:
                found.append(self._setting(self.token))
                if not self.accept(","):
                    break
            self.expect("]", "behind the options")
        for option in found:
            if option.name not in ("packed", "deprecated", "default"):
                self._note(option, where)
        return tuple(found)

    # ---- messages ----

    def _message(self, scope: str, is_nested: bool) -> None:
        first = self.take()
        self.enter()
        name = self.word("a name", "behind `message`")
        message = Message(_join(scope, name.text), first.comment, self.place(name), is_nested)
        self.found.messages.append(message)
        self.expect("{", f"behind `message {name.text}`")
        while not self.accept("}"):
            if self.token.kind == END:
                raise self.lost("`}`", f"at the end of `message {name.text}`")
            depth = self.depth
            try:
                self._member(message)
            except Lost:
                self._pass()
                self.depth = depth
        self.leave()

    def _member(self, message: Message) -> None:
        if self.accept(";"):
            return
        follows = self.ahead(1)
        if self.is_next("message") and follows.kind == "word" and self.ahead(2).text == "{":
            self._message(message.path, is_nested=True)
        elif self.is_next("enum") and follows.kind == "word" and self.ahead(2).text == "{":
            self._enum(message.path)
        elif self.is_next("extend") and self.ahead(2).text != "=":
            self._lost_block()
        elif (
            self.is_next("option")
            and self.ahead(2).text != "="
            or (self.is_next("option") and follows.text == "deprecated")
        ):
            option = self._option(f"`{message.path}`")
            message.is_deprecated |= option.name == "deprecated" and option.value is True
        elif self.is_next("reserved", "extensions") and self.ahead(2).text != "=":
            self._reserved(message.reserved, message.reserved_names)
        elif self.is_next("oneof") and self.ahead(2).text == "{":
            self._oneof(message)
        else:
            message.fields.append(self._field(message, ""))

    def _reserved(self, numbers: list[tuple[int, int]], names: list[str]) -> None:
        word = self.take()
        first = self.token
        while True:
            if self.token.kind == "text":
                names.append(unescaped(self.take().text))
            elif self.token.kind == "word":
                names.append(self.take().text)
            else:
                low = high = self._number("a number")
                if self.accept("to"):
                    high = LARGEST if self.accept("max") else self._number("a number")
                if low > high:
                    self.faults.mistake(
                        "A7-P206",
                        f"the range {low} to {high} is empty",
                        self.place(first),
                        "exchange its ends",
                    )
                numbers.append((min(low, high), max(low, high)))
            if not self.accept(","):
                break
        if word.text == "extensions" and self.is_next("["):
            self._options("an extension range")
        if word.text == "extensions":
            self.faults.lost(
                "A7-P222",
                "numbers are left to extensions, which are kept as unknown members",
                self.place(word),
                "declare the extensions as members",
            )
        self.end(f"behind `{word.text}`")

    def _number(self, what: str) -> int:
        sign = -1 if self.accept("-") else 1
        token = self.word(what, "here", "number")
        value = number(token.text)
        if value is None or value > 1 << 40:
            self.faults.mistake(
                "A7-P202",
                f"{shown(token.text)} is not a number that fits here",
                self.place(token),
                "correct it",
            )
            raise Lost
        return sign * value

    def _oneof(self, message: Message) -> None:
        first = self.take()
        self.enter()
        name = self.word("a name", "behind `oneof`")
        message.oneofs[name.text] = (first.comment, self.place(name))
        self.expect("{", f"behind `oneof {name.text}`")
        while not self.accept("}"):
            if self.token.kind == END:
                raise self.lost("`}`", f"at the end of `oneof {name.text}`")
            if self.accept(";"):
                continue
            try:
                if (
                    self.is_next("option")
                    and self.ahead(2).text == "="
                    and self.ahead(1).kind == "word"
                    and self.ahead(3).kind != "number"
                ):
                    self._option(f"`{name.text}`")
                else:
                    message.fields.append(self._field(message, name.text))
            except Lost:
                self._pass()
        self.leave()

    def _field(self, message: Message, oneof: str) -> FieldLine:
        first = self.token
        label = key = ""
        if self.is_next("optional", "repeated", "required") and self.ahead(1).text != "=":
            label = self.take().text
        if self.is_next("group") and self.ahead(1).kind == "word" and self.ahead(2).text == "=":
            self._group()
        if self.is_next("map") and self.ahead(1).text == "<":
            self.at += 2
            key = self._name("the type of the key")
            self.expect(",", "between key and value")
            type_ = self._name("the type of the value")
            self.expect(">", "behind the types")
        else:
            type_ = self._name("a type")
        name = self.word("a name", f"behind the type `{type_}`")
        self.expect("=", f"behind `{name.text}`")
        number_ = self._number(f"the number of `{name.text}`")
        place = self.place(first, self.tokens[self.at - 1])
        options = self._options(f"`{name.text}`")
        self.end(f"behind `{name.text}`")
        if (label and oneof) or (label and key):
            what = "a member of a oneof" if oneof else "a map"
            self.faults.mistake("A7-P206", f"{what} cannot be `{label}`", place, f"remove `{label}`")
            label = ""
        doc = first.comment or self.tokens[self.at - 1].after
        return FieldLine(label, type_, name.text, number_, options, doc, place, key, oneof)

    def _group(self) -> None:
        token = self.take()
        self.faults.lost(
            "A7-P222",
            "a group is on the wire as no other member is",
            self.place(token),
            "make it a message and a field of its type, where both sides can change",
        )
        self.skip(("{",))
        if not self.is_next("{"):
            raise self.lost("`{`", "behind the group")
        raise Lost

    # ---- enums ----

    def _enum(self, scope: str) -> None:
        first = self.take()
        name = self.word("a name", "behind `enum`")
        enum = Enumeration(_join(scope, name.text), first.comment, self.place(name))
        self.found.enums.append(enum)
        self.expect("{", f"behind `enum {name.text}`")
        while not self.accept("}"):
            if self.token.kind == END:
                raise self.lost("`}`", f"at the end of `enum {name.text}`")
            try:
                self._enum_line(enum)
            except Lost:
                self._pass()

    def _enum_line(self, enum: Enumeration) -> None:
        if self.accept(";"):
            return
        if self.is_next("option") and self.ahead(1).text != "=":
            option = self._option(f"`{enum.path}`")
            enum.has_aliases |= option.name == "allow_alias" and option.value is True
            return
        if self.is_next("reserved") and self.ahead(1).text != "=":
            self._reserved(enum.reserved, enum.reserved_names)
            return
        name = self.word("the name of a value", "in an enum")
        self.expect("=", f"behind `{name.text}`")
        value = self._number(f"the number of `{name.text}`")
        place: Span = self.place(name, self.tokens[self.at - 1])
        options = self._options(f"`{name.text}`")
        self.end(f"behind `{name.text}`")
        doc = name.comment or self.tokens[self.at - 1].after
        deprecated = any(option.name == "deprecated" and option.value is True for option in options)
        enum.values.append(EnumValue(name.text, value, deprecated, doc, place))


def _join(scope: str, name: str) -> str:
    return f"{scope}.{name}" if scope else name
