"""Full matches of token patterns in time linear in the text.

Text of generated projects. The patterns are those of a specification's token grammar: literals, classes,
groups, alternatives and repeats. Nothing backtracks: sets of states are stepped over the text and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from art7.codegen.python.vendored.primitives import BuiltinError

_PATTERN_STATES = 20_000
_PATTERN_MEMORY = 2_000
_PATTERN_ESCAPES = {"n": 10, "r": 13, "t": 9, "f": 12, "v": 11, "a": 7, "0": 0}
_PATTERN_CLASSES = {
    "d": ((48, 57),),
    "w": ((48, 57), (65, 90), (95, 95), (97, 122)),
    "s": ((9, 13), (32, 32)),
}
_Ranges = tuple[tuple[int, int], ...]


class _Pattern:
    """An automaton: `takes[i]` are the characters that lead from state `i` to `leads[i]`, `skips[i]` cost none."""

    def __init__(self, pattern: str) -> None:
        self.text = pattern
        self.place = 0
        self.takes: list[_Ranges | None] = []
        self.leads: list[int] = []
        self.skips: list[list[int]] = []
        start, self.end = self.state(), self.state()
        self.alternatives(start, self.end)
        if self.place != len(pattern):
            raise BuiltinError("unknown_value")
        self.start = self.closed({start})
        self.memory: dict[tuple[frozenset[int], str], frozenset[int]] = {}

    def state(self) -> int:
        if len(self.takes) >= _PATTERN_STATES:
            raise BuiltinError("out_of_range")
        self.takes.append(None)
        self.leads.append(0)
        self.skips.append([])
        return len(self.takes) - 1

    def peek(self) -> str:
        return self.text[self.place : self.place + 1]

    def next(self) -> str:
        character = self.peek()
        if not character:
            raise BuiltinError("unknown_value")
        self.place += 1
        return character

    def alternatives(self, start: int, end: int) -> None:
        while True:
            self.sequence(start, end)
            if self.peek() != "|":
                return
            self.place += 1

    def sequence(self, start: int, end: int) -> None:
        while self.peek() not in ("", "|", ")"):
            after = self.state()
            self.repeated(start, after)
            start = after
        self.skips[start].append(end)

    def repeated(self, start: int, end: int) -> None:
        """One atom with its repeat; the atom's text is read again for each copy."""
        begin = self.place
        copy = self.state()
        self.atom(copy, self.state())
        low, high = self.bounds()
        after = self.place
        for _ in range(low):
            start = self.copy(begin, start)
        if high is None:
            loop = self.state()
            self.skips[start].append(loop)
            self.skips[self.copy(begin, loop)].append(loop)
            start = loop
        else:
            for _ in range(high - low):
                self.skips[start].append(end)
                start = self.copy(begin, start)
        self.skips[start].append(end)
        self.place = after

    def copy(self, begin: int, start: int) -> int:
        self.place = begin
        end = self.state()
        self.atom(start, end)
        return end

    def bounds(self) -> tuple[int, int | None]:
        mark = self.peek()
        if mark in ("*", "+", "?"):
            self.place += 1
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[mark]
        if mark != "{":
            return 1, 1
        end = self.text.find("}", self.place)
        low, comma, high = self.text[self.place + 1 : end].partition(",")
        if end < 0 or not low.isdigit() or (high and not high.isdigit()):
            raise BuiltinError("unknown_value")
        self.place = end + 1
        return int(low), (int(high) if high else None) if comma else int(low)

    def atom(self, start: int, end: int) -> None:
        character = self.next()
        if character == "(":
            if self.text.startswith("?:", self.place):
                self.place += 2
            self.alternatives(start, end)
            if self.next() != ")":
                raise BuiltinError("unknown_value")
        elif character in "^$":
            self.skips[start].append(end)
        elif character == "\\" and self.peek() in ("A", "Z", "z"):
            self.place += 1
            self.skips[start].append(end)
        else:
            own = self.state()
            self.skips[start].append(own)
            self.takes[own], self.leads[own] = self.characters(character), end

    def characters(self, character: str) -> _Ranges:
        if character == ".":
            return ((0, 9), (11, 0x10FFFF))
        if character == "\\":
            return self.escape()
        return self.bracket() if character == "[" else ((ord(character), ord(character)),)

    def escape(self) -> _Ranges:
        letter = self.next()
        if letter in _PATTERN_CLASSES:
            return _PATTERN_CLASSES[letter]
        if letter.lower() in _PATTERN_CLASSES:
            return _pattern_negated(_PATTERN_CLASSES[letter.lower()])
        if letter in "xuU":
            digits = {"x": 2, "u": 4, "U": 8}[letter]
            point = int(self.text[self.place : self.place + digits], 16)
            self.place += digits
        else:
            point = _PATTERN_ESCAPES.get(letter, ord(letter))
        return ((point, point),)

    def bracket(self) -> _Ranges:
        negated = self.peek() == "^"
        self.place += negated
        found: list[tuple[int, int]] = []
        while not found or self.peek() != "]":
            character = self.next()
            item = self.escape() if character == "\\" else ((ord(character), ord(character)),)
            if self.peek() == "-" and self.text[self.place + 1 : self.place + 2] not in ("]", ""):
                self.place += 1
                character = self.next()
                last = self.escape()[0][1] if character == "\\" else ord(character)
                item = ((item[0][0], last),)
            found += item
        self.place += 1
        return _pattern_negated(tuple(found)) if negated else tuple(found)

    def closed(self, states: set[int]) -> frozenset[int]:
        waiting = list(states)
        while waiting:
            for state in self.skips[waiting.pop()]:
                if state not in states:
                    states.add(state)
                    waiting.append(state)
        return frozenset(states)

    def step(self, states: frozenset[int], character: str) -> frozenset[int]:
        point = ord(character)
        reached = {
            self.leads[state]
            for state in states
            if any(low <= point <= high for low, high in self.takes[state] or ())
        }
        if len(self.memory) >= _PATTERN_MEMORY:
            self.memory.clear()
        found = self.memory[states, character] = self.closed(reached)
        return found


def _pattern_negated(ranges: _Ranges) -> _Ranges:
    found, place = [], 0
    for low, high in sorted(ranges):
        if place < low:
            found.append((place, low - 1))
        place = max(place, high + 1)
    return (*found, (place, 0x10FFFF)) if place <= 0x10FFFF else tuple(found)


@lru_cache(maxsize=256)
def _pattern(text: str) -> _Pattern:
    try:
        return _Pattern(text)
    except (RecursionError, ValueError):
        raise BuiltinError("unknown_value") from None


def matches(value: str, pattern: str) -> bool:
    """Whether the whole of `value` matches `pattern`."""
    automaton = _pattern(pattern)
    states, memory = automaton.start, automaton.memory
    for character in value:
        found = memory.get((states, character))
        states = automaton.step(states, character) if found is None else found
        if not states:
            return False
    return automaton.end in states


@lru_cache(maxsize=256)
def whole_matcher(pattern: str) -> Callable[[str], re.Match[str] | None]:
    """Return what matches the whole of a text, for a pattern that no text makes slow."""
    return re.compile(pattern, re.ASCII).fullmatch
