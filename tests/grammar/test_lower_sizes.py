"""Sizes that the text fixes, multiplied and added up, stay within the static limit."""

from __future__ import annotations

import pytest

from lowering import codes, load

HUGE = 4294967295


@pytest.mark.parametrize(
    "text",
    [
        f"struct S as binary {{ x: u8[{HUGE}][{HUGE}] }}",
        f"struct S as binary {{ x: u8[{HUGE}][2] }}",
        f"struct S as binary {{ x: u64[{HUGE}] }}",
        f"struct S as binary {{ x: bytes[{HUGE}][2] }}",
        "struct S as binary { x: u8" + f"[{HUGE}]" * 8 + " }",
        f"struct S as tls {{ x: u8[{HUGE}][{HUGE}] }}",
        f"struct S as tls {{ x: u16[{HUGE}..{HUGE}] }}",
        f"struct S as json {{ x: u8[{HUGE}][{HUGE}] }}",
        f"struct S as json {{ x: u8[{HUGE}..][{HUGE}..] }}",
        f"struct S as protobuf {{ x @1: fixed32[{HUGE}..] }}",
        f"struct A as binary {{ y: u8[{HUGE}] }} struct S as binary {{ x: A[{HUGE}] }}",
        f"struct S as binary {{ x: A[{HUGE}] }} struct A as binary {{ y: u8[{HUGE}] }}",
        f"struct S as binary {{ x: {{ y: u8[{HUGE}] }}[3] }}",
        f"struct S as binary {{ x: bytes[{HUGE}] y: bytes[{HUGE}] }}",
        f"struct S as binary {{ x: A y: A }} struct A as binary {{ x: bytes[{HUGE}] }}",
        f"struct S as binary {{ x: A y: A z: S2 }} struct A as binary {{ x: bytes[{HUGE}] }} struct S2 as binary {{ x: A }}",
    ],
)
def test_what_can_never_be_that_large_is_refused_once(text: str) -> None:
    _, report = load(text)
    assert [x.code for x in report.diagnostics] == ["A7-L009"]
    found = report.diagnostics[0]
    assert found.span.line == 3 and found.span.column > 0 and len(found.message) < 120
    assert "at most 4294967296" in (found.help or "")


@pytest.mark.parametrize(
    "text",
    [
        f"struct S as binary {{ x: u8[{HUGE}] }}",
        "struct S as binary { x: u8[65536][65536] }",
        f"struct S as binary {{ x: u8[..{HUGE}][2] }}".replace("as binary", "as tls"),
        f"struct S as json {{ x: u8[..{HUGE}][..{HUGE}] }}",
        f"struct S as json {{ x: u8[0..{HUGE}][{HUGE}] }}".replace(f"[{HUGE}] }}", "[3] }"),
        f"struct S as protobuf {{ x @1: u32[..{HUGE}] y @2: u32[] }}",
    ],
)
def test_what_can_be_within_the_limit_is_not(text: str) -> None:
    assert codes(text) == []
