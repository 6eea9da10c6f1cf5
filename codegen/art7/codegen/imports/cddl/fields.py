"""One entry as a member of a record with its rules."""

from __future__ import annotations

from art7.codegen.imports.cddl.context import Context
from art7.codegen.imports.cddl.syntax import Entry, Ref, Type
from art7.codegen.imports.model import Field, Member
from art7.codegen.imports.model import Rule as Check
from art7.codegen.imports.shape import ANY, Shape, about, if_present
from art7.codegen.imports.spelling import word


def field_members(c: Context, name: str, tag: str | int | None, shape: Shape, entry: Entry) -> list[Member]:
    optional = entry.low == 0
    default = ""
    value = "" if shape.is_nullable or optional or shape.type == ANY else shape.value
    tests = shape.tests() if not value else shape.conditions
    if shape.default:
        if optional:
            default = shape.default
        else:
            c.faults.note("A7-P224", f"`{name}` must be there, so its default says nothing", entry.span)
    subject = word(name)
    rules = [about(each, subject) for each in tests]
    if optional and not default:
        rules = [if_present(each, subject) for each in rules]
    doc = entry.doc or doc_of(c, entry.value)
    made = Field(name, shape.full_type(), tag, "", optional, value, default, doc)
    return [made, *(Check(each) for each in rules)]


def doc_of(c: Context, type_: Type) -> str:
    """The prose of a rule that gives a type another name and leaves no declaration behind."""
    rule = c.rules.get(type_.name) if isinstance(type_, Ref) else None
    if rule is None or c.names[rule.name] in c.records or c.names[rule.name] in c.enums:
        return ""
    return rule.doc
