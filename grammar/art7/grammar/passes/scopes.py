"""What names mean: entities of a module, modules in use, and the nearest known name.

A `ModuleScope` is all that another module needs to know of one: it is kept beside the lowered module (and
in the cache), so that a user of a module never reads that module's text again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from art7.grammar import syntax
from art7.grammar.diagnostics import Span
from art7.grammar.ir.module import ErrorDeclaration, Module


@dataclass(slots=True)
class Entity:
    """A declared name. `kind` is `struct`, `generic`, `enum`, `const`, `token`, `function`, `identity`,
    `resolve`, `schedule` or `protocol`; `value` is what lowering made of it, `node` its text where users of
    the module need it (generics, functions, tokens)."""

    kind: str
    name: str
    node: Any
    span: Span
    home: ModuleScope
    value: Any = None


@dataclass(slots=True)
class ModuleScope:
    """The names of one module. `uses` maps aliases and full names to modules in use."""

    name: str
    file: str = ""
    entities: dict[str, Entity] = field(default_factory=dict)
    errors: dict[str, ErrorDeclaration] = field(default_factory=dict)
    uses: dict[str, ModuleScope] = field(default_factory=dict)
    encoding: syntax.Encoding | None = None
    module: Module | None = None

    def find(self, parts: tuple[str, ...]) -> Entity | None:
        """Return the entity with that possibly qualified name."""
        if len(parts) == 1:
            return self.entities.get(parts[0])
        scope = self.uses.get(".".join(parts[:-1]))
        if scope is None and ".".join(parts[:-1]) == self.name:
            scope = self
        return scope.entities.get(parts[-1]) if scope is not None else None

    def find_error(self, parts: tuple[str, ...]) -> ErrorDeclaration | None:
        """Return the error with that name: of this module, else (unqualified) of a module in use."""
        if len(parts) > 1:
            scope = self.uses.get(".".join(parts[:-1]))
            return scope.errors.get(parts[-1]) if scope is not None else None
        own = self.errors.get(parts[0])
        if own is not None:
            return own
        for scope in self.uses.values():
            found = scope.errors.get(parts[0])
            if found is not None:
                return found
        return None


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `word`, if any is near; looks at 500 names at most."""
    candidates = [name for name, _ in zip(known, range(500), strict=False)]
    found = get_close_matches(word[:80], candidates, n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """Return a help line: the nearest known name, or `otherwise`."""
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near is not None else otherwise
