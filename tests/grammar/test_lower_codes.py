"""Every code of the passes, with a text that yields it."""

from __future__ import annotations

import pytest

from art7.grammar import codes as pages
from lowering import codes

M = "message M as binary { limit size = 9 "
S = "struct S as binary { "
T = "struct S as tls { "
V = "struct S as tls(vector: 'varint') { "
J = "struct S as json { "
P = "struct S as protobuf { "
E = "enum K: u8 open { a = 1 b = 2 r = 5..9 } "
C = "enum K: u8 closed { a = 1 b = 2 } "
R = (
    "message A as json { limit size = 9 x: text } message B as json { limit size = 9 y: text } "
    + "protocol P { roles one, two channel one -> two ordered bound 2 carries A "
)
OK2 = "role two { start state Z { ignore A from one } } "

CASES = {
    # names
    "A7-N003": "struct S as binary { x: u8 } struct S as binary { x: u8 }",
    "A7-N004": S + "x: u8 x: u8 }",
    "A7-N005": "errors { truncated = 200 }",
    "A7-N006": "errors { mine = 7 }",
    "A7-N007": S + "x: u8 must A-1: x > 0 must A-1: x > 1 }",
    "A7-N010": S + "x: u8 check y > 0 }",
    "A7-N011": E + S + "k: K check k == nothing }",
    "A7-N012": S + "x: u8 } struct O as binary { s: S check s.y == 1 }",
    "A7-N013": S + "x: u8 check nothing_known(x) }",
    "A7-N014": S + "x: u8 h: bytes[20] = sha1(valeu: x'00') }",
    "A7-N015": S + "x: Nothing }",
    "A7-N016": "const c: u8 = 1 " + S + "x: c }",
    "A7-N017": "extend Nothing { a = 1 }",
    "A7-N018": S + "x: u8 check x > 0 else nothing }",
    "A7-N020": "struct S { x: u8 }",
    "A7-N021": "struct S as binaty { x: u8 }",
    "A7-N022": "struct S as binary(order: 'middle') { x: u8 }",
    "A7-N023": "vectors Nothing { accept x'00' }",
    "A7-N024": S + "x: u8 } vectors S { accept x'00' as { y: 1 } }",
    "A7-N025": "must A-1: 1 == 1",
    "A7-N031": "use nowhere.at_all",
    "A7-N032": "use demo",
    "A7-L046": "struct N as json(numbers: 'integer53') { x: number }",
    # types
    "A7-T001": S + "x: u8 check x }",
    "A7-T002": S + f"x: u8 check x > 0x{'F' * 36} " + "}",
    "A7-T003": S + "x: u8 check x == 1.5 }",
    "A7-T004": J + "x: u8 check remaining > 0 }",
    "A7-T005": S + "x: u8 check x.y == 1 }",
    "A7-T006": E + S + "k: K check K.r == k }",
    "A7-T007": S + "x: u32 let y: u64 = 1 << x }",
    "A7-T008": J + "x: text y: base64[0..9] check x ++ y == x }",
    "A7-T009": S + "x: u8 y: bytes[1] check x == y }",
    "A7-T010": S + "x: u8 check x in 5..2 }",
    "A7-T011": S + "x: u8 y: bytes[1] let z: u8 = if x > 0 then x else y }",
    "A7-T012": S + "x: u8 check [x] == x }",
    "A7-T013": S + "x: bytes[1] check sha1() == x }",
    "A7-T014": S + "x: bytes[20] check sha1(value: x, value: x) == x }",
    "A7-T015": "function f(x: u8) -> u8 = f(x) " + S + "x: u8 check f(x) == 1 }",
    "A7-T016": S + "x: u8 check offset(x + 1) == 1 }",
    "A7-T017": S + "x: u8 = 1 must A-1: verified(x) and x > 0 }",
    "A7-T018": S + "x: u8[2] check is_last(x, x) }",
    "A7-T019": S + "x: u8 must A-1: verified(x) }",
    "A7-T020": S + "x: u8 = 256 }",
    "A7-T021": J + "x: u8 y: u8 default x }",
    "A7-T022": S + "x: u8[2] select x { 1 => y: u8 otherwise => empty } }",
    "A7-T030": "enum K: u8 { a = 1 }",
    "A7-T031": "enum K: bool open { a = 1 }",
    "A7-T032": S + "x: u8 let y: u8 | u16 = x }",
    "A7-T033": "struct G<A> as binary { x: A } " + S + "g: G }",
    "A7-T034": "struct G<A> as binary { n: u8 x: G<G<A>> when n > 0 } " + S + "g: G<u8> }",
    "A7-T035": "const a: u8 = b const b: u8 = a",
    "A7-T036": S + "x: u8 } vectors S { accept x'00' as { x: x'00' } }",
    "A7-T037": S + "x: u8 } " + "bind S.x to S",
    # layout
    "A7-L001": S + "line { x: u8 } }",
    "A7-L002": P + "x @1: u8 }",
    "A7-L003": P + "x @1: u32 } struct O as binary { p: S }",
    "A7-L004": S + "x: u8 } struct O as json { s: S }",
    "A7-L005": S + "x: optional<u8> }",
    "A7-L006": J + "x: map(u8, u8) }",
    "A7-L007": J + "x: u8 | number }",
    "A7-L008": J + "x: text[5..2] }",
    "A7-L009": S + "x: bytes[99999999999] }",
    "A7-L010": S + "x: bytes[until x''] }",
    "A7-L011": S + "x: bytes }",
    "A7-L012": S + "x: bytes[prefix bool] }",
    "A7-L013": T + "x: bytes[] }",
    "A7-L014": J + "x: text[rest] }",
    "A7-L020": S + "x: bytes[n] n: u8 }",
    "A7-L021": S + "let n: u8 = m x: bytes[n] m: u8 }",
    "A7-L022": S + "x?: u8 }",
    "A7-L023": S + "k: u8 select k { 1 => { a: u8 } otherwise => empty } v: select k { 1 => { a: u8 b: u8 "
    "c: bytes[4] = first(sha1(octets_before(self)), 4) } otherwise => empty } }",
    "A7-L024": M + "x: u8 c: bytes[20] = sha1(octets_before(c, with: { nothing: 1 })) }",
    "A7-L025": S + "x @1: u8 }",
    "A7-L026": P + "x: u32 }",
    "A7-L027": S + "x: text[rest] lenient }",
    "A7-L028": S + "limit width = 3 x: u8 }",
    "A7-L030": S + "x: u8 select x { 1..5 => a: u8 3..9 => b: u8 otherwise => empty } }",
    "A7-L031": S + "x: u8 select x { 0..9 => a: u8 11..255 => empty } }",
    "A7-L032": S + "x: u2 select x { 0..3 => a: u8 otherwise => empty } }",
    "A7-L035": S + "a: u8 = b + 1 b: u8 = a + 1 }",
    "A7-L036": S + "a: u3 b: u8 }",
    "A7-L037": S + "a: bool b: u7 when a }",
    "A7-L038": S + "x: u8 let a: u8 = b let b: u8 = a }",
    "A7-L039": P + "x @1: u32 select x { 1 => y @2: u32 otherwise => empty } }",
    "A7-L040": S + "x: u8 s: S }",
    "A7-L041": "message M as binary { x: u8 }",
    "A7-L042": M + "x: u8 s: N } struct N as binary { n: u8 next: N when n > 0 }",
    "A7-L043": S + "x: bytes[0] } struct O as binary { s: S[rest] }",
    "A7-L049": (
        "message M as binary { limit size = 9 a0: u8 "
        + " ".join(f"let a{i}: u64 = a{i - 1} | a{i - 1}" for i in range(1, 14))
        + " }"
    ),
    "A7-L047": S + "x: u8 = offset(self) }",
    "A7-L045": S + "n: u8 = octets(d) d: bytes[0..1000] within n }",
    "A7-L060": "message M as cbor(shape: 'value') { limit size = 9 limit depth = 9 x: coded<u8>('json') }",
    "A7-L080": "struct S as der { x: octetstring<u8, u8> }",
    "A7-L081": "struct S as der { x @implicit(0): any }",
    "A7-L082": "struct S as der { x @implicit('a'): u8 }",
    "A7-L083": "struct S as der(shape: 'choice') { let x: u8 = 1 y: u8 }",
    "A7-L084": "struct S as der { x?: u8 y: integer }",
    "A7-L085": "struct S as der(shape: 'set') { x: u8 y: bool }",
    # roles
    "A7-S001": "protocol P { roles one channel one -> nobody }",
    "A7-S002": "protocol P { roles one }",
    "A7-S003": "protocol P { roles one, one role one { start state A } }",
    "A7-S004": "protocol P { roles one, two channel one -> two carries Nothing "
    "role one { start state A } role two { start state A } }",
    "A7-S005": R.replace("bound 2", "bound 0") + "role one { start state X } " + OK2 + "}",
    "A7-S006": R + "role one { start state X { on local go { send B(y: 'a') to two } } } " + OK2 + "}",
    "A7-S007": R + "role one { state X } " + OK2 + "}",
    "A7-S008": R + "role one { timer t = 0s start state X } " + OK2 + "}",
    "A7-S009": R + "role one { start state X { on local go { send A to two } } } " + OK2 + "}",
    "A7-S010": R + "role one { start state X { on local go => Nowhere } } " + OK2 + "}",
    "A7-S011": "schedule K { input a: secret[4] derive b: bytes[20] = sha1(a) output b } "
    + R
    + "role one { var v: bytes start state X { on local go { run K(a: x'00000000') as k set v = k.a } } } "
    + OK2
    + "}",
    "A7-S012": R + "role one { start state X { on local go { run Nothing(a: 1) as k } } } " + OK2 + "}",
    # keys
    "A7-K001": "schedule K { input a: secret[4] output b }",
    "A7-K002": "schedule K { input a: secret[4] input a: secret[4] output a }",
    "A7-K003": "schedule K { input a: secret[4] derive b: bytes[4] output b }",
    "A7-K004": "schedule K { input a: secret[4] derive b: secret[21] = sha1(a) output b }",
    "A7-K005": "schedule K { input a: secret[4] split a into b: secret[], c: secret[2] output b }",
    # identity
    "A7-I001": "token A = 'x' B token B = A " + J + "a: A }",
    "A7-I002": "token A = 'x'{1,2000} " + J + "a: A }",
    "A7-I003": "token A = Nothing " + J + "a: A }",
    "A7-I004": "identity I { property a = 'b' } token A = I " + J + "a: A }",
    "A7-I005": "token A = ('x'+)+ " + J + "a: A }",
    "A7-I006": "identity I { property a = 'b' }",
    "A7-I007": J + "x: text } resolve R(a: text) -> S { }",
    "A7-I008": J + "x: text } resolve R(a: text) -> S { route r => directory(a) order last }",
}

ELSEWHERE = {"A7-N030", "A7-N033", "A7-N099"} | {f"A7-L09{digit}" for digit in range(7)}
"""Codes that need more than one text, or very many errors (`test_load`, `test_lower_limits`), or tokens and
records beside (`test_lower_text`)."""


@pytest.mark.parametrize("code", CASES)
def test_a_code_is_given(code: str) -> None:
    assert code in codes(CASES[code])


def test_every_code_of_the_passes_has_a_case() -> None:
    known = {code for code in pages.all_codes() if code[3] in "NTLSKI"}
    missing = known - set(CASES) - ELSEWHERE - {c for c in known if c[4:] >= "100"}
    assert not missing


def test_every_code_of_a_case_has_a_page() -> None:
    known = pages.all_codes()
    assert not [code for code in CASES if code not in known or not known[code].next_step]


@pytest.mark.parametrize("code", CASES)
def test_a_finding_has_a_place_in_the_text(code: str) -> None:
    from lowering import load

    _, report = load(CASES[code])
    assert all(x.span.file == "demo.a7" and x.span.line >= 1 for x in report.diagnostics)
    assert not [x.message for x in report.diagnostics if x.message[-1] in ".!" or x.message[0].isupper()]
