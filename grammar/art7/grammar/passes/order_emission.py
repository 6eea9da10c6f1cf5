"""In which order writing produces the steps of a block."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Expr

FIXED_SIZE = (p.Bits, p.Uint, p.FloatOctets, p.Constant, p.Domain, p.View, p.Verify, p.Check)


class Cycle(Exception):
    """Steps that need one another; `loop` are their positions."""

    def __init__(self, loop: list[int]) -> None:
        super().__init__(loop)
        self.loop = loop


def is_variable(step: p.Step) -> bool:
    """Whether the octets of a step differ in number from message to message."""
    if isinstance(step, p.Take | p.Region):
        size = step.extent.size if isinstance(step.extent, p.Exact) else None
        return not isinstance(size, e.Literal)
    return not isinstance(step, FIXED_SIZE)


def needs_of(expr: Expr | None, computed: frozenset[int] | set[int]) -> set[int]:
    """Return the slots that must have been written before `expr` is known.

    What the caller gives (values, and with them counts and presence) is known from the beginning; values
    that are computed, sizes and octets are not. What `Covered` speaks of is patched in when all is written.
    """
    found: set[int] = set()
    stack = [expr] if expr is not None else []
    while stack:
        node = stack.pop()
        match node:
            case e.SlotRef(index=index):
                if index in computed:
                    found.add(index)
            case e.Measure(what=what, slot=slot):
                if what == "octets" or (slot in computed and what == "count"):
                    found.add(slot)
            case e.EncodedSlot(slot=slot):
                found.add(slot)
            case e.Covered():
                pass
            case _:
                stack.extend(e.children(node))
    return found


_TEXT = (p.Token, p.Number, p.Quoted, p.Upto, p.Parameters)

_ONE_SLOT = frozenset(
    (p.Uint, p.Varint, p.FloatOctets, p.Take, p.CallRecord, p.Scalar, p.AnyNode, p.View, *_TEXT)
)
"""Steps that fill their slot and hold no others: most of all steps."""

_NO_SLOT = frozenset((p.Constant, p.Check, p.Verify, p.Domain, p.Space))

_PLAIN = frozenset((*_ONE_SLOT, *_NO_SLOT, p.Bits, p.Align))
"""Steps without steps inside them."""


def blocks_of(step: p.Step) -> Sequence[p.Block]:
    """Return the blocks inside a step."""
    row = BLOCKS.get(type(step))
    return () if row is None else row(step)


def _body(step: Any) -> Sequence[p.Block]:
    return (step.body,)


def _of_cases(step: Any) -> Sequence[p.Block]:
    return [case.body for case in step.cases]


def _of_entries(step: Any) -> Sequence[p.Block]:
    return [entry.body for entry in step.entries]


def _of_members(step: Any) -> Sequence[p.Block]:
    spread = [entry.body for each in step.spreads for case in each.cases for entry in case.entries]
    return [*_of_entries(step), *spread]


BLOCKS: dict[type, Callable[[Any], Sequence[p.Block]]] = {
    **dict.fromkeys((p.Region, p.Loop, p.When, p.Present, p.Items, p.Members, p.Tag, p.Wrap, p.Child), _body),
    **dict.fromkeys((p.Tlv, p.TlvOptional, p.Line, p.Ahead, p.Repeat, p.Through, p.Parts, p.Transfer), _body),
    **dict.fromkeys((p.TlvChoice, p.Either, p.Branch, p.Kinds), _of_cases),
    p.Fields: _of_entries,
    p.Headers: lambda step: [header.body for header in step.every()],
    p.Object: _of_members,
    p.Array: _of_members,
}
"""How each step with steps inside it holds them."""


def slots_filled(step: p.Step) -> Iterable[int]:
    """Return the slots that a step (and the steps inside it) writes."""
    kind = type(step)
    if kind in _ONE_SLOT:
        return (step.slot,)  # type: ignore[union-attr, return-value]
    if kind in _NO_SLOT:
        return ()
    if isinstance(step, p.Bits):
        return [f.slot for f in step.fields if f.slot is not None]
    return list(_slots_filled(step))


def _slots_filled(step: p.Step) -> Iterator[int]:
    match step:
        case p.Branch(slot=slot) | p.Align(slot=slot):
            if slot is not None:
                yield slot
        case p.Loop(slot=slot, item=item) | p.Items(slot=slot, item=item) | p.Members(slot=slot, item=item):
            yield slot
            yield item
        case p.Fields(unknown_slot=unknown) | p.Object(unknown_slot=unknown):
            if unknown is not None:
                yield unknown
        case p.When() | p.Array() | p.Line():
            pass
        case p.Repeat(slot=slot, item=item):
            yield slot
            yield item
        case p.Ahead(slot=slot) | p.Through(slot=slot) | p.Transfer(slot=slot):
            yield slot
        case p.Parts(slot=slot, item=item):
            yield slot
            yield item
        case p.Headers():
            for header in step.every():
                yield header.slot
                if header.item is not None:
                    yield header.item
        case p.TlvChoice(cases=choices) | p.Either(cases=choices):
            yield from (choice.slot for choice in choices)
        case p.Tlv(slot=slot):
            if slot is not None:
                yield slot
        case p.TlvOptional(slot=slot) | p.TlvScalar(slot=slot):
            yield slot
        case (
            p.Region(slot=slot)
            | p.Present(slot=slot)
            | p.Tag(slot=slot)
            | p.Kinds(slot=slot)
            | p.Child(slot=slot)
        ):
            yield slot
        case p.Wrap(slot=slot, kept=kept):
            yield slot
            if kept is not None:
                yield kept
        case _:
            pass
    for block in blocks_of(step):
        for inner in block.steps:
            yield from slots_filled(inner)


def step_needs(step: p.Step, slots: Sequence[p.Slot], computed: frozenset[int] | set[int]) -> set[int]:
    """Return the slots that must have been written before `step` can be."""
    found: set[int] = set()
    match step:
        case p.Check(condition=condition, on_writing=True):
            return needs_of(condition, computed)
        case p.Check() | p.Verify() | p.Domain():
            return found
        case p.View(slot=slot, expr=expr):
            # What only reading can see is neither needed nor known when writing.
            if slots[slot].role is not p.Role.VIEW or e.is_positional(expr):
                return found
            return needs_of(expr, computed)
        case p.CallRecord(arguments=arguments):
            for argument in arguments:
                found |= needs_of(argument, computed)
        case p.Branch(on=on):
            found |= needs_of(on, computed)
        case p.When(condition=condition, given=None):
            found |= needs_of(condition, computed)
        case p.Parts(boundary=boundary):
            found |= needs_of(boundary, computed)
        case p.Transfer(coding=coding, charset=charset):
            found |= needs_of(coding, computed) | needs_of(charset, computed)
        case p.Object(spreads=spreads) | p.Array(spreads=spreads):
            for spread in spreads:
                found |= needs_of(spread.on, computed)
        case _:
            pass
    own = set(slots_filled(step))
    for slot in own:
        found |= needs_of(slots[slot].value, computed)
    for block in blocks_of(step):
        for inner in block.steps:
            found |= step_needs(inner, slots, computed)
    return found - own if _is_nested(step) else found


def _leaf_needs(step: p.Step, slots: Sequence[p.Slot], computed: frozenset[int] | set[int]) -> set[int]:
    """As `step_needs`, quickly for the many steps that only write a given value."""
    if type(step) in _GIVEN:
        value = slots[step.slot].value  # type: ignore[union-attr, index]
        return _NONE if value is None else needs_of(value, computed)
    if type(step) in _NO_SLOT and not isinstance(step, p.Check):
        return _NONE
    return step_needs(step, slots, computed)


_GIVEN = frozenset((p.Uint, p.Varint, p.FloatOctets, p.Take, p.Scalar, p.AnyNode, *_TEXT))
_NONE: set[int] = set()


def _is_nested(step: p.Step) -> bool:
    """Whether needs among the slots inside `step` are settled by its own blocks."""
    return type(step) not in _PLAIN


def order(
    steps: Sequence[p.Step], slots: Sequence[p.Slot], computed: frozenset[int] | set[int]
) -> tuple[int, ...]:
    """Return the positions of `steps` in the order writing produces them.

    What a step needs comes first; among equals what varies in size, then the order of the wire.
    Raises: Cycle.
    """
    count = len(steps)
    if count == 1:
        return (0,)
    needs = [_leaf_needs(step, slots, computed) for step in steps]
    keys = [(0 if is_variable(step) else 1, position) for position, step in enumerate(steps)]
    if not any(needs):
        return tuple(position for _, position in sorted(keys))
    producer: dict[int, int] = {}
    for position, step in enumerate(steps):
        for slot in slots_filled(step):
            producer.setdefault(slot, position)
    waits: list[set[int]] = []
    followers: list[list[int]] = [[] for _ in steps]
    for position, wanted in enumerate(needs):
        before = {producer[slot] for slot in wanted if slot in producer}
        waits.append(before)
        for other in before:
            followers[other].append(position)
    ready = [keys[position] for position in range(count) if not waits[position]]
    heapq.heapify(ready)
    result: list[int] = []
    left = [len(w) for w in waits]
    while ready:
        _, position = heapq.heappop(ready)
        result.append(position)
        for follower in followers[position]:
            left[follower] -= 1
            if left[follower] == 0:
                heapq.heappush(ready, keys[follower])
    if len(result) < count:
        raise Cycle(_loop(waits, set(range(count)) - set(result)))
    return tuple(result)


def _loop(waits: list[set[int]], stuck: set[int]) -> list[int]:
    """Return one loop among the steps that wait for one another."""
    position = min(stuck)
    seen: dict[int, int] = {}
    path: list[int] = []
    while position not in seen:
        seen[position] = len(path)
        path.append(position)
        position = min(w for w in waits[position] if w in stuck)
    return path[seen[position] :]
