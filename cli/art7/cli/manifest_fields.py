"""Fields of the manifest, looked up by dotted path in the published JSON Schema (`gatekeeper.name`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldPage:
    """What is known of one field: its type in words, whether it is mandatory, its description, its own fields."""

    path: str
    kind: str
    is_required: bool
    description: str
    fields: tuple[str, ...]


def explain_field(path: str) -> FieldPage | None:
    """Return the page of a manifest field, or None when there is no such path."""
    root = _manifest_schema()
    node: Schema = root
    is_required = True
    for key in path.split("."):
        table = _table(node, root)
        properties: Mapping[str, Schema] = table.get("properties", {})
        if key in properties:
            is_required = key in table.get("required", ())
            node = properties[key]
        elif isinstance(table.get("additionalProperties"), Mapping):
            is_required, node = False, table["additionalProperties"]
        else:
            return None
    described = str(node.get("description") or _table(node, root).get("description") or "")
    return FieldPage(
        path, _kind(node, root), is_required, described, tuple(_table(node, root).get("properties", ()))
    )


def field_paths() -> list[str]:
    """Return every path of the manifest, two levels deep, for suggestions."""
    root = _manifest_schema()
    paths: list[str] = []
    for name, node in _table(root, root).get("properties", {}).items():
        paths.append(name)
        paths += [f"{name}.{inner}" for inner in _table(node, root).get("properties", {})]
    return paths


def _manifest_schema() -> Schema:
    from art7.validator.manifest.root import Manifest

    return Manifest.model_json_schema(by_alias=True)


def _table(node: Schema, root: Schema) -> Schema:
    """Follow references, arrays and optional types to the table that a field's own fields are in."""
    for _ in range(16):  # references of a schema are few; a cycle must not hang
        if "$ref" in node:
            node = root["$defs"][str(node["$ref"]).rsplit("/", 1)[-1]]
        elif isinstance(node.get("items"), Mapping):
            node = node["items"]
        elif choices := [choice for choice in node.get("anyOf", ()) if choice.get("type") != "null"]:
            node = choices[0]
        else:
            break
    return node


def _kind(node: Schema, root: Schema) -> str:
    """Say a field's type in words."""
    if choices := [choice for choice in node.get("anyOf", ()) if choice.get("type") != "null"]:
        return " or ".join(dict.fromkeys(_kind(choice, root) for choice in choices))
    if "$ref" in node:
        return _kind(_table(node, root), root)
    if "enum" in node or "const" in node:
        return "one of " + ", ".join(str(value) for value in node.get("enum", [node.get("const")]))
    if node.get("type") == "array":
        return f"array of {_kind(node.get('items', {}), root)}"
    form = f" ({node['format']})" if "format" in node else ""
    words = {"object": "table", "string": "text", "boolean": "true or false"}
    return words.get(str(node.get("type")), str(node.get("type", "any value"))) + form
