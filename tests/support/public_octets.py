"""Octets that public cases hold as hexadecimal digits, wherever in a file of JSON they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import corpus

HEX = re.compile(r"(?:[0-9a-fA-F]{2}){6,2000}")


def public_octets(topic: str, *kinds: str) -> list[bytes]:
    """Every hexadecimal text of at least six octets in the JSON files of a topic."""
    found: set[bytes] = set()
    for kind in kinds or ("vectors", "captures"):
        for path in corpus.files(kind, topic, ".json"):
            found.update(_octets(json.loads(path.read_text(encoding="utf-8"))))
    return sorted(found)


def _octets(value: Any) -> Iterator[bytes]:
    if isinstance(value, str):
        if HEX.fullmatch(value):
            yield bytes.fromhex(value)
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _octets(each)
