"""What DER elements can begin with: FIRST sets of optional members and alternatives, and where two of them meet.

They follow from the members and are never written by hand. `None` in a set stands for any identifier at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from art7.grammar.diagnostics import Related
from art7.grammar.ir import plan as p
from art7.grammar.passes.der_forms import TIMES
from art7.grammar.passes.step_tree import change_steps, walk_steps

First = tuple[tuple[bytes | None, ...], bool]
"""Identifiers that something can begin with, and whether it may be nothing at all."""

_STEPS = (p.Tlv, p.TlvScalar, p.TlvOptional, p.TlvChoice)


def derive_firsts(module: Any, records: Mapping[str, p.Record]) -> dict[str, p.Record]:
    """Return the records with the identifiers of their optional members and alternatives; reports what is
    ambiguous, and implicit tags on records without an element of their own."""
    if not any(isinstance(x, _STEPS) for record in records.values() for x in walk_steps(record.body)):
        return dict(records)
    firsts = _Firsts({**module.imported, **records})
    found: dict[str, p.Record] = {}
    for name, record in records.items():

        def fill(step: p.Step) -> p.Step:
            if isinstance(step, p.TlvOptional):
                return replace(step, first=_known(firsts.block(step.body)[0]))
            if isinstance(step, p.TlvChoice):
                cases = tuple(replace(x, first=_known(firsts.block(x.body)[0])) for x in step.cases)
                return replace(step, cases=cases)
            return step

        found[name] = replace(record, body=change_steps(record.body, fill))
        _Overlaps(module, record, firsts).run()
        if dict(record.options).get("shape") == "set":
            _check_set(module, record, firsts)
    return found


def _check_set(module: Any, record: p.Record, firsts: _Firsts) -> None:
    """Report members of a SET that are not declared in the order in which DER writes them (X.690 §10.3)."""
    before: tuple[int, int] | None = None
    for step in record.body.steps[0].body.steps if isinstance(record.body.steps[0], p.Tlv) else ():
        slot = _slot(step)
        tags = [_tag(x) for x in firsts.step(step)[0] if x is not None]
        if slot is None or not tags:
            continue
        if before is not None and min(tags) < before:
            message = f"`{record.slots[slot].name}` stands behind a member whose tag is larger"
            advice = "declare the members of a SET in the order of their tags"
            module.findings.add("A7-L085", message, record.slots[slot].span, advice)
        before = max(tags)


def _tag(identifier: bytes) -> tuple[int, int]:
    """Return class and number of an identifier: what orders the members of a SET (X.680 §8.6)."""
    number = identifier[0] & 0x1F if len(identifier) == 1 else 0
    for octet in identifier[1:]:
        number = number << 7 | octet & 0x7F
    return identifier[0] >> 6, number


def _known(first: tuple[bytes | None, ...]) -> tuple[bytes, ...]:
    """Return identifiers as a step holds them: none at all where any will do."""
    return () if None in first else tuple(x for x in first if x is not None)


class _Firsts:
    """FIRST sets of blocks, those of records worked out once."""

    def __init__(self, records: Mapping[str, p.Record]) -> None:
        self.records = records
        self._done: dict[str, First] = {}
        self._open: set[str] = set()

    def record(self, name: str) -> First:
        """Return what a record begins with; one that begins with itself has no end, which is told elsewhere."""
        if name in self._done or name in self._open or name not in self.records:
            return self._done.get(name, ((), False))
        self._open.add(name)
        self._done[name] = self.block(self.records[name].body)
        self._open.discard(name)
        return self._done[name]

    def block(self, block: p.Block) -> First:
        """Return what steps in a row begin with."""
        found: dict[bytes | None, None] = {}
        for step in block.steps:
            first, empty = self.step(step)
            found.update(dict.fromkeys(first))
            if not empty:
                return tuple(found), False
        return tuple(found), True

    def step(self, step: p.Step) -> First:
        """Return what one step begins with; tests and views take no octets."""
        match step:
            case p.Tlv(identifier=identifier):
                return (identifier,), False
            case p.TlvScalar(form="time"):
                return TIMES, False
            case p.TlvScalar(form="elements"):
                return (None,), True
            case p.TlvScalar(identifier=identifier):
                return (identifier or None,), False
            case p.TlvOptional(body=body) | p.When(body=body):
                return self.block(body)[0], True
            case p.TlvChoice(cases=cases):
                found = [x for case in cases for x in self.block(case.body)[0]]
                return tuple(dict.fromkeys(found)), False
            case p.CallRecord(tag=bytes(tag)):
                return (tag,), False
            case p.CallRecord(record=name):
                return self.record(name)
            case p.Branch(cases=cases):
                arms = [self.block(case.body) for case in cases if case.refuse is None]
                found = [x for first, _ in arms for x in first]
                return tuple(dict.fromkeys(found)), any(empty for _, empty in arms)
            case p.Constant(octets=octets):
                return (octets[:1],), False
            case p.Check() | p.Verify() | p.View() | p.Domain():
                return (), True
            case _:
                return (None,), True


class _Overlaps:
    """Looks for members that cannot be told apart by what they begin with."""

    def __init__(self, module: Any, record: p.Record, firsts: _Firsts) -> None:
        self.module = module
        self.record = record
        self.firsts = firsts

    def run(self) -> None:
        """Look at every block of the record."""
        self._block(self.record.body, {}, {})

    def _block(
        self, block: p.Block, after: dict[bytes | None, int], waiting: dict[bytes | None, int]
    ) -> None:
        """Look at steps in a row. `after`: identifiers that may follow the block → the slot they begin.

        `waiting`: identifiers of optional members before it, of which what follows must differ.
        """
        waiting = dict(waiting)
        for position, step in enumerate(block.steps):
            rest = self._rest(block.steps[position + 1 :], after)
            self._inside(step, rest, waiting)
            first, empty = self.firsts.step(step)
            slot = _slot(step)
            if isinstance(step, p.TlvScalar) and step.form == "elements":
                continue
            if slot is not None:
                self._meet(first, slot, waiting)
            if isinstance(step, p.TlvOptional):
                waiting.update({x: step.slot for x in first if x not in waiting})
            elif not empty and first:
                waiting = {}

    def _rest(self, steps: tuple[p.Step, ...], after: dict[bytes | None, int]) -> dict[bytes | None, int]:
        found: dict[bytes | None, int] = {}
        for step in steps:
            first, empty = self.firsts.step(step)
            slot = _slot(step)
            if slot is not None:
                found.update({x: slot for x in first if x not in found})
            if not empty:
                return found
        return {**after, **found}

    def _inside(self, step: p.Step, rest: dict[bytes | None, int], waiting: dict[bytes | None, int]) -> None:
        match step:
            case p.Tlv(body=body) | p.Loop(body=body) | p.Region(body=body):
                self._block(body, {}, {})
            case p.TlvOptional(body=body) | p.When(body=body):
                self._block(body, rest, {})
            case p.Branch(cases=cases):
                for case in cases:
                    self._block(case.body, rest, waiting)
                    self._trailing(case.body, rest)
            case p.TlvChoice(cases=choices):
                self._choice(choices)
            case p.CallRecord(record=name, tag=bytes()):
                self._tagged(step, name)
            case _:
                pass

    def _trailing(self, body: p.Block, rest: dict[bytes | None, int]) -> None:
        """Optional members at the end of an arm must differ from what follows the arms."""
        for step in reversed(body.steps):
            if isinstance(step, p.TlvOptional):
                for one in self.firsts.step(step)[0]:
                    if one in rest or (None in rest and rest):
                        self._report(step.slot, rest.get(one, next(iter(rest.values()))), one)
            elif self.firsts.step(step) != ((), True):
                return

    def _meet(self, first: tuple[bytes | None, ...], slot: int, waiting: dict[bytes | None, int]) -> None:
        for one in first:
            other = waiting.get(one)
            if other is None and waiting and (one is None or None in waiting):
                other = waiting.get(None, next(iter(waiting.values())))
            if other is not None and other != slot:
                self._report(other, slot, one)
                return

    def _choice(self, cases: tuple[p.TlvCase, ...]) -> None:
        seen: dict[bytes | None, int] = {}
        for position, case in enumerate(cases):
            self._block(case.body, {}, {})
            for one in self.firsts.block(case.body)[0]:
                if one in seen or (one is None and position != len(cases) - 1):
                    self._report(seen.get(one, case.slot), case.slot, one)
                seen[one] = case.slot

    def _tagged(self, step: p.CallRecord, name: str) -> None:
        callee = self.firsts.records.get(name)
        first = callee.body.steps[0] if callee is not None and callee.body.steps else None
        if callee is not None and not (isinstance(first, p.Tlv) and first.outer):
            slot = self.record.slots[step.slot]
            message = (
                f"`{name.rpartition('.')[2]}` has no element of its own that an implicit tag could replace"
            )
            self.module.findings.add("A7-L081", message, slot.span, "write `@explicit(n)`")

    def _report(self, one: int, two: int, tag: bytes | None) -> None:
        slots = self.record.slots
        example = f"an element that begins with {tag.hex()}" if tag is not None else "any element"
        message = f"`{slots[two].name}` and `{slots[one].name}` cannot be told apart: {example} can be either"
        if one == two:
            message = f"`{slots[one].name}` takes any element, and alternatives stand behind it"
        related = () if one == two else (Related("the other one", slots[one].span),)
        advice = "give one of them a tag, as in `name @implicit(0): T`"
        self.module.findings.add("A7-L084", message, slots[two].span, advice, related)


def _slot(step: p.Step) -> int | None:
    """Return the slot that a step on the wire fills first."""
    match step:
        case p.Tlv(slot=slot) | p.TlvScalar(slot=slot) | p.TlvOptional(slot=slot) | p.CallRecord(slot=slot):
            return slot
        case p.Take(slot=slot) | p.Region(slot=slot):
            return slot
        case p.TlvChoice(cases=cases):
            return cases[0].slot if cases else None
        case p.When(body=body):
            return next((x for x in map(_slot, body.steps) if x is not None), None)
        case p.Branch(cases=arms):
            found = (_slot(step) for arm in arms for step in arm.body.steps)
            return next((x for x in found if x is not None), None)
        case _:
            return None


CODES = {
    "A7-L085": (
        "SET in another order",
        "DER writes the members of a SET in the order of their tags: universal, application, context, private.",
        "Declare them in that order.",
    ),
    "A7-L084": (
        "members that begin alike",
        "DER tells optional members and alternatives apart by their identifiers; these two begin with the same one.",
        "Give one of them a tag.",
    ),
}
"""Code → title, explanation, next step."""
