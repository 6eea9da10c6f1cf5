"""Vectors of an offer: those in its modules and those in its `vectors/` folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from art7.grammar.diagnostics import Report, Span
from art7.grammar.untrusted import json_strict
from art7.grammar.untrusted.positions import Positions
from art7.validator.declarations import qualified
from art7.validator.offer import Offer

MOST_OCTETS = 4 << 20
"""A vector file beyond this is refused unread."""

TYPE_KEYS = ("type", "subject", "message", "schedule", "role", "target")


@dataclass(frozen=True, slots=True)
class FileVector:
    """One vector of a file: what it is about, its content, and where it stands."""

    file: str
    path: tuple[str | int, ...]
    subject: str | None
    row: Mapping[str, Any]
    positions: Positions

    def span(self, *keys: str | int) -> Span:
        """Return the place of a member of the vector."""
        place = self.positions.nearest((*self.path, *keys))
        return place.key or place.value


def vector_subjects(offer: Offer) -> set[str]:
    """Return the qualified names of everything that has a vector."""
    found = {row.subject for row in file_vectors(offer) if row.subject}
    for name, module in offer.specification.modules.items():
        found.update(qualified(name, vector.subject) for vector in module.vectors)
        found.update(vector.subject for vector in module.vectors)
    return found


def vector_files(offer: Offer) -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of the JSON files in the bundle's `vectors/` folder."""
    for path, content in offer.bundle.files.items():
        if path.startswith("vectors/") and path.endswith(".json"):
            yield path, content


def file_vectors(offer: Offer) -> Iterator[FileVector]:
    """Yield the vectors of all files that can be read; faults are the affair of a rule."""
    for path, content in vector_files(offer):
        if len(content) <= MOST_OCTETS:
            document = json_strict.loads(content, Report(), file=path, floats=True)
            if document is not None:
                yield from rows(path, document.value, document.positions)


def rows(file: str, value: object, positions: Positions) -> Iterator[FileVector]:
    """Yield the vectors of one document: a list of them, or an object with a list `vectors` or `groups`."""
    yield from _rows(file, value, (), None, positions, 0)


def _rows(
    file: str,
    value: object,
    path: tuple[str | int, ...],
    subject: str | None,
    positions: Positions,
    depth: int,
) -> Iterator[FileVector]:
    if depth > 6:
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _rows(file, item, (*path, index), subject, positions, depth + 1)
    elif isinstance(value, dict):
        named = next((value[key] for key in TYPE_KEYS if isinstance(value.get(key), str)), subject)
        lists = [key for key in ("vectors", "groups", "tests", "cases") if isinstance(value.get(key), list)]
        for key in lists:
            yield from _rows(file, value[key], (*path, key), named, positions, depth + 1)
        if not lists and ("bytes" in value or "value" in value or "steps" in value or "id" in value):
            yield FileVector(file, path, named, value, positions)
