"""Vectors beside a definition: what their values mean, and what is said where they do not hold."""

from __future__ import annotations

import pytest
from tests.support.lowering import load

from art7.grammar.diagnostics import Report
from art7.interpreter.vectors import check_vectors

TEXT = """
enum Kind: u8 open { first = 5 }
struct P as binary { k: Kind n: u8 = octets(v) v: bytes[size n] }
struct Q as binary { k: u8 m: u8 }
message M as binary { limit size = 99 k: u8 body: select k { 1 => b: bytes[rest] 2 => q: Q[rest] otherwise => preserve } }
message L as binary { limit size = 99 items: P[rest] }
message T as binary { limit size = 99 pairs: Q[rest] }
message N as json { limit size = 99 x?: number by?: map<text, number>[..9] }
message D as protobuf { limit size = 99 x @1: double default 0 y @2: float default 0 }
"""

HOLD = [
    "vectors M { accept x'0141' as { body: 'A' } }",
    "vectors M { accept x'0141' as { k: 1, body: 'A' } }",
    "vectors M { accept x'0941' as { body: x'41' } }",
    "vectors M { accept x'0205060708' as { body: [{ m: 6 }, { k: 7 }] } }",
    "vectors L { accept x'0501AA' as { items: [{ k: 5 }] } }",
    "vectors L { accept x'0501AA' as { items: [{ k: Kind.first, v: x'AA' }] } }",
    "vectors T { accept x'05060708' as { pairs: [{ m: 6 }, { k: 7, m: 8 }] } }",
    "vectors N { accept '{\"x\":-0.5}' as { x: -0.5 } }",
    "vectors N { accept '{\"x\":2}' as { x: 2.0 } }",
    "vectors N { accept '{\"by\":{\"a b\":1.25,\"\":3,\"it\\\\u0027s\":-4}}' as { by: { 'a b': 1.25, '': 3, 'it\\'s': -4 } } }",
    "vectors D { accept x'09000000000000F83F' as { x: 1.5, 'y': 0 } }",
    "vectors D { accept x'1500000040' as { y: 2 } }",
]
FAIL = [
    ("vectors M { accept x'0141' as { body: 'B' } }", "`body`: expected "),
    ("vectors L { accept x'0501AA' as { items: [{ k: 6 }] } }", "`items[0].k`: expected 6, found 5"),
    ("vectors L { accept x'0501AA0600' as { items: [{ k: 5 }] } }", "`items`: expected 1 items, found 2"),
    ("vectors T { accept x'0506' as { pairs: [{ m: 7 }] } }", "`pairs[0].m`: expected 7, found 6"),
    ("vectors N { accept '{\"x\":-0.5}' as { x: 0.5 } }", "`x`: expected 0.5, found -0.5"),
    ("vectors N { accept '{\"by\":{\"a b\":1}}' as { by: { 'a b': 1.5 } } }", "expected 1.5, found 1"),
]


def findings(vectors: str) -> list[str]:
    spec, report = load(TEXT + vectors)
    assert not report.has_errors, [x.message for x in report.diagnostics]
    told = Report()
    assert check_vectors(spec, spec.modules["demo"], told) == 1
    return [found.message for found in told.diagnostics]


@pytest.mark.parametrize("vectors", HOLD)
def test_members_are_compared_by_name_and_text_by_its_octets(vectors: str) -> None:
    assert findings(vectors) == []


@pytest.mark.parametrize(("vectors", "said"), FAIL)
def test_what_differs_is_named(vectors: str, said: str) -> None:
    assert [said in found for found in findings(vectors)] == [True]
