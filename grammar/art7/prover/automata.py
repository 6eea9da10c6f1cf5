"""Patterns as automata: what several of them accept together, a shortest text of it, and patterns with two ways.

A pattern is one of `passes.lower_patterns`. Its automaton has a state for each character that it speaks of (Glushkov's
construction: no empty moves), and the deterministic one is made on the way, as far as a question needs it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

Ranges = tuple[tuple[int, int], ...]

CHARACTERS: Ranges = ((0, 0xD7FF), (0xE000, 0x10FFFF))
"""All that UTF-8 spells."""
MOST = 20_000
"""Sets of states that one question may visit."""

NICE: Ranges = ((0x61, 0x7A), (0x30, 0x39), (0x41, 0x5A), (0x21, 0x7E), (0x20, 0x20))
"""Characters that a person reads easily, the best first."""

_parser: Any = re._parser
_BEGIN = -1


class TooLarge(Exception):
    """A question that would take more sets of states than `MOST`."""


@dataclass(slots=True)
class Automaton:
    """States are places of a pattern; `follow[-1]` is where a text can begin. `empty`: the empty text is accepted."""

    places: list[Ranges] = field(default_factory=list)
    follow: dict[int, frozenset[int]] = field(default_factory=dict)
    last: frozenset[int] = frozenset()
    empty: bool = True

    def accepts(self, states: Iterable[int]) -> bool:
        """Return whether a text that led to `states` may end."""
        return any(state in self.last or (state == _BEGIN and self.empty) for state in states)


@dataclass(frozen=True, slots=True)
class _Piece:
    empty: bool
    first: frozenset[int]
    last: frozenset[int]


_NOTHING = _Piece(True, frozenset(), frozenset())


class _Maker:
    def __init__(self) -> None:
        self.places: list[Ranges] = []
        self.follow: dict[int, set[int]] = {}

    def place(self, ranges: Ranges) -> _Piece:
        self.places.append(ranges)
        here = frozenset((len(self.places) - 1,))
        return _Piece(False, here, here)

    def then(self, one: _Piece, two: _Piece) -> _Piece:
        for place in one.last:
            self.follow.setdefault(place, set()).update(two.first)
        return _Piece(
            one.empty and two.empty,
            one.first | two.first if one.empty else one.first,
            one.last | two.last if two.empty else two.last,
        )

    def sequence(self, nodes: Any) -> _Piece:
        found = _NOTHING
        for node in nodes:
            found = self.then(found, self.node(node))
        return found

    def node(self, node: Any) -> _Piece:
        operation, argument = node
        match str(operation):
            case "LITERAL":
                return self.place(((argument, argument),))
            case "IN":
                return self.place(tuple(sorted(_member(kind, value) for kind, value in argument)))
            case "SUBPATTERN":
                return self.sequence(argument[-1])
            case "BRANCH":
                options = [self.sequence(option) for option in argument[1]]
                return _Piece(
                    any(x.empty for x in options),
                    frozenset().union(*(x.first for x in options)),
                    frozenset().union(*(x.last for x in options)),
                )
            case "MAX_REPEAT":
                low, high, body = argument
                return self.repeat(int(low), None if high is _parser.MAXREPEAT else int(high), body)
            case _:
                return self.place(CHARACTERS)

    def repeat(self, low: int, high: int | None, body: Any) -> _Piece:
        """Write copies in a row; those behind the least number may be left out from the first left out one on."""
        if high is None:
            once = self.sequence(body)
            round_ = self.then(once, once)
            loop = _Piece(low == 0 or once.empty, round_.first, round_.last)
            copies = [self.sequence(body) for _ in range(low - 1)]
        else:
            loop = _NOTHING
            for _ in range(high - low):
                piece = self.then(self.sequence(body), loop)
                loop = _Piece(True, piece.first, piece.last)
            copies = [self.sequence(body) for _ in range(low)]
        for copy in reversed(copies):
            loop = self.then(copy, loop)
        return loop


def _member(kind: Any, value: Any) -> tuple[int, int]:
    return (value, value) if str(kind) == "LITERAL" else (value[0], value[1])


def _made(maker: _Maker, piece: _Piece) -> Automaton:
    follow = {place: frozenset(found) for place, found in maker.follow.items()}
    return Automaton(maker.places, {**follow, _BEGIN: piece.first}, piece.last, piece.empty)


@lru_cache(maxsize=2048)
def automaton(pattern: str) -> Automaton:
    """Return the automaton of a pattern."""
    maker = _Maker()
    return _made(maker, maker.sequence(_parser.parse(pattern)))


@lru_cache(maxsize=2048)
def around(text: str, before: bool, behind: bool) -> Automaton:
    """Return the automaton of texts that hold `text`, with anything before it, behind it, or both."""
    maker = _Maker()
    nodes = [maker.place(((ord(sign), ord(sign)),)) for sign in text]
    anything = [_any(maker), *nodes] if before else nodes
    found = _NOTHING
    for piece in [*anything, _any(maker)] if behind else anything:
        found = maker.then(found, piece)
    return _made(maker, found)


def _any(maker: _Maker) -> _Piece:
    once = maker.place(CHARACTERS)
    round_ = maker.then(once, once)
    return _Piece(True, round_.first, round_.last)


# ---- questions ------------------------------------------------------------------------------------------------

States = tuple[frozenset[int], ...]


def shortest(automata: Sequence[Automaton], least: int = 0, most: int = MOST) -> str | None:
    """Return a shortest text, of `least` characters or more, that all of `automata` accept; `None`: there is none.

    Raises: `TooLarge`.
    """
    start: States = tuple(frozenset((_BEGIN,)) for _ in automata)
    seen = {(start, 0)}
    waiting: deque[tuple[States, str]] = deque([(start, "")])
    while waiting:
        states, text = waiting.popleft()
        if len(text) >= least and all(x.accepts(here) for x, here in zip(automata, states, strict=True)):
            return text
        for sign, following in _moves(automata, states):
            key = (following, min(len(text) + 1, least))
            if key not in seen:
                if len(seen) >= most:
                    raise TooLarge
                seen.add(key)
                waiting.append((following, text + sign))
    return None


def only_first(one: Automaton, other: Automaton, most: int = MOST) -> str | None:
    """Return a shortest text that `one` accepts and `other` does not; `None`: there is none.

    Raises: `TooLarge`.
    """
    start: States = (frozenset((_BEGIN,)), frozenset((_BEGIN,)))
    seen = {start}
    waiting: deque[tuple[States, str]] = deque([(start, "")])
    while waiting:
        states, text = waiting.popleft()
        if one.accepts(states[0]) and not other.accepts(states[1]):
            return text
        for sign, following in _moves((one, other), states, alive=1):
            if following not in seen:
                if len(seen) >= most:
                    raise TooLarge
                seen.add(following)
                waiting.append((following, text + sign))
    return None


def _moves(
    automata: Sequence[Automaton], states: States, alive: int | None = None
) -> Iterator[tuple[str, States]]:
    """Yield each sign and the states behind it, as long as all of the first `alive` automata go on."""
    ahead = [
        [place for state in here for place in x.follow.get(state, ())]
        for x, here in zip(automata, states, strict=True)
    ]
    for low, high in _cut(
        [x.places[place] for x, ahead_ in zip(automata, ahead, strict=True) for place in ahead_]
    ):
        following = tuple(
            frozenset(place for place in places if _holds(x.places[place], low))
            for x, places in zip(automata, ahead, strict=True)
        )
        if all(following[:alive]):
            yield _nice(low, high), following


def _cut(sets: Iterable[Ranges]) -> list[tuple[int, int]]:
    """Return the pieces that the borders of all sets make, those that people read first."""
    ends = [(low, high + 1) for ranges in sets for low, high in ranges]
    borders = {border for pair in ends for border in pair}
    pieces = [(low, high - 1) for low, high in pairwise(sorted(borders))]
    return sorted(pieces, key=_rank)


def _rank(piece: tuple[int, int]) -> int:
    for rank, (low, high) in enumerate(NICE):
        if piece[0] <= high and low <= piece[1]:
            return rank
    return len(NICE)


def _nice(low: int, high: int) -> str:
    for least, most in NICE:
        if low <= most and least <= high:
            return chr(max(low, least))
    return chr(low)


def _holds(ranges: Ranges, sign: int) -> bool:
    return any(low <= sign <= high for low, high in ranges)


def two_ways(one: Automaton, most: int = MOST) -> str | None:
    """Return a shortest text that the pattern can match in two ways, by its product with itself.

    Raises: `TooLarge`.
    """
    start = (_BEGIN, _BEGIN, False)
    seen = {start}
    waiting: deque[tuple[tuple[int, int, bool], str]] = deque([(start, "")])
    while waiting:
        (left, right, apart), text = waiting.popleft()
        if apart and one.accepts((left,)) and one.accepts((right,)):
            return text
        for first in sorted(one.follow.get(left, ())):
            for second in sorted(one.follow.get(right, ())):
                common = _common(one.places[first], one.places[second])
                key = (min(first, second), max(first, second), apart or first != second)
                if common is not None and key not in seen:
                    if len(seen) >= most:
                        raise TooLarge
                    seen.add(key)
                    waiting.append((key, text + _nice(*common)))
    return None


def _common(one: Ranges, two: Ranges) -> tuple[int, int] | None:
    found = [
        (max(low, least), min(high, most))
        for low, high in one
        for least, most in two
        if low <= most and least <= high
    ]
    return min(found, key=_rank) if found else None
