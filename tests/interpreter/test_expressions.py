"""Expressions: every operator, absence, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from art7.grammar.ir import shape
from art7.grammar.ir.builtins import FUNCTIONS
from art7.grammar.ir.expression import (
    Attribute,
    Binary,
    Call,
    Conditional,
    Covered,
    Element,
    EncodedSlot,
    Expr,
    InRanges,
    IsLast,
    Kind,
    ListOf,
    Literal,
    LocalRef,
    Measure,
    OctetAt,
    Override,
    Position,
    Quantified,
    Unary,
)
from art7.grammar.ir.plan import CallRecord, Form, Loop, Rest, Role, Take, Uint, View
from art7.interpreter.decode import decode
from art7.interpreter.errors import DecodeError
from plans import block, number, record, ref, slot, specification


def evaluate(expr: Expr, value: Any = 7, kind: Kind = Kind.INT) -> Any:
    """Evaluate with slot 0 = octet `value` and slot 1 absent."""
    slots = [
        slot(0, "x"),
        slot(1, "absent", optional=True),
        slot(2, "v", shape.Anything(), Role.VIEW),
        slot(3, "b", shape.Octets()),
    ]
    body = block(Uint(0, 1), Take(3, Rest()), View(2, expr))
    spec = specification(record("M", slots, body))
    return decode(spec, "test.M", bytes([value]) + b"abc").value["v"]


def text(value: str) -> Literal:
    return Literal(value, Kind.TEXT)


def octets(value: bytes) -> Literal:
    return Literal(value, Kind.BYTES)


def call(name: str, *arguments: Any) -> Call:
    return Call(name, tuple(arguments), Kind.ANY)


X, ABSENT, B = ref(0), ref(1), ref(3, Kind.BYTES)

VALUES: list[tuple[Expr, Any]] = [
    (Binary("+", X, number(1), Kind.INT), 8),
    (Binary("-", X, number(9), Kind.INT), -2),
    (Binary("*", X, X, Kind.INT), 49),
    (Binary("/", number(-7), number(2), Kind.INT), -4),
    (Binary("%", number(-7), number(4), Kind.INT), 1),
    (Binary("&", X, number(5), Kind.INT), 5),
    (Binary("|", X, number(8), Kind.INT), 15),
    (Binary("^", X, number(1), Kind.INT), 6),
    (Binary("^", octets(b"\x01\x02"), octets(b"\x03\x02"), Kind.BYTES), b"\x02\x00"),
    (Binary("<<", X, number(2), Kind.INT), 28),
    (Binary(">>", X, number(1), Kind.INT), 3),
    (Binary("++", B, octets(b"d"), Kind.BYTES), b"abcd"),
    (Binary("++", text("a"), text("b"), Kind.TEXT), "ab"),
    (Binary("==", X, number(7), Kind.BOOL), True),
    (Binary("!=", X, number(7), Kind.BOOL), False),
    (Binary("<", X, number(8), Kind.BOOL), True),
    (Binary("<=", X, number(7), Kind.BOOL), True),
    (Binary(">", X, number(7), Kind.BOOL), False),
    (Binary(">=", X, number(8), Kind.BOOL), False),
    (Binary("and", Literal(False, Kind.BOOL), Binary("/", X, number(0), Kind.INT), Kind.BOOL), False),
    (Binary("or", Literal(True, Kind.BOOL), Binary("/", X, number(0), Kind.INT), Kind.BOOL), True),
    (Unary("-", X, Kind.INT), -7),
    (Unary("~", X, Kind.INT), -8),
    (Unary("not", Literal(False, Kind.BOOL), Kind.BOOL), True),
    (InRanges(X, ((1, 3), (7, 7))), True),
    (InRanges(text("b"), (("a", "a"), ("b", "b"))), True),
    (InRanges(X, ((8, 9),)), False),
    (Conditional(Literal(True, Kind.BOOL), X, Binary("/", X, number(0), Kind.INT), Kind.INT), 7),
    (Element(B, number(1), Kind.INT), 98),
    (ListOf((X, number(1)), Kind.LIST), [7, 1]),
    (Measure("octets", 3, Kind.INT), 3),
    (Measure("count", 3, Kind.INT), 3),
    (Measure("octets", 1, Kind.INT), 0),
    (Measure("count", 1, Kind.INT), 0),
    (Measure("present", 1, Kind.BOOL), False),
    (Measure("present", 3, Kind.BOOL), True),
    (Position("offset"), 4),
    (Position("remaining"), 0),
    (Position("end"), 4),
    (Position("start"), 0),
    (OctetAt(number(1)), 97),
    (EncodedSlot(3), b"abc"),
    (Covered(3, ()), b"\x07"),
    (Covered(3, (Override(0, False, 1, number(9)),)), b"\x09"),
    (Binary("==", ABSENT, Literal(None, Kind.NULL), Kind.BOOL), True),
    (Binary("<", ABSENT, number(1), Kind.BOOL), False),
    (Binary(">=", ABSENT, number(1), Kind.BOOL), False),
    (Quantified(True, "c", B, Binary(">", LocalRef("c", Kind.INT), number(96), Kind.BOOL)), True),
    (Quantified(False, "c", B, Binary("==", LocalRef("c", Kind.INT), number(99), Kind.BOOL)), True),
    (Quantified(True, "c", octets(b""), Literal(False, Kind.BOOL)), True),
    (
        Quantified(
            False,
            "c",
            B,
            Binary(
                "and", IsLast("c"), Binary("==", LocalRef("c", Kind.INT), number(99), Kind.BOOL), Kind.BOOL
            ),
        ),
        True,
    ),
    (call("length", B), 3),
    (call("first", B, number(2)), b"ab"),
    (call("last", B, number(2)), b"bc"),
    (call("slice", B, number(1), number(2)), b"b"),
    (call("zeros", number(3)), bytes(3)),
    (call("u24be", X), b"\0\0\7"),
    (call("u16le", X), b"\7\0"),
    (call("bits", X), 3),
    (call("strip", text(" -a-"), text(" -")), "a"),
    (call("kind_of", B), "octets"),
    (call("kind_of", X), "number"),
    (call("kind_of", text("")), "text"),
    (call("before", text("a@b@c"), text("@")), "a"),
    (call("before", text("ab"), text("@")), "ab"),
    (call("after", text("a@b@c"), text("@")), "b@c"),
    (call("after", text("ab"), text("@")), ""),
    (call("after", text("ab"), text("")), ""),
    (call("lower", text("ÀB")), "Àb"),
    (call("upper", text("ßb")), "ßB"),
    (call("hex", B), "616263"),
    (call("mls_vector", B), b"\x03abc"),
    (call("crc32", octets(b"123456789")), 0xCBF43926),
    (call("crc32c", octets(b"123456789")), 0xE3069283),
    (call("base58", octets(b"\0\0abc")), "11ZiCa"),
    (call("base58_decode", text("11ZiCa")), b"\0\0abc"),
]

REFUSED: list[tuple[Expr, str]] = [
    (Binary("/", X, number(0), Kind.INT), "division_by_zero"),
    (Binary("%", X, number(0), Kind.INT), "division_by_zero"),
    (Binary("<<", X, number(1025), Kind.INT), "out_of_range"),
    (Binary(">>", X, number(-1), Kind.INT), "out_of_range"),
    (Binary("^", octets(b"a"), octets(b"ab"), Kind.BYTES), "out_of_range"),
    (Binary("+", X, ABSENT, Kind.INT), "missing_field"),
    (Unary("-", ABSENT, Kind.INT), "missing_field"),
    (Element(B, number(3), Kind.INT), "out_of_range"),
    (Element(B, number(-1), Kind.INT), "out_of_range"),
    (OctetAt(number(4)), "truncated"),
    (OctetAt(number(-1)), "truncated"),
    (call("first", B, number(4)), "out_of_range"),
    (call("last", B, number(-1)), "out_of_range"),
    (call("zeros", number(1 << 40)), "out_of_range"),
    (call("u8be", number(256)), "out_of_range"),
    (call("text", octets(b"\xff")), "bad_text"),
    (call("unhex", text("0g")), "bad_text"),
    (call("base64_decode", text("YQ=")), "bad_text"),
    (call("integer", text("٣")), "bad_text"),
    (call("base58_decode", text("0")), "bad_text"),
    (call("base58", octets(bytes(4097))), "out_of_range"),
    (call("utf8", ABSENT), "missing_field"),
    (call("hash", text("sha0"), B), "unknown_value"),
    (call("hkdf_expand", text("sha256"), B, B, number(8161)), "out_of_range"),
    (call("x25519", octets(bytes(range(32))), octets(bytes(32))), "small_order"),
    (call("x25519", octets(b"short"), octets(bytes(32))), "bad_key"),
    (call("ecdh_p256", octets(bytes(31) + b"\1"), octets(b"\4" + bytes(64))), "bad_point"),
    (
        call(
            "aead_open",
            text("aes_128_gcm"),
            octets(bytes(16)),
            octets(bytes(12)),
            octets(b""),
            octets(bytes(20)),
        ),
        "not_authentic",
    ),
    (call("aes_gcm_open", octets(bytes(15)), octets(bytes(12)), octets(b""), octets(bytes(20))), "bad_key"),
    (call("aes_cbc_decrypt", octets(bytes(16)), octets(bytes(16)), octets(b"odd")), "not_authentic"),
    (call("random", number(4)), "internal"),
]


@pytest.mark.parametrize(("expr", "value"), VALUES, ids=range(len(VALUES)))
def test_values(expr: Expr, value: Any) -> None:
    assert evaluate(expr) == value


@pytest.mark.parametrize(("expr", "code"), REFUSED, ids=range(len(REFUSED)))
def test_refusals(expr: Expr, code: str) -> None:
    with pytest.raises(DecodeError) as refusal:
        evaluate(expr)
    assert refusal.value.code == code


def test_members_of_records_and_tuples() -> None:
    for form in (Form.OBJECT, Form.TUPLE):
        inner = record(
            "I", [slot(0, "a"), slot(1, "b")], block(Uint(0, 1), Uint(1, 1)), kind="struct", form=form
        )
        items = shape.Sequence(shape.RecordOf("test.I"))
        slots = [
            slot(0, "list", items),
            slot(1, "_item", role=Role.LOCAL),
            slot(2, "v", shape.Anything(), Role.VIEW),
        ]
        test = Binary("==", Attribute(LocalRef("i", Kind.RECORD), "b", Kind.INT), number(2), Kind.BOOL)
        body = block(
            Loop(0, 1, block(CallRecord(1, "test.I"))),
            View(2, Quantified(True, "i", ref(0, Kind.LIST), test)),
        )
        spec = specification(inner, record("M", slots, body))
        assert decode(spec, "test.M", b"\1\2\3\2").value["v"] is True
        assert decode(spec, "test.M", b"\1\2\3\4").value["v"] is False


@given(st.data())
def test_builtins_yield_or_refuse_whatever_they_get(data: st.DataObject) -> None:
    from art7.interpreter.functions import Refused, plain

    name = data.draw(st.sampled_from(sorted(set(FUNCTIONS) - {"random", "fresh"})))
    by_kind = {
        Kind.INT: st.integers(-(1 << 70), 1 << 70) | st.integers(0, 64),
        Kind.BYTES: st.binary(max_size=64) | st.binary(min_size=32, max_size=32),
        Kind.TEXT: st.text(max_size=12) | st.sampled_from(["sha256", "aes_128_gcm"]),
        Kind.LIST: st.lists(st.binary(max_size=3), max_size=4),
        Kind.BOOL: st.booleans(),
        Kind.MAP: st.dictionaries(st.text(max_size=2), st.integers(), max_size=3),
    }
    first = FUNCTIONS[name].parameters[0]
    if name in ("join", "starts_with", "ends_with", "contains", "min", "max"):
        return  # arguments of one kind: checked when a text is typed
    arguments = [
        data.draw(by_kind[parameter.kinds[0] if parameter.kinds[0] in by_kind else Kind.INT])
        for parameter in (first, *FUNCTIONS[name].parameters[1:])
    ]
    try:
        plain(name)(*arguments)
    except Refused as refusal:
        assert refusal.code and refusal.expected
