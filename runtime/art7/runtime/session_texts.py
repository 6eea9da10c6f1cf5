"""The sessions that a generated SDK can carry: their texts, read without importing them.

A session says with `USES = ("signal.ratchet",)` which modules of the catalogue it needs. An SDK that has them all is given
the session, what it imports of its neighbours, and what every user of a session hands in: a store.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

HOME = "art7.runtime.sessions"
"""The package in which the texts lie and whose name their imports begin with."""

ALWAYS = ("face", "store", "durable", "refusals")
"""What comes with any session."""


@dataclass(frozen=True, slots=True)
class SessionText:
    """One module of `HOME`: its dotted name below it, its text, what it needs of the catalogue and of its neighbours."""

    name: str
    text: str
    uses: frozenset[str]
    """What `USES` says; nothing for what is no session by itself."""
    needs: frozenset[str]
    """Modules of the catalogue: those, and any that it asks a face for by name."""
    imports: frozenset[str]
    is_package: bool = False

    @property
    def path(self) -> str:
        """Where it lies below the package of sessions."""
        return self.name.replace(".", "/") + ("/__init__.py" if self.is_package else ".py")


def session_texts(modules: Collection[str]) -> tuple[SessionText, ...]:
    """Return, sorted by name, the sessions that need no more than `modules`, and what they import; often nothing."""
    known = known_sessions()
    chosen: set[str] = set()
    for name, session in known.items():
        needed = _with_imports(name, known)
        if session.uses and all(known[each].needs <= set(modules) for each in needed):
            chosen |= needed
    if chosen:
        chosen = chosen.union(*(_with_imports(name, known) for name in ALWAYS if name in known))
    return tuple(known[name] for name in sorted(chosen))


@cache
def known_sessions() -> dict[str, SessionText]:
    """Return every module of `HOME` but the package itself, by its name below it."""
    found = _read(resources.files(HOME), "")
    return {each.name: each for each in sorted(found, key=lambda each: each.name)}


def _read(folder: Traversable, prefix: str) -> Iterator[SessionText]:
    for file in folder.iterdir():
        if file.is_dir() and file.joinpath("__init__.py").is_file():
            yield from _read(file, f"{prefix}{file.name}.")
        elif file.name.endswith(".py") and (prefix or file.name != "__init__.py"):
            stem = file.name.removesuffix(".py")
            is_package = stem == "__init__"
            yield _read_module(
                prefix.rstrip(".") if is_package else f"{prefix}{stem}", file.read_text("utf-8"), is_package
            )


def _read_module(name: str, text: str, is_package: bool) -> SessionText:
    uses: set[str] = set()
    imports: set[str] = set()
    tree = ast.parse(text)
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if any(isinstance(target, ast.Name) and target.id == "USES" for target in targets):
                uses |= set(ast.literal_eval(statement.value or ast.Tuple([])))
    needs = set(uses)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            needs |= _asked(node)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{HOME}."):
            imports.add((node.module or "").removeprefix(f"{HOME}."))
        elif isinstance(node, ast.ImportFrom) and node.module == HOME:
            imports |= {alias.name for alias in node.names}
    return SessionText(name, text, frozenset(uses), frozenset(needs), frozenset(imports), is_package)


def _asked(call: ast.Call) -> set[str]:
    """Return the module of `face.record("module.Name")` or `face.schedule("module.Name")`."""
    is_face = isinstance(call.func, ast.Attribute) and call.func.attr in ("record", "schedule")
    names = [each.value for each in call.args[:1] if is_face and isinstance(each, ast.Constant)]
    return {name.rpartition(".")[0] for name in names if isinstance(name, str) and "." in name}


def _with_imports(name: str, known: dict[str, SessionText]) -> set[str]:
    """Return a module, those that it imports, and the packages in which they lie."""
    found: set[str] = set()
    queue = [name]
    while queue:
        each = queue.pop()
        if each in known and each not in found:
            found.add(each)
            queue += [*known[each].imports, each.rpartition(".")[0]]
    return found
