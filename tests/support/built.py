"""Generated packages in tests: written to a folder, imported under a name of their own, values as plain data."""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from art7.codegen.python.guard import check_python
from art7.codegen.python.package import PackageText, package_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources

_NUMBERS = itertools.count(1)


def specification(text: str) -> Specification:
    """Lower one a7 text that must be right."""
    report = Report()
    spec = load_sources({"test.a7": text}, report)
    assert not report.has_errors, [f"{d.span}: {d.code} {d.message}" for d in report.errors()]
    return spec


def build(spec: Specification, folder: Path) -> tuple[PackageText, str]:
    """Write the package of `spec`; returns it and the name under which its modules can be imported."""
    package = package_text(spec)
    name = f"built_{next(_NUMBERS)}_{abs(hash(str(folder))) % 10_000}"
    here = folder / name
    here.mkdir(parents=True)
    (here / "__init__.py").write_text("")
    for file, text in package.files.items():
        check_python(f"{name}/{file}", text)
        (here / file).write_text(text, encoding="utf-8")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    return package, name


def module(package: str, stem: str) -> ModuleType:
    """Import one module of a built package."""
    return importlib.import_module(f"{package}.{stem}")


def plain(value: Any) -> Any:
    """A value of the SDK as the interpreter shows it: records as dicts, absent members of null ones left out."""
    if type(value).__name__ == "Absent":
        return value
    if hasattr(type(value), "__slots__") and hasattr(value, "_derived"):
        members = {name: getattr(value, name) for name in type(value).__slots__}
        return {name: plain(item) for name, item in members.items() if type(item).__name__ != "Absent"}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return value
