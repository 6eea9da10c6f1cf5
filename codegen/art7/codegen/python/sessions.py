"""The sessions of a package: modules handed in that it carries as they are, and the face through which they reach it.

A package with the a7 modules that a session uses gets a folder `sessions` with the session's text, its imports relative,
and `_face.py`: the names of structures and schedules with the classes and functions of this package. Which texts these
are is not known here.
"""

from __future__ import annotations

import ast
import re
from ast import literal_eval
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from doctest import DocTestParser
from textwrap import wrap

from art7.codegen.names import PackageNames
from art7.codegen.python.docstrings import docstring, safe
from art7.codegen.python.expressions import quoted
from art7.codegen.python.layout.settle import settled
from art7.codegen.python.schedules import schedule_names
from art7.codegen.render import render
from art7.codegen.views import SessionRow
from art7.grammar.ir.module import Specification
from art7.grammar.ir.plan import Form

FOLDER = "sessions"
"""The folder, and the name of the package, in which they lie."""

SUPPORT = frozenset(("DecodeError", "DeriveError", "EncodeError"))
"""What the face asks of the support module."""


_SAID = "Sessions: what two sides keep between messages. They open no socket and read no clock."
_USAGE = (
    "`FACE` hands a session the messages and schedules of this package. `MemoryStore` is for tests; a store that outlives the "
    "process is `{package}.sessions.durable.FileStore`, or one of your own: any object with the two methods of `Store`. "
    "What a session does not accept is refused with `SessionRefused`, and the session is as it was before."
)


@dataclass(frozen=True, slots=True)
class CarriedModule:
    """A module to be carried: its path below `FOLDER`, its text, the a7 modules that it asks the face for."""

    path: str
    text: str
    uses: frozenset[str] = frozenset()
    is_session: bool = False
    """Whether users ask for it by name."""

    @property
    def name(self) -> str:
        """Its dotted name below `FOLDER`."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def depth(self) -> int:
        """Folders between it and `FOLDER`."""
        return self.path.count("/")


@dataclass(frozen=True, slots=True)
class Carried:
    """Modules to be carried; `home` is the package that their imports begin with."""

    home: str = ""
    modules: tuple[CarriedModule, ...] = ()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.modules)

    def sessions(self) -> list[CarriedModule]:
        """Return those that a user asks for by name."""
        return [each for each in self.modules if each.is_session]


NONE_CARRIED = Carried()
"""A package without sessions."""


def session_files(spec: Specification, names: PackageNames, carried: Carried, package: str) -> dict[str, str]:
    """Return path → text of what is generated for `carried` below `FOLDER`: nothing where nothing is carried."""
    if not carried:
        return {}
    rows = [f"{row.name}: {safe(row.doc)}." for row in session_rows(carried)]
    head = docstring(_SAID, [*rows, "", *wrap(_USAGE.replace("{package}", package), 96)])
    uses = sorted(frozenset[str]().union(*(each.uses for each in carried.modules)))
    records = [*_records(spec, names, uses)]
    schedules = [*_schedules(spec, names, uses)]
    face = _page("face.py.jinja", records=_table(records), schedules=_table(schedules))
    return {
        f"{FOLDER}/__init__.py": _page("sessions.py.jinja", docstring=head),
        f"{FOLDER}/_face.py": settled(face),
    }


def carried_files(carried: Carried, package: str) -> dict[str, str]:
    """Return path → text of the modules as `package` has them: as they were, but for the names of packages."""
    return {f"{FOLDER}/{each.path}": _moved(each, carried.home, package) for each in carried.modules}


def session_folders(carried: Carried) -> list[str]:
    """Return the dotted names of the packages below the project's own."""
    inner = {each.path.rpartition("/")[0].replace("/", ".") for each in carried.modules}
    return sorted(f"{FOLDER}.{name}".rstrip(".") for name in inner)


def session_rows(carried: Carried) -> list[SessionRow]:
    """Return a row for each session."""
    return [SessionRow(each.name, _said(each.text)) for each in carried.sessions()]


def session_example(carried: Carried, package: str) -> str:
    """Return the first example that a session's documentation gives, ready to run; empty where none does."""
    for each in carried.sessions():
        shown = DocTestParser().get_examples(_documentation(each.text))
        if shown:
            lines = [_statement(one.source.rstrip("\n"), one.want) for one in shown]
            lines = [line.replace(carried.home, f"{package}.{FOLDER}") for line in lines]
            given = [line for line in lines if line.startswith(("import ", "from "))]
            body = "\n".join(line for line in lines if line not in given)
            imports = _example_imports(each, carried.home, package, body)
            return "\n\n".join(part for part in ("\n".join(sorted(given)), imports, body) if part)
    return ""


def _statement(source: str, want: str) -> str:
    """Return a line of an example, with what it gives where that is a plain value."""
    try:
        expected = repr(literal_eval(want.strip())).replace("'", '"') if want.strip() else ""
    except (ValueError, SyntaxError):
        expected = ""
    if not expected:
        return source
    if expected == "True":
        return f"assert {source}"
    return (
        f"assert ({source}) == {expected}"
        if any(sign in source for sign in ",=<>")
        else f"assert {source} == {expected}"
    )


def _example_imports(module: CarriedModule, home: str, package: str, body: str) -> str:
    """Return the imports of what an example takes from its module, each from where it is defined."""
    homes = {"FACE": ""}
    for statement in ast.parse(module.text).body:
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith(f"{home}."):
            below = (statement.module or "").removeprefix(f"{home}.")
            homes |= {alias.asname or alias.name: below for alias in statement.names}
        elif isinstance(statement, ast.ClassDef | ast.FunctionDef):
            homes[statement.name] = module.name
    used: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(body)):
        if isinstance(node, ast.Name) and node.id in homes:
            used.setdefault(homes[node.id], set()).add(node.id)
    places = {below: f"{package}.{FOLDER}.{below}".rstrip(".") for below in used}
    return "\n".join(f"from {places[b]} import {', '.join(sorted(used[b]))}" for b in sorted(used))


def _moved(module: CarriedModule, home: str, package: str) -> str:
    dots = "." * (module.depth + 1)
    name = re.escape(home)
    text = re.sub(rf"^(\s*)from {name}\.", rf"\1from {dots}", module.text, flags=re.MULTILINE)
    text = re.sub(rf"^(\s*)from {name} import", rf"\1from {dots} import", text, flags=re.MULTILINE)
    return re.sub(rf"\b{name}\b", f"{package}.{FOLDER}", text)


def _said(text: str) -> str:
    """Return the first sentence of a module's documentation, without its stop."""
    first = " ".join(_documentation(text).partition("\n\n")[0].split())
    return first.partition(". ")[0].rstrip(".")


def _documentation(text: str) -> str:
    return ast.get_docstring(ast.parse(text)) or ""


def _records(spec: Specification, names: PackageNames, modules: Iterable[str]) -> Iterator[str]:
    for name in modules:
        for record in spec.modules[name].records:
            if record.form is not Form.TUPLE:
                row = (quoted(names.modules[name]), quoted(names.classes[record.name]))
                yield f"    {quoted(record.name)}: ({row[0]}, {row[1]}),"


def _schedules(spec: Specification, names: PackageNames, modules: Iterable[str]) -> Iterator[str]:
    for name in modules:
        module = spec.modules[name]
        for schedule, (function, _) in schedule_names(module).items():
            local = schedule.removeprefix(f"{name}.")
            row = (quoted(f"{names.modules[name]}_keys"), quoted(function))
            yield f"    {quoted(f'{name}.{local}')}: ({row[0]}, {row[1]}),"


def _table(rows: list[str]) -> str:
    return "{\n" + "\n".join(rows) + "\n}" if rows else "{}"


def _page(template: str, **view: str) -> str:
    return render("art7.codegen.python", template, view)
