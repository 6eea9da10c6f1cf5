"""Vector files: read as untrusted, checked against the published schema."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from art7.codegen.json_schema import vectors_schema
from art7.grammar.diagnostics import Report, Span
from art7.interpreter.json_scanner import scan
from art7.interpreter.tree_nodes import ScanRefused, plain

FILE_LIMIT = 64 << 20
FILES_LIMIT = 10_000
DEPTH_LIMIT = 64


@dataclass(frozen=True, slots=True)
class VectorFile:
    """One file: the type its vectors are about, and the vectors as JSON objects."""

    name: str
    type: str
    kind: str
    vectors: tuple[dict[str, Any], ...]
    uncovered: tuple[dict[str, str], ...] = ()


def load_vectors(root: Path, report: Report) -> list[VectorFile]:
    """Read the vector files at or below `root`, sorted by name; what is wrong goes to `report`."""
    if root.is_file():
        paths = [root]
    else:
        paths = sorted(path for path in root.rglob("*.json") if path.is_file() and not path.is_symlink())
    if not paths:
        report.add(
            "A7-D201",
            f"no vector file in `{root.name}`",
            _place(root),
            help="give a folder of `art7 generate vectors`",
        )
    if len(paths) > FILES_LIMIT:
        report.add(
            "A7-D202", f"more than {FILES_LIMIT} vector files", _place(root), help="replay them in parts"
        )
        return []
    return [file for path in paths if (file := _load(path, root, report)) is not None]


def _load(path: Path, root: Path, report: Report) -> VectorFile | None:
    name = path.name if path == root else path.relative_to(root).as_posix()
    try:
        if path.stat().st_size > FILE_LIMIT:
            report.add(
                "A7-D202",
                f"a vector file of more than {FILE_LIMIT} octets",
                _named(name),
                help="split the file",
            )
            return None
        data = path.read_bytes()
    except OSError as error:
        report.add(
            "A7-D203", f"cannot read the file: {error.strerror}", _named(name), help="check its permissions"
        )
        return None
    return read_vectors(name, data, report)


def read_vectors(name: str, data: bytes, report: Report) -> VectorFile | None:
    """Read one file's octets; `None` when they are no vector file, with the reason in `report`."""
    try:
        content = plain(scan(data, 0, len(data), DEPTH_LIMIT))
    except ScanRefused as refused:
        report.add(
            "A7-D204",
            f"not JSON (`{refused.code}`): expected {refused.expected}, found {refused.got}",
            _at(name, data, refused.offset),
            help="write the file with `art7 generate vectors`",
        )
        return None
    errors = _schema_errors(content)
    if errors:
        report.add(
            "A7-D205",
            f"not a vector file: {errors[0]}",
            _named(name),
            help="see the schema: `art7 explain vectors`",
        )
        return None
    return VectorFile(
        name, content["type"], content["kind"], tuple(content["vectors"]), tuple(content["uncovered"])
    )


def _schema_errors(content: Any) -> list[str]:
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

    validator = Draft202012Validator(vectors_schema())
    found = []
    for error in validator.iter_errors(content):
        place = "/".join(str(part) for part in error.absolute_path) or "the file"
        found.append(f"at `{place[:100]}`: {error.message[:160]}")
        if len(found) == 5:
            break
    return found


def _named(name: str) -> Span:
    return Span(name, 1, 1, 1, 1)


def _place(root: Path) -> Span:
    return _named(root.name or ".")


def _at(name: str, data: bytes, offset: int) -> Span:
    before = data[:offset].decode("utf-8", "replace")
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    return Span(name, line, column, line, column + 1, len(before), len(before) + 1)
