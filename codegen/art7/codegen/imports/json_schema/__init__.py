"""JSON Schema (2020-12 and draft-07), as JSON or YAML, with the files that it refers to."""

from __future__ import annotations

from art7.codegen.imports.faults import Faults, Reader, Source
from art7.codegen.imports.json_schema.documents import Documents, Schema
from art7.codegen.imports.json_schema.lower import lower
from art7.codegen.imports.json_schema.nodes import read
from art7.codegen.imports.model import Module


def import_json_schema(source: Source, name: str, faults: Faults, reader: Reader) -> Module:
    """Return the module that a schema describes."""
    root = read(source, faults)
    if root is None:
        return Module(name, ())
    return lower(Schema(root, "", ""), Documents(root, faults, reader), name, faults, source)
