"""Numbers below zero as cases of a `select` and as members of enums, in every encoding that has such numbers."""

from __future__ import annotations

import pytest
from tests.support.agreed import Agreed
from tests.support.lowering import HEAD, codes

from art7.grammar.diagnostics import Report
from art7.grammar.format import format_module
from art7.grammar.parse import parse

TEXT = """
enum Level: i8 closed { lost = -1 weak = -9..-2 fair = 0..9 strong = 10 }
enum Depth: i16 open { none = -32768 some = -1 }
message Case as binary {
    limit size = 9
    n: i8
    select n { -1 => a: u8 = 7 - 1 -5..-3, 0x10 => b: u16 -128 , -6 => c: u8 otherwise => empty }
}
message Many as binary { limit size = 9 level: Level depth: Depth select level { weak => a: u8 otherwise => empty } }
message Tree as json { limit size = 99 level: Level n: i53 select n { -1 => a: u8 otherwise => empty } }
message Proto as protobuf { limit size = 99 level @1: Level depth @2: Depth default Depth.some }
message Cbor as cbor { limit size = 99 level: Level n: i64 select n { -1 => a: u8 otherwise => empty } }
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Agreed:
    return Agreed(HEAD + TEXT, tmp_path_factory.mktemp("negative"))


@pytest.mark.parametrize(
    ("record", "octets", "value"),
    [
        ("Case", b"\xff\x06", {"n": -1}),
        ("Case", b"\xfb\x01\x02", {"n": -5, "b": 258}),
        ("Case", b"\x10\x01\x02", {"n": 16, "b": 258}),
        ("Case", b"\x80\x01", {"n": -128, "c": 1}),
        ("Case", b"\x01", {"n": 1}),
        ("Many", b"\xff\x80\x00", {"level": -1, "depth": -32768}),
        ("Many", b"\xf9\xff\xff\x01", {"level": -7, "depth": -1, "a": 1}),
        ("Tree", b'{"level":-9,"n":-1,"a":2}', {"level": -9, "n": -1, "a": 2}),
        ("Proto", b"\x08" + b"\xf7" + b"\xff" * 8 + b"\x01", {"level": -9, "depth": -1}),
        ("Cbor", bytes.fromhex("a3656c6576656c20616e20616101"), {"level": -1, "n": -1, "a": 1}),
    ],
)
def test_values_below_zero(demo: Agreed, record: str, octets: bytes, value: dict[str, int]) -> None:
    found = demo.read(record, octets)
    assert {name: found.get(name) for name in value} == value


@pytest.mark.parametrize(
    ("record", "octets"), [("Many", b"\xf6\0\0"), ("Tree", b'{"level":-10,"n":0}'), ("Proto", b"\x08\x0b")]
)
def test_values_that_a_closed_enum_does_not_name(demo: Agreed, record: str, octets: bytes) -> None:
    assert demo.same_refusal(record, octets) == "unknown_value"


def test_a_sign_is_of_the_expression_where_no_case_can_begin() -> None:
    text = HEAD + "resolve R(n: u8) -> A { route a when n -1 => f(n - 1, 2) route b when n == 2-1=> n }\n"
    report = Report()
    tree = parse(text, "x.a7", report)
    assert tree is not None and not report.diagnostics
    assert [type(item.condition).__name__ for item in tree.items[0].items] == ["Binary", "Binary"]


def test_the_formatter_keeps_the_sign_at_its_number() -> None:
    text = (
        HEAD
        + "struct A as binary {\n    n: i8\n    select n { - 1 , -3 ..- 2 => a: u8 otherwise => empty }\n}\n"
    )
    formatted = format_module(text)
    assert "select n { -1, -3..-2 => a: u8" in formatted


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("enum E: u8 closed { a = -1 }", "A7-T020"),
        ("enum E: i8 closed { a = -129 }", "A7-T020"),
        ("enum E: i8 closed { a = 128 }", "A7-T020"),
        ("enum E: i8 closed { a = -1..-3 }", "A7-T010"),
        ("struct A as binary { n: u8 select n { -1 => a: u8 otherwise => empty } }", "A7-L032"),
        ("struct A as binary { n: i8 select n { -2..-5 => a: u8 otherwise => empty } }", "A7-T010"),
        (
            "enum E: i8 closed { a = -1 } struct A as binary { n: E select n { -2 => empty a => x: u8 } }",
            "A7-L032",
        ),
        (
            "enum E: i8 open { a = -1 } struct A as binary { n: E select n { 0..127 => empty a => x: u8 } }",
            "A7-L031",
        ),
        ("enum E: i8 closed { a = -1 } struct A as binary { n: E = -2 }", "A7-T020"),
    ],
)
def test_what_is_wrong_with_them_is_told(text: str, code: str) -> None:
    assert codes(text) == [code]
