"""Declarations of two versions paired: by name, and what was renamed by its shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Generic, TypeVar

T = TypeVar("T")
LIKE = 0.55
"""How alike two names of the same shape must be; what is alone with its shape may have any name."""


@dataclass(frozen=True, slots=True)
class Pairs(Generic[T]):
    """(old, new) of the same thing, `renamed` of the same thing with another name, and what only one version has."""

    same: tuple[tuple[T, T], ...]
    renamed: tuple[tuple[T, T], ...]
    removed: tuple[T, ...]
    added: tuple[T, ...]


def paired(
    old: Mapping[str, T], new: Mapping[str, T], shape: Callable[[T], object] | None = None
) -> Pairs[T]:
    """Pair by key; of the rest those whose `shape` is equal and whose names are alike, the most alike first."""
    same = tuple((old[name], new[name]) for name in old if name in new)
    gone = [name for name in old if name not in new]
    come = [name for name in new if name not in old]
    renamed: list[tuple[T, T]] = []
    if shape is not None and gone and come and len(gone) * len(come) <= 10_000:
        shapes = {name: shape(old[name]) for name in gone}, {name: shape(new[name]) for name in come}
        rows = sorted(
            (-_likeness(one, other), one, other)
            for one in gone
            for other in come
            if shapes[0][one] == shapes[1][other]
        )
        for score, one, other in rows:
            alone = sum(row[1] == one for row in rows) == 1 and sum(row[2] == other for row in rows) == 1
            if one in gone and other in come and (-score >= LIKE or alone):
                gone.remove(one)
                come.remove(other)
                renamed.append((old[one], new[other]))
    return Pairs(same, tuple(renamed), tuple(old[name] for name in gone), tuple(new[name] for name in come))


def _likeness(one: str, other: str) -> float:
    short = one.rpartition(".")[2].lower().replace("_", ""), other.rpartition(".")[2].lower().replace("_", "")
    return SequenceMatcher(None, *short).ratio()
