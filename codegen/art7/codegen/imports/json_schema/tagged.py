"""Which schemas are of objects, and alternatives that one member tells apart."""

from __future__ import annotations

from art7.codegen.imports.json_schema.context import Context
from art7.codegen.imports.json_schema.documents import Schema
from art7.codegen.imports.json_schema.facts import Facts
from art7.codegen.imports.json_schema.nodes import Node

Tags = tuple[str, list[tuple[str, Facts]]]
"""The member that tells alternatives apart, and each alternative with its text."""


def tagged(c: Context, facts: Facts) -> Tags | None:
    """`oneOf` of objects that a member with one text each tells apart: that member, and each alternative with its text."""
    choices = choices_of(facts)
    if len(choices) != 1:
        return None
    name, node, schema = choices[0]
    if node.kind != "list" or len(node.items) < 2 or len(node.items) > 500:
        return None
    found: list[Facts] = []
    for index, each in enumerate(node.items):
        inner = c.collector.collect(schema.inner(each, name, index))
        if not inner.properties or (inner.kinds is not None and inner.kinds != {"object"}):
            return None
        found.append(inner)
    for key in found[0].properties:
        texts = [fixed(c, inner, key) for inner in found]
        if all(texts) and len({text for each in texts for text in each}) == sum(map(len, texts)):
            return key, [(text, inner) for each, inner in zip(texts, found, strict=True) for text in each]
    return None


def fixed(c: Context, facts: Facts, key: str) -> list[str]:
    """The texts that a member can be, where it must be there and is one of few."""
    if key not in facts.properties or key not in facts.required:
        return []
    inner = c.collector.collect(*facts.properties[key])
    for name in ("const", "enum"):
        found = inner.first(name)
        if found is not None:
            values = [found[0].plain()] if name == "const" else [each.plain() for each in found[0].items]
            return [each for each in values] if all(isinstance(each, str) for each in values) else []
    return []


def is_record(c: Context, facts: Facts) -> bool:
    """Whether a schema is of objects with members of their own."""
    if facts.kinds is not None and facts.kinds - {"null"} != {"object"}:
        return False
    if facts.properties:
        return True
    if facts.required and facts.kinds is not None:
        return True
    return bool(tagged(c, facts))


def choices_of(facts: Facts) -> list[tuple[str, Node, Schema]]:
    """Return each `oneOf` and `anyOf` of a schema, with its list."""
    return [(name, node, schema) for name in ("oneOf", "anyOf") for node, schema in facts.words.get(name, ())]
