"""The smallest good offer and ways to change it: the ground on which rules are tested.

A patch is text: a TOML fragment laid over `offer.toml`, and sections `--- path` for other files. In the fragment tables
merge, array elements merge with the one of the same key (`id`, `point`, …), `"(absent)"` removes a key, `absent = true`
an element, and `duplicate = true` doubles one. A section `--- x.a7` or `--- x.md` is appended, any other file replaced.
"""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from art7.grammar.diagnostics import Diagnostic, Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from art7.grammar.untrusted import Bundle
from art7.validator.digests import LISTING, write_listing
from art7.validator.offer import MANIFEST, Offer
from art7.validator.reader import read_offer

FOLDER = Path(__file__).parent / "offers" / "minimal"
KEYS = (
    "id",
    "point",
    "content",
    "aspect",
    "layer",
    "standard",
    "field",
    "observed",
    "identity",
    "subject",
    "version",
    "error",
)


def small_files() -> dict[str, bytes]:
    """Return the files of the smallest good offer."""
    paths = sorted(path for path in FOLDER.rglob("*") if path.is_file())
    return {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in paths}


def load(texts: Mapping[str, str], report: Report) -> Specification:
    """Resolve modules; the same texts are resolved once."""
    specification, diagnostics = _loaded(tuple(sorted(texts.items())))
    report.diagnostics.extend(diagnostics)
    return specification


@cache
def _loaded(texts: tuple[tuple[str, str], ...]) -> tuple[Specification, tuple[Diagnostic, ...]]:
    report = Report()
    return load_sources(dict(texts), report), tuple(report.diagnostics)


def bundle_of(files: dict[str, bytes], kind: str = "folder") -> Bundle:
    """Return files as a bundle."""
    return Bundle("minimal", kind, dict(sorted(files.items())))


def read(
    files: dict[str, bytes], report: Report | None = None, kind: str = "folder", **options: Any
) -> Offer | None:
    """Read files as an offer."""
    return read_offer(bundle_of(files, kind), report or Report(), load, **options)


def small_offer(patch: str = "", **options: Any) -> Offer:
    """Return the smallest good offer, changed by `patch`."""
    files, kind = patched(small_files(), patch)
    offer = read(files, kind=kind, **options)
    assert offer is not None
    return offer


def patched(files: dict[str, bytes], patch: str) -> tuple[dict[str, bytes], str]:
    """Return the files with a patch laid over them, and the kind of the bundle."""
    sections = re.split(r"^--- (.*)\n?", "--- offer.toml\n" + patch, flags=re.MULTILINE)[1:]
    files, instructions = dict(files), []
    for path, text in zip(sections[::2], sections[1::2], strict=True):
        if path.startswith("("):
            instructions.append(path)
        elif path == MANIFEST:
            if text.strip():
                table = merge(tomllib.loads(files[MANIFEST].decode()), tomllib.loads(text))
                files[MANIFEST] = write_toml(table).encode()
        elif path.endswith((".a7", ".md")):
            files[path] = files.get(path, b"") + b"\n" + text.encode()
        else:
            files[path] = text.encode()
    for instruction in instructions:
        files = packed(files, instruction)
    return files, "zip" if instructions or LISTING in files else "folder"


def packed(files: dict[str, bytes], instruction: str) -> dict[str, bytes]:
    """Add a file list, and change it as the instruction in parentheses says."""
    if "without" in instruction:
        return files
    listing = json.loads(write_listing(files))
    row = listing["files"]["docs/terms.md"]
    if target := re.search(r"is listed as (\S+)\)", instruction):
        listing["files"][target[1]] = listing["files"]["docs/terms.md"]
        if target[1] == "docs/lost.md":
            files = {**files, "docs/terms.md": files["docs/terms.md"]}
    elif "size" in instruction:
        row["size"] += 1
    elif "md5" in instruction:
        row["digest"] = "md5:0123456789abcdef0123456789abcdef"
    elif "digest" in instruction:
        row["digest"] = "sha256:" + "0" * 64
    return {**files, LISTING: json.dumps(listing).encode()}


def merge(base: Any, patch: Any) -> Any:
    """Lay a fragment over a table, an array or a value."""
    if isinstance(base, dict) and isinstance(patch, dict):
        merged = copy.deepcopy(base)
        for key, value in patch.items():
            if value == "(absent)":
                merged.pop(key, None)
            else:
                merged[key] = merge(base[key], value) if key in base else value
        return merged
    if (
        isinstance(base, list)
        and isinstance(patch, list)
        and all(isinstance(e, dict) for e in patch)
        and patch
    ):
        return _merge_rows(copy.deepcopy(base), patch)
    return patch


def _merge_rows(rows: list[Any], patch: list[Any]) -> list[Any]:
    for element in patch:
        key = next((k for k in KEYS if k in element), None)
        index = next((n for n, row in enumerate(rows) if key and row.get(key) == element[key]), None)
        if element.get("duplicate") and index is not None:
            rows.append(copy.deepcopy(rows[index]))
        elif element.get("absent"):
            if index is not None:
                del rows[index]
        elif index is None:
            rows.append(element)
        else:
            rows[index] = merge(rows[index], element)
    return rows


def write_toml(table: dict[str, Any]) -> str:
    """Write a manifest as TOML: tables with headers, arrays of tables inline below the second level."""
    lines: list[str] = []
    plain = {key: value for key, value in table.items() if not isinstance(value, (dict, list))}
    lines += [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    for key, value in table.items():
        if isinstance(value, dict):
            lines += ["", f"[{_key(key)}]", *(f"{_key(k)} = {_value(v)}" for k, v in value.items())]
        elif isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            for row in value:
                lines += ["", f"[[{_key(key)}]]", *(f"{_key(k)} = {_value(v)}" for k, v in row.items())]
        elif isinstance(value, list):
            lines.insert(0, f"{_key(key)} = {_value(value)}")
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key)


def _value(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
        case list():
            return "[" + ", ".join(_value(each) for each in value) + "]"
        case date():
            return value.isoformat()
        case str():
            return json.dumps(value)
        case _:
            return str(value)
