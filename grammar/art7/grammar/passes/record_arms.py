"""The arms of `select`: unions for named ones, optional members for unnamed ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Span
from art7.grammar.ir import plan as p
from art7.grammar.ir import representation as r
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.representation import Pair
from art7.grammar.passes.check_arms import arrange
from art7.grammar.passes.drafts import ArmItem, Choose, Draft, Ranges, Wire

if TYPE_CHECKING:
    from art7.grammar.passes.lower_record import RecordLowering


def lower_union(record: RecordLowering, node: t.SelectType) -> Pair:
    """Lower a named `select`: one slot holds the value of the arm that its tag selects."""
    on, tag = record.expressions().typed(node.value)
    base = record.current_name
    arms = _arranged(record, node.arms, on, tag, node.span)
    shapes: list[s.UnionArm] = []
    items: list[ArmItem] = []
    rows: list[r.ChoiceArm] = []
    for arm, ranges in arms:
        item, shape, rep = _union_arm(record, arm, ranges, base)
        item.span = arm.span
        items.append(item)
        rows.append(r.ChoiceArm(item.name, ranges, rep, item.refuse.code if item.refuse else None))
        if item.refuse is None:
            shapes.append(s.UnionArm(item.name, ranges, shape))
    choice = r.Choice(on, tuple(rows))
    record.unions[id(choice)] = items
    tag_name = node.value.name if isinstance(node.value, t.NameRef) else record.module.source(node.value.span)
    record.current_name = base
    return Pair(s.Union(tag_name, tuple(shapes)), choice)


def _union_arm(
    record: RecordLowering, arm: t.Arm, ranges: Ranges, base: str
) -> tuple[ArmItem, s.Shape | None, r.Representation | None]:
    target, label = arm.target, label_of(arm)
    if isinstance(target, t.Reject):
        fault = p.Fault(record.module.error_name(target.error, record.context), None, first_of(record.refs))
        return ArmItem(label, ranges, [], fault), None, None
    if isinstance(target, t.Empty):
        return ArmItem(label, ranges, []), None, None
    if isinstance(target, t.Preserve | t.Ignore):
        return _kept_arm(record, label, ranges, isinstance(target, t.Preserve), target.span)
    members = arm_members(arm)
    if isinstance(target, t.Field):
        label = target.name.text
    elif _is_lifted(record, members):
        record.current_name = label
        pair = record.lift(members, label, arm.span, self_known=False)
        draft = record.hidden(label, pair.shape, arm.span)
        draft.pair = pair
        return (
            ArmItem(label, ranges, [Wire(draft, pair)], None, draft.index),
            pair.shape,
            pair.representation,
        )
    record.scopes.append({})
    record.declare(members)
    indexes = set(record.scopes[-1].values())
    items = record.walk(members, in_union=True)
    record.scopes.pop()
    value = _arm_value(record, members, indexes)
    item = ArmItem(label, ranges, items, None, value)
    if value is None:
        return item, None, None
    found = record.drafts[value]
    return item, _may_be_none(found), found.pair.representation if found.pair is not None else None


def _may_be_none(draft: Draft) -> s.Shape | None:
    """Return the shape of an arm's value: nothing stands for a member that is not there, or is filled in."""
    filled = draft.role is p.Role.COMPUTED
    if not (draft.optional or filled) or draft.shape is None or isinstance(draft.shape, s.Nullable):
        return draft.shape
    return s.Nullable(draft.shape)


def _kept_arm(
    record: RecordLowering, label: str, ranges: Ranges, kept: bool, span: Span
) -> tuple[ArmItem, s.Shape | None, r.Representation | None]:
    pair = Pair(s.Anything(), r.Free()) if record.on_tree else Pair(s.Octets(), r.Run(p.Rest()))
    draft = record.hidden(label, pair.shape, span)
    draft.pair = pair
    item = ArmItem(label, ranges, [Wire(draft, pair)], None, draft.index if kept else None)
    return item, pair.shape if kept else None, pair.representation if kept else None


def _is_lifted(record: RecordLowering, members: Sequence[t.Member]) -> bool:
    """Whether an arm's body becomes a record: on trees always, else with more than one API member."""
    if record.on_tree:
        return True
    api = 0
    for member in members:
        if isinstance(member, t.Select | t.Align | t.Unknown | t.LineMember):
            return True
        if isinstance(member, t.Let):
            api += 1
        if isinstance(member, t.Field):
            value = next((c for c in member.clauses if isinstance(c, t.Value)), None)
            lenient = any(isinstance(c, t.Lenient) for c in member.clauses)
            api += value is None or lenient or _mentions_nullable(record, value.value)
    return api > 1


def _mentions_nullable(record: RecordLowering, node: Any) -> bool:
    """Whether an expression names a parameter that the caller may not have."""
    names = _names_in(node)
    place: RecordLowering | None = record
    while place is not None:
        if any(param.nullable and param.name in names for param in place.params):
            return True
        place = place.outer
    return False


def _arm_value(record: RecordLowering, members: Sequence[t.Member], indexes: set[int]) -> int | None:
    """Return the slot that is the value of an arm that was not lifted."""
    for member in members:
        if isinstance(member, t.Field):
            value = next((c for c in member.clauses if isinstance(c, t.Value)), None)
            lenient = any(isinstance(c, t.Lenient) for c in member.clauses)
            if value is None or lenient or _mentions_nullable(record, value.value):
                return next(i for i in indexes if record.drafts[i].name == member.name.text)
        if isinstance(member, t.Let):
            return next(i for i in indexes if record.drafts[i].name == member.name.text)
    return None


def _arranged(
    record: RecordLowering, arms: Sequence[t.Arm], on: Expr, tag: s.Shape | None, span: Span
) -> list[tuple[t.Arm, Ranges]]:
    """Return the arms with the tag values they take: single values before wider ranges, `otherwise` last."""
    return arrange(record.module, arms, on, tag, span, record.context)


def lower_select(record: RecordLowering, member: t.Select) -> Choose:
    on, tag = record.expressions().typed(member.value)
    arms: list[ArmItem] = []
    for arm, ranges in _arranged(record, member.arms, on, tag, member.span):
        item = _flat_arm(record, arm, ranges)
        item.span = arm.span
        arms.append(item)
    return Choose(on, arms, member.span)


def _flat_arm(record: RecordLowering, arm: t.Arm, ranges: Ranges) -> ArmItem:
    target, label = arm.target, label_of(arm)
    if isinstance(target, t.Reject):
        fault = p.Fault(record.module.error_name(target.error, record.context), None, first_of(record.refs))
        return ArmItem(label, ranges, [], fault)
    if record.on_tree and isinstance(target, t.Preserve):
        record.keep_unknown(target.span)
    if isinstance(target, t.Empty) or (record.on_tree and isinstance(target, t.Ignore | t.Preserve)):
        return ArmItem(label, ranges, [])
    if isinstance(target, t.Ignore):
        draft = record.hidden(label, s.Octets(), target.span)
        draft.pair = Pair(s.Octets(), r.Run(p.Rest()))
        return ArmItem(label, ranges, [Wire(draft, draft.pair)])
    if isinstance(target, t.Preserve):
        draft = record.new_slot(record.free_name("unknown"), p.Role.GIVEN, target.span)
        draft.shape, draft.optional = s.Octets(), True
        draft.doc = "What this version of the specification does not name, kept as read."
        draft.pair = Pair(s.Octets(), r.Run(p.Rest()))
        return ArmItem(label, ranges, [Wire(draft, draft.pair)])
    return ArmItem(label, ranges, record.walk(arm_members(arm), flattened=True))


def first_of(refs: Sequence[str]) -> str | None:
    return refs[0] if refs else None


def label_of(arm: t.Arm) -> str:
    """Return what an arm is called: its first case."""
    if not arm.cases:
        return "otherwise"
    match arm.cases[0]:
        case t.NameCase(name=name):
            return name.parts[-1].text
        case t.NumberCase(low=low):
            return f"case_{low.value}" if low.value >= 0 else f"case_minus_{-low.value}"
        case t.CharsCase(value=value):
            word = "".join(c if c.isascii() and c.isalnum() else "_" for c in value)[:40]
            return word if word and not word[0].isdigit() else f"case_{word}"
        case t.BoolCase(value=truth):
            return "true" if truth else "false"
        case _:
            return "case"


def arm_members(arm: t.Arm) -> Sequence[Any]:
    """Return the members that an arm adds."""
    target = arm.target
    if isinstance(target, t.Inline):
        return target.members
    if isinstance(target, t.Reject | t.Ignore | t.Preserve | t.Empty):
        return ()
    return (target,)


def _names_in(node: Any) -> set[str]:
    """Return every word used as a value in an expression."""
    found: set[str] = set()
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, t.NameRef):
            found.add(current.name)
            continue
        for name in (
            "base",
            "left",
            "right",
            "operand",
            "value",
            "index",
            "low",
            "high",
            "test",
            "otherwise",
            "source",
            "body",
        ):
            child = getattr(current, name, None)
            if isinstance(child, t.Node):
                stack.append(child)
        if isinstance(current, t.Call):
            stack.extend(a.value for a in current.args)
        if isinstance(current, t.Record):
            stack.extend(pair.value for pair in current.pairs)
        if isinstance(current, t.ListExpr):
            stack.extend(current.items)
    return found
