"""What only reading knows is refused where writing would need it, and nowhere else."""

from __future__ import annotations

import pytest
from tests.support.lowering import codes, module

from art7.grammar.ir.module import Specification
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode

M = "message M as binary { limit size = 99 "
P = "message M as binary { limit size = 99 items: P[rest] } struct P as binary { "

REFUSED = [
    P + "x: u8 = offset(self) y: u8 }",
    P + "y: u8 x: u8 = offset(x) + 1 }",
    P + "x: u8 = offset(y) y: u8 }",
    P
    + "fill: bytes[size (0 - offset(self)) % 4] = zeros((0 - offset(self)) % 4) lenient n: u8 v: bytes[size n] }",
    M + "x: u8 = remaining a: bytes[rest] }",
    M + "a: u8[3] x: u8 = octet_at(0) }",
    M
    + "let long: bool = remaining >= 2 let twice: bool = not long body: select twice { true => a: u8 otherwise => b: u16 } }",
    M + "let long: bool = remaining >= 2 select long { true => a: u16 otherwise => b: bytes[rest] } }",
    M + "b: In(remaining) } struct In(o: u8) as binary { x: u8 = o y: u8 }",
    M + "b: In(remaining) } struct In(o: u8) as binary { x: u8[o] }",
    M + "b: In(remaining) } struct In(o: u8) as binary { x: u8 when o > 1 }",
    M + "b: In(remaining) } struct In(o: u8) as binary { x: bytes[size o] }",
    M + "b: In(remaining) } struct In(o: u8) as binary { c: Deep(o + 1) } struct Deep(o: u8) as binary "
    "{ select o { 1 => x: u8 otherwise => empty } }",
]
WRITTEN = [
    (P + "let at: u8 = offset(self) x: u8 = at y: u8 }", "00aa02bb"),
    (P + "fill: bytes[size (0 - offset(self)) % 4] n: u8 v: bytes[size n] }", "01aa000002bbbb"),
    (M + "let long: bool = remaining >= 2 flag: u8 = if long then 1 else 0 "
     "body: select long { true => a: u16 otherwise => b: bytes[rest] } }", "010102"),
    (M + "a: bytes[size remaining - 1] x: u8 }", "01aa0004"),
    (M + "a: u16 when remaining > 2 b: bytes[rest] }", "0301aa00"),
    (M + "b: In(1) c: bytes[rest] } struct In(o: u8) as binary { x: bytes[size o] }", "010203"),
    (M + "let k: u8 = remaining - 1 a: u8[k] b: u8 }", "010203"),
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_could_be_read_and_never_written_is_refused(text: str) -> None:
    assert codes(text) == ["A7-L047"]


@pytest.mark.parametrize(("text", "wire"), WRITTEN)
def test_what_is_given_or_follows_is_written_as_it_was_read(text: str, wire: str) -> None:
    found = module(text)
    spec = Specification({found.name: found})
    octets = bytes.fromhex(wire)
    assert encode(spec, f"{found.name}.M", decode(spec, f"{found.name}.M", octets).value) == octets
