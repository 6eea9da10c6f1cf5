"""Tokens and functions that nothing names are checked all the same; a part of octets has the size of the part."""

from __future__ import annotations

import pytest

from lowering import codes, load


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("token A = Nothing", ["A7-I003"]),
        ("token A = ('x'+)+", ["A7-I005"]),
        ("function f(a: u8) -> u8 = nothing", ["A7-N010"]),
        ("function f(a: u8) -> text = a", ["A7-T001"]),
        ("function f(a: u8) -> u8 = sha1(a)", ["A7-T001", "A7-T001"]),
        ("function f(a: Nothing) -> u8 = 1", ["A7-N015"]),
        ("function g(a: u8) -> u8 = a function f(a: text) -> u8 = g(a)", ["A7-T001"]),
        ("function g(a: u8) -> u8 = a function f(a: u8) -> u8 = g()", ["A7-T013"]),
    ],
)
def test_a_fault_in_what_nothing_uses(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "function f(a: u32) -> u64 = 1 << a",  # bounded or not by what a call gives
        "function f(a: u8, b: u8) -> bool = a in b..9 or a > b function g(a: u8) -> bool = f(a, 3)",
        "enum K: u8 open { x = 1 } function f(k: K) -> bool = k == x",
        "struct S as json { a: text } function f(s: S) -> text = s.a",
        "function f(a: bytes) -> bytes = x'00' ++ a",
        "function f(a: text | null) -> bool = a != null",
    ],
)
def test_what_only_a_call_could_show_is_left_to_it(text: str) -> None:
    found = codes(text)
    assert not found, found


@pytest.mark.parametrize(
    "code", ["first(h, {})", "last(h, {})", "reverse(first(h, {}))", "first(first(h, 9), {})"]
)
def test_a_part_has_its_own_size(code: str) -> None:
    text = (
        "schedule K {{ input a: secret[4] derive h: secret[20] = sha1(a) derive b: secret[3] = {} output b }}"
    )
    assert codes(text.format(code.format(3))) == []
    assert codes(text.format(code.format(2))) == ["A7-K004"]


def test_a_slice_has_no_known_size() -> None:
    assert (
        codes("schedule K { input a: secret[4] derive b: secret[2] = slice(sha1(a), 3, 5) output b }") == []
    )


@pytest.mark.parametrize(
    ("text", "ring", "column"),
    [
        ("function f(a: u8) -> u8 = f(a)", "`f` calls `f`", 10),
        ("function f(a: u8) -> u8 = if a == 0 then 1 else 2 * f(a - 1) + f(a - 2)", "`f` calls `f`", 10),
        (
            "function f(a: u8) -> u8 = g(a) function g(a: u8) -> u8 = h(a) + 1 function h(b: u8) -> u8 = f(b)",
            "`f` calls `g` calls `h` calls `f`",
            10,
        ),
        ("const c: u8 = f(1) function f(a: u8) -> u8 = 1 + f(a)", "`f` calls `f`", 29),
        ("function f(a: bytes) -> bool = every x in a satisfies (f(x))", "`f` calls `f`", 10),
        (
            "function f(a: u8) -> u8 = f(a) struct S as binary { x: u8 check f(x) == 1 check f(1) == 2 }",
            "`f` calls `f`",
            10,
        ),
        ("function g(a: u8) -> u8 = f(a) function f(a: u8) -> u8 = f(a)", "`f` calls `f`", 41),
        ("function f(a: u8) -> u8 = demo.f(a)", "`f` calls `f`", 10),
    ],
)
def test_a_function_that_calls_itself_is_refused_where_it_stands(text: str, ring: str, column: int) -> None:
    found = load(text)[1].diagnostics
    assert [x.code for x in found if x.code == "A7-T015"] == ["A7-T015"]
    assert ring in found[0].message
    assert (found[0].span.line, found[0].span.column) == (3, column)
    assert found[0].help


def test_functions_that_call_one_another_in_one_direction_are_fine() -> None:
    text = " ".join(f"function f{i}(a: u8) -> u8 = f{i + 1}(a) + f{i + 1}(a)" for i in range(5))
    assert codes(text + " function f5(a: u8) -> u8 = a") == []


def test_a_long_ring_is_told_in_short() -> None:
    text = "\n".join(f"function f{i}(a: u8) -> u8 = f{(i + 1) % 400}(a)" for i in range(400))
    found = load(text)[1].diagnostics
    assert [x.code for x in found] == ["A7-T015"]
    assert "390 others" in found[0].message and found[0].message.endswith("calls `f399` calls `f0`")
