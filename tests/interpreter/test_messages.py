"""Whole messages from hand-built plans: MACs and checksums, protobuf bodies, JSON trees, unions, recursion."""

from __future__ import annotations

import hashlib
import hmac
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from art7.grammar.ir import plan, shape
from art7.grammar.ir.expression import (
    Binary,
    Call,
    Covered,
    Kind,
    Literal,
    Measure,
    Override,
    ParamRef,
    Position,
)
from art7.grammar.ir.module import ErrorDeclaration, Specification
from art7.grammar.ir.plan import Carrier, Fault, Param, Place, PlaceArgument, Role
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError, EncodeError
from plans import block, number, record, ref, slot, specification

BYTE, OCTETS, TEXT = shape.Integer(0, 255), shape.Octets(), shape.Text()
KEY = b"k" * 16


def checked_message() -> Specification:
    """length, then attributes (kind, length, value): 1 a MAC over what is before, 2 a CRC, else octets.

    The MAC sees the message's length as if it ended with the MAC.
    """
    end = Binary("+", Position("start"), number(6), Kind.INT)
    covered = Covered(None, (Override(0, True, 2, end),))
    mac = Call(
        "first",
        (Call("hmac_sha256", (ParamRef(0, Kind.BYTES), covered), Kind.BYTES), number(4)),
        Kind.BYTES,
    )
    crc = Call("crc32", (Covered(None, ()),), Kind.INT)
    attribute = record(
        "Attribute",
        [
            slot(0, "kind", BYTE),
            slot(1, "size", BYTE, Role.COMPUTED, value=Measure("octets", 2, Kind.INT)),
            slot(2, "value", shape.Union("kind", ())),
            slot(3, "mac", OCTETS, Role.LOCAL, value=mac),
            slot(4, "crc", shape.Integer(0, (1 << 32) - 1), Role.COMPUTED, value=crc),
            slot(5, "_octets", OCTETS, Role.LOCAL),
        ],
        block(
            plan.Uint(0, 1),
            plan.Uint(1, 1),
            plan.Region(
                2,
                plan.Exact(ref(1)),
                block(
                    plan.Branch(
                        ref(0),
                        (
                            plan.Case("mac", ((1, 1),), block(plan.Take(3, plan.Exact(number(4))))),
                            plan.Case("crc", ((2, 2),), block(plan.Uint(4, 4))),
                            plan.Case("bad", ((9, 9),), block(), Fault("bad_kind", "T-9")),
                            plan.Case("other", (), block(plan.Take(5, plan.Rest()))),
                        ),
                        2,
                        (3, None, None, 5),
                    )
                ),
            ),
            plan.Verify(3, Fault("bad_mac", "T-1"), guard=(0,), constant_time=True, deferred=True),
            plan.Verify(4, Fault("bad_crc", "T-2"), deferred=True),
            emit=(0, 2, 1, 3, 4),
        ),
        kind="struct",
        params=(Param(0, "key", OCTETS, nullable=True),),
        places=(Place("length", 2),),
        origin=True,
    )
    message = record(
        "M",
        [
            slot(0, "length", shape.Integer(0, 65535), Role.COMPUTED, value=Measure("octets", 1, Kind.INT)),
            slot(1, "list", shape.Sequence(shape.RecordOf("test.Attribute"))),
            slot(2, "_item", shape.RecordOf("test.Attribute"), Role.LOCAL),
        ],
        block(
            plan.Uint(0, 2),
            plan.Region(
                1,
                plan.Exact(ref(0)),
                block(
                    plan.Loop(
                        1,
                        2,
                        block(
                            plan.CallRecord(
                                2, "test.Attribute", (ParamRef(0, Kind.BYTES),), (PlaceArgument(0, False),)
                            )
                        ),
                    )
                ),
            ),
            plan.Verify(0, Fault("bad_value"), implied=True),
            emit=(1, 0, 2),
        ),
        params=(Param(0, "key", OCTETS, nullable=True),),
        origin=True,
    )
    errors = (
        ErrorDeclaration("bad_mac", 101),
        ErrorDeclaration("bad_crc", 102),
        ErrorDeclaration("bad_kind", 103),
    )
    return specification(attribute, message, errors=errors)


CHECKED = checked_message()


def test_macs_and_checksums_are_computed_in_wire_order() -> None:
    value = {"list": [{"kind": 5, "value": b"hello"}, {"kind": 1}, {"kind": 2}]}
    octets = encode(CHECKED, "test.M", value, {"key": KEY})
    body = bytes.fromhex("0505") + b"hello" + bytes.fromhex("0104")
    total = len(body) + 4 + 2 + 4
    # The MAC covers everything up to its attribute, with the length of a message that ends after it.
    before = (2 + 7 + 6).to_bytes(2, "big") + body[:-2]
    mac = hmac.new(KEY, before, hashlib.sha256).digest()[:4]
    head = total.to_bytes(2, "big") + body + mac
    expected = head + bytes.fromhex("0204") + zlib.crc32(head).to_bytes(4, "big")
    assert octets == expected
    decoded = decode(CHECKED, "test.M", octets, {"key": KEY})
    assert decoded.value["list"][1] == {"kind": 1, "value": mac} and decoded.unverified == ()
    unkeyed = decode(CHECKED, "test.M", octets)
    assert unkeyed.unverified == ("T-1",) and unkeyed.value == decoded.value
    assert encode(CHECKED, "test.M", unkeyed.value) == octets


def test_a_changed_octet_breaks_the_mac_first() -> None:
    octets = bytearray(
        encode(CHECKED, "test.M", {"list": [{"kind": 5, "value": b"a"}, {"kind": 1}]}, {"key": KEY})
    )
    octets[4] ^= 1
    with pytest.raises(DecodeError) as refusal:
        decode(CHECKED, "test.M", bytes(octets), {"key": KEY})
    found = refusal.value
    assert (found.code, found.number, found.requirement) == ("bad_mac", 101, "T-1")
    assert (found.path, found.offset) == ("list[1].mac", 7)
    assert found.partial["list"][0] == {"kind": 5, "value": b"`"}


def test_without_key_and_without_value_there_is_nothing_to_write() -> None:
    with pytest.raises(EncodeError) as refusal:
        encode(CHECKED, "test.M", {"list": [{"kind": 1}]})
    assert (refusal.value.code, refusal.value.path) == ("missing_field", "list[0].mac")


@pytest.mark.parametrize(
    ("params", "code", "path"),
    [({"key": "text"}, "wrong_kind", "key"), ({"oops": b""}, "unknown_field", "oops")],
)
def test_parameters_that_do_not_fit(params: dict[str, Any], code: str, path: str) -> None:
    with pytest.raises(DecodeError) as refusal:
        decode(CHECKED, "test.M", b"\0\0", params)
    assert (refusal.value.code, refusal.value.path) == (code, path)
    with pytest.raises(EncodeError) as written:
        encode(CHECKED, "test.M", {"list": []}, params)
    assert (written.value.code, written.value.path) == (code, path)


def test_an_arm_that_refuses() -> None:
    with pytest.raises(DecodeError) as refusal:
        decode(CHECKED, "test.M", bytes.fromhex("00020900"))
    found = refusal.value
    assert (found.code, found.path, found.offset, found.requirement) == ("bad_kind", "list[0]", 4, "T-9")


@given(st.binary(max_size=40))
def test_any_octets_give_a_value_or_a_refusal(data: bytes) -> None:
    for octets in (data, len(data).to_bytes(2, "big") + data):
        try:
            decoded = decode(CHECKED, "test.M", octets)
        except DecodeError as error:
            assert error.offset is not None and 0 <= error.offset <= len(octets)
            assert error.tree is not None
            continue
        assert encode(CHECKED, "test.M", decoded.value) == octets


# ---- protobuf ------------------------------------------------------------------------------------------------


def _prefixed(slot_index: int, text: bool = False) -> plan.Block:
    return block(plan.Take(slot_index, plan.Prefixed("protobuf"), text=text))


PROTO = specification(
    record(
        "M",
        [
            slot(0, "a", shape.Integer(0, (1 << 32) - 1), default=number(0)),
            slot(1, "b", OCTETS, optional=True),
            slot(2, "n", shape.Sequence(shape.Integer(-(1 << 31), (1 << 31) - 1))),
            slot(3, "_n", role=Role.LOCAL),
            slot(4, "t", shape.Sequence(TEXT)),
            slot(5, "_t", TEXT, Role.LOCAL),
            slot(6, "need", BYTE),
            slot(7, "unknown", OCTETS),
        ],
        block(
            plan.Fields(
                (
                    plan.FieldEntry(1, 0, 0, block(plan.Varint(0, "protobuf", bits=32))),
                    plan.FieldEntry(2, 2, 1, _prefixed(1)),
                    plan.FieldEntry(
                        3, 2, 2, block(plan.Varint(3, "protobuf", bits=32, zigzag=True)), item=3, packed=True
                    ),
                    plan.FieldEntry(4, 2, 4, _prefixed(5, text=True), item=5),
                    plan.FieldEntry(5, 0, 6, block(plan.Varint(6, "protobuf", bits=32)), required=True),
                ),
                "preserve",
                7,
            )
        ),
        encoding="protobuf",
        options=(("canonical", "field_order"),),
    )
)

PROTO_GOOD = [
    ("2801", {"a": 0, "b": None, "n": [], "t": [], "need": 1, "unknown": b""}),
    ("0805" "2801", {"a": 5, "b": None, "n": [], "t": [], "need": 1, "unknown": b""}),
    ("2801" "0801" "0802", {"a": 2, "b": None, "n": [], "t": [], "need": 1, "unknown": b""}),
    ("1200" "1a03010204" "1803" "22026869" "2200" "2801",
     {"a": 0, "b": b"", "n": [-1, 1, 2, -2], "t": ["hi", ""], "need": 1, "unknown": b""}),
    ("2801" "33" "0801" "34" "3d01020304",
     {"a": 0, "b": None, "n": [], "t": [], "need": 1, "unknown": bytes.fromhex("330801343d01020304")}),
]  # fmt: skip

PROTO_BAD = [
    ("", "missing_field", "need", 0),
    ("08", "truncated", "a", 1),
    ("0a00", "wrong_kind", "a", 0),
    ("280100", "bad_tag", "", 2),
    ("280106", "bad_tag", "", 2),
    ("280134", "bad_tag", "", 2),
    ("280133", "truncated", "", 2),
    ("28013344", "bad_tag", "", 2),
    ("28013d0102", "truncated", "", 2),
    ("28011203ff", "truncated", "b", 3),
    ("28012201ff", "bad_text", "t[0]", 4),
    ("28011a0180", "truncated", "n[0]", 4),
    ("28018080808080808080808001", "bad_varint", "", 2),
    ("2801" + "33" * 70 + "34" * 70, "bad_tag", "", 2),
]


@pytest.mark.parametrize(("octets", "value"), PROTO_GOOD)
def test_protobuf_fields(octets: str, value: dict[str, Any]) -> None:
    data = bytes.fromhex(octets)
    assert decode(PROTO, "test.M", data).value == value
    again = encode(PROTO, "test.M", value)
    assert decode(PROTO, "test.M", again).value == value
    assert len(again) <= len(data)


@pytest.mark.parametrize(("octets", "code", "path", "offset"), PROTO_BAD)
def test_protobuf_refusals(octets: str, code: str, path: str, offset: int) -> None:
    with pytest.raises(DecodeError) as refusal:
        decode(PROTO, "test.M", bytes.fromhex(octets))
    assert (refusal.value.code, refusal.value.path, refusal.value.offset) == (code, path, offset)


@given(st.binary(max_size=30))
def test_any_protobuf_octets(data: bytes) -> None:
    try:
        value = decode(PROTO, "test.M", data + b"\x28\x01").value
    except DecodeError:
        return
    assert decode(PROTO, "test.M", encode(PROTO, "test.M", value)).value == value


# ---- JSON ----------------------------------------------------------------------------------------------------


def _entry(key: str, index: int, step: plan.Step, *, required: bool = True) -> plan.Entry:
    return plan.Entry(key, index, block(step), required)


def tree_message() -> Specification:
    child = record(
        "Child",
        [slot(0, "k", TEXT), slot(1, "next", shape.RecordOf("test.Child"), optional=True)],
        block(
            plan.Object(
                (
                    _entry("k", 0, plan.Scalar(0, "text", 1, 3)),
                    _entry("next", 1, plan.CallRecord(1, "test.Child"), required=False),
                )
            )
        ),
        kind="struct",
        carrier=Carrier.TREE,
        recursive=True,
    )
    slots = [
        slot(0, "type", TEXT, Role.COMPUTED, value=Literal("m", Kind.TEXT)),
        slot(1, "n", shape.Integer(-5, 5), default=number(2)),
        slot(2, "maybe", shape.Nullable(TEXT), optional=True),
        slot(3, "octets", OCTETS, optional=True),
        slot(4, "list", shape.Sequence(BYTE), optional=True),
        slot(5, "_item", role=Role.LOCAL),
        slot(6, "map", shape.Mapping(TEXT, BYTE), optional=True),
        slot(7, "_value", role=Role.LOCAL),
        slot(8, "child", shape.RecordOf("test.Child"), optional=True),
        slot(9, "extra", BYTE, optional=True),
        slot(10, "unknown", shape.Anything()),
    ]
    cases = (
        plan.SpreadCase(((2, 2),), (_entry("extra", 9, plan.Scalar(9, "integer", 0, 255)),)),
        plan.SpreadCase(((3, 3),), (), Fault("rule_broken", "T-3")),
        plan.SpreadCase((), ()),
    )
    integer = plan.Scalar(5, "integer", 0, 255)
    body = block(
        plan.Object(
            (
                _entry("type", 0, plan.Scalar(0, "text")),
                _entry("n", 1, plan.Scalar(1, "integer", -5, 5), required=False),
                _entry("maybe", 2, plan.Scalar(2, "text", nullable=True), required=False),
                _entry("m.octets", 3, plan.Scalar(3, "base64", 2, 4), required=False),
                _entry("list", 4, plan.Items(4, 5, block(integer), 1, 2), required=False),
                _entry("map", 6, plan.Members(6, 7, block(plan.Scalar(7, "integer", 0, 9)), shape.Text(1, 2)),
                       required=False),
                _entry("child", 8, plan.CallRecord(8, "test.Child"), required=False),
            ),
            (plan.Spread(ref(1), cases),),
            "preserve",
            10,
        ),
        plan.Verify(0, Fault("bad_value")),
    )  # fmt: skip
    options = (("canonical", "matrix"), ("numbers", "integer53"))
    message = record(
        "M",
        slots,
        body,
        carrier=Carrier.TREE,
        encoding="json",
        options=options,
        limit_depth=6,
        limit_size=500,
    )
    return specification(child, message)


TREE = tree_message()

TREE_GOOD = [
    ('{"extra":7,"type":"m"}', {"n": 2, "extra": 7}),
    ('{"n":1,"type":"m"}', {"n": 1}),
    ('{"maybe":null,"n":1,"type":"m"}', {"n": 1, "maybe": None}),
    ('{"maybe":"","n":1,"type":"m"}', {"n": 1, "maybe": ""}),
    ('{"m.octets":"YWI=","n":0,"type":"m"}', {"n": 0, "octets": b"ab"}),
    ('{"list":[1,2],"map":{"a":1,"é":2},"n":0,"type":"m"}', {"n": 0, "list": [1, 2], "map": {"a": 1, "é": 2}}),
    ('{"child":{"k":"a","next":{"k":"b"}},"n":0,"type":"m","x":[null,{}]}',
     {"n": 0, "child": {"k": "a", "next": {"k": "b", "next": None}}, "unknown": {"x": [None, {}]}}),
]  # fmt: skip

TREE_BAD = [
    ("[]", "wrong_kind", "", 0),
    ("{}", "missing_field", "type", 0),
    ('{"type":1}', "wrong_kind", "type", 8),
    ('{"type":"x","extra":1}', "bad_value", "type", 8),
    ('{"type":"m"}', "missing_field", "extra", 0),
    ('{"type":"m","n":true}', "wrong_kind", "n", 16),
    ('{"type":"m","n":1.0}', "wrong_kind", "n", 16),
    ('{"type":"m","n":6}', "out_of_range", "n", 16),
    ('{"type":"m","n":3}', "rule_broken", "", 0),
    ('{"type":"m","n":null}', "wrong_kind", "n", 16),
    ('{"type":"m","n":1,"m.octets":"YQ=="}', "too_short", "octets", 29),
    ('{"type":"m","n":1,"m.octets":"!"}', "bad_text", "octets", 29),
    ('{"type":"m","n":1,"list":[]}', "too_few", "list", 25),
    ('{"type":"m","n":1,"list":[1,2,3]}', "too_many", "list", 30),
    ('{"type":"m","n":1,"list":[1,"2"]}', "wrong_kind", "list[1]", 28),
    ('{"type":"m","n":1,"map":{"abc":1}}', "too_long", 'map["abc"]', 31),
    ('{"type":"m","n":1,"map":{"a":99}}', "out_of_range", 'map["a"]', 29),
    ('{"type":"m","n":1,"child":{"k":"a","next":{}}}', "missing_field", "child.next.k", 42),
    ('{"type":"m","n":1,"x":[[[[[[1]]]]]]}', "too_deep", "", 27),
    ('{"type":"m","n":1,"n":1}', "duplicate_field", "", 18),
    ('{"type":"m","n":1,"x":[1,{"y":2.0}]}', "wrong_kind", "unknown", 30),
    ('{"type":"m","n":1,"x":9007199254740992}', "out_of_range", "unknown", 22),
    ('{"type":"m","n":1} x', "trailing_data", "", 19),
]


@pytest.mark.parametrize(("text", "value"), TREE_GOOD)
def test_trees_go_round_in_canonical_form(text: str, value: dict[str, Any]) -> None:
    found = decode(TREE, "test.M", text.encode())
    for name, wanted in value.items():
        assert found.value[name] == wanted
    assert ("maybe" in found.value) == ("maybe" in value)
    assert encode(TREE, "test.M", found.value) == text.encode()
    assert encode(TREE, "test.M", value) == text.encode()


@pytest.mark.parametrize(("text", "code", "path", "offset"), TREE_BAD)
def test_tree_refusals(text: str, code: str, path: str, offset: int) -> None:
    with pytest.raises(DecodeError) as refusal:
        decode(TREE, "test.M", text.encode())
    assert (refusal.value.code, refusal.value.path, refusal.value.offset) == (code, path, offset)


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        ({"n": 2}, "missing_field", "extra"),
        ({"n": 1, "extra": 3}, "unknown_field", "extra"),
        ({"n": 3}, "rule_broken", ""),
        ({"n": 1, "list": []}, "too_few", "list"),
        ({"n": 1, "list": [1, 300]}, "out_of_range", "list"),
        ({"n": 1, "octets": "ab"}, "wrong_kind", "octets"),
        ({"n": 1, "unknown": {"n": 1}}, "duplicate_field", "unknown"),
        ({"n": 1, "unknown": {"x": 1.5}}, "wrong_kind", ""),
        ({"n": 1, "unknown": {"x": "y" * 500}}, "too_large", ""),
    ],
)
def test_trees_that_cannot_be_written(value: dict[str, Any], code: str, path: str) -> None:
    with pytest.raises(EncodeError) as refusal:
        encode(TREE, "test.M", value)
    assert (refusal.value.code, refusal.value.path) == (code, path)


def test_places_of_a_tree() -> None:
    text = b'{"type": "m",\n "n": 1, "list": [4]}'
    nodes = decode(TREE, "test.M", text).tree.children
    assert [(n.path, n.offset, n.value) for n in nodes] == [
        ("type", 9, "m"),
        ("n", 20, 1),
        ("list", 31, None),
    ]
    assert [(n.path, n.offset, n.value) for n in nodes[2].children] == [("list[0]", 32, 4)]


def test_recursion_in_octets_is_counted() -> None:
    node = record(
        "Node",
        [slot(0, "next", shape.RecordOf("test.Node"), optional=True)],
        block(plan.Present(0, block(plan.CallRecord(0, "test.Node")))),
        recursive=True,
        limit_depth=20,
    )
    spec = specification(node)
    assert (
        encode(spec, "test.Node", decode(spec, "test.Node", b"\1" * 19 + b"\0").value) == b"\1" * 19 + b"\0"
    )
    with pytest.raises(DecodeError) as refusal:
        decode(spec, "test.Node", b"\1" * 100000)
    assert (refusal.value.code, refusal.value.offset) == ("too_deep", 20)
    value: Any = {"next": None}
    for _ in range(5000):
        value = {"next": value}
    with pytest.raises(EncodeError) as written:
        encode(spec, "test.Node", value)
    assert written.value.code == "too_deep"
