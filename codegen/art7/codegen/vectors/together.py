"""Members that a rule compares together, each at every value that the rule names: what is held or broken by two at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from typing import Any

from art7.codegen.vectors.conditions import all_steps, literals, sizes_of
from art7.codegen.vectors.construct import Builder, put, sized, with_arms
from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir.module import Specification
from art7.interpreter.encode import encode
from art7.interpreter.errors import EncodeError

MOST = 36
"""The most values of one rule."""
EACH = 6
"""The most values of one member in it."""
STEPS = 6
"""How often a value is made longer or shorter until it has a size."""


def together(builder: Builder, record: p.Record, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield (comment, value) for every rule over two or more members of a record."""
    if not isinstance(value, dict):
        return
    for step in all_steps(record.body):
        condition = step.condition if isinstance(step, p.Check | p.When) else None
        if condition is None:
            continue
        choices = [
            choice for slot in _members(record, condition) if (choice := _choices(builder, record, slot))
        ]
        if len(choices) < 2:
            continue
        for chosen in islice(product(*choices), MOST):
            changed = value
            for name, member in chosen:
                changed = with_arms(builder, record, changed, (), name, member)
            yield f"{chosen[0][0]}: with {', '.join(name for name, _ in chosen[1:])}", changed


def _members(record: p.Record, condition: e.Expr) -> list[p.Slot]:
    indices = dict.fromkeys(
        node.index if isinstance(node, e.SlotRef) else node.slot
        for node in e.walk(condition)
        if isinstance(node, e.SlotRef | e.Measure)
    )
    api = {slot.index: slot for slot in record.api()}
    return [api[index] for index in indices if index in api]


def _choices(builder: Builder, record: p.Record, slot: p.Slot) -> list[tuple[str, Any]]:
    found: list[Any] = [*literals(record, slot.index)]
    found += [
        long for size in sizes_of(record, slot.index) if (long := sized(builder, record, slot.shape, size))
    ]
    if isinstance(builder.shape(slot.shape, 0, {}, record, None), bool):
        found += [True, False]
    return [(slot.name, each) for each in found[:EACH]]


def of_size(
    spec: Specification, record: p.Record, params: dict[str, Any], value: Any, size: int
) -> bytes | None:
    """Return the octets of a value whose longest text or octets are so long that all are `size`; `None` if none are."""
    if not isinstance(value, dict):
        return None
    growing = [name for name, member in value.items() if isinstance(member, str | bytes)]
    for name in growing:
        changed, octets = value, b""
        for _ in range(STEPS):
            try:
                octets = encode(spec, record.name, changed, params)
            except (EncodeError, RecursionError):
                break
            if len(octets) == size:
                return octets
            member = changed[name]
            length = len(member) + size - len(octets)
            if length < 0:
                break
            filler: str | bytes = "a" if isinstance(member, str) else b"a"
            changed = put(changed, (name,), (member + filler * length)[:length])
    return None
