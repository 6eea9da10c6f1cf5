"""One property as a member of a record with its rules."""

from __future__ import annotations

from art7.codegen.imports.json_schema.context import Context
from art7.codegen.imports.json_schema.facts import Facts
from art7.codegen.imports.json_schema.formats import FORMATS
from art7.codegen.imports.json_schema.spelled import is_text, matches
from art7.codegen.imports.model import Field, Member, Rule
from art7.codegen.imports.shape import SUBJECT, Shape, about, if_present
from art7.codegen.imports.spelling import word


def members_of(
    c: Context, name: str, key: str | None, shape: Shape, facts: Facts, is_required: bool
) -> list[Member]:
    tag = None if key is None or key == name else key
    subject = word(name)
    fixed = shape.value if is_required and not shape.is_nullable else ""
    tests = shape.conditions if fixed else shape.tests()
    default = shape.default if not fixed else ""
    if default and is_required:
        c.faults.note(
            "A7-P224", f"`{name}` must be there, so its default says nothing", facts.schema.node.place
        )
        default = ""
    rules: list[Member] = []
    for each in tests:
        test = about(each, subject)
        rules.append(Rule(test if is_required or default else if_present(test, subject)))
    rules += format_rules(c, facts, subject, is_required or bool(default), shape)
    type_ = shape.full_type()
    return [
        Field(name, type_, tag, "", not is_required, fixed, default, facts.doc, facts.deprecated),
        *rules,
    ]


def format_rules(c: Context, facts: Facts, subject: str, is_there: bool, shape: Shape) -> list[Member]:
    """A format recommends and refuses nothing (2020-12 Validation §7.2.1), as `should` does."""
    found: list[Member] = []
    for node, _ in facts.words.get("format", ()):
        text = node.scalar
        if not isinstance(text, str):
            c.faults.mistake(
                "A7-P200", "expected a text behind `format`", node.place, "write the name of a format"
            )
            continue
        if text in ("int32", "int64", "float", "double", "byte", "binary"):
            c.faults.note("A7-P224", f"the format `{text}` concerns how programs hold the value", node.place)
            continue
        c.number += 1
        pattern = FORMATS.get(text)
        condition = "manual"
        if pattern is not None and is_text(shape.type) and not shape.is_nullable:
            test = matches(pattern).replace(SUBJECT, subject)
            condition = test if is_there else if_present(test, subject)
        found.append(
            Rule(
                condition,
                f"`{subject.strip('`')}` has the format `{text[:80]}`.",
                "should",
                f"FORMAT-{c.number}",
            )
        )
    return found
