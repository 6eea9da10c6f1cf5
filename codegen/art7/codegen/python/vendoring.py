"""Copy what a package needs out of the vendored modules into one support module.

The vendored modules are ordinary, typed and tested modules of this room. A package gets one file with the
definitions it names and whatever those use, in the order in which they stand here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

_PACKAGE = "art7.codegen.python.vendored"


@dataclass(frozen=True, slots=True)
class _Definition:
    """One top-level statement group: the names it binds, the names it uses, its text."""

    names: frozenset[str]
    uses: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class _Import:
    """One imported name: `import module` (`name` empty) or `from module import name`."""

    module: str
    name: str
    binds: str


@dataclass(frozen=True, slots=True)
class _Source:
    definitions: tuple[_Definition, ...]
    imports: tuple[_Import, ...]


@cache
def _source(module: str) -> _Source:
    text = resources.files(_PACKAGE).joinpath(f"{module}.py").read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    definitions: list[_Definition] = []
    imports: list[_Import] = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import):
            imports += [_Import(alias.name, "", alias.name.partition(".")[0]) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.module != "__future__" and not (node.module or "").startswith("art7."):
                imports += [_Import(node.module or "", alias.name, alias.name) for alias in node.names]
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            if definitions:  # the text that documents the constant before it
                definitions[-1] = replace(
                    definitions[-1],
                    text=definitions[-1].text + "".join(lines[node.lineno - 1 : node.end_lineno]),
                )
        else:
            definitions.append(_definition(node, lines))
    return _Source(tuple(definitions), tuple(imports))


def _definition(node: ast.stmt, lines: list[str]) -> _Definition:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)]) - 1
    while first and lines[first - 1].startswith("# ") and not lines[first - 1].startswith("# ----"):
        first -= 1
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, ast.AnnAssign)
        else []
    )
    names = {item.id for target in targets for item in ast.walk(target) if isinstance(item, ast.Name)}
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        names = {node.name}
    uses = _free_names(node)
    uses |= {word for item in ast.walk(node) for word in _annotation_words(item)}
    return _Definition(frozenset(names), frozenset(uses), "".join(lines[first : node.end_lineno]))


def _free_names(node: ast.AST) -> set[str]:
    """Names that a definition takes from its module: not those of its own parameters and variables."""
    own: set[str] = set()
    found: set[str] = set()
    for child in ast.iter_child_nodes(node):
        found |= _free_names(child)
    if isinstance(node, ast.Name):
        found.add(node.id)
    if isinstance(node, ast.FunctionDef | ast.Lambda):
        parameters = node.args
        listed = [*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs]
        own |= {argument.arg for argument in [*listed, parameters.vararg, parameters.kwarg] if argument}
    if isinstance(node, ast.FunctionDef):
        own |= {
            item.id
            for item in ast.walk(node)
            if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)
        }
    return found - own


def _annotation_words(node: ast.AST) -> list[str]:
    """Names inside annotations spelled as texts (`"Node"`)."""
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return []
    return [node.value] if node.value.isidentifier() else []


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
    return _import_lines(imported), "\n\n".join(_spaced(item) for item in chosen)


def _spaced(item: _Definition) -> str:
    return item.text if item.text.endswith("\n") else item.text + "\n"


def _import_lines(imported: set[_Import]) -> list[str]:
    plain = sorted({f"import {item.module}" for item in imported if not item.name})
    grouped: dict[str, list[str]] = {}
    for item in sorted(imported, key=lambda item: (item.module, item.name)):
        if item.name:
            grouped.setdefault(item.module, []).append(item.name)
    return plain + [f"from {module} import {', '.join(names)}" for module, names in sorted(grouped.items())]
