"""Nothing is left out: each step, expression node and builtin has a row in every execution, and every field is read.

The interpreter's own tables are tested in `interpreter/test_tables.py`; here lie all executions side by side. Tables
that are dictionaries are read as such, those that are `match` statements from the syntax tree of their module.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import pytest

import corpus
from art7.codegen.python import expressions as printed
from art7.codegen.python import octets_record
from art7.codegen.python.builtin_calls import BUILTINS
from art7.codegen.python.careful_decode import CAREFUL_STEPS
from art7.codegen.python.careful_encode import WRITE_CAREFULLY
from art7.codegen.python.octets_decode import STEPS as FAST_STEPS
from art7.codegen.python.octets_encode import WRITE_STEPS
from art7.grammar.ir import expression, plan
from art7.grammar.ir.builtins import FUNCTIONS
from art7.interpreter import functions, spelled
from art7.interpreter.expressions import NODES
from art7.interpreter.tables import READERS, WRITERS

assert octets_record  # it joins the rows of protobuf to the tables of octets

ON_OCTETS = {
    plan.Bits, plan.Uint, plan.Varint, plan.FloatOctets, plan.Take, plan.Constant, plan.Region, plan.Loop, plan.Present,
    plan.Align, plan.Fields, plan.When, plan.Tlv, plan.TlvScalar, plan.TlvOptional, plan.TlvChoice,
    plan.Token, plan.Number, plan.Quoted, plan.Upto, plan.Space, plan.Line, plan.Ahead, plan.Repeat, plan.Either,
    plan.Through, plan.Headers, plan.Parameters, plan.Parts, plan.Transfer,
}  # fmt: skip
ON_TREES = {
    plan.Scalar,
    plan.AnyNode,
    plan.Items,
    plan.Members,
    plan.Object,
    plan.Array,
    plan.Tag,
    plan.Wrap,
    plan.Kinds,
}
ON_XML = {plan.Child}
"""Steps that only trees of XML have."""
ON_BOTH = {plan.Branch, plan.CallRecord, plan.Domain, plan.View, plan.Verify, plan.Check}
EVERY = set(get_args(plan.Step))
"""A new step must be put into one of the four sets, and then into each table."""

CODEGEN = corpus.REPOSITORY / "codegen" / "art7" / "codegen" / "python"
INTERPRETER = corpus.REPOSITORY / "grammar" / "art7" / "interpreter"


def matched(name: str) -> dict[str, set[str]]:
    """Classes that `match` statements of a codegen module tell apart → attributes that the patterns name."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(_tree(CODEGEN / f"{name}.py")):
        if isinstance(node, ast.MatchClass):
            found.setdefault(ast.unparse(node.cls).rpartition(".")[2], set()).update(node.kwd_attrs)
    return found


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def names(classes: Iterable[type]) -> set[str]:
    return {each.__name__ for each in classes}


def test_every_step_has_a_carrier() -> None:
    assert ON_OCTETS | ON_TREES | ON_XML | ON_BOTH == EVERY
    assert len(ON_OCTETS) + len(ON_TREES) + len(ON_XML) + len(ON_BOTH) == len(EVERY)


DICTIONARIES = {
    "interpreter, reading": (READERS, EVERY),
    "interpreter, writing": (WRITERS, EVERY),
    "fast decoder of octets": (FAST_STEPS, ON_OCTETS | ON_BOTH),
    "careful decoder of octets": (CAREFUL_STEPS, ON_OCTETS | ON_BOTH),
    # What stands before a filling says how long it is: both encoders write it where they join the pieces.
    "fast encoder of octets": (WRITE_STEPS, (ON_OCTETS | ON_BOTH) - {plan.Align}),
    "careful encoder of octets": (WRITE_CAREFULLY, (ON_OCTETS | ON_BOTH) - {plan.Align}),
}


@pytest.mark.parametrize("table", DICTIONARIES)
def test_every_step_has_a_row(table: str) -> None:
    rows, expected = DICTIONARIES[table]
    assert names(rows) == names(expected)
    assert all(callable(row) for row in rows.values())


@pytest.mark.parametrize("name", ["octets_encode", "careful_encode"])
def test_encoders_write_fillings_where_they_join(name: str) -> None:
    tested = {
        ast.unparse(node.args[1])
        for node in ast.walk(_tree(CODEGEN / f"{name}.py"))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance"
    }
    assert "p.Align" in tested


ABSENT_FROM_A_TREE = {
    "tree_read": set[type](),
    # An object is written whole, by its head; an array likewise.
    "tree_write": {plan.Object, plan.Array, plan.Tag, plan.Wrap},
    "cbor_write": {plan.Object, plan.Array},
    "tree_explain": set[type](),
    # What is verified on reading is computed on writing, where its member is.
    "tree_explain_write": {plan.Verify},
}


@pytest.mark.parametrize("name", ABSENT_FROM_A_TREE)
def test_every_step_on_a_tree_has_a_case(name: str) -> None:
    expected = names((ON_TREES | ON_BOTH) - ABSENT_FROM_A_TREE[name])
    shared = matched("tree_places") if name in ("tree_write", "cbor_write") else {}
    assert expected - {*matched(name), *shared} == set()
    text = (CODEGEN / f"{name}.py").read_text("utf-8")
    for absent in names(ABSENT_FROM_A_TREE[name]):
        assert f"p.{absent}" in text, "not even its head knows it"


def test_every_step_on_xml_has_a_case() -> None:
    assert matched("xml_explain")["Child"] >= {"single", "text", "body"}
    attributes, _ = read_by([CODEGEN / "xml_read.py"])
    assert {"slot", "body"} <= attributes
    for name in ("xml_read", "xml_write"):
        assert "p.Child" in (CODEGEN / f"{name}.py").read_text("utf-8")


def test_every_expression_node_has_a_row() -> None:
    every = set(get_args(expression.Expr))
    assert names(NODES) == names(every)
    assert names({*spelled._ROWS, expression.Binary}) == names(every)
    assert names(printed._EXPRESSIONS) == names(every)


def test_every_builtin_has_a_row() -> None:
    assert functions.names() == set(FUNCTIONS)
    assert set(BUILTINS) == set(FUNCTIONS)


BACK_ENDS = {
    "interpreter, reading": [
        *sorted(INTERPRETER.glob("read_*.py")),
        INTERPRETER / "prepare.py",
        INTERPRETER / "tree_kinds.py",
    ],
    "interpreter, writing": [
        *sorted(INTERPRETER.glob("write_*.py")),
        INTERPRETER / "written_values.py",
        INTERPRETER / "tree_kinds.py",
    ],
    "fast decoder of octets": [
        CODEGEN / "octets_decode.py",
        CODEGEN / "protobuf_decode.py",
        CODEGEN / "der_decode.py",
        CODEGEN / "text_decode.py",
        CODEGEN / "text_runs.py",
        CODEGEN / "headers_decode.py",
        CODEGEN / "inlining.py",
        CODEGEN / "rounds.py",
        *CODEGEN.glob("decode_*.py"),
    ],
    "fast encoder of octets": [
        CODEGEN / "octets_encode.py",
        CODEGEN / "protobuf_encode.py",
        CODEGEN / "der_encode.py",
        CODEGEN / "text_encode.py",
        CODEGEN / "text_written.py",
        CODEGEN / "headers_encode.py",
        *CODEGEN.glob("encode_*.py"),
    ],
    "careful decoder of octets": [
        CODEGEN / "careful_decode.py",
        CODEGEN / "protobuf_careful.py",
        CODEGEN / "der_careful.py",
        CODEGEN / "text_careful.py",
        CODEGEN / "headers_careful.py",
    ],
    "careful encoder of octets": [
        CODEGEN / "careful_encode.py",
        CODEGEN / "protobuf_careful.py",
        CODEGEN / "der_careful.py",
        CODEGEN / "text_careful.py",
        CODEGEN / "headers_careful.py",
    ],
    "reader of trees": [CODEGEN / "tree_read.py"],
    "writer of trees": [CODEGEN / "tree_write.py", CODEGEN / "cbor_write.py"],
    "careful reader of trees": [CODEGEN / "tree_explain.py"],
    "careful writer of trees": [CODEGEN / "tree_explain_write.py"],
}

ONLY_WRITING = {"Loop.skip_to", "When.given", "Verify.deferred", "Check.on_writing"}
"""How something is written: reading follows what is there."""
ONLY_READING = {
    "Fields.unknown",
    "TlvOptional.first",
    "Ahead.first",
    "Repeat.first",
    "Space.octets",
    "Space.comments",
    "Headers.space",
    "Headers.unknown",
    "Object.unknown",
    "Verify.implied",
    "Verify.guard",
    "Verify.constant_time",
    "Verify.opens",
    "Region.later",
}
"""How something is read: what was kept is written from its slot, what is verified is computed."""
FAULTS = {"Constant.fault", "Domain.fault", "Verify.fault", "Check.fault", "Check.at"}
"""A fast twin says only no: its careful twin says why and where."""
BY_THE_TWIN = {
    "Headers.comments",
    "Headers.space",
    "Headers.other",
    "Parts.boundary",
    "Transfer.coding",
    "Transfer.charset",
}
"""Headers and bodies of text are written by the careful encoder."""
ON_A_TREE_ONLY = {"CallRecord.nullable"}
ON_OCTETS_ONLY = {"CallRecord.places", "CallRecord.tag", "Verify.deferred", "Verify.opens"}
"""There is no place to override and nothing to fix up on a tree."""

UNREAD = {
    "interpreter, reading": ONLY_WRITING,
    "interpreter, writing": ONLY_READING,
    "fast decoder of octets": ONLY_WRITING | FAULTS | ON_A_TREE_ONLY,
    "fast encoder of octets": ONLY_READING | FAULTS | ON_A_TREE_ONLY | BY_THE_TWIN,
    "careful decoder of octets": ONLY_WRITING | ON_A_TREE_ONLY,
    "careful encoder of octets": ONLY_READING | ON_A_TREE_ONLY,
    "reader of trees": ONLY_WRITING | FAULTS | ON_OCTETS_ONLY,
    "writer of trees": ONLY_READING | FAULTS | ON_OCTETS_ONLY,
    # The careful reader compares with the fast one's `differs`.
    "careful reader of trees": ONLY_WRITING | ON_OCTETS_ONLY | {"Verify.constant_time"},
    "careful writer of trees": ONLY_READING | ON_OCTETS_ONLY | {"Verify.fault"},
}


def read_by(paths: Iterable[Path]) -> tuple[set[str], dict[str, set[str]]]:
    """Return the attributes that modules read anywhere, and those that their patterns read, by class."""
    attributes: set[str] = set()
    patterns: dict[str, set[str]] = {}
    for path in paths:
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                attributes.add(node.attr)
            elif isinstance(node, ast.MatchClass):
                name = ast.unparse(node.cls).rpartition(".")[2]
                patterns.setdefault(name, set()).update(node.kwd_attrs)
    return attributes, patterns


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_every_field_of_a_step_is_read(back_end: str) -> None:
    attributes, patterns = read_by(BACK_ENDS[back_end])
    steps = EVERY if "interpreter" in back_end else ON_BOTH | (ON_TREES if "trees" in back_end else ON_OCTETS)
    unread = {
        f"{step.__name__}.{field}"
        for step in steps
        for field in step.__dataclass_fields__
        if field not in attributes | patterns.get(step.__name__, set())
    }
    assert unread - UNREAD[back_end] == set()


def test_no_exception_is_a_word_for_nothing() -> None:
    known = {f"{step.__name__}.{field}" for step in EVERY for field in step.__dataclass_fields__}
    assert set().union(*UNREAD.values()) <= known
    for field in known:
        assert not all(field in exceptions for exceptions in UNREAD.values()), f"nobody reads {field}"
