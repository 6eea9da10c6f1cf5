"""Terms keep their values, the search agrees with trying everything out and with z3."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from art7.prover.budget import Budget
from art7.prover.solver import ask as asking
from art7.prover.solver import terms as t
from art7.prover.solver.search import SAT, UNKNOWN, UNSAT, solve
from art7.prover.solver.terms import Formula, Term, Var

X, Y = Var("x", 0, 15), Var("y", -3, 9)
OPERATIONS = ("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>")

Tree = int | Var | tuple[str, "Tree", "Tree"]

leaves = st.sampled_from([X, Y]) | st.integers(0, 20)
trees: st.SearchStrategy[Tree] = st.recursive(
    leaves, lambda inner: st.tuples(st.sampled_from(OPERATIONS), inner, inner), max_leaves=5
)
tests = st.lists(
    st.tuples(trees, st.sampled_from(("==", "!=", "<", "<=", ">", ">=")), trees), min_size=1, max_size=3
)


def built(tree: Tree) -> Term:
    return t.operate(tree[0], built(tree[1]), built(tree[2])) if isinstance(tree, tuple) else tree


def value(tree: Tree, model: dict[Var, int]) -> int | None:
    if not isinstance(tree, tuple):
        return model[tree] if isinstance(tree, Var) else tree
    one, two = value(tree[1], model), value(tree[2], model)
    return None if one is None or two is None else t.compute(tree[0], one, two)


MODELS = [{X: x, Y: y} for x, y in product(range(16), range(-3, 10))]


@given(trees)
@settings(max_examples=300)
def test_terms_keep_their_values_and_bounds(tree: Tree) -> None:
    term = built(tree)
    low, high = t.span_of(term)
    for model in MODELS[::7]:
        wanted = value(tree, model)
        if wanted is not None:
            assert t.evaluate(term, model) == wanted
            assert low <= wanted <= high


COMPARE: dict[str, Callable[[int, int], bool]] = {
    "==": int.__eq__, "!=": int.__ne__, "<": int.__lt__, "<=": int.__le__, ">": int.__gt__, ">=": int.__ge__
}  # fmt: skip


@given(tests)
@settings(max_examples=200)
def test_the_search_agrees_with_trying_everything(found: list[tuple[Tree, str, Tree]]) -> None:
    def is_defined(tree: Tree) -> bool:
        return all(value(tree, model) is not None for model in MODELS)

    found = [each for each in found if is_defined(each[0]) and is_defined(each[2])]
    formulas = [t.compare(op, built(one), built(two)) for one, op, two in found]
    possible = any(
        all(COMPARE[op](value(one, m) or 0, value(two, m) or 0) for one, op, two in found) for m in MODELS
    )
    standing = solve(formulas).standing
    assert standing in (SAT if possible else UNSAT, UNKNOWN)


@given(tests)
@settings(max_examples=60)
def test_negation_is_exact(found: list[tuple[Tree, str, Tree]]) -> None:
    formula: Formula = t.either(*(t.compare(op, built(one), built(two)) for one, op, two in found))
    for model in MODELS[::5]:
        trees_of = [tree for one, _, two in found for tree in (one, two)]
        if all(value(tree, model) is not None for tree in trees_of):
            assert t.holds(formula, model) is not t.holds(t.opposite(formula), model)


def test_a_circle_of_orders_is_refused_at_once() -> None:
    a, b, c = (Var(name, 0, 1 << 60) for name in "abc")
    circle = [t.compare("<", a, b), t.compare("<", b, c), t.compare("<", c, a)]
    assert solve(circle, steps=3).standing == UNSAT


def test_bits_taken_apart_and_put_together_cancel() -> None:
    v = Var("v", 0, 0xFFF)
    high, low = t.operate(">>", v, 7), t.operate("&", v, 0x7F)
    assert t.operate("|", t.operate("<<", high, 7), low) == v


needs_z3 = pytest.mark.skipif(not asking.has_z3(), reason="z3 is not installed")


@needs_z3
def test_the_child_answers_both_ways() -> None:
    a, b = Var("a", 0, 65535), Var("b", 0, 65535)
    odd = [
        t.compare("==", t.operate("&", t.operate("*", a, b), 1), 1),
        t.compare("==", t.operate("%", a, 2), 0),
    ]
    assert asking._ask_child(odd, 5.0).standing in (UNSAT, UNKNOWN)
    mixed = [t.compare("==", t.operate("^", a, b), 0x1234), t.compare("==", t.operate("&", a, b), 0x4001)]
    found = asking._ask_child(mixed, 5.0)
    assert found.standing == SAT and all(t.holds(each, found.model) for each in mixed)


@needs_z3
def test_the_child_is_killed_when_time_is_up() -> None:
    a, b = Var("a", 2, (1 << 64) - 1), Var("b", 2, (1 << 64) - 1)
    hard = [t.compare("==", t.operate("*", a, b), ((1 << 61) - 1) * (10**18 + 9)), t.compare("<", a, b)]
    assert asking.ask(hard, Budget(question=0.6)).standing == UNKNOWN


def test_a_question_that_is_too_wide_is_not_asked() -> None:
    wide = Var("w", 0, 1 << 6000)
    assert asking._ask_child([t.compare("==", t.operate("*", wide, wide), 5)], 1.0).standing == UNKNOWN
