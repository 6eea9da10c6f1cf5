"""Every place where the manifest names something else: found from the types, so none can be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from art7.validator.manifest.base import InBundle, Names, Refers, Section

Path = tuple[str | int, ...]
Marker = Names | Refers | InBundle


@dataclass(frozen=True, slots=True)
class Mention:
    """The text at `path` names something, as `marker` says."""

    path: Path
    value: str
    marker: Marker


def mentions(section: Section, path: Path = ()) -> Iterator[Mention]:
    """Yield every mention below `section`, in the order of the model."""
    for name, marker in _markers(type(section)).items():
        yield from _below(getattr(section, name), (*path, name), marker)


def _below(value: object, path: Path, marker: Marker | None) -> Iterator[Mention]:
    match value:
        case Section():
            yield from mentions(value, path)
        case tuple():
            for index, item in enumerate(value):
                yield from _below(item, (*path, index), marker)
        case dict():
            for key, item in value.items():
                yield from _below(item, (*path, key), marker)
        case str() if marker is not None:
            yield Mention(path, value, marker)
        case _:
            return


@cache
def _markers(section: type[Section]) -> dict[str, Marker | None]:
    return {
        name: next((m for m in field.metadata if isinstance(m, Marker)), None) or _marker_in(field.annotation)
        for name, field in section.model_fields.items()
    }


def _marker_in(annotation: Any) -> Marker | None:
    if get_origin(annotation) is Annotated:
        for extra in get_args(annotation)[1:]:
            if isinstance(extra, Marker):
                return extra
    for argument in get_args(annotation):
        if (found := _marker_in(argument)) is not None:
            return found
    return None
