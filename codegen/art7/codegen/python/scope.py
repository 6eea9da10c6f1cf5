"""What one generated module needs from outside its records: imports and prebuilt `struct` objects.

Emitters ask a scope for a name and get text to use; the scope remembers what must stand at the module's
head. Everything is printed sorted, so the order of asking decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from art7.codegen.names import PackageNames
from art7.grammar.ir.module import Module, Specification
from art7.grammar.ir.plan import Record

SUPPORT = "_support"
"""Stem of the vendored support module."""


@dataclass(slots=True)
class ModuleScope:
    """The head of one module of the package; `explain` says which of the twins."""

    spec: Specification
    module: Module
    names: PackageNames
    explain: bool = False
    records: dict[str, Record] = field(default_factory=dict)
    """Every record of the specification, by qualified name."""
    _imports: set[str] = field(default_factory=set)
    _siblings: dict[str, set[str]] = field(default_factory=dict)
    _structs: dict[str, str] = field(default_factory=dict)
    _constants: dict[str, str] = field(default_factory=dict)

    def standard(self, module: str) -> str:
        """Import the standard library's `module`; returns its name."""
        self._imports.add(module)
        return module

    def support(self, name: str) -> str:
        """Import `name` from the vendored support module; returns the name to use."""
        return self.sibling(SUPPORT, name)

    def sibling(self, stem: str, name: str) -> str:
        """Import `name` from another module of the package; returns the name to use."""
        self._siblings.setdefault(stem, set()).add(name)
        return name

    def stem(self, module: str) -> str:
        """Return the file stem of an a7 module, of its careful twin in a careful module."""
        stem = self.names.modules[module]
        return f"_{stem}_explain" if self.explain else stem

    def class_of(self, name: str) -> str:
        """Return the class (or alias) of the record or enum with qualified `name`, imported where needed."""
        text = self.names.classes[name]
        owner = self.names.owners[name]
        if owner == self.module.name:
            return text
        stem = self.names.modules[owner]
        alias = f"{text}_{stem}" if text in self._own_classes() else text
        self._siblings.setdefault(stem, set()).add(text if alias == text else f"{text} as {alias}")
        return alias

    def _own_classes(self) -> set[str]:
        owners = self.names.owners
        return {text for name, text in self.names.classes.items() if owners[name] == self.module.name}

    def function(self, verb: str, record: str) -> str:
        """Return the private function `verb` of a record (`decode`, `encode`, …), imported where needed."""
        text = f"_{verb}_{self.names.functions[record]}"
        owner = self.names.owners[record]
        if owner == self.module.name:
            return text
        stem = self.stem(owner)
        alias = f"{text}_of_{self.names.modules[owner]}"
        self._siblings.setdefault(stem, set()).add(f"{text} as {alias}")
        return alias

    def unpack(self, codes: str, little: bool = False) -> str:
        """Return the name of a prebuilt `unpack_from` for struct `codes`."""
        return self._struct("unpack", codes, little, "unpack_from")

    def pack(self, codes: str, little: bool = False) -> str:
        """Return the name of a prebuilt `pack` for struct `codes`."""
        return self._struct("pack", codes, little, "pack")

    def _struct(self, verb: str, codes: str, little: bool, method: str) -> str:
        name = f"_{verb}_{codes}{'_le' if little else ''}"
        if name not in self._structs:
            self._structs[name] = f'struct.Struct("{"<" if little else ">"}{codes}").{method}'
            self._imports.add("struct")
        return name

    def constant(self, name: str, text: str) -> str:
        """Put `name = text` at the module's head; returns `name`. The same name must mean the same text."""
        assert self._constants.setdefault(name, text) == text, f"two meanings of {name}"
        return name

    def head(self) -> str:
        """Return the import and constant lines of the module, sorted as isort does."""
        parts = []
        plain = sorted(self._imports)
        if plain:
            parts.append("\n".join(f"import {name}" for name in plain))
        if self._siblings:
            parts.append("\n".join(self._from(stem) for stem in sorted(self._siblings)))
        constants = [f"{name} = {text}" for name, text in sorted({**self._structs, **self._constants}.items())]
        if constants:
            parts.append("\n".join(constants))
        return "\n\n".join(parts)

    def _from(self, stem: str) -> str:
        names = sorted(self._siblings[stem], key=_import_key)
        line = f"from .{stem} import {', '.join(names)}"
        if len(line) <= 110:
            return line
        return f"from .{stem} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def _import_key(name: str) -> tuple[int, str]:
    """isort's order: CONSTANTS, then Classes, then functions."""
    bare = name.split(" ")[0]
    plain = bare.lstrip("_")
    rank = 0 if bare.isupper() and len(bare) > 1 else 1 if bare[:1].isupper() else 2
    return (rank, bare if rank != 2 else f"{'_' if plain != bare else ''}{plain}")
