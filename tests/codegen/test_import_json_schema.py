"""JSON Schema imported: every keyword by what an independent validator takes and refuses, every mistake by its place."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from executions import Refused
from imported import imported, squeezed

VALUES: list[tuple[dict[str, Any], list[Any]]] = [
    ({"type": "string"}, ["", "a", 1, None]),
    ({"type": "string", "minLength": 2, "maxLength": 3}, ["a", "ab", "éé", "abc", "abcd"]),
    ({"type": "string", "pattern": "^a|b$"}, ["a1", "1b", "ba", "1a"]),
    ({"type": "string", "pattern": "[0-9]{2}"}, ["a12b", "1a2", "12"]),
    ({"type": "string", "pattern": "^mx:\\/\\/.+"}, ["mx://a", "mx://", "amx://b"]),
    ({"type": "string", "enum": ["a", "b c", ""]}, ["a", "b c", "", "c"]),
    ({"const": "a"}, ["a", "b", 1]),
    ({"const": 5}, [5, 6, "5"]),
    ({"const": True}, [True, False]),
    ({"enum": ["a", None]}, ["a", None, "b"]),
    ({"enum": [1, "x", True]}, [1, "x", True, 2, "y", False]),
    ({"enum": [1, 5, -2]}, [1, 5, -2, 2]),
    ({"type": "integer"}, [0, -5, "a", None]),
    ({"type": "integer", "minimum": 0, "maximum": 255}, [0, 255, 256, -1]),
    ({"type": "integer", "exclusiveMinimum": 2, "exclusiveMaximum": 5}, [2, 3, 4, 5]),
    ({"type": "integer", "minimum": 1.5, "multipleOf": 3}, [1, 3, 4, 6]),
    ({"type": "number", "minimum": -1, "exclusiveMaximum": 2}, [-1, 1.5, 2, -2, "a"]),
    ({"type": "boolean"}, [True, 1, "a"]),
    ({"type": "null"}, [None, 1]),
    ({"type": ["string", "null"]}, ["a", None, 1]),
    ({"type": ["integer", "string", "boolean"], "minLength": 2, "minimum": 3}, ["ab", "a", 3, 2, True, None]),
    ({"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 2}, [[1], [], [1, 2, 3], ["a"]]),
    ({"type": "array", "items": {"type": "string", "pattern": "^x"}, "uniqueItems": True}, [["x", "xa"], ["a"], ["x", "x"]]),
    ({"type": "array", "items": {"type": "array", "items": {"type": "string", "minLength": 1}}}, [[["a"]], [[""]], [[], ["b"]]]),
    ({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False, "minItems": 2},
     [[1, "a"], [1], ["a", 1]]),
    ({"type": "object"}, [{}, {"a": [1]}, []]),
    ({"type": "object", "additionalProperties": {"type": "integer", "minimum": 2}}, [{"a": 2}, {"a": 1}, {"a": "x"}]),
    ({"type": "object", "minProperties": 1, "maxProperties": 2}, [{}, {"a": 1}, {"a": 1, "b": 2, "c": 3}]),
    ({"type": "object", "properties": {"a": {"type": "string"}, "b-c": {"type": "integer"}}, "required": ["a"]},
     [{"a": "x"}, {"b-c": 1}, {"a": "x", "b-c": 2, "z": [1]}, {"a": "x", "b-c": "y"}]),
    ({"type": "object", "properties": {"a": {}}, "additionalProperties": False}, [{}, {"a": [None]}, {"b": 1}]),
    ({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a", "z"]}, [{"a": "x", "z": 1}, {"a": "x"}]),
    ({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "dependentRequired": {"a": ["b"]}},
     [{}, {"b": 1}, {"a": 1}, {"a": 1, "b": 2}]),
    ({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
      "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
     [{}, {"a": 1}, {"b": 1}, {"a": 1, "b": 1}]),
    ({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
      "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
     [{}, {"a": 1}, {"b": 1}, {"a": 1, "b": 1}]),
    ({"oneOf": [{"type": "string", "maxLength": 2}, {"type": "array", "items": {"type": "integer"}}, {"type": "null"}]},
     ["ab", "abc", [1], ["a"], None, 5]),
    ({"anyOf": [{"const": "a"}, {"enum": ["b", "c"]}]}, ["a", "b", "c", "d"]),
    ({"allOf": [{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}, 
      {"properties": {"a": {"minLength": 2}}}]},
     [{"a": "xy"}, {"a": "x"}, {}]),
    ({"oneOf": [{"type": "object", "required": ["k", "v"], "properties": {"k": {"const": "one"}, "v": {"type": "integer"}}},
                {"type": "object", "required": ["k"], "properties": {"k": {"enum": ["two", "three"]}, "v": {"type": "string"}}}]},
     [{"k": "one", "v": 1}, {"k": "one"}, {"k": "two"}, {"k": "three", "v": "x"}, {"k": "two", "v": 1}, {"k": "four"}]),
    ({"$ref": "#/$defs/n", "$defs": {"n": {"type": "object",
      "properties": {"v": {"type": "integer"}, "n": {"$ref": "#/$defs/n"}}, "required": ["v"]}}},
     [{"v": 1}, {"v": 1, "n": {"v": 2}}, {"v": 1, "n": {}}]),
    ({"type": "object", "properties": {"a": False, "b": True}}, [{}, {"b": 1}, {"a": 1}]),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "values"), VALUES, ids=[json.dumps(row[0])[:60] for row in VALUES])
def test_values(schema: dict[str, Any], values: list[Any]) -> None:
    """As a whole, as a member that must be there, as one that may: what the validator says is what we say."""
    definitions = {"$defs": schema["$defs"]} if "$defs" in schema else {}
    inner = {key: value for key, value in schema.items() if key != "$defs"}
    for whole, wrap in (
        (schema, lambda v: v),
        (
            {"type": "object", "properties": {"k": inner}, "required": ["k"], **definitions},
            lambda v: {"k": v},
        ),
        ({"type": "object", "properties": {"k": inner}, **definitions}, lambda v: {"k": v}),
        ({"type": "array", "items": inner, **definitions}, lambda v: [v, v]),
    ):
        if whole.get("type") == "array" and schema.get("type") == "array" and schema.get("prefixItems"):
            continue
        given = imported("json-schema", json.dumps(whole))
        assert given.errors == [], given.report.diagnostics
        name = next(r.name for r in given.specification.modules["given"].records if r.kind == "message")
        validator = jsonschema.Draft202012Validator(whole)
        for value in values:
            text = json.dumps(wrap(value), separators=(",", ":")).encode()
            if validator.is_valid(wrap(value)):
                native = given.codec().decode(name, text).native
                assert json.loads(given.codec().encode(name, native)) == wrap(value), value
            else:
                with pytest.raises(Refused):
                    given.codec().decode(name, text)


def test_yaml_and_files() -> None:
    base = "type: object\nproperties:\n  id: {type: string, pattern: '^@'}\nrequired: [id]\n"
    source = """# A comment
description: |-
  What is said.
allOf:
  - $ref: parts/base.yaml
properties:
  m.relates_to: &rel
    $ref: "parts/base.yaml#/properties/id"
    description: Whom it is about.
  other: *rel
  when: {type: string, format: date-time}
  who: {type: string, format: mx-user-id, deprecated: true}
  count: {type: integer, minimum: 0, default: 1}
"""
    given = imported("json-schema", source, file="given.yaml", files={"parts/base.yaml": base})
    assert given.errors == []
    flat = squeezed(given.text)
    assert '"What is said."' in flat and "m_relates_to @'m.relates_to'?: text \"Whom it is about.\"" in flat
    assert "should FORMAT-" in flat and "who?: text deprecated" in flat
    assert given.decode("Given", b'{"id":"@a"}') == {"id": "@a", "count": 1}
    for bad in (b"{}", b'{"id":"a"}', b'{"id":"@a","m.relates_to":"x"}', b'{"id":"@a","count":-1}'):
        with pytest.raises(Refused):
            given.decode("Given", bad)


LOST: list[tuple[dict[str, Any], str]] = [
    ({"type": "object", "properties": {"a": {"not": {"type": "string"}}}}, "A7-P220"),
    ({"type": "string", "pattern": "(?=a)"}, "A7-P220"),
    ({"type": "number", "minimum": 0.5}, "A7-P220"),
    ({"type": "number", "multipleOf": 0.1}, "A7-P220"),
    ({"type": "object", "propertyNames": {"pattern": "a"}}, "A7-P220"),
    ({"type": "object", "patternProperties": {"^a": {"type": "integer"}}}, "A7-P220"),
    ({"type": "object", "properties": {"a": {}}, "additionalProperties": {"type": "integer"}}, "A7-P220"),
    ({"type": "array", "contains": {"const": 1}}, "A7-P220"),
    ({"type": "array", "prefixItems": [{"type": "integer"}]}, "A7-P221"),
    (
        {"oneOf": [{"type": "object", "properties": {"a": {}}}, {"type": "object", "properties": {"b": {}}}]},
        "A7-P221",
    ),
    ({"enum": [[1], {"a": 1}]}, "A7-P220"),
    ({"type": "object", "properties": {"a": {}}, "if": {}, "then": {}}, "A7-P220"),
    ({"type": "string", "format": "x", "contentEncoding": "base64", "examples": ["a"], "x-y": 1}, "A7-P224"),
]


@pytest.mark.parametrize(("schema", "code"), LOST, ids=[json.dumps(row[0])[:60] for row in LOST])
def test_losses_are_listed(schema: dict[str, Any], code: str) -> None:
    given = imported("json-schema", json.dumps(schema))
    assert code in given.errors + given.notes
    assert given.specification.modules["given"].records


MISTAKES: list[tuple[str, list[tuple[str, int, int]]]] = [
    ('{"type": "strin"}', [("A7-P206", 1, 2)]),
    ('{"type": "object",\n "properties": {"a": 5}}', [("A7-P200", 2, 17)]),
    ('{"type": "object",\n "properties": []}', [("A7-P200", 2, 2)]),
    ('{"type": "object",\n "properties": {"a": {"$ref": "#/x"}}}', [("A7-P204", 2, 23)]),
    ('{"$ref": "other.json"}', [("A7-P207", 1, 2)]),
    ('{"$ref": "https://example.org/x.json"}', [("A7-P207", 1, 2)]),
    ('{"$ref": 5}', [("A7-P200", 1, 2)]),
    ('{"type": "string", "minLength": -1}', [("A7-P206", 1, 20)]),
    ('{"type": "string", "minLength": 5, "maxLength": 2}', [("A7-P206", 1, 1)]),
    ('{"type": "integer", "minimum": "a"}', [("A7-P206", 1, 21)]),
    ('{"type": "object", "properties": {"a": {"required": true}}}', [("A7-P206", 1, 41)]),
    ('{"allOf": [{"type": "string"}, {"type": "integer"}]}', [("A7-P206", 1, 33)]),
    ('{"type": "string", "enum": [1]}', [("A7-P206", 1, 20)]),
    ('{"enum": 5}', [("A7-P200", 1, 2)]),
    ('{"oneOf": {}}', [("A7-P200", 1, 2)]),
]


@pytest.mark.parametrize(("source", "expected"), MISTAKES)
def test_mistakes_have_their_place(source: str, expected: list[tuple[str, int, int]]) -> None:
    given = imported("json-schema", source)
    for each in expected:
        assert each in given.found, (each, given.found)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("a: [", "A7-P208"),
        ("a: !!python/object:os.system x", "A7-P208"),
        ("a: *b", "A7-P208"),
        ("a: 1\n---\nb: 2", "A7-P208"),
        ("a: 1\na: 2", "A7-P203"),
        ("? [1]\n: 2", "A7-P208"),
        ("a: \x07", "A7-P208"),
        ("a: &x [*x]", "A7-P208"),
        ("- 1", "A7-P200"),
    ],
)
def test_yaml_that_is_not_read(source: str, code: str) -> None:
    assert code in imported("json-schema", source, file="given.yaml").errors


def test_json_that_is_not_read() -> None:
    for source in ('{"a": 1, "a": 2}', '{"a": ', "{'a': 1}"):
        given = imported("json-schema", source)
        assert given.errors and given.errors[0].startswith("A7-B") and not given.text
