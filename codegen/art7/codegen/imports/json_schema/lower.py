"""Schemas → the model: objects become records, alternatives become unions, enums or selects, the rest becomes rules."""

from __future__ import annotations

from dataclasses import replace

from art7.codegen.imports.faults import Faults, Source
from art7.codegen.imports.json_schema.alternatives import alternatives_shape
from art7.codegen.imports.json_schema.boxes import value_record
from art7.codegen.imports.json_schema.constants import constant_shape, with_default
from art7.codegen.imports.json_schema.context import Context
from art7.codegen.imports.json_schema.documents import Documents, Schema
from art7.codegen.imports.json_schema.facts import KINDS, Facts
from art7.codegen.imports.json_schema.lists import list_shape
from art7.codegen.imports.json_schema.objects import declare_record, label_of, object_shape
from art7.codegen.imports.json_schema.scalars import number_shape, text_shape
from art7.codegen.imports.json_schema.spelled import KIND_OF
from art7.codegen.imports.json_schema.tagged import choices_of, is_record
from art7.codegen.imports.model import Either, Module, Name
from art7.codegen.imports.shape import ANY, NULL, SUBJECT, Shape
from art7.grammar.diagnostics import Span


def lower(root: Schema, documents: Documents, name: str, faults: Faults, source: Source) -> Module:
    """Return the model of a schema and of all that it refers to."""
    c = Context(documents, faults, _kind)
    facts = c.collector.collect(root)
    outer = c.fresh(label_of(facts.title) or name.rpartition(".")[2])
    if is_record(c, facts):
        c.shared[root.key] = outer
        declare_record(c, facts, outer)
    else:
        shape = c.shape(facts, outer)
        c.records[outer] = value_record(outer, shape, facts.doc)
    _unused(c, root)
    _notes(c, source.span(0, 0))
    records = [replace(each, is_message=each.name == outer) for each in c.records.values()]
    records.sort(key=lambda each: each.name != outer)
    return Module(name, (*c.enums.values(), *records), (), "Imported from JSON Schema.")


def _notes(c: Context, start: Span) -> None:
    """What concerns the schema as a whole."""
    for word, count in sorted(c.collector.notes.items()):
        times = "once" if count == 1 else f"{count} times"
        c.faults.note("A7-P224", f"`{word[:60]}` ({times}) says nothing about which values are good", start)
    c.faults.note(
        "A7-P225",
        "messages have no limits in the source; they are given 1 MiB and a depth of 32",
        start,
        "set `limit size` and `limit depth` to those of your service",
    )


def _unused(c: Context, root: Schema) -> None:
    """Definitions that nothing refers to are described all the same."""
    for name in ("$defs", "definitions"):
        found = root.node.get(name)
        for key, node in found.members.items() if found is not None else ():
            schema = root.inner(node, name, key.replace("~", "~0").replace("/", "~1"))
            if schema.key in c.shared or schema.key in c.collector.followed or node.kind != "object":
                continue
            facts = c.collector.collect(schema)
            if is_record(c, facts):
                fresh = c.fresh(label_of(facts.title) or key)
                c.shared[schema.key] = fresh
                declare_record(c, facts, fresh)
            else:
                message = f"nothing refers to the definition `{key[:80]}`, which is no object"
                c.faults.note("A7-P224", message, node.place)


def _kind(c: Context, facts: Facts, hint: str) -> Shape:
    c.note_unhandled(facts)
    if facts.is_false:
        c.faults.note("A7-P225", "no value is good here", facts.schema.node.place, "leave the member out")
        return Shape(ANY, ("false",))
    kinds = set(facts.kinds or ())
    nullable = facts.first("nullable")
    if nullable is not None and nullable[0].scalar is True and kinds:
        kinds.add("null")
    shape = constant_shape(c, facts, hint, kinds)
    if shape is None and choices_of(facts) and not is_record(c, facts):
        shape = alternatives_shape(c, facts, hint)
    elif shape is None:
        implied = {"object"} if not kinds and is_record(c, facts) else set()
        shape = _by_kinds(c, facts, hint, kinds or implied or _implied(c, facts))
    return with_default(c, facts, shape)


def _implied(c: Context, facts: Facts) -> set[str]:
    """The kind that the keywords are about, where no type is named: for other kinds they would say nothing."""
    groups = {
        "object": {
            "additionalProperties",
            "patternProperties",
            "minProperties",
            "maxProperties",
            "dependentRequired",
        },
        "array": {"items", "prefixItems", "minItems", "maxItems", "uniqueItems"},
        "string": {"minLength", "maxLength", "pattern", "format"},
        "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    }
    found = {kind for kind, words in groups.items() if words & set(facts.words)}
    if facts.properties or facts.required:
        found.add("object")
    if len(found) == 1:
        kind = found.pop()
        c.faults.note(
            "A7-P225",
            f"no `type` is named; by its keywords it is taken as `{kind}`",
            facts.schema.node.place,
            "name the type in the schema",
        )
        return {kind}
    return set()


def _by_kinds(c: Context, facts: Facts, hint: str, kinds: set[str]) -> Shape:
    is_nullable = "null" in kinds
    listed = [kind for kind in KINDS if kind in kinds and kind != "null"]
    if "number" in listed and "integer" in listed:
        listed.remove("integer")
    if not kinds:
        return Shape(ANY)
    if not listed:
        return Shape(NULL)
    shapes = [(kind, _one(c, facts, hint, kind)) for kind in listed]
    if len(shapes) == 1:
        return replace(shapes[0][1], is_nullable=is_nullable)
    conditions = tuple(
        f"kind_of({SUBJECT}) != '{KIND_OF[kind]}' or ({each})"
        for kind, shape in shapes
        for each in shape.tests()
    )
    options = tuple(shape.type for _, shape in shapes) + ((NULL,) if is_nullable else ())
    return Shape(Either(options), conditions)


def _one(c: Context, facts: Facts, hint: str, kind: str) -> Shape:
    match kind:
        case "string":
            return text_shape(c, facts)
        case "integer" | "number":
            return number_shape(c, facts, kind)
        case "boolean":
            return Shape(Name("bool"))
        case "array":
            return list_shape(c, facts, hint)
        case "object":
            return object_shape(c, facts, hint)
    return Shape(NULL)
