"""Token patterns as expressions over octets, where those match the longest text and cannot run away.

A pattern qualifies if each character tells what it belongs to: then what an engine matches first is the longest match,
and it never comes back to try something else. All others are stepped over by an automaton.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from art7.grammar.ir.pattern_sets import Octets, common, union

_parser: Any = re._parser
_ENDLESS = _parser.MAXREPEAT
MOST = 4_000
"""Most characters of an expression."""

BEYOND = (
    r"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|"
    r"\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
"""All characters that are not ASCII, in UTF-8 (RFC 3629 §4)."""


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    empty: bool
    first: Octets
    longer: Octets


class _Unfit(Exception):
    """The pattern is left to the automaton."""


@lru_cache(maxsize=1024)
def octets_pattern(pattern: str) -> str | None:
    """Return the expression over octets, as text in ASCII; nothing for a pattern that an automaton must match."""
    try:
        part = _sequence(_parser.parse(pattern))
    except _Unfit:
        return None
    return part.text if len(part.text) <= MOST else None


def text_pattern(pattern: str) -> str | None:
    """Return the expression over texts, under the same condition."""
    return None if octets_pattern(pattern) is None else pattern


def _sequence(nodes: Any) -> _Part:
    text, empty, first, longer = "", True, (), ()  # type: tuple[str, bool, Octets, Octets]
    for node in nodes:
        part = _node(node)
        if common(longer, part.first) is not None:
            raise _Unfit
        longer = union(part.longer, part.first, longer) if part.empty else part.longer
        first = union(first, part.first) if empty else first
        text, empty = text + part.text, empty and part.empty
    return _Part(text, empty, first, longer)


def _node(node: Any) -> _Part:
    operation, argument = node
    match str(operation):
        case "LITERAL" if argument < 128:
            return _Part(_sign(argument), False, ((argument, argument),), ())
        case "LITERAL":
            octets = chr(argument).encode()
            return _Part("".join(map(_sign, octets)), False, ((128, 255),), ())
        case "IN":
            return _class(argument)
        case "SUBPATTERN":
            return _sequence(argument[-1])
        case "BRANCH":
            return _choice([_sequence(option) for option in argument[1]])
        case "MAX_REPEAT":
            return _repeat(argument)
        case _:
            raise _Unfit


def _choice(options: list[_Part]) -> _Part:
    first: Octets = ()
    for option in options:
        if option.empty or common(first, option.first) is not None:
            raise _Unfit
        first = union(first, option.first)
    text = "|".join(option.text for option in options)
    return _Part(f"(?:{text})", False, first, union(*(option.longer for option in options)))


def _repeat(argument: Any) -> _Part:
    low, high, body = argument
    if low <= 1 and high == _ENDLESS and (runs := _runs_of_class(body)) is not None:
        return _Part(runs.text + "+*"[low == 0] + "+", low == 0, runs.first, runs.first)
    part = _sequence(body)
    if part.empty or common(part.longer, part.first) is not None:
        raise _Unfit
    most = "" if high == _ENDLESS else str(int(high))
    text = f"(?:{part.text}){{{low},{most}}}" if len(part.text) > 1 else f"{part.text}{{{low},{most}}}"
    if part.text.startswith("[") and part.text.find("]") == len(part.text) - 1:
        text = f"{part.text}{{{low},{most}}}"
    text = text.replace("{0,}", "*").replace("{1,}", "+").replace("{0,1}", "?")
    longer = union(part.longer, part.first) if low != high else part.longer
    return _Part(text, low == 0, part.first, longer)


def _runs_of_class(body: Any) -> _Part | None:
    """Return a class with characters beyond ASCII as runs, which an engine passes over at once."""
    if len(body) != 1 or str(body[0][0]) != "IN":
        return None
    part = _class(body[0][1])
    inside, bar, beyond = part.text.removeprefix("(?:").partition("]|")
    return replace(part, text=f"(?:{inside}]++|{beyond}") if bar else None


def _class(members: Any) -> _Part:
    ascii_part, beyond = [], []
    for kind, value in members:
        low, high = (value, value) if str(kind) == "LITERAL" else value
        if low < 128:
            ascii_part.append((low, min(high, 127)))
        if high >= 128:
            beyond.append((max(low, 128), high))
    text = "".join(_sign(a) if a == b else f"{_sign(a)}-{_sign(b)}" for a, b in ascii_part)
    octets = union(tuple(ascii_part))
    if not beyond:
        return _Part(f"[{text}]", False, octets, ())
    if union(tuple(beyond)) != ((128, 0x10FFFF),):
        raise _Unfit
    every = union(octets, ((128, 255),))
    return _Part(f"(?:[{text}]|{BEYOND})" if text else f"(?:{BEYOND})", False, every, ())


def _sign(octet: int) -> str:
    char = chr(octet)
    return char if char.isalnum() and octet < 128 else f"\\x{octet:02x}"
