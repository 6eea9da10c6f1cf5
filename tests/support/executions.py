"""The catalogue behind one face, whichever execution stands behind it: the interpreter or a generated SDK.

Tests that read public cases take the fixture `codec` (see `tests/vectors/conftest.py`) and run once per execution.
Values come back plain (dicts, lists, octets, texts, integers), so that both can be compared with the case.
"""

from __future__ import annotations

import enum
import importlib
import inspect
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


class Refused(Exception):
    """A message, or a value to be written, was refused by the execution's own error type."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.code: str = getattr(error, "code", "")
        self.requirement: str | None = getattr(error, "requirement", None)
        self.path: str = getattr(error, "path", "")
        self.offset: int | None = getattr(error, "offset", None)


@dataclass(frozen=True)
class Decoded:
    """What was read: `plain` to look at, `native` to write again, `unverified` paths of MACs without a key."""

    plain: Any
    native: Any
    unverified: tuple[str, ...] = ()


class Codec(Protocol):
    """One execution of the catalogue."""

    name: str

    def decode(self, type: str, data: bytes, **params: Any) -> Decoded:
        """Read a whole message; raises `Refused`, and nothing else on any octets."""
        ...

    def encode(self, type: str, native: Any, **params: Any) -> bytes:
        """Write what `decode` gave; raises `Refused`."""
        ...

    def derive(self, schedule: str, params: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Run a key schedule; returns every named value."""
        ...


def is_absent(value: Any) -> bool:
    """Whether it stands for a member that is not there, where null would be another value."""
    return type(value).__name__.strip("_").lower() == "absent"


def plain(value: Any) -> Any:
    """Return a decoded value as dicts, lists, tuples, octets, texts and numbers; absent members stay `None`."""
    match value:
        case enum.Enum():
            return plain(value.value)
        case bool() | None | float():
            return value
        case int():
            return int(value)
        case str():
            return str(value)
        case bytes() | bytearray() | memoryview():
            return bytes(value)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case tuple():
            return tuple(plain(item) for item in value)
        case Sequence():
            return [plain(item) for item in value]
        case _:
            names = [n for cls in type(value).__mro__ for n in getattr(cls, "__slots__", ())]
            members = [name for name in names if not name.startswith("_") and name != "unverified"]
            found = {name: getattr(value, name, None) for name in members}
            found = {name: item for name, item in found.items() if not is_absent(item)}
            return {name.rstrip("_"): plain(item) for name, item in found.items()}


class InterpreterCodec:
    """The IR executed."""

    name = "interpreter"

    def __init__(self, specification: Any) -> None:
        self.specification = specification

    def decode(self, type: str, data: bytes, **params: Any) -> Decoded:
        from art7.interpreter.decode import decode
        from art7.interpreter.errors import DecodeError

        try:
            found = decode(self.specification, type, data, params)
        except DecodeError as error:
            raise Refused(error) from None
        return Decoded(plain(found.value), found.value, tuple(found.unverified))

    def encode(self, type: str, native: Any, **params: Any) -> bytes:
        from art7.interpreter.encode import encode
        from art7.interpreter.errors import EncodeError

        try:
            return encode(self.specification, type, native, params)
        except EncodeError as error:
            raise Refused(error) from None

    def derive(self, schedule: str, params: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        from art7.interpreter.schedules import Trace, run_schedule

        trace = Trace()
        run_schedule(self.specification, schedule, inputs, params, trace=trace)
        return {step.name: step.value for step in trace.steps}


class SdkCodec:
    """Generated SDKs, one for each module that is asked for, written to `folder` and imported from there."""

    name = "sdk"

    def __init__(self, specification: Any, folder: Path) -> None:
        self.specification = specification
        self.folder = folder
        self.packages: dict[str, tuple[str, Any]] = {}
        sys.path.insert(0, str(folder))

    def decode(self, type: str, data: bytes, **params: Any) -> Decoded:
        made, support = self._class(type)
        try:
            found = made.decode(data, **params)
        except support.DecodeError as refusal:
            raise Refused(refusal) from None
        return Decoded(plain(found), found, tuple(getattr(found, "unverified", ())))

    def encode(self, type: str, native: Any, **params: Any) -> bytes:
        _, support = self._class(type)
        try:
            return bytes(native.encode(**params))
        except support.EncodeError as refusal:
            raise Refused(refusal) from None

    def derive(self, schedule: str, params: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        from art7.codegen.python.schedules import schedule_names

        module = schedule.rpartition(".")[0]
        root, names = self._package(module)
        functions = importlib.import_module(f"{root}.{names.modules[module]}_keys")
        function = getattr(functions, schedule_names(self.specification.modules[module])[schedule][0])
        trace = functions.Trace()
        taken = inspect.signature(function).parameters
        given = {key if key in taken else f"{key}_": value for key, value in {**params, **inputs}.items()}
        function(**given, trace=trace)
        return dict(trace.steps)

    def _class(self, type: str) -> tuple[Any, Any]:
        """The class that reads and writes `type`, and its package's support module."""
        module = type.rpartition(".")[0]
        root, names = self._package(module)
        classes = importlib.import_module(f"{root}.{names.modules[module]}")
        return getattr(classes, names.classes[type]), importlib.import_module(f"{root}._support")

    def _package(self, module: str) -> tuple[str, Any]:
        """Generate the package of a module and of what it uses, once; its import name and its names."""
        if module not in self.packages:
            from art7.codegen.python.package import package_text

            package = package_text(self._closure(module))
            root = f"{self.folder.name}_{module}".replace(".", "_").replace("-", "_")
            target = self.folder / root
            target.mkdir()
            for name, text in {"__init__.py": "", **package.files}.items():
                (target / name).write_text(text, encoding="utf-8")
            self.packages[module] = root, package.names
        return self.packages[module]

    def _closure(self, module: str) -> Any:
        found: dict[str, Any] = {}
        waiting = [module]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = self.specification.modules[name]
                waiting += found[name].uses
        return type(self.specification)(found)
