"""Where the public material lies, and how tests find their cases in it.

Material is read in place and found by topic folder and file format, never by a list of names: another
folder of the same shape runs unchanged. Each root is an environment variable with a default beside the
checkout; a root that is absent skips its tests with one clear line.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

VARIABLES = {"vectors": "ART7_VECTORS", "captures": "ART7_CAPTURES", "hostile": "ART7_HOSTILE"}


def root(kind: str) -> Path:
    """Return the root folder of `vectors`, `captures` or `hostile`; it need not exist."""
    given = os.environ.get(VARIABLES[kind])
    return Path(given) if given else REPOSITORY.parent / "shared" / kind


def files(kind: str, topic: str, *suffixes: str) -> list[Path]:
    """List the files of one topic folder (deep), sorted; all of them when no suffix is given."""
    folder = root(kind) / topic
    found = (path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else ()
    return sorted(path for path in found if not suffixes or path.name.endswith(suffixes))


def absent(kind: str) -> str | None:
    """Return the line to skip with when a root is not there."""
    folder = root(kind)
    return None if folder.is_dir() else f"{kind} not found: set {VARIABLES[kind]} to their folder"


@dataclass(frozen=True, slots=True)
class HostileCase:
    """One hostile file and what must become of it: `reject`, `accept` or `inert`."""

    path: Path
    outcome: str
    attack: str
    must: str


def hostile(folder: str) -> list[HostileCase]:
    """List the rows of `CASES.json` whose file lies in `folder`."""
    table = root("hostile") / "CASES.json"
    if not table.is_file():
        return []
    rows = json.loads(table.read_text(encoding="utf-8"))["cases"]
    return [
        HostileCase(root("hostile") / row["file"], row["outcome"], row["attack"], row["must"])
        for row in rows
        if row["file"].split("/")[0] == folder
    ]
