"""Patterns of `matches` that the standard library's engine tells without running away.

Such a pattern is deterministic: the next character tells what it belongs to, so the engine never comes back to try
something else; a few choices outside of repeats may be open, each at the price of one more run over the text. All
others are stepped through by an automaton.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from art7.grammar.ir.pattern_sets import Octets, common, union

_parser: Any = re._parser
LAST = 0x10FFFF
OPEN = 8
"""How many runs over a text open choices may cost."""
_CLASSES: dict[str, Octets] = {
    "CATEGORY_DIGIT": ((48, 57),),
    "CATEGORY_SPACE": ((9, 13), (32, 32)),
    "CATEGORY_WORD": ((48, 57), (65, 90), (95, 95), (97, 122)),
}


@dataclass(frozen=True, slots=True)
class _Part:
    empty: bool
    first: Octets
    longer: Octets


class _Unfit(Exception):
    """The pattern is left to the automaton."""


@lru_cache(maxsize=1024)
def is_deterministic(pattern: str) -> bool:
    """Whether the engine, told that classes are ASCII's, matches as the automaton and in linear time."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            nodes = _parser.parse(pattern, re.ASCII)
        reader = _Reader()
        reader.sequence(nodes)
    except (_Unfit, re.error, Warning, OverflowError, RecursionError):
        return False
    return reader.runs <= OPEN


class _Reader:
    """Reads a parsed pattern; `runs` is how many runs over a text its open choices may cost."""

    def __init__(self) -> None:
        self.runs = 1
        self.is_repeated = False

    def open(self, ways: int) -> None:
        """Note a choice that the next character does not make."""
        if self.is_repeated:
            raise _Unfit
        self.runs *= ways

    def sequence(self, nodes: Any) -> _Part:
        empty, first, longer = True, (), ()  # type: tuple[bool, Octets, Octets]
        before: Octets = ()
        for node in nodes:
            part = self.node(node)
            if common(longer, part.first) is not None:
                raise _Unfit
            if common(before, part.first) is not None:
                self.open(2)
            is_option = part.empty and str(node[0]) == "MAX_REPEAT" and node[1][1] == 1
            longer = (
                union(part.longer, () if is_option else part.first, longer) if part.empty else part.longer
            )
            before = union(before if part.empty else (), part.first if is_option else ())
            first = union(first, part.first) if empty else first
            empty = empty and part.empty
        return _Part(empty, first, union(longer, before))

    def node(self, node: Any) -> _Part:
        operation, argument = node
        match str(operation):
            case "LITERAL":
                return _Part(False, ((argument, argument),), ())
            case "NOT_LITERAL":
                return _Part(False, _negated(((argument, argument),)), ())
            case "ANY":
                return _Part(False, _negated(((10, 10),)), ())
            case "IN":
                return _Part(False, _class(argument), ())
            case "SUBPATTERN":
                return self.sequence(argument[-1])
            case "BRANCH":
                ways = len(argument[1]) if "MAX_REPEAT" in str(argument[1]) else 2
                return self.choice([self.sequence(option) for option in argument[1]], ways)
            case "MAX_REPEAT":
                return self.repeat(*argument)
            case _:
                raise _Unfit

    def choice(self, options: list[_Part], ways: int) -> _Part:
        first: Octets = ()
        is_open = False
        for option in options:
            if option.empty:
                raise _Unfit
            is_open = is_open or common(first, option.first) is not None
            first = union(first, option.first)
        if is_open:
            self.open(ways)
        return _Part(False, first, union(*(option.longer for option in options)))

    def repeat(self, low: int, high: int, body: Any) -> _Part:
        outer, self.is_repeated = self.is_repeated, self.is_repeated or high > 1
        part = self.sequence(body)
        self.is_repeated = outer
        if part.empty or (high > 1 and common(part.longer, part.first) is not None):
            raise _Unfit
        longer = union(part.longer, part.first) if low != high and high > 1 else part.longer
        return _Part(low == 0, part.first, longer)


def _class(members: Any) -> Octets:
    found: list[Octets] = []
    is_negated = False
    for kind, value in members:
        match str(kind):
            case "NEGATE":
                is_negated = True
            case "LITERAL":
                found.append(((value, value),))
            case "RANGE":
                found.append((value,))
            case "CATEGORY" if str(value) in _CLASSES:
                found.append(_CLASSES[str(value)])
            case _:
                raise _Unfit
    return _negated(union(*found)) if is_negated else union(*found)


def _negated(ranges: Octets) -> Octets:
    found, place = [], 0
    for low, high in ranges:
        if place < low:
            found.append((place, low - 1))
        place = high + 1
    return tuple([*found, (place, LAST)] if place <= LAST else found)
