"""All that a schema says of one value, with what it refers to and what `allOf` adds laid together."""

from __future__ import annotations

from dataclasses import dataclass, field

from art7.codegen.imports.faults import Faults
from art7.codegen.imports.json_schema.documents import Documents, Schema
from art7.codegen.imports.json_schema.nodes import Node

KINDS = ("string", "integer", "number", "boolean", "null", "array", "object")
_DEPTH = 40
_MOST = 3000

PROSE = {"title", "description", "$comment", "examples", "example", "$schema", "$id", "id", "$defs", "definitions", "$anchor",
         "readOnly", "writeOnly", "deprecated", "$vocabulary", "$dynamicAnchor", "externalDocs", "xml"}  # fmt: skip
"""Keywords that say nothing about which values are good."""


@dataclass(slots=True)
class Facts:
    """`words`: each keyword with every place that states it; all of them hold. `refs`: what was referred to, in order."""

    schema: Schema
    words: dict[str, list[tuple[Node, Schema]]] = field(default_factory=dict)
    properties: dict[str, list[Schema]] = field(default_factory=dict)
    required: dict[str, Node] = field(default_factory=dict)
    kinds: set[str] | None = None
    refs: list[Schema] = field(default_factory=list)
    is_false: bool = False
    title: str = ""
    doc: str = ""
    deprecated: bool = False
    included: set[tuple[str, str]] = field(default_factory=set)

    def first(self, word: str) -> tuple[Node, Schema] | None:
        """Return the first place that states a keyword."""
        found = self.words.get(word)
        return found[0] if found else None


class Collector:
    """Lays schemas together."""

    def __init__(self, documents: Documents, faults: Faults) -> None:
        self.documents = documents
        self.faults = faults
        self.notes: dict[str, int] = {}
        self.followed: set[tuple[str, str]] = set()
        self.steps = 0

    def collect(self, *schemas: Schema) -> Facts:
        """Return what all the schemas say together."""
        facts = Facts(schemas[0])
        for schema in schemas:
            self._add(facts, schema, 0)
        return facts

    def _add(self, facts: Facts, schema: Schema, depth: int) -> None:
        """Add what one schema says itself, then what it refers to: its own prose comes first. Each schema counts once."""
        node = schema.node
        self.steps += 1
        if schema.key in facts.included:
            return
        if depth > _DEPTH or self.steps > 40 * _MOST:
            if self.steps <= 40 * _MOST + 1 or depth > _DEPTH:
                self.faults.mistake(
                    "A7-P205", "references inside references beyond the limit", node.place, "refer directly"
                )
            return
        facts.included.add(schema.key)
        if node.kind == "scalar" and isinstance(node.scalar, bool):
            facts.is_false |= node.scalar is False
            return
        if node.kind != "object":
            self.faults.mistake(
                "A7-P200", "expected a schema: an object, true or false", node.place, "write a schema there"
            )
            return
        self._prose(facts, node)
        self._own(facts, schema)
        for name in ("$ref", "$dynamicRef", "$recursiveRef"):
            value = node.get(name)
            found = None if value is None else self.documents.find(value, schema)
            if found is not None:
                facts.refs.append(found)
                self.followed.add(found.key)
                self._add(facts, found, depth + 1)
        value = node.get("allOf")
        for index, each in enumerate(_items(value, "allOf", self.faults) if value is not None else ()):
            self._add(facts, schema.inner(each, "allOf", index), depth + 1)

    def _own(self, facts: Facts, schema: Schema) -> None:
        for name, value in schema.node.members.items():
            if name in ("$ref", "$dynamicRef", "$recursiveRef", "allOf"):
                continue
            if name == "properties":
                for key, each in _members(value, name, self.faults).items():
                    facts.properties.setdefault(key, []).append(schema.inner(each, name, key))
            elif name == "required":
                self._required(facts, value)
            elif name == "type":
                self._kinds(facts, value)
            elif name in PROSE or name.startswith("x-"):
                if name in ("examples", "example") or name.startswith("x-"):
                    self.notes[name] = self.notes.get(name, 0) + 1
            else:
                facts.words.setdefault(name, []).append((value, schema))

    @staticmethod
    def _prose(facts: Facts, node: Node) -> None:
        title, doc, old = node.get("title"), node.get("description"), node.get("deprecated")
        if title is not None and isinstance(title.scalar, str):
            facts.title = facts.title or title.scalar
        if doc is not None and isinstance(doc.scalar, str):
            facts.doc = facts.doc or doc.scalar
        facts.deprecated |= old is not None and old.scalar is True

    def _required(self, facts: Facts, value: Node) -> None:
        if value.kind == "scalar" and isinstance(value.scalar, bool):
            self.faults.mistake(
                "A7-P206",
                "`required` beside a property is of an old draft; it is a list of names",
                value.place,
                "list the names in `required` of the object",
            )
            return
        for each in _items(value, "required", self.faults):
            if isinstance(each.scalar, str):
                facts.required.setdefault(each.scalar, each)
            else:
                self.faults.mistake("A7-P200", "expected a name in `required`", each.place, "write texts")

    def _kinds(self, facts: Facts, value: Node) -> None:
        given = value.items if value.kind == "list" else [value]
        kinds = set()
        for each in given:
            if each.scalar in KINDS:
                kinds.add(str(each.scalar))
            elif each.scalar is None and each.kind == "scalar":
                kinds.add("null")
            else:
                shown = str(each.scalar)[:40]
                self.faults.mistake(
                    "A7-P206", f"`{shown}` is no type of JSON", each.place, f"write one of {', '.join(KINDS)}"
                )
        if not kinds:
            return
        if facts.kinds is None:
            facts.kinds = kinds
            return
        both = facts.kinds & kinds
        if "number" in facts.kinds and "integer" in kinds or "integer" in facts.kinds and "number" in kinds:
            both.add("integer")
        if not both:
            self.faults.mistake(
                "A7-P206",
                "no value is of all the types that are asked for",
                value.place,
                "correct one of the types",
            )
            return
        facts.kinds = both


def _items(node: Node, word: str, faults: Faults) -> list[Node]:
    if node.kind != "list":
        faults.mistake("A7-P200", f"expected a list behind `{word}`", node.place, "write a list")
        return []
    return node.items


def _members(node: Node, word: str, faults: Faults) -> dict[str, Node]:
    if node.kind != "object":
        faults.mistake("A7-P200", f"expected an object behind `{word}`", node.place, "write an object")
        return {}
    return node.members
