"""A specification without its rules and bounds, or with one turned round: what it writes breaks them, and the real
one must say which; what holds is told by the opposite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import Any

from art7.codegen.vectors.conditions import all_steps
from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Specification

_HUGE = 1 << 70


def without_rules(spec: Specification) -> Specification:
    """Return `spec` with every `Check` and `Domain` taken out, and no bounds on sizes, counts and digits."""
    modules = {
        name: replace(module, records=tuple(_record(record) for record in module.records))
        for name, module in spec.modules.items()
    }
    return Specification(modules)


def _record(record: p.Record) -> p.Record:
    slots = tuple(replace(slot, shape=_shape(slot.shape)) for slot in record.slots)
    return replace(record, slots=slots, body=_relaxed(record.body), limit_size=None)


def _shape(shape: s.Shape) -> s.Shape:
    match shape:
        case s.Octets() | s.Text() | s.Sequence() | s.Mapping():
            return replace(shape, minimum=0, maximum=None)
        case s.Nullable(inner=inner):
            return replace(shape, inner=_shape(inner))
        case _:
            return shape


def turned_round(record: p.Record, requirement: str) -> p.Record:
    """Return a record in which the condition of one requirement is its opposite; itself where it has none such."""
    body = _rewritten(record.body, lambda part: _turned(part, requirement))
    tested = {
        step.slot
        for step in all_steps(record.body)
        if isinstance(step, p.Verify) and step.fault.requirement == requirement
    }
    if body is record.body and not tested:
        return record
    return replace(
        record,
        body=body,
        slots=tuple(_never(each) if each.index in tested else each for each in record.slots),
    )


def _never(slot: p.Slot) -> p.Slot:
    """A computed member with a value that it cannot have."""
    if slot.value is None:
        return slot
    other: bytes | int = b"" if isinstance(_inner(slot.shape), s.Octets) else -1
    return replace(slot, value=e.Literal(other, slot.value.kind))


def _inner(shape: s.Shape) -> s.Shape:
    return shape.inner if isinstance(shape, s.Nullable) else shape


def _turned(part: Any, requirement: str) -> Any:
    if isinstance(part, p.Check) and part.fault.requirement == requirement:
        return replace(part, condition=e.Unary("not", part.condition, part.condition.kind))
    return part


def _relaxed(part: Any) -> Any:
    """A step, or what holds steps, relaxed throughout."""
    return _rewritten(part, _open)


def _rewritten(part: Any, change: Callable[[Any], Any]) -> Any:
    """What holds steps with every step changed, from the innermost outwards; the same object where nothing is."""
    if isinstance(part, tuple):
        changed = tuple(_rewritten(each, change) for each in part)
        return changed if any(new is not old for new, old in zip(changed, part, strict=True)) else part
    if not is_dataclass(part) or isinstance(part, type) or type(part).__module__ != p.__name__:
        return part
    found: dict[str, Any] = {}
    for name in _names(type(part)):
        here = getattr(part, name)
        there = _rewritten(here, change)
        if there is not here:
            found[name] = there
    return change(replace(part, **found) if found else part)


def _open(part: Any) -> Any:
    """A block without its rules; any other part with its bounds wide open."""
    if isinstance(part, p.Block):
        return _block(part)
    names = [name for name in ("minimum", "maximum") if getattr(part, name, None) is not None]
    return (
        replace(part, **{name: _bound(part, name, getattr(part, name)) for name in names}) if names else part
    )


def _bound(part: Any, name: str, here: int) -> int | None:
    if isinstance(part, p.Number):
        return _HUGE if name == "maximum" else -_HUGE if here < 0 else 0
    return None if name == "maximum" else 0


def _block(block: p.Block) -> p.Block:
    kept = [place for place, step in enumerate(block.steps) if not isinstance(step, p.Check | p.Domain)]
    places = {old: new for new, old in enumerate(kept)}
    emit = tuple(places[old] for old in block.emit if old in places)
    return p.Block(tuple(block.steps[place] for place in kept), emit)


@lru_cache(256)
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))
