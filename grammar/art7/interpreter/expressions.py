"""Expressions prepared once to closures over a frame.

An absent value (`None`): `==` and `!=` compare it, an ordering with it is false, a measure of it is 0, and
arithmetic on it refuses with `missing_field`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from art7.grammar.ir.expression import (
    Attribute,
    Binary,
    Call,
    Conditional,
    Covered,
    Element,
    EncodedSlot,
    Expr,
    InRanges,
    IsLast,
    Kind,
    ListOf,
    Literal,
    LocalRef,
    Measure,
    OctetAt,
    ParamRef,
    Position,
    Quantified,
    SlotRef,
    Unary,
)
from art7.grammar.ir.plan import Fault, Role, Slot
from art7.grammar.ir.shape import Nullable, Sequence
from art7.interpreter.frame import ABSENT, Frame
from art7.interpreter.functions import implementation
from art7.interpreter.operators import MISSING, RANGE, binary, in_ranges, unary
from art7.interpreter.quoting import brief
from art7.interpreter.scope import Evaluate, Scope


def prepare(expr: Expr, scope: Scope) -> Evaluate:
    """Return the closure for `expr`; raises `KeyError` for a node without a row."""
    return NODES[type(expr)](expr, scope)


def constant(expr: Expr, scope: Scope) -> Any:
    """Return the value of an expression that mentions nothing (a default)."""
    return expr.value if isinstance(expr, Literal) else prepare(expr, scope)(None)


def _literal(expr: Literal, scope: Scope) -> Evaluate:
    value = expr.value
    return lambda frame: value


def _slot(expr: SlotRef, scope: Scope) -> Evaluate:
    index, slot = expr.index, scope.slots[expr.index]
    if scope.writing and slot.value is not None:
        if slot.role is Role.COMPUTED:
            return _computed_slot(index)
        if slot.role is Role.VIEW:
            return _view_slot(index)

    def read(frame: Frame) -> Any:
        value = frame.values[index]
        return None if value is ABSENT else value

    return read


def _computed_slot(index: int) -> Evaluate:
    """On writing a computed slot may be asked for before its step has run."""

    def read(frame: Frame) -> Any:
        value = frame.values[index]
        if value is not None:
            return value
        return frame.prepared.slot_value(index)(frame)

    return read


def _view_slot(index: int) -> Evaluate:
    """A view of octets is known to fix-ups, which run on the complete message."""

    def read(frame: Frame) -> Any:
        value = frame.values[index]
        if value is None and frame.run.fixing:
            return frame.prepared.slot_value(index)(frame)
        return value

    return read


def _param(expr: ParamRef, scope: Scope) -> Evaluate:
    index = expr.index
    return lambda frame: frame.params[index]


def _local(expr: LocalRef, scope: Scope) -> Evaluate:
    name = expr.name

    def read(frame: Frame) -> Any:
        if name not in frame.locals:
            frame.refuse(MISSING, None, frame.start, f"a value of `{name}`", "nothing")
        return frame.locals[name]

    return read


def _attribute(expr: Attribute, scope: Scope) -> Evaluate:
    base, name = prepare(expr.base, scope), expr.name
    position = scope.tuple_position(expr.base, name)

    def read(frame: Frame) -> Any:
        value = base(frame)
        if isinstance(value, dict):
            return value.get(name)
        if position is not None and isinstance(value, tuple):
            return value[position]
        if isinstance(value, Mapping):
            return value.get(name)
        return None if value is None else getattr(value, name, None)

    return read


def _entry(base: Evaluate, position: Evaluate) -> Evaluate:
    """Return the value of a key of a map; nothing without one, or without the map."""

    def read(frame: Frame) -> Any:
        items, key = base(frame), position(frame)
        return None if items is None else items.get(key)

    return read


def _element(expr: Element, scope: Scope) -> Evaluate:
    base, position = prepare(expr.base, scope), prepare(expr.position, scope)
    if expr.position.kind is Kind.TEXT:
        return _entry(base, position)

    def read(frame: Frame) -> Any:
        items, index = base(frame), position(frame)
        if items is None or index is None:
            frame.refuse(MISSING, None, frame.start, "a list and a position", "nothing")
        if isinstance(items, dict):
            return items.get(index)
        if not 0 <= index < len(items):
            frame.refuse(RANGE, None, frame.start, f"a position below {len(items)}", brief(index))
        return items[index]

    return read


def _unary(expr: Unary, scope: Scope) -> Evaluate:
    return unary(expr.op, prepare(expr.operand, scope))


def _binary(expr: Binary, scope: Scope) -> Evaluate:
    return binary(expr.op, prepare(expr.left, scope), prepare(expr.right, scope))


def _in_ranges(expr: InRanges, scope: Scope) -> Evaluate:
    operand, test = prepare(expr.operand, scope), in_ranges(expr.ranges)
    return lambda frame: test(operand(frame))


def _conditional(expr: Conditional, scope: Scope) -> Evaluate:
    test, yes, no = prepare(expr.test, scope), prepare(expr.yes, scope), prepare(expr.no, scope)
    return lambda frame: yes(frame) if test(frame) else no(frame)


def _list(expr: ListOf, scope: Scope) -> Evaluate:
    items = tuple(prepare(item, scope) for item in expr.items)
    return lambda frame: [item(frame) for item in items]


def _call(expr: Call, scope: Scope) -> Evaluate:
    arguments = tuple(prepare(argument, scope) for argument in expr.arguments)
    function = implementation(expr.function)
    name = expr.function

    def compute(frame: Frame) -> Any:
        values = [argument(frame) for argument in arguments]
        return function(frame, name, values)

    return compute


def _measure(expr: Measure, scope: Scope) -> Evaluate:
    slot, what = expr.slot, expr.what
    if what == "present":
        return _present(slot, scope)
    if what == "count":
        return lambda frame: len(value) if (value := frame.values[slot]) else 0
    if what == "offset":
        return lambda frame: frame.starts[slot] - frame.origin
    return lambda frame: _octets(frame, slot)


def _present(slot: int, scope: Scope) -> Evaluate:
    if distinguishes_null(scope.slots[slot]):
        return lambda frame: frame.values[slot] is not ABSENT
    return lambda frame: frame.values[slot] is not None


def distinguishes_null(slot: Slot) -> bool:
    """Whether the slot can be absent and can be null, so that `ABSENT` stands for the former."""
    return slot.optional and isinstance(slot.shape, Nullable)


def _octets(frame: Frame, slot: int) -> int:
    """Return the wire size of a slot, without its own length header; of a tree's text or octets, theirs."""
    if frame.run.writing and slot in frame.written:
        return len(frame.written[slot])
    if slot in frame.spans:
        begin, end = frame.spans[slot]
        return end - begin
    value = frame.values[slot]
    if isinstance(value, str):
        return len(value.encode("utf-8", "surrogatepass"))
    return len(value) if isinstance(value, bytes) else 0


def _position(expr: Position, scope: Scope) -> Evaluate:
    return {
        "remaining": lambda frame: frame.run.end - frame.run.position,
        "end": lambda frame: frame.run.end - frame.origin,
        "offset": lambda frame: frame.run.position - frame.origin,
        "start": lambda frame: frame.start - frame.origin,
        "index": lambda frame: frame.run.index,
    }[expr.word]


def _octet_at(expr: OctetAt, scope: Scope) -> Evaluate:
    offset = prepare(expr.offset, scope)

    def read(frame: Frame) -> Any:
        place = offset(frame) + frame.origin
        if not frame.origin <= place < frame.run.end:
            fault = Fault("truncated")
            frame.refuse(
                fault, None, frame.run.position, f"an octet at {brief(place)}", f"an end at {frame.run.end}"
            )
        return frame.run.data[place]

    return read


def _covered(expr: Covered, scope: Scope) -> Evaluate:
    until = expr.until
    overrides = [(o.place, o.lifted, o.octets, prepare(o.value, scope)) for o in expr.overrides]

    def read(frame: Frame) -> bytes:
        stop = frame.start if until is None else frame.starts[until]
        origin = frame.origin
        covered = bytearray(frame.run.data[origin:stop])
        for place, lifted, octets, compute in overrides:
            value = compute(frame)
            if not 0 <= value < 1 << (8 * octets):
                frame.refuse(RANGE, until, stop, f"a value of {octets} octets", brief(value))
            begin = (frame.places[place] if lifted else frame.starts[place]) - origin
            if 0 <= begin and begin + octets <= len(covered):
                covered[begin : begin + octets] = value.to_bytes(octets, "big")
        return bytes(covered)

    return read


def _encoded_slot(expr: EncodedSlot, scope: Scope) -> Evaluate:
    slot = expr.slot

    def read(frame: Frame) -> bytes:
        if frame.run.writing:
            return frame.written.get(slot, b"")
        begin, end = frame.spans.get(slot, (0, 0))
        return bytes(frame.run.data[begin:end])

    return read


def _quantified(expr: Quantified, scope: Scope) -> Evaluate:
    source, name, every = prepare(expr.source, scope), expr.variable, expr.every
    shape = scope.shape(expr.source)
    item = shape.item if isinstance(shape, Sequence) else None
    body = prepare(expr.body, scope.bind(name, item))
    last = _last_name(name)

    def test(frame: Frame) -> bool:
        items = source(frame)
        variables, end = frame.locals, len(items or ()) - 1
        for position, value in enumerate(items or ()):
            variables[name], variables[last] = value, position == end
            if bool(body(frame)) is not every:
                return not every
        return every

    return test


def _is_last(expr: IsLast, scope: Scope) -> Evaluate:
    last = _last_name(expr.variable)
    return lambda frame: frame.locals[last]


def _last_name(variable: str) -> str:
    return f"is_last({variable})"


NODES: dict[type, Callable[[Any, Scope], Evaluate]] = {
    Literal: _literal,
    SlotRef: _slot,
    ParamRef: _param,
    LocalRef: _local,
    Attribute: _attribute,
    Element: _element,
    Unary: _unary,
    Binary: _binary,
    InRanges: _in_ranges,
    Conditional: _conditional,
    ListOf: _list,
    Call: _call,
    Measure: _measure,
    Position: _position,
    OctetAt: _octet_at,
    Covered: _covered,
    EncodedSlot: _encoded_slot,
    Quantified: _quantified,
    IsLast: _is_last,
}
"""One row for each expression node."""
