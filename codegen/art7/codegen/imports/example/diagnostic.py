"""CBOR diagnostic notation → items, with the comments that stand in it (RFC 8949 §8, RFC 8610 appendix G).

A mistake is reported and read over: a missing comma, a bracket that is not closed, a word that is none.
"""

from __future__ import annotations

import base64
import binascii
import re
from bisect import bisect_left, bisect_right

from art7.codegen.imports.example.parts import Comment, Item, Printed
from art7.codegen.imports.faults import Faults, Source
from art7.codegen.imports.scan import DEPTH, END, Cursor, Lost, Token, scan, shown

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<comment>\#[^\n]*|//[^\n]*|/(?!/)[^/]*/)
    |(?P<octets>[A-Za-z][A-Za-z0-9]*'(?:\\.|[^'\\])*+'|'(?:\\.|[^'\\])*+')
    |(?P<text>"(?:\\.|[^"\\])*+")
    |(?P<number>[+-]?(?:0[xX][0-9A-Fa-f]+|0[bB][01]+|0[oO][0-7]+|[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|Infinity)(?:_[0-3])?)
    |(?P<word>[A-Za-z][A-Za-z0-9]*(?:_[0-3])?)
    |(?P<open>["'])
    |(?P<sign><<|>>|[\[{(]_(?![0-9])|[\[\]{}(),:+])""",
    re.VERBOSE | re.DOTALL,
)
_SIMPLE = {"false": 20, "true": 21, "null": 22, "undefined": 23}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}|\r?(.))", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "\n": ""}
_INNER_COMMENT = re.compile(r"#[^\n]*|/[^/]*/|\s+")
_CLOSING = {"[": "]", "[_": "]", "{": "}", "{_": "}", "(": ")", "(_": ")", "<<": ">>"}


def parse_diagnostic(source: Source, faults: Faults) -> Printed:
    """Return what a text in diagnostic notation holds; more than one item, or none, leaves the octets unknown."""
    tokens = scan(source, _TOKEN, faults, lambda text: text)
    items = _Parser(tokens, source, faults).items()
    comments = [
        Comment(found.group().strip("/# \t"), found.start(), found.end())
        for found in _TOKEN.finditer(source.text)
        if found.lastgroup == "comment"
    ]
    printed = Printed(source, None, tuple(items), tuple(comments))
    _label(printed)
    return printed


def _label(printed: Printed) -> None:
    """Give each item the comment behind it on its line, or the one above it that has a line to itself."""
    scalars = [item for item in printed.every_item() if not item.children]
    ends = sorted((end, item.start, item) for item in scalars for end in item.ends or (item.end,))
    text = printed.source.text
    above: list[Comment] = []
    for comment in printed.comments:
        line = text.rfind("\n", 0, comment.start) + 1
        at = bisect_right(ends, comment.start, key=lambda each: each[0]) - 1
        if at >= 0 and ends[at][0] >= line and not text[ends[at][0] : comment.start].strip(", \t+"):
            ends[at][2].label = ends[at][2].label or comment.text
        elif not text[line : comment.start].strip():
            above.append(comment)
    for comment in above:
        after = bisect_left(scalars, comment.end, key=lambda item: item.start)
        for item in scalars[after : after + 1]:
            if not item.label and not text[comment.end : item.start].strip():
                item.label = comment.text


class _Parser(Cursor):
    def items(self) -> list[Item]:
        """Every item of the text; messages have one, sequences more."""
        found: list[Item] = []
        while self.token.kind != END:
            try:
                found.append(self._item())
            except Lost:
                self.depth = 0
                self.at += self.token.kind != END
            self.accept(",")
        return found

    def _item(self) -> Item:
        first = self._one()
        while self.is_next("+") and first.kind in ("text", "octets"):
            self.take()
            more = self._one()
            first = self._joined(first, more)
        return first

    def _joined(self, first: Item, more: Item) -> Item:
        """`'a' + "b"`: of the kind of the first (draft-ietf-cbor-edn-literals §3.1)."""
        parts = [part.encode() if isinstance(part, str) else part for part in (first.value, more.value)]
        if not all(isinstance(part, bytes) for part in parts):
            self.faults.mistake(
                "A7-P200",
                "expected a text behind `+`",
                self.source.span(more.start, more.end),
                "join texts, or octets",
            )
            return first
        joined = b"".join(part for part in parts if isinstance(part, bytes))
        value = joined.decode("utf-8", "replace") if first.kind == "text" else joined
        return Item(first.kind, value, first.start, more.end, ends=(*(first.ends or (first.end,)), more.end))

    def _one(self) -> Item:
        token = self.token
        match token.kind:
            case "number":
                return self._number()
            case "text":
                self.take()
                return Item("text", _unescaped(token.text[1:-1]), token.start, token.end)
            case "octets":
                self.take()
                return self._octets(token)
            case "word":
                return self._word()
        if token.text in ("[", "[_", "{", "{_", "(_", "<<"):
            return self._nested()
        raise self.lost("a value", "here")

    def _number(self) -> Item:
        token = self.take()
        text = re.sub(r"_[0-3]$", "", token.text)
        try:
            item = Item("integer", int(text, 0), token.start, token.end)
        except ValueError:
            item = Item("float", float(text), token.start, token.end)
        if len(text) > 400:
            self.faults.mistake(
                "A7-P202", "a number with too many digits", self.place(token), "write a shorter one"
            )
            raise Lost
        if item.kind == "integer" and self.accept("("):
            self.enter()
            inner = self._item()
            self.leave()
            self._close(")", token)
            return Item("tag", item.value, token.start, self.tokens[self.at - 1].end, [inner])
        return item

    def _word(self) -> Item:
        token = self.take()
        name = re.sub(r"_[0-3]$", "", token.text)
        if name in _SIMPLE:
            return Item("simple", _SIMPLE[name], token.start, token.end)
        if name in ("NaN", "Infinity"):
            return Item("float", float(name), token.start, token.end)
        if name == "simple" and self.accept("("):
            number = self.word("a number", "in `simple`", "number")
            self._close(")", token)
            value = int(number.text, 0) if number.text.isdigit() and int(number.text) < 256 else 23
            return Item("simple", value, token.start, number.end)
        self.faults.mistake(
            "A7-P200",
            f"{shown(token.text)} is no value of the notation",
            self.place(token),
            "write a number, a text in quotes, true, false, null or undefined",
        )
        raise Lost

    def _octets(self, token: Token) -> Item:
        prefix, _, rest = token.text.partition("'")
        body = rest[:-1]
        try:
            if prefix == "":
                value = _unescaped(body).encode("utf-8", "surrogatepass")
            elif prefix == "h":
                value = bytes.fromhex(_INNER_COMMENT.sub("", body))
            elif prefix == "b64":
                text = _INNER_COMMENT.sub("", body).replace("-", "+").replace("_", "/")
                value = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
            else:
                raise ValueError
        except (ValueError, binascii.Error):
            self.faults.mistake(
                "A7-P202",
                f"{shown(token.text)} holds what is no octets",
                self.place(token),
                "write pairs of hex digits",
            )
            value = b""
        return Item("octets", value, token.start, token.end)

    def _nested(self) -> Item:
        """An array, a map, a string in pieces or embedded CBOR, up to its bracket."""
        opening = self.take()
        self.enter()
        close = _CLOSING[opening.text]
        children: list[Item] = []
        while (
            not self.is_next(close) and self.token.kind != END and not self.is_next(*(set("]})") - {close}))
        ):
            children.append(self._item())
            if opening.text.startswith("{"):
                self._colon()
                children.append(self._item())
            if not self.accept(",") and not self.is_next(close) and self.token.kind != END:
                self._missing_comma()
        self.leave()
        self._close(close, opening)
        end = self.tokens[self.at - 1].end
        kind = {"[": "array", "{": "map", "<": "embedded", "(": "text"}[opening.text[0]]
        endless = opening.text.endswith("_")
        if opening.text == "(_":
            kind = "octets" if children and children[0].kind == "octets" else "text"
            return Item(kind, b"" if kind == "octets" else "", opening.start, end, children, endless=True)
        return Item(kind, 0, opening.start, end, children, endless=endless)

    def _colon(self) -> None:
        if not self.accept(":"):
            found = shown(self.token.text)
            self.faults.mistake(
                "A7-P200", f"expected `:` behind a key, found {found}", self.behind(), "put `:` there"
            )
            self.accept(",")

    def _missing_comma(self) -> None:
        if self.is_next("]", "}", ")", ">>"):
            return
        found = shown(self.token.text)
        self.faults.mistake(
            "A7-P200", f"expected `,` between values, found {found}", self.behind(), "put `,` there"
        )
        if self.is_next(":", "+"):
            self.take()

    def _close(self, bracket: str, opening: Token) -> None:
        if self.accept(bracket):
            return
        found = shown(self.token.text)
        self.faults.mistake(
            "A7-P200",
            f"expected `{bracket}` that closes {shown(opening.text)}, found {found}",
            self.place(opening) if self.token.kind == END else self.here(),
            f"put `{bracket}` there",
        )
        if self.is_next("]", "}", ")") and self.depth == 0:
            self.take()


def _unescaped(text: str) -> str:
    def resolve(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        if code is None:
            return _LETTERS.get(match[3], match[3])
        point = int(code, 16)
        return chr(point) if point < 0x110000 else "\ufffd"

    joined = _ESCAPE.sub(resolve, text.replace("\r\n", "\n"))
    return joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


__all__ = ["DEPTH", "parse_diagnostic"]
