"""Passes that only decoders have: numbers read as numbers, shared first reads, tests without shifts."""

from __future__ import annotations

import pytest

from art7.codegen.python.code import Assign, Body, If, Line, Place, Printer, Read
from art7.codegen.python.code import Test as Refuse
from art7.codegen.python.passes.hoist_reads import hoist_reads
from art7.codegen.python.passes.narrow_tests import narrow_tests
from art7.codegen.python.passes.words import read_words


def text(body: Body) -> str:
    printer = Printer(lambda codes, little: f"unpack_{codes}{'_le' if little else ''}")
    printer.body(body, 0)
    return "\n".join(printer.lines)


def octets(name: str, code: str = "4s", little: bool = False) -> Read:
    return Read(Place("o"), [code], [name], little)


MASKED = '(int.from_bytes(x, "big") ^ 7).to_bytes(4, "big")'


def pack(codes: str) -> str:
    return f"pack_{codes}"


def test_octets_that_serve_as_a_number_are_read_as_one() -> None:
    found = read_words([octets("x"), Assign(["m.a"], MASKED)], pack)
    assert text(found) == "(x_word,) = unpack_I(data, o)\nm.a = pack_I(x_word ^ 7)"


@pytest.mark.parametrize(
    "body",
    [
        [octets("x"), Assign(["m.a"], MASKED), Assign(["m.b"], "x")],
        [octets("x", "3s"), Assign(["m.a"], MASKED)],
        [octets("x", little=True), Assign(["m.a"], MASKED)],
        [If([("c", [octets("x")])], [octets("x")]), Assign(["m.a"], MASKED)],
    ],
)
def test_octets_that_others_want_stay_octets(body: Body) -> None:
    before = text(body)
    assert text(read_words(body, pack)) == before


def test_each_arm_is_judged_alone() -> None:
    arms: Body = [
        Line("x: bytes"),
        If([("c", [octets("x"), Assign(["m.a"], MASKED)])], [octets("x", "16s"), Assign(["m.a"], "x")]),
    ]
    found = text(read_words(arms, pack))
    assert "(x_word,) = unpack_I" in found and "m.a = pack_I(x_word ^ 7)" in found and "unpack_16s" in found


def choice(other: Body, *, where: int = 2, condition: str = "t == 1") -> Body:
    first: Body = [Assign(["m.b"], "None"), Read(Place("o", where), ["B"], ["k"]), Assign(["m.a"], "k")]
    return [Read(Place("o"), ["H"], ["t"]), If([(condition, first)], other)]


def test_a_first_read_that_all_ways_share_comes_before_them() -> None:
    found = text(hoist_reads(choice([Line("raise Refused")])))
    assert found.splitlines()[:3] == ["(t,) = unpack_H(data, o)", "k = data[o + 2]", "if t == 1:"]
    other: Body = [Read(Place("o", 2), ["B", "B"], ["k", "l"]), Assign(["m.a"], "k + l")]
    found = text(hoist_reads(choice(other)))
    assert found.count("data[o + 2]") == 1 and "l = data[o + 3]" in found


@pytest.mark.parametrize(
    "body",
    [
        choice([]),
        choice([Assign(["m.a"], "0")]),
        choice([Line("raise Refused")], where=3),
        choice([Line("raise Refused")], condition="k == 1"),
        choice([Read(Place("o", 2), ["H"], ["k"]), Assign(["m.a"], "k")]),
    ],
)
def test_reads_that_some_way_does_without_stay(body: Body) -> None:
    before = text(body)
    assert text(hoist_reads(body)) == before


@pytest.mark.parametrize("width,code", [(8, "B"), (16, "H")])
@pytest.mark.parametrize("shift", [1, 4, 7])
@pytest.mark.parametrize("operator", ["==", "!="])
def test_upper_bits_are_compared_without_a_shift(width: int, code: str, shift: int, operator: str) -> None:
    for value in {0, 1, (1 << width - shift) - 1, (1 << width - shift)}:
        condition = f"w >> {shift} {operator} {value}"
        found = narrow_tests([Read(Place("o"), [code], ["w"]), Refuse(condition)])[1]
        assert isinstance(found, Refuse)
        edges = {0, 1, (1 << width) - 1, value << shift, (value << shift) - 1, (value + 1 << shift) - 1}
        for word in {edge & (1 << width) - 1 for edge in edges} | {value + 1 << shift & (1 << width) - 1}:
            assert eval(found.condition, {"w": word}) == eval(condition, {"w": word}), (found, word)


def test_what_may_be_negative_or_wider_is_shifted() -> None:
    kept = Refuse("w >> 1 == 0")
    assert narrow_tests([Read(Place("o"), ["b"], ["w"]), kept])[1] == Refuse("w >> 1 == 0")
    assert narrow_tests([Read(Place("o"), ["B"], ["w"]), Line("w, o = read(data, o)"), kept])[2] == kept
    assert kept.condition == "w >> 1 == 0"
