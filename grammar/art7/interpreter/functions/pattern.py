"""Full matches of regular expressions in time linear in the text.

The patterns are made from token grammars (literals, classes, groups, alternatives, bounded and unbounded repeats), and both
pattern and text may be hostile, so nothing here backtracks: a position automaton is stepped over the text, its sets of
states remembered as they are met.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from art7.interpreter.functions.refusal import Refused

STATES = 20_000
"""The most states of one automaton, counted repeats written out."""
MEMORY = 2_000
"""The most sets of states that one automaton remembers."""

_parser: Any = re._parser
_ENDLESS = _parser.MAXREPEAT


class Automaton:
    """States are numbers: `classes[i]` is what state `i` takes, `following[i]` where it leads."""

    def __init__(self, pattern: str) -> None:
        self.classes: list[Any] = []
        self.skips: list[list[int]] = []
        start, end = self._state(), self._state()
        self._build(_parser.parse(pattern), start, end)
        self.end = end
        self.start = self._closure(frozenset((start,)))
        self.memory: dict[tuple[frozenset[int], str], frozenset[int]] = {}

    def matches(self, text: str) -> bool:
        """Whether the whole text is taken."""
        states = self.start
        for character in text:
            states = self.step(states, character)
            if not states:
                return False
        return self.end in states

    def step(self, states: frozenset[int], character: str) -> frozenset[int]:
        """Return the states behind one more character."""
        found = self.memory.get((states, character))
        if found is None:
            point = ord(character)
            reached = frozenset(
                target
                for state in states
                if self.classes[state] is not None
                for test, target in (self.classes[state],)
                if _takes(test, point)
            )
            found = self._closure(reached)
            if len(self.memory) >= MEMORY:
                self.memory.clear()
            self.memory[states, character] = found
        return found

    def _closure(self, states: frozenset[int]) -> frozenset[int]:
        seen, waiting = set(states), list(states)
        while waiting:
            for state in self.skips[waiting.pop()]:
                if state not in seen:
                    seen.add(state)
                    waiting.append(state)
        return frozenset(seen)

    def _state(self) -> int:
        if len(self.classes) >= STATES:
            raise Refused("out_of_range", f"a pattern of at most {STATES} states", "more")
        self.classes.append(None)
        self.skips.append([])
        return len(self.classes) - 1

    def _build(self, nodes: Any, start: int, end: int) -> None:
        """Lead from `start` to `end` over a sequence of parsed nodes."""
        for node in nodes:
            after = self._state()
            self._node(node, start, after)
            start = after
        self.skips[start].append(end)

    def _node(self, node: Any, start: int, end: int) -> None:
        operation, argument = node
        match str(operation):
            case "LITERAL" | "NOT_LITERAL" | "IN" | "ANY":
                self._take(start, (str(operation), argument), end)
            case "AT":
                # Only `^`, `$`, `\A` and `\Z` at the edges of an anchored pattern: true there.
                self.skips[start].append(end)
            case "SUBPATTERN":
                self._build(argument[-1], start, end)
            case "BRANCH":
                for branch in argument[1]:
                    self._build(branch, start, end)
            case "MAX_REPEAT" | "MIN_REPEAT":
                self._repeat(argument, start, end)
            case other:
                raise Refused("unknown_value", "a regular pattern", other)

    def _take(self, start: int, test: tuple[str, Any], end: int) -> None:
        # One state takes one test: `start` is fresh or only skips, so give the test a state of its own.
        own = self._state()
        self.skips[start].append(own)
        self.classes[own] = (test, end)

    def _repeat(self, argument: Any, start: int, end: int) -> None:
        low, high, body = argument
        for _ in range(low):
            after = self._state()
            self._build(body, start, after)
            start = after
        if high is _ENDLESS or high == _ENDLESS:
            loop = self._state()
            self.skips[start].append(loop)
            self._build(body, loop, loop)
            self.skips[loop].append(end)
            return
        for _ in range(high - low):
            self.skips[start].append(end)
            after = self._state()
            self._build(body, start, after)
            start = after
        self.skips[start].append(end)


def _takes(test: tuple[str, Any], point: int) -> bool:
    operation, argument = test
    match operation:
        case "LITERAL":
            return bool(argument == point)
        case "NOT_LITERAL":
            return bool(argument != point)
        case "ANY":
            return point != 0x0A
    negated, found = False, False
    for kind, value in argument:
        match str(kind):
            case "NEGATE":
                negated = True
            case "LITERAL":
                found = found or value == point
            case "RANGE":
                found = found or value[0] <= point <= value[1]
            case "CATEGORY":
                found = found or _in_category(str(value), point)
    return found is not negated


def _in_category(name: str, point: int) -> bool:
    """The classes of RE2: ASCII only."""
    character = chr(point)
    ascii_word = character.isascii() and (character.isalnum() or character == "_")
    inside = {"DIGIT": "0" <= character <= "9", "SPACE": character in " \t\n\r\f\v", "WORD": ascii_word}
    word = name.removeprefix("CATEGORY_")
    return not inside[word.removeprefix("NOT_")] if word.startswith("NOT_") else inside[word]


@lru_cache(maxsize=256)
def automaton(pattern: str) -> Automaton:
    """Return the automaton of a pattern; raises `Refused` for one that is not regular or too large."""
    try:
        return Automaton(pattern)
    except (re.error, RecursionError, OverflowError):
        raise Refused("unknown_value", "a regular pattern", f"{len(pattern)} characters") from None


def matches(value: str, pattern: str) -> bool:
    """Whether the whole of `value` matches `pattern`."""
    return automaton(pattern).matches(value)
