"""Nothing is left out: every expression node, step, operator and builtin has its row in this execution."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from art7.grammar.ir import expression, plan
from art7.grammar.ir.builtins import FUNCTIONS
from art7.interpreter import functions, read_tree, spelled, varints, write_tree
from art7.interpreter.expressions import NODES
from art7.interpreter.operators import OPERATORS
from art7.interpreter.tables import READERS, WRITERS

STEPS = set(get_args(plan.Step))


def test_every_expression_node_has_a_row() -> None:
    assert set(NODES) == set(get_args(expression.Expr))
    assert {*spelled._ROWS, expression.Binary} == set(get_args(expression.Expr))
    assert set(spelled._STRENGTH) == OPERATORS


def test_every_step_is_read_and_written() -> None:
    assert set(READERS) == STEPS
    assert set(WRITERS) == STEPS


def test_every_operator_is_known() -> None:
    listed = re.search(r"`op`: `([^`]*)`", expression.Binary.__doc__ or "")
    assert listed and set(listed.group(1).split()) == OPERATORS


def test_every_builtin_is_implemented_and_no_other() -> None:
    assert functions.names() == set(FUNCTIONS)


def test_every_scalar_and_varint_form_is_known() -> None:
    named = set(re.findall(r"`([a-z0-9]+)`", (plan.Scalar.__doc__ or "").split(":")[1].split(".")[0]))
    assert named - {"padding"} <= set(read_tree._FORMS) == set(write_tree._FORMS)
    assert set(varints.READERS) == set(varints.WRITERS) == {"quic", "mls", "leb128", "protobuf"}


@pytest.mark.parametrize("step", sorted(STEPS, key=lambda step: step.__name__), ids=lambda s: s.__name__)
def test_every_field_of_a_step_is_used(step: type) -> None:
    folder = Path(functions.__file__).parents[1]
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))
    unused = [name for name in step.__dataclass_fields__ if not re.search(rf"\.{name}\b|\b{name}=", text)]
    assert not unused
