"""Values that a change of a record is about: at the bounds of either version, and those that its rules speak of."""

from __future__ import annotations

from typing import Any

from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.interpreter.prepare import all_steps
from art7.prover.changes.match import Pairs
from art7.prover.changes.patterns import differing_texts
from art7.prover.changes.plain import plain
from art7.prover.changes.tried import Count
from art7.prover.sample_values import hints_of


def wanted_values(old: p.Record, new: p.Record, pairs: Pairs[p.Slot]) -> dict[str, tuple[Any, ...]]:
    """Values at the bounds of either version, by the names that either has for the slot; `None`: absent."""
    found: dict[str, tuple[Any, ...]] = {}
    for one, other in (*pairs.same, *pairs.renamed):
        if plain(one.shape) != plain(other.shape) or one.optional != other.optional:
            values = (*bounds_of(one.shape), *bounds_of(other.shape), *_texts(one.shape, other.shape))
            for slot in (one, other):
                found[slot.name] = (*values, None) if slot.optional else values
    for slot in (*pairs.added, *pairs.removed):
        found[slot.name] = (*bounds_of(slot.shape), None) if slot.optional else bounds_of(slot.shape)
    for record in (old, new):
        for index, values in hints_of(record).items():
            slot = record.slots[index]
            if slot.is_api and slot.name not in found and _rules_differ(old, new):
                near = [value + step for value in values if type(value) is int for step in (0, -1, 1)]
                found[slot.name] = tuple(
                    dict.fromkeys((*near, *(x for x in values if isinstance(x, str | bytes))))
                )[:12]
    return found


def _rules_differ(old: p.Record, new: p.Record) -> bool:
    """Whether what the rules of two versions say may be another thing."""
    checks = [
        [plain(x, record) for x in all_steps(record.body) if isinstance(x, p.Check)] for record in (old, new)
    ]
    return checks[0] != checks[1]


def _texts(one: s.Shape, other: s.Shape) -> tuple[str, ...]:
    """Texts that the pattern of only one of the two matches."""
    patterns = [shape.pattern if isinstance(shape, s.Text) else None for shape in (one, other)]
    if patterns[0] is None or patterns[1] is None or patterns[0] == patterns[1]:
        return ()
    return tuple(text for text in differing_texts(patterns[0], patterns[1]) or () if text is not None)


def bounds_of(shape: s.Shape) -> tuple[Any, ...]:
    """Values at the bounds of a shape and one beyond each, as far as they are small."""
    match shape:
        case s.Integer(minimum=low, maximum=high):
            return (low, high, low + 1, high - 1, low - 1, high + 1)
        case s.Octets(minimum=low, maximum=high):
            return tuple(b"\1" * size for size in _sizes(low, high))
        case s.Text(minimum=low, maximum=high, pattern=None):
            return tuple("a" * size for size in _sizes(low, high))
        case s.Boolean():
            return (False, True)
        case s.Sequence(minimum=low, maximum=high):
            return tuple(Count(size) for size in _sizes(low, high) if size <= 2000)
        case _:
            return ()


def _sizes(low: int, high: int | None) -> tuple[int, ...]:
    sizes = {low, low + 1, max(0, low - 1)} | (
        {high, high + 1, max(0, high - 1)} if high is not None else {low + 3}
    )
    return tuple(sorted(size for size in sizes if size <= 70_000))
