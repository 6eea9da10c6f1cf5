"""Copy what a package needs out of the vendored modules into one support module.

The vendored modules are ordinary, typed and tested modules of this room, or of the interpreter's `shared` builtins.
A package gets one file with the definitions it names and whatever those use, in the order in which they stand here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from symtable import symtable

PACKAGES = ("art7.codegen.python.vendored", "art7.interpreter.functions.shared")
"""Where modules lie whose text packages are given."""
_NAMED = re.compile(r"^(?:def|class) (\w+)|^(\w+(?:, \w+)*)(?:: [^=\n]+)? =", re.ASCII | re.MULTILINE)


@dataclass(frozen=True)
class _Definition:
    """One top-level statement with its comments, decorators and documentation: the names it binds, its text."""

    names: tuple[str, ...]
    text: str

    @cached_property
    def uses(self) -> frozenset[str]:
        """The names it takes from its module; read only for what a package holds."""
        return frozenset(_free_names(self.text) | {name for _, name in _QUOTED_NAME.findall(self.text)})


@dataclass(frozen=True, slots=True)
class _Import:
    """One imported name: `import module` (`name` empty) or `from module import name`."""

    module: str
    name: str
    binds: str


@dataclass(slots=True)
class _Source:
    definitions: list[_Definition] = field(default_factory=list)
    imports: list[_Import] = field(default_factory=list)


@cache
def _source(module: str) -> _Source:
    files = (resources.files(package).joinpath(f"{module}.py") for package in PACKAGES)
    return read_source(next(file for file in files if file.is_file()).read_text(encoding="utf-8"))


def read_source(text: str) -> _Source:
    """Return the definitions and imports of a module.

    Statements are told apart by their first column, without parsing: most packages need few of them.
    """
    source = _Source()
    for statement in _statements(text):
        first = statement.lstrip("\n")
        if first.startswith(("import ", "from ")):
            source.imports += _imports(first)
        elif first.startswith('"""'):
            if source.definitions:  # the text that documents the constant before it
                before = source.definitions.pop()
                source.definitions.append(_Definition(before.names, before.text + first))
        else:
            found = _NAMED.search(first)
            assert found is not None, f"a vendored statement that binds no name: {first}"
            names = (found[1] or found[2]).split(", ")
            source.definitions.append(_Definition(tuple(names), first))
    return source


def _statements(text: str) -> list[str]:
    """Cut the text of a module before each statement, or before the comments and decorators above one."""
    statements: list[list[str]] = []
    quoted = attached = False
    for line in text.splitlines(keepends=True):
        begins = not quoted and line[0] not in " \n)]}"
        if begins and not attached:
            statements.append([])
        if begins:
            attached = line.startswith(("# ", "@")) and not line.startswith("# ----")
        if line.startswith("# ----") or (attached and not line.strip()):
            statements.pop()  # a heading
            attached = False
        elif statements:
            statements[-1].append(line)
        quoted ^= line.count('"""') % 2 == 1
    return ["".join(lines).rstrip("\n") + "\n" for lines in statements if lines]


def _imports(statement: str) -> list[_Import]:
    node = ast.parse(statement).body[0]
    if isinstance(node, ast.Import):
        return [_Import(alias.name, "", alias.name.partition(".")[0]) for alias in node.names]
    assert isinstance(node, ast.ImportFrom), "begins with `from`"
    if node.module == "__future__" or (node.module or "").startswith("art7."):
        return []
    return [_Import(node.module or "", alias.name, alias.name) for alias in node.names]


def _free_names(text: str) -> set[str]:
    """Names that a definition takes from its module: not those of its own parameters and variables."""
    found: set[str] = set()
    tables = [symtable(text, "vendored", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        at_top = table.get_type() == "module"
        found.update(
            each.get_name()
            for each in table.get_symbols()
            if each.is_referenced() and (at_top or each.is_global())
        )
    return found


_QUOTED_NAME = re.compile(r"""(["'])(\w+)\1""")
"""Names inside annotations spelled as texts (`"Node"`)."""


def vendored(names: Iterable[str], modules: tuple[str, ...]) -> tuple[list[str], str]:
    """Return the import lines and the text of the definitions that `names` need.

    `modules` are looked through in order. Raises `KeyError` for a name that none of them defines.
    """
    sources = [_source(module) for module in modules]
    owners = {name: item for source in sources for item in source.definitions for name in item.names}
    count = sum(len(item.names) for source in sources for item in source.definitions)
    assert count == len(owners), "two vendored definitions have one name"
    bound = {item.binds: item for source in sources for item in source.imports}
    wanted: set[int] = set()
    imported: set[_Import] = set()
    queue = sorted(set(names))
    for name in queue:
        if name not in owners:
            raise KeyError(name)
    while queue:
        name = queue.pop()
        if name in owners and id(owners[name]) not in wanted:
            wanted.add(id(owners[name]))
            queue.extend(sorted(owners[name].uses))
        elif name in bound:
            imported.add(bound[name])
    chosen = [item for source in sources for item in source.definitions if id(item) in wanted]
    return _import_lines(imported), "\n\n".join(item.text for item in chosen)


def _import_lines(imported: set[_Import]) -> list[str]:
    plain = sorted({f"import {item.module}" for item in imported if not item.name})
    grouped: dict[str, list[str]] = {}
    for item in sorted(imported, key=lambda item: (item.module, item.name)):
        if item.name:
            grouped.setdefault(item.module, []).append(item.name)
    return plain + [f"from {module} import {', '.join(names)}" for module, names in sorted(grouped.items())]
