"""What a generator is given: a module file, the name of a catalogue module, an offer's folder or bundle."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from art7.cli.exits import Unusable
from art7.cli.module_files import read_modules
from art7.cli.terminal import escaped
from art7.grammar.diagnostics import Report

if TYPE_CHECKING:
    from art7.grammar.ir.module import Specification


@dataclass(frozen=True, slots=True)
class GeneratorSource:
    """A specification, the name of what it was made from, and the modules that were asked for (not those in use)."""

    specification: Specification
    name: str
    modules: tuple[str, ...]


def read_generator_source(source: str, report: Report) -> GeneratorSource | None:
    """Load `source`; `None` when it has errors, which are in the report. Raises: Unusable when there is none."""
    from art7.grammar.catalogue import catalogue_modules, catalogue_text
    from art7.grammar.load import load_sources

    if os.path.exists(source):
        given: dict[str, str | bytes] = dict(read_modules([source], report))
        name = PurePath(os.path.abspath(source)).name.removesuffix(".a7").partition(".")[0]
    else:
        found = catalogue_text(source)
        if found is None:
            known = sorted(catalogue_modules())
            raise Unusable(
                f"neither a file, a folder nor a catalogue module: `{escaped(source[:60])}`",
                f"the catalogue holds {', '.join(known[:12])}" + (", …" if len(known) > 12 else ""),
            )
        given, name = {found[0]: found[1]}, source
    specification = load_sources(given, report)
    if report.has_errors:
        return None
    files = set(given)
    own = tuple(sorted(module.name for module in specification.modules.values() if module.file in files))
    modules = own or tuple(sorted(specification.modules))
    return GeneratorSource(specification, name if len(modules) > 1 or "." in name else modules[0], modules)
