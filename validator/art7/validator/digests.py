"""`manifest.json`: the list of files with size and digest that makes a bundle checkable.

Form: `{"format": 1, "files": {"offer.toml": {"size": 6224, "digest": "sha256:…"}, …}}`. It lists every file but itself
and those in `signatures/`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from art7.grammar.diagnostics import Report, Span
from art7.grammar.untrusted import json_strict
from art7.grammar.untrusted.positions import Positions
from art7.grammar.untrusted.refusal import shown

LISTING = "manifest.json"
SIGNATURES = "signatures/"
FORMAT = 1

CODES = {
    "A7-B108": (
        "the file list has an edition that this program does not read",
        "`format` is an integer and names the edition of `manifest.json`.",
        "Write the list again with `format = 1`, or use a newer art7.",
    ),
    "A7-B110": (
        "the file list does not have its form",
        "`manifest.json` is an object with `format` and `files`; each file has a `size` in octets and a `digest`.",
        "Give `format` the value 1, and `files` a row of `size` and `digest` for each file of the bundle.",
    ),
}


@dataclass(frozen=True, slots=True)
class ListedFile:
    """What the list says of one file; `size` and `digest` are None where it says nothing usable."""

    path: str
    size: int | None
    digest: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Listing:
    """The file list of a bundle, as read."""

    files: Mapping[str, ListedFile]
    span: Span


def is_listable(path: str) -> bool:
    """Whether a file belongs into the list."""
    return path != LISTING and not path.startswith(SIGNATURES)


def write_listing(files: Mapping[str, bytes]) -> bytes:
    """Return `manifest.json` for the files of a bundle; same files, same octets."""
    rows = {
        path: {"size": len(content), "digest": digest_of(content)}
        for path, content in sorted(files.items())
        if is_listable(path)
    }
    return (json.dumps({"format": FORMAT, "files": rows}, indent=2, ensure_ascii=False) + "\n").encode()


def digest_of(content: bytes) -> str:
    """Return the digest of a file as the list writes it."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def root_digest(files: Mapping[str, bytes]) -> str:
    """Return one digest for a whole bundle: that of its file list, made afresh from the files."""
    return digest_of(write_listing(files))


def read_listing(content: bytes, report: Report) -> Listing | None:
    """Return the list; faults of form become diagnostics, faulty rows keep what can be read of them."""
    document = json_strict.loads(content, report, file=LISTING)
    if document is None:
        return None
    value, positions = document.value, document.positions
    if not isinstance(value, dict):
        report.add(
            "A7-B110", "expected an object", positions.nearest(()).value, help="give it `format` and `files`"
        )
        return None
    if not _has_known_format(value, positions, report):
        return None
    files = value.get("files")
    if not isinstance(files, dict):
        where = _span(positions, "files")
        report.add(
            "A7-B110", "expected an object `files`", where, help="give each file its `size` and `digest`"
        )
        return None
    rows = {path: _row(path, row, positions, report) for path, row in files.items()}
    return Listing(rows, _span(positions, "files"))


def _has_known_format(value: dict[str, Any], positions: Positions, report: Report) -> bool:
    edition = value.get("format")
    if type(edition) is int and edition == FORMAT:
        return True
    found = f"edition {shown(json.dumps(edition))}" if "format" in value else "no edition"
    newer = type(edition) is int and edition > FORMAT
    report.add(
        "A7-B108",
        f"found {found} of the file list, expected {FORMAT}",
        _span(positions, "format"),
        help="use a newer art7 to read it" if newer else f'write `"format": {FORMAT}`',
    )
    return False


def _row(path: str, row: object, positions: Positions, report: Report) -> ListedFile:
    where = _span(positions, "files", path)
    if not isinstance(row, dict):
        report.add("A7-B110", f"expected an object for {shown(path)}", where)
        return ListedFile(path, None, None, where)
    for key in row:
        if key not in ("size", "digest"):
            report.add("A7-B110", f"unknown key {shown(key)} for {shown(path)}", where, help="remove it")
    size, digest = row.get("size"), row.get("digest")
    if type(size) is not int or size < 0:
        report.add("A7-B110", f"expected a `size` in octets for {shown(path)}", where)
        size = None
    if not isinstance(digest, str):
        report.add("A7-B110", f"expected a `digest` for {shown(path)}", where)
        digest = None
    return ListedFile(path, size, digest, where)


def _span(positions: Positions, *path: str) -> Span:
    place = positions.nearest(path)
    return place.key or place.value
