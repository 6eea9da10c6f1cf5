"""Which code of a generated module is its codec, and which expressions in it never change what it does.

A fault in a docstring, an annotation, the name of an enumeration's member or the prose of a refusal is none that
octets could show: such places are no mutants. What octets and values can show is all else: reading, writing,
explaining, deriving, stepping, and the tables they use.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_PROSE_ARGUMENTS = frozenset({"ref", "expected", "got"})
"""Arguments by name that hold words for a person."""
_PROSE_CALLS = frozenset({"show", "is_octets", "is_list", "Pieces"})
"""Calls that word a phrase, ask for a Python kind, or say how much room there shall be."""
_WORDS = frozenset({"either", "nothing", "items", "octets", "count", "presence", "characters", "entries"})
"""What a refusal counts or expects, in a word."""
_TABLES_OF_NAMES = ("_NAMES", "__all__", "__slots__", "_secret", "_derived")
_SENTENCES = "SENTENCES"
_KIND_ONLY = frozenset({"__init__", "__repr__", "__eq__", "__hash__", "name_of"})
"""Functions of a type that no codec calls: values are made without them."""


@dataclass(frozen=True, slots=True)
class Region:
    """A function or a statement at the top of a module: `qualname` is empty for a statement."""

    qualname: str
    node: ast.stmt


def regions(tree: ast.Module) -> Iterator[Region]:
    """Yield the codec of a module: its functions and methods, and the tables they use, in order."""
    yield from _regions(tree.body, "", frozenset())


def _regions(body: list[ast.stmt], prefix: str, left_out: frozenset[str]) -> Iterator[Region]:
    for node in body:
        match node:
            case ast.FunctionDef(name=name):
                if name not in left_out:
                    yield Region(f"{prefix}{name}", node)
            case ast.ClassDef(name=name):
                yield from _regions(node.body, f"{prefix}{name}.", _without(node))
            case ast.Assign() | ast.AnnAssign() if not prefix and _is_table(node):
                yield Region("", node)
            case _:
                continue


def _without(kind: ast.ClassDef) -> frozenset[str]:
    """Names of methods that belong to the type; a role machine's own `__init__` sets its first state."""
    makes_values = any(isinstance(base, ast.Name) and base.id == "Record" for base in kind.bases)
    return _KIND_ONLY if makes_values or not kind.bases else _KIND_ONLY - {"__init__"}


def _is_table(node: ast.Assign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    if node.value is None or not names:
        return False
    return not any(name.endswith(_TABLES_OF_NAMES) for name in names)


def parts(region: Region) -> Iterator[tuple[ast.AST, ast.stmt]]:
    """Yield (node, statement it stands in) for every node of a region that may be mutated, in order of text."""
    if isinstance(region.node, ast.FunctionDef):
        yield from _statements(region.node.body)
    else:
        prose = _sentence_prose(region.node)
        for node, statement in _statement(region.node):
            if id(node) not in prose:
                yield node, statement


def _statements(body: list[ast.stmt]) -> Iterator[tuple[ast.AST, ast.stmt]]:
    for statement in body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue  # a docstring
        yield from _statement(statement)


def _statement(statement: ast.stmt) -> Iterator[tuple[ast.AST, ast.stmt]]:
    if _is_partial(statement):
        return
    yield statement, statement
    for name, value in ast.iter_fields(statement):
        if name in ("annotation", "returns", "args", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.stmt):
                yield from _statements([child])
            elif isinstance(child, ast.ExceptHandler | ast.match_case):
                yield from _statements(child.body)
            elif isinstance(child, ast.AST):
                yield from _expression(child, statement)


def _is_partial(statement: ast.stmt) -> bool:
    """Whether a statement only declares a variable, or notes what a refusal shows a person of what was read."""
    match statement:
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id="fields"))]):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="trace"), attr="begin" | "end"))):
            return True
        case ast.AnnAssign(value=ast.Constant(value=None)) | ast.AnnAssign(value=ast.UnaryOp()):
            return True  # a variable made known, without a value yet
        case _:
            return False


def _expression(node: ast.AST, statement: ast.stmt) -> Iterator[tuple[ast.AST, ast.stmt]]:
    if _is_prose(node):
        return
    yield node, statement
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.expr_context):
            yield from _expression(child, statement)


def _is_prose(node: ast.AST) -> bool:
    match node:
        case ast.keyword(arg=arg):
            return arg in _PROSE_ARGUMENTS
        case ast.Call(func=ast.Name(id=name)):
            return name in _PROSE_CALLS
        case ast.Constant(value=str(text)):
            return " " in text.strip() or text in _WORDS
        case ast.JoinedStr():
            return True
        case ast.BoolOp(op=ast.And(), values=[ast.Compare(left=ast.Attribute(attr="__class__")), *_]):
            return True  # a guard on the kind: what passes it wrongly fails on its kind a line later
        case _:
            return False


def _sentence_prose(node: ast.stmt) -> set[int]:
    """Clauses in the table of sentences: a refusal shows them to a person."""
    if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)):
        return set()
    if node.target.id != _SENTENCES or not isinstance(node.value, ast.Dict):
        return set()
    return {id(row.elts[1]) for row in node.value.values if isinstance(row, ast.Tuple)}
