"""JSON as RFC 8259 writes it and nothing more, from hostile octets, with the place of every value.

Not accepted: duplicate keys, deep nesting, numbers that another reader would round, lone surrogates,
byte order marks, dialects. The reader keeps its own stack, so nesting cannot exhaust Python's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from json import decoder
from typing import NoReturn

from art7.grammar.diagnostics import Related, Report
from art7.grammar.untrusted.limits import MIB
from art7.grammar.untrusted.positions import ROOT, Positions
from art7.grammar.untrusted.refusal import Refusal, note, refuse, shown
from art7.grammar.untrusted.text import Lines, decode_utf8

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

SAFE_INTEGER = 2**53 - 1
"""Largest integer that every reader holds exactly (RFC 8259 §6)."""

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_HEX = "[0-9A-Fa-f]"
_GOOD_CONTENT = re.compile(
    r'(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]'
    rf"|\\u(?:[0-9A-CE-Fa-ce-f]{_HEX}{{3}}|[Dd][0-7]{_HEX}{{2}}"
    rf"|[Dd][89ABab]{_HEX}{{2}}\\u[Dd][C-Fc-f]{_HEX}{{2}}))*+"
)
"""The longest beginning of a string's content that has no fault."""
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEX4 = re.compile(r"[0-9A-Fa-f]{4}")
_scan_string: Callable[[str, int, bool], tuple[str, int]] = decoder.scanstring  # type: ignore[attr-defined]
"""The standard library's own scanner of JSON strings, in C; its type stubs leave it out."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_OPENED: Json = "<opened>"
"""Told from a string of the text by identity: a container was opened, its value comes later."""
_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class JsonLimits:
    """Limits of one text. `octets` of UTF-8, `depth` of containers, `values` of any kind, `digits` of a number."""

    octets: int = 16 * MIB
    depth: int = 64
    values: int = 150_000
    digits: int = 40


LIMITS = JsonLimits()


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """A value and where its parts were written."""

    value: Json
    positions: Positions


def loads(
    data: bytes,
    report: Report,
    *,
    file: str,
    floats: bool = False,
    largest: int = SAFE_INTEGER,
    limits: JsonLimits = LIMITS,
) -> JsonDocument | None:
    """Return the value of a JSON text, or None after adding one diagnostic to `report`.

    `floats` admits fractions and exponents; `largest` is the greatest magnitude of an integer.
    """
    try:
        text = decode_utf8(data, file, limits.octets)
        return _Reader(text, file, floats, largest, limits).document()
    except Refusal as refusal:
        note(report, refusal)
        return None


@dataclass(slots=True)
class _Open:
    """A container being read: its node, its start, and the key that waits for a value."""

    value: list[Json] | dict[str, Json]
    node: int
    start: int
    key: str = ""


class _Reader:
    """One reading of one text; `at` is the character to look at next."""

    def __init__(self, text: str, file: str, floats: bool, largest: int, limits: JsonLimits) -> None:
        self.text = text
        self.floats = floats
        self.largest = largest
        self.limits = limits
        self.at = 0
        self.count = 0
        self.lines = Lines(text, file)
        self.positions = Positions(self.lines)
        self.open: list[_Open] = []

    def document(self) -> JsonDocument:
        """Read the one value and the end of the text."""
        self.skip_space()
        if self.at == len(self.text):
            self.fail("A7-B050", "found no value, expected one")
        value = self.value()
        self.skip_space()
        if self.at < len(self.text):
            self.fail("A7-B055", f"found {self.found()} after the value, expected the end")
        return JsonDocument(value, self.positions)

    def value(self) -> Json:
        """Read a value with everything inside it, without recursion."""
        node = ROOT
        while True:
            complete = self.begin(node)
            if complete is _OPENED:
                if node := self.first_member():
                    continue
                complete = self.leave()
            while self.open:  # hand the value to its container; leave the containers that end with it
                self.put(complete)
                if node := self.following_member():
                    break
                complete = self.leave()
            else:
                return complete

    def begin(self, node: int) -> Json:
        """Read a scalar and return it, or open a container and return `_OPENED`."""
        self.count += 1
        if self.count > self.limits.values:
            self.fail("A7-B056", f"found more than {self.limits.values} values")
        start = self.at
        character = self.text[start : start + 1]
        if character in ("{", "["):
            return self.enter(node, {} if character == "{" else [])
        if character == '"':
            scalar: Json = self.string()
        elif character == "-" or ("0" <= character <= "9"):
            scalar = self.number()
        else:
            scalar = self.word()
        self.positions.close(node, start, self.at)
        return scalar

    def enter(self, node: int, container: list[Json] | dict[str, Json]) -> Json:
        """Open a container at its bracket."""
        if len(self.open) == self.limits.depth:
            self.fail("A7-B052", f"found nesting deeper than {self.limits.depth}", help="flatten the value")
        self.open.append(_Open(container, node, self.at))
        self.at += 1
        return _OPENED

    def leave(self) -> Json:
        """Leave the innermost container, whose closing bracket was just read, and return its value."""
        top = self.open.pop()
        self.positions.close(top.node, top.start, self.at)
        return top.value

    def first_member(self) -> int:
        """Go to the first member of the container just opened; 0 when it is empty."""
        self.skip_space()
        closing = "}" if isinstance(self.open[-1].value, dict) else "]"
        if self.text.startswith(closing, self.at):
            self.at += 1
            return 0
        return self.member()

    def following_member(self) -> int:
        """Go to the member after a comma; 0 when the innermost container ends here."""
        self.skip_space()
        closing = "}" if isinstance(self.open[-1].value, dict) else "]"
        if self.text.startswith(closing, self.at):
            self.at += 1
            return 0
        if not self.text.startswith(",", self.at):
            self.fail("A7-B050", f"found {self.found()}, expected `,` or `{closing}`")
        comma = self.at
        self.at += 1
        self.skip_space()
        if self.text.startswith(closing, self.at):
            self.at = comma
            self.fail(
                "A7-B050",
                f"found a comma before `{closing}`, expected a value after it",
                help="remove the comma",
            )
        return self.member()

    def member(self) -> int:
        """Read the key of the next member (for an object) and number its node."""
        top = self.open[-1]
        if isinstance(top.value, list):
            return self.positions.add(top.node, len(top.value), -1, -1)
        start = self.at
        if not self.text.startswith('"', start):
            self.fail("A7-B050", f"found {self.found()}, expected a key in double quotes")
        key = self.string()
        if (earlier := self.positions.child(top.node, key)) is not None:
            self.at = start
            self.fail_twice(key, earlier)
        top.key = key
        node = self.positions.add(top.node, key, start, self.at)
        self.skip_space()
        if not self.text.startswith(":", self.at):
            self.fail("A7-B050", f"found {self.found()}, expected `:`")
        self.at += 1
        self.skip_space()
        return node

    def put(self, value: Json) -> None:
        """Store a complete value in the innermost container."""
        top = self.open[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        else:
            top.value[top.key] = value

    def string(self) -> str:
        """Read a string whose first quote is the next character."""
        try:
            content, end = _scan_string(self.text, self.at + 1, True)
        except ValueError:
            content, end = "", -1
        if end < 0 or _SURROGATE.search(content):
            self.explain_string()
        self.at = end
        return content

    def explain_string(self) -> NoReturn:
        """Refuse the string at the next character, with the place of what is wrong in it."""
        start = self.at
        good = _GOOD_CONTENT.match(self.text, start + 1)
        assert good is not None, "the pattern matches the empty text"
        self.at = good.end()
        character = self.text[self.at : self.at + 1]
        if not character:
            self.at = start
            self.fail("A7-B050", "found a string without its closing quote")
        if character == "\\":
            self.explain_escape()
        self.fail("A7-B050", f"found the control character {shown(character)} in a string", help="escape it")

    def explain_escape(self) -> NoReturn:
        """Refuse the escape at the next character."""
        letter = self.text[self.at + 1 : self.at + 2]
        if letter != "u":
            self.fail("A7-B050", f"found the unknown escape {shown(self.text[self.at : self.at + 2])}")
        if _HEX4.match(self.text, self.at + 2) is None:
            self.fail("A7-B050", "found an escape without four hexadecimal digits")
        self.fail("A7-B057", f"found half of a surrogate pair, {shown(self.text[self.at : self.at + 6])}")

    def number(self) -> int | float:
        """Read a number that every reader holds exactly."""
        found = _NUMBER.match(self.text, self.at)
        if found is None:
            self.fail("A7-B050", f"found {self.found()}, expected a number")
        literal = found.group()
        if found.end() < len(self.text) and (
            self.text[found.end()].isalnum() or self.text[found.end()] in "._+-"
        ):
            self.fail(
                "A7-B050", "found a number that JSON does not allow (a leading zero, plus sign or bare point)"
            )
        if len(literal) > self.limits.digits:
            self.fail(
                "A7-B053",
                f"found a number of {len(literal)} characters, expected at most {self.limits.digits}",
            )
        if found.group(1) is None and found.group(2) is None and literal != "-0":
            value = int(literal)
            if abs(value) > self.largest:
                message = f"found {literal}, expected a magnitude of at most {self.largest}"
                self.fail("A7-B053", message, help="write it as a decimal string")
            self.at = found.end()
            return value
        if not self.floats:
            self.fail("A7-B053", f"found {literal}, expected an integer")
        real = float(literal)
        if not math.isfinite(real):
            self.fail("A7-B053", f"found {literal}, which is beyond every floating-point number")
        self.at = found.end()
        return real

    def word(self) -> Json:
        """Read `true`, `false` or `null`."""
        word = _WORD.match(self.text, self.at)
        if word is None or word.group() not in _WORDS:
            named = shown(word.group()) if word else self.found()
            self.fail("A7-B050", f"found {named}, expected a JSON value")
        self.at = word.end()
        return _WORDS[word.group()]

    def skip_space(self) -> None:
        """Go over the four white-space characters of JSON."""
        space = _SPACE.match(self.text, self.at)
        assert space is not None, "the pattern matches the empty text"
        self.at = space.end()

    def found(self) -> str:
        """Name the next character for a message."""
        return shown(self.text[self.at]) if self.at < len(self.text) else "the end"

    def fail(self, code: str, message: str, help: str | None = None) -> NoReturn:
        """Refuse at the next character."""
        place = self.lines.span(self.at, min(self.at + 1, len(self.text)))
        raise refuse(code, f"{message} (octet {self.lines.octet(self.at)})", place, help=help)

    def fail_twice(self, key: str, earlier: int) -> NoReturn:
        """Refuse a key that was there before, with both places."""
        first = self.positions.key_span(earlier)
        place = self.lines.span(self.at, self.at + 1)
        raise refuse(
            "A7-B051",
            f"found the key {shown(key)} again, first at line {first.line}, column {first.column}",
            place,
            help="remove one of the two",
            related=(Related("first here", first),),
        )


__all__ = ["LIMITS", "SAFE_INTEGER", "Json", "JsonDocument", "JsonLimits", "loads"]
