"""Lays out the text of a module: only statements that may not be as the formatter leaves them are looked at.

Codecs are most of what is generated, and their printers leave little to do: there only statements that are too wide,
or that were broken by hand, are doubtful. Elsewhere whatever the formatter would look at twice is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

from art7.codegen.python.code import WIDTH
from art7.codegen.python.layout.expressions import TOKEN, Unknown
from art7.codegen.python.layout.statements import laid_out

_DOUBTFUL = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        rf"^.{{{WIDTH + 1}}}",
        r"[(\[{]\n",
        r"'",
        r"\b0x[0-9A-F]*[a-f]",
        r", [)\]}]|\),[)\]}]",
        r" [-+] \w+:\w|\w:\w+\[",
        r"^ *(?:(?:if|elif|while|return) |[^=\n(]+ = )\(",
        r", (?:in|=) ",
    )
)
"""What says that the statement in this line may have to change; each costs one search through the text."""
_STRING = re.compile(r'"""')
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


def settled(text: str, *, codec: bool = False) -> str:
    """Return `text` laid out; statements with constructs unknown to the layout stay as they are."""
    starts = _wide(text) if codec else _doubtful(text)
    if not starts:
        return text
    quoted = [found.start() for found in _STRING.finditer(text)]
    out: list[str] = []
    done = 0
    for start in starts:
        if start < done or bisect_right(quoted, start) % 2 or text.startswith('"""', _first(text, start)):
            continue
        end = _end(text, start)
        statement = text[start:end]
        out += [text[done:start], _laid_out(statement)]
        done = end
    return "".join([*out, text[done:]])


def _first(text: str, start: int) -> int:
    while text[start] == " ":
        start += 1
    return start


def _doubtful(text: str) -> list[int]:
    """Return where lines with doubtful statements begin, in order."""
    found: set[int] = set()
    for pattern in _DOUBTFUL:
        found.update(text.rfind("\n", 0, match.end() - 1) + 1 for match in pattern.finditer(text))
    return sorted(found)


def _wide(text: str) -> list[int]:
    """Return where statements begin that have a line too wide, or are the work of a printer that breaks by hand."""
    lines = text.split("\n")
    wide = {number for number, line in enumerate(lines) if len(line) > WIDTH}
    wide.update(
        number
        for number, line in enumerate(lines)
        if line[-1:] in _ENDS and _is_by_hand(line, lines[number + 2 : number + 3])
    )
    if not wide:
        return []
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    return sorted({starts[_head(lines, number)] for number in wide})


_ENDS = frozenset("([:)")
_BRACKETED = ("if (", "elif (", "while (")
_HEADS = ("if ", "elif ", "while ", "for ", "return ", "super()")


def _is_by_hand(line: str, after: Sequence[str]) -> bool:
    """Whether a line is the head of a statement that a printer broke, or has brackets that the formatter takes away.

    `after` is the line after the next one: brackets around one line, or around formatted texts, are often too many.
    """
    last = line[-1]
    if last == ":":
        return " (" in line and line.lstrip(" ").startswith(_BRACKETED)
    if last == ")":
        return " = (" in line and " if " in line
    if line.endswith(" = ("):
        return after[0].lstrip(" ")[:1] in (")", "f")
    if line.endswith('= b"".join('):
        return False
    return " = " in line or ".append(" in line or " += " in line or line.lstrip(" ").startswith(_HEADS)


def _head(lines: Sequence[str], number: int) -> int:
    """Return the line in which the statement around a line begins: no bracket is left open before it."""
    indent = _indent(lines[number])
    for before in range(number - 1, -1, -1):
        line = lines[before]
        if not line:
            return number
        if _indent(line) < indent:
            if line[-1] not in _OPENING:
                return number
            number, indent = before, _indent(line)
    return number


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _end(text: str, start: int) -> int:
    """Return where the statement that begins at `start` ends: before the new line outside brackets."""
    depth = 0
    for token in TOKEN.finditer(text, start):
        kind = token.lastgroup
        if kind == "op":
            if (mark := token[0]) in _OPENING:
                depth += 1
            elif mark in _CLOSING:
                depth -= 1
        elif kind == "line" and depth <= 0:
            return token.start()
    return len(text)


@lru_cache(8192)
def _laid_out(statement: str) -> str:
    bare = statement.lstrip(" ")
    try:
        return laid_out(bare, len(statement) - len(bare))
    except Unknown:
        return statement
