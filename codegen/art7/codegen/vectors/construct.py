"""Values made from shapes: the shortest that a shape takes, members and arms that follow what selects them.

Nothing here solves conditions: constants that a condition compares a member with are tried in turn, and the
interpreter says what is valid. What is not reached this way is listed by the caller.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from art7.codegen.vectors.conditions import all_steps, literals, patterns_of
from art7.codegen.vectors.patterns import sample_of
from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Specification
from art7.grammar.ir.plan import Block, Carrier, Form, Record

LONG = 300
"""The longest run that is built where a bound would allow more."""

NOTHING = Record("none", "struct", "", (), Carrier.OCTETS, Form.OBJECT, (), (), (), Block((), ()))
"""The record around what is in none."""

Place = tuple[str | int, ...]


@dataclass(slots=True)
class Builder:
    """Makes values of one specification."""

    spec: Specification
    arms: dict[str, dict[int | str, str]] = field(default_factory=dict)
    whole: int = 0
    """Down to which depth optional members are there as well."""

    def record(self, name: str, depth: int = 0) -> Any:
        """Return a plain value of a record: required members, below `whole` alone; lists as short as they may be."""
        record = self.spec.record(name)
        value: dict[str, Any] = {}
        for slot in record.api():
            if slot.role is p.Role.VIEW or slot.role is p.Role.KEPT:
                continue
            if (slot.optional or slot.default is not None) and depth >= self.whole:
                continue
            value[slot.name] = self.shape(slot.shape, depth, value, record, slot)
        if record.form is p.Form.TUPLE:
            return tuple(value.values())
        return value

    def shape(
        self, shape: s.Shape, depth: int, members: dict[str, Any], record: p.Record, slot: p.Slot | None
    ) -> Any:
        """Return a plain value of a shape."""
        match shape:
            case s.Integer(minimum=low, maximum=high):
                wanted = literals(record, slot.index) if slot is not None else []
                fit = [value for value in wanted if isinstance(value, int) and low <= value <= high]
                return fit[0] if fit else min(max(0, low), high)
            case s.Boolean():
                return False
            case s.Float():
                return 1.5
            case s.Octets(minimum=low):
                return bytes(range(1, low + 1)) if low < 256 else bytes(low)
            case s.Text():
                return self.text(shape, record, slot)
            case s.Enumeration(name=name):
                return self.enumeration(name)
            case s.Sequence(item=item, minimum=low):
                return [self.shape(item, depth + 1, {}, record, None) for _ in range(min(low, LONG))]
            case s.Label():
                return 1
            case s.Mapping(key=key, value=inner, minimum=low):
                return {
                    (place if isinstance(key, s.Integer | s.Label) else f"k{place}"): self.shape(
                        inner, depth + 1, {}, record, None
                    )
                    for place in range(min(low, LONG))
                }
            case s.RecordOf(name=name):
                return self.record(name, depth + 1) if depth < 12 else {}
            case s.Union():
                return self.union(shape, depth, members, record)
            case s.Nullable():
                return None
            case s.Anything():
                return {}

    def text(self, shape: s.Text, record: p.Record, slot: p.Slot | None) -> str:
        for pattern in (shape.pattern, *(patterns_of(record, slot.index) if slot is not None else ())):
            if pattern is not None:
                return sample_of(pattern, shape.minimum)
        wanted = literals(record, slot.index) if slot is not None else []
        texts = [value for value in wanted if isinstance(value, str)]
        fit = [text for text in texts if len(text) >= shape.minimum]
        return fit[0] if fit else "abcdefgh"[: shape.minimum] or "a" * shape.minimum

    def enumeration(self, name: str) -> int | str:
        for module in self.spec.modules.values():
            for enum in module.enums:
                if enum.name == name and enum.members:
                    return enum.members[0].low
        return 0

    def union(self, shape: s.Union, depth: int, members: dict[str, Any], record: p.Record) -> Any:
        """The value of the arm that the tag, already chosen, takes."""
        arm = arm_of(shape, members.get(shape.tag)) if shape.tag else None
        if arm is None:
            arm = shape.arms[0]
        held = held_by(arm)
        return None if held is None else self.shape(held, depth + 1, {}, record, None)


def held_by(arm: s.UnionArm) -> s.Shape | None:
    """Return the shape of what an arm holds where it holds something."""
    return arm.shape.inner if isinstance(arm.shape, s.Nullable) else arm.shape


def arm_with(shape: s.Union, value: Any, holder: dict[str, Any]) -> s.UnionArm | None:
    """Return the arm that a value is of: the tag beside it says so, or its own kind."""
    if shape.tag:
        return arm_of(shape, holder.get(shape.tag))
    kinds = {bool: "boolean", int: "number", float: "number", str: "text", bytes: "text", list: "array"}
    return next((arm for arm in shape.arms if arm.name == kinds.get(type(value), "object")), None)


def arm_of(shape: s.Union, tag: Any) -> s.UnionArm | None:
    """Return the arm that a tag value takes; `None` when there is none or the tag is not known."""
    rest = None
    for arm in shape.arms:
        if not arm.cases:
            rest = arm
        if any(e.lies_in(tag, range_) for range_ in arm.cases):
            return arm
    return rest


def sized(builder: Builder, record: p.Record, shape: s.Shape, size: int) -> Any:
    match shape:
        case s.Octets():
            return octets_of(size)
        case s.Text():
            return "x" * size
        case s.Sequence(item=item) if size <= LONG:
            return [builder.shape(item, 1, {}, record, None) for _ in range(size)]
        case s.Nullable(inner=inner):
            return sized(builder, record, inner, size)
        case _:
            return None


def octets_of(size: int) -> bytes:
    return bytes(place & 255 for place in range(size))


def sibling(root: Any, at: Place, name: str) -> Any:
    holder = get(root, at[:-1])
    return holder.get(name) if isinstance(holder, dict) else None


def with_arms(builder: Builder, record: p.Record, root: Any, place: Place, name: str, value: Any) -> Any:
    """Set a member; where it is the tag of a union, or selects flattened members, those follow."""
    changed = put(root, (*place, name), value)
    holder = get(changed, place)
    if not isinstance(holder, dict):
        return changed
    for slot in record.api():
        if isinstance(slot.shape, s.Union) and slot.shape.tag == name:
            holder[slot.name] = builder.union(slot.shape, len(place), holder, record)
    for step in all_steps(record.body):
        if isinstance(step, p.Branch) and step.slot is None and _names(record, step.on) == name:
            _flattened(builder, record, step.cases, holder, value)
        elif isinstance(step, p.Object | p.Array):
            for spread in step.spreads:
                if _names(record, spread.on) == name:
                    _spread(builder, record, spread, holder, value)
    return changed


def _names(record: p.Record, expr: e.Expr) -> str | None:
    return record.slots[expr.index].name if isinstance(expr, e.SlotRef) else None


def _takes(ranges: tuple[tuple[Any, Any], ...], value: Any) -> bool:
    return any(type(low) is type(value) and low <= value <= high for low, high in ranges)


def _flattened(
    builder: Builder, record: p.Record, cases: tuple[p.Case, ...], holder: dict[str, Any], value: Any
) -> None:
    chosen = next((case for case in cases if _takes(case.ranges, value)), None)
    chosen = chosen or next((case for case in cases if not case.ranges), None)
    api = {slot.index: slot for slot in record.api()}
    for case in cases:
        for step in all_steps(case.body):
            slot = api.get(getattr(step, "slot", -1))
            for index in [slot.index] if slot is not None else [f.slot for f in getattr(step, "fields", ())]:
                member = api.get(index)
                if member is None:
                    continue
                if case is chosen:
                    holder[member.name] = builder.shape(member.shape, 1, holder, record, member)
                else:
                    holder.pop(member.name, None)


def _spread(builder: Builder, record: p.Record, spread: p.Spread, holder: dict[str, Any], value: Any) -> None:
    chosen = next((case for case in spread.cases if _takes(case.ranges, value)), None)
    chosen = chosen or next((case for case in spread.cases if not case.ranges), None)
    for case in spread.cases:
        for entry in case.entries:
            holder.pop(record.slots[entry.slot].name, None)
    for entry in chosen.entries if chosen is not None else ():
        slot = record.slots[entry.slot]
        if entry.required:
            holder[slot.name] = builder.shape(slot.shape, 1, holder, record, slot)


def get(root: Any, at: Place) -> Any:
    """Return the value at a place, `None` when there is none."""
    for part in at:
        if isinstance(root, dict) and isinstance(part, str):
            root = root.get(part)
        elif isinstance(root, list) and isinstance(part, int) and part < len(root):
            root = root[part]
        else:
            return None
    return root


def put(root: Any, at: Place, value: Any) -> Any:
    """Return a copy of `root` with another value at a place."""
    if not at:
        return value
    changed = copy.deepcopy(root)
    holder = get(changed, at[:-1])
    if isinstance(holder, dict) and isinstance(at[-1], str):
        holder[at[-1]] = value
    elif isinstance(holder, list) and isinstance(at[-1], int) and at[-1] < len(holder):
        holder[at[-1]] = value
    return changed
