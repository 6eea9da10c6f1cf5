"""SDK modules made for measuring, from the catalogue."""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path
from types import ModuleType

from art7.codegen.names import package_names
from art7.codegen.python.module_text import module_source
from art7.codegen.python.package import VENDORED
from art7.codegen.python.vendoring import vendored
from art7.grammar.catalogue import catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources

PREFIX = "art7_bench_"


def write_package(spec: Specification, folder: Path) -> None:
    """Write the codec modules of `spec` and what they stand on into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    names = package_names(spec)
    support: set[str] = set()
    for module in spec.modules.values():
        text = module_source(spec, module, names)
        support |= text.support
        (folder / f"{text.stem}.py").write_text(text.fast, encoding="utf-8")
        (folder / f"{text.explain_stem}.py").write_text(text.explain, encoding="utf-8")
    imports, body = vendored(support, VENDORED)
    head = '"""What the codecs stand on."""\n\nfrom __future__ import annotations\n\n'
    (folder / "_support.py").write_text(head + "\n".join(imports) + "\n\n\n" + body, encoding="utf-8")
    (folder / "__init__.py").write_text('"""Codecs made for measuring."""\n', encoding="utf-8")


def sdk_module(name: str) -> ModuleType:
    """Return the generated module of the catalogue's a7 module `name`, imported from a folder of its own."""
    found = catalogue_text(name)
    assert found is not None, f"the catalogue has no {name}"
    spec = load_sources(dict([found]), Report())
    package = PREFIX + name.replace(".", "_")
    root = Path(tempfile.mkdtemp(prefix="art7-bench-"))
    write_package(spec, root / package)
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    return importlib.import_module(f"{package}.{package_names(spec).modules[name]}")
