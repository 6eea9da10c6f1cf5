"""What is written must be known before it is read: values that only a reader can tell are refused here.

Where something stands, what octets lie there and how many are left is known on reading alone. A `let` that names
such a fact is given on writing as soon as a computed field mentions it; an extent follows from the value that
fills it; a MAC is made when the message is complete. Nothing else that writing needs may depend on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.late_values import covers
from art7.grammar.passes.simplify import slots_of
from art7.grammar.passes.step_tree import walk_steps


def check_writing(module: Any, records: Sequence[p.Record], known: Mapping[str, p.Record]) -> None:
    """Report values, choices and arguments of `records` that writing cannot work out; `known` are all records."""
    wanted = _Wanted(known)
    for record in records:
        if record.carrier is p.Carrier.OCTETS:
            _check(module, record, wanted)


def _check(module: Any, record: p.Record, wanted: _Wanted) -> None:
    steps = list(walk_steps(record.body))
    hidden = _hidden(record, steps)
    late = {step.slot for step in steps if isinstance(step, p.Verify) and step.deferred}
    for slot in record.slots:
        if slot.role in (p.Role.COMPUTED, p.Role.KEPT) and slot.value is not None and slot.index not in late:
            if not covers(record, slot.value, set()) and _is_hidden(slot.value, hidden):
                message = f"`{slot.name}` is computed from a place or from octets that only reading knows"
                module.findings.add("A7-L047", message, slot.span, _ADVICE)
    for step in steps:
        if isinstance(step, p.Branch) and _is_hidden(step.on, hidden):
            message = "this `select` chooses by a place or by octets that only reading knows"
            module.findings.add("A7-L047", message, _span(record, step), _ADVICE)
        if isinstance(step, p.CallRecord):
            for index in wanted.of(step.record):
                if index < len(step.arguments) and _is_hidden(step.arguments[index], hidden):
                    slot, short = record.slots[step.slot], step.record.rpartition(".")[2]
                    message = f"`{slot.name}` is given a place or octets that only reading knows, and `{short}` writes by it"
                    advice = f"ask for it inside `{short}`, or name it with `let` and mention that in a computed field"
                    module.findings.add("A7-L047", message, slot.span, advice)


_ADVICE = "name the fact with `let` and mention that name in a computed field: then it is given on writing"


def _span(record: p.Record, step: p.Branch) -> Any:
    slot = step.slot if step.slot is not None else min(slots_of(step.on), default=None)
    return record.span if slot is None else record.slots[slot].span


def _hidden(record: p.Record, steps: Sequence[p.Step]) -> set[int]:
    """The views that writing neither is given nor can work out."""
    found: set[int] = set()
    for step in steps:
        if isinstance(step, p.View) and record.slots[step.slot].role is not p.Role.VIEW_INPUT:
            if _is_hidden(step.expr, found):
                found.add(step.slot)
    return found


def _is_hidden(expr: Expr, hidden: set[int]) -> bool:
    if e.is_positional(expr):
        return True
    return any(isinstance(node, e.SlotRef) and node.index in hidden for node in e.walk(expr))


class _Wanted:
    """Which parameters of a record decide what is written of it."""

    def __init__(self, records: Mapping[str, p.Record]) -> None:
        self.records = records
        self.found: dict[str, frozenset[int]] = {}

    def of(self, name: str) -> frozenset[int]:
        """Return the indexes of those parameters."""
        if name not in self.found:
            self.found[name] = frozenset()  # of a record that contains itself: what its own steps say
            record = self.records.get(name)
            if record is not None and record.params and record.carrier is p.Carrier.OCTETS:
                self.found[name] = frozenset(self._params(record))
        return self.found[name]

    def _params(self, record: p.Record) -> set[int]:
        found: set[int] = set()
        steps = list(walk_steps(record.body))
        late = {step.slot for step in steps if isinstance(step, p.Verify) and step.deferred}
        for slot in record.slots:
            if (
                slot.role in (p.Role.COMPUTED, p.Role.KEPT)
                and slot.value is not None
                and slot.index not in late
            ):
                found |= _mentioned(slot.value)
        for step in steps:
            for expr in _asked(step):
                found |= _mentioned(expr)
            if isinstance(step, p.CallRecord):
                for index in self.of(step.record):
                    found |= _mentioned(step.arguments[index]) if index < len(step.arguments) else set()
        return found


def _asked(step: p.Step) -> list[Expr]:
    """What writing a step tests by expressions over parameters."""
    match step:
        case p.Branch(on=on):
            return [on]
        case p.When(condition=condition):
            return [condition]
        case p.Take(extent=p.Exact(size=size)) | p.Region(extent=p.Exact(size=size)):
            return [size]
        case p.Loop(count=count) if count is not None:
            return [count]
        case _:
            return []


def _mentioned(expr: Expr) -> set[int]:
    return {node.index for node in e.walk(expr) if isinstance(node, e.ParamRef)}


CODES = {
    "A7-L047": (
        "written by what only reading knows",
        "Where a field stands, which octets lie there and how many are left is known when a message is read. A value or "
        "a choice that depends on it cannot be made when the message is written, so the message could be read but "
        "never written.",
        "Name the fact with `let` and mention that name in a computed field: then it is given on writing. Padding by "
        "the place where it stands is what `align` writes.",
    )
}
"""Code → title, explanation, next step."""
