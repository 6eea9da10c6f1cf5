"""Lays out the text of a module: only statements that may not be as the formatter leaves them are looked at."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

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


def settled(text: str) -> str:
    """Return `text` laid out; statements with constructs unknown to the layout stay as they are."""
    starts = _doubtful(text)
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
