"""Find where each key and value of a TOML text stands; what they mean is left to the standard library.

The scanner also keeps from the library what it cannot bear: deep nesting, very long numbers, very many
values. Source: TOML v1.0.0.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

from art7.grammar.diagnostics import Related
from art7.grammar.untrusted.positions import ROOT, Key, Positions
from art7.grammar.untrusted.refusal import refuse, shown
from art7.grammar.untrusted.text import Lines

_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LONG_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?!"""(?!"))"{0,2}|' + r"'''.*?'''(?!'''(?!'))'{0,2}", re.DOTALL
)
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[ Tt]\d\d:[0-9:.]+(?:[Zz]|[+-]\d\d:\d\d)?")
_TOKEN = re.compile(r"[A-Za-z0-9_+.:-]+")


@dataclass(frozen=True, slots=True)
class TomlLimits:
    """Limits of one text: `octets` of UTF-8, `depth` of tables and arrays, `values`, `digits` of a number."""

    octets: int = 1 << 20
    depth: int = 64
    values: int = 50_000
    digits: int = 40


class _KeyPart(NamedTuple):
    name: str
    start: int
    end: int


class LostError(Exception):
    """The text is not TOML as far as the scanner can tell; `at` is the character."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class Scanner:
    """One pass over one text; `at` is the character to look at next."""

    def __init__(self, text: str, file: str, limits: TomlLimits) -> None:
        self.text = text
        self.limits = limits
        self.lines = Lines(text, file)
        self.positions = Positions(self.lines)
        self.at = 0
        self.count = 0
        self.lengths: dict[int, int] = {}  # node of an array of tables → tables so far
        self.headed: set[int] = set()  # tables that had a header of their own

    def scan(self) -> Positions:
        """Return the places of all values. Raises: LostError, Refusal."""
        table, depth = ROOT, 0
        self.skip(_BLANK)
        while self.at < len(self.text):
            if self.text.startswith("[", self.at):
                table, depth = self.header()
            else:
                self.pair(table, depth)
            self.end_of_line()
            self.skip(_BLANK)
        self.positions.close(ROOT, 0, len(self.text))
        return self.positions

    def header(self) -> tuple[int, int]:
        """Read `[a.b]` or `[[a.b]]`; return the node of its table and its depth."""
        self.count_value()
        start = self.at
        closing = "]]" if self.text.startswith("[[", start) else "]"
        self.at += len(closing)
        path = self.key(limit=self.limits.depth)
        self.expect(closing)
        node = self.descend(ROOT, path[:-1])
        last = path[-1]
        if closing == "]]":
            array = self.child(node, last)
            node = self.positions.add(array, self.lengths.get(array, 0), -1, -1)
            self.lengths[array] = self.lengths.get(array, 0) + 1
            self.positions.close(array, last.start, last.end)
        else:
            node = self.latest(self.child(node, last))
            if node in self.headed:
                self.refuse_twice(last, node)
            self.headed.add(node)
        self.positions.close(node, start, self.at)
        return node, len(path) + 1

    def pair(self, table: int, depth: int) -> None:
        """Read `a.b = value` below a table."""
        path = self.key(limit=self.limits.depth - depth)
        self.expect("=")
        self.skip(_SPACE)
        parent = self.descend(table, path[:-1])
        last = path[-1]
        if (earlier := self.positions.child(parent, last.name)) is not None:
            self.refuse_twice(last, earlier)
        node = self.positions.add(parent, last.name, last.start, last.end)
        self.value(node, depth + len(path))

    def value(self, node: int, depth: int) -> None:
        """Read one value and note its extent; the depth limit bounds the recursion."""
        self.count_value()
        start = self.at
        opening = self.text[start : start + 1]
        if opening in ("[", "{"):
            if depth >= self.limits.depth:
                self.refuse(
                    "A7-B052", f"found nesting deeper than {self.limits.depth}", help="flatten the value"
                )
            self.at += 1
            if opening == "[":
                self.array(node, depth + 1)
            else:
                self.inline_table(node, depth + 1)
        else:
            self.scalar()
        self.positions.close(node, start, self.at)

    def count_value(self) -> None:
        self.count += 1
        if self.count > self.limits.values:
            self.refuse("A7-B056", f"found more than {self.limits.values} values")

    def array(self, node: int, depth: int) -> None:
        """Read the elements and the bracket that closes them."""
        index = 0
        while True:
            self.skip(_BLANK)
            if self.text.startswith("]", self.at):
                break
            self.value(self.positions.add(node, index, -1, -1), depth)
            index += 1
            self.skip(_BLANK)
            if not self.text.startswith(",", self.at):
                break
            self.at += 1
        self.expect("]")

    def inline_table(self, node: int, depth: int) -> None:
        """Read the pairs and the brace that closes them."""
        self.skip(_SPACE)
        while not self.text.startswith("}", self.at):
            self.pair(node, depth)
            self.skip(_SPACE)
            if not self.text.startswith(",", self.at):
                break
            self.at += 1
            self.skip(_SPACE)
        self.expect("}")

    def scalar(self) -> None:
        """Go over a string, number, date or word."""
        for pattern in (_LONG_STRING, _STRING, _DATE_TIME, _TOKEN):
            if found := pattern.match(self.text, self.at):
                if pattern is _TOKEN and len(found.group()) > self.limits.digits:
                    length = len(found.group())
                    self.refuse("A7-B053", f"found a number or word of {length} characters, expected fewer")
                self.at = found.end()
                return
        raise LostError(self.at)

    def key(self, limit: int) -> list[_KeyPart]:
        """Read a dotted key of at most `limit` parts."""
        parts: list[_KeyPart] = []
        while True:
            if len(parts) >= limit:
                self.refuse(
                    "A7-B052", f"found a key deeper than {self.limits.depth}", help="flatten the tables"
                )
            self.skip(_SPACE)
            parts.append(self.key_part())
            self.skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def key_part(self) -> _KeyPart:
        start = self.at
        if found := _BARE_KEY.match(self.text, start):
            self.at = found.end()
            return _KeyPart(found.group(), start, self.at)
        found = _STRING.match(self.text, start)
        if found is None:
            raise LostError(start)
        self.at = found.end()
        return _KeyPart(self.unquoted(found.group(), start), start, self.at)

    def unquoted(self, literal: str, start: int) -> str:
        """Return what a quoted key means, by the standard library's word."""
        if literal.startswith("'") or "\\" not in literal:
            return literal[1:-1]
        try:
            name: str = tomllib.loads(f"key = {literal}")["key"]
        except ValueError:
            raise LostError(start) from None
        return name

    def child(self, node: int, part: _KeyPart) -> int:
        """Return the node of a key below `node`, numbering it when it is new."""
        found = self.positions.child(node, part.name)
        return self.positions.add(node, part.name, part.start, part.end) if found is None else found

    def descend(self, node: int, path: list[_KeyPart]) -> int:
        """Follow a dotted key; the name of an array of tables stands for its latest table."""
        for part in path:
            node = self.latest(self.child(node, part))
        return node

    def latest(self, node: int) -> int:
        """Return the latest table of an array of tables, or the node itself."""
        if node not in self.lengths:
            return node
        index: Key = self.lengths[node] - 1
        latest = self.positions.child(node, index)
        assert latest is not None, "every table of an array was numbered"
        return latest

    def end_of_line(self) -> None:
        self.skip(_SPACE)
        if self.at < len(self.text) and not self.text.startswith(("\n", "\r\n", "#"), self.at):
            raise LostError(self.at)

    def expect(self, literal: str) -> None:
        if not self.text.startswith(literal, self.at):
            raise LostError(self.at)
        self.at += len(literal)

    def skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.at)
        assert found is not None, "the pattern matches the empty text"
        self.at = found.end()

    def refuse(self, code: str, message: str, help: str | None = None) -> NoReturn:
        raise refuse(code, message, self.lines.span(self.at, min(self.at + 1, len(self.text))), help=help)

    def refuse_twice(self, part: _KeyPart, earlier: int) -> NoReturn:
        """Refuse a key or table that was there before, with both places."""
        first = self.positions.key_span(earlier)
        message = f"found the key {shown(part.name)} again"
        related: tuple[Related, ...] = ()
        if first.end > first.start >= 0:
            message += f", first at line {first.line}, column {first.column}"
            related = (Related("first here", first),)
        place = self.lines.span(part.start, part.end)
        raise refuse("A7-B051", message, place, help="remove one of the two", related=related)
