"""From source texts to a resolved specification: parse, follow `use`, lower in dependency order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from art7.grammar import syntax as t
from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import Diagnostic, Related, Report
from art7.grammar.ir.module import Module, Specification
from art7.grammar.lower import lower
from art7.grammar.parse import parse
from art7.grammar.passes.findings import Findings
from art7.grammar.passes.scopes import ModuleScope, did_you_mean
from art7.grammar.source import decode_source, read_source

MODULES = 2_000
"""Most modules of one specification."""


def load_paths(paths: Iterable[Path | str], report: Report, *, catalogue: bool = True) -> Specification:
    """Return the specification of files and folders of files; unreadable ones are reported."""
    sources: dict[str, str | bytes] = {}
    for path in paths:
        here = Path(path)
        found = sorted(x for x in here.rglob("*.a7") if x.is_file()) if here.is_dir() else [here]
        for file in found:
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
    return Loader(report, catalogue).load(sources)


class Loader:
    """One run of loading."""

    def __init__(self, report: Report, catalogue: bool) -> None:
        self.report = report
        self.catalogue = catalogue
        self.trees: dict[str, t.Module] = {}
        self.files: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.scopes: dict[str, ModuleScope] = {}
        self.digests: dict[str, str] = {}
        self.headers: dict[str, tuple[str, ...]] = {}

    def load(self, sources: Mapping[str, str | bytes]) -> Specification:
        """Load everything."""
        self.sources = sources
        for file, source in sources.items():
            text = source if isinstance(source, str) else decode_source(source, file, self.report)
            if text is not None:
                self._take(text, file)
        modules: dict[str, Module] = {}
        for name in self._ordered():
            module = self._lowered(name)
            if module is not None:
                modules[name] = module
        return Specification(modules)

    def _take(self, text: str, file: str) -> None:
        """Parse one text and remember its module; a cached one need not be parsed."""
        tree = parse(text, file, self.report)
        if tree is None:
            return
        name = tree.name.text
        if name in self.trees:
            other = Related("first here", self.trees[name].name.span)
            message = f"module `{name}` is given twice"
            self.report.add(
                "A7-N030", message, tree.name.span, help="rename or leave out one of them", related=(other,)
            )
            return
        self.trees[name], self.files[name], self.texts[name] = tree, file, text

    # ---- order ----

    def _ordered(self) -> list[str]:
        """Return module names, those in use before their users; catalogue modules are fetched on the way."""
        order: list[str] = []
        state: dict[str, int] = {}
        for root in list(self.trees):
            stack: list[tuple[str, int]] = [(root, 0)]
            while stack:
                name, position = stack.pop()
                if position == 0:
                    if state.get(name):
                        continue
                    state[name] = 1
                uses = self._uses(name)
                if position < len(uses):
                    stack.append((name, position + 1))
                    target = uses[position].module.text
                    if state.get(target) == 1:
                        self._report_ring(uses[position], [x for x, _ in stack], target)
                    elif not state.get(target) and self._present(uses[position]):
                        stack.append((target, 0))
                    continue
                state[name] = 2
                order.append(name)
        return order

    def _uses(self, name: str) -> list[t.Use]:
        return [item for item in self.trees[name].items if isinstance(item, t.Use)]

    def _present(self, use: t.Use) -> bool:
        """Whether a module in use is there; fetches it from the catalogue."""
        name = use.module.text
        if name in self.trees:
            return True
        found = catalogue_text(name) if self.catalogue and len(self.trees) < MODULES else None
        if found is not None:
            text = decode_source(found[1], found[0], self.report)
            if text is not None:
                self._take(text, found[0])
        if name in self.trees:
            return True
        known = [*self.trees, *(catalogue_modules() if self.catalogue else ())]
        advice = did_you_mean(name, known, "give its file too, or correct the name")
        self.report.add("A7-N031", f"unknown module `{name}`", use.module.span, help=advice)
        return False

    def _report_ring(self, use: t.Use, path: list[str], target: str) -> None:
        ring = [*path[path.index(target) :], target] if target in path else [target, target]
        chain = " uses ".join(f"`{name}`" for name in ring)
        self.report.add(
            "A7-N032", f"modules use one another: {chain}", use.span, help="move what both need to a third"
        )

    # ---- lowering ----

    def _lowered(self, name: str) -> Module | None:
        tree = self.trees[name]
        scope = ModuleScope(name, self.files[name])
        scope.encoding = tree.encoding
        findings = Findings(self.report)
        for use in self._uses(name):
            target = self.scopes.get(use.module.text)
            if target is None:
                continue
            alias = use.alias.text if use.alias is not None else use.module.parts[-1].text
            if alias in scope.uses and scope.uses[alias] is not target:
                message = f"two modules are called `{alias}` here"
                findings.add("A7-N033", message, use.span, "write `use … as another_name`")
                continue
            scope.uses[alias] = target
            scope.uses[use.module.text] = target
        self.scopes[name] = scope
        before = len(self.report.diagnostics)
        module = lower(tree, scope, self.report)
        self.report.diagnostics[before:] = sorted(self.report.diagnostics[before:], key=_place)
        return module


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
