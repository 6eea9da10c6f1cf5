"""What records become: roles, forms, flags, proofs, captures, and orders that executors rely on."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import shape as s
from art7.grammar.ir.dump import show
from art7.grammar.ir.module import Specification
from art7.grammar.passes.step_tree import walk_steps
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError
from lowering import codes, load, module, record, verified_slots

S = "struct S as binary { "


def emitted(found: p.Record) -> list[str]:
    """Names of the slots in the order that writing produces them."""
    names = []
    for position in found.body.emit:
        step = found.body.steps[position]
        if isinstance(step, p.Uint | p.Take | p.Region | p.Loop | p.CallRecord):
            names.append(found.slots[step.slot].name)
    return names


# ---- proofs ---------------------------------------------------------------------------------------------------


PROOFS = [
    ("n: u8 = octets(d) d: bytes[n]", {"n": True}),
    ("n: u8 = octets(d) / 4 d: bytes[n * 4]", {"n": True}),
    ("n: u8 = octets(d) / 4 d: bytes[n * 8]", {"n": False}),
    ("n: u8 = octets(d) - 1 d: bytes[n + 1]", {"n": True}),
    ("n: u8 = octets(d) d: bytes[n + 1]", {"n": False}),
    ("n: u8 = count(d) d: u16[n]", {"n": True}),
    ("n: u8 = octets(d) d: u16[size n]", {"n": True}),
    ("n: u8 = octets(d) d: u16[n]", {"n": False}),
    ("n: u8 = (octets(d) + p) / 4 p: u8 d: bytes[n * 4 - p]", {"n": True}),
    ("has: u8 = 1 d: u8", {"has": False}),
    ("f: bool = present(d) r: u7 d: u8 when f", {"f": True}),
    ("f: bool = present(d) r: u7 d: u8 when not f", {"f": False}),
    ("f: bool = absent(d) r: u7 d: u8 when not f", {"f": True}),
    # An absent list counts as nothing: only under the same condition is the count proved.
    ("f: u8 n: u8 = count(d) d: u8[n] when f > 0", {"n": False}),
    ("f: u8 n: u8 = count(d) when f > 0 d: u8[n] when f > 0", {"n": True}),
    ("f: u8 n: u8 = count(d) when f > 0 d: u8[n] when f > 1", {"n": False}),
    ("a: u4 = v >> 4 b: u4 = v & 15 let v: u8 = (a << 4) | b", {"a": True, "b": True}),
    ("a: u4 = v >> 4 b: u4 = v & 7 let v: u8 = (a << 4) | b", {"a": True, "b": False}),
    ("a: u4 = v / 16 b: u4 = v % 16 let v: u8 = a * 16 + b", {"a": True, "b": True}),
    ("a: u4 = v / 16 b: u4 = v % 16 let v: u8 = a * 8 + b", {"a": False, "b": False}),
    ("a: u8 = v ^ 0x55 let v: u8 = a ^ 0x55", {"a": True}),
    ("a: u8 = v ^ 0x55 let v: u8 = a ^ 0x54", {"a": False}),
    ("x: u8 = 2 must A-1: x == 2", {"x": True}),
    ("x: u8 = 2 should A-1: x == 2", {"x": False}),
    ("x: u8 = 2 must A-1: x == 2 or x == 3", {"x": False}),
    ("x: u8 = 2 must A-1: x == 3", {"x": False}),
    # A positional size is another number at the place of the test.
    ("n: u8 = octets(d) d: bytes[size remaining - 1] t: u8", {"n": False}),
]
"""Members of a record, and for each computed one whether reading it implies its value."""


@pytest.mark.parametrize(("body", "expected"), PROOFS)
def test_tests_are_dropped_by_proof_only(body: str, expected: dict[str, bool]) -> None:
    assert verified_slots(record(S + body + " }", "S")) == expected


@cache
def loaded(text: str) -> Specification:
    return load(text)[0]


@pytest.mark.parametrize("body", [body for body, _ in PROOFS])
@given(octets=st.binary(max_size=12))
@settings(max_examples=60)
def test_what_is_read_without_a_dropped_test_is_written_the_same(body: str, octets: bytes) -> None:
    found = loaded(S + body + " }")
    try:
        decoded = decode(found, "demo.S", octets, prefix=True)
    except DecodeError:
        return
    assert encode(found, "demo.S", decoded.value) == octets[: decoded.consumed]


# ---- order ----------------------------------------------------------------------------------------------------


def test_what_a_gap_holds_is_in_order() -> None:
    found = record(
        "errors { e = 200 } struct S(key: secret[]) as binary { a: u8 = 1 check a != 9 else e b: bytes[20] "
        "= hmac_sha1(key: key, data: x'00') let v: u8 = a must A-1: verified(b) else e check a != 8 else e }",
        "S",
    )
    kinds = [type(step).__name__ for step in found.body.steps]
    assert kinds == ["Uint", "Check", "Verify", "Take", "View", "Verify", "Check"]


def test_a_rule_stands_no_earlier_than_its_text() -> None:
    found = record(S + "a: u8 b: u8 check a > 1 c: u8 }", "S")
    assert [type(step).__name__ for step in found.body.steps] == ["Uint", "Uint", "Check", "Uint"]


def test_a_rule_waits_for_what_it_mentions() -> None:
    found = record(S + "check a > b a: u8 b: u8 c: u8 }", "S")
    assert [type(step).__name__ for step in found.body.steps] == ["Uint", "Uint", "Check", "Uint"]
    check = found.body.steps[2]
    assert isinstance(check, p.Check) and check.at == 1


def test_lengths_are_written_after_what_they_measure() -> None:
    found = record(
        S
        + "total: u16 = octets(head) + octets(body) n: u8 = octets(head) head: bytes[n] body: bytes[rest] }",
        "S",
    )
    order = emitted(found)
    assert order.index("head") < order.index("n") and order.index("body") < order.index("total")


def test_a_computed_value_follows_what_it_is_computed_from() -> None:
    found = record(S + "a: u8 = b + 1 b: u8 = c + 1 c: u8 = octets(d) d: bytes[rest] }", "S")
    assert emitted(found) == ["d", "c", "b", "a"]


def test_a_loop_of_needs_is_printed() -> None:
    _, report = load(S + "a: u8 = b b: u8 = c c: u8 = a }")
    assert [x.message for x in report.diagnostics] == [
        "values that need one another: `a` needs `b` needs `c` needs `a`"
    ]


# ---- roles and forms ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "roles"),
    [
        ("x: u8", {"x": p.Role.GIVEN}),
        ("x: u8 = 1", {"x": p.Role.COMPUTED}),
        ("x: u8 = 1 lenient", {"x": p.Role.KEPT}),
        ("x: u8 lenient", {"x": p.Role.KEPT}),
        ("x: u8 let v: u8 = x", {"x": p.Role.GIVEN, "v": p.Role.VIEW}),
        ("x: u8 = v let v: u8 = x", {"x": p.Role.COMPUTED, "v": p.Role.VIEW_INPUT}),
        (
            "x: u8 = v let w: u8 = x let v: u8 = w",
            {"x": p.Role.COMPUTED, "w": p.Role.VIEW, "v": p.Role.VIEW_INPUT},
        ),
    ],
)
def test_roles(body: str, roles: dict[str, p.Role]) -> None:
    found = record(S + body + " }", "S")
    assert {slot.name: slot.role for slot in found.slots} == roles


def test_a_value_that_needs_a_key_through_a_view_is_kept() -> None:
    found = record(
        "struct S(key: secret[]) as binary { a: bytes[20] = v let v: bytes[20] = hmac_sha1(key: key, data: x'00') }",
        "S",
    )
    verify = next(x for x in walk_steps(found.body) if isinstance(x, p.Verify))
    assert found.slot("a").role is p.Role.KEPT and verify.guard == (0,) and found.guarded


@pytest.mark.parametrize(
    ("item", "use", "form"),
    [
        ("a: u8 b: bytes[2]", "x: I[2]", p.Form.TUPLE),
        ("a: u8 b: u8 c: u8", "x: I[2]", p.Form.OBJECT),
        ("a: u8 check a > 0", "x: I[2]", p.Form.OBJECT),
        ("a: u8[2]", "x: I[2]", p.Form.OBJECT),
        ("a: u8 = 1 lenient b: u8", "x: I[2]", p.Form.OBJECT),
        ("a: u8 b: u8 = 1", "x: I[2]", p.Form.TUPLE),
        ("a: u8 b: u8", "x: I y: I[2]", p.Form.OBJECT),
        ("a: u8 b: u8", "x: u8", p.Form.OBJECT),
    ],
)
def test_small_items_are_tuples(item: str, use: str, form: p.Form) -> None:
    assert record(f"struct I as binary {{ {item} }} {S} {use} }}", "I").form is form


# ---- choices --------------------------------------------------------------------------------------------------


def branch(found: p.Record) -> p.Branch:
    return next(step for step in walk_steps(found.body) if isinstance(step, p.Branch))


def test_the_narrower_arm_is_tried_first() -> None:
    found = record(
        S + "k: u8 select k { 0..99 => a: u8 50 => b: u8 40..60 => c: u8 otherwise => empty } }", "S"
    )
    assert [case.ranges for case in branch(found).cases] == [((50, 50),), ((40, 60),), ((0, 99),), ()]


def test_an_arm_of_two_ranges_may_lie_within_two_others() -> None:
    text = "k: u8 select k { 0..9, 20 => a: u8 5, 10..30 => b: u8 otherwise => empty } }"
    assert codes(S + text) == ["A7-L030"]
    found = record(S + "k: u8 select k { 0..9, 40..50 => a: u8 5, 45 => b: u8 otherwise => empty } }", "S")
    assert [case.ranges[0][0] for case in branch(found).cases[:2]] == [5, 0]


def test_a_hole_is_shown_with_a_value() -> None:
    _, report = load(
        "enum K: u8 closed { a = 1 b = 2 c = 7..9 } " + S + "k: K select k { a => x: u8 b, c => empty } }"
    )
    assert not report.diagnostics
    _, report = load(
        "enum K: u8 closed { a = 1 b = 2 c = 7..9 } " + S + "k: K select k { a => x: u8 b => empty } }"
    )
    assert [x.message for x in report.diagnostics] == ["no arm takes the value 7"]


def test_arms_may_share_a_member_of_one_shape() -> None:
    found = record(S + "k: u1 r: u7 select k { 0 => { n: u8 v: u16 } 1 => v: u16 } }", "S")
    assert [slot.name for slot in found.api()] == ["k", "r", "n", "v"]
    assert codes(S + "k: u1 r: u7 select k { 0 => v: u8 1 => v: u16 } }") == ["A7-N004"]


def test_a_rule_of_an_arm_is_tested_in_the_arm() -> None:
    found = record(S + "k: u8 select k { 1 => { v: u8 check v > 3 } otherwise => empty } }", "S")
    assert [type(x).__name__ for x in branch(found).cases[0].body.steps] == ["Uint", "Check"]


def test_a_rule_of_an_arm_that_needs_more_waits_for_it() -> None:
    found = record(S + "k: u8 select k { 1 => { v: u8 check v > w } otherwise => empty } w: u8 }", "S")
    check = found.body.steps[-1]
    assert isinstance(check, p.Check) and show(check.condition, found) == "((not (k in 1)) or (v > w))"


def test_lifted_bodies_take_what_they_mention_as_parameters() -> None:
    found = module(
        "struct S(key: secret[]) as binary { n: u8 d: bytes[n] b: { m: bytes[20] = hmac_sha1(key: key, data: d) "
        "x: bytes[count(d)] y: bytes[n] } }"
    )
    inner = next(x for x in found.records if x.kind == "inline")
    assert [(x.name, x.nullable) for x in inner.params] == [
        ("count_d", False),
        ("n", False),
        ("key", True),
        ("d", False),
    ]
    call = next(x for x in walk_steps(found.records[1].body) if isinstance(x, p.CallRecord))
    assert [show(x, found.records[1]) for x in call.arguments] == ["count(d)", "n", "$key", "d"]
    assert inner.slot("m").role is p.Role.KEPT


def test_a_value_mentioned_in_a_lifted_computation_is_an_input() -> None:
    found = record(S + "a: u8 let v: u8 = a b: { c: u8 = v d: u8 } }", "S")
    assert found.slot("v").role is p.Role.VIEW_INPUT


# ---- names ----------------------------------------------------------------------------------------------------


def test_a_bare_name_beside_an_enum_is_its_member() -> None:
    text = "enum K: u8 open { member = 7 set = 1..3 } " + S + "member: u8 k: K "
    found = record(text + "check k == member check k == set check member == 7 check k in set }", "S")
    shown = [show(x.condition, found) for x in found.body.steps if isinstance(x, p.Check)]
    assert shown == ["(k == 7)", "(k in 1..3)", "(member == 7)", "(k in 1..3)"]


def test_named_arguments_are_put_in_order() -> None:
    found = record(S + "x: bytes[20] = hmac_sha1(data: x'02', key: 'k') }", "S")
    value = found.slot("x").value
    assert isinstance(value, e.Call)
    assert [x.value for x in value.arguments if isinstance(x, e.Literal)] == [b"k", b"\x02"]


def test_near_names_are_offered() -> None:
    _, report = load(
        "struct Sender as binary { kind: u8 } " + S + "s: Sendre check s.kind == 1 check kimd > 1 kind: u8 }"
    )
    assert [x.help for x in report.diagnostics] == ["did you mean `Sender`?", "did you mean `kind`?"]


def test_shapes_carry_bounds_and_patterns() -> None:
    found = record(
        "token T = 'a'..'c' ('x' | 'yz'){2,3} '.' struct S as json { t: T b: base64[4..8] m: map(text, u8)[1..2] }",
        "S",
    )
    assert found.slot("t").shape == s.Text(pattern=r"[a-c](?:x|yz){2,3}\.")
    assert found.slot("b").shape == s.Octets(4, 8)
    assert found.slot("m").shape == s.Mapping(s.Text(), s.Integer(0, 255), 1, 2)


def test_a_message_needs_a_depth_only_when_it_nests() -> None:
    assert codes("message M as binary { limit size = 9 n: u8 m: M when n > 0 }") == ["A7-L042"]
    assert codes("message M as binary { limit size = 9 limit depth = 3 n: u8 m: M when n > 0 }") == []


def test_endless_types_are_told_from_recursive_ones() -> None:
    ring = "struct A as binary { b: B } struct B as binary { n: u8 a: A[n] }"
    assert codes(ring) == []
    assert codes(ring.replace("A[n]", "A[2]")) == ["A7-L040"]
    assert codes(ring.replace("A[n]", "A when n > 0")) == []


def test_requirements_keep_level_text_and_place() -> None:
    found = record(
        S + 'x: u8 must A-1: x > 0 "Positive." ref RFC1#2 should A-2: x < 9 may A-3: manual "As it likes." }',
        "S",
    )
    rows = [(x.id, x.level, x.text, x.refs, x.manual) for x in found.requirements]
    assert rows == [
        ("A-1", "must", "Positive.", ("RFC1#2",), False),
        ("A-2", "should", "x < 9", (), False),
        ("A-3", "may", "As it likes.", (), True),
    ]


def test_the_shortest_ring_is_shown() -> None:
    ring = "".join(f"struct S{i} as binary {{ a: S{(i + 1) % 50} }} " for i in range(50))
    _, report = load(ring.replace("struct S7 as binary {", "struct S7 as binary { b: S6"))
    assert [x.message for x in report.diagnostics] == ["a type without end: `S6` holds `S7` holds `S6`"]


def test_arms_with_one_name_for_two_types_are_told_how_to_be_apart() -> None:
    arms = "select k { 1 => { a: u8 b: u8 } 2 => { a: u16 b: u8 } otherwise => empty }"
    [found] = load("struct S as binary { k: u8 " + arms + " }")[1].diagnostics
    assert found.code == "A7-N004" and found.help is not None and "`body: select … { … }`" in found.help
    assert codes("struct S as binary { k: u8 body: " + arms + " }") == []
    assert codes("struct S as json { k: u8 body: " + arms + " }") == []
