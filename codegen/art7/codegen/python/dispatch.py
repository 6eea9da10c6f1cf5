"""How a choice by value becomes `if`s: in order where few, by ranges of the value where many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from art7.codegen.python.code import Body, If
from art7.codegen.python.expressions import AND, ATOM, COMPARE, OR, Code, literal

CHAIN = 6
"""Up to so many arms stand in one `if … elif` chain; more are found by a first cut into ranges."""

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
    if len(singles) <= CHAIN or on.optional or not all(isinstance(r[0][0], int) for r, _ in singles):
        return _chain(on, merged)
    return _cut(on, singles, wide)


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
    """Cut the single values into ranges of about as many as there are ranges; a chain in each."""
    values = sorted(
        (low, position)
        for position, (ranges, _) in enumerate(singles)
        for low, _ in ranges
        if isinstance(low, int)
    )
    size = max(4, round(len(values) ** 0.5))
    groups = [values[i : i + size] for i in range(0, len(values), size)]
    arms: list[tuple[str, Body]] = []
    floor: int | None = None
    for number, group in enumerate(groups):
        last = number == len(groups) - 1
        ceiling = None if last else groups[number + 1][0][0]
        inner = _group(on, group, singles, wide, floor, ceiling)
        arms.append(("" if last else f"{on.text} < {literal(ceiling).text}", inner))
        floor = ceiling
    return [If(arms[:-1], arms[-1][1])]


def _group(
    on: Code,
    group: list[tuple[int, int]],
    singles: list[tuple[Ranges, Body]],
    wide: list[tuple[Ranges, Body]],
    floor: int | None,
    ceiling: int | None,
) -> Body:
    owned: dict[int, list[int]] = {}
    for value, position in group:
        owned.setdefault(position, []).append(value)
    chain: list[tuple[Ranges, Body]] = [
        (tuple((value, value) for value in found), singles[position][1]) for position, found in owned.items()
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
            chain.append(((), body))
            break
        if kept:
            chain.append((tuple(kept), body))
    return _chain(on, chain)
