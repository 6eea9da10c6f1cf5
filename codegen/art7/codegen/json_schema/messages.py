"""JSON Schema (2020-12) of messages that are JSON: what the schema language can say of them, and no rule more.

Everything that a schema cannot say (computed members beyond constants, rules, canonical form) is left to the
codec; a text that fits the schema may still be refused by it, never the other way round.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Specification

Schema = dict[str, Any]
_ALPHABETS = {
    "base64": "[A-Za-z0-9+/]*={0,2}",
    "base64url": "[A-Za-z0-9_-]*",
    "hex": "([0-9A-Fa-f]{2})*",
}


def generate_json_schema(spec: Specification, modules: Iterable[str] | None = None) -> dict[str, str]:
    """Return path → text of a schema for every JSON message of the named modules (default: all)."""
    files: dict[str, str] = {}
    for name in sorted(spec.modules if modules is None else modules):
        for record in spec.modules[name].records:
            if record.kind == "message" and record.encoding == "json":
                stem = re.sub(r"[^A-Za-z0-9.-]+", "_", record.name).strip("._-")[:120] or "message"
                path, number = f"{stem}.schema.json", 1
                while path in files:
                    number += 1
                    path = f"{stem}_{number}.schema.json"
                files[path] = json.dumps(message_schema(spec, record), indent=2) + "\n"
    return files


def message_schema(spec: Specification, record: p.Record) -> Schema:
    """Return the schema of one message, the records it calls under `$defs`."""
    writer = _Writer(spec)
    schema = writer.record(record)
    head: Schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": record.name}
    if record.doc:
        head["description"] = record.doc
    head |= schema
    if writer.definitions:
        head["$defs"] = dict(sorted(writer.definitions.items()))
    return head


class _Writer:
    def __init__(self, spec: Specification) -> None:
        self.spec = spec
        self.definitions: dict[str, Schema] = {}

    def reference(self, name: str) -> Schema:
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = self.record(self.spec.record(name))
        pointer = name.replace("~", "~0").replace("/", "~1")
        return {
            "$ref": "#/$defs/" + re.sub(r"[^A-Za-z0-9._~-]", lambda m: f"%{ord(m[0]) & 255:02X}", pointer)
        }

    def record(self, record: p.Record) -> Schema:
        for step in record.body.steps:
            if isinstance(step, p.Object):
                return self.object(record, step)
            if isinstance(step, p.Array):
                return self.array(record, step)
        return {}

    def object(self, record: p.Record, step: p.Object) -> Schema:
        schema: Schema = {"type": "object"}
        schema["properties"] = {entry.key: self.member(record, entry) for entry in step.entries}
        required = [entry.key for entry in step.entries if entry.required]
        if required:
            schema["required"] = required
        if step.spreads:
            # Which further members there are depends on a tag: each may be there, none must.
            for spread in step.spreads:
                for case in spread.cases:
                    for entry in case.entries:
                        schema["properties"].setdefault(entry.key, {})
        if step.unknown == "reject":
            schema["additionalProperties"] = False
        return schema

    def array(self, record: p.Record, step: p.Array) -> Schema:
        items = [self.member(record, entry) for entry in step.entries]
        needed = sum(entry.required for entry in step.entries)
        # Which further places there are depends on a tag.
        return {"type": "array", "prefixItems": items, "items": bool(step.spreads), "minItems": needed}

    def member(self, record: p.Record, entry: p.Entry) -> Schema:
        slot = record.slots[entry.slot]
        schema = self.block(record, entry.body)
        if slot.role is p.Role.COMPUTED and isinstance(slot.value, e.Literal):
            value = slot.value.value
            schema = {"const": value} if not isinstance(value, bytes) else schema
        if isinstance(slot.default, e.Literal) and not isinstance(slot.default.value, bytes):
            schema["default"] = slot.default.value
        if slot.doc and "$ref" not in schema:
            schema["description"] = slot.doc
        return schema

    def block(self, record: p.Record, block: p.Block) -> Schema:
        schema = self.node(record, block.steps[0])
        for step in block.steps[1:]:
            if isinstance(step, p.Domain) and all(low == high for low, high in step.ranges):
                values: list[Any] = [low for low, _ in step.ranges]
                schema["enum"] = [*values, None] if "null" in str(schema.get("type")) else values
        return schema

    def node(self, record: p.Record, step: p.Step) -> Schema:
        match step:
            case p.Scalar():
                return _scalar(record, step)
            case p.Items(body=body, minimum=low, maximum=high, nullable=nullable):
                schema: Schema = {
                    "type": ["array", "null"] if nullable else "array",
                    "items": self.block(record, body),
                }
                return schema | _bounds("Items", low, high)
            case p.Members(body=body, key=key, minimum=low, maximum=high):
                schema = {"type": "object", "additionalProperties": self.block(record, body)}
                if isinstance(key, s.Text) and (key.minimum or key.maximum is not None):
                    schema["propertyNames"] = _bounds("Length", key.minimum, key.maximum)
                return schema | _bounds("Properties", low, high)
            case p.CallRecord(record=name, nullable=nullable):
                reference = self.reference(name)
                return {"anyOf": [reference, {"type": "null"}]} if nullable else reference
            case p.Kinds(cases=kinds, nullable=nullable):
                options = [self.block(record, case.body) for case in kinds]
                return {"anyOf": [*options, {"type": "null"}] if nullable else options}
            case p.Branch(cases=cases):
                arms = [
                    self.block(record, case.body) for case in cases if case.refuse is None and case.body.steps
                ]
                return {"anyOf": arms} if arms and {} not in arms else {}
            case _:
                return {}


def _scalar(record: p.Record, step: p.Scalar) -> Schema:
    kind = {"integer": "integer", "number": "number", "text": "string", "boolean": "boolean", "null": "null"}
    schema: Schema = {"type": kind.get(step.form, "string")}
    if step.form in ("integer", "number"):
        schema |= {} if step.minimum is None else {"minimum": step.minimum}
        schema |= {} if step.maximum is None else {"maximum": step.maximum}
    elif step.form == "text":
        schema |= _bounds("Length", step.minimum or 0, step.maximum)
        shape = record.slots[step.slot].shape
        bare = shape.inner if isinstance(shape, s.Nullable) else shape
        if isinstance(bare, s.Text) and bare.pattern is not None:
            schema["pattern"] = f"^(?:{bare.pattern})$"
    elif step.form in _ALPHABETS:
        schema["pattern"] = f"^{_ALPHABETS[step.form]}$"
    if step.nullable and step.form != "null":
        schema["type"] = [schema["type"], "null"]
    return schema


def _bounds(what: str, low: int, high: int | None) -> Schema:
    found: Schema = {f"min{what}": low} if low else {}
    return found | ({f"max{what}": high} if high is not None else {})
