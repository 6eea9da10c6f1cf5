"""A generated SDK, loaded beside the specification that it was made from, for runs and assessments.

The package is printed from the offer by our own generator, checked against a list of allowed statements, written to a
private folder and imported under a name of its own; nothing that an offer says runs before that check.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from art7.grammar.ir.module import Derive, Module, Specification

if TYPE_CHECKING:
    from art7.codegen.python.package import PackageText
    from art7.runtime.generated import GeneratedPackage

_loaded = "art7_generated_sdk"
"""Name under which the package is imported; one at a time."""


@contextmanager
def generated_package(specification: Specification) -> Iterator[GeneratedPackage]:
    """Generate the SDK of `specification`, import it, and forget it afterwards."""
    from art7.codegen.python.package import package_text

    text = package_text(specification)
    with tempfile.TemporaryDirectory(prefix="art7-") as folder:
        package = Path(folder) / _loaded
        package.mkdir(mode=0o700)
        (package / "__init__.py").write_text("")
        for name, source in text.files.items():
            (package / name).write_text(source, encoding="utf-8")
        sys.path.insert(0, folder)
        importlib.invalidate_caches()
        try:
            yield _package(specification, text)
        finally:
            sys.path.remove(folder)
            for name in [each for each in sys.modules if each == _loaded or each.startswith(_loaded + ".")]:
                del sys.modules[name]


def _package(specification: Specification, text: PackageText) -> GeneratedPackage:
    from art7.codegen.python.machines import role_names
    from art7.codegen.python.schedules import schedule_names
    from art7.runtime.generated import GeneratedPackage

    names = text.names
    messages: dict[str, Any] = {}
    members: dict[str, dict[str, str]] = {}
    schedules: dict[str, Any] = {}
    roles: dict[tuple[str, str], Any] = {}
    for module in specification.modules.values():
        stem = names.modules[module.name]
        loaded = _import(stem)
        for record in module.records:
            messages[record.name] = getattr(loaded, names.classes[record.name], None)
            spelled = names.members(record)
            members[record.name] = {s.name: spelled[s.index] for s in record.slots if s.is_api}
        if module.schedules:
            keys = _import(f"{stem}_keys")
            for name, (function, _) in schedule_names(module).items():
                row = (getattr(keys, function), _secrets(module, name), _inputs(module, name))
                schedules[_qualified(module, name)] = row
        if any(protocol.roles for protocol in module.protocols):
            machines = _import(f"{stem}_roles")
            for key, name in role_names(module).items():
                roles[key] = getattr(machines, name)
    return GeneratedPackage(messages, members, schedules, roles, _import("_support"), text.files)


def _import(name: str) -> ModuleType:
    return importlib.import_module(f"{_loaded}.{name}")


def _qualified(module: Module, name: str) -> str:
    return name if name.startswith(f"{module.name}.") else f"{module.name}.{name}"


def _inputs(module: Module, schedule: str) -> tuple[str, ...]:
    found = next(each for each in module.schedules if each.name == schedule)
    return (*(param.name for param in found.params), *(value.name for value in found.inputs))


def _secrets(module: Module, schedule: str) -> frozenset[str]:
    found = next(each for each in module.schedules if each.name == schedule)
    values = list(found.inputs)
    for step in found.steps:
        values += [step.value] if isinstance(step, Derive) else list(step.parts)
    return frozenset(value.name for value in values if value.label == "secret")
