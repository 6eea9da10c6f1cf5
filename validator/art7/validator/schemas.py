"""The JSON Schemas that art7 publishes for the manifest, the file list and the assessment.

The manifest's is derived from the model, so that nothing is said twice; the committed files are what others link to,
and a test keeps them equal. `pytest --update` writes them again.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from art7.validator.manifest.root import Manifest
from art7.validator.output.model import AssessmentView

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def manifest_schema() -> dict[str, Any]:
    """Return the schema of `offer.toml`, read as JSON (dates as texts)."""
    return {"$schema": DIALECT, "$id": "urn:art7:schema:offer:1", **Manifest.model_json_schema()}


def assessment_schema() -> dict[str, Any]:
    """Return the schema of an assessment in JSON."""
    schema = TypeAdapter(AssessmentView).json_schema()
    return {"$schema": DIALECT, "$id": "urn:art7:schema:assessment:2", **schema}


def file_list_schema() -> dict[str, Any]:
    """Return the schema of `manifest.json`."""
    row = {
        "type": "object",
        "required": ["size", "digest"],
        "additionalProperties": False,
        "properties": {
            "size": {"type": "integer", "minimum": 0, "description": "Length in octets."},
            "digest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
        },
    }
    return {
        "$schema": DIALECT,
        "$id": "urn:art7:schema:manifest:1",
        "title": "Files of an offer bundle",
        "description": "Every file of the bundle but this one and those in signatures/.",
        "type": "object",
        "required": ["format", "files"],
        "additionalProperties": False,
        "properties": {"format": {"const": 1}, "files": {"type": "object", "additionalProperties": row}},
    }


def schema_files() -> dict[str, str]:
    """Return the published files by name."""
    schemas = {
        "offer.schema.json": manifest_schema(),
        "assessment.schema.json": assessment_schema(),
        "manifest.schema.json": file_list_schema(),
    }
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas.items()}
