"""A message's value with one member of one record, wherever it lies in it, set to another value."""

from __future__ import annotations

from typing import Any

from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Specification


def placed(
    specification: Specification, record: p.Record, value: Any, target: str, slot: str, new: Any
) -> Any:
    """Return a copy of `value` in which the first `target` has `new` as its `slot`; `None` where it holds none."""
    if not isinstance(value, dict):
        return None
    if record.name == target:
        kept = {key: each for key, each in value.items() if key != slot}
        return kept if new is None else {**kept, slot: new}
    for each in record.api():
        if each.name in value:
            inner = _inside(specification, each.shape, value[each.name], target, slot, new)
            if inner is not None:
                return {**value, each.name: inner}
    return None


def _inside(
    specification: Specification, shape: s.Shape, value: Any, target: str, slot: str, new: Any
) -> Any:
    match shape:
        case s.RecordOf(name=name):
            return placed(specification, specification.record(name), value, target, slot, new)
        case s.Nullable(inner=held):
            return _inside(specification, held, value, target, slot, new)
        case s.Sequence(item=item) if isinstance(value, list):
            for n, each in enumerate(value[:8]):
                changed = _inside(specification, item, each, target, slot, new)
                if changed is not None:
                    return [*value[:n], changed, *value[n + 1 :]]
        case s.Union(arms=arms) if isinstance(value, dict):
            for arm in arms:
                inner = (
                    None if arm.shape is None else _inside(specification, arm.shape, value, target, slot, new)
                )
                if inner is not None:
                    return inner
    return None
