"""The example offers, and the defects that tell them apart."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import art7.spec
from art7.cli.offers import read_for_rules
from art7.grammar.diagnostics import Report
from art7.validator.offer import Offer

OFFERS = Path(art7.spec.__file__).parent / "offers"
GOOD = OFFERS / "examplechat"
DRAFT = OFFERS / "examplechat-draft"
DEFECTS = Path(__file__).parents[1] / "offers" / "defects.toml"


@dataclass(frozen=True)
class Edit:
    """`old`, which occurs once in `file`, becomes `new`; or `append` is added at the end."""

    file: str
    old: str = ""
    new: str = ""
    append: str = ""

    def apply(self, text: str) -> str:
        """Return the text after the edit."""
        if self.append:
            return text + self.append
        assert text.count(self.old) == 1, f"{self.file}: found {text.count(self.old)} times: {self.old!r}"
        return text.replace(self.old, self.new)


@dataclass(frozen=True)
class Defect:
    """One planted defect; `imitates` is a known finding (F-01 …) or a duty (O-01 …)."""

    imitates: str
    title: str
    codes: frozenset[str]
    says: str
    edits: tuple[Edit, ...]
    files: frozenset[str]
    """Where it may be found: what is edited, or the one place where an omission shows."""


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(DEFECTS.read_text("utf-8"))


@cache
def defects() -> tuple[Defect, ...]:
    """Return the planted defects in their order."""
    return tuple(
        Defect(
            row.get("finding") or row["duty"],
            row["title"],
            frozenset(row["codes"]),
            row.get("says", ""),
            tuple(Edit(**edit) for edit in row["edit"]),
            frozenset([row["seen"]] if "seen" in row else [edit["file"] for edit in row["edit"]]),
        )
        for row in _table()["defect"]
    )


def folder(root: Path) -> dict[str, bytes]:
    """Return the files of a folder by their path inside it."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def draft() -> dict[str, bytes]:
    """Return the draft, file by file: the good offer with all edits."""
    marks = [Edit(**edit) for edit in _table()["edit"]]
    return edited(GOOD, [*marks, *(edit for defect in defects() for edit in defect.edits)])


def edited(root: Path, edits: Iterable[Edit]) -> dict[str, bytes]:
    """Return the offer in `root` after these edits, file by file."""
    files = folder(root)
    for edit in edits:
        files[edit.file] = edit.apply(files[edit.file].decode("utf-8")).encode("utf-8")
    return files


def write(files: dict[str, bytes], root: Path) -> None:
    """Make `root` hold exactly these files."""
    for path in set(folder(root)) - set(files) if root.exists() else ():
        (root / path).unlink()
    for path, octets in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(octets)


@cache
def read(root: Path) -> Offer:
    """Read an offer; it must be readable."""
    report = Report()
    offer = read_for_rules(str(root), report)
    assert offer is not None, [found.message for found in report.errors()]
    return offer
