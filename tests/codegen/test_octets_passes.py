"""Each pass over code IR and over plans, alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from art7.codegen.python.code import Assign, If, Line, Place, Printer, Read
from art7.codegen.python.code import Test as Refuse
from art7.codegen.python.passes.assume import FALSE, TRUE, assume, simplify
from art7.codegen.python.passes.fuse_reads import fuse_reads
from art7.codegen.python.passes.liveness import drop_unused
from art7.codegen.python.passes.merge_tests import merge_tests
from art7.grammar.ir.expression import Binary, Call, Conditional, Expr, Kind, Literal, Measure, SlotRef, Unary

INT, BOOL = Kind.INT, Kind.BOOL


def read(offset: int, code: str, target: str | None, base: str = "o") -> Read:
    return Read(Place(base, offset), [code], [target])


def text(body: list[object]) -> str:
    printer = Printer(lambda codes, little: f"_unpack_{codes}{'_le' if little else ''}")
    printer.body(body, 0)  # type: ignore[arg-type]
    return "\n".join(printer.lines)


def test_reads_of_neighbouring_places_become_one() -> None:
    body = fuse_reads([read(0, "B", "a"), Refuse("a > 3"), read(1, "H", "m.b"), read(3, "12s", "c")])
    assert text(list(body)) == "a, m.b, c = _unpack_BH12s(data, o)\nif a > 3:\n    raise Refused"


def test_a_gap_or_another_base_keeps_reads_apart() -> None:
    assert len(fuse_reads([read(0, "B", "a"), read(2, "B", "b")])) == 2
    assert len(fuse_reads([read(0, "B", "a"), read(1, "B", "b", base="e")])) == 2


def test_a_read_does_not_pass_an_assignment_to_its_base() -> None:
    assert len(fuse_reads([read(0, "B", "a"), Assign(["o"], "o + 9"), read(1, "B", "b")])) == 3


def test_a_read_does_not_overwrite_what_statements_between_need() -> None:
    body = [read(0, "H", "a", base="e"), Assign(["x"], "k + 1"), read(2, "B", "k", base="e")]
    assert len(fuse_reads(list(body))) == 3


def test_a_read_does_not_pass_a_branch() -> None:
    assert len(fuse_reads([read(0, "B", "a"), If([("a", [Line("o += 1")])]), read(1, "B", "b")])) == 3


def test_octet_orders_do_not_mix() -> None:
    little = Read(Place("o", 2), ["H"], ["b"], little=True)
    assert len(fuse_reads([read(0, "H", "a"), little])) == 2
    assert len(fuse_reads([read(0, "B", "a"), Read(Place("o", 1), ["H"], ["b"], little=True)])) == 1


def test_unused_targets_are_passed_over_but_stay_read() -> None:
    body = drop_unused([Read(Place("o"), ["B", "H", "B"], ["a", "b", "m.c"]), Line("f(m)")])
    assert text(list(body)).startswith("(m.c,) = _unpack_3xB(data, o)")


def test_unused_assignments_go_impure_ones_stay() -> None:
    body = drop_unused(
        [Assign(["a"], "b"), Assign(["b"], "c"), Assign(["d"], "f()", pure=False), Line("g(b)")]
    )
    assert text(list(body)) == "b = c\nd = f()\ng(b)"


def test_tests_merge_and_constants_chain() -> None:
    body = merge_tests([Refuse("a"), Refuse("b"), Assign(["m.x"], "None"), Assign(["m.y"], "None")])
    assert text(list(body)) == "if a or b:\n    raise Refused\nm.x = m.y = None"


def test_an_assumption_decides_conditionals_and_constants() -> None:
    flag = SlotRef(0, BOOL)
    view = Conditional(flag, SlotRef(1, INT), Literal(0, INT), INT)
    assert simplify(view, assume(flag, False)) == Literal(0, INT)
    assert simplify(Unary("not", flag, BOOL), assume(flag, True)) == FALSE
    tag = Binary("==", SlotRef(2, INT), Literal(15, INT), BOOL)
    assert simplify(SlotRef(2, INT), assume(tag, True)) == Literal(15, INT)
    assert simplify(tag, assume(tag, False)) == FALSE


def test_an_or_that_holds_says_nothing_of_its_parts() -> None:
    a, b = SlotRef(0, BOOL), SlotRef(1, BOOL)
    known = assume(Binary("or", a, b, BOOL), True)
    assert a not in known and b not in known
    assert assume(Binary("and", a, b, BOOL), True)[b] == TRUE


def test_a_multiple_of_a_constant_divides() -> None:
    words = Binary("*", SlotRef(0, INT), Literal(4, INT), INT)
    assert simplify(Binary("%", words, Literal(4, INT), INT), {}) == Literal(0, INT)
    assert simplify(Binary("/", words, Literal(4, INT), INT), {}) == SlotRef(0, INT)
    assert simplify(Binary("%", words, Literal(8, INT), INT), {}) != Literal(0, INT)


def test_constants_are_spelled_as_octets() -> None:
    assert simplify(Call("u16be", (Literal(1, INT),), Kind.BYTES), {}) == Literal(b"\0\1", Kind.BYTES)
    assert isinstance(simplify(Call("u8be", (Literal(256, INT),), Kind.BYTES), {}), Call)


_LEAVES = st.one_of(
    st.integers(-40, 40).map(lambda value: Literal(value, INT)),
    st.integers(0, 2).map(lambda i: SlotRef(i, INT)),
)
_EXPRESSIONS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from("+-*&|"), inner, inner).map(lambda x: Binary(x[0], x[1], x[2], INT)),
        st.tuples(inner, inner, inner).map(
            lambda x: Conditional(Binary("<=", x[0], x[1], BOOL), x[1], x[2], INT)
        ),
    ),
    max_leaves=8,
)


def value(expr: Expr, slots: list[int]) -> int:
    match expr:
        case Literal(value=int(found)):
            return int(found)
        case SlotRef(index=index):
            return slots[index]
        case Conditional(test=test, yes=yes, no=no):
            return value(yes, slots) if value(test, slots) else value(no, slots)
        case Binary(op=op, left=left, right=right):
            a, b = value(left, slots), value(right, slots)
            return {"+": a + b, "-": a - b, "*": a * b, "&": a & b, "|": a | b, "<=": int(a <= b)}[op]
        case _:
            raise AssertionError(expr)


@given(_EXPRESSIONS, st.lists(st.integers(-9, 9), min_size=3, max_size=3), st.integers(0, 2))
def test_simplifying_keeps_the_value(expr: Expr, slots: list[int], known: int) -> None:
    facts = assume(Binary("==", SlotRef(known, INT), Literal(slots[known], INT), BOOL), True)
    assert value(simplify(expr, facts), slots) == value(expr, slots)


def test_measures_are_left_alone() -> None:
    size = Measure("octets", 3, INT)
    assert simplify(Binary("+", size, Literal(0, INT), INT), {}) == size
