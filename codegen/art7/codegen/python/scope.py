"""What one generated module needs from outside its records: imports and prebuilt `struct` objects.

Emitters ask a scope for a name and get text to use; the scope remembers what must stand at the module's
head. Everything is printed sorted, so the order of asking decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from art7.codegen.names import PackageNames
from art7.codegen.python.builtin_calls import PYTHONS_OWN
from art7.codegen.python.endings import Endings
from art7.codegen.python.expressions import quoted
from art7.codegen.python.record_facts import FactsOf, walk_steps
from art7.grammar.ir.module import Enum, Module, Specification
from art7.grammar.ir.plan import CallRecord, Carrier, Record

SUPPORT = "_support"
"""Stem of the vendored support module."""

CROWD = 80
"""The most records of a module whose messages are decoded and encoded in their methods, all they hold copied in.

That saves a call for each record and message; beyond, a module would take long to make and to import.
"""


@dataclass(slots=True)
class Shared:
    """What the modules of one package know of its records, worked out once."""

    records: dict[str, Record]
    encodings: dict[str, Encoding] = field(default_factory=dict)
    written: dict[str, bool] = field(default_factory=dict)
    own_classes: dict[str, frozenset[str]] = field(default_factory=dict)
    """Module → the names of its classes."""
    _enums: dict[str, Enum] | None = None
    _facts: FactsOf | None = None
    _endings: Endings | None = None

    def enums(self, spec: Specification) -> dict[str, Enum]:
        """Return every enum of the specification, by qualified name."""
        if self._enums is None:
            self._enums = {enum.name: enum for module in spec.modules.values() for enum in module.enums}
        return self._enums

    def facts(self) -> FactsOf:
        """Return the facts of every record, worked out as asked."""
        if self._facts is None:
            self._facts = FactsOf(self.records)
        return self._facts

    def endings(self) -> Endings:
        """Return where every record ends."""
        if self._endings is None:
            self._endings = Endings(self.records)
        return self._endings


@dataclass(frozen=True, slots=True)
class Encoding:
    """A record's encoding function: whether it is complete, the records whose functions it calls.

    `scope` is what its text needs; without text it is not printed at all.
    """

    complete: bool
    calls: frozenset[str] = frozenset()
    text: str = ""
    scope: ModuleScope | None = None


@dataclass(slots=True)
class ModuleScope:
    """The head of one module of the package; `explain` says which of the twins."""

    spec: Specification
    module: Module
    names: PackageNames
    explain: bool = False
    records: dict[str, Record] = field(default_factory=dict)
    """Every record of the specification, by qualified name."""
    shared: Shared | None = None
    """What is known of `records`, where other modules have asked for it."""
    _imports: set[str] = field(default_factory=set)
    _siblings: dict[str, set[str]] = field(default_factory=dict)
    _from_standard: dict[str, set[str]] = field(default_factory=dict)
    _structs: dict[str, str] = field(default_factory=dict)
    _constants: dict[str, str] = field(default_factory=dict)

    _called: set[str] = field(default_factory=set)
    _requested: dict[str, set[str]] = field(default_factory=dict)
    encoders: set[str] = field(default_factory=set)
    """Records whose encoding functions have been called by what is being printed."""

    @property
    def is_crowded(self) -> bool:
        """Whether methods call the functions of their records, so that no body is printed twice."""
        return len(self.module.records) > CROWD

    def facts(self) -> FactsOf:
        """Return the facts of every record, worked out as asked."""
        return self._known().facts()

    def endings(self) -> Endings:
        """Return where every record ends."""
        return self._known().endings()

    def enum(self, name: str) -> Enum | None:
        """Return the enum with qualified `name`."""
        return self._known().enums(self.spec).get(name)

    def alone(self, module: str) -> ModuleScope:
        """Return a scope for a module, to try what its functions need; what is printed there is thrown away."""
        shared = self._known()
        return ModuleScope(
            self.spec, self.spec.modules[module], self.names, records=self.records, shared=shared
        )

    def take(self, other: ModuleScope) -> None:
        """Import and ask for what a scope of the same module does, whose text is kept."""
        self._imports |= other._imports
        for mine, others in (
            (self._siblings, other._siblings),
            (self._from_standard, other._from_standard),
            (self._requested, other._requested),
        ):
            for name, each in others.items():
                mine.setdefault(name, set()).update(each)
        self._structs |= other._structs
        self._constants |= other._constants
        self.encoders |= other.encoders

    @property
    def encodings(self) -> dict[str, Encoding]:
        """The encoding functions of all modules, as far as they are printed."""
        return self._known().encodings

    @property
    def written(self) -> dict[str, bool]:
        """Whether a record's encoding function, and all that it calls, write every value, where that is known."""
        return self._known().written

    def _known(self) -> Shared:
        if self.shared is None:
            self.shared = Shared(self.records)
        return self.shared

    def requested(self) -> dict[str, frozenset[str]]:
        """Return the records of the module whose functions are asked for, and by which verbs.

        What records of other modules call counts as asked for: they are printed apart.
        """
        found = {name: set(verbs) for name, verbs in self._requested.items()}
        for name in self._called_from_elsewhere():
            found.setdefault(name, set()).update(("decode", "encode"))
        return {name: frozenset(verbs) for name, verbs in found.items()}

    def _called_from_elsewhere(self) -> set[str]:
        if not self._called:
            owners = self.names.owners
            self._called.add("")
            for record in self.records.values():
                if owners[record.name] != self.module.name:
                    self._called.update(step.record for step in _calls(record))
        return {name for name in self._called if owners_of(self.names, name) == self.module.name}

    def standard(self, module: str) -> str:
        """Import the standard library's `module`; returns its name."""
        self._imports.add(module)
        return module

    def support(self, name: str) -> str:
        """Import `name` from the vendored support module, unless it is Python's own; returns the name to use."""
        if name in PYTHONS_OWN:
            return name
        names = self._siblings.get(SUPPORT)
        if names is None:
            names = self._siblings[SUPPORT] = set()
        names.add(name)
        return name

    def support_names(self) -> frozenset[str]:
        """Return what the module imports from the support module."""
        return frozenset(self._siblings.get(SUPPORT, ()))

    def sibling_any(self) -> None:
        """Import `Any`."""
        self._from_standard.setdefault("typing", set()).add("Any")

    def from_standard(self, module: str, name: str) -> str:
        """Import `name` from the standard library's `module`; returns the name."""
        self._from_standard.setdefault(module, set()).add(name)
        return name

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

    def _own_classes(self) -> frozenset[str]:
        own, known = self.module.name, self._known().own_classes
        if own not in known:
            owners = self.names.owners
            known[own] = frozenset(text for name, text in self.names.classes.items() if owners[name] == own)
        return known[own]

    def function(self, verb: str, record: str) -> str:
        """Return the private function `verb` of a record (`decode`, `encode`, …), imported where needed."""
        text = f"_{verb}_{self.names.functions[record]}"
        if verb in ("decode", "encode") and self.records[record].carrier is Carrier.TREE:
            text += "_octets"
        owner = self.names.owners[record]
        self._requested.setdefault(record, set()).add(verb)
        if verb == "encode":
            self.encoders.add(record)
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

    def matcher(self, pattern: str) -> str:
        """Return the name of what matches the whole of a text, at the module's head."""
        self.standard("re")
        mark = sha256(pattern.encode()).hexdigest()[:8]
        return self.constant(f"_matches_{mark}", f"re.compile({quoted(pattern)}, re.ASCII).fullmatch")

    def head(self) -> str:
        """Return the import and constant lines of the module, sorted as isort does."""
        parts = []
        lines = [f"import {name}" for name in sorted(self._imports)]
        for module in sorted(self._from_standard):
            lines.append(
                f"from {module} import {', '.join(sorted(self._from_standard[module], key=_import_key))}"
            )
        if lines:
            parts.append("\n".join(lines))
        if self._siblings:
            parts.append("\n".join(self._from(stem) for stem in sorted(self._siblings)))
        constants = [
            f"{name} = {text}" for name, text in sorted({**self._structs, **self._constants}.items())
        ]
        if constants:
            parts.append("\n".join(constants))
        return "\n\n".join(parts)

    def _from(self, stem: str) -> str:
        names = sorted(self._siblings[stem], key=_import_key)
        line = f"from .{stem} import {', '.join(names)}"
        if len(line) <= 110:
            return line
        return f"from .{stem} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def owners_of(names: PackageNames, record: str) -> str | None:
    """Return the module that holds a record."""
    return names.owners.get(record)


def _calls(record: Record) -> list[CallRecord]:
    if record.carrier is not Carrier.OCTETS:
        return []
    return [step for step in walk_steps(record.body) if isinstance(step, CallRecord)]


def _import_key(name: str) -> tuple[int, str]:
    """isort's order: CONSTANTS, then Classes, then functions."""
    bare = name.split(" ")[0]
    plain = bare.lstrip("_")
    rank = 0 if bare.isupper() and len(bare) > 1 else 1 if bare[:1].isupper() else 2
    return (rank, bare if rank != 2 else f"{'_' if plain != bare else ''}{plain}")
