"""Patterns of `matches` that the standard library's engine tells without running away.

Such a pattern is deterministic: the next character tells what it belongs to, so the engine never comes back to try
something else. All others are stepped through by an automaton.
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
        _sequence(nodes)
    except (_Unfit, re.error, Warning, OverflowError, RecursionError):
        return False
    return True


def _sequence(nodes: Any) -> _Part:
    empty, first, longer = True, (), ()  # type: tuple[bool, Octets, Octets]
    for node in nodes:
        part = _node(node)
        if common(longer, part.first) is not None:
            raise _Unfit
        longer = union(part.longer, part.first, longer) if part.empty else part.longer
        first = union(first, part.first) if empty else first
        empty = empty and part.empty
    return _Part(empty, first, longer)


def _node(node: Any) -> _Part:
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
            return _sequence(argument[-1])
        case "BRANCH":
            return _choice([_sequence(option) for option in argument[1]])
        case "MAX_REPEAT":
            return _repeat(*argument)
        case _:
            raise _Unfit


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


def _choice(options: list[_Part]) -> _Part:
    first: Octets = ()
    for option in options:
        if option.empty or common(first, option.first) is not None:
            raise _Unfit
        first = union(first, option.first)
    return _Part(False, first, union(*(option.longer for option in options)))


def _repeat(low: int, high: int, body: Any) -> _Part:
    part = _sequence(body)
    if part.empty or common(part.longer, part.first) is not None:
        raise _Unfit
    longer = union(part.longer, part.first) if low != high else part.longer
    return _Part(low == 0, part.first, longer)
