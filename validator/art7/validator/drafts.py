"""Drafts: example offers with one known defect each, kept as the edits that make them.

A draft is a file `offers/drafts/<name>.toml` of `art7.spec`: the offer it begins with, the finding that it imitates, the
edits, and the code and place at which the defect has to be found. The files are ours: a fault in them is a bug and raises.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from art7.grammar.untrusted import Bundle

PREFIX = "draft:"
"""What the name of a draft begins with where a path could stand."""


@dataclass(frozen=True, slots=True)
class Edit:
    """`old`, which occurs once in `file`, becomes `new`; without `old`, `new` is added at the end."""

    file: str
    new: str
    old: str = ""

    def apply(self, text: str) -> str:
        """Return the text after the edit; raises `ValueError` unless `old` occurs once."""
        if not self.old:
            return text + self.new
        if (times := text.count(self.old)) != 1:
            raise ValueError(f"{self.file}: found {times} times: {self.old!r}")
        return text.replace(self.old, self.new)


@dataclass(frozen=True, slots=True)
class Draft:
    """An offer with one defect; the finding begins where `text` stands in `file`."""

    name: str
    title: str
    of: str
    code: str
    file: str
    text: str
    edits: tuple[Edit, ...]

    def files(self) -> dict[str, bytes]:
        """Return the draft, file by file."""
        found = dict(example_files(self.of))
        for edit in self.edits:
            text = found.get(edit.file, b"").decode("utf-8")
            found[edit.file] = edit.apply(text).encode("utf-8")
        return found

    def bundle(self) -> Bundle:
        """Return the draft as a bundle."""
        return Bundle(PREFIX + self.name, "folder", dict(sorted(self.files().items())))

    def place(self) -> tuple[str, int, int]:
        """Return the file, line and column at which the defect has to be found, from 1."""
        text = self.files()[self.file].decode("utf-8")
        if (times := text.count(self.text)) != 1:
            raise ValueError(f"{self.name}: the place is found {times} times: {self.text!r}")
        before = text[: text.index(self.text)]
        return self.file, before.count("\n") + 1, len(before) - before.rfind("\n")


@cache
def drafts() -> Mapping[str, Draft]:
    """Return all drafts by name, in the order of their names."""
    folder = files("art7.spec").joinpath("offers", "drafts")
    rows = (entry for entry in folder.iterdir() if entry.name.endswith(".toml"))
    found = (_draft(entry) for entry in sorted(rows, key=lambda entry: entry.name))
    return {draft.name: draft for draft in found}


def find_draft(path: str) -> Draft | None:
    """Return the draft that `draft:NAME` names, or None."""
    return drafts().get(path.removeprefix(PREFIX)) if path.startswith(PREFIX) else None


def _draft(entry: Traversable) -> Draft:
    table = tomllib.loads(entry.read_text("utf-8"))
    return Draft(
        name=entry.name.removesuffix(".toml"),
        title=table["title"],
        of=table["of"],
        code=table["found"]["code"],
        file=table["found"]["file"],
        text=table["found"]["at"],
        edits=tuple(Edit(**edit) for edit in table["edit"]),
    )


@cache
def example_files(name: str) -> Mapping[str, bytes]:
    """Return the files of an example offer by their path."""
    root = files("art7.spec").joinpath("offers", name)
    return dict(_below(root, ""))


def _below(folder: Traversable, prefix: str) -> Iterable[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            yield from _below(entry, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}", entry.read_bytes()
