"""Identifiers and their resolution."""

from __future__ import annotations

from typing import Any

from art7.grammar import syntax as t
from art7.grammar.ir import expression as e
from art7.grammar.ir import module as m
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind
from art7.grammar.passes.check_types import Expressions
from art7.grammar.passes.kinds import Typed
from art7.grammar.passes.lower_patterns import entity_pattern
from art7.grammar.passes.named_places import NamedPlace, conditions_of
from art7.grammar.passes.scopes import did_you_mean
from art7.grammar.passes.signatures import lower_params

OPERATIONS: dict[str, Kind] = {
    "account": Kind.ANY,
    "blind": Kind.ANY,
    "consent": Kind.BOOL,
    "directory": Kind.ANY,
    "prove": Kind.ANY,
    "verified": Kind.BOOL,
}
"""What a resolution can ask of its surroundings: a `Call` of that name, arguments as written."""


def lower_identity(module: Any, node: t.Identity) -> m.Identity:
    """Return the identity."""
    entity = module.scope.entities.get(node.name.text)
    pattern = entity_pattern(module, entity) if entity is not None and entity.node is node else None
    forms = [x for x in node.items if isinstance(x, t.Form)]
    if len(forms) != 1:
        message = f"identity `{node.name.text}` needs one pattern, {len(forms)} given"
        module.findings.add("A7-I006", message, node.name.span, "write `pattern …`")
    place = NamedPlace(module)
    place.bind("value", s.Text())
    canonical: Expr | None = None
    properties: dict[str, str | bool | int] = {}
    for item in node.items:
        if isinstance(item, t.Canonical):
            canonical = place.expressions().of_kind(item.value, Kind.TEXT)
        elif isinstance(item, t.Property):
            _property(module, item, properties)
    place.bind("canonical_form", s.Text())
    requirements, conditions = conditions_of(module, node.items, place)
    return m.Identity(
        f"{module.scope.name}.{node.name.text}",
        pattern or "",
        canonical,
        tuple(properties.items()),
        requirements,
        conditions,
        node.meta.doc,
        tuple(ref.text for ref in node.meta.refs),
        node.name.span,
    )


def _property(module: Any, item: t.Property, properties: dict[str, str | bool | int]) -> None:
    if item.name.text in properties:
        module.findings.add(
            "A7-N004", f"property `{item.name.text}` written twice", item.name.span, "keep one"
        )
    if isinstance(item.value, t.Chars | t.Bool | t.Int):
        properties[item.name.text] = item.value.value
        return
    module.findings.add(
        "A7-T021", "a property is a constant", item.value.span, "write a text, a number or a truth value"
    )


def lower_resolution(module: Any, node: t.Resolve) -> m.Resolution:
    """Return the resolution: parameters are `ParamRef`s, its lets and `result` are `LocalRef`s."""
    params = lower_params(module, node.params, module.context)
    place = _ResolvePlace(module, params)
    result = _result(module, node)
    requires: list[tuple[Expr, str]] = []
    lets: list[tuple[str, Expr]] = []
    routes: list[m.Route] = []
    order: str | None = None
    cache: int | None = None
    otherwise: str | None = None
    for item in node.items:
        match item:
            case t.Let():
                value = place.expressions().typed(item.value)[0]
                place.bind(item.name.text, None, value.kind)
                lets.append((item.name.text, value))
            case t.Require():
                error = module.error_name(item.error, module.context)
                requires.append((place.expressions().truth(item.condition), error))
            case t.Route():
                if any(route.name == item.name.text for route in routes):
                    message = f"route `{item.name.text}` declared twice"
                    module.findings.add("A7-N004", message, item.name.span, "rename one of them")
                test = place.expressions().truth(item.condition) if item.condition is not None else None
                routes.append(m.Route(item.name.text, test, place.expressions().typed(item.value)[0]))
            case t.Order():
                order = _order(module, item)
            case t.Cache():
                cache = _seconds(module, item.duration)
            case t.Otherwise():
                otherwise = module.error_name(item.error, module.context)
    place.bind("result", s.RecordOf(result) if result else None)
    requirements, conditions = conditions_of(module, node.items, place)
    if not routes:
        module.findings.add(
            "A7-I007", f"`{node.name.text}` has no route", node.name.span, "write `route name => …`"
        )
    return m.Resolution(
        f"{module.scope.name}.{node.name.text}",
        params,
        result,
        tuple(requires),
        tuple(lets),
        tuple(routes),
        order,
        cache,
        otherwise,
        requirements,
        conditions,
        node.meta.doc,
        tuple(ref.text for ref in node.meta.refs),
        node.name.span,
    )


def _result(module: Any, node: t.Resolve) -> str:
    entity = module.scope.find(tuple(part.text for part in node.result.parts))
    if entity is not None and entity.kind == "struct":
        return str(entity.name)
    known = [n for n, x in module.scope.entities.items() if x.kind == "struct"]
    advice = did_you_mean(node.result.text, known, "name a struct or message")
    module.findings.add("A7-N015", f"unknown type `{node.result.text}`", node.result.span, advice)
    return ""


def _order(module: Any, item: t.Order) -> str:
    if item.name.text not in ("first", "all"):
        advice = did_you_mean(item.name.text, ("first", "all"), "write `order first` or `order all`")
        module.findings.add("A7-I008", f"unknown order `{item.name.text}`", item.name.span, advice)
    return item.name.text


def _seconds(module: Any, node: t.Expr) -> int | None:
    if isinstance(node, t.Duration):
        return node.milliseconds // 1000
    value: int | None = module.constant(node, module.context)
    return value


class _ResolvePlace(NamedPlace):
    """A resolution may ask its surroundings."""

    def call(self, resolver: Expressions, node: t.Call) -> Typed | None:
        """Return a call of an operation, with its object as first argument when it is a method."""
        function = node.function
        values: list[Expr] = []
        if isinstance(function, t.Attr):
            name = function.name.text
            if name not in OPERATIONS:
                return None
            values.append(resolver.typed(function.base)[0])
        elif isinstance(function, t.NameRef) and function.name in OPERATIONS:
            name = function.name
        else:
            return None
        values += [resolver.typed(argument.value)[0] for argument in node.args]
        return e.Call(name, tuple(values), OPERATIONS[name]), None


CODES = {
    "A7-I006": ("identity without one pattern", "An identity has exactly one pattern.", "Write it."),
    "A7-I007": ("resolution without a route", "A resolution needs a way to resolve.", "Write a `route`."),
    "A7-I008": ("unknown order", "Routes are taken `first` or `all`.", "Write one of these."),
}
"""Code → title, explanation, next step."""
