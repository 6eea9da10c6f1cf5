"""Vectors of an offer: those in its modules and those in its `vectors/` folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from art7.grammar.diagnostics import Report, Span
from art7.grammar.untrusted import json_strict
from art7.grammar.untrusted.positions import Positions
from art7.validator.declarations import qualified
from art7.validator.examples import Codec, Refused, comparable, first_difference
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


_FILE_KEYS = ("file", "path", "url", "href", "source", "include", "bytes_file", "value_file")
_CUT = re.compile(r"\.\.\.|…")
_HEX = re.compile(r"(?:[0-9a-f]{2})*")
_RESULTS = ("valid", "invalid", "acceptable")


def outside_names(row: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield (key, name) of every file that a vector names and the bundle does not have."""
    for key in _FILE_KEYS:
        name = row.get(key)
        if isinstance(name, str) and name not in files and f"vectors/{name}" not in files:
            yield key, name


def gaps(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (key, message) for what keeps a vector from being a test."""
    octets, result = row.get("bytes"), row.get("result")
    for key, value in row.items():
        if key != "comment" and isinstance(value, str) and _CUT.search(value):
            yield key, f"`{key}` of the vector is cut short"
    if isinstance(octets, str) and not _CUT.search(octets) and not _HEX.fullmatch(octets):
        yield "bytes", "`bytes` of the vector is not lower-case hexadecimal in whole octets"
    if result is not None and result not in _RESULTS:
        yield "result", f"`result` of the vector is not one of {', '.join(_RESULTS)}"
    if result == "invalid" and not row.get("error"):
        yield "result", "an invalid vector does not say which error it must give"


def lies(vector: FileVector, codec: Codec) -> Iterator[tuple[str, str]]:
    """Yield (key, message) where the codec and a vector of octets disagree."""
    row = vector.row
    octets, result, params = row.get("bytes"), row.get("result", "valid"), row.get("params", {})
    if not isinstance(octets, str) or not _HEX.fullmatch(octets) or vector.subject is None or params:
        return  # vectors with keys are replayed by `art7 replay`, which has what they need
    decoded = codec.decode(vector.subject, bytes.fromhex(octets), {})
    if isinstance(decoded, Refused):
        if decoded.code == "unsupported":
            return
        if result == "valid":
            place = f" at octet {decoded.offset}" if decoded.offset is not None else ""
            yield "bytes", f"a valid vector is refused: {decoded.code}{place}"
        elif result == "invalid" and row.get("error") not in (None, decoded.code):
            yield "error", f"an invalid vector gives `{decoded.code}`, expected another error"
    elif result == "invalid":
        yield "bytes", "an invalid vector is accepted"
    elif "value" in row:
        path = first_difference(comparable(decoded), comparable(row["value"]))
        if path is not None:
            yield "value", f"octets and value of the vector differ at `{path}`"
