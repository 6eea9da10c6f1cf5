"""A generated package run from its texts in memory, whole or with one fault in it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import CodeType, FunctionType, ModuleType
from typing import Any

from art7.codegen.mutants.operators import Mutation


class Package(MetaPathFinder, InspectLoader):
    """An importable package: path in it → text. A file's place in tracebacks is its path."""

    def __init__(self, name: str, files: Mapping[str, str]) -> None:
        self.name = name
        self._texts = dict(files)
        self._compiled: dict[str, CodeType] = {}

    def import_module(self, module: str) -> Any:
        """Import a module of the package by its name in it; empty for the package itself."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)
        full = f"{self.name}.{module}" if module else self.name
        __import__(full)
        return sys.modules[full]

    def forget(self) -> None:
        """Have everything imported anew the next time."""
        for known in [name for name in sys.modules if name.split(".", 1)[0] == self.name]:
            del sys.modules[known]

    def replace(self, path: str, text: str) -> None:
        """Give a file another text; what is imported stays as it is."""
        self._texts[path] = text
        self._compiled.pop(path, None)

    def text(self, path: str) -> str:
        """Return a file's text."""
        return self._texts[path]

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module of the package."""
        place = self._path(fullname)
        if place is None:
            return None
        return spec_from_loader(fullname, self, is_package=place.endswith("__init__.py"))

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the compiled text of a module, made once."""
        path = self._path(fullname)
        if path is None:
            return None
        if path not in self._compiled:
            self._compiled[path] = compile(self._texts[path], path, "exec", dont_inherit=True)
        return self._compiled[path]

    def get_source(self, fullname: str) -> str | None:
        """Return the text of a module."""
        path = self._path(fullname)
        return None if path is None else self._texts[path]

    def is_package(self, fullname: str) -> bool:
        """Whether a module holds others."""
        return (self._path(fullname) or "").endswith("__init__.py")

    def _path(self, fullname: str) -> str | None:
        if fullname.split(".", 1)[0] != self.name:
            return None
        inner = fullname[len(self.name) + 1 :].replace(".", "/")
        for path in (f"{inner}.py", f"{inner}/__init__.py" if inner else "__init__.py"):
            if path in self._texts:
                return path
        return None


def function_at(module: Any, qualname: str) -> FunctionType:
    """Return the function that a qualified name means, whatever wraps it in its class. Raises `LookupError`."""
    found: Any = module
    for part in qualname.split("."):
        found = vars(found)[part]
    for inner in ("__func__", "fget"):
        found = getattr(found, inner, found)
    if not isinstance(found, FunctionType):
        raise LookupError(qualname)
    return found


def changed_code(source: bytes, mutation: Mutation) -> CodeType:
    """Return the code of the function that a mutation is in, with it. Only that function is compiled.

    Raises `SyntaxError` where the change is none of Python's.
    """
    lines = source.splitlines(keepends=True)
    before = sum(map(len, lines[: mutation.begin - 1]))
    after = before + sum(map(len, lines[mutation.begin - 1 : mutation.finish]))
    text = source[before : mutation.start] + mutation.replacement.encode() + source[mutation.end : after]
    names = mutation.function.split(".")
    head = "" if len(names) == 1 else f"class {names[-2]}:\n"
    whole = f"from __future__ import annotations\n{head}{text.decode()}"
    return _inner(compile(whole, "<mutant>", "exec", dont_inherit=True), names[-2:])


def _inner(code: CodeType, names: list[str]) -> CodeType:
    for name in names:
        code = next(each for each in code.co_consts if isinstance(each, CodeType) and each.co_name == name)
    return code
