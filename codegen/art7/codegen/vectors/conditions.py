"""What the rules of a record compare its members with: constants, sizes and patterns worth a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p


class _Same:
    """A part of a plan, known by its identity: comparing plans by what is in them costs more than it saves."""

    __slots__ = ("part",)

    def __init__(self, part: p.Block | p.Record) -> None:
        self.part = part

    def __hash__(self) -> int:
        return id(self.part)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.part is self.part


def _conditions(record: p.Record) -> Iterator[e.Expr]:
    for step in all_steps(record.body):
        if isinstance(step, p.Check):
            yield step.condition
        elif isinstance(step, p.Branch):
            yield step.on
        elif isinstance(step, p.When):
            yield step.condition


def all_steps(block: p.Block) -> tuple[p.Step, ...]:
    """Return every step of a block and of the blocks in it, as they stand."""
    return _all_steps(_Same(block))


@lru_cache(4096)
def _all_steps(same: _Same) -> tuple[p.Step, ...]:
    found: list[p.Step] = []
    for step in same.part.steps if isinstance(same.part, p.Block) else ():
        found.append(step)
        for inner in inner_blocks(step):
            found += all_steps(inner)
    return tuple(found)


def inner_blocks(step: p.Step) -> Iterator[p.Block]:
    """Yield the blocks that a step holds, in its cases and entries as well."""
    kind: Any = type(step)
    for name in _names(kind):
        yield from _blocks(getattr(step, name))


def _blocks(part: Any) -> Iterator[p.Block]:
    if isinstance(part, p.Block):
        yield part
    elif isinstance(part, tuple):
        for each in part:
            yield from _blocks(each)
    elif is_dataclass(part) and type(part).__module__ == p.__name__:
        kind: Any = type(part)
        for name in _names(kind):
            yield from _blocks(getattr(part, name))


@lru_cache(256)
def _names(kind: Any) -> tuple[str, ...]:
    """Names of the fields of a step that can hold blocks."""
    return tuple(each.name for each in fields(kind) if each.name not in _PLAIN)


_PLAIN = frozenset(
    {"slot", "fault", "condition", "expr", "ranges", "span", "on", "extent", "minimum", "maximum"}
)


def literals(record: p.Record, slot: int) -> tuple[int | str | bytes, ...]:
    """Constants that a condition compares the slot with, and what tags it selects by, those that hold first."""
    return _literals(_Same(record), slot)


@lru_cache(4096)
def _literals(same: _Same, slot: int) -> tuple[int | str | bytes, ...]:
    record = same.part
    assert isinstance(record, p.Record), "asked of records alone"
    found: list[int | str | bytes] = []
    for step in all_steps(record.body):
        if isinstance(step, p.Branch) and _is_slot(step.on, slot):
            found += [low for case in step.cases if case.refuse is None for low, _ in case.ranges]
        elif isinstance(step, p.Object | p.Array):
            for spread in step.spreads:
                if _is_slot(spread.on, slot):
                    found += [low for case in spread.cases if case.refuse is None for low, _ in case.ranges]
        elif isinstance(step, p.Domain) and step.slot == slot:
            found += [low for low, _ in step.ranges]
    for condition in _conditions(record):
        for node in e.walk(condition):
            found += _compared(node, slot)
    return tuple(dict.fromkeys(found))


def _compared(node: e.Expr, slot: int) -> list[int | str | bytes]:
    match node:
        case e.Binary(op=op, left=left, right=e.Literal(value=value)) if _is_slot(left, slot):
            if isinstance(value, int) and not isinstance(value, bool):
                near = {"<": [value - 1], ">": [value + 1], "!=": [value + 1]}.get(op, [value])
                return [*near, value, value + 1, value - 1]
            if isinstance(value, str | bytes):
                return [value]
        case e.InRanges(operand=operand, ranges=ranges) if _is_slot(operand, slot):
            return [low for low, _ in ranges]
        case e.Call(function="starts_with" | "ends_with" | "contains", arguments=arguments):
            part = arguments[1]
            if (
                _is_slot(arguments[0], slot)
                and isinstance(part, e.Literal)
                and isinstance(part.value, str | bytes)
            ):
                return [part.value]
    return []


def sizes_of(record: p.Record, slot: int) -> list[int]:
    """Sizes and counts that a condition compares those of the slot with, and their neighbours."""
    found: list[int] = []
    for condition in _conditions(record):
        for node in e.walk(condition):
            match node:
                case e.Binary(left=left, right=e.Literal(value=int(value))) if _measures(left, slot):
                    found += [value, value + 1, value - 1]
                case e.InRanges(operand=operand, ranges=ranges) if _measures(operand, slot):
                    found += [low for low, _ in ranges if isinstance(low, int)]
                case _:
                    continue
    return [size for size in dict.fromkeys(found) if 0 <= size <= 5_000]


def _measures(expr: e.Expr, slot: int) -> bool:
    """Whether an expression is a size of the slot, scaled or not."""
    return any(
        (isinstance(node, e.Measure) and node.slot == slot and node.what in ("octets", "count"))
        or (isinstance(node, e.Call) and node.function == "length" and _is_slot(node.arguments[0], slot))
        for node in e.walk(expr)
    )


def _is_slot(expr: e.Expr, slot: int) -> bool:
    return isinstance(expr, e.SlotRef) and expr.index == slot


def patterns_of(record: p.Record, slot: int) -> Iterator[str]:
    for condition in _conditions(record):
        for node in e.walk(condition):
            if isinstance(node, e.Call) and node.function == "matches" and _is_slot(node.arguments[0], slot):
                pattern = node.arguments[1]
                if isinstance(pattern, e.Literal) and isinstance(pattern.value, str):
                    yield pattern.value
