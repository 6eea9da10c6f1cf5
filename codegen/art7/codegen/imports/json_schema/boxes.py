"""Records that hold one value with its conditions."""

from __future__ import annotations

from art7.codegen.imports.json_schema.context import Context
from art7.codegen.imports.model import Field, Member, Name, Record, Rule, Type
from art7.codegen.imports.shape import Shape, about, is_deep


def boxed(c: Context, shape: Shape, hint: str) -> Type:
    """A type that holds its own conditions, for places that no rule can speak of: a record of one value."""
    if not shape.tests() and not is_deep(shape.type):
        return shape.full_type()
    name = c.fresh(hint)
    c.records[name] = value_record(name, shape, "")
    return Name(name)


def value_record(name: str, shape: Shape, doc: str) -> Record:
    fixed = "" if shape.is_nullable else shape.value
    rules: list[Member] = [
        Rule(about(each, "value")) for each in (shape.conditions if fixed else shape.tests())
    ]
    members: tuple[Member, ...] = (Field("value", shape.full_type(), value=fixed), *rules)
    return Record(name, members, "json", (("shape", "value"),), doc=doc)
