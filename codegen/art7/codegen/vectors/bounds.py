"""How much is tried for one record, and what of it becomes a vector."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from art7.interpreter.errors import CodecError


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is tried for one record: valid vectors, drawn values, how many are changed, in how many ways each, wrong values.

    Those that are changed have members that the ones before do not have.
    """

    valid: int
    drawn: int
    seeds: int
    changes: int
    wrong: int


BOUNDS = {"message": Bounds(200, 24, 8, 1_000, 500), "struct": Bounds(50, 16, 3, 200, 150)}
"""By the kind of the record; what only messages hold is met in them as well."""
LARGEST = 1 << 16
"""Octets beyond which a vector is left out."""

ALIKE = {"rule": 6, "mutation": 3, "boundary": 6, "branch": 6, "encode-only": 2}
"""By the first flag: how many vectors are refused for the same reason at the same member; any number of declared ones."""
ANY = 1 << 30
VARIANTS = 2
"""How many valid vectors come of one way of changing octets."""

Vector = dict[str, Any]


def say(vector: Vector, error: CodecError) -> None:
    """Put down what a refusal says."""
    vector["error"] = error.code
    if error.requirement is not None:
        vector["requirement"] = error.requirement
    vector["path"] = error.path
    if error.offset is not None:
        vector["offset"] = error.offset


def different(seeds: list[tuple[bytes, Any]], most: int) -> list[bytes]:
    """Return the octets of the first seed, and of those that hold something new."""
    chosen: list[bytes] = []
    known: set[str] = set()
    for octets, value in seeds:
        places = set(_places(value, ""))
        if (not chosen or places - known) and len(octets) <= 4096:
            chosen.append(octets)
            known |= places
    return chosen[:most]


def _places(value: Any, path: str) -> Iterator[str]:
    yield f"{path}:{type(value).__name__}"
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _places(member, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for item in value[:3]:
            yield from _places(item, f"{path}[]")
