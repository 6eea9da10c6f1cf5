"""`oneOf` and `anyOf` of values: a union, an enum, or one wider shape (JSON Schema 2020-12 Core §10.2.1)."""

from __future__ import annotations

from dataclasses import replace

from art7.codegen.imports.json_schema.context import HANDLED, Context
from art7.codegen.imports.json_schema.documents import Schema
from art7.codegen.imports.json_schema.facts import Facts
from art7.codegen.imports.json_schema.nodes import Node
from art7.codegen.imports.json_schema.spelled import is_text, unquoted
from art7.codegen.imports.json_schema.tagged import choices_of
from art7.codegen.imports.model import Either, Enum, Item, Name, Run, Type
from art7.codegen.imports.shape import ANY, NULL, SUBJECT, Shape
from art7.codegen.imports.spelling import member_name, pascal, snake, unique


def alternatives_shape(c: Context, facts: Facts, hint: str) -> Shape:
    """Alternatives of several kinds as a union, of texts as an enum; others as any value of their kinds."""
    choices = choices_of(facts)
    name, node, schema = choices[0]
    for other in choices[1:]:
        c.faults.lost(
            "A7-P220",
            f"a second `{other[0]}` is not looked at",
            other[1].place,
            "lay the alternatives together",
        )
    if node.kind != "list" or not node.items:
        c.faults.mistake("A7-P200", f"expected a list of schemas behind `{name}`", node.place, "write a list")
        return Shape(ANY)
    own = facts.kinds - {"null"} if facts.kinds else set()
    beside = set(facts.words) & HANDLED - {name, "default", "nullable", "format"}
    shapes = [
        _alternative(c, facts, schema.inner(each, name, index), hint, index)
        for index, each in enumerate(node.items)
    ]
    if beside and own:
        what = f"what stands beside `{name}` is not looked at"
        c.faults.lost("A7-P220", what, node.place, "say it in each alternative")
    good = [
        (kinds_of(c, each.type), replace(each, is_nullable=False)) for each in shapes if each.type != NULL
    ]
    is_nullable = len(good) < len(shapes) or any(each.is_nullable for each in shapes)
    return replace(union_of(c, good, node, name, hint), is_nullable=is_nullable)


def _alternative(c: Context, facts: Facts, schema: Schema, hint: str, index: int) -> Shape:
    inner = c.collector.collect(schema)
    if inner.kinds is None and facts.kinds is not None:
        inner.kinds = set(facts.kinds)
    return c.shape(inner, f"{hint}{pascal(inner.title) if inner.title else index + 1}")


def union_of(c: Context, shapes: list[tuple[set[str], Shape]], node: Node, name: str, hint: str) -> Shape:
    if not shapes:
        return Shape(NULL)
    if len(shapes) == 1:
        return shapes[0][1]
    merged = merged_texts(c, [shape for _, shape in shapes], hint)
    if merged is not None:
        return merged
    flat = [kind for kinds, _ in shapes for kind in kinds]
    if "any" not in flat and len(flat) == len(set(flat)):
        tests: list[str] = []
        options: list[Type] = []
        for kinds, shape in shapes:
            options += shape.type.options if isinstance(shape.type, Either) else (shape.type,)
            listed = " and ".join(f"kind_of({SUBJECT}) != '{kind}'" for kind in sorted(kinds))
            tests += [f"{listed} or ({each})" for each in shape.tests()]
        return Shape(Either(tuple(options)), tuple(tests))
    known = sorted({kind for kind in flat if kind != "any"})
    c.faults.lost(
        "A7-P221",
        f"alternatives of one kind in `{name}` are read as any value"
        + (" of these kinds" if "any" not in flat else ""),
        node.place,
        "use a `select` on a member that tells which it is",
    )
    if "any" in flat:
        return Shape(ANY)
    listed = ", ".join(f"'{kind}'" for kind in known)
    return Shape(
        ANY,
        (f"kind_of({SUBJECT}) in [{listed}]" if len(known) > 1 else f"kind_of({SUBJECT}) == {listed}",),
    )


def merged_texts(c: Context, shapes: list[Shape], hint: str) -> Shape | None:
    """Several texts, each fixed or an enum, as one enum."""
    items: list[Item] = []
    enums: list[str] = []
    for shape in shapes:
        if shape.conditions:
            return None
        if isinstance(shape.type, Name) and shape.type.name in c.enums:
            enums.append(shape.type.name)
            items += c.enums[shape.type.name].items
        elif is_text(shape.type) and shape.value:
            text = unquoted(shape.value)
            items.append(Item(member_name(snake(text) if text else "empty"), text))
        else:
            return None
    for each in enums:
        del c.enums[each]
    name = c.fresh(hint)
    good: dict[int | str, Item] = {}
    for item in items:
        if item.low not in good:
            good[item.low] = replace(item, name=unique(item.name, {each.name for each in good.values()}))
    c.enums[name] = Enum(name, "text", tuple(good.values()), False)
    return Shape(Name(name))


def kinds_of(c: Context, type_: Type) -> set[str]:
    if isinstance(type_, Either):
        return set().union(*(kinds_of(c, each) for each in type_.options))
    if isinstance(type_, Run):
        inner = type_.item
        if isinstance(inner, Name) and inner.name == "text":
            return {"text"}
        return {"record"} if isinstance(inner, Name) and inner.name == "map" else {"list"}
    assert isinstance(type_, Name)
    if type_.name in c.enums:
        return {"text"}
    if type_.name in c.records:
        shape = dict(c.records[type_.name].options).get("shape")
        return {"list"} if shape == "array" else {"any"} if shape == "value" else {"record"}
    return {
        {"text": "text", "bool": "boolean", "null": "null", "map": "record", "any": "any"}.get(
            type_.name, "number"
        )
    }
