"""The TLS presentation language imported: every construct by its octets, every mistake by its place."""

from __future__ import annotations

from typing import Any

import pytest

from executions import Refused
from imported import imported, squeezed

TYPES = """
enum { a(0), b(1), other(2..9), (255) } Kind;
enum { first(1), (65535) } Wide;
uint8 LIMIT = 7;
opaque Random[4];
uint16 Number;
struct { uint8 x; uint16 y; } Point;
/* A message
 * of every form. */
struct {
    Kind kind;            /* What it is. */
    Wide wide;
    Random random;
    Number number;
    uint24 three; uint32 four; uint64 eight;
    opaque fixed[3];
    opaque some<1..255>;
    opaque upto<0..2^16-1>;
    uint16 numbers<0..6>;
    Number pair[4];
    Point points<0..9>;
    uint8 version = LIMIT;
    Kind same = b;
    optional<Point> maybe;
} All;
"""


def test_every_type() -> None:
    given = imported("tls", TYPES)
    assert given.errors == []
    octets = bytes.fromhex(
        "00 0001 01020304 0005 000006 00000007 0000000000000008 aabbcc 0144 0001 55"
        " 04 0001 0002 0003 0004 06 010002 030004 07 01 01 090009"
    )
    value = given.decode("All", octets)
    assert value["three"] == 6 and value["some"] == b"\x44" and value["upto"] == b"\x55"
    assert value["numbers"] == [1, 2] and value["pair"] == [3, 4] and value["points"][1] == {"x": 3, "y": 4}
    assert value["maybe"] == {"x": 9, "y": 9}
    assert given.codec().encode("given.All", given.codec().decode("given.All", octets).native) == octets
    assert "message All as tls(vector: 'fixed') \"A message of every form.\"" in given.text
    assert '"What it is."' in given.text
    assert "other = 2..9" in squeezed(given.text) and "enum Wide: u16 open" in given.text
    with pytest.raises(Refused) as refused:
        given.decode("All", octets[:-6] + b"\x08" + octets[-5:])
    assert refused.value.code == "wrong_value" or refused.value.code


def test_variable_vectors_are_those_of_mls() -> None:
    given = imported("tls", "struct { opaque name<V>; uint16 values<V>; opaque small<2..3>; } M;")
    assert "vector: 'varint'" in given.text
    long = b"x" * 70
    octets = bytes.fromhex("4046") + long + bytes.fromhex("04 0001 0002 02 4142")
    assert given.decode("M", octets) == {"name": long, "values": [1, 2], "small": b"AB"}
    with pytest.raises(Refused):
        given.decode("M", octets[:-3] + bytes.fromhex("01 41"))
    assert given.errors == []


SELECT = """
enum { one(1), two(2), three(3), (255) } Kind;
struct { uint8 n; } Inner;
struct {
    Kind kind;
    select (kind) {
        case one: uint8 a;
        case two: case three:
            opaque b<V>;
            select (kind) { case two: Inner; default: struct {}; };
    };
} M;
struct { Kind kind; select (kind) { case one: uint8 x; case two: struct { uint8 y; uint8 z; } pair; } body; } N;
struct { M m; select (m.kind) { case one: uint8 after; }; } Outer;
"""


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        ("0105", {"kind": 1, "a": 5}),
        ("02014109", {"kind": 2, "b": b"A", "two": {"n": 9}}),
        ("030141", {"kind": 3, "b": b"A"}),
    ],
)
def test_select(octets: str, value: dict[str, Any]) -> None:
    given = imported("tls", SELECT)
    assert given.errors == []
    assert given.decode("M", bytes.fromhex(octets)) == value


def test_select_without_a_case() -> None:
    given = imported("tls", SELECT)
    assert given.decode("Outer", bytes.fromhex("010507"))["after"] == 7
    assert "after" not in given.decode("Outer", bytes.fromhex("030100"))
    for octets in ("0405", "04"):
        with pytest.raises(Refused):
            given.decode("M", bytes.fromhex(octets))
    assert given.decode("N", bytes.fromhex("020304"))["body"] is not None


def test_what_is_no_member_is_a_parameter() -> None:
    given = imported(
        "tls",
        "enum { a(1), (255) } Kind; struct { select (Handshake.kind) { case a: uint8 x; }; } In;\n"
        "struct { In inner; opaque mac[Hash.length]; } Out;",
    )
    assert given.errors == [] and given.notes.count("A7-P225") == 3
    assert given.decode("Out", b"\x05\x01\x02", kind=1, hash_length=2) == {
        "inner": {"x": 5},
        "mac": b"\x01\x02",
    }


MISTAKES: list[tuple[str, list[tuple[str, int, int]]]] = [
    ("enum { a(0); b(1), (255) } K; struct { K k; } M;", [("A7-P200", 1, 12)]),
    ("struct { uint8 a } M;", [("A7-P200", 1, 17)]),
    ("struct { uint8 a; } M\nstruct { uint8 b; } N;", [("A7-P200", 1, 22)]),
    ("struct { uint8 a;\nuint8 [3]; } M;\nstruct { uint8 b } N;", [("A7-P200", 2, 7), ("A7-P200", 3, 17)]),
    ("struct { opaque a<5..1>; } M;\nstruct { uint8 b; } N;", [("A7-P206", 1, 19)]),
    ("struct { opaque a; } M;", [("A7-P206", 1, 10)]),
    ("struct { Nothing a; } M;", [("A7-P204", 1, 10)]),
    ("enum { a(1), a(2), (255) } K; struct { K k; } M;", [("A7-P203", 1, 14)]),
    ("enum { a(1), b(1), (255) } K; struct { K k; } M;", [("A7-P203", 1, 14)]),
    ("struct { uint8 a; } M; struct { uint8 b; } M;", [("A7-P203", 1, 44)]),
    ("enum { a(0x1FFFFFFFFFFFFFFFFF) } K; struct { uint8 a; } M;", [("A7-P202", 1, 30)]),
    ("enum { a(1), (255) } K; struct { K k; select (k) { case z: uint8 b; }; } M;", [("A7-P204", 1, 57)]),
    ("struct { uint8 a; /* never closed } M;", [("A7-P201", 1, 19)]),
    ("struct { uint8 `a; } M;", [("A7-P201", 1, 16)]),
    ("A x; struct { x y; } M;", [("A7-P204", 1, 1)]),
    ("struct { A y; } M; A A;", [("A7-P206", 1, 20)]),
    ("struct { uint8 a; uint8 a; } M;", [("A7-P203", 1, 19)]),
    ("enum { a(1), b(256), (255) } K; struct { K k; } M;", [("A7-P206", 1, 14)]),
    (
        "struct {\nuint9 a;\nopaque b[2;\nuint8 c;\n} M;\nstruct { M m; } N;",
        [("A7-P204", 2, 1), ("A7-P200", 3, 11)],
    ),
    (
        "enum { x(1), (255) } K;\nstruct { uint16 size; select (size) { case x: uint8 b; }; } M;",
        [("A7-P204", 2, 23)],
    ),
    (
        "enum { x(1), y(2), (255) } K;\nstruct { K kind; select (M.kind) { case x: uint8 a; case Y: uint8 b; }; } M;",
        [("A7-P204", 2, 58)],
    ),
    (
        "enum { x(1), y(2), (255) } K;\nstruct { K is; select (iz) { case x: struct {}; case y: struct {}; case Z: A b; }; } M;",
        [("A7-P204", 2, 16), ("A7-P204", 2, 73)],
    ),
]


@pytest.mark.parametrize(("source", "expected"), MISTAKES)
def test_mistakes_have_their_place(source: str, expected: list[tuple[str, int, int]]) -> None:
    given = imported("tls", source)
    for each in expected:
        assert each in given.found, (each, given.found)


def test_names_that_stand_once_on_their_level_are_no_mistake() -> None:
    """Two cases, an inner struct and the struct's own name before its member (RFC 8446 §4: `Handshake.msg_type`)."""
    given = imported(
        "tls",
        "enum { x(1), y(2), (255) } K; struct { K kind; select (M.kind) { case x: uint8 a; case y: uint16 a; };"
        " struct { uint8 kind; } inner; } M;",
    )
    assert not [each for each in given.found if each[0] != "A7-P225"]
    assert given.decode("M", b"\x02\x01\x00\x07") == {"kind": 2, "a_2": 256, "inner": {"kind_2": 7}}


def test_what_is_not_declared_refuses_what_reaches_it() -> None:
    given = imported(
        "tls",
        "enum { a(1), b(2), (255) } K; struct { K k; select (k) { case a: Nowhere n; case b: uint8 x; }; } M;",
    )
    assert given.decode("M", b"\x02\x05") == {"k": 2, "x": 5}
    with pytest.raises(Refused) as refused:
        given.decode("M", b"\x01\x05")
    assert refused.value.code == "rule_broken"


def test_formulas_and_protection_are_listed() -> None:
    given = imported(
        "tls",
        "mac = HMAC(key,\n  data)\nstruct { uint8 a; digitally-signed struct { uint8 b; }; } M;\nenum { low, high } Level;",
    )
    assert given.errors.count("A7-P222") == 4
    assert "`mac = HMAC(key," in given.said("A7-P222") and "digitally-signed" in given.said("A7-P222")


def test_another_module_is_used() -> None:
    given = imported(
        "tls", "struct { CipherSuite suite; KeyPackage packages<V>; } M;", use=("ietf.mls", "ietf.nothing")
    )
    assert "use ietf.mls" in given.text and given.errors == ["A7-P204"]
    assert given.decode("M", bytes.fromhex("000100"))["packages"] == []
