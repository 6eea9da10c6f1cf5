"""The door to a generated SDK in a folder: its records, schedules and role machines, by the specification's names."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any


class SdkUnusable(Exception):
    """The folder holds no generated SDK."""


@dataclass(frozen=True, slots=True)
class Carriage:
    """`target` travels in member `slot` of `carrier` when the members `fixed` have these values: a row of the offer."""

    carrier: str
    slot: str
    target: str
    fixed: tuple[tuple[str, Any], ...]


class Sdk:
    """One generated SDK; `carriages` say which message travels in which."""

    def __init__(self, folder: Path, carriages: Sequence[Carriage] = ()) -> None:
        found = sorted(each.parent.name for each in folder.glob("*_sdk/_shapes.py"))
        if len(found) != 1:
            raise SdkUnusable(f"{folder} holds {len(found)} generated SDKs, expected one")
        self.name = found[0]
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
        shapes = import_module(f"{self.name}._shapes")
        self.support: Any = import_module(f"{self.name}._support")
        self._records: Mapping[str, Any] = shapes.RECORDS
        self._schedules: Mapping[str, Any] = getattr(shapes, "SCHEDULES", {})
        self._roles: Mapping[str, Any] = getattr(shapes, "ROLES", {})
        self._carriages = tuple(carriages)

    def machine(self, role: str, operate: Callable[..., Any]) -> Any:
        """Return a new machine of a role, named `module.Protocol.role`."""
        if role not in self._roles:
            raise SdkUnusable(f"the SDK has no role {role}")
        module, kind, _ = self._roles[role]
        return getattr(import_module(f"{self.name}.{module}"), kind)(operate)

    def events(self, role: str) -> dict[str, tuple[tuple[str, str], ...]]:
        """Return what the application may ask of a role: event → (parameter, kind of its shape)."""
        given = self._roles[role][2]
        return {
            event: tuple((name, shape[0]) for name, shape in parameters)
            for event, parameters in given.items()
        }

    def record(self, name: str) -> Any:
        """Return the class of a record."""
        module, kind = self._records[name][:2]
        return getattr(import_module(f"{self.name}.{module}"), kind)

    def operate(self, operation: str, name: str, arguments: Mapping[str, Any], machine: Any) -> Any:
        """Do what a role asks for: write or read a record, derive keys. Raises: what the SDK raises."""
        if operation == "decode":
            given = {key: value for key, value in arguments.items() if key != "octets"}
            return self.record(name).decode(arguments["octets"], **given)
        if operation == "encode":
            members, parameters = self._records[name][3:5]
            values = {p: arguments[s] for s, p, *_ in members if arguments.get(s) is not None}
            given = {p: arguments[s] for s, p, _ in parameters if s in arguments}
            return self.record(name)(**values).encode(**given)
        module, function, inputs, _, _, needs = self._schedules[name]
        given = {p: arguments[s] for s, p, _ in inputs if s in arguments}
        asked = {"random": machine.random, "fresh": machine.fresh}
        derive = getattr(import_module(f"{self.name}.{module}"), function)
        return derive(**given, **{word: asked[word] for word in needs})

    def wrap(self, name: str, octets: bytes) -> bytes:
        """Return the octets that go on the wire for a message."""
        row = next((each for each in self._carriages if each.target == name), None)
        if row is None:
            return octets
        return self.wrap(row.carrier, self._written(row.carrier, {**dict(row.fixed), row.slot: octets}))

    def unwrap(self, outer: str, octets: bytes) -> tuple[str, bytes]:
        """Return what was carried and its octets. Raises: `DecodeError` of the SDK."""
        rows = [each for each in self._carriages if each.carrier == outer]
        if not rows:
            return outer, octets
        value = self.record(outer).decode(octets)
        for row in rows:
            if all(self._member(outer, value, name) == wanted for name, wanted in row.fixed):
                return self.unwrap(row.target, self._member(outer, value, row.slot))
        return outer, octets

    def outermost(self, carried: Sequence[str]) -> list[str]:
        """Return the records that are on the wire where these messages are sent."""
        found = []
        for name in carried:
            seen = {name}
            while row := next((each for each in self._carriages if each.target == name), None):
                if row.carrier in seen:
                    break
                name = row.carrier
                seen.add(name)
            found.append(name)
        return sorted(set(found))

    def _written(self, name: str, arguments: Mapping[str, Any]) -> bytes:
        octets: bytes = self.operate("encode", name, arguments, None)
        return octets

    def _member(self, record: str, value: Any, slot: str) -> Any:
        python = next(p for s, p, *_ in self._records[record][3] if s == slot)
        return getattr(value, python)
