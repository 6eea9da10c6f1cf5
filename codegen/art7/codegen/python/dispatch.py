"""How a choice by value becomes `if`s: in order where few, by halving the values where many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from art7.codegen.python.code import Assign, Body, For, If, Read, Statement, While
from art7.codegen.python.expressions import AND, ATOM, COMPARE, OR, Code, literal
from art7.codegen.python.scope import ModuleScope

CHAIN = 6
"""Up to so many arms stand in one `if … elif` chain; more are found by halving their values."""
LEAF = 5
"""So many values are compared one after the other where the others are ruled out."""

Ranges = tuple[tuple[int, int] | tuple[str, str], ...]


@dataclass(slots=True)
class DispatchArm:
    """One arm: the ranges of values it takes (empty: the rest), how its body is emitted, its test when given."""

    ranges: Ranges
    run: Callable[[], None]
    test: str | None = None
    steps: tuple[Any, ...] = ()
    """The plan steps of its body, where it has any."""


def dispatch(on: Code, arms: list[DispatchArm], bodies: list[Body]) -> Body:
    """Return the statements that run the body of the first arm that takes `on`.

    Single values win over the ranges that contain them (cases widen in order), so arms with equal bodies may
    be merged and single values tested in any order.
    """
    merged = _merge(arms, bodies)
    singles = [
        (ranges, body) for ranges, body in merged if ranges and all(low == high for low, high in ranges)
    ]
    wide = [(ranges, body) for ranges, body in merged if (ranges, body) not in singles]
    if len(singles) <= CHAIN or on.optional or not _is_ordered(singles, wide):
        return _chain(on, merged)
    return _cut(on, singles, wide)


def numbered(scope: ModuleScope, on: Code, arms: list[DispatchArm]) -> tuple[str, list[DispatchArm]]:
    """Return the number of an arm as an expression, and the arms by their numbers: many texts are found by a table."""
    ranges = [arm.ranges for arm in arms if arm.ranges]
    words = [low for each in ranges for low, high in each if isinstance(low, str) and low == high]
    if (
        on.optional
        or len(ranges) <= CHAIN
        or len(words) != sum(map(len, ranges))
        or len({*words}) != len(words)
    ):
        return "", arms
    numbers = {low: number for number, each in enumerate(ranges, 1) for low, _ in each}
    rows = ", ".join(f"{literal(word).text}: {number}" for word, number in numbers.items())
    mark = sha256(rows.encode()).hexdigest()[:8]
    table = scope.constant(f"_arms_{mark}", "{" + rows + "}")
    made = []
    for arm in arms:
        place = numbers[arm.ranges[0][0]] if arm.ranges else 0
        made.append(replace(arm, ranges=((place, place),) if arm.ranges else ()))
    return f"{table}.get({on.text}, 0)", made


def _is_ordered(singles: list[tuple[Ranges, Body]], wide: list[tuple[Ranges, Body]]) -> bool:
    """Whether single values can be halved: integers, or texts where nothing but the rest is beside them."""
    if all(isinstance(ranges[0][0], int) for ranges, _ in singles):
        return True
    return all(isinstance(low, str) for ranges, _ in singles for low, _ in ranges) and not any(
        ranges for ranges, _ in wide
    )


def _merge(arms: list[DispatchArm], bodies: list[Body]) -> list[tuple[Ranges, Body]]:
    """Join arms whose bodies are the same and between which no other arm could take a value of theirs."""
    merged: list[tuple[Ranges, Body]] = []
    for arm, body in zip(arms, bodies, strict=True):
        single = bool(arm.ranges) and all(low == high for low, high in arm.ranges)
        for position, (ranges, other) in enumerate(merged):
            if single and ranges and all(low == high for low, high in ranges) and other == body:
                merged[position] = ((*ranges, *arm.ranges), other)
                break
        else:
            merged.append((arm.ranges, body))
    return merged


def _chain(on: Code, merged: list[tuple[Ranges, Body]]) -> Body:
    tests = [(condition(on, ranges), body) for ranges, body in merged if ranges]
    rest = [body for ranges, body in merged if not ranges]
    while tests and rest and tests[-1][1] == rest[0]:
        tests.pop()
    if not tests:
        return rest[0] if rest else []
    return [If(tests, rest[0] if rest and rest[0] else None)]


def condition(on: Code, ranges: Ranges) -> str:
    """Return the test of `on` lying in `ranges`, fit for an `if`."""
    singles = [literal(low).text for low, high in ranges if low == high]
    if len(singles) == len(ranges) and len(singles) > 2:
        return f"{on.at(COMPARE + 1)} in ({', '.join(singles)})"
    parts = []
    for low, high in ranges:
        a, b = literal(low).text, literal(high).text
        text = f"{on.at(COMPARE + 1)} == {a}" if low == high else f"{a} <= {on.at(COMPARE + 1)} <= {b}"
        if low != high and on.optional:
            text = f"{on.at(ATOM)} is not None and {text}"
            parts.append(Code(text, AND))
        else:
            parts.append(Code(text, COMPARE))
    return " or ".join(part.at(OR) for part in parts)


def _cut(on: Code, singles: list[tuple[Ranges, Body]], wide: list[tuple[Ranges, Body]]) -> Body:
    """Halve the single values until few are left; a chain for those."""
    values: list[tuple[Any, int]] = sorted(
        (low, position) for position, (ranges, _) in enumerate(singles) for low, _ in ranges
    )
    return _halved(on, values, singles, wide, None, None)


def _halved(
    on: Code,
    values: list[tuple[Any, int]],
    singles: list[tuple[Ranges, Body]],
    wide: list[tuple[Ranges, Body]],
    floor: Any,
    ceiling: Any,
) -> Body:
    if len(values) <= LEAF:
        return _group(on, values, singles, wide, floor, ceiling)
    middle = len(values) // 2
    cut = values[middle][0]
    below = _halved(on, values[:middle], singles, wide, floor, cut)
    above = _halved(on, values[middle:], singles, wide, cut, ceiling)
    return [If([(f"{on.text} < {literal(cut).text}", below)], above)]


def copied(body: Body) -> Body:
    """Return a block like `body` that passes may change by itself."""
    return [_copied(statement) for statement in body]


def _copied(statement: Statement) -> Statement:
    match statement:
        case Read(codes=codes, targets=targets):
            return replace(statement, codes=[*codes], targets=[*targets])
        case Assign(targets=stored):
            return replace(statement, targets=[*stored])
        case If(arms=arms, otherwise=otherwise):
            kept = [(text, copied(inner)) for text, inner in arms]
            return If(kept, None if otherwise is None else copied(otherwise))
        case While(body=body) | For(body=body):
            return replace(statement, body=copied(body))
        case _:
            return replace(statement)


def _group(
    on: Code,
    group: list[tuple[Any, int]],
    singles: list[tuple[Ranges, Body]],
    wide: list[tuple[Ranges, Body]],
    floor: Any,
    ceiling: Any,
) -> Body:
    owned: dict[int, list[Any]] = {}
    for value, position in group:
        owned.setdefault(position, []).append(value)
    chain: list[tuple[Ranges, Body]] = [
        (tuple((value, value) for value in found), copied(singles[position][1]))
        for position, found in owned.items()
    ]
    for ranges, body in wide:
        kept: list[tuple[int, int]] = []
        whole = not ranges
        for low, high in ranges:
            assert isinstance(low, int) and isinstance(high, int)
            if (floor is not None and high < floor) or (ceiling is not None and low >= ceiling):
                continue
            if (floor is not None and low <= floor) and (ceiling is not None and high >= ceiling - 1):
                whole = True
            kept.append((low, high))
        if whole:
            chain.append(((), copied(body)))
            break
        if kept:
            chain.append((tuple(kept), copied(body)))
    return _chain(on, chain)
