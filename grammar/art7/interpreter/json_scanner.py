"""JSON read strictly (RFC 8259), every node with its first and last octet.

The reader keeps its own stack, so nesting cannot exhaust Python's. Refusals, each at an octet of the text:
`bad_text` (not UTF-8: first bad octet; an escaped surrogate without its partner: its backslash), `duplicate_field` (the
second key), `too_deep` (the bracket that opens one level too many), `out_of_range` (an integer of more than `DIGITS` digits, a
number beyond binary64: its first octet), `trailing_data` (what follows the value), else `bad_json`.
"""

from __future__ import annotations

import math
import re
from typing import NoReturn

from art7.interpreter.tree_nodes import Node, ScanRefused

DIGITS = 4300
"""The most digits of an integer, Python's own guard against quadratic conversion."""

_SPACE = re.compile(rb"[ \t\n\r]*")
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_RUN = re.compile(rb'[^"\\\x00-\x1f]*')
_WORDS = {b"t": (b"true", True), b"f": (b"false", False), b"n": (b"null", None)}
_ESCAPES = {
    0x22: '"',
    0x5C: "\\",
    0x2F: "/",
    0x62: "\b",
    0x66: "\f",
    0x6E: "\n",
    0x72: "\r",
    0x74: "\t",
}
_HEX4 = re.compile(rb"[0-9A-Fa-f]{4}")


def scan(data: bytes, start: int, end: int, depth_limit: int) -> Node:
    """Read the one value that `data[start:end]` is; raises `ScanRefused`."""
    try:
        data[start:end].decode("utf-8")
    except UnicodeDecodeError as error:
        place = start + error.start
        raise ScanRefused("bad_text", place, "UTF-8", f"octet {data[place]:#04x}") from None
    return _Scanner(data, start, end, depth_limit).document()


class _Scanner:
    """One reading. `stack` holds the open containers with the key that waits for its value."""

    def __init__(self, data: bytes, start: int, end: int, depth_limit: int) -> None:
        self.data = data
        self.position = start
        self.end = end
        self.depth_limit = depth_limit
        self.stack: list[tuple[Node, str]] = []

    def document(self) -> Node:
        """Read value after value; a closed container is put into the one around it."""
        while True:
            node = self.value()
            while node is not None:
                if not self.stack:
                    self.space()
                    if self.position < self.end:
                        self.fail("an end of the text", "trailing_data")
                    return node
                node = self.place(node)

    def space(self) -> None:
        match = _SPACE.match(self.data, self.position, self.end)
        assert match is not None, "an optional run always matches"
        self.position = match.end()

    def fail(self, expected: str, code: str = "bad_json", offset: int | None = None) -> NoReturn:
        place = self.position if offset is None else offset
        got = "the end" if place >= self.end else _shown(self.data[place])
        raise ScanRefused(code, place, expected, got)

    def value(self) -> Node | None:
        """Read a scalar or an empty container; open any other and return `None`."""
        self.space()
        start = self.position
        lead = self.data[start : start + 1] if start < self.end else b""
        if lead == b'"':
            text = self.string()
            return Node(text, start, self.position)
        if lead in (b"{", b"["):
            return self.open(start, lead == b"{")
        if lead in _WORDS:
            word, value = _WORDS[lead]
            if self.data[start : min(start + len(word), self.end)] != word:
                self.fail("a JSON value")
            self.position += len(word)
            return Node(value, start, self.position)
        return self.number(start)

    def open(self, start: int, is_object: bool) -> Node | None:
        if len(self.stack) >= self.depth_limit:
            raise ScanRefused("too_deep", start, f"at most {self.depth_limit} levels", "one more")
        node = Node({} if is_object else [], start, start)
        self.position += 1
        self.space()
        closing = b"}" if is_object else b"]"
        if self.data[self.position : self.position + 1] == closing and self.position < self.end:
            self.position += 1
            node.end = self.position
            return node
        self.stack.append((node, self.key(node) if is_object else ""))
        return None

    def key(self, node: Node) -> str:
        self.space()
        start = self.position
        if self.data[start : start + 1] != b'"' or start >= self.end:
            self.fail("a key in double quotes")
        key = self.string()
        if key in node.value:
            raise ScanRefused("duplicate_field", start, "a key once", "the same key again")
        self.space()
        if self.data[self.position : self.position + 1] != b":" or self.position >= self.end:
            self.fail("`:`")
        self.position += 1
        return key

    def place(self, node: Node) -> Node | None:
        """Put a value into the innermost container; return that one when it closes."""
        container, key = self.stack.pop()
        is_object = isinstance(container.value, dict)
        if is_object:
            container.value[key] = node
        else:
            container.value.append(node)
        self.space()
        mark = self.data[self.position : self.position + 1] if self.position < self.end else b""
        if mark == b",":
            self.position += 1
            self.stack.append((container, self.key(container) if is_object else ""))
            return None
        if mark != (b"}" if is_object else b"]"):
            self.fail("`,` or `}`" if is_object else "`,` or `]`")
        self.position += 1
        container.end = self.position
        return container

    def string(self) -> str:
        parts: list[str] = []
        self.position += 1
        while True:
            match = _RUN.match(self.data, self.position, self.end)
            assert match is not None, "an optional run always matches"
            parts.append(match.group().decode("utf-8"))
            self.position = match.end()
            mark = self.data[self.position : self.position + 1] if self.position < self.end else b""
            if mark == b'"':
                self.position += 1
                return "".join(parts)
            if mark != b"\\":
                self.fail("a closing quote" if not mark else "an escaped control character")
            parts.append(self.escape())

    def escape(self) -> str:
        start = self.position
        letter = self.data[start + 1] if start + 1 < self.end else -1
        if letter in _ESCAPES:
            self.position += 2
            return _ESCAPES[letter]
        if letter != 0x75:
            self.fail("an escape", offset=min(start + 1, self.end))
        unit = self.unit(start)
        if 0xD800 <= unit < 0xDC00 and self.data[self.position : min(self.position + 2, self.end)] == b"\\u":
            low = self.unit(self.position)
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((unit - 0xD800) << 10) + low - 0xDC00)
        if 0xD800 <= unit < 0xE000:
            raise ScanRefused("bad_text", start, "a pair of surrogates", "one alone")
        return chr(unit)

    def unit(self, start: int) -> int:
        """Read the four digits of `\\uXXXX` at `start`."""
        match = _HEX4.match(self.data, start + 2, self.end)
        if match is None:
            self.fail("four hexadecimal digits", offset=min(start + 2, self.end))
        self.position = match.end()
        return int(match.group(), 16)

    def number(self, start: int) -> Node:
        match = _NUMBER.match(self.data, start, self.end)
        if match is None:
            self.fail("a JSON value")
        self.position = match.end()
        text = match.group()
        if match.group(1) is None and match.group(2) is None:
            if len(text.lstrip(b"-")) > DIGITS:
                raise ScanRefused("out_of_range", start, f"at most {DIGITS} digits", f"{len(text)} digits")
            return Node(int(text), start, self.position)
        value = float(text)
        if math.isinf(value):
            raise ScanRefused("out_of_range", start, "a number within binary64", f"{len(text)} characters")
        return Node(value, start, self.position)


def _shown(octet: int) -> str:
    return f"`{chr(octet)}`" if 0x20 < octet < 0x7F else f"octet {octet:#04x}"
