"""Plans of text: lines, members that may be absent, lists that go on, alternatives, and white space around literals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from art7.grammar import syntax as t
from art7.grammar.diagnostics import NOWHERE, Span
from art7.grammar.ir import plan as p
from art7.grammar.ir import representation as r
from art7.grammar.ir.plan import First
from art7.grammar.passes.drafts import Framed, Item, Rule, Wire
from art7.grammar.passes.plan_headers import body_steps, grouped_headers

if TYPE_CHECKING:
    from art7.grammar.passes.build_plan import Gap, Planner
    from art7.grammar.passes.lower_record import RecordLowering

LATER = First()
"""Stands for what a step begins with until all records are known: see `derive_text_firsts`."""


def plan_text(planner: Planner, items: list[Item]) -> list[p.Step]:
    """Return the steps of a record."""
    from art7.grammar.passes.build_plan import Gap

    if planner.record.options.get("shape") == "choice":
        return _choice(planner, items)
    steps, left = planner._sequence(grouped_headers(planner, items), Gap(set()))
    planner._report_left(left)
    return steps


def line_step(planner: Planner, item: Framed, gap: Gap) -> p.Step:
    """Return the step of a line; its members are those of the record."""
    steps, left = planner._sequence(item.items, gap)
    for pending in left:
        gap.add(pending)
    return _line(planner.record, planner.block(steps))


def _line(record: RecordLowering, body: p.Block) -> p.Line:
    eol = str(record.options.get("eol", "\r\n")).encode()
    return p.Line(body, eol, bool(record.options.get("lenient_eol", False)))


def _literals(record: RecordLowering, octets: tuple[bytes, ...]) -> list[p.Step]:
    ref = record.refs[0] if record.refs else None
    constants = [p.Constant(each, p.Fault("bad_constant", None, ref)) for each in octets]
    return [step for constant in constants for step in literal_steps(record, constant)]


def optional_text(planner: Planner, item: Wire, steps: list[p.Step]) -> list[p.Step]:
    """Return the steps of a member that may be absent."""
    draft = item.draft
    if item.condition is not None or (not item.question and draft.default is None):
        return steps
    return [p.Ahead(draft.index, LATER, planner.block(steps))]


def literal_steps(record: RecordLowering, constant: p.Constant) -> list[p.Step]:
    """Return a literal with the white space that may stand around it."""
    space = str(record.options.get("space", "")).encode()
    if not space:
        return [constant]
    around = p.Space(space, bool(record.options.get("comments", False)))
    if not constant.octets.strip(space):
        return [constant, around]
    return [around, constant, around]


def text_steps(
    planner: Planner, rep: r.Representation, slot: int, name: str, before: list[p.Step], gap: Gap | None
) -> list[p.Step]:
    """Return the steps of a representation that only text has."""
    match rep:
        case r.Word(pattern=pattern, maximum=most):
            return [p.Token(slot, pattern, most)]
        case r.Decimal(minimum=low, maximum=high, base=base):
            return [p.Number(slot, low, high, base)]
        case r.QuotedText(minimum=least, maximum=most):
            return [p.Quoted(slot, least, most)]
        case r.Ended():
            return [p.Upto(slot, rep.until, rep.text, rep.minimum, rep.maximum)]
        case r.Repeated():
            item = planner._item(rep.item, name, slot)
            early, steps = planner.reads(rep.item, item.index, item.name, gap)
            body = planner.block([*early, *steps])
            return [p.Repeat(slot, item.index, LATER, body, rep.minimum, rep.maximum)]
        case r.Among():
            steps = planner._steps(rep.inner, slot, name, before, gap)
            steps = [*_literals(planner.record, rep.before), *steps, *_literals(planner.record, rep.after)]
            return [_line(planner.record, planner.block(steps))] if rep.line else steps
        case r.Coded(transform=transform, inner=inner):
            steps = planner._steps(inner, slot, name, before, gap)
            return [p.Through(slot, transform, planner.block(steps))]
        case _:
            return body_steps(planner, rep, slot, name, before, gap)


def _choice(planner: Planner, items: list[Item]) -> list[p.Step]:
    """Return the steps of a record that is one of its members."""
    cases: list[p.EitherCase] = []
    known: set[int] = set()
    for item in items:
        if isinstance(item, Rule):
            continue
        if not isinstance(item, Wire) or item.draft.role is not p.Role.GIVEN or item.condition is not None:
            planner.findings.add(
                "A7-L093",
                "a choice has alternatives and rules only",
                _span(planner),
                "move it around the choice",
            )
            continue
        draft = item.draft
        _, steps = planner.reads(item.pair, draft.index, draft.name, None)
        cases.append(p.EitherCase(draft.name, draft.index, LATER, planner.block(steps)))
        known.add(draft.index)
    if not cases:
        planner.findings.add("A7-L093", "a choice without alternatives", _span(planner), "add one")
    return [p.Either(tuple(cases)), *planner.logic(items, known)]


def _span(planner: Planner) -> Span:
    drafts = planner.record.drafts
    return drafts[0].span if drafts else NOWHERE


def line_of(node: t.LineType) -> t.Inline:
    """Return `line { … }` used as a type as the record that it is."""
    return t.Inline(node.span, (t.LineMember(node.span, node.members),))
