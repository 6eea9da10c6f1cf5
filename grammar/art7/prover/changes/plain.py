"""The IR as comparable data: no places, no prose; slots and parameters by name, old names as the new version has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from typing import Any

from art7.grammar.ir import plan as p
from art7.grammar.ir.expression import ParamRef

_SKIPPED = frozenset(
    (
        "span",
        "doc",
        "refs",
        "ref",
        "message",
        "emit",
        "implied",
        "deferred",
        "origin",
        "guarded",
        "recursive",
        "places",
    )
)
_SLOTS = frozenset(("slot", "item", "at", "until", "unknown_slot", "kept", "index"))


@dataclass(slots=True)
class Names:
    """What is called otherwise in the new version: declarations by qualified name, slots by record and name."""

    declared: dict[str, str] = field(default_factory=dict)
    slots: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        """Return the new name of a declaration; of what lies inside one too."""
        if name in self.declared:
            return self.declared[name]
        head, dot, tail = name.rpartition(".")
        return (
            f"{self.of(head)}.{tail}"
            if dot and any(name.startswith(f"{each}.") for each in self.declared)
            else name
        )

    def slot(self, record: str, name: str) -> str:
        """Return the new name of a slot of an old record."""
        return self.slots.get((record, name), name)


SAME = Names()


def plain(node: Any, record: p.Record | None = None, names: Names = SAME, *, faults: bool = False) -> Any:
    """Return `node` as nested tuples. Indices of `record` become names; `faults`: refusals count too."""
    if is_dataclass(node) and not isinstance(node, type):
        if isinstance(node, p.Fault) and not faults:
            return "fault"
        rows = (
            (each.name, _value(node, each.name, getattr(node, each.name), record, names, faults))
            for each in fields(node)
            if each.name not in _SKIPPED
        )
        return (type(node).__name__, *rows)
    if isinstance(node, tuple | list):
        return tuple(plain(each, record, names, faults=faults) for each in node)
    if isinstance(node, Mapping):
        return tuple((key, plain(value, record, names, faults=faults)) for key, value in node.items())
    if isinstance(node, Enum):
        return node.name
    return node


def _value(node: Any, key: str, value: Any, record: p.Record | None, names: Names, faults: bool) -> Any:
    if record is not None and type(value) is int and key in _SLOTS and not isinstance(node, p.Uint):
        if isinstance(node, ParamRef):
            return record.params[value].name if value < len(record.params) else value
        if 0 <= value < len(record.slots):
            return names.slot(record.name, record.slots[value].name)
    if key in ("record", "name") and isinstance(value, str) and "." in value:
        return names.of(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return plain(value, record, names, faults=faults)
