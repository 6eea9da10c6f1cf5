"""Test the upper bits of a word without shifting it, the lower ones without dividing."""

from __future__ import annotations

import re

from art7.codegen.python.code import Assign, Body, For, If, Line, Read, Test, names_in
from art7.codegen.python.expressions import number
from art7.codegen.python.passes.words import COMPOUND, bodies

_BITS = {"B": 8, "H": 16, "I": 32, "Q": 64}
_REST = re.compile(r"(\w+) % (\d+) != 0")
_CANDIDATE = re.compile(" >> | % ")
_UPPER = re.compile(r"(\w+) >> (\d+) (==|!=) (\d+)")


def narrow_tests(body: Body) -> Body:
    """Return `body` with tests of a word's upper bits as comparisons of the word."""
    if _has_candidates(body):
        _narrow(body, _words(body))
    return body


def _has_candidates(body: Body) -> bool:
    """Whether there is anything to look at, found faster than all widths are."""
    for statement in body:
        if isinstance(statement, Test):
            if _CANDIDATE.search(statement.condition):
                return True
        elif type(statement) in COMPOUND:
            if isinstance(statement, If) and any(_CANDIDATE.search(text) for text, _ in statement.arms):
                return True
            if any(_has_candidates(inner) for inner in bodies(statement)):
                return True
    return False


def _words(body: Body) -> dict[str, int]:
    """Return the widths of variables that hold an unsigned number read, and nothing else."""
    widths: dict[str, int] = {}
    spoiled: set[str] = set()
    _gather(body, widths, spoiled)
    return {name: width for name, width in widths.items() if name not in spoiled}


def _gather(body: Body, widths: dict[str, int], spoiled: set[str]) -> None:
    for statement in body:
        if isinstance(statement, Read):
            for code, target in zip(statement.codes, statement.targets, strict=True):
                if target is None:
                    continue
                width = _BITS.get(code, 0)
                if not width or widths.get(target, width) != width:
                    spoiled.add(target)
                widths[target] = width
        elif isinstance(statement, Assign):
            spoiled.update(names_in(" ".join(statement.targets)))
        elif isinstance(statement, Line):
            spoiled.update(names_in(statement.text.partition("=")[0] if "=" in statement.text else ""))
        elif isinstance(statement, For):
            spoiled.add(statement.target)
        for inner in bodies(statement):
            _gather(inner, widths, spoiled)


def _narrow(body: Body, words: dict[str, int]) -> None:
    for statement in body:
        if isinstance(statement, Test):
            statement.condition = _narrowed(statement.condition, words)
        elif isinstance(statement, If):
            statement.arms = [(_narrowed(text, words), inner) for text, inner in statement.arms]
        for inner in bodies(statement):
            _narrow(inner, words)


def _narrowed(condition: str, words: dict[str, int]) -> str:
    rest = _REST.fullmatch(condition)
    if rest is not None and (most := int(rest[2]) - 1) > 0 and not most & most + 1:
        return f"{rest[1]} & {most}"
    found = _UPPER.fullmatch(condition)
    if found is None or found[1] not in words:
        return condition
    word, shift, value = found[1], int(found[2]), int(found[4])
    low, high = value << shift, (value + 1 << shift) - 1
    top = (1 << words[word]) - 1
    equal = found[3] == "=="
    if high > top:
        return condition
    if low == 0:
        return f"{word} <= {number(high)}" if equal else f"{word} > {number(high)}"
    if high == top:
        return f"{word} >= {number(low)}" if equal else f"{word} < {number(low)}"
    inside = f"{number(low)} <= {word} <= {number(high)}"
    return inside if equal else f"not {inside}"
