"""Values that are not the type's: a member out of its bounds, missing, of no known kind, one too many."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from art7.codegen.vectors.construct import LONG, NOTHING, Builder, Place, arm_of, held_by, put
from art7.codegen.vectors.neighbours import members_of
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Specification

DEPTH = 6
"""How deep records are gone into."""
NO_TRUTH = "neither true nor false"
LARGEST = 5_000
"""The longest run of octets or characters made to be too long."""


def unwritable(spec: Specification, record: p.Record, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield (comment, value): `value`, which is valid, with one thing wrong each."""
    for at, wrong in _in_record(spec, record, value, (), 0):
        name = ".".join(str(part) for part in at)
        for comment, other in wrong:
            yield f"{name}: {comment}", put(value, at, other)
    for comment, changed in _missing(record, value):
        yield comment, changed


Wrong = list[tuple[str, Any]]


def _in_record(
    spec: Specification, record: p.Record, here: Any, at: Place, depth: int
) -> Iterator[tuple[Place, Wrong]]:
    if depth > DEPTH or not isinstance(here, dict):
        return
    for slot in record.api():
        member = here.get(slot.name)
        if member is None or slot.role is p.Role.VIEW:
            continue
        yield from _in_shape(spec, _of_arm(slot.shape, here), member, (*at, slot.name), depth)


def _of_arm(shape: s.Shape, members: dict[str, Any]) -> s.Shape:
    """The shape of the arm that a tag beside a member chooses."""
    inner = shape.inner if isinstance(shape, s.Nullable) else shape
    if isinstance(inner, s.Union) and inner.tag:
        arm = arm_of(inner, members.get(inner.tag))
        held = held_by(arm) if arm is not None else None
        return shape if held is None else held
    return shape


def _in_shape(
    spec: Specification, shape: s.Shape, here: Any, at: Place, depth: int
) -> Iterator[tuple[Place, Wrong]]:
    wrong = list(_wrong(spec, shape, here))
    if wrong:
        yield at, wrong
    match shape:
        case s.RecordOf(name=name):
            inside = spec.record(name)
            if isinstance(here, dict):
                yield from ((at, [change]) for change in _missing(inside, here))
            yield from _in_record(spec, inside, here, at, depth + 1)
        case s.Nullable(inner=inner):
            yield from _in_shape(spec, inner, here, at, depth)
        case s.Sequence(item=item) if isinstance(here, list) and here:
            yield from _in_shape(spec, item, here[0], (*at, 0), depth + 1)
        case _:
            return


def _missing(record: p.Record, here: Any) -> Iterator[tuple[str, Any]]:
    """Yield a record's value without each member that must be there."""
    if not isinstance(here, dict):
        return
    tags = _tags(record)
    for slot in record.api():
        if slot.name in here and slot.name not in tags and not slot.optional and slot.default is None:
            yield f"{slot.name} missing", {key: member for key, member in here.items() if key != slot.name}


def _tags(record: p.Record) -> set[str]:
    """Members that may choose an arm, here or further in: without them nobody could tell what the others are."""
    scalars = (s.Integer, s.Enumeration, s.Text, s.Octets, s.Boolean, s.Float)
    if all(isinstance(_inner(slot.shape), scalars) for slot in record.slots):
        return set()
    return {slot.name for slot in record.slots if isinstance(slot.shape, scalars)}


def _inner(shape: s.Shape) -> s.Shape:
    match shape:
        case s.Nullable(inner=inner) | s.Sequence(item=inner):
            return _inner(inner)
        case _:
            return shape


def _wrong(spec: Specification, shape: s.Shape, here: Any) -> Iterator[tuple[str, Any]]:
    match shape:
        case s.Integer(minimum=low, maximum=high):
            yield "one below the least", low - 1
            yield "one above the greatest", high + 1
        case s.Octets(minimum=low, maximum=high):
            yield from _lengths(low, high, lambda size: bytes(place & 255 for place in range(size)))
        case s.Text(minimum=low, maximum=high, pattern=pattern):
            yield from _lengths(low, high, lambda size: "x" * size)
            if pattern is not None:
                yield "other characters", "\x7f"
        case s.Boolean():
            yield NO_TRUTH, 7
        case s.Enumeration(name=name):
            unknown = _unknown(spec, name)
            if unknown is not None:
                yield "no such member", unknown
        case s.Sequence(item=item, minimum=low, maximum=high):
            one = here[0] if here else Builder(spec).shape(item, 1, {}, NOTHING, None)
            if low:
                yield "an item too few", [copy.deepcopy(one) for _ in range(low - 1)]
            if high is not None and high <= LONG:
                yield "an item too many", [copy.deepcopy(one) for _ in range(high + 1)]
        case _:
            return


def _lengths(low: int, high: int | None, made: Any) -> Iterator[tuple[str, Any]]:
    if 0 < low <= LARGEST:
        yield "too short", made(low - 1)
    if high is not None and high < LARGEST:
        yield "too long", made(high + 1)


def _unknown(spec: Specification, name: str) -> int | str | None:
    """A value that an enumeration has no member for: the next after one where there is room."""
    values = [value for _, value in members_of(spec, name)]
    if values and isinstance(values[0], str):
        return "no-such-member"
    numbers = sorted(each for each in values if isinstance(each, int))
    return next((each + 1 for each in numbers if each + 1 not in numbers), None)
