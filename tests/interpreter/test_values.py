"""Values in JSON by shape, dumps, and vectors beside a definition."""

from __future__ import annotations

import json
from typing import Any

import pytest

from art7.grammar.diagnostics import NOWHERE, Report, Span
from art7.grammar.ir import plan, shape
from art7.grammar.ir.expression import Binary, Kind
from art7.grammar.ir.module import (
    Enum,
    EnumMember,
    ErrorDeclaration,
    Module,
    Specification,
    VectorDeclaration,
)
from art7.grammar.ir.plan import Carrier, Fault, Form
from art7.interpreter.decode import decode
from art7.interpreter.dump import dump, explain, node_to_json, notes
from art7.interpreter.errors import DecodeError
from art7.interpreter.refused_values import ValueRefused
from art7.interpreter.values import from_json, to_json
from art7.interpreter.vectors import check_vectors
from plans import block, number, record, ref, slot, specification

NUMBERS = Enum("test.N", (EnumMember("one", 1, 1), EnumMember("many", 2, 9)), True, 8, False)
TEXTS = Enum("test.T", (EnumMember("a", "x.a", "x.a"),), True, 0, True)
PAIR = record(
    "Pair",
    [slot(0, "a", shape.Integer(0, 9)), slot(1, "b", shape.Octets())],
    block(),
    kind="struct",
    form=Form.TUPLE,
)
INNER = record(
    "Inner", [slot(0, "n", shape.Integer(0, 9)), slot(1, "o", shape.Octets(), optional=True)], block()
)
OUTER = record(
    "Outer",
    [
        slot(0, "tag", shape.Enumeration("test.N")),
        slot(
            1,
            "u",
            shape.Union(
                "tag",
                (
                    shape.UnionArm("one", ((1, 1),), shape.Octets()),
                    shape.UnionArm("many", ((2, 9),), shape.RecordOf("test.Inner")),
                    shape.UnionArm("rest", (), None),
                ),
            ),
        ),
        slot(2, "m", shape.Nullable(shape.Text()), optional=True),
    ],
    block(),
)
SPEC = Specification(
    {"test": Module("test", "1", "", (), enums=(NUMBERS, TEXTS), records=(PAIR, INNER, OUTER))}
)

SPELLED: list[tuple[shape.Shape, Any, Any]] = [
    (shape.Integer(0, 1 << 64), 1 << 53, 1 << 53),
    (shape.Integer(0, 1 << 64), (1 << 53) + 1, "9007199254740993"),
    (shape.Integer(-(1 << 64), 0), -(1 << 60), "-1152921504606846976"),
    (shape.Octets(), b"\xab\x00", "ab00"),
    (shape.Float(), float("inf"), "inf"),
    (shape.Float(), 1.5, 1.5),
    (shape.Boolean(), True, True),
    (shape.Text(), "é", "é"),
    (shape.Enumeration("test.N"), 7, 7),
    (shape.Enumeration("test.T"), "x.b", "x.b"),
    (shape.Sequence(shape.RecordOf("test.Pair")), [(1, b"a")], [[1, "61"]]),
    (shape.Mapping(shape.Text(), shape.Octets()), {"k": b"\x01"}, {"k": "01"}),
    (shape.Nullable(shape.Text()), None, None),
    (shape.Anything(), {"a": [None, 1]}, {"a": [None, 1]}),
    (shape.RecordOf("test.Inner"), {"n": 1}, {"n": 1}),
    (shape.RecordOf("test.Outer"), {"tag": 1, "u": b"\x01", "m": None}, {"tag": 1, "u": "01", "m": None}),
    (shape.RecordOf("test.Outer"), {"tag": 2, "u": {"n": 3}}, {"tag": 2, "u": {"n": 3}}),
]


@pytest.mark.parametrize(("of", "value", "spelled"), SPELLED, ids=range(len(SPELLED)))
def test_values_in_json_and_back(of: shape.Shape, value: Any, spelled: Any) -> None:
    found = to_json(SPEC, of, value)
    assert json.loads(json.dumps(found)) == spelled
    assert from_json(SPEC, of, spelled) == value


def test_names_of_enums_are_read() -> None:
    assert from_json(SPEC, shape.Enumeration("test.N"), "one") == 1
    assert from_json(SPEC, shape.Enumeration("test.T"), "a") == "x.a"


@pytest.mark.parametrize(
    ("of", "spelled", "path"),
    [
        (shape.Integer(0, 9), True, ""),
        (shape.Integer(0, 9), "1" * 100, ""),
        (shape.Octets(), "0g", ""),
        (shape.Octets(), "00 01", ""),
        (shape.Enumeration("test.N"), "many", ""),
        (shape.RecordOf("test.Outer"), {"tag": 2, "u": "01"}, "u"),
        (shape.RecordOf("test.Inner"), {"n": 1, "x": 2}, "x"),
        (shape.Sequence(shape.RecordOf("test.Pair")), [[1]], "[0]"),
        (shape.Boolean(), 1, ""),
    ],
)
def test_other_json_is_refused(of: shape.Shape, spelled: Any, path: str) -> None:
    with pytest.raises(ValueRefused) as refusal:
        from_json(SPEC, of, spelled)
    assert refusal.value.path == path


def message(**more: Any) -> Specification:
    small = Binary("<", ref(0), number(10), Kind.BOOL)
    steps = block(
        plan.Uint(0, 1),
        plan.Check(small, Fault("big", "T-1", "RFC 1 §2", "It is small."), at=0),
        plan.Check(Binary("<", ref(0), number(5), Kind.BOOL), Fault("rule_broken", "T-2"), "should", 0),
        plan.Take(1, plan.Rest(), text=True),
    )
    slots = [slot(0, "n", shape.Enumeration("test.N")), slot(1, "t", shape.Text())]
    found = record("M", slots, steps)
    module = Module(
        "test",
        "1",
        "",
        (),
        errors=(ErrorDeclaration("big", 200),),
        enums=(NUMBERS,),
        records=(found,),
        **more,
    )
    return Specification({"test": module})


def test_a_dump_shows_places_and_escapes_what_came_from_outside() -> None:
    spec = message()
    data = b"\x01" + "a\x1b[31m\u202e".encode()
    text = dump(spec, decode(spec, "test.M", data).tree, data)
    assert text.isprintable() or "\n" in text
    assert "\x1b" not in text and "\u202e" not in text
    assert text.splitlines()[0].split() == ["0000", "01", "n", "1", "one"]
    assert node_to_json(decode(spec, "test.M", data).tree)["fields"][1]["octets"] == 9


def test_a_refusal_is_explained() -> None:
    spec = message()
    with pytest.raises(DecodeError) as refusal:
        decode(spec, "test.M", b"\x0b")
    lines = explain(spec, "test.M", refusal.value, b"\x0b").splitlines()
    assert lines[:4] == [
        "M: refused with big (200), requirement T-1 (RFC 1 §2)",
        "  at n, octet 0",
        "  expected: n < 10 (It is small.)",
        "  found: n 11",
    ]
    assert lines[5].split() == ["0000", "0b", "n", "11"]


def test_should_is_a_note() -> None:
    decoded = decode(message(), "test.M", b"\x07")
    assert [(n.level, n.requirement, n.path, n.offset) for n in decoded.notes] == [("should", "T-2", "n", 0)]
    assert notes(decoded.notes, ("T-9",))[1] == "not verified, no key was given: T-9"


def test_a_json_text_is_shown_by_line_and_column() -> None:
    steps = block(plan.Object((plan.Entry("k", 0, block(plan.Scalar(0, "text")), True),)))
    spec = specification(record("M", [slot(0, "k", shape.Text())], steps, carrier=Carrier.TREE))
    data = '{\n "é": 1, "k": "v"}'.encode()
    assert dump(spec, decode(spec, "test.M", data).tree, data).split()[:2] == ["2:15", "k"]


def vector(octets: bytes, accept: bool, value: Any = None, error: str | None = None) -> VectorDeclaration:
    return VectorDeclaration("M", octets, accept, {}, value, error, span=Span("f", 1, 1, 1, 2))


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (vector(b"\x01a", True, {"n": 1, "t": "a"}), None),
        (vector(b"\x01a", True, {"n": "one"}), None),
        (vector(b"\x0b", False, error="big"), None),
        (vector(b"\x0b", False), None),
        (vector(b"\x01a", True, {"n": 2}), "`n`: expected 2, found 1"),
        (vector(b"\x01a", True, {"x": 2}), "no member"),
        (vector(b"\x01a", False, error="big"), "must be refused"),
        (vector(b"\x0b", True), "must be accepted"),
        (vector(b"", False, error="big"), "refused with `truncated` instead of `big`"),
        (VectorDeclaration("M", None, True, {}, {"n": 3, "t": "a"}, None), None),
        (VectorDeclaration("M", None, False, {}, {"n": 11, "t": "a"}, "big"), None),
        (VectorDeclaration("M", None, False, {}, {"n": 3, "t": "a"}, "big"), "written, although"),
        (VectorDeclaration("M", None, True, {}, {"n": 11, "t": "a"}, None), "must be accepted"),
        (VectorDeclaration("Nothing", b"", True, {}, None, None), "neither"),
    ],
)
def test_vectors(one: VectorDeclaration, told: str | None) -> None:
    spec = message(vectors=(one,))
    report = Report()
    assert check_vectors(spec, spec.modules["test"], report) == 1
    if told is None:
        assert report.diagnostics == []
    else:
        (finding,) = report.diagnostics
        assert finding.code == "A7-D001" and told in finding.message
        assert finding.span in (one.span, NOWHERE)
