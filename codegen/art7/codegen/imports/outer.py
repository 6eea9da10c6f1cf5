"""Declarations of other modules that an import may refer to: those of the catalogue that `--use` names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from art7.codegen.imports.faults import Faults
from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import NOWHERE, Report
from art7.grammar.ir.shape import Enumeration
from art7.grammar.load import load_sources


@dataclass(frozen=True, slots=True)
class Outside:
    """A declaration of another module: its qualified name, the members of an enum, the enums that members of a record are of."""

    name: str
    module: str
    members: tuple[str, ...] | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


class Outer:
    """Finds declarations by name; capitals and `_` do not matter (`MLSMessage` is `MlsMessage`)."""

    def __init__(self) -> None:
        self._found: dict[str, Outside] = {}
        self.used: set[str] = set()

    def add(self, name: str, outside: Outside) -> None:
        """Make a declaration known; the first of a name is kept."""
        self._found.setdefault(_key(name), outside)

    def find(self, name: str) -> Outside | None:
        """Return the declaration of that name and note that its module is used."""
        found = self._found.get(_key(name))
        if found is not None:
            self.used.add(found.module)
        return found

    def enums(self) -> Iterable[Outside]:
        """Every enum of the other modules."""
        return (each for each in self._found.values() if each.members is not None)

    def enum_of(self, record: str, member: str) -> Outside | None:
        """The enum that a member of a record of another module is of; the record by its qualified name."""
        holder = next((each for each in self._found.values() if each.name == record), None)
        named = holder.fields.get(member) if holder is not None else None
        return next((each for each in self.enums() if each.name == named), None) if named else None

    def use(self, outside: Outside) -> Outside:
        """Note that a declaration found otherwise is used."""
        self.used.add(outside.module)
        return outside


def _key(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def open_modules(names: Iterable[str], encoding: str, faults: Faults) -> Outer:
    """Load catalogue modules; only records of `encoding` can be parts of what is imported."""
    outer = Outer()
    for name in names:
        found = catalogue_text(name)
        if found is None:
            known = ", ".join(sorted(catalogue_modules()))
            faults.mistake(
                "A7-P204", f"no catalogue module is called `{name[:60]}`", NOWHERE, f"name one of {known}"
            )
            continue
        spec = load_sources({found[0]: found[1]}, Report())
        module = spec.modules.get(name)
        if module is None:
            continue
        for enum in module.enums:
            short = enum.name.rpartition(".")[2]
            outer.add(short, Outside(enum.name, name, tuple(member.name for member in enum.members)))
        for record in module.records:
            short = record.name.removeprefix(f"{name}.")
            if record.encoding == encoding and "." not in short and "<" not in short and not record.params:
                fields = {
                    slot.name: slot.shape.name
                    for slot in record.slots
                    if slot.is_api and not slot.optional and isinstance(slot.shape, Enumeration)
                }
                outer.add(short, Outside(record.name, name, fields=fields))
    return outer
