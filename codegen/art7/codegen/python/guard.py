"""The last look at generated Python before anything is written: it compiles, and holds only what generators emit.

A specification's names and texts are untrusted. They are escaped where they are put; this allow-list of syntax
and of names catches an escape that was forgotten.
"""

from __future__ import annotations

import ast
from symtable import SymbolTable, symtable

_FORBIDDEN_NODES = (
    ast.Global,
    ast.Nonlocal,
    ast.AsyncFunctionDef,
    ast.Await,
    ast.AsyncFor,
    ast.AsyncWith,
    ast.Yield,
    ast.YieldFrom,
)
_FORBIDDEN_NAMES = frozenset(
    "eval exec compile open input breakpoint __import__ globals locals vars __builtins__ builtins exit quit".split()
)
"""Python's own, unless a function has a parameter or a variable of that name: a member may be called `open`."""

_MODULES = frozenset(
    "__future__ typing collections.abc struct json json.encoder re math zlib hashlib hmac binascii functools "
    "gc importlib secrets sys hypothesis".split()
)
_PACKAGES = ("cryptography.",)
_DUNDERS = frozenset(
    "__init__ __slots__ __all__ __eq__ __hash__ __repr__ __new__ __name__ __package__ __version__ __str__ __bool__ "
    "__reduce__ __missing__ __getitem__ __class__ __main__ __len__ __iter__ __call__ __enter__ __exit__ __dict__ "
    "__ne__ __copy__ __deepcopy__ __traceback__ __xor__".split()
)
_TOP = (
    ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef, ast.Assign, ast.AnnAssign, ast.Expr, ast.If, ast.Pass,
)  # fmt: skip


class Ungenerated(Exception):
    """Generated code holds what no generator emits: a fault of art7, never written to disk."""


def check_python(path: str, text: str) -> None:
    """Raise `Ungenerated` unless `text` is Python that only generators can have made."""
    try:
        tree = ast.parse(text, path)
        compile(text, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise Ungenerated(f"{path}: {error}") from None
    for statement in tree.body:
        _check_top(path, statement)
    suspects = False
    for node in ast.walk(tree):
        _check_node(path, node)
        suspects = suspects or (isinstance(node, ast.Name) and node.id in _FORBIDDEN_NAMES)
    if suspects:
        _check_names(path, symtable(text, path, "exec"))


def _check_top(path: str, statement: ast.stmt) -> None:
    if not isinstance(statement, _TOP):
        raise Ungenerated(f"{path}:{statement.lineno}: {type(statement).__name__} at module level")
    if isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Constant):
        raise Ungenerated(f"{path}:{statement.lineno}: a call at module level")
    if isinstance(statement, ast.If) and not path.endswith("adapter.py"):
        raise Ungenerated(f"{path}:{statement.lineno}: a condition at module level")


def _check_node(path: str, node: ast.AST) -> None:
    line = getattr(node, "lineno", 0)
    if isinstance(node, _FORBIDDEN_NODES):
        raise Ungenerated(f"{path}:{line}: {type(node).__name__}")
    if isinstance(node, ast.Name):
        _check_dunder(path, line, node.id)
    elif isinstance(node, ast.Attribute):
        _check_dunder(path, line, node.attr)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            _check_module(path, line, alias.name)
    elif isinstance(node, ast.ImportFrom) and not node.level:
        _check_module(path, line, node.module or "")
    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
        _check_dunder(path, line, node.name)


def _check_names(path: str, table: SymbolTable) -> None:
    """Refuse a forbidden name that is read where it is not a function's own: there it may be Python's."""
    is_function = table.get_type() == "function"
    for symbol in table.get_symbols():
        if symbol.get_name() not in _FORBIDDEN_NAMES or not symbol.is_referenced():
            continue
        if not is_function or symbol.is_global():
            raise Ungenerated(f"{path}:{table.get_lineno()}: the name {symbol.get_name()}")
    for inner in table.get_children():
        _check_names(path, inner)


def _check_dunder(path: str, line: int, name: str) -> None:
    if name.startswith("__") and name.endswith("__") and name not in _DUNDERS:
        raise Ungenerated(f"{path}:{line}: the name {name}")


def _check_module(path: str, line: int, module: str) -> None:
    if path.endswith("/_support.py"):
        return  # copied from our own modules, nothing of a specification is in it
    if module not in _MODULES and not module.startswith(_PACKAGES):
        raise Ungenerated(f"{path}:{line}: an import of {module}")
