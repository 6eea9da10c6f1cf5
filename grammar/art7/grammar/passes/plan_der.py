"""Plans of DER: elements, optional members, choices, and what stands behind the members that are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from art7.grammar import syntax as t
from art7.grammar.diagnostics import NOWHERE, Span
from art7.grammar.ir import plan as p
from art7.grammar.ir import representation as r
from art7.grammar.ir import shape as s
from art7.grammar.passes.der_forms import SEQUENCE, SET
from art7.grammar.passes.drafts import Choose, Item, Rule, Wire

if TYPE_CHECKING:
    from art7.grammar.passes.build_plan import Gap, Planner
    from art7.grammar.passes.lower_record import RecordLowering

UNUSED_BITS = p.Constant(b"\x00", p.Fault("bad_constant", None, "X.690#8.6.2"))
"""The first octet of a bit string whose bits fill whole octets."""


def element_steps(
    planner: Planner, rep: r.Tagged, slot: int, name: str, before: list[p.Step], gap: Gap | None
) -> list[p.Step]:
    """Return the steps of an element that holds something."""
    inner = planner._steps(rep.inner, slot, name, before, gap)
    if not rep.identifier:
        return [UNUSED_BITS, *inner]
    return [p.Tlv(slot, rep.identifier, planner.block(inner), rep.ordered)]


def optional_steps(planner: Planner, item: Wire, steps: list[p.Step]) -> list[p.Step]:
    """Return the steps of a member that may be absent: the identifiers that it begins with are derived later."""
    draft = item.draft
    if not item.question and draft.default is None:
        return steps
    return [p.TlvOptional(draft.index, (), planner.block(steps), draft.default is not None)]


def plan_der(planner: Planner, items: list[Item]) -> list[p.Step]:
    """Return the steps of a record: of a SEQUENCE, a SET, a choice, a bare value, or of content alone."""
    from art7.grammar.passes.build_plan import Gap

    record = planner.record
    shape = str(record.options.get("shape", "sequence"))
    if shape == "choice":
        return _choice(planner, items)
    gap = Gap(set())
    steps, left = planner._sequence(items, gap)
    planner._report_left(left)
    steps += _unknown(record, shape)
    if shape == "value":
        return _value(planner, items, steps)
    if shape == "content":
        return steps
    return [p.Tlv(None, SET if shape == "set" else SEQUENCE, planner.block(steps), outer=True)]


def _unknown(record: RecordLowering, shape: str) -> list[p.Step]:
    """Return what takes the elements behind those that are named."""
    policy = record.unknown.policy if record.unknown is not None else None
    if policy is None or isinstance(policy, t.Reject):
        return []
    if shape in ("value", "choice"):
        message = f"a record of shape `{shape}` has one element"
        record.module.findings.add("A7-L025", message, record.unknown_span(), "remove `unknown`")
        return []
    if record.unknown_slot is not None:
        return [p.TlvScalar(record.unknown_slot, b"", "elements")]
    draft = record.hidden("ignored", s.Octets(), record.unknown_span())
    draft.optional = True
    return [p.TlvScalar(draft.index, b"", "elements")]


def _value(planner: Planner, items: Sequence[Item], steps: list[p.Step]) -> list[p.Step]:
    """Mark the one element of a bare value as the record's own, so that a caller may tag it anew."""
    wires = [item for item in items if isinstance(item, Wire)]
    if len(wires) != 1 or wires[0].question or any(isinstance(item, Choose) for item in items):
        message = "a bare value has one member, always there"
        planner.findings.add("A7-L039", message, _span(planner), "use one member, or another shape")
        return steps
    return [replace(x, outer=True) if isinstance(x, p.Tlv) and i == 0 else x for i, x in enumerate(steps)]


def _choice(planner: Planner, items: Sequence[Item]) -> list[p.Step]:
    record = planner.record
    cases: list[p.TlvCase] = []
    known: set[int] = set()
    for item in items:
        if isinstance(item, Rule):
            continue
        if not isinstance(item, Wire) or item.draft.role is not p.Role.GIVEN or item.condition is not None:
            message = "a choice has alternatives and rules only"
            planner.findings.add("A7-L083", message, _span(planner), "move what they share around it")
            continue
        draft = item.draft
        _, steps = planner.reads(item.pair, draft.index, draft.name, None)
        cases.append(p.TlvCase(draft.name, draft.index, (), planner.block(steps)))
        known.add(draft.index)
    _unknown(record, "choice")
    if not cases:
        planner.findings.add("A7-L083", "a choice without alternatives", _span(planner), "add one")
    return [p.TlvChoice(tuple(cases)), *planner.logic(items, known)]


def _span(planner: Planner) -> Span:
    drafts = planner.record.drafts
    return drafts[0].span if drafts else NOWHERE


CODES = {
    "A7-L083": (
        "choice of more than alternatives",
        "A record `as der(shape: 'choice')` has one member for each alternative, and rules.",
        "Keep only alternatives in it.",
    ),
}
"""Code → title, explanation, next step."""
