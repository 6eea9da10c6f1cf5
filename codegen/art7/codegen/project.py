"""An SDK as an installable project: files by path, nothing written.

The package holds a module per a7 module; beside it stand what a user reads (README with examples that run),
what a packager needs and the test vectors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from art7.codegen.names import identifier
from art7.codegen.python.docstrings import docstring, safe
from art7.codegen.python.examples import examples
from art7.codegen.python.expressions import quoted
from art7.codegen.python.guard import check_python
from art7.codegen.python.layout.settle import settled
from art7.codegen.python.package import PackageText, package_text
from art7.codegen.python.sessions import (
    NONE_CARRIED,
    SUPPORT,
    Carried,
    carried_files,
    session_example,
    session_files,
    session_folders,
    session_rows,
)
from art7.codegen.python.shape_tables import records_table, roles_table, schedules_table, stems_table
from art7.codegen.render import render
from art7.codegen.vectors.generate import generate_vectors, vector_file_text
from art7.codegen.views import ModuleRow, ProjectView, SessionRow, markdown_code, markdown_text, toml_text
from art7.grammar.ir.module import Specification

_TEMPLATES = "art7.codegen.python"
_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*")


def generate_python(
    spec: Specification,
    source_name: str,
    *,
    vectors: Mapping[str, Any] | None = None,
    modules: Iterable[str] | None = None,
    carried: Carried = NONE_CARRIED,
) -> dict[str, str]:
    """Return path → text of the SDK project of `spec`; same input, same bytes.

    `source_name` names the project (a module, an offer); `modules` are those it was made for (default: all),
    `vectors` those to ship (default: made here), `carried` the sessions that the package gets.
    Raises `guard.Ungenerated` when a generator is at fault.
    """
    package = package_text(spec, SUPPORT if carried else frozenset())
    chosen = sorted(spec.modules if modules is None else modules)
    view = _view(spec, package, source_name, chosen, carried)
    files = {
        f"{view.package}/__init__.py": _page(
            "__init__.py.jinja",
            docstring=docstring(safe(view.title) or "An SDK made by art7."),
            version=quoted(view.version),
        ),
        f"{view.package}/adapter.py": _page(
            "adapter.py.jinja", package=view.package, quoted_package=quoted(view.package)
        ),
        f"{view.package}/_doors.py": _page("_doors.py.jinja"),
        f"{view.package}/testing.py": _page("testing.py.jinja"),
        f"{view.package}/_shapes.py": settled(
            _page(
                "_shapes.py.jinja",
                version=quoted(view.version),
                records=records_table(spec, package.names),
                stems=stems_table(spec, package.names),
                schedules=schedules_table(spec, package.names),
                roles=roles_table(spec, package.names),
            )
        ),
    }
    for name, text in (package.files | session_files(spec, package.names, carried, view.package)).items():
        files[f"{view.package}/{name}"] = text
    for path in sorted(files):
        if path.endswith(".py"):
            check_python(path, files[path])
    for name, text in carried_files(carried, view.package).items():  # our own: nothing of `spec` is in them
        files[f"{view.package}/{name}"] = text
    files |= _project_pages(view, [f"{view.package}.{name}" for name in session_folders(carried)])
    made = generate_vectors(spec, chosen) if vectors is None else vectors
    for path, content in made.items():
        files[f"vectors/{path}"] = vector_file_text(content)
    return dict(sorted(files.items()))


def project_names(source_name: str) -> tuple[str, str]:
    """Return (distribution, package) of the project made from a module or offer of that name."""
    last = source_name.rpartition(".")[2] or source_name
    stem = identifier(re.sub(r"[^A-Za-z0-9]+", "_", last).strip("_").lower() or "offer")[:60].strip("_")
    return f"{stem.replace('_', '-')}-sdk", f"{stem}_sdk"


def _view(
    spec: Specification, package: PackageText, source: str, chosen: list[str], carried: Carried
) -> ProjectView:
    distribution, name = project_names(source)
    rows = []
    for module_name in sorted(spec.modules):
        module = spec.modules[module_name]
        types = ", ".join(markdown_code(record.name) for record in module.records if record.kind == "message")
        rows.append(
            ModuleRow(
                package.names.modules[module_name],
                markdown_code(module_name),
                markdown_text(module.version, 40),
                markdown_text(module.doc) or "",
                types,
            )
        )
    first = spec.modules.get(chosen[0]) if chosen else None
    given = first.version if first is not None and len(chosen) == 1 else ""
    version = given if _VERSION.fullmatch(given) else "1.0"
    title = first.doc if first is not None and len(chosen) == 1 and first.doc else f"SDK of {source}."
    shown = examples(spec, package.names, name, chosen)
    return ProjectView(
        distribution,
        name,
        version,
        title,
        source,
        tuple(rows),
        package.needs_cryptography,
        shown.use,
        shown.refusal,
        shown.stream,
        shown.peek,
        shown.schedule,
        shown.role,
        any(module.schedules for module in spec.modules.values()),
        any(protocol.roles for module in spec.modules.values() for protocol in module.protocols),
        tuple(SessionRow(row.name, markdown_text(row.doc)) for row in session_rows(carried)),
        session_example(carried, name),
    )


def _page(template: str, **view: Any) -> str:
    return render(_TEMPLATES, template, view)


def _project_pages(view: ProjectView, inner: list[str]) -> dict[str, str]:
    shown = replace(view, title=markdown_text(view.title) or "An SDK.", source=markdown_code(view.source))
    needs = "on `cryptography` alone" if view.needs_cryptography else "without dependencies"
    return {
        "pyproject.toml": _page(
            "pyproject.toml.jinja",
            toml_name=toml_text(view.distribution),
            toml_version=toml_text(view.version),
            toml_title=toml_text(" ".join(view.title.split())[:200]) if view.title.strip() else '"An SDK."',
            toml_packages=", ".join(toml_text(name) for name in (view.package, *inner)),
            dependencies='"cryptography>=45"' if view.needs_cryptography else "",
        ),
        "README.md": _page("README.md.jinja", project=shown, needs=needs),
        "MANIFEST.in": "graft vectors\ninclude CHANGELOG.md LICENSE README.md\n",
        "CHANGELOG.md": _page("CHANGELOG.md.jinja", project=shown),
        "LICENSE": _page("LICENSE.jinja"),
    }
