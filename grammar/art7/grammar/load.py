"""From source texts to a resolved specification: parse, follow `use`, lower in dependency order."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from art7.grammar import syntax as t
from art7.grammar.cache import Cache
from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.collector import collector_paused
from art7.grammar.consequences import Damage, damage_of
from art7.grammar.diagnostics import Diagnostic, Related, Report, Span
from art7.grammar.ir.module import Module, Specification
from art7.grammar.lower import lower
from art7.grammar.parse import parse
from art7.grammar.passes.findings import Findings
from art7.grammar.passes.scopes import ModuleScope, did_you_mean
from art7.grammar.source import decode_source, read_source

MODULES = 2_000
"""Most modules of one specification."""


def load_paths(paths: Iterable[Path | str], report: Report, *, catalogue: bool = True) -> Specification:
    """Return the specification of files and folders of files; unreadable ones are reported.

    A file that several paths lead to is read once and shows as its first spelling.
    """
    sources: dict[str, str | bytes] = {}
    seen: set[str] = set()
    for path in paths:
        here = Path(path)
        found = sorted(x for x in here.rglob("*.a7") if x.is_file()) if here.is_dir() else [here]
        for file in found:
            place = os.path.realpath(file)
            if place in seen:
                continue
            seen.add(place)
            text = read_source(file, report)
            if text is not None:
                sources[str(file)] = text
    return load_sources(sources, report, catalogue=catalogue)


def load_sources(
    sources: Mapping[str, str | bytes], report: Report, *, catalogue: bool = True
) -> Specification:
    """Return the specification of `sources` (file name → text) and of all they use.

    Modules in use are looked for among the sources, then in the catalogue. What is wrong is reported, never
    raised; what could be resolved is in the result.
    """
    with collector_paused():
        return Loader(report, catalogue).load(sources)


@dataclass(frozen=True, slots=True)
class Use:
    """A `use`, as far as loading needs it: kept in the cache too."""

    module: str
    alias: str
    span: Span


@dataclass(slots=True)
class Source:
    """One module's text. `tree` is `None` while the cache is expected to know it already."""

    name: str
    file: str
    text: str
    uses: tuple[Use, ...]
    span: Span
    tree: t.Module | None
    faults: tuple[Diagnostic, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether all of the text could be read."""
        return not self.faults


class Loader:
    """One run of loading."""

    def __init__(self, report: Report, catalogue: bool) -> None:
        self.report = report
        self.catalogue = catalogue
        self.cache = Cache.open()
        self.sources: dict[str, Source] = {}
        self.scopes: dict[str, ModuleScope] = {}
        self.keys: dict[str, str | None] = {}
        self.damage: dict[str, Damage] = {}

    def load(self, sources: Mapping[str, str | bytes]) -> Specification:
        """Load everything."""
        for file, source in sources.items():
            text = source if isinstance(source, str) else decode_source(source, file, self.report)
            if text is not None:
                self._take(text, file)
        modules: dict[str, Module] = {}
        for name in self._ordered():
            module = self._lowered(self.sources[name])
            if module is not None:
                modules[name] = module
        origins = {name: (modules[name], key) for name, key in self.keys.items() if key and name in modules}
        return Specification(modules, origins, {name: self.sources[name].text for name in modules})

    def _take(self, text: str, file: str) -> None:
        """Remember one text's module; one that the cache knows need not be parsed."""
        head_key = self.cache.key("head", file, text)
        head = self.cache.get(head_key)
        if isinstance(head, tuple) and len(head) == 3:
            self.report.sources.setdefault(file, text)
            source = Source(head[0], file, text, head[1], head[2], None)
        else:
            found = self._parsed(text, file)
            if found is None:
                return
            source = found
            if source.clean:
                self.cache.put(head_key, (source.name, source.uses, source.span))
        known = self.sources.get(source.name)
        if known is not None:
            other = Related("first here", known.span)
            message = f"module `{source.name}` is given twice"
            advice = "rename or leave out one of them"
            self.report.add("A7-N030", message, source.span, help=advice, related=(other,))
            return
        self.sources[source.name] = source

    def _parsed(self, text: str, file: str) -> Source | None:
        before = len(self.report.diagnostics)
        tree = parse(text, file, self.report)
        if tree is None:
            return None
        uses = tuple(
            Use(
                item.module.text,
                item.alias.text if item.alias is not None else item.module.parts[-1].text,
                item.module.span,
            )
            for item in tree.items
            if isinstance(item, t.Use)
        )
        faults = tuple(self.report.diagnostics[before:])
        return Source(tree.name.text, file, text, uses, tree.name.span, tree, faults)

    # ---- order ----

    def _ordered(self) -> list[str]:
        """Return module names, those in use before their users; catalogue modules are fetched on the way."""
        order: list[str] = []
        state: dict[str, int] = {}
        for root in list(self.sources):
            stack: list[tuple[str, int]] = [(root, 0)]
            while stack:
                name, position = stack.pop()
                if position == 0:
                    if state.get(name):
                        continue
                    state[name] = 1
                uses = self.sources[name].uses
                if position < len(uses):
                    stack.append((name, position + 1))
                    target = uses[position].module
                    if state.get(target) == 1:
                        self._report_ring(uses[position], [x for x, _ in stack], target)
                    elif not state.get(target) and self._present(uses[position]):
                        stack.append((target, 0))
                    continue
                state[name] = 2
                order.append(name)
        return order

    def _present(self, use: Use) -> bool:
        """Whether a module in use is there; fetches it from the catalogue."""
        name = use.module
        if name in self.sources:
            return True
        found = catalogue_text(name) if self.catalogue and len(self.sources) < MODULES else None
        if found is not None:
            text = decode_source(found[1], found[0], self.report)
            if text is not None:
                self._take(text, found[0])
        if name in self.sources:
            return True
        if any(
            (found.span.file, found.span.line) == (use.span.file, use.span.line)
            for found in self.report.diagnostics
        ):
            return False
        known = [*self.sources, *(catalogue_modules() if self.catalogue else ())]
        advice = did_you_mean(name, known, "give its file too, or correct the name")
        self.report.add("A7-N031", f"unknown module `{name}`", use.span, help=advice)
        return False

    def _report_ring(self, use: Use, path: list[str], target: str) -> None:
        ring = [*path[path.index(target) :], target] if target in path else [target, target]
        chain = " uses ".join(f"`{name}`" for name in ring)
        self.report.add(
            "A7-N032", f"modules use one another: {chain}", use.span, help="move what both need to a third"
        )

    # ---- lowering ----

    def _lowered(self, source: Source) -> Module | None:
        """Return the module of a source, from the cache when nothing that it depends on has changed."""
        scope = ModuleScope(source.name, source.file)
        clean = self._link(source, scope) and source.clean
        key = self._key(source) if clean else None
        kept = self.cache.get(key) if key is not None else None
        if isinstance(kept, ModuleScope) and kept.name == source.name and kept.module is not None:
            kept.uses = scope.uses
            self.scopes[source.name] = kept
            self.keys[source.name] = key
            return kept.module
        if source.tree is None:
            found = self._parsed(source.text, source.file)
            if found is None or found.tree is None:
                return None
            source.tree = found.tree
        before = len(self.report.diagnostics)
        self.scopes[source.name] = scope
        scope.encoding = source.tree.encoding
        module = lower(source.tree, scope, self.report)
        told = self.report.diagnostics[before:]
        lost = [self.damage[use.module] for use in source.uses if use.module in self.damage]
        lost += [Damage(frozenset({use.alias})) for use in source.uses if use.module not in self.scopes]
        if not clean or lost:
            damage = self.damage[source.name] = damage_of(source.text, source.tree, source.faults, lost)
            told = damage.unexplained(told)
        self.report.diagnostics[before:] = sorted(told, key=_place)
        if key is not None and len(self.report.diagnostics) == before:
            self.keys[source.name] = key
            self._keep(key, scope)
        return module

    def _link(self, source: Source, scope: ModuleScope) -> bool:
        """Give a scope the modules in use; returns whether all are there."""
        findings = Findings(self.report)
        complete = True
        for use in source.uses:
            target = self.scopes.get(use.module)
            if target is None:
                complete = False
                continue
            if scope.uses.get(use.alias, target) is not target:
                message = f"two modules are called `{use.alias}` here"
                findings.add("A7-N033", message, use.span, "write `use … as another_name`")
                complete = False
                continue
            scope.uses[use.alias] = target
            scope.uses[use.module] = target
        return complete

    def _key(self, source: Source) -> str | None:
        """Return the key of a module and all it depends on, `None` when a module in use is not kept."""
        keys = [self.keys.get(use.module) for use in source.uses]
        if any(key is None for key in keys):
            return None
        return self.cache.key("module", source.file, source.text, *(key or "" for key in keys))

    def _keep(self, key: str, scope: ModuleScope) -> None:
        """Keep a scope without the modules in use: those have entries of their own."""
        uses, scope.uses = scope.uses, {}
        self.cache.put(key, scope)
        scope.uses = uses


def _place(found: Diagnostic) -> tuple[str, int, int]:
    return found.span.file, found.span.line, found.span.column


CODES = {
    "A7-N030": (
        "module given twice",
        "Two files declare the same module.",
        "Rename or leave out one of them.",
    ),
    "A7-N031": (
        "unknown module",
        "Neither the given files nor the catalogue hold it.",
        "Give its file, or correct the name.",
    ),
    "A7-N032": (
        "modules that use one another",
        "The order of resolution is that of use.",
        "Move what both need to a third module.",
    ),
    "A7-N033": ("two modules under one name", "An alias names one module.", "Write `use … as another_name`."),
}
"""Code → title, explanation, next step."""
