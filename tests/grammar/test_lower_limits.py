"""Large and hostile modules: bounded time, and never an exception."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import pytest

from art7.grammar.passes.findings import MOST
from lowering import codes, load

LINES = "\n"


def lines(make: Callable[[int], str], count: int) -> str:
    return LINES.join(make(i) for i in range(count))


WIDE = {
    "fields": lambda n: f"struct S as binary {{ {lines(lambda i: f'f{i}: u16', 4 * n)} }}",
    "computed": lambda n: (
        f"struct S as binary {{ {lines(lambda i: f'l{i}: u16 = octets(d{i}) d{i}: bytes[l{i}]', n)} }}"
    ),
    "lists": lambda n: f"struct S as binary {{ {lines(lambda i: f'd{i}: u8[2]', n)} }}",
    "selects": lambda n: (
        "struct S as binary { k: u8 "
        + lines(lambda i: f"select k {{ 0 => a{i}: u8 1..255 => b{i}: u8 }}", n)
        + "}"
    ),
    "messages": lambda n: lines(lambda i: f"struct S{i} as binary {{ x: u8 }}", 2 * n),
    "chain": lambda n: (
        lines(lambda i: f"struct S{i} as binary {{ x: S{i + 1} }}", n) + f" struct S{n} as binary {{ x: u8 }}"
    ),
    "errors": lambda n: f"struct S as binary {{ {lines(lambda i: f'f{i}: Nothing{i}', n)} }}",
    "members": lambda n: f"struct S as json {{ {lines(lambda i: f'd{i}: u8[2..3]', n)} }}",
    "numbers": lambda n: f"struct S as protobuf {{ {lines(lambda i: f'd{i} @{i + 1}: u32[]', n)} }}",
    "cases": lambda n: (
        f"enum K: u16 open {{ {lines(lambda i: f'm{i} = {i}', 2 * n)} }} struct S as binary {{ k: K select k {{ "
        + lines(lambda i: f"m{i} => a{i}: u8", n)
        + " otherwise => empty } }"
    ),
}


@pytest.mark.parametrize("name", WIDE)
def test_time_grows_with_the_text(name: str) -> None:
    def seconds(count: int) -> float:
        text = WIDE[name](count)
        gc.collect()
        gc.disable()
        started = time.process_time()
        load(text)
        gc.enable()
        return time.process_time() - started

    seconds(50)
    small, large = min(seconds(300) for _ in range(2)), seconds(1_200)
    # Four times the text; ten leaves room for noise and still catches squares (sixteen).
    assert large < 10 * small + 0.4


def test_only_the_first_errors_are_shown() -> None:
    found = codes(WIDE["errors"](300))
    assert len(found) == MOST + 1 and found.count("A7-N099") == 1


@pytest.mark.parametrize(
    "text",
    [
        "struct S as binary { x: u8 = 1 << (1 << (1 << 60)) }",
        "const c: u64 = " + "99999999999999999999 * " * 40 + "1",
        "struct S as binary { x: bytes[0xFFFFFFFFFFFFFFFF] }",
        "struct S as binary { x: u65 y: u0 z: u999999999 }",
        "struct S as binary { x: u8[-1] }",
        "struct S as binary { x: bytes[size 0 - 1] }",
        "function f(x: u8) -> u8 = g(g(x)) function g(x: u8) -> u8 = f(f(x)) struct S as binary { x: u8 = f(1) }",
        "".join(f"function f{i}(x: u8) -> u8 = f{i + 1}(x) + f{i + 1}(x) " for i in range(30))
        + "function f30(x: u8) -> u8 = x struct S as binary { x: u8 check f0(x) > 0 }",
        "token A = 'a'{1,999} token B = A{1,999} token C = B{1,999} struct S as json { x: C }",
        "struct G<A> as binary { x: A[2] } struct S as binary { x: G<G<G<G<G<G<G<G<G<G<G<u8>>>>>>>>>>> }",
        "struct A as binary { b: B } struct B as binary { c: C } struct C as binary { a: A }",
        "struct S as tls { x: S[0..3] y: optional<S> }",
        "message M as binary { limit size = 0 limit depth = 99999 x: u8 }",
        "struct S as binary { select x { 1 => y: u8 } x: u8 }",
        "struct S as binary { x: select x { 1 => y: u8 otherwise => empty } }",
        "struct S as binary { x: { y: u8[x] } }",
        "vectors S { accept x'' as { a: { b: [1, 2, { c: null }] } } }",
        "bind a.b.c to d bind x to y when session.codec == 'z'",
        "schedule K { derive a: secret[4] = a split a into a: secret[4] output a, a erase b keep }",
    ],
)
def test_hostile_texts_are_reported_quickly(text: str) -> None:
    started = time.process_time()
    assert codes(text)
    assert time.process_time() - started < 2
