"""Code IR: the statements of a function body, before they are text.

Expressions in it are Python text already (`expressions.py` prints them with precedence); what passes need to
see is in the statements: reads at a symbolic place, pure assignments, tests that refuse, branches, loops.
`passes/` rewrites lists of statements; `print_body` prints them and decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from art7.grammar.ir.quick import quickly_made

WIDTH = 110
"""Line length of generated code."""

_NAME = re.compile(r"[A-Za-z_]\w*")


@quickly_made
@dataclass(frozen=True, slots=True)
class Place:
    """A symbolic cursor: the octet `offset` after the variable `base` (`""`: from the start of the data)."""

    base: str
    offset: int = 0

    def moved(self, octets: int) -> Place:
        """Return the place `octets` further on."""
        return Place(self.base, self.offset + octets)

    def __str__(self) -> str:
        if not self.base:
            return str(self.offset)
        if not self.offset:
            return self.base
        return f"{self.base} {'+' if self.offset > 0 else '-'} {abs(self.offset)}"


@dataclass(slots=True)
class Read:
    """Fixed-size values from consecutive places: `codes` of `struct`, one target (or `None`) for each."""

    at: Place
    codes: list[str]
    targets: list[str | None]
    little: bool = False

    @property
    def octets(self) -> int:
        """How many octets are read."""
        return sum(code_octets(code) for code in self.codes)


@dataclass(slots=True)
class Assign:
    """`targets[0] = targets[1] = … = value`; `pure`: evaluating `value` moves nothing and may be dropped."""

    targets: list[str]
    value: str
    pure: bool = True


@dataclass(slots=True)
class Test:
    """Refuse when `condition` (at the level of `or` operands) is true."""

    condition: str


@dataclass(slots=True)
class If:
    """Arms of (condition, body); `otherwise` is the `else` body."""

    arms: list[tuple[str, Body]]
    otherwise: Body | None = None


@dataclass(slots=True)
class While:
    """`while condition:`"""

    condition: str
    body: Body


@dataclass(slots=True)
class For:
    """`for target in iterable:`"""

    target: str
    iterable: str
    body: Body


@dataclass(slots=True)
class Line:
    """Any other simple statement, as text."""

    text: str


Statement = Read | Assign | Test | If | While | For | Line
Body = list[Statement]

_OCTETS = {"x": 1, "B": 1, "b": 1, "H": 2, "h": 2, "I": 4, "i": 4, "Q": 8, "q": 8, "f": 4, "d": 8}


def code_octets(code: str) -> int:
    """Return the size of one `struct` code, repeat count included (`12s`, `3x`)."""
    return _OCTETS[code] if len(code) == 1 else int(code[:-1])


def sliced(data: str, first: str, last: str) -> str:
    """Return `data[first:last]` with the spaces that formatters put around operands."""
    simple = all(part.isidentifier() or part.isdigit() or not part for part in (first, last))
    if simple:
        return f"{data}[{first}:{last}]"
    return f"{data}[{first}{' ' if first else ''}:{' ' if last else ''}{last}]"


@lru_cache(4096)
def names_in(text: str) -> tuple[str, ...]:
    """Return the identifiers of an expression's text, attribute and keyword names among them."""
    return tuple(_NAME.findall(text))


Unpacker = Callable[[str, bool], str]
"""Gives the name of a prebuilt unpacker for codes and octet order."""


@dataclass(slots=True)
class Printer:
    """Prints the bodies of one function. `unpacker` names the prebuilt `unpack_from` of some codes; `data` the octets.

    A body may stand in several arms (one case in several branches of a search): a name is annotated only once.
    """

    unpacker: Unpacker
    data: str = "data"
    refusal: str = "raise Refused"
    lines: list[str] = field(default_factory=list)
    annotated: set[str] = field(default_factory=set)

    def body(self, body: Body, depth: int) -> None:
        """Print `body` at indentation level `depth`."""
        pad = "    " * depth
        lines = self.lines
        if not body:
            lines.append(f"{pad}pass")
        for statement in body:
            if isinstance(statement, Assign):
                targets = statement.targets
                shown = (
                    self._target(targets[0]) if len(targets) == 1 else " = ".join(map(self._target, targets))
                )
                head = f"{pad}{shown} = "
                fits = len(head) + len(statement.value) <= WIDTH
                lines.append(head + statement.value if fits else self._fit(head, statement.value, pad))
            elif isinstance(statement, Line):
                lines.append(pad + statement.text)
            elif isinstance(statement, Test):
                self._head("if", statement.condition, pad)
                lines.append(f"{pad}    {self.refusal}")
            elif isinstance(statement, Read):
                self._read(statement, pad)
            else:
                self._compound(statement, pad, depth)

    def _target(self, target: str) -> str:
        """Return a target as it is assigned here: with its annotation where that stands for the first time."""
        if ": " not in target:
            return target
        name = target.partition(": ")[0]
        if name in self.annotated:
            return name
        self.annotated.add(name)
        return target

    def _compound(self, statement: Statement, pad: str, depth: int) -> None:
        match statement:
            case If(arms, otherwise):
                word = "if"
                for condition, inner in arms:
                    self._head(word, condition, pad)
                    self.body(inner, depth + 1)
                    word = "elif"
                if otherwise:
                    self.lines.append(f"{pad}else:")
                    self.body(otherwise, depth + 1)
            case While(condition, inner):
                self._head("while", condition, pad)
                self.body(inner, depth + 1)
            case For(target, iterable, inner):
                shown = f"({target})" if target.endswith(",") else target
                self.lines.append(f"{pad}for {shown} in {iterable}:")
                self.body(inner, depth + 1)
            case _:
                raise AssertionError(f"no row for {type(statement).__name__}")

    def _head(self, word: str, condition: str, pad: str) -> None:
        line = f"{pad}{word} {condition}:"
        if len(line) <= WIDTH or " or " not in condition:
            self.lines.append(line)
            return
        parts = split_operands(condition, " or ")
        self.lines.append(f"{pad}{word} (")
        self.lines += [f"{pad}    {'or ' if i else ''}{part}" for i, part in enumerate(parts)]
        self.lines.append(f"{pad}):")

    @staticmethod
    def _fit(head: str, value: str, pad: str) -> str:
        if len(head) + len(value) <= WIDTH:
            return head + value
        if value.endswith(")") and value.startswith('b"".join(('):
            inner = value[len('b"".join((') : -2]
            pieces = split_operands(inner, ", ")
            rows = "".join(_rows(piece, pad + " " * 8, ",") + "\n" for piece in pieces)
            return f'{head}b"".join(\n{pad}    (\n{rows}{pad}    ),\n{pad})'
        # What is said here is what the layout would make of it; in all other cases the line is left to it.
        if len(pad) + 4 + len(value) <= WIDTH:
            return head + value
        parts = split_operands(value, " + ")
        if len(parts) == 2 and parts[0][0] == "(" and len(pad) + 4 + len(parts[0]) > WIDTH:
            rows = _rows(parts[0][1:-1], f"{pad}    ")
            return f"{head}(\n{rows}\n{pad}) + {parts[1]}"
        if len(parts) == 1 or "(" in (parts[0][0], parts[-1][0]) or len(split_operands(value, " else ")) > 1:
            parts = split_chain(value)
        elif parts:
            parts = [parts[0], *(f"+ {part}" for part in parts[1:])]
        if parts and all(len(pad) + 4 + len(part) <= WIDTH for part in parts):
            return f"{head}(\n" + "".join(f"{pad}    {part}\n" for part in parts) + f"{pad})"
        return head + value

    def _read(self, read: Read, pad: str) -> None:
        codes, targets = _with_padding(read)
        if codes == ["B"] and targets:
            self.lines.append(f"{pad}{targets[0]} = {self.data}[{read.at}]")
            return
        unpacker = self.unpacker("".join(_joined(codes)), read.little)
        place = "" if str(read.at) == "0" else f", {read.at}"
        call = f"{unpacker}({self.data}{place})"
        if not targets:
            self.lines.append(f"{pad}{call}")
        elif len(targets) == 1:
            self.lines.append(f"{pad}({targets[0]},) = {call}")
        elif len(line := f"{pad}{', '.join(targets)} = {call}") <= WIDTH:
            self.lines.append(line)
        else:
            self.lines.append(f"{pad}(\n" + "".join(f"{pad}    {t},\n" for t in targets) + f"{pad}) = {call}")


_QUOTES = re.compile(r"""["']""")
_MARKS = re.compile(r"""[\[\](){}]|"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?| or | \+ | else |, """, re.DOTALL)
"""What `split_operands` stops at: brackets, whole string constants, separators."""


def split_operands(text: str, separator: str) -> list[str]:
    """Split `text` at `separator` (one of `_MARKS`) outside brackets and quotes."""
    if separator not in text:
        return [text]
    # Most texts have no more of the marks than brackets, or constants of nothing.
    if not _QUOTES.search(text.replace('b""', "")):
        return _split_brackets(text, separator)
    parts, depth, start = [], 0, 0
    for found in _MARKS.finditer(text):
        mark = found[0]
        if mark in "([{":
            depth += 1
        elif mark in ")]}":
            depth -= 1
        elif mark == separator and not depth:
            parts.append(text[start : found.start()])
            start = found.end()
    return [*parts, text[start:]]


def split_chain(text: str) -> list[str]:
    """Split `a if b else c` at its words outside brackets and texts, words first; nothing for a text that has none."""
    if " else " not in text or "'" in text:
        return []
    rows, depth, start = [], 0, 0
    for found in _CHAIN.finditer(text):
        mark = found[0]
        if mark in "([{":
            depth += 1
        elif mark in ")]}":
            depth -= 1
        elif not depth and mark[0] == " ":
            rows.append(text[start : found.start()])
            start = found.start() + 1
    return [*rows, text[start:]] if rows else []


_CHAIN = re.compile(r'[\[\](){}]|"(?:[^"\\]|\\.)*"| if | else ')


def _rows(text: str, pad: str, end: str = "") -> str:
    """Return a part of a statement, with its `end`, in one line or, too wide for one, a choice in several."""
    rows = split_chain(text) if len(pad) + len(text) + len(end) > WIDTH else []
    return "\n".join(f"{pad}{row}" for row in rows or [text]) + end


def _split_brackets(text: str, separator: str) -> list[str]:
    """Split at a separator outside brackets, where nothing is quoted."""
    parts: list[str] = []
    held, depth = "", 0
    for piece in text.split(separator):
        held = f"{held}{separator}{piece}" if depth else piece
        for opening, closing in ("()", "[]", "{}"):
            if opening in piece or closing in piece:
                depth += piece.count(opening) - piece.count(closing)
        if not depth:
            parts.append(held)
    return parts if not depth else [*parts, held]


def _with_padding(read: Read) -> tuple[list[str], list[str]]:
    """Codes with `x` for what nobody wants, and the targets that remain."""
    codes, targets = [], []
    for code, target in zip(read.codes, read.targets, strict=True):
        if target is None:
            codes.append(f"{code_octets(code)}x")
        else:
            codes.append(code)
            targets.append(target)
    return codes, targets


def _joined(codes: list[str]) -> list[str]:
    """Merge neighbouring `x` codes; `1x` is `x`."""
    joined: list[str] = []
    pending = 0
    for code in [*codes, ""]:
        if code.endswith("x"):
            pending += int(code[:-1])
            continue
        if pending:
            joined.append("x" if pending == 1 else f"{pending}x")
            pending = 0
        joined.append(code)
    return joined[:-1]
