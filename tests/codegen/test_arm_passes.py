"""Passes that move work into the arms of a choice, or out of the way: copies, values, reads, dead statements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from art7.codegen.python.code import Assign, Body, If, Line, Place, Printer, Read, While
from art7.codegen.python.code import Test as Refuse
from art7.codegen.python.dispatch import CHAIN, DispatchArm, dispatch
from art7.codegen.python.expressions import Code
from art7.codegen.python.passes.copies import forward_copies
from art7.codegen.python.passes.fuse_reads import fuse_reads
from art7.codegen.python.passes.hoist_reads import hoist_reads
from art7.codegen.python.passes.sink import sink_assigns
from art7.codegen.python.passes.sink_reads import sink_reads
from art7.codegen.python.rounds import drop_dead


def text(body: Body) -> str:
    printer = Printer(lambda codes, little: f"unpack_{codes}")
    printer.body(body, 0)
    return "\n".join(printer.lines)


def test_a_copy_is_dropped_while_its_source_stays() -> None:
    body: Body = [
        Assign(["begin"], "o"),
        If([("x", [Assign(["m.a"], 'f(data[:begin], "begin")'), Assign(["o"], "o + 8", pure=False)])]),
        Assign(["m.b"], "1"),
    ]
    found = text(forward_copies(body))
    assert "begin = o" not in found
    assert 'm.a = f(data[:o], "begin")' in found


@pytest.mark.parametrize(
    "change",
    [
        Assign(["o"], "o + 8", pure=False),
        Assign(["k, o"], "read(data, o)", pure=False),
        Line("o += 8"),
        Line("k, o = read(data, o)"),
        Read(Place("p"), ["B"], ["o"]),
        If([("x", [Line("o += 1")])]),
        While("x", [Line("o += 1")]),
    ],
)
def test_a_copy_stays_where_its_source_changes(change: Line | Read | If | While | Assign) -> None:
    body: Body = [Assign(["begin"], "o"), change, Assign(["m.a"], "begin")]
    assert "begin = o" in text(forward_copies(body))


def test_a_copy_stays_that_a_later_round_asks_for() -> None:
    body: Body = [
        Assign(["begin"], "o"),
        While("o < n", [Assign(["m.a"], "begin"), Line("o += 1")]),
    ]
    assert "begin = o" in text(forward_copies(body))


def test_a_value_goes_into_the_arms_that_want_it() -> None:
    arms = [
        ("k == 1", [Assign(["m.a"], "data[o:end]")]),
        ("k == 2", [Line("o = o + 8"), Line("continue")]),
    ]
    body: Body = [Assign(["end"], "o + k"), If(arms, [Line("raise Refused")]), Line("o = end")]
    found = text(sink_assigns(body))
    assert found.splitlines()[:2] == ["if k == 1:", "    end = o + k"]
    assert found.count("end = o + k") == 1


@pytest.mark.parametrize(
    "choice",
    [
        If([("k == 1", [Assign(["m.a"], "end")])], [Assign(["m.a"], "1")]),
        If([("end == 1", [Line("continue")])], [Line("f(end)")]),
        If([("k == 1", [Line("continue")])]),
    ],
)
def test_a_value_stays_that_every_way_wants(choice: If) -> None:
    body: Body = [Assign(["end"], "o + k"), choice, Line("o = end")]
    assert text(sink_assigns(body)).startswith("end = o + k")


def lifetime(between: str = "c = new()") -> Body:
    arms: list[tuple[str, Body]] = [
        ("k == 1", [Read(Place("e"), ["Q"], ["m.a"]), Assign(["o"], "e + 8")]),
        ("k == 2", [Assign(["m.a"], "None"), Assign(["o"], "e")]),
    ]
    name, _, value = between.partition(" = ")
    return [
        If(arms, [Line("raise Refused")]),
        Assign([name], value, pure=False),
        Read(Place("o"), ["B"], ["size"]),
        Line("o += 1"),
    ]


def test_a_read_joins_the_last_one_of_an_arm() -> None:
    assert text(fuse_reads(sink_reads(lifetime()))) == (
        "if k == 1:\n    m.a, size = unpack_QB(data, e)\n    o = e + 9\n"
        "elif k == 2:\n    m.a = None\n    size = data[e]\n    o = e + 1\n"
        "else:\n    raise Refused\nc = new()"
    )


@pytest.mark.parametrize("between", ["c = f(o)", "size = 1", "c = size"])
def test_a_read_stays_behind_what_speaks_of_its_place_or_target(between: str) -> None:
    assert "size = data[o]" in text(sink_reads(lifetime(between)))


def test_the_shortest_read_of_the_arms_joins_the_one_before() -> None:
    arms = [("f == 1", [Read(Place("o", 4), ["I"], ["word"]), Assign(["m.a"], "word")])]
    longer: Body = [Read(Place("o", 4), ["16s"], ["m.a"])]
    body: Body = [Read(Place("o"), ["B", "3s"], ["f", "m.b"]), Line("x: bytes"), If(arms, longer)]
    found = text(fuse_reads(hoist_reads(body)))
    assert found.startswith("f, m.b, word = unpack_B3sI(data, o)\n")
    assert "(m.a,) = unpack_16s(data, o + 4)" in found


def test_a_read_stays_where_another_arm_reads_less_or_names_its_target() -> None:
    for other in ([Read(Place("o", 4), ["H"], ["m.a"]), Line("f(word)")], [Assign(["word"], "1")]):
        arms = [("f == 1", [Read(Place("o", 4), ["I"], ["word"]), Assign(["m.a"], "word")])]
        body: Body = [Read(Place("o"), ["I"], ["f"]), If(arms, other)]
        assert "    (word,) = unpack_I(data, o + 4)" in text(hoist_reads(body))


def test_what_stands_after_the_end_of_every_way_is_dropped() -> None:
    body: Body = [If([("a", [Line("continue")])], [Line("raise Refused"), Line("f()")]), Line("g()")]
    assert text(drop_dead(body)) == "if a:\n    continue\nelse:\n    raise Refused"


@given(st.sets(st.integers(0, 300), min_size=CHAIN + 1, max_size=40), st.integers(0, 300))
def test_halving_finds_the_arm_that_order_finds(values: set[int], wanted: int) -> None:
    ordered = sorted(values, key=lambda value: value * 7 % 31)
    arms = [DispatchArm(((value, value),), list) for value in ordered]
    arms += [DispatchArm(((100, 200),), list), DispatchArm((), list)]
    bodies: list[Body] = [[Assign(["r"], str(value))] for value in ordered]
    bodies += [[Assign(["r"], '"wide"')], [Assign(["r"], '"rest"')]]
    scope: dict[str, object] = {"v": wanted}
    exec(text(dispatch(Code("v"), arms, bodies)), scope)
    expected = wanted if wanted in values else "wide" if 100 <= wanted <= 200 else "rest"
    assert scope["r"] == expected


def test_bodies_that_stand_in_more_than_one_half_are_apart() -> None:
    arms = [DispatchArm(((value, value),), list) for value in range(0, 20, 2)]
    bodies: list[Body] = [[Assign(["r"], str(value % 6)), Refuse("r")] for value in range(0, 20, 2)]
    found = dispatch(Code("v"), arms, bodies)
    seen: list[int] = []

    def walk(body: Body) -> None:
        seen.append(id(body))
        for statement in body:
            if isinstance(statement, If):
                for _, inner in statement.arms:
                    walk(inner)
                walk(statement.otherwise or [])

    walk(found)
    assert len(seen) == len(set(seen))
