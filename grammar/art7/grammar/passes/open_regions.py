"""A MAC before what it covers: records in regions that it covers are read once it has held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.passes.drafts import Draft
from art7.grammar.passes.order_emission import blocks_of, slots_filled
from art7.grammar.passes.simplify import slots_of

_WAITING = p.View | p.Check | p.Verify | p.Domain
"""Steps that read nothing: they can wait for what they mention."""


def open_regions(steps: list[p.Step], drafts: Sequence[Draft]) -> list[p.Step]:
    """Return the steps so that regions with records in them are opened behind the MAC that covers them.

    Only where nothing that is read before the MAC, nor the MAC itself, depends on what such a region holds.
    """
    for step in [each for each in steps if isinstance(each, p.Verify) and each.constant_time]:
        for region in [each for each in steps if isinstance(each, p.Region) and _has_record(each)]:
            steps = _opened(steps, region, steps.index(_current(steps, step)), drafts)
    return steps


def _current(steps: list[p.Step], verify: p.Verify) -> p.Verify:
    """Return the test as it stands among the steps now."""
    return next(each for each in steps if isinstance(each, p.Verify) and each.slot == verify.slot)


def _has_record(step: p.Step) -> bool:
    return isinstance(step, p.CallRecord) or any(
        _has_record(inner) for block in blocks_of(step) for inner in block.steps
    )


def _opened(steps: list[p.Step], region: p.Region, place: int, drafts: Sequence[Draft]) -> list[p.Step]:
    """Return the steps with one region opened by the test at `place`, if that covers it."""
    verify, begin = steps[place], steps.index(region)
    assert isinstance(verify, p.Verify), "the place of a test"
    value = drafts[verify.slot].value
    if (
        value is None
        or region.later
        or begin > place
        or not _covers(value, steps[begin + 1 : place], region.slot)
    ):
        return steps
    inside = {*slots_filled(region)}
    read: list[p.Step] = []
    waiting: list[p.Step] = []
    for step in steps[begin + 1 : place]:
        if not _needs(step, drafts) & inside:
            read.append(step)
        elif isinstance(step, _WAITING):
            waiting.append(step)
            inside |= {step.slot} if isinstance(step, p.View) else set()
        else:
            return steps
    if _values(value) & inside:
        return steps
    passed_over = replace(region, later=True)
    opening = replace(verify, opens=(*verify.opens, region.slot))
    return [*steps[:begin], passed_over, *read, opening, *waiting, *steps[place + 1 :]]


def _covers(value: e.Expr, between: Sequence[p.Step], slot: int) -> bool:
    """Whether a value speaks of all octets up to a place behind the region, or of those of the region."""
    behind = {filled for step in between for filled in slots_filled(step)}
    return any(
        isinstance(node, e.Covered)
        and (node.until is None or node.until in behind)
        or (isinstance(node, e.EncodedSlot) and node.slot == slot)
        for node in e.walk(value)
    )


def _needs(step: p.Step, drafts: Sequence[Draft]) -> set[int]:
    """Return the slots that reading or testing a step needs, those of steps inside it among them."""
    match step:
        case p.View(expr=expr):
            return slots_of(expr)
        case p.Check(condition=condition):
            return slots_of(condition)
        case p.Verify(slot=slot):
            return slots_of(drafts[slot].value) | {slot}
        case p.Domain(slot=slot):
            return {slot}
        case p.Take(extent=p.Exact(size=size)) | p.Region(extent=p.Exact(size=size)):
            found = slots_of(size)
        case p.Loop(count=count):
            found = slots_of(count)
        case p.When(condition=condition) | p.Branch(on=condition):
            found = slots_of(condition)
        case p.CallRecord(arguments=arguments):
            found = {slot for argument in arguments for slot in slots_of(argument)}
        case _:
            found = set()
    return found.union(*(_needs(inner, drafts) for block in blocks_of(step) for inner in block.steps))


def _values(expr: e.Expr) -> set[int]:
    """Return the slots whose values, counts or presence an expression needs; octets are there without."""
    found: set[int] = set()
    for node in e.walk(expr):
        if isinstance(node, e.SlotRef):
            found.add(node.index)
        elif isinstance(node, e.Measure) and node.what != "octets":
            found.add(node.slot)
    return found
