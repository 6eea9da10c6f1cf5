"""Choices of types and values: enums, literals, or one wider shape (RFC 8610 §2.2.2)."""

from __future__ import annotations

from dataclasses import replace

from art7.codegen.imports.cddl.context import DEPTH, Context, Env
from art7.codegen.imports.cddl.groups import flat
from art7.codegen.imports.cddl.measures import is_whole, overlap
from art7.codegen.imports.cddl.merging import merged
from art7.codegen.imports.cddl.numbers import integers
from art7.codegen.imports.cddl.syntax import Choice, Literal, Range, Ref, Rule, Type, Values
from art7.codegen.imports.model import Enum, Item, Name, Run
from art7.codegen.imports.shape import NULL, Shape
from art7.codegen.imports.spelling import data, member_name, unique
from art7.grammar.diagnostics import Span

NamedValue = tuple[str, int | str, int | None, str]
"""Name, lowest and highest value, prose; no highest for one value."""


def options_of(c: Context, type_: Type, env: Env, depth: int = 0) -> list[tuple[Type, Env]]:
    """The alternatives of a choice, through names of choices."""
    if isinstance(type_, Choice):
        return [each for option in type_.options for each in options_of(c, option, env, depth + 1)]
    if isinstance(type_, Ref) and depth < DEPTH and not type_.unwrapped:
        found = c.look(type_, env)
        if isinstance(found, tuple):
            return options_of(c, found[0], found[1], depth + 1)
        if found is not None and isinstance(found.type, Choice) and c.step(type_.span):
            c.mentioned.add(found.name)
            return options_of(c, found.type, c.bind(found, type_, env), depth + 1)
    return [(type_, env)]


def values_of(c: Context, type_: Type, env: Env, rest: list[tuple[Type, Env]]) -> list[NamedValue]:
    """The values that the alternatives name: name, lowest, highest, prose; other alternatives go into `rest`."""
    found: list[NamedValue] = []
    for option, inner in options_of(c, type_, env):
        literal = c.literal(option, inner)
        if literal is not None and isinstance(literal.value, int | str):
            name = option.name if isinstance(option, Ref) else ""
            found.append((name, literal.value, None, ""))
            continue
        values = group_values(c, option, inner)
        if values is None:
            rest.append((option, inner))
        else:
            found += values
    return found


def group_values(c: Context, type_: Type, env: Env) -> list[NamedValue] | None:
    """The values of `&( a: 1, b: 2..9 )`; None for another type."""
    if isinstance(type_, Ref):
        rule = c.look(type_, env)
        if isinstance(rule, Rule) and isinstance(rule.type, Values) and not rule.params:
            c.mentioned.add(rule.name)
            return group_values(c, rule.type, {})
        return None
    if not isinstance(type_, Values):
        return None
    found: list[NamedValue] = []
    for entries in type_.group.choices:
        for entry, inner in flat(c, entries, env):
            name = entry.word or (
                entry.key.value if isinstance(entry.key, Literal) and isinstance(entry.key.value, str) else ""
            )
            if name and any(name == each[0] for each in found):
                message = f"the value `{name}` is there twice"
                c.faults.mistake("A7-P203", message, entry.span, "rename one of them")
            literal = c.literal(entry.value, inner)
            if literal is not None and isinstance(literal.value, int | str):
                found.append(
                    (
                        name or (entry.value.name if isinstance(entry.value, Ref) else ""),
                        literal.value,
                        None,
                        entry.doc,
                    )
                )
            elif isinstance(entry.value, Range) and (bounds := c.bounds(entry.value, inner)):
                found.append((name, bounds[0], bounds[1], entry.doc))
            else:
                c.faults.lost(
                    "A7-P220",
                    f"`{name or 'an entry'}` names no value",
                    entry.span,
                    "give it a number or a text",
                )
    return found


def choice_shape(c: Context, type_: Choice | Values, env: Env, hint: str, own: bool, doc: str) -> Shape:
    rest: list[tuple[Type, Env]] = []
    values = values_of(c, type_, env, rest)
    shapes: list[Shape] = []
    is_open = is_nullable = False
    for option, inner in rest:
        if isinstance(option, Ref) and option.name.startswith("$") and option.name not in c.rules:
            c.faults.note(
                "A7-P225",
                f"the socket `{option.name}` is empty: no further value is taken",
                option.span,
                "add the values that your service has",
            )
            continue
        shape = c.shape(option, inner, f"{hint}{len(shapes) + 1}" if len(rest) > 1 else hint)
        if shape.type == NULL:
            is_nullable = True
        else:
            is_nullable |= shape.is_nullable
            shapes.append(replace(shape, is_nullable=False))
    if values:
        if (
            len(shapes) == 1
            and is_whole(shapes[0])
            and all(isinstance(v[1], int) and v[1] >= 0 for v in values)
        ):
            is_open, shapes = True, []
        if shapes:
            shapes += literal_shapes(values)
        else:
            return replace(
                enum_shape(c, values, hint, own, doc, is_open, type_.span), is_nullable=is_nullable
            )
    return replace(merged(c, shapes, type_.span), is_nullable=is_nullable)


def literal_shapes(values: list[NamedValue]) -> list[Shape]:
    found = []
    for _, low, high, _ in values:
        if isinstance(low, int):
            found.append(integers(low, low if high is None else high))
        else:
            found.append(Shape(Run(Name("text")), value=data(low)))
    return found


def enum_shape(
    c: Context,
    values: list[NamedValue],
    hint: str,
    own: bool,
    doc: str,
    is_open: bool,
    span: Span,
) -> Shape:
    """Named values: an enum, or a rule where the values are of two kinds or below zero."""
    numbers = [value for value in values if isinstance(value[1], int)]
    if len(numbers) == len(values) and all(isinstance(v[1], int) and v[1] >= 0 for v in values):
        highest = max(v[2] if v[2] is not None else v[1] for v in values if isinstance(v[1], int))
        bits = 64 if is_open else next((b for b in (8, 16, 32, 64) if highest < 1 << b), 64)
        base = f"u{bits}"
    elif not numbers and not any(v[2] is not None for v in values):
        base = "text"
    else:
        shapes = literal_shapes(values)
        return merged(c, shapes, span)
    if len(values) == 1 and values[0][2] is None and not values[0][0]:
        return literal_shapes(values)[0]
    name = c.declare(hint, own)
    items: list[Item] = []
    taken: list[tuple[int | str, int | str]] = []
    names: set[str] = set()
    for label, low, high, prose in values:
        last = low if high is None else high
        if any(overlap(low, last, *other) for other in taken):
            c.faults.note("A7-P225", f"the value {low} has several names; the first is taken", span)
            continue
        taken.append((low, last))
        spelled = unique(
            member_name(label or (f"value_{low}" if isinstance(low, int) else low) or "empty"), names
        )
        names.add(spelled)
        items.append(Item(spelled, low, high if high != low else None, prose))
    c.enums[name] = Enum(name, base, tuple(items), is_open, doc)
    return Shape(Name(name))
