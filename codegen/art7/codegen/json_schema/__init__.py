"""JSON Schemas: the published one of the vector format, and those made from tree records."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def vectors_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a vector file."""
    text = resources.files(__name__).joinpath("vectors.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
