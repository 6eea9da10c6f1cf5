"""Places of expressions outside of records: names are values by name, there are no octets under a cursor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Span
from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind
from art7.grammar.passes.check_types import Expressions
from art7.grammar.passes.kinds import Typed


class NamedPlace:
    """Names are parameters, values and variables."""

    positional = False
    lists = True

    def __init__(self, module: Any, params: Iterable[p.Param] = ()) -> None:
        self.module = module
        self.known: dict[str, Typed] = {}
        for param in params:
            kind = module.kind(param.shape)
            self.known[param.name] = e.ParamRef(param.index, kind), param.shape

    def bind(self, name: str, shape: s.Shape | None, kind: Kind | None = None) -> None:
        """Let `name` be a value of `shape` from here on."""
        kind = kind if kind is not None else self.module.kind(shape)
        self.known[name] = e.LocalRef(name, kind), shape

    def copy(self) -> NamedPlace:
        """Return a place with the same names, to bind more."""
        other = NamedPlace(self.module)
        other.known = dict(self.known)
        return other

    def expressions(self) -> Expressions:
        """Return what resolves expressions here."""
        return Expressions(self.module, self)

    def find(self, name: str, span: Span) -> Typed | None:
        """Return the value of that name."""
        return self.known.get(name)

    def names(self) -> Iterable[str]:
        """Return the names known."""
        return self.known

    def measure(self, what: str, name: str, span: Span) -> Expr | None:
        """Values by name have no wire size of their own."""
        return None

    def override(self, name: t.Name, until: int | None) -> tuple[int, bool, int] | None:
        """There are no fields."""
        return None

    def call(self, resolver: Expressions, node: t.Call) -> Typed | None:
        """Only builtins and functions are known."""
        return None


def conditions_of(
    module: Any, items: Iterable[t.Node], place: NamedPlace
) -> tuple[tuple[p.Requirement, ...], tuple[tuple[str, Expr, str | None], ...]]:
    """Return the requirements among `items`, and the conditions of those that can be executed."""
    requirements: list[p.Requirement] = []
    conditions: list[tuple[str, Expr, str | None]] = []
    for item in items:
        if not isinstance(item, t.Requirement | t.Check):
            continue
        error = module.error_name(item.error, module.context) if item.error is not None else None
        identifier = ""
        if isinstance(item, t.Requirement):
            requirements.append(module.requirement(item, error))
            identifier = item.id.text
        if not isinstance(item.condition, t.Manual):
            conditions.append((identifier, place.expressions().truth(item.condition), error))
    return tuple(requirements), tuple(conditions)


def named_arguments(
    module: Any,
    args: Iterable[t.Argument],
    shapes: Mapping[str, s.Shape],
    what: str,
    place: NamedPlace,
    code: str,
) -> tuple[tuple[str, Expr], ...]:
    """Return (name, expression) of arguments, which may be positional, each of its shape's kind."""
    names = list(shapes)
    found: dict[str, Expr] = {}
    for position, argument in enumerate(args):
        name = argument.label.text if argument.label is not None else None
        if name is None:
            name = names[position] if position < len(names) else None
        if name is None or name not in shapes:
            from art7.grammar.passes.scopes import did_you_mean

            shown = name if name is not None else f"number {position + 1}"
            advice = did_you_mean(shown, names, f"it has {', '.join(names) or 'none'}")
            module.findings.add(code, f"`{what}` has no member `{shown}`", argument.span, advice)
            continue
        if name in found:
            module.findings.add(
                "A7-T014", f"argument `{name}` given twice", argument.span, "keep one of them"
            )
        shape = shapes[name]
        found[name] = place.expressions().of_kind(argument.value, module.kind(shape), Kind.NULL, hint=shape)
    return tuple(found.items())
