"""Lowering text: what members begin with is derived, and what cannot be told apart is refused."""

from __future__ import annotations

import pytest

from art7.grammar.ir import plan as p
from built import specification
from lowering import codes

TOKENS = """
token Word = ('a'..'z')+
token Digits = ('0'..'9')+
token Any = (' '..'~')+
token Maybe = ('a'..'z')*
token Exact = ('0'..'9'){2}
token Mark = 'to:' | 'from:'
token Sip = ('S' | 's') ('I' | 'i') ('P' | 'p') '/'
"""

REFUSED = {
    "optional before the same literal": ("first?: { 'a' x: u8 ';' } second: { 'a' y: u8 }", "A7-L091"),
    "a list before the same literal": ("rows: { ';' x: u8 }[0..] ';' y: u8", "A7-L091"),
    "a shorter literal before a longer one": ("first?: { ';' x: u8 ',' } ';;' y: u8", "A7-L091"),
    "tokens that begin alike": ("first?: { x: Digits ':' } y: Digits", "A7-L091"),
    "alternatives that begin alike": ("x: A | B", "A7-L091"),
    "a token before what belongs to it": ("x: Word y: Word", "A7-L092"),
    "a number before digits": ("x: u8 y: Exact", "A7-L092"),
    "a token before a literal of it": ("x: Any ';' y: u8", "A7-L092"),
    "a record that ends openly": ("x: Open y: Word", "A7-L092"),
    "no such coding": ("x: coded<bytes>('rot13')", "A7-L090"),
    "a coding of a list": ("x: coded<u8[2]>('hex')", "A7-L090"),
    "an alternative without a name": ("x: Word | { ';' y: u8 }", "A7-L093"),
    "a length before a list": ("x: u8[prefix u8]", "A7-L014"),
    "no end": ("x: text[1..4]", "A7-L011"),
    "an empty terminator": ("x: text[until '']", "A7-L010"),
    "a header without a name": ("x @header(list: ','): Word[1..]", "A7-L094"),
    "commas between one value": ("x @header('X', list: ','): Word", "A7-L094"),
    "no such form of parameters": ("x @header('X'): parameters('loose')", "A7-L095"),
    "parts without a boundary": ("x: multipart<A>", "A7-L095"),
}
RECORDS = """
struct A as text { 'a' x: Word }
struct B as text { 'a' y: Word }
struct Open as text { ';' x: u8 tail?: { '=' y: Word } }
"""


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    members, code = REFUSED[name]
    assert code in codes(f"{TOKENS}{RECORDS}struct Row as text {{ {members} }}")


def test_a_choice_has_alternatives_only() -> None:
    assert codes(f"{TOKENS}struct Row as text(shape: 'choice') {{ a: Word let b: u8 = 1 }}") == ["A7-L093"]


ACCEPTED = {
    "a longer literal first": "first?: { ';;' x: u8 } ';' y: u8",
    "two digits and two": "x: Exact y: Exact",
    "letters of any case before others": "mark?: Sip y: Word",
    "words before others": "mark?: Mark y: Word",
    "to the end of a line": "line { x: Any } line { y: Any }",
    "a list of a count": "n: u8 rows: { ':' x: u8 }[n] ':' y: u8",
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str) -> None:
    assert codes(f"{TOKENS}struct Row as text {{ {ACCEPTED[name]} }}") == []


def firsts(members: str, options: str = "") -> dict[str, p.First]:
    """What each optional member and list of a record begins with."""
    spec = specification(
        f"a7 1\nmodule demo version 1.0\n{TOKENS}struct Row as text{options} {{ {members} }}"
    )
    record = spec.record("demo.Row")
    steps = [step for step in record.body.steps if isinstance(step, p.Ahead | p.Repeat)]
    return {record.slots[step.slot].name: step.first for step in steps}


def test_beginnings_follow_from_literals_and_tokens() -> None:
    found = firsts("a?: { '=' x: Word ';' } b?: Digits c?: line { ':' } mark?: Mark")
    assert found["a"] == p.First((b"=",))
    assert found["b"] == p.First((), ((0x30, 0x39),))
    assert found["c"] == p.First((b":",))
    assert found["mark"] == p.First((b"from:", b"to:"))


def test_white_space_is_passed_over_before_a_literal() -> None:
    found = firsts("x: Word more: { ';' y: Word }[0..]", "(space: ' \\t', comments: true)")
    assert found["more"] == p.First((b";",), (), b" \t", True)


def test_a_group_with_one_member_is_that_member() -> None:
    spec = specification(
        f"a7 1\nmodule demo version 1.0\n{TOKENS}struct Row as text {{ a: {{ '<' x: Word '>' }} b?: line {{ ';' y: u8 }} }}"
    )
    record = spec.record("demo.Row")
    assert [type(step).__name__ for step in record.body.steps] == ["Constant", "Token", "Constant", "Ahead"]
    assert not any(isinstance(step, p.CallRecord) for step in record.body.steps)


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ("a: u8 b: u32 = crc32(octets_before(b))", ["A7-L096"]),
        ("a: u8 let b: u16 = offset(a)", ["A7-L096"]),
        ("a: u8 let b: u8 = octet_at(0)", ["A7-L096"]),
        ("a: u8 inner: Deep", ["A7-L096"]),
        ("a: u8 b: u8 = octets(c) c: bytes[b] let left: u16 = remaining", []),
    ],
)
def test_what_a_coding_yields_has_no_place_on_the_wire(inner: str, code: list[str]) -> None:
    deep = "struct Deep as binary { x: u8 = length(octets_before(x)) }\n" if "Deep" in inner else ""
    outer = "message M as text { limit size = 99 'x' b: coded<P>('base64') '.' }"
    assert codes(f"{deep}struct P as binary {{ {inner} }}\n{outer}") == code
