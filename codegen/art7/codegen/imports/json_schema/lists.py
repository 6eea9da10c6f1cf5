"""`items` and `prefixItems`: lists, and records by position (JSON Schema 2020-12 Core §10.3.1)."""

from __future__ import annotations

from art7.codegen.imports.json_schema.boxes import boxed
from art7.codegen.imports.json_schema.context import Context
from art7.codegen.imports.json_schema.documents import Schema
from art7.codegen.imports.json_schema.facts import Facts
from art7.codegen.imports.json_schema.members import members_of
from art7.codegen.imports.json_schema.nodes import Node
from art7.codegen.imports.json_schema.scalars import counts
from art7.codegen.imports.model import Field, Member, Name, Record, Run, Type
from art7.codegen.imports.shape import ANY, SUBJECT, Shape, is_deep, of_every
from art7.codegen.imports.spelling import member_name, snake, unique


def list_shape(c: Context, facts: Facts, hint: str) -> Shape:
    low, high = counts(c, facts, "minItems", "maxItems")
    prefix = facts.first("prefixItems")
    items = facts.words.get("items", [])
    if prefix is None and items and items[0][0].kind == "list":
        prefix, items = items[0], facts.words.get("additionalItems", [])
    if prefix is not None:
        return tuple_shape(c, facts, prefix, items, low, high, hint)
    schemas = [schema.inner(node, "items") for node, schema in items]
    item, _ = c.of(schemas, f"{hint}Item") if schemas else (Shape(ANY), None)
    tests = item.tests()
    type_ = item.full_type()
    if any("every " in each for each in tests) or is_deep(type_):
        type_, tests = boxed(c, item, f"{hint}Item"), ()
    shape = Shape(Run(as_item(type_), low or None, high), tuple(of_every(each) for each in tests))
    unique_items = facts.first("uniqueItems")
    if unique_items is not None and unique_items[0].scalar is True:
        shape = shape.also(f"distinct({SUBJECT})")
    return shape


def tuple_shape(
    c: Context,
    facts: Facts,
    prefix: tuple[Node, Schema],
    rest: list[tuple[Node, Schema]],
    low: int,
    high: int | None,
    hint: str,
) -> Shape:
    node, schema = prefix
    closed = (rest and rest[0][0].scalar is False) or (high is not None and high <= len(node.items))
    if not closed or low < len(node.items) or node.kind != "list" or not node.items:
        c.faults.lost(
            "A7-P221",
            "a list whose first items have types of their own, and whose length may vary, is read as any list",
            node.place,
            "fix its length by `minItems` and `items: false`",
        )
        return Shape(Run(ANY, low or None, high))
    name = c.fresh(hint)
    members: list[Member] = []
    for index, each in enumerate(node.items):
        shape, inner = c.of([schema.inner(each, "prefixItems", index)], f"{hint}{index + 1}")
        label = unique(
            member_name(snake(inner.title)) if inner.title else f"item_{index + 1}",
            {m.name for m in members if isinstance(m, Field)},
        )
        members += members_of(c, label, None, shape, inner, True)
    c.records[name] = Record(name, tuple(members), "json", (("shape", "array"),), doc=facts.doc)
    return Shape(Name(name))


def as_item(type_: Type) -> Type:
    """A type as it stands before the extent of a list: a text and a map have one of their own."""
    return Run(type_) if isinstance(type_, Name) and type_.name in ("text", "map") else type_
