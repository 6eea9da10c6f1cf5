"""What all parts of the lowering share: the collector of facts, what is declared so far, and the bounds of the work."""

from __future__ import annotations

from collections.abc import Callable

from art7.codegen.imports.faults import Faults
from art7.codegen.imports.json_schema.documents import Documents, Schema
from art7.codegen.imports.json_schema.facts import Collector, Facts
from art7.codegen.imports.model import Enum, Record
from art7.codegen.imports.shape import ANY, Shape
from art7.codegen.imports.spelling import pascal, type_name, unique

HANDLED = {"enum", "const", "default", "format", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
            "exclusiveMaximum", "multipleOf", "items", "minItems", "maxItems", "uniqueItems", "additionalProperties",
            "patternProperties", "minProperties", "maxProperties", "dependentRequired", "dependencies", "oneOf", "anyOf",
            "nullable",
            "prefixItems", "additionalItems",
            "contentEncoding", "contentMediaType"}  # fmt: skip
DEPTH = 50
RECORDS = 2000

Kind = Callable[["Context", Facts, str], Shape]
"""What makes the shape of a schema by its facts: context, facts, hint for names."""


class Context:
    """The lowering of one schema, under way."""

    def __init__(self, documents: Documents, faults: Faults, kind: Kind) -> None:
        self.faults = faults
        self.kind = kind
        self.collector = Collector(documents, faults)
        self.records: dict[str, Record] = {}
        self.enums: dict[str, Enum] = {}
        self.taken: set[str] = set()
        self.shared: dict[tuple[str, str], str] = {}
        self.depth = 0
        self.count = 0
        self.number = 0

    def fresh(self, name: str) -> str:
        found = unique(type_name(pascal(name)), self.taken)
        self.taken.add(found)
        return found

    def of(self, schemas: list[Schema], hint: str) -> tuple[Shape, Facts]:
        facts = self.collector.collect(*schemas)
        return self.shape(facts, hint), facts

    def shape(self, facts: Facts, hint: str) -> Shape:
        self.depth += 1
        self.count += 1
        try:
            if self.depth > DEPTH or self.count > 20 * RECORDS or len(self.records) > RECORDS:
                self.faults.mistake(
                    "A7-P205",
                    "the schema unfolds into too much",
                    facts.schema.node.place,
                    "use references to definitions",
                )
                return Shape(ANY)
            return self.kind(self, facts, hint)
        finally:
            self.depth -= 1

    def note_unhandled(self, facts: Facts) -> None:
        for name, places in facts.words.items():
            if name not in HANDLED:
                self.faults.lost(
                    "A7-P220", f"`{name[:60]}` is not carried over", places[0][0].place, "say it by a rule"
                )
