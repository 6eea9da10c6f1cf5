"""Example events of the Matrix specification, below the topic's folder of public cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from catalogue_codec import found_files

TOPIC = "matrix"


class Missing(Exception):
    """An example builds on a file that is not here."""


def merged(path: Path, folders: list[Path]) -> Any:
    """Read an example with what its `$ref` names laid under it; raises `Missing`."""
    value = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(value, dict) or "$ref" not in value:
        return value
    name = value.pop("$ref")
    found = next(
        (f / Path(name).name for f in [path.parent, *folders] if (f / Path(name).name).is_file()), None
    )
    if found is None:
        raise Missing(name)
    below = merged(found, folders)
    return {**below, **value}


def stripped(event: dict[str, Any]) -> bool:
    """State shown to someone outside a room has a state key but no identifier."""
    return "state_key" in event and "event_id" not in event


def folder(name: str) -> list[Path]:
    return [path for path in found_files("vectors", TOPIC, ".json", ".yaml") if path.parent.name == name]
