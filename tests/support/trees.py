"""Values inside objects and lists, as files of vectors have them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def values_of(tree: Any, key: str) -> Iterator[Any]:
    """Every value of `key`, however deep."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name == key:
                yield value
            yield from values_of(value, key)
    elif isinstance(tree, list):
        for value in tree:
            yield from values_of(value, key)
