"""What the plan of a record says about writing it: choices to sink, sizes asked for, values that rules leave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from art7.codegen.python.expressions import conjuncts
from art7.codegen.python.record_facts import is_checkable, walk_steps
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import (
    Binary,
    Call,
    Conditional,
    Expr,
    IsLast,
    Literal,
    Measure,
    Position,
    Quantified,
    SlotRef,
    walk,
)
from art7.grammar.ir.shape import Integer, Octets


def is_packed(record: p.Record, index: int, shape: Integer) -> bool:
    """Whether the input is always written as an integer of its own width, under a constant mask at most."""
    for step in record.body.steps:
        if not isinstance(step, p.Uint) or step.boolean or step.signed or step.octets not in (1, 2, 4, 8):
            continue
        high = (1 << 8 * step.octets) - 1
        slot = record.slots[step.slot]
        if (shape.minimum, shape.maximum) != (0, high) or slot.role is not p.Role.COMPUTED:
            continue
        match slot.value:
            case Binary(op="^", left=SlotRef(index=given), right=Literal(value=int(mask))):
                if given == index and 0 <= mask <= high:
                    return True
            case _:
                pass
    return False


def tags_of_choices(block: p.Block) -> dict[int, int]:
    """Return the integers that stand right before the choices they decide: arms write them as constants."""
    found = {}
    for index, step in enumerate(block.steps):
        if not isinstance(step, p.Branch) or not isinstance(step.on, SlotRef):
            continue
        before = index - 1
        while before >= 0 and isinstance(block.steps[before], p.Domain | p.Check | p.View | p.Verify):
            before -= 1
        tag = block.steps[before] if before >= 0 else None
        if isinstance(tag, p.Uint) and tag.slot == step.on.index and not tag.boolean:
            found[index] = before
    return found


def merge_whens(block: p.Block) -> p.Block:
    """Return `block` with neighbouring parts under one computed condition as one part."""
    if not any(isinstance(step, p.When) for step in block.steps):
        return block
    steps, emit = list(block.steps), list(block.emit)
    for at in range(len(steps) - 2, -1, -1):
        first, second = steps[at], steps[at + 1]
        if not (isinstance(first, p.When) and isinstance(second, p.When)):
            continue
        if first.given is not None or second.given is not None or first.condition != second.condition:
            continue
        if abs(emit.index(at) - emit.index(at + 1)) != 1:
            continue
        count = len(first.body.steps)
        inner = tuple(first.body.emit) + tuple(count + i for i in second.body.emit)
        if emit.index(at) > emit.index(at + 1):
            inner = tuple(count + i for i in second.body.emit) + tuple(first.body.emit)
        body = p.Block(first.body.steps + second.body.steps, inner)
        steps[at : at + 2] = [replace(first, body=body)]
        emit = [i if i <= at else i - 1 for i in emit if i != at + 1]
    return p.Block(tuple(steps), tuple(emit))


def tag_known(branch: p.Branch, case: p.Case) -> dict[Expr, Expr]:
    """Return what an arm knows of the value that chose it."""
    if len(case.ranges) == 1 and case.ranges[0][0] == case.ranges[0][1]:
        return {branch.on: Literal(case.ranges[0][0], branch.on.kind)}
    return {}


def spliced(block: p.Block, position: int, body: p.Block) -> tuple[tuple[Any, ...], tuple[int, ...]]:
    """Put the steps of an arm in the place of their choice."""
    count = len(body.steps)
    steps = (*block.steps[:position], *body.steps, *block.steps[position + 1 :])
    emit: list[int] = []
    for index in block.emit:
        if index == position:
            emit += [position + inner for inner in body.emit]
        else:
            emit.append(index if index < position else index + count - 1)
    return steps, tuple(emit)


def choice_to_sink(block: p.Block) -> int | None:
    """Return the position of the one choice to sink, or `None`."""
    if len(block.steps) > 10:
        return None
    found = []
    for index, step in enumerate(block.steps):
        if isinstance(step, p.Branch) or (
            isinstance(step, p.Region)
            and len(step.body.steps) == 1
            and isinstance(step.body.steps[0], p.Branch)
        ):
            found.append(index)
        elif isinstance(step, p.Region | p.Loop | p.When | p.CallRecord):
            return None
    return found[0] if len(found) == 1 else None


def plain_loops(step: Any) -> list[p.Loop]:
    """Return the lists that a step is, or holds as the only thing."""
    if isinstance(step, p.Region):
        return [inner for inner in step.body.steps if isinstance(inner, p.Loop)]
    return [step] if isinstance(step, p.Loop) else []


def but_the_last(rule: Quantified) -> Expr | None:
    """Return what items other than the last must keep, of a rule `… or is_last(item)` over the item alone."""
    body = rule.body
    if not isinstance(body, Binary) or body.op != "or":
        return None
    for last, kept in ((body.left, body.right), (body.right, body.left)):
        if isinstance(last, IsLast) and not any(
            isinstance(node, SlotRef | Quantified | IsLast | Position | Measure) for node in walk(kept)
        ):
            return kept
    return None


def fixed_by_rules(record: p.Record, unknown: frozenset[int]) -> dict[int, int]:
    """Return the values that rules over the whole record leave to slots: their octets are constants."""
    found: dict[int, int] = {}
    for step in record.body.steps:
        if not isinstance(step, p.Check) or step.level != "must" or not step.on_writing:
            continue
        for part in conjuncts(step.condition) if is_checkable(step.condition, unknown) else ():
            match part:
                case Binary(op="==", left=SlotRef(index=index), right=Literal(value=int(value))):
                    if not isinstance(value, bool):
                        found[index] = value
                case _:
                    pass
    return found


@cache
def _spoken(kind: type) -> tuple[str, ...]:
    """Return which members of a step speak of slots on writing; most steps have few of them."""
    return tuple(
        each for each in ("slot", "given", "condition", "on", "count", "arguments") if hasattr(kind, each)
    )


def writing_uses(record: p.Record, steps: Iterable[Any]) -> dict[int, int]:
    """Return how often writing mentions each slot, about; `steps` are all of the record's."""
    uses: dict[int, int] = {}
    exprs: list[Expr] = [slot.value for slot in record.slots if slot.value is not None]
    for step in steps:
        if isinstance(step, p.Bits):
            for field in step.fields:
                if field.slot is not None:
                    uses[field.slot] = uses.get(field.slot, 0) + 2 - int(field.boolean)
        kind: Any = type(step)
        for name in _spoken(kind):
            found = getattr(step, name)
            if name == "arguments":
                exprs += found
            elif isinstance(found, int):
                if name == "given" or not isinstance(step, p.Verify | p.View):
                    twice = isinstance(step, p.Take) and not isinstance(step.extent, p.Rest)
                    uses[found] = uses.get(found, 0) + (2 if twice else 1)
            elif found is not None:
                exprs.append(found)
    for expr in exprs:
        for node in walk(expr):
            index = (
                node.index if isinstance(node, SlotRef) else node.slot if isinstance(node, Measure) else None
            )
            if index is not None:
                uses[index] = uses.get(index, 0) + 1
    return uses


def known_front(expr: Expr) -> bytes | None:
    """Return octets that are known when the code is made: constants, and the front of what begins with one."""
    match expr:
        case Literal(value=bytes(octets)):
            return octets
        case Call(
            function="first",
            arguments=(Binary(op="++", left=Literal(value=bytes(octets))), Literal(value=int(count))),
        ) if 0 <= count <= len(octets):
            return octets[:count]
        case _:
            return None


def filled_union(step: p.Region) -> list[int]:
    """A region and the one thing in it may be named apart and measured alike."""
    if len(step.body.steps) == 1:
        slot = getattr(step.body.steps[0], "slot", None)
        return [slot] if isinstance(slot, int) and slot != step.slot else []
    return []


def measured_slots(record: p.Record) -> set[int]:
    """Return the slots whose octets are counted somewhere in the record."""
    exprs = [slot.value for slot in record.slots if slot.value is not None]
    exprs += [s.condition for s in walk_steps(record.body) if isinstance(s, p.Check)]
    return {
        node.slot for e in exprs for node in walk(e) if isinstance(node, Measure) and node.what == "octets"
    }


def expressions_of(step: Any) -> list[Expr]:
    """Return the expressions in a step."""
    found = [
        getattr(step, name) for name in ("condition", "on", "count", "expr") if getattr(step, name, None)
    ]
    size = getattr(getattr(step, "extent", None), "size", None)
    return [*found, *([size] if size is not None else []), *getattr(step, "arguments", ())]


def head_of(record: p.Record) -> list[p.Bits | p.Uint]:
    """Return the integers before the one choice of a record: every arm writes as many."""
    at = choice_to_sink(record.body)
    steps = record.body.steps[:at] if at is not None else ()
    head = [step for step in steps if isinstance(step, p.Bits | p.Uint)]
    plain = all(isinstance(step, p.Bits | p.Uint | p.Check | p.Domain | p.Verify | p.View) for step in steps)
    sizes = all(step.octets in (1, 2, 4, 8) for step in head)
    return head if plain and sizes and not record.deferred else []


def outcomes(expr: Expr) -> list[int]:
    """Return every value of a choice between constants, nothing for anything else."""
    match expr:
        case Literal(value=int(value)):
            return [value]
        case Conditional(yes=yes, no=no):
            a, b = outcomes(yes), outcomes(no)
            return [*a, *b] if a and b else []
        case _:
            return []


def two_forms(record: p.Record) -> Expr | None:
    """Return the test of what is given that makes a computed field one of two constants and decides a size."""
    if record.carrier is not p.Carrier.OCTETS or record.recursive or record.deferred:
        return None
    if choice_to_sink(record.body) is not None or len(record.body.steps) > 16:
        return None
    sizes = [
        node.index
        for step in record.body.steps
        if isinstance(step, p.Take) and isinstance(step.extent, p.Exact)
        for node in walk(step.extent.size)
        if isinstance(node, SlotRef)
    ]
    for slot in record.slots:
        if slot.role is not p.Role.COMPUTED or slot.index not in sizes:
            continue
        match slot.value:
            case Conditional(test=test, yes=Literal(), no=Literal()) if _of_given(test, record):
                return test
            case _:
                pass
    return None


def _of_given(test: Expr, record: p.Record) -> bool:
    given = (p.Role.GIVEN, p.Role.VIEW_INPUT)
    for node in walk(test):
        match node:
            case SlotRef(index=index) | Measure(what="octets" | "count", slot=index):
                if record.slots[index].role not in given or record.slots[index].optional:
                    return False
                if not isinstance(record.slots[index].shape, Octets):
                    return False
            case Binary() | Literal() | Call(function="length"):
                pass
            case _:
                return False
    return True
