"""Tests that cannot fail, found by proof alone: what was read is put into the expression, and both sides agree.

A slot's size or count is replaced by the extent it was read with, its presence by its condition, a view
by its definition. If then both sides are the same expression, or the same bits of the same fields, the
test is implied. Nothing is tried out: a test may be dropped by proof only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind, Literal
from art7.grammar.passes import simplify
from art7.grammar.passes.kinds import bare
from art7.grammar.passes.step_tree import change_steps, walk_steps

ROUNDS = 4
"""How often substitution may lead to further substitution."""

Fact = tuple[Expr | None, Expr | None, Expr | None]
"""(octets, count, condition) of a slot."""


def prove_implied(record: p.Record, module: Any) -> p.Block:
    """Return the record's body with its implied tests marked."""
    if not any(isinstance(step, p.Verify) for step in walk_steps(record.body)):
        return record.body
    facts: dict[int, Fact] = {}
    _gather(record.body, None, facts, record.slots)

    ruled = _ruled(record)
    views = {x.index: x.value for x in record.slots if x.role in (p.Role.VIEW, p.Role.VIEW_INPUT)}

    def mark(step: p.Step) -> p.Step:
        if isinstance(step, p.Verify) and not step.guard and not step.deferred:
            if step.slot in ruled or _holds(record, step.slot, facts, views, module):
                return p.Verify(step.slot, step.fault, True, step.guard, step.constant_time, step.deferred)
        return step

    return change_steps(record.body, mark)


def _ruled(record: p.Record) -> set[int]:
    """Return the slots whose constant value a rule before their test has demanded already."""
    demanded: set[tuple[int, Expr]] = set()
    found: set[int] = set()
    for step in record.body.steps:
        if isinstance(step, p.Check) and step.level == "must":
            demanded |= set(_equalities(step.condition))
        elif isinstance(step, p.Verify):
            value = record.slots[step.slot].value
            if isinstance(value, Literal) and (step.slot, value) in demanded:
                found.add(step.slot)
    return found


def _equalities(expr: Expr) -> list[tuple[int, Expr]]:
    """Return (slot, constant) of every equation that a condition demands."""
    match expr:
        case e.Binary(op="and", left=left, right=right):
            return _equalities(left) + _equalities(right)
        case e.Binary(op="==", left=e.SlotRef(index=index), right=Literal() as value):
            return [(index, value)]
        case _:
            return []


def _gather(block: p.Block, condition: Expr | None, facts: dict[int, Fact], slots: Sequence[p.Slot]) -> None:
    """Note what reading tells of each slot, down to conditions; arms tell nothing certain."""
    for step in block.steps:
        match step:
            case p.Take(slot=slot, extent=p.Exact(size=size), text=text):
                facts[slot] = (size, None if text else size, condition)
            case p.Region(slot=slot, extent=p.Exact(size=size), body=body):
                inner: dict[int, Fact] = {}
                _gather(body, condition, inner, slots)
                count = inner.get(slot, (None, None, None))[1]
                facts[slot] = (size, count, condition)
            case p.Loop(slot=slot, count=count) if count is not None:
                facts[slot] = (None, count, condition)
            case p.When(condition=test, body=body) if condition is None:
                _gather(body, test, facts, slots)
                for inner_step in body.steps:
                    for slot in _filled(inner_step):
                        facts.setdefault(slot, (None, None, test))
            case _:
                pass


def _filled(step: p.Step) -> list[int]:
    match step:
        case p.Bits(fields=fields):
            return [f.slot for f in fields if f.slot is not None]
        case p.Check() | p.Verify() | p.Domain() | p.Constant() | p.When() | p.Branch() | p.Align():
            return []
        case p.Fields() | p.Object() | p.Array() | p.TlvChoice():
            return []
        case _:
            slot: int | None = getattr(step, "slot", None)  # Steps that only hold others have none.
            return [slot] if slot is not None else []


def _holds(
    record: p.Record, slot: int, facts: dict[int, Fact], views: dict[int, Expr | None], module: Any
) -> bool:
    value = record.slots[slot].value
    if value is None:
        return False
    assumed = facts.get(slot, (None, None, None))[2]

    def change(expr: Expr) -> Expr | None:
        if assumed is not None and expr == assumed:
            return simplify.TRUE
        match expr:
            case e.SlotRef(index=index) if index in views:
                definition = views[index]
                return None if definition is None or e.is_positional(definition) else definition
            case e.Measure(what=what, slot=measured):
                return _fact(what, facts.get(measured), assumed)
            case _:
                return None

    goal = e.SlotRef(slot, value.kind)
    for _ in range(ROUNDS):
        changed = simplify.rebuild(_settled(simplify.rebuild(value, change), facts), lambda _: None)
        if (
            changed == goal
            or _same_bits(changed, goal, record, module)
            or _names_both(changed, goal, record, slot)
        ):
            return True
        if changed == value:
            return False
        value = changed
    return False


def _fact(what: str, fact: Fact | None, assumed: Expr | None) -> Expr | None:
    """Return what reading says of a size, count or presence."""
    if fact is None:
        return None
    octets, count, condition = fact
    if what == "present":
        return simplify.TRUE if condition is not None and condition == assumed else condition
    size = octets if what == "octets" else count
    if size is None or e.is_positional(size):
        return None
    if condition is None or condition == assumed:
        return size
    return simplify.conditional(condition, size, simplify.number(0), Kind.INT)


def _settled(expr: Expr, facts: dict[int, Fact]) -> Expr:
    """Use what evaluating the views before has shown: octets that were joined by `^` have one length."""

    def change(node: Expr) -> Expr | None:
        match node:
            case e.Binary(op="^", left=e.Binary(op="^", left=kept, right=mask), right=again, kind=Kind.BYTES):
                return _settled(kept, facts) if mask == again else None
            case e.Call(function="length", arguments=(e.Binary(op="^", left=left, kind=Kind.BYTES),)):
                return _settled(e.Call("length", (left,), Kind.INT), facts)
            case e.Call(function="length", arguments=(e.SlotRef(index=index, kind=Kind.BYTES),)):
                return _fact("octets", facts.get(index), None)
            case _:
                return None

    return simplify.rebuild(expr, change)


def _domain(record: p.Record, slot: int) -> tuple[int, int] | None:
    """Return the two values of a slot that has no others, as its domain has shown before its test."""
    for step in walk_steps(record.body):
        if isinstance(step, p.Domain) and step.slot == slot:
            values = sorted({n for ends in step.ranges for n in ends if isinstance(n, int)})
            if len(values) == 2 and values[1] - values[0] == 1:
                return values[0], values[1]
    return None


def _names_both(expr: Expr, goal: Expr, record: p.Record, slot: int) -> bool:
    """Whether `expr` is `if goal == a then a else b`, and `goal` is either `a` or `b`."""
    match expr:
        case e.Conditional(test=test, yes=Literal(value=int(yes)), no=Literal(value=int(no))):
            if not _is_equation(test, goal, yes):
                return False
            domain = _domain(record, slot)
            return domain is not None and {yes, no} == set(domain)
        case _:
            return False


def _is_equation(test: Expr, goal: Expr, value: int) -> bool:
    """Whether `test` is `goal == value`, also as `(if goal == value then m else n) == m`."""
    match test:
        case e.Binary(op="==", left=left, right=Literal(value=int(right))):
            if left == goal:
                return right == value
            match left:
                case e.Conditional(test=inner, yes=Literal(value=int(yes)), no=Literal(value=int(no))):
                    return right == yes != no and _is_equation(inner, goal, value)
    return False


# ---- bits ----

Bit = int | tuple[Expr, int, bool]
"""0, 1, or (field, bit, inverted)."""

MOST_BITS = 128


def _same_bits(one: Expr, two: Expr, record: p.Record, module: Any) -> bool:
    a = _bits(one, record, module, 0)
    b = _bits(two, record, module, 0)
    return a is not None and b is not None and _trim(a) == _trim(b)


def _trim(bits: list[Bit]) -> list[Bit]:
    end = len(bits)
    while end and bits[end - 1] == 0:
        end -= 1
    return bits[:end]


def _width(shape: s.Shape | None, module: Any) -> int | None:
    shape = bare(shape)
    if isinstance(shape, s.Integer) and shape.minimum >= 0:
        return shape.maximum.bit_length()
    if isinstance(shape, s.Enumeration):
        enum = module.enum(shape.name)
        return enum.bits if enum is not None and not enum.text and not enum.signed else None
    return 1 if isinstance(shape, s.Boolean) else None


def _bits(expr: Expr, record: p.Record, module: Any, depth: int) -> list[Bit] | None:
    """Return the bits of a non-negative integer, least significant first, if each is a bit of a field."""
    if depth > 40:
        return None
    match expr:
        case Literal(value=bool(value)):
            return [int(value)]
        case Literal(value=int(value)) if 0 <= value < 1 << MOST_BITS:
            return [(value >> i) & 1 for i in range(value.bit_length())]
        case e.SlotRef(index=index):
            width = _width(record.slots[index].shape, module)
            return (
                [(expr, i, False) for i in range(width)] if width is not None and width <= MOST_BITS else None
            )
        case e.Binary(op=op, left=left, right=right):
            a = _bits(left, record, module, depth + 1)
            b = _bits(right, record, module, depth + 1)
            if a is None or b is None:
                return None
            return _operate(op, a, b, right)
        case _:
            return None


def _operate(op: str, a: list[Bit], b: list[Bit], right: Expr) -> list[Bit] | None:
    amount = right.value if isinstance(right, Literal) and type(right.value) is int else None
    if op == "<<" and amount is not None and 0 <= amount <= MOST_BITS:
        return [0] * amount + a
    if op == ">>" and amount is not None and amount >= 0:
        return a[amount:]
    if op in ("*", "/", "%") and amount is not None and amount > 0 and amount & (amount - 1) == 0:
        shift = amount.bit_length() - 1
        return {"*": [0] * shift + a, "/": a[shift:], "%": a[:shift]}[op]
    if op not in ("|", "&", "^", "+"):
        return None
    length = max(len(a), len(b))
    result: list[Bit] = []
    for i in range(length):
        x: Bit = a[i] if i < len(a) else 0
        y: Bit = b[i] if i < len(b) else 0
        bit = _bit(op, x, y)
        if bit is None:
            return None
        result.append(bit)
    return result


def _bit(op: str, x: Bit, y: Bit) -> Bit | None:
    """Return one bit of a bitwise operation; a sum only where nothing can be carried."""
    for one, other in ((x, y), (y, x)):
        if one == 0:
            return 0 if op == "&" else other
        if one == 1 and op in ("&", "|"):
            return other if op == "&" else 1
        if one == 1 and op == "^":
            return 1 - other if isinstance(other, int) else (other[0], other[1], not other[2])
    if x == y and op != "+":
        return 0 if op == "^" else x
    return None
