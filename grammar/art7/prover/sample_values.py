"""Values of shapes, made up: small ones, those that rules and arms speak of, and patterns' shortest texts.

Nothing here promises that a value can be written: whoever asks writes it and takes another one where that is refused.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Binary, Call, Expr, InRanges, Literal, Measure, SlotRef, walk
from art7.grammar.ir.module import Specification
from art7.interpreter.prepare import all_steps, filled_slots, step_expressions
from art7.interpreter.values import find_enum
from art7.prover.automata import TooLarge, automaton, shortest

DEEP = 6
"""Records in records; below, what may be absent is."""

FORMS: Mapping[str, Any] = {
    "oid": "1.2.3",
    "relative_oid": "2.3",
    "utctime": "240229120000Z",
    "generalizedtime": "20240229120000Z",
    "time": "240229120000Z",
    "numeric": "1",
    "printable": "A",
    "bits": "101",
    "null": b"\x05\x00",
    "any": b"\x05\x00",
    "elements": b"",
}
"""A value of each form of DER whose values follow rules of their own."""

Chosen = Mapping[int, Any]


class Maker:
    """Makes values; another `variant` gives others, the same one always the same."""

    def __init__(self, specification: Specification, variant: int) -> None:
        self.specification = specification
        self.variant = variant
        self.random = random.Random(variant)

    def record(self, record: p.Record, depth: int = 0, fixed: Chosen | None = None) -> Any:
        """Return a value of a record, its slots in `fixed` as given there (`None`: absent)."""
        chosen = _Chosen(self, record)
        chosen.values.update(fixed or {})
        found: dict[str, Any] = {}
        for slot in record.api():
            if slot.role is p.Role.VIEW or (slot.role is p.Role.KEPT and slot.index not in chosen.values):
                continue
            value = self._slot(slot, chosen, depth)
            if value is not None or isinstance(slot.shape, s.Nullable):
                found[slot.name] = value
        if record.form is p.Form.TUPLE:
            return tuple(found.get(slot.name) for slot in record.api())
        return found

    def _slot(self, slot: p.Slot, chosen: _Chosen, depth: int) -> Any:
        if slot.index in chosen.values:
            return chosen.values[slot.index]
        if slot.name == "unknown" or slot.name.endswith("_octets"):
            return None
        if slot.optional and slot.index not in chosen.needed and not self._is_there(depth):
            return None
        if slot.index in chosen.forms:
            return chosen.forms[slot.index]
        if isinstance(slot.shape, s.Union) and slot.shape.tag:
            return chosen.arm(slot.index, slot.shape, depth)
        return self.value(slot.shape, depth, chosen.hints.get(slot.index, ()))

    def _is_there(self, depth: int) -> bool:
        if depth > DEEP or self.variant == 1:
            return False
        return self.variant == 0 or self.random.random() < 0.5

    def value(self, shape: s.Shape, depth: int = 0, hints: tuple[Any, ...] = ()) -> Any:
        """Return a value of a shape, maybe one of `hints`."""
        match shape:
            case s.Boolean():
                return self.random.random() < 0.5
            case s.Integer(minimum=low, maximum=high):
                return self._integer(low, high, hints)
            case s.Float():
                return 1.5
            case s.Octets(minimum=low, maximum=high):
                return self.random.choice((b"\x01", b"\xab")) * self._size(low, high, hints)
            case s.Text():
                return self._text(shape, hints)
            case s.Enumeration(name=name):
                return self._enumerated(name, hints)
            case s.RecordOf(name=name):
                return self.record(self.specification.record(name), depth + 1)
            case s.Sequence(item=item, minimum=low, maximum=high):
                size = low if depth > DEEP else self._size(low, high, hints)
                return [self.value(item, depth + 1) for _ in range(size)]
            case s.Mapping(key=key, value=value, minimum=low):
                return {self._key(key, i): self.value(value, depth + 1) for i in range(low)}
            case s.Nullable(inner=inner):
                return None if depth > DEEP or self.variant == 1 else self.value(inner, depth, hints)
            case s.Union(arms=arms):
                arm = self.random.choice(arms)
                return None if arm.shape is None else self.value(arm.shape, depth + 1)
            case s.Label():
                return self.random.choice((1, "a"))
            case s.Anything(dialect=dialect):
                return (
                    {"name": "a", "namespace": "", "attributes": {}, "content": []} if dialect == "xml" else 1
                )

    def _integer(self, low: int, high: int, hints: tuple[Any, ...]) -> int:
        near = [hint + step for hint in hints if type(hint) is int for step in (0, 1, -1)]
        fit = [value for value in near if low <= value <= high]
        if fit and self.random.random() < 0.8:
            return self.random.choice(fit)
        return self.random.choice([x for x in (1, 2, 5, low, high) if low <= x <= high])

    def _size(self, low: int, high: int | None, hints: tuple[Any, ...] = ()) -> int:
        most = high if high is not None else low + 3
        near = [hint for hint in hints if type(hint) is int and low <= hint <= min(most, 4096)]
        if near and self.random.random() < 0.7:
            return self.random.choice(near)
        return self.random.choice((low, min(low + 1, most), min(low + 2, most)))

    def _text(self, shape: s.Text, hints: tuple[Any, ...]) -> str:
        texts = [hint for hint in hints if isinstance(hint, str)]
        if texts and self.random.random() < 0.8:
            return self.random.choice(texts)
        if shape.pattern is not None:
            return self._matching(shape.pattern, max(shape.minimum, self.random.choice((0, 0, 3))))
        size = self._size(max(shape.minimum, 1), shape.maximum, hints)
        return ("abcde" * (size // 5 + 1))[:size]

    def _matching(self, pattern: str, least: int) -> str:
        one = automaton(pattern)
        try:
            found = shortest([one], least)
            return found if found is not None else shortest([one]) or ""
        except TooLarge:
            return ""

    def _enumerated(self, name: str, hints: tuple[Any, ...]) -> int | str:
        enum = find_enum(self.specification, name)
        if enum is None or not enum.members:
            return hints[0] if hints else 0
        fit = [hint for hint in hints if isinstance(hint, str) is enum.text]
        return (
            self.random.choice(fit)
            if fit and self.random.random() < 0.7
            else self.random.choice(enum.members).low
        )

    def _key(self, shape: s.Shape, number: int) -> Any:
        return number + 1 if isinstance(shape, s.Integer) else "abcdefgh"[number % 8] * (number // 8 + 1)


class _Chosen:
    """What is decided of one record before its slots are filled: tags, and which arms' members are there."""

    def __init__(self, maker: Maker, record: p.Record) -> None:
        self.maker = maker
        self.record = record
        self.values: dict[int, Any] = {}
        self.needed: set[int] = set()
        self.forms: dict[int, Any] = {}
        self.arms: dict[int, s.UnionArm] = {}
        self.hints = hints_of(record)
        for step in all_steps(record.body):
            if isinstance(step, p.TlvScalar) and step.form in FORMS:
                self.forms[step.slot] = FORMS[step.form]
            elif isinstance(step, p.Branch) and step.slot is None:
                cases = [(x.ranges, filled_slots(x.body), x.refuse) for x in step.cases]
                self._flattened(step.on, cases)
            elif isinstance(step, p.Branch):
                self._named(step)
            elif isinstance(step, p.Object | p.Array):
                for spread in step.spreads:
                    entries = [(x.ranges, tuple(y.slot for y in x.entries), x.refuse) for x in spread.cases]
                    self._flattened(spread.on, entries)
            elif isinstance(step, p.Either | p.TlvChoice):
                self._one_of([case.slot for case in step.cases])
        if dict(record.options).get("shape") == "choice" and record.encoding == "xml":
            self._one_of([slot.index for slot in record.api()])

    def _one_of(self, slots: list[int]) -> None:
        here = self.maker.random.choice(slots)
        self.needed.add(here)
        self.values |= {slot: None for slot in slots if slot != here}

    def _flattened(self, on: Expr, cases: list[Any]) -> None:
        taken = [case for case in cases if case[2] is None]
        if not taken:
            return
        ranges, slots, _ = self.maker.random.choice(taken)
        self._tag(on, ranges, [x for case in cases for x in case[0]])
        for case in cases:
            self.values.update((slot, None) for slot in case[1] if slot not in slots)

    def _tag(self, on: Expr, ranges: Any, every: list[Any]) -> None:
        if not isinstance(on, SlotRef):
            return
        slot = self.record.slots[on.index]
        if not slot.is_api or slot.role is p.Role.VIEW:
            return
        if isinstance(slot.shape, s.Boolean) and ranges:
            self.values[on.index] = bool(ranges[0][0])
        elif ranges:
            self.values[on.index] = self.maker.random.choice(ranges)[0]
        else:
            self.values[on.index] = self._outside(slot.shape, every)

    def _outside(self, shape: s.Shape, every: list[Any]) -> Any:
        """Return a value that no case takes."""
        for _ in range(8):
            value = self.maker.value(shape)
            if not any(type(low) is type(value) and low <= value <= high for low, high in every):
                return value
        return value

    def arm(self, slot: int, shape: s.Union, depth: int) -> Any:
        """Return the value of the arm that was chosen for a union with a name."""
        arm = self.arms.get(slot) or self.maker.random.choice(shape.arms)
        return None if arm.shape is None else self.maker.value(arm.shape, depth + 1)

    def _named(self, step: p.Branch) -> None:
        """Choose the arm of a union that has a name, and its tag."""
        shape = self.record.slots[step.slot or 0].shape
        if not isinstance(shape, s.Union):
            return
        usable = [i for i, case in enumerate(step.cases) if case.refuse is None]
        if not usable:
            return
        here = step.cases[self.maker.random.choice(usable)]
        self._tag(step.on, here.ranges, [x for case in step.cases for x in case.ranges])
        arm = next((arm for arm in shape.arms if arm.name == here.name), None)
        if arm is not None and step.slot is not None:
            self.arms[step.slot] = arm


def hints_of(record: p.Record) -> dict[int, tuple[Any, ...]]:
    """Return the literals that rules compare each slot with."""
    found: dict[int, list[Any]] = {}
    for step in all_steps(record.body):
        for expr in step_expressions(step):
            for node in walk(expr):
                _hint(node, found)
    return {slot: tuple(values) for slot, values in found.items()}


def _hint(node: Expr, found: dict[int, list[Any]]) -> None:
    if isinstance(node, InRanges):
        slot = _slot_of(node.operand)
        if slot is not None:
            found.setdefault(slot, []).extend(bound for range_ in node.ranges for bound in range_)
    elif isinstance(node, Binary):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            slot = _slot_of(one)
            if slot is not None and isinstance(other, Literal):
                found.setdefault(slot, []).append(other.value)


def _slot_of(expr: Expr) -> int | None:
    match expr:
        case SlotRef(index=index) | Measure(slot=index):
            return index
        case Call(arguments=(SlotRef(index=index), *_)):
            return index
        case _:
            return None
