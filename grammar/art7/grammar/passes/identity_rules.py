"""The rules of an identity, where it is the type of a field: the field's value is what they speak of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Report
from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind, Literal
from art7.grammar.passes.drafts import Draft, Rule
from art7.grammar.passes.findings import Findings
from art7.grammar.passes.kinds import bare
from art7.grammar.passes.named_places import NamedPlace
from art7.grammar.passes.scopes import Entity

if TYPE_CHECKING:
    from art7.grammar.passes.lower_record import RecordLowering

ITEM = "one"
"""The variable of a rule that every item of a list follows."""


def identity_rules(record: RecordLowering, draft: Draft, node: t.Type) -> Iterator[Rule]:
    """Yield what the value of a field, or each item of its list, must be beyond its pattern."""
    entity = _identity(record, node)
    shape = bare(draft.shape)
    is_list = isinstance(shape, s.Sequence)
    if entity is None or not isinstance(shape.item if isinstance(shape, s.Sequence) else shape, s.Text):
        return
    # What is wrong with the rules is told where they stand.
    view: Any = record.module.seen_from(entity.home)
    module = view.viewed_with(Findings(Report()))
    value: Expr = e.SlotRef(draft.index, Kind.LIST if is_list else Kind.TEXT)
    place = NamedPlace(module)
    one: Expr = e.LocalRef(ITEM, Kind.TEXT) if is_list else value
    place.known["value"] = place.known["canonical_form"] = one, s.Text()
    for item in entity.node.items:
        if isinstance(item, t.Canonical):
            place.known["canonical_form"] = place.expressions().of_kind(item.value, Kind.TEXT), s.Text()
    for item in entity.node.items:
        if isinstance(item, t.Requirement | t.Check) and not isinstance(item.condition, t.Manual):
            condition = place.expressions().truth(item.condition)
            if is_list:
                condition = e.Quantified(True, ITEM, value, condition)
            yield _rule(record, draft, item, _unless_absent(draft, value, condition), module)


def _identity(record: RecordLowering, node: t.Type) -> Entity | None:
    """Return the identity that a type is, or is a list of."""
    if isinstance(node, t.Variants):
        options = [x for x in node.options if not (isinstance(x, t.Named) and x.name.text == "null")]
        node = options[0] if len(options) == 1 else node
    if isinstance(node, t.Extended):
        node = node.base
    if not isinstance(node, t.Named) or node.name.text in record.context.env:
        return None
    entity = record.context.scope.find(tuple(part.text for part in node.name.parts))
    return entity if entity is not None and entity.kind == "identity" else None


def _unless_absent(draft: Draft, value: Expr, condition: Expr) -> Expr:
    """A rule says nothing of a value that is not there."""
    if not (draft.optional or draft.condition is not None or isinstance(draft.shape, s.Nullable)):
        return condition
    absent = e.Binary("==", value, Literal(None, Kind.NULL), Kind.BOOL)
    return e.Binary("or", absent, condition, Kind.BOOL)


def _rule(
    record: RecordLowering, draft: Draft, item: t.Requirement | t.Check, condition: Expr, module: Any
) -> Rule:
    error = module.error_name(item.error, module.context) if item.error is not None else "rule_broken"
    level, identifier = (item.level, item.id.text) if isinstance(item, t.Requirement) else ("must", None)
    ref = item.meta.refs[0].text if item.meta.refs else None
    fault = p.Fault(error, identifier, ref, item.meta.doc or None)
    return Rule(replace(item, span=draft.span), fault, level, record.order, condition)
