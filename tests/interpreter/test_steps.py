"""Hostile forms of every primitive: (plan, octets) → code, path and offset; good forms go round."""

from __future__ import annotations

from typing import Any

import pytest

from art7.grammar.ir import plan, shape
from art7.grammar.ir.expression import Binary, Kind, Literal, Measure
from art7.grammar.ir.plan import Fault, Role
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError, EncodeError
from plans import block, number, record, ref, slot, specification

OCTETS, TEXT = shape.Octets(), shape.Text()
WIDE = shape.Integer(-(1 << 63), (1 << 64) - 1)
LIST = shape.Sequence(shape.Integer(0, 255))


def one(step: plan.Step, of: shape.Shape = WIDE, *more: plan.Step) -> Any:
    """A message of one field `x` (and an item slot `_item`)."""
    slots = [slot(0, "x", of), slot(1, "_item", role=Role.LOCAL)]
    return specification(record("M", slots, block(step, *more), limit_size=1000))


def byte(index: int) -> plan.Uint:
    return plan.Uint(index, 1)


UINT16 = one(plan.Uint(0, 2))
LITTLE = one(plan.Uint(0, 4, little=True))
SIGNED = one(plan.Uint(0, 2, signed=True))
BOOL = one(plan.Uint(0, 1, boolean=True), shape.Boolean())
QUIC, MLS = one(plan.Varint(0, "quic")), one(plan.Varint(0, "mls"))
LEB, PROTO = one(plan.Varint(0, "leb128")), one(plan.Varint(0, "protobuf"))
PROTO32 = one(plan.Varint(0, "protobuf", bits=32, signed=True))
ZIGZAG = one(plan.Varint(0, "protobuf", bits=32, zigzag=True))
DOUBLE = one(plan.FloatOctets(0, 8, False), shape.Float())
PREFIXED = one(plan.Take(0, plan.Prefixed("uint", 1), minimum=1, maximum=3), OCTETS)
PREFIXED_MLS = one(plan.Take(0, plan.Prefixed("mls")), OCTETS)
FOUR = one(plan.Take(0, plan.Exact(number(4))), OCTETS)
TEXT_REST = one(plan.Take(0, plan.Rest(), text=True, maximum=8), TEXT)
NEGATIVE = one(plan.Take(0, plan.Exact(number(-1))), OCTETS)
CONSTANT = one(plan.Constant(b"\xca\xfe", Fault("bad_constant")), shape.Integer(0, 255), byte(0))
PRESENT = one(plan.Present(0, block(byte(0))))
LOOP = one(plan.Loop(0, 1, block(byte(1)), minimum=1, maximum=3), LIST)
COUNTED = one(plan.Loop(0, 1, block(byte(1)), count=number(2)), LIST)
MARKED = one(plan.Loop(0, 1, block(byte(1)), until=b"\x00"), LIST)
SKIPPING = one(plan.Loop(0, 1, block(byte(1)), skip=0, skip_to=4), LIST)
REGION = one(plan.Region(0, plan.Prefixed("uint", 1), block(plan.Uint(0, 2))))
CLOSED = one(byte(0), shape.Enumeration("test.E"), plan.Domain(0, ((1, 2), (9, 9)), Fault("unknown_value")))
BITS = specification(
    record(
        "M",
        [
            slot(0, "a", shape.Integer(0, 7)),
            slot(1, "b", shape.Integer(0, 2047)),
            slot(2, "c", shape.Boolean()),
        ],
        block(
            plan.Bits(
                2,
                (
                    plan.BitField(0, 3, 13),
                    plan.BitField(1, 11, 2),
                    plan.BitField(None, 1, 1),
                    plan.BitField(2, 1, 0, True),
                ),
            ),
            plan.Domain(1, ((0, 1000),), Fault("unknown_value")),
        ),
    )
)

GOOD: list[tuple[str, Any, str, Any]] = [
    ("uint", UINT16, "0102", 258),
    ("little", LITTLE, "01020304", 0x04030201),
    ("signed", SIGNED, "fffe", -2),
    ("bool", BOOL, "01", True),
    ("quic 8", QUIC, "c000000040000000", 1 << 30),
    ("quic 1", QUIC, "3f", 63),
    ("mls 4", MLS, "80004000", 1 << 14),
    ("leb128", LEB, "e58e26", 624485),
    ("protobuf", PROTO, "ffffffffffffffffff01", (1 << 64) - 1),
    ("protobuf negative", PROTO32, "ffffffffffffffffff01", -1),
    ("zigzag", ZIGZAG, "03", -2),
    ("double", DOUBLE, "3ff8000000000000", 1.5),
    ("prefixed", PREFIXED, "02abcd", b"\xab\xcd"),
    ("prefixed mls", PREFIXED_MLS, "4040" + "00" * 64, bytes(64)),
    ("exact", FOUR, "00010203", b"\0\1\2\3"),
    ("text", TEXT_REST, "c3a9", "é"),
    ("constant", CONSTANT, "cafe07", 7),
    ("absent", PRESENT, "00", None),
    ("present", PRESENT, "0105", 5),
    ("loop", LOOP, "0102", [1, 2]),
    ("counted", COUNTED, "0102", [1, 2]),
    ("marked", MARKED, "010200", [1, 2]),
    ("skipping", SKIPPING, "01020300", [1, 2, 3]),
    ("region", REGION, "020102", 258),
    ("closed", CLOSED, "09", 9),
]

BAD: list[tuple[str, Any, str, str, str, int]] = [
    ("uint cut", UINT16, "01", "truncated", "x", 0),
    ("uint more", UINT16, "010203", "trailing_data", "", 2),
    ("nothing", UINT16, "", "truncated", "x", 0),
    ("bool 2", BOOL, "02", "bad_bool", "x", 0),
    ("quic long", QUIC, "4001", "non_minimal", "x", 0),
    ("quic cut", QUIC, "c00000", "truncated", "x", 0),
    ("mls prefix 11", MLS, "c000000000000000", "bad_varint", "x", 0),
    ("mls long", MLS, "80000001", "non_minimal", "x", 0),
    ("leb128 cut", LEB, "8080", "truncated", "x", 0),
    ("leb128 nine", LEB, "808080808080808001", "bad_varint", "x", 0),
    ("protobuf eleven", PROTO, "80" * 10 + "01", "bad_varint", "x", 0),
    ("protobuf 65 bits", PROTO, "ff" * 9 + "02", "bad_varint", "x", 0),
    ("double cut", DOUBLE, "3ff8", "truncated", "x", 0),
    ("prefixed beyond", PREFIXED, "03ab", "truncated", "x", 0),
    ("prefixed empty", PREFIXED, "00", "too_short", "x", 1),
    ("prefixed long", PREFIXED, "0400000000", "too_long", "x", 1),
    ("prefix non-minimal", PREFIXED_MLS, "4001ff", "non_minimal", "x", 0),
    ("prefix huge", PREFIXED_MLS, "bfffffff", "truncated", "x", 0),
    ("exact cut", FOUR, "000102", "truncated", "x", 0),
    ("text bad", TEXT_REST, "61ff", "bad_text", "x", 1),
    ("text surrogate", TEXT_REST, "61eda080", "bad_text", "x", 1),
    ("text long", TEXT_REST, "61" * 9, "too_long", "x", 0),
    ("negative", NEGATIVE, "", "negative_size", "x", 0),
    ("constant other", CONSTANT, "caff07", "bad_constant", "", 0),
    ("constant cut", CONSTANT, "ca", "truncated", "", 0),
    ("present 2", PRESENT, "02", "bad_bool", "x", 0),
    ("present cut", PRESENT, "01", "truncated", "x", 1),
    ("loop none", LOOP, "", "too_few", "x", 0),
    ("loop four", LOOP, "01020304", "too_many", "x", 3),
    ("counted cut", COUNTED, "01", "truncated", "x[1]", 1),
    ("marked open", MARKED, "0102", "truncated", "x", 2),
    ("region left", REGION, "03010203", "trailing_data", "x", 3),
    ("region short", REGION, "0101", "truncated", "x", 1),
    ("region beyond", REGION, "0401", "truncated", "x", 0),
    ("closed other", CLOSED, "03", "unknown_value", "x", 0),
    ("too large", TEXT_REST, "61" * 1001, "too_large", "", 0),
    ("bits cut", BITS, "ff", "truncated", "a", 0),
    ("bits domain", BITS, "1ffc", "unknown_value", "b", 0),
]

UNWRITABLE: list[tuple[str, Any, Any, str]] = [
    ("uint above", UINT16, 65536, "out_of_range"),
    ("uint negative", UINT16, -1, "out_of_range"),
    ("uint text", UINT16, "1", "wrong_kind"),
    ("uint float", UINT16, 1.0, "wrong_kind"),
    ("uint none", UINT16, None, "missing_field"),
    ("signed above", SIGNED, 32768, "out_of_range"),
    ("mls above", MLS, 1 << 30, "out_of_range"),
    ("leb128 above", LEB, 1 << 57, "out_of_range"),
    ("zigzag above", ZIGZAG, 1 << 31, "out_of_range"),
    ("prefixed long", PREFIXED, bytes(4), "too_long"),
    ("prefixed short", PREFIXED, b"", "too_short"),
    ("exact other", FOUR, bytes(5), "too_long"),
    ("exact short", FOUR, bytes(3), "too_short"),
    ("text long", TEXT_REST, "éééé€", "too_long"),
    ("text surrogate", TEXT_REST, "\ud800", "bad_text"),
    ("loop none", LOOP, [], "too_few"),
    ("loop four", LOOP, [1, 2, 3, 4], "too_many"),
    ("loop item", LOOP, [256], "out_of_range"),
    ("counted three", COUNTED, [1, 2, 3], "too_many"),
    ("closed other", CLOSED, 3, "unknown_value"),
    ("region range", REGION, 70000, "out_of_range"),
]


@pytest.mark.parametrize(("name", "spec", "octets", "value"), GOOD, ids=[row[0] for row in GOOD])
def test_good_forms_go_round(name: str, spec: Any, octets: str, value: Any) -> None:
    data = bytes.fromhex(octets)
    decoded = decode(spec, "test.M", data)
    assert decoded.value == {"x": value}
    assert decoded.consumed == len(data)
    assert encode(spec, "test.M", decoded.value) == data
    assert decode(spec, "test.M", data + b"\x00", prefix=True).value["x"] is not None or value is None


@pytest.mark.parametrize(
    ("name", "spec", "octets", "code", "path", "offset"), BAD, ids=[row[0] for row in BAD]
)
def test_hostile_forms_are_refused(
    name: str, spec: Any, octets: str, code: str, path: str, offset: int
) -> None:
    with pytest.raises(DecodeError) as refusal:
        decode(spec, "test.M", bytes.fromhex(octets))
    found = refusal.value
    assert (found.code, found.path, found.offset) == (code, path, offset)
    assert found.number > 0 and found.tree is not None


@pytest.mark.parametrize(("name", "spec", "value", "code"), UNWRITABLE, ids=[row[0] for row in UNWRITABLE])
def test_values_that_cannot_be_written(name: str, spec: Any, value: Any, code: str) -> None:
    with pytest.raises(EncodeError) as refusal:
        encode(spec, "test.M", {"x": value})
    assert (refusal.value.code, refusal.value.offset) == (code, None)


@pytest.mark.parametrize(
    "row", [row for row in GOOD if row[0] not in ("loop", "text")], ids=lambda row: row[0]
)
def test_every_prefix_is_refused(row: Any) -> None:
    _, spec, octets, _ = row
    data = bytes.fromhex(octets)
    for cut in range(len(data)):
        if row[0] == "skipping":
            continue  # a list up to the end has good prefixes
        with pytest.raises(DecodeError):
            decode(spec, "test.M", data[:cut])


def test_overlong_forms_are_read_where_the_form_allows_them() -> None:
    assert decode(LEB, "test.M", bytes.fromhex("8000")).value == {"x": 0}
    assert decode(PROTO, "test.M", bytes.fromhex("8100")).value == {"x": 1}
    assert decode(PROTO32, "test.M", bytes.fromhex("8080808010")).value == {"x": 0}


def test_bit_of_a_field() -> None:
    with pytest.raises(DecodeError) as refusal:
        decode(BITS, "test.M", bytes.fromhex("1ffc"))
    assert refusal.value.bit == 3
    decoded = decode(BITS, "test.M", bytes.fromhex("2005"))
    assert decoded.value == {"a": 1, "b": 1, "c": True}
    assert encode(BITS, "test.M", decoded.value) == bytes.fromhex("2005")
    nodes = decoded.tree.children
    assert [(n.name, n.offset, n.bit, n.width) for n in nodes] == [
        ("a", 0, 0, 3),
        ("b", 0, 3, 11),
        ("(unused)", 1, 6, 1),
        ("c", 1, 7, 1),
    ]


def test_computed_length_and_when_agree_on_writing() -> None:
    slots = [
        slot(0, "length", shape.Integer(0, 255), Role.COMPUTED, value=Measure("octets", 2, Kind.INT)),
        slot(1, "flag", shape.Integer(0, 255)),
        slot(2, "data", OCTETS),
        slot(3, "extra", shape.Integer(0, 255), optional=True),
    ]
    wanted = Binary("==", ref(1), number(1), Kind.BOOL)
    body = block(
        byte(0),
        byte(1),
        plan.Take(2, plan.Exact(ref(0))),
        plan.Verify(0, Fault("bad_value")),
        plan.When(wanted, block(byte(3)), given=3),
        emit=(1, 2, 4, 0, 3),
    )
    spec = specification(record("M", slots, body))
    assert encode(spec, "test.M", {"flag": 1, "data": b"ab", "extra": 9}) == bytes.fromhex("0201616209")
    assert decode(spec, "test.M", bytes.fromhex("02006162")).value == {
        "flag": 0,
        "data": b"ab",
        "extra": None,
    }
    for flag, extra, code in ((0, 9, "unknown_field"), (1, None, "missing_field")):
        with pytest.raises(EncodeError) as refusal:
            encode(spec, "test.M", {"flag": flag, "data": b"", "extra": extra})
        assert (refusal.value.code, refusal.value.path) == (code, "extra")
    with pytest.raises(EncodeError) as refusal:
        encode(spec, "test.M", {"flag": 0, "data": b"", "oops": 1})
    assert (refusal.value.code, refusal.value.path) == ("unknown_field", "oops")


def test_partial_and_tree_of_a_refusal() -> None:
    slots = [slot(0, "a"), slot(1, "b")]
    spec = specification(record("M", slots, block(plan.Uint(0, 2), plan.Uint(1, 2))))
    with pytest.raises(DecodeError) as refusal:
        decode(spec, "test.M", bytes.fromhex("000700"))
    assert refusal.value.partial == {"a": 7}
    tree = refusal.value.tree
    assert tree is not None and [(n.name, n.value) for n in tree.children] == [("a", 7), ("b", None)]


def test_dynamic_shift_is_bounded() -> None:
    expr = Binary("==", Binary("<<", number(1), ref(0), Kind.INT), number(0), Kind.BOOL)
    spec = one(plan.Uint(0, 4), shape.Integer(0, 1 << 32), plan.Check(expr, Fault("rule_broken")))
    with pytest.raises(DecodeError) as refusal:
        decode(spec, "test.M", b"\xff\xff\xff\xff")
    assert refusal.value.code == "out_of_range"


def test_literal_true_check_passes() -> None:
    spec = one(byte(0), shape.Integer(0, 255), plan.Check(Literal(True, Kind.BOOL), Fault("rule_broken")))
    assert decode(spec, "test.M", b"\x01").value == {"x": 1}
