"""The vendored modules are cut by their first columns; a parser cuts them alike."""

from __future__ import annotations

import ast
from importlib import resources

import pytest

from art7.codegen.python.package import VENDORED
from art7.codegen.python.vendoring import PACKAGES, read_source


@pytest.mark.parametrize("module", VENDORED)
def test_statements_are_those_of_the_parser(module: str) -> None:
    places = [resources.files(package).joinpath(f"{module}.py") for package in PACKAGES]
    text = next(place for place in places if place.is_file()).read_text("utf-8")
    bound = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            bound += [name.id for name in names if isinstance(name, ast.Name)]
    source = read_source(text)
    assert [name for each in source.definitions for name in each.names] == bound
    for each in source.definitions:
        _, *rest = ast.parse(each.text).body
        assert all(isinstance(more, ast.Expr) for more in rest), each.names


def test_a_definition_keeps_its_decorators_and_documentation() -> None:
    source = read_source(
        '"""Doc."""\n\n# why\n@wrap(\n    1\n)\ndef f() -> g:\n    """Doc."""\n\n\nA, B = 1, 2\n"""of A"""\n'
    )
    assert [name for each in source.definitions for name in each.names] == ["f", "A", "B"]
    assert source.definitions[0].text.startswith("# why\n@wrap(")
    assert source.definitions[0].uses == {"wrap", "g"}
    assert source.definitions[1].text == 'A, B = 1, 2\n"""of A"""\n'
