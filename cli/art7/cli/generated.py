"""A generated SDK, loaded beside the specification that it was made from, for runs and assessments.

The package is printed from the offer by our own generator, checked against a list of allowed statements and names, and
imported from memory under a name that no other package of this process has; nothing that an offer says runs before that
check, and nothing is left behind: no file, no entry of `sys.path`, no module.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from itertools import count
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

from art7.grammar.ir.module import Derive, Module, RoleMachine, Specification

if TYPE_CHECKING:
    from art7.codegen.python.package import PackageText
    from art7.codegen.python.sessions import Carried
    from art7.runtime.generated import GeneratedPackage


def carried_sessions(specification: Specification) -> Carried:
    """Return the sessions that an SDK of `specification` carries: those whose modules it has."""
    from art7.codegen.python.sessions import Carried, CarriedModule
    from art7.runtime.session_texts import HOME, session_texts

    texts = session_texts(specification.modules)
    return Carried(
        HOME, tuple(CarriedModule(each.path, each.text, each.needs, bool(each.uses)) for each in texts)
    )


@contextmanager
def generated_package(specification: Specification) -> Iterator[GeneratedPackage]:
    """Generate the SDK of `specification`, import it, and forget it afterwards.

    Raises: `art7.codegen.python.guard.Ungenerated` when the text holds what no generator emits: a fault of ours.
    """
    from art7.codegen.kept import kept_package
    from art7.codegen.python.guard import check_python

    text = kept_package(specification)
    for name, source in text.files.items():
        if name.endswith(".py"):
            check_python(f"sdk/{name}", source)
    with _importable(text.files) as package:
        yield _package(specification, text, package)


@contextmanager
def _importable(files: Mapping[str, str]) -> Iterator[str]:
    """Make `files` importable as a package of modules; give its name."""
    package = _free_name()
    finder = _TextFinder(package, files)
    sys.meta_path.append(finder)
    try:
        yield package
    finally:
        sys.meta_path.remove(finder)
        for name in [each for each in sys.modules if each == package or each.startswith(f"{package}.")]:
            del sys.modules[name]


def _free_name() -> str:
    names = (f"art7_generated_sdk_{number}" for number in count(1))
    taken = {each.package for each in sys.meta_path if isinstance(each, _TextFinder)}
    return next(name for name in names if name not in sys.modules and name not in taken)


class _TextFinder(MetaPathFinder, Loader):
    """Finds the modules of one package in a mapping of file names to texts, and runs them."""

    def __init__(self, package: str, files: Mapping[str, str]) -> None:
        self.package = package
        self._files = files

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Return the spec of a module of this package; `None` for any other name."""
        if fullname == self.package:
            return ModuleSpec(fullname, self, is_package=True)
        parent, _, name = fullname.rpartition(".")
        if parent != self.package or f"{name}.py" not in self._files:
            return None
        return ModuleSpec(fullname, self, origin=f"<generated {name}.py>")

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Leave it to the import system."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the text of a module; the package itself is empty."""
        if module.__name__ == self.package:
            return
        name = module.__name__.rpartition(".")[2]
        code: CodeType = compile(
            self._files[f"{name}.py"], f"<generated {name}.py>", "exec", dont_inherit=True
        )
        exec(code, vars(module))


def _package(specification: Specification, text: PackageText, package: str) -> GeneratedPackage:
    from art7.codegen.python.machines import role_names
    from art7.codegen.python.schedules import schedule_names
    from art7.runtime.generated import GeneratedPackage

    names = text.names
    messages: dict[str, Any] = {}
    members: dict[str, dict[str, str]] = {}
    schedules: dict[str, Any] = {}
    roles: dict[tuple[str, str], Any] = {}
    events: dict[tuple[str, str], Mapping[tuple[str, str], frozenset[str]]] = {}
    for module in specification.modules.values():
        stem = f"{package}.{names.modules[module.name]}"
        loaded = import_module(stem)
        for record in module.records:
            messages[record.name] = getattr(loaded, names.classes[record.name], None)
            spelled = names.members(record)
            members[record.name] = {s.name: spelled[s.index] for s in record.slots if s.is_api}
        if module.schedules:
            keys = import_module(f"{stem}_keys")
            for name, (function, _) in schedule_names(module).items():
                row = (getattr(keys, function), _secrets(module, name), _inputs(module, name))
                schedules[_qualified(module, name)] = row
        if any(protocol.roles for protocol in module.protocols):
            machines = import_module(f"{stem}_roles")
            for key, name in role_names(module).items():
                roles[key] = getattr(machines, name)
        for protocol in module.protocols:
            events |= {(protocol.name, role.name): _events(role) for role in protocol.roles}
    support = import_module(f"{package}._support")
    return GeneratedPackage(messages, members, schedules, roles, support, text.files, events)


def _events(role: RoleMachine) -> dict[tuple[str, str], frozenset[str]]:
    """Return the parameters of each local event by state."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for state in role.states:
        for transition in state.transitions:
            if transition.trigger.kind == "local":
                params = frozenset(param.name for param in transition.trigger.params)
                for name in transition.trigger.names:
                    found.setdefault((state.name, name), params)
    return found


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
