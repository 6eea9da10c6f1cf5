"""The neighbours of a valid value: at every boundary of every member, absent and present, on every arm."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from art7.codegen.vectors.conditions import literals, sizes_of
from art7.codegen.vectors.construct import (
    LONG,
    Builder,
    Place,
    arm_of,
    get,
    held_by,
    octets_of,
    put,
    sibling,
    sized,
    with_arms,
)
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Specification

POWERS = (1, 63, 64, 127, 128, 255, 256, 16_383, 16_384, 65_535, 65_536, (1 << 31) - 1, 1 << 31, 1 << 32)
"""Numbers at which a form of integers gets another octet, or a bit of its own."""
DEPTH = 5
"""How deep records are gone into."""


def boundaries(spec: Specification, shape: s.Shape, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield (comment, value) at the boundaries of a shape, `value` being one that is valid."""
    match shape:
        case s.Integer(minimum=low, maximum=high):
            yield from ((f"{word} value", edge) for word, edge in (("least", low), ("greatest", high)))
            yield from ((f"{edge}", edge) for edge in POWERS if low < edge < high)
        case s.Boolean():
            yield from (("true", True), ("false", False))
        case s.Float():
            yield from (("zero", 0.0), ("negative", -2.25), ("large", 1e300))
        case s.Octets(minimum=low, maximum=high):
            top = high if high is not None and high <= 70_000 else low + 65
            yield from (
                (f"{size} octets", octets_of(size))
                for size in sorted({low, low + 1, low + 63, low + 64, 127, 128, 255, 256, top})
                if low <= size
                if size <= top
            )
        case s.Text(minimum=low, maximum=high, pattern=None):
            top = high if high is not None and high <= 5_000 else low + 40
            yield from (
                (f"{size} characters", "x" * size)
                for size in sorted({low, low + 1, 127, 128, 255, 256, top})
                if low <= size <= top
            )
            if top - low >= 2:
                yield "characters of two to four octets", ("é\U0001f680" + "x" * low)[: max(low, 2)]
        case s.Enumeration(name=name):
            yield from members_of(spec, name)
        case s.Nullable(inner=inner):
            yield "null", None
            yield from boundaries(spec, inner, value)
        case _:
            return


@dataclass(frozen=True, slots=True)
class _Walk:
    """A way through the members of a value: all of them, or those at and below one that is named."""

    builder: Builder
    near: str

    def takes(self, name: str) -> bool:
        """Whether a member is the named one, or below it."""
        return _holds(self.near, name)

    def passes(self, name: str) -> bool:
        """Whether a member is taken, or lies on the way to one that is."""
        return _holds(self.near, name) or _holds(name, self.near)


def _holds(outer: str, inner: str) -> bool:
    return not outer or inner == outer or inner.startswith(f"{outer}.")


def variants(
    spec: Specification, builder: Builder, record: p.Record, value: Any, near: str = ""
) -> Iterator[tuple[str, str, Any]]:
    """Yield (flag, comment, value): every member at its boundaries, absent and present, every arm.

    With `near`, the dotted name of a member, only those that change it or what it holds, as far as one can tell.
    """
    yield from _record_variants(_Walk(builder, near), record, value, (), value, 0)
    for word in ("least", "greatest"):
        yield "boundary", f"every member at its {word}", _extreme(spec, record, value, word)


def _record_variants(
    walk: _Walk, record: p.Record, here: Any, place: Place, root: Any, depth: int
) -> Iterator[tuple[str, str, Any]]:
    if depth > DEPTH or not isinstance(here, dict):
        return
    for slot in record.api():
        at = (*place, slot.name)
        name = _dotted(at)
        if slot.role in (p.Role.VIEW, p.Role.KEPT) or not walk.passes(name):
            continue
        present = here.get(slot.name)
        if slot.optional or slot.default is not None:
            shape = slot.shape.inner if isinstance(slot.shape, s.Nullable) else slot.shape
            filled = walk.builder.shape(shape, depth, here, record, slot)
            present = filled if present is None else present
            if walk.takes(name):
                yield "branch", f"{name} present", put(root, at, filled)
        if walk.takes(name):
            yield from _member_variants(walk.builder, record, slot, present, place, root)
        yield from _inner_variants(walk, record, slot.shape, present, at, root, depth)


def _member_variants(
    builder: Builder, record: p.Record, slot: p.Slot, present: Any, place: Place, root: Any
) -> Iterator[tuple[str, str, Any]]:
    name = _dotted((*place, slot.name))
    for literal in literals(record, slot.index)[:64]:
        changed = with_arms(builder, record, root, place, slot.name, literal)
        yield "branch", f"{name} is {str(literal)[:40]}", changed
    for size in sizes_of(record, slot.index):
        long = sized(builder, record, slot.shape, size)
        if long is not None:
            yield "branch", f"{name}: {size} long", put(root, (*place, slot.name), long)
    for comment, edge in boundaries(builder.spec, slot.shape, present):
        yield "boundary", f"{name}: {comment}", with_arms(builder, record, root, place, slot.name, edge)


def _dotted(at: Place) -> str:
    return ".".join(map(str, at))


def _extreme(spec: Specification, record: p.Record, value: Any, word: str) -> Any:
    """Every scalar of the outermost record at one end of its bounds; tags keep their value."""
    if not isinstance(value, dict):
        return value
    tags = {slot.shape.tag for slot in record.api() if isinstance(slot.shape, s.Union)}
    changed = copy.deepcopy(value)
    for slot in record.api():
        tagged = slot.name in tags or literals(record, slot.index)
        if slot.role in (p.Role.VIEW, p.Role.KEPT) or (tagged and isinstance(slot.shape, s.Enumeration)):
            continue
        edges = [edge for _, edge in boundaries(spec, slot.shape, value.get(slot.name)) if edge is not None]
        sized = sorted(edges, key=lambda edge: len(edge) if isinstance(edge, str | bytes) else edge)
        if sized and not isinstance(slot.shape, s.Enumeration | s.Boolean):
            changed[slot.name] = sized[0] if word == "least" else sized[-1]
    return changed


def _inner_variants(
    walk: _Walk, record: p.Record, shape: s.Shape, value: Any, at: Place, root: Any, depth: int
) -> Iterator[tuple[str, str, Any]]:
    name, builder, spec = _dotted(at), walk.builder, walk.builder.spec
    match shape:
        case s.RecordOf(name=inner):
            if isinstance(value, dict):
                with_value = root if get(root, at) is not None else put(root, at, value)
                yield from _record_variants(walk, spec.record(inner), value, at, with_value, depth + 1)
        case s.Sequence(item=item, minimum=low, maximum=high):
            one = builder.shape(item, depth + 1, {}, record, None)
            counts = sorted({low, low + 1, low + 2, min(high if high is not None else low + 2, LONG)})
            for count in counts:
                if high is None or count <= high:
                    yield (
                        "boundary",
                        f"{name}: {count} items",
                        put(root, at, [copy.deepcopy(one) for _ in range(count)]),
                    )
            filled = put(root, at, [copy.deepcopy(one) for _ in range(max(low, 1))])
            yield from _inner_variants(walk, record, item, one, (*at, 0), filled, depth + 1)
            for comment, edge in boundaries(spec, item, one):
                yield "boundary", f"{name}[0]: {comment}", put(filled, (*at, 0), edge)
        case s.Mapping(value=inner, minimum=low, maximum=high):
            one = builder.shape(inner, depth + 1, {}, record, None)
            for count in sorted({low, low + 1, min(high if high is not None else low + 2, LONG)}):
                made = {f"k{place}": copy.deepcopy(one) for place in range(count)}
                yield "boundary", f"{name}: {count} members", put(root, at, made)
        case s.Union(tag="", arms=arms):
            for kind in arms:
                assert kind.shape is not None, "every kind has a value"
                one = builder.shape(kind.shape, depth + 1, {}, record, None)
                yield "branch", f"{name}: of kind {kind.name}", put(root, at, one)
                with_one = put(root, at, one)
                yield from _inner_variants(walk, record, kind.shape, one, at, with_one, depth + 1)
        case s.Union(arms=arms):
            if isinstance(value, dict):
                arm = arm_of(shape, sibling(root, at, shape.tag))
                held = held_by(arm) if arm is not None else None
                if isinstance(held, s.RecordOf):
                    inside = spec.record(held.name)
                    yield from _record_variants(walk, inside, value, at, root, depth + 1)
            del arms
        case s.Nullable(inner=inner):
            if value is not None:
                yield from _inner_variants(walk, record, inner, value, at, root, depth)
        case _:
            return


def members_of(spec: Specification, name: str) -> Iterator[tuple[str, Any]]:
    for module in spec.modules.values():
        for enum in module.enums:
            if enum.name != name:
                continue
            for member in enum.members:
                yield f"member {member.name}", member.low
                if member.high != member.low:
                    yield f"end of {member.name}", member.high
            if enum.open and not enum.text:
                known = {member.low for member in enum.members}
                least, greatest = enum.limits
                yield (
                    "value without a name",
                    next(v for v in range(greatest, least - 1, -1) if v not in known),
                )
