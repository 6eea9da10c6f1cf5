"""What a pattern can begin with, and what could make one of its matches longer: sets of characters, as octets.

Characters that are not ASCII count as one class, 80 to FF: the octets that spell them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Octets = tuple[tuple[int, int], ...]

EVERY: Octets = ((0, 255),)
BEYOND = (128, 255)
"""What spells a character that is not ASCII."""

_parser: Any = re._parser


@dataclass(frozen=True, slots=True)
class Sets:
    """`first`: octets that a match can begin with; `longer`: octets behind a match that would belong to it."""

    empty: bool
    first: Octets
    longer: Octets


def union(*sets: Octets) -> Octets:
    """Return ranges that hold what any of `sets` holds, sorted and merged."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(pair for one in sets for pair in one):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return tuple(found)


def common(one: Octets, two: Octets) -> int | None:
    """Return an octet that both sets hold."""
    for low, high in one:
        for least, most in two:
            if low <= most and least <= high:
                return max(low, least)
    return None


@lru_cache(maxsize=1024)
def pattern_sets(pattern: str) -> Sets:
    """Return the sets of a pattern made by `lower_patterns`."""
    return _sequence(_parser.parse(pattern))


@lru_cache(maxsize=1024)
def pattern_characters(pattern: str) -> Octets:
    """Return all that can stand in what a pattern matches."""
    return _characters(_parser.parse(pattern))


def _characters(nodes: Any) -> Octets:
    found: list[Octets] = []
    for operation, argument in nodes:
        match str(operation):
            case "LITERAL":
                found.append(_octets(argument, argument))
            case "IN":
                found += [_member(kind, value) for kind, value in argument]
            case "SUBPATTERN" | "MAX_REPEAT":
                found.append(_characters(argument[-1]))
            case "BRANCH":
                found += [_characters(option) for option in argument[1]]
            case _:
                return EVERY
    return union(*found)


MOST_WORDS = 32


@lru_cache(maxsize=1024)
def pattern_words(pattern: str) -> frozenset[bytes] | None:
    """Return all that a pattern matches, where that is a few words; nothing for any other."""
    found = _words(_parser.parse(pattern))
    return None if found is None or "" in found else frozenset(word.encode() for word in found)


def _words(nodes: Any) -> set[str] | None:
    words = {""}
    for operation, argument in nodes:
        match str(operation):
            case "LITERAL":
                more: set[str] | None = {chr(argument)}
            case "SUBPATTERN":
                more = _words(argument[-1])
            case "IN" if all(str(kind) == "LITERAL" for kind, _ in argument):
                more = {chr(sign) for _, sign in argument}
            case "BRANCH":
                options = [_words(option) for option in argument[1]]
                more = None if None in options else {word for option in options for word in option or ()}
            case _:
                more = None
        if more is None or len(words) * len(more) > MOST_WORDS:
            return None
        words = {one + two for one in words for two in more}
    return words


def _sequence(nodes: Any) -> Sets:
    empty, first, longer = True, (), ()  # type: tuple[bool, Octets, Octets]
    for node in nodes:
        one = _node(node)
        first = union(first, one.first) if empty else first
        longer = union(one.longer, one.first, longer) if one.empty else one.longer
        empty = empty and one.empty
    return Sets(empty, first, longer)


def _node(node: Any) -> Sets:
    operation, argument = node
    match str(operation):
        case "LITERAL":
            return Sets(False, _octets(argument, argument), ())
        case "IN":
            return Sets(False, union(*(_member(kind, value) for kind, value in argument)), ())
        case "SUBPATTERN":
            return _sequence(argument[-1])
        case "BRANCH":
            options = [_sequence(option) for option in argument[1]]
            return Sets(
                any(x.empty for x in options),
                union(*(x.first for x in options)),
                union(*(x.longer for x in options)),
            )
        case "MAX_REPEAT":
            low, high, body = argument
            inner = _sequence(body)
            longer = union(inner.longer, inner.first) if low != high else inner.longer
            return Sets(inner.empty or low == 0, inner.first, longer)
        case _:
            return Sets(True, EVERY, EVERY)


def _member(kind: Any, value: Any) -> Octets:
    if str(kind) == "LITERAL":
        return _octets(value, value)
    return _octets(*value) if str(kind) == "RANGE" else EVERY


def _octets(low: int, high: int) -> Octets:
    """Return the octets that the characters from `low` to `high` begin with."""
    if high < 128:
        return ((low, high),)
    return (BEYOND,) if low >= 128 else union(((low, 127),), (BEYOND,))
