"""Types of secrets: octets that no text shows, a class for each purpose that schedules name.

A secret with a purpose (`secret[32] for kdf.chain`) is a `KdfChain`, any other a `Secret`. The classes are the package's: what
one schedule gives is what another takes, and a checker of types says where two purposes are mistaken for one another.
"""

from __future__ import annotations

from art7.codegen.names import PackageNames, Scope, class_name
from art7.codegen.python.docstrings import FUTURE, safe
from art7.codegen.python.expressions import quoted
from art7.codegen.python.layout.settle import settled
from art7.codegen.python.scope import ModuleScope
from art7.codegen.python.value_expressions import bare
from art7.codegen.reserved import CLASSES
from art7.grammar.ir import shape as s
from art7.grammar.ir.module import Derive, Named, Specification

STEM = "_secrets"
"""The module of a package in which the classes of purposes stand."""


def is_secret(value: Named) -> bool:
    """Whether a value is octets that are secret."""
    return value.label == "secret" and isinstance(bare(value.shape), s.Octets)


def purpose_names(spec: Specification, names: PackageNames) -> dict[str, str]:
    """Return purpose → class, in the order of purposes; no class of the package has one of these names."""
    claimed = Scope(CLASSES | set(names.classes.values()) | _schedule_classes(spec))
    purposes = {value.purpose for value in _values(spec) if value.purpose and is_secret(value)}
    return {purpose: claimed.claim(class_name(purpose)) for purpose in sorted(purposes)}


def secrets_module(spec: Specification, names: PackageNames) -> str | None:
    """Return the module of purposes; `None` where schedules name none."""
    classes = [
        f"class {name}(Secret):\n"
        f'    """A secret for {safe(purpose)}."""\n\n'
        f"    __slots__ = ()\n\n    purpose = {quoted(purpose)}"
        for purpose, name in purpose_names(spec, names).items()
    ]
    if not classes:
        return None
    head = f'"""Secrets of this package by what they are for."""\n\n{FUTURE}\n\nfrom ._support import Secret'
    return settled("\n\n\n".join([head, *classes]) + "\n")


class SecretTypes:
    """The types of secrets as one module names them; asking for a name imports it."""

    def __init__(self, spec: Specification, names: PackageNames, scope: ModuleScope) -> None:
        self._purposes = purpose_names(spec, names)
        self._scope = scope
        self.used: set[str] = set()

    def name(self, value: Named) -> str:
        """Return the class of a secret."""
        if value.purpose:
            found = self._scope.sibling(STEM, self._purposes[value.purpose])
        else:
            found = self._scope.support("Secret")
        self.used.add(found)
        return found


def _values(spec: Specification) -> list[Named]:
    found: list[Named] = []
    for module in spec.modules.values():
        for schedule in module.schedules:
            found += schedule.inputs
            for step in schedule.steps:
                found += [step.value] if isinstance(step, Derive) else step.parts
    return found


def _schedule_classes(spec: Specification) -> set[str]:
    return {
        class_name(schedule.name.removeprefix(f"{module.name}."))
        for module in spec.modules.values()
        for schedule in module.schedules
    }
