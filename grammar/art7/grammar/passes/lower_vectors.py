"""Vectors and binds: literal values beside the definitions, layers between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Span
from art7.grammar.ir import module as m
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Literal
from art7.grammar.passes.check_types import Expressions
from art7.grammar.passes.kinds import bare
from art7.grammar.passes.named_places import NamedPlace
from art7.grammar.passes.scopes import did_you_mean
from art7.grammar.passes.worlds import Nowhere


def lower_vectors(
    module: Any, node: t.Vectors, schedules: Mapping[str, m.Schedule]
) -> list[m.VectorDeclaration]:
    """Return the vectors of a block; values are checked loosely against the shapes of what they describe."""
    entity = module.scope.find(tuple(part.text for part in node.target.parts))
    subject = entity.name if entity is not None and entity.kind in ("struct", "schedule") else None
    if subject is None:
        names = [n for n, x in module.scope.entities.items() if x.kind in ("struct", "schedule")]
        advice = did_you_mean(node.target.text, names, "name a message, struct or schedule")
        module.findings.add("A7-N023", f"vectors for unknown `{node.target.text}`", node.target.span, advice)
        return []
    given, value = _shapes(module, subject, schedules)
    found = []
    for vector in node.vectors:
        values = _Values(module)
        params = values.members(vector.given, given, "parameter") if vector.given is not None else {}
        content = values.members(vector.value, value, "member") if vector.value is not None else None
        error = module.error_name(vector.error, module.context) if isinstance(vector, t.Refuse) else None
        data = vector.data.encode() if isinstance(vector.data, str) else vector.data
        accept = isinstance(vector, t.Accept)
        found.append(
            m.VectorDeclaration(subject, data, accept, params, content, error, vector.meta.doc, vector.span)
        )
    return found


def _shapes(
    module: Any, subject: str, schedules: Mapping[str, m.Schedule]
) -> tuple[dict[str, s.Shape], dict[str, s.Shape]]:
    schedule = schedules.get(subject)
    if schedule is not None:
        given = {x.name: x.shape for x in schedule.params}
        given |= {x.name: x.shape for x in schedule.inputs}
        value: dict[str, s.Shape] = {}
        for step in schedule.steps:
            named = (step.value,) if isinstance(step, m.Derive) else step.parts
            value |= {x.name: x.shape for x in named}
        return given, value
    record = module.record(subject)
    if record is None:
        return {}, {}
    return {x.name: x.shape for x in record.params if not x.implicit}, _members(record)


def _members(record: p.Record) -> dict[str, s.Shape]:
    return {x.name: x.shape for x in record.slots if x.role is not p.Role.LOCAL}


class _Values:
    """Literals as Python values."""

    def __init__(self, module: Any) -> None:
        self.module = module

    def members(self, node: t.Record, shapes: Mapping[str, s.Shape], what: str) -> dict[str, m.Value]:
        """Return a record's values by name."""
        tags: dict[str, m.Value] = {}
        for pair in node.pairs:
            name = pair.name.text
            shape = shapes.get(name)
            if shape is None and name not in shapes:
                advice = did_you_mean(name, shapes, f"it has {', '.join(list(shapes)[:8]) or 'none'}")
                self.module.findings.add("A7-N024", f"unknown {what} `{name}`", pair.name.span, advice)
            if isinstance(shape, s.Union):
                shape = _arm(shape, tags.get(shape.tag))
            if name in tags:
                self.module.findings.add(
                    "A7-N004", f"`{name}` given twice", pair.name.span, "keep one of them"
                )
            tags[name] = self.value(pair.value, shape)
        return tags

    def value(self, node: t.Expr, shape: s.Shape | None) -> m.Value:
        """Return a literal; what is no literal is evaluated if it is constant."""
        target = bare(shape)
        match node:
            case t.Chars(value=text):
                return text.encode() if isinstance(target, s.Octets) else text
            case t.Int() | t.Hex() | t.Bool():
                self._kind(node.value, target, node.span)
                return node.value
            case t.Null():
                return None
            case t.Version(text=text) if text.count(".") == 1:
                return self._fraction(float(text), target, node.span)
            case t.Unary(op="-", operand=t.Version(text=text)) if text.count(".") == 1:
                return self._fraction(-float(text), target, node.span)
            case t.ListExpr(items=items):
                item = target.item if isinstance(target, s.Sequence) else None
                return [self.value(x, item) for x in items]
            case t.Record():
                return self._record(node, target)
            case _:
                return self._constant(node, target)

    def _record(self, node: t.Record, target: s.Shape | None) -> m.Value:
        record = self.module.record(target.name) if isinstance(target, s.RecordOf) else None
        if record is not None:
            return dict(self.members(node, _members(record), "member"))
        item = target.value if isinstance(target, s.Mapping) else None
        return {pair.name.text: self.value(pair.value, item) for pair in node.pairs}

    def _constant(self, node: t.Expr, target: s.Shape | None) -> m.Value:
        expr, _ = Expressions(self.module, Nowhere()).typed(node, target)
        if isinstance(expr, Literal):
            return expr.value
        self.module.findings.add("A7-T021", "a vector holds constants", node.span, "write the value itself")
        return None

    def _fraction(self, value: float, target: s.Shape | None, span: Span) -> float:
        self._kind(value, target, span)
        return value

    def _kind(self, value: Any, target: s.Shape | None, span: Span) -> None:
        """Report a value of a kind that its member never has."""
        kinds: dict[type, tuple[type, ...]] = {
            s.Integer: (int,),
            s.Enumeration: (int, str),
            s.Boolean: (bool,),
            s.Octets: (bytes, str),
            s.Text: (str,),
            s.Float: (int, float),
        }
        wanted = kinds.get(type(target)) if target is not None else None
        if wanted is None:
            if isinstance(target, s.Sequence | s.RecordOf | s.Mapping):
                self.module.findings.add(
                    "A7-T036", "a value of another kind than the member's", span, "write a list or record"
                )
            return
        if type(value) not in wanted:
            self.module.findings.add(
                "A7-T036", "a value of another kind than the member's", span, "give one that fits"
            )


def _arm(shape: s.Union, tag: m.Value) -> s.Shape | None:
    """Return the shape of the arm that a tag selects."""
    if not isinstance(tag, int | str):
        return None
    for arm in shape.arms:
        if not arm.cases or any(_inside(tag, low, high) for low, high in arm.cases):
            return arm.shape
    return None


def _inside(tag: int | str, low: int | str, high: int | str) -> bool:
    if isinstance(tag, str) or isinstance(low, str) or isinstance(high, str):
        return tag == low
    return low <= tag <= high


def lower_bind(module: Any, node: t.Bind) -> m.Bind | None:
    """Return a layer, `None` after reporting."""
    place = _record(module, node.place.parts[:-1], node.place)
    target = _record(module, node.type.parts, node.type)
    if place is None or target is None:
        return None
    name = node.place.parts[-1]
    slot = next((x for x in place.slots if x.name == name.text and x.is_api), None)
    if slot is None:
        advice = did_you_mean(name.text, [x.name for x in place.api()], "name one of its members")
        module.findings.add("A7-N012", f"`{place.name}` has no member `{name.text}`", name.span, advice)
        return None
    if not isinstance(bare(slot.shape), s.Octets):
        message = f"`{name.text}` is not octets"
        module.findings.add("A7-T037", message, name.span, "bind a field of type `bytes`")
    scope = NamedPlace(module)
    for other in place.slots:
        if other.role is not p.Role.LOCAL:
            scope.bind(other.name, other.shape)
    scope.bind("session", None)
    condition = scope.expressions().truth(node.condition) if node.condition is not None else None
    refs = tuple(ref.text for ref in node.meta.refs)
    return m.Bind(place.name, name.text, target.name, condition, refs, node.span)


def _record(module: Any, parts: tuple[t.Name, ...], node: t.QName) -> p.Record | None:
    words = tuple(part.text for part in parts)
    entity = module.scope.find(words) if words else None
    record: p.Record | None = (
        module.record(entity.name) if entity is not None and entity.kind == "struct" else None
    )
    if record is None:
        known = [n for n, x in module.scope.entities.items() if x.kind == "struct"]
        advice = did_you_mean(".".join(words), known, "name a message or struct")
        module.findings.add("A7-N015", f"unknown type `{'.'.join(words) or node.text}`", node.span, advice)
    return record


CODES = {
    "A7-N023": ("vectors for nothing", "Vectors belong to a message, struct or schedule.", "Name one."),
    "A7-N024": (
        "unknown member in a vector",
        "A vector speaks of members and parameters that exist.",
        "Correct the name.",
    ),
    "A7-T036": (
        "vector value of another kind",
        "A value must be of its member's kind.",
        "Give one that fits.",
    ),
    "A7-T037": (
        "layer on something else than octets",
        "A layer lies in octets.",
        "Bind a field of type `bytes`.",
    ),
}
"""Code → title, explanation, next step."""
