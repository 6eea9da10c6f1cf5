"""The catalogue of standards that every specification can use: modules below `art7.spec`, found by name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

SUFFIX = ".a7"


@cache
def _root() -> Traversable:
    return files("art7.spec") / "catalogue"


def catalogue_text(module: str) -> tuple[str, bytes] | None:
    """Return (file name, octets) of a catalogue module, `None` when there is none.

    `ietf.stun` lies in `catalogue/ietf/stun.a7`: the path is the name, so nothing else is opened.
    """
    parts = module.split(".")
    if not all(part.isidentifier() and part.isascii() for part in parts) or len(parts) > 8:
        return None
    found = _root()
    for part in parts[:-1]:
        found = found / part
    found = found / (parts[-1] + SUFFIX)
    try:
        return f"catalogue:{'/'.join(parts)}{SUFFIX}", found.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None


def catalogue_modules() -> tuple[str, ...]:
    """Return the names of all catalogue modules, sorted."""
    return tuple(sorted(_names(_root(), "")))


def _names(folder: Traversable, prefix: str) -> Iterator[str]:
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _names(entry, f"{prefix}{entry.name}.")
        elif entry.name.endswith(SUFFIX):
            yield prefix + entry.name.removesuffix(SUFFIX)
