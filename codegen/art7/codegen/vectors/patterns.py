"""Texts that a pattern takes, drawn."""

from __future__ import annotations

import re
from random import Random
from typing import Any

_parser: Any = re._parser  # type: ignore[attr-defined,unused-ignore]
_CLASSES = {
    "CATEGORY_DIGIT": "0123456789",
    "CATEGORY_WORD": "abcXYZ019_",
    "CATEGORY_SPACE": " \t",
    "CATEGORY_NOT_DIGIT": "ab",
    "CATEGORY_NOT_SPACE": "ab1",
    "CATEGORY_NOT_WORD": " -",
}
_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .-"
MOST = 6
"""How often something is repeated beyond the least."""
LONGEST = 300
"""How often at most."""


def drawn_text(pattern: str, random: Random) -> str:
    """Return a text that a pattern of literals, classes, groups, branches and repeats takes; empty for others."""
    try:
        parsed = _parser.parse(pattern)
    except re.error:
        return ""
    return "".join(_drawn(node, random) for node in parsed)


class _Shortest(Random):
    """Always the first of a choice and the least of a range."""

    def choice(self, seq: Any) -> Any:
        """Return the first."""
        return seq[0]

    def randint(self, a: int, b: int) -> int:
        """Return the least."""
        return a


def sample_of(pattern: str, minimum: int = 0) -> str:
    """Return a short text that a token's pattern takes; where it is no pattern, as many letters as there must be."""
    try:
        _parser.parse(pattern)
    except re.error:
        return "a" * minimum
    return drawn_text(pattern, _Shortest())


def _drawn(node: Any, random: Random) -> str:
    operation, argument = str(node[0]), node[1]
    match operation:
        case "LITERAL":
            return chr(int(argument))
        case "NOT_LITERAL":
            return random.choice([c for c in _PLAIN if ord(c) != argument])
        case "ANY":
            return random.choice(_PLAIN)
        case "IN":
            return _one_of(argument, random)
        case "SUBPATTERN":
            return "".join(_drawn(inner, random) for inner in argument[-1])
        case "BRANCH":
            return "".join(_drawn(inner, random) for inner in random.choice(argument[1]))
        case "MAX_REPEAT" | "MIN_REPEAT":
            low, high, body = argument
            count = random.randint(min(int(low), LONGEST), min(int(high), int(low) + MOST, LONGEST))
            return "".join(_drawn(inner, random) for _ in range(count) for inner in body)
        case _:
            return ""


def _one_of(items: Any, random: Random) -> str:
    """A character of a class; of one that says which are not in it, another plain one."""
    if str(items[0][0]) == "NEGATE":
        free = [c for c in _PLAIN if not any(_holds(item, c) for item in items[1:])]
        return random.choice(free) if free else "~"
    kind, value = random.choice(items)
    match str(kind):
        case "LITERAL":
            return chr(int(value))
        case "RANGE":
            return chr(random.randint(int(value[0]), int(value[1])))
        case _:
            return random.choice(_CLASSES.get(str(value), "a"))


def _holds(item: Any, character: str) -> bool:
    kind, value = item
    match str(kind):
        case "LITERAL":
            return bool(ord(character) == value)
        case "RANGE":
            return bool(value[0] <= ord(character) <= value[1])
        case _:
            return character in _CLASSES.get(str(value), "")
