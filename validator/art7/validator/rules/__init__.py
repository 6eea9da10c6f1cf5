"""All rules, found by walking this package: adding a rule touches no other file."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable

from art7.validator.rule import Rule

FAMILIES = (
    "completeness",
    "consistency",
    "agreement",
    "identity",
    "keys",
    "process",
    "measures",
    "security",
    "privacy",
    "choice",
    "parity",
    "change",
    "bundle",
    "proofs",
)


def discover() -> tuple[Rule, ...]:
    """Return every rule below this package, by code; raises `ValueError` on a code taken twice."""
    names = [
        module.name
        for module in pkgutil.walk_packages(__path__, __name__ + ".")
        if not module.ispkg and module.name.rpartition(".")[2][0] != "_"
    ]
    return in_order(
        value
        for name in sorted(names)
        for value in vars(importlib.import_module(name)).values()
        if isinstance(value, Rule)
    )


def in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Sort rules by code; a code belongs to one rule for ever."""
    by_code: dict[str, Rule] = {}
    for each in rules:
        other = by_code.setdefault(each.code, each)
        if other.name != each.name:
            raise ValueError(f"code {each.code} is taken by `{other.name}` and `{each.name}`")
    return tuple(by_code[code] for code in sorted(by_code))


RULES = discover()
