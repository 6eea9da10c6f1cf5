"""Shapes of types that lie on no carrier: parameters, views, schedules, variables."""

from __future__ import annotations

from typing import Any

from art7.grammar import syntax as t
from art7.grammar.ir import shape as s
from art7.grammar.passes.build_pairs import MOST, Context
from art7.grammar.passes.scalars import CODED, PLAIN, RUNS
from art7.grammar.passes.scopes import did_you_mean


def plain_shape(module: Any, node: t.Type, context: Context) -> s.Shape:
    """Return the shape of a written type; reports unknown names."""
    match node:
        case t.Named():
            return _named(module, node, context)
        case t.Extended(base=base, extents=extents):
            rest = list(extents)
            if (
                isinstance(base, t.Named)
                and base.name.text in RUNS | CODED
                and base.name.text not in context.env
            ):
                shape = _run(base.name.text, *_bounds(module, rest.pop(0), context))
            elif isinstance(base, t.Named) and base.name.text in ("leb128", "varint", "mls_varint"):
                rest.pop(0)
                shape = plain_shape(module, base, context)
            else:
                shape = plain_shape(module, base, context)
            for extent in rest:
                shape = s.Sequence(shape, *_bounds(module, extent, context))
            return shape
        case t.Variants(options=options):
            others = [o for o in options if not (isinstance(o, t.Named) and o.name.text == "null")]
            if len(others) == 1:
                return s.Nullable(plain_shape(module, others[0], context))
    module.findings.add("A7-T032", "this type has no meaning here", node.span, "name a type")
    return s.Anything()


def _run(name: str, low: int, high: int | None) -> s.Shape:
    return s.Text(low, high) if name == "text" else s.Octets(low, high, name == "secret")


def _bounds(module: Any, extent: t.Extent, context: Context) -> tuple[int, int | None]:
    low: int | None = 0
    high: int | None = None

    def value(node: t.Expr) -> int | None:
        found = node.value if isinstance(node, t.Int) else module.constant(node, context)
        if found is not None and not 0 <= found <= MOST:
            module.findings.add(
                "A7-L009", f"a size or count of {str(found)[:40]}", node.span, f"state 0 to {MOST}"
            )
            return None
        return found

    if isinstance(extent, t.Count | t.Octets):
        low = value(extent.low) if extent.low is not None else 0
        high = value(extent.high) if extent.high is not None else None
        if not extent.ranged:
            high = low
    elif isinstance(extent, t.AtMost):
        high = value(extent.high)
    if extent.max is not None:
        high = value(extent.max)
    low = low if low is not None else 0
    return low, high if high is None or high >= low else low


def _named(module: Any, node: t.Named, context: Context) -> s.Shape:
    name = node.name.text
    if name in context.env:
        argument = context.env[name]
        return plain_shape(module, argument.node, argument.context)
    if name in PLAIN:
        return PLAIN[name]
    if name in RUNS or name in CODED:
        return _run(name, 0, None)
    if name == "optional" and len(node.type_args) == 1:
        return s.Nullable(plain_shape(module, node.type_args[0], context))
    if name == "map":
        return s.Mapping(s.Text(), s.Anything())
    entity = context.scope.find(tuple(part.text for part in node.name.parts))
    if entity is None:
        known = [*PLAIN, *RUNS, *context.scope.entities]
        advice = did_you_mean(name, reversed(known), "declare it, or `use` the module that does")
        module.findings.add("A7-N015", f"unknown type `{name}`", node.name.span, advice)
        return s.Anything()
    if entity.kind == "enum":
        return s.Enumeration(entity.name)
    if entity.kind in ("token", "identity"):
        return s.Text(pattern=module.pattern(entity))
    if entity.kind in ("struct", "generic"):
        record = module.instance(entity, node, context)
        return s.RecordOf(record) if record is not None else s.Anything()
    module.findings.add("A7-N016", f"`{name}` is a {entity.kind}, not a type", node.name.span)
    return s.Anything()


CODES = {
    "A7-T032": (
        "type without a meaning here",
        "Parameters, views and values of schedules are of plain types.",
        "Name a type.",
    ),
}
"""Code → title, explanation, next step."""
