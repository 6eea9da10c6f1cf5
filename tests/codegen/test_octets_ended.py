"""Octets and texts up to a terminator, in records of octets: every execution reads, writes and refuses them alike."""

from __future__ import annotations

import hashlib

import pytest
from tests.support.agreed import Agreed
from tests.support.lowering import HEAD, codes

TEXT = """
message Binary as binary {
    limit size = 999
    kind:  u8
    name:  text[until x'00' max 4] "At most four octets."
    after: bytes[until x'0D0A'] when kind > 0
    sum:   u8 = count(name) + length(name)
    all:   bytes[4] = first(sha256(octets_before(all)), 4)
}
message Tls as tls { limit size = 999 names: Entry[size 0..40] rest: secret[until x'FF' max 3] }
struct Entry as tls { key: text[until '='] value: bytes[until ';' max 2] }
message Body as binary { limit size = 99 inner: { a: text[until x'00'] b: bytes[rest] } within 6 end: u8 }
message Many as binary { limit size = 99 lines: Line[rest] }
struct Line as binary { line: text[until '\\n'] }
message Wide as binary(order: 'little') { limit size = 99 n: u16 t: text[until x'0000'] m: u16 }
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Agreed:
    return Agreed(HEAD + TEXT, tmp_path_factory.mktemp("ended"))


def digest(data: bytes) -> bytes:
    return data + hashlib.sha256(data).digest()[:4]


@pytest.mark.parametrize(
    ("record", "octets", "value"),
    [
        ("Binary", digest(b"\0ab\0\4"), {"kind": 0, "name": "ab"}),
        (
            "Binary",
            digest(b"\1" + "é".encode() + b"\0\r\n\r\r\n"[:1] + b"x\ry\r\n\2"),
            {"name": "é", "after": b"x\ry"},
        ),
        ("Binary", digest(b"\1\0\r\n\0"), {"name": "", "after": b""}),
        ("Tls", b"\x06a=b;=;" + b"\xff", {"names": [("a", b"b"), ("", b"")]}),
        ("Tls", b"\0" + b"xy\xff", {"names": [], "rest": b"xy"}),
        ("Body", b"ab\0xyz\x07", {"inner": {"a": "ab", "b": b"xyz"}, "end": 7}),
        ("Many", b"a\n\nbc\n", {"lines": [("a",), ("",), ("bc",)]}),
        ("Wide", b"\1\0a\0b\0\0\2\0", {"n": 1, "t": "a\0b", "m": 2}),
    ],
)
def test_what_is_read_is_written_again(
    demo: Agreed, record: str, octets: bytes, value: dict[str, object]
) -> None:
    found = demo.read(record, octets)
    assert {name: found.get(name) for name in value} == value


@pytest.mark.parametrize(
    ("record", "octets", "code"),
    [
        ("Binary", b"\0abcde\0", "too_long"),
        ("Binary", b"\0abc", "truncated"),
        ("Binary", b"\0\xff\0\2", "bad_text"),
        ("Binary", b"\1a\0x\r", "truncated"),
        ("Tls", b"\x03a=b;\xff", "truncated"),
        ("Tls", b"\0wxyz\xff", "too_long"),
        ("Body", b"abcdef\0\0", "truncated"),
        ("Many", b"a\nb", "truncated"),
    ],
)
def test_what_is_refused(demo: Agreed, record: str, octets: bytes, code: str) -> None:
    assert demo.same_refusal(record, octets) == code


@pytest.mark.parametrize(
    ("record", "value"),
    [
        ("Binary", {"kind": 0, "name": "a\0b"}),
        ("Binary", {"kind": 0, "name": "abcde"}),
        ("Binary", {"kind": 1, "name": "", "after": b"a\r\nb"}),
        ("Wide", {"n": 1, "t": "a\0\0", "m": 2}),
    ],
)
def test_what_would_not_be_read_again_is_not_written(
    demo: Agreed, record: str, value: dict[str, object]
) -> None:
    assert demo.unwritten(record, value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("struct A as binary { x: bytes[until eol] }", "A7-L010"),
        ("struct A as binary { x: bytes[until x''] }", "A7-L010"),
        ("struct A as tls { x: text[until 7] }", "A7-L010"),
        ("struct A as json { x: text[until 'a'] }", "A7-L014"),
        ("struct A as protobuf { x @1: bytes[until x'00'] }", "A7-L010"),
    ],
)
def test_what_is_no_terminator_is_told(text: str, code: str) -> None:
    assert codes(text) == [code]
