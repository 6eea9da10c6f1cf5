"""Kinds of values that Python takes for one another, on writing: interpreter, fast and careful code agree.

True and false are the integers 1 and 0 (decision 0012); floats, texts, octets and nothing are no integers, and nothing
but a list or tuple is a list.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from art7.grammar.ir.module import Specification
from art7.interpreter.encode import encode
from art7.interpreter.errors import EncodeError
from built import build, module, specification

TEXT = """a7 1
module sample.kinds version 1.0 "A member of every kind in every encoding."

enum Open: u8 open { one = 1 two = 2 }
enum Closed: u8 closed { none = 0 one = 1 }

struct Pair as binary { left: u8  right: u16 }
struct Choosing as binary {
    tag: u8
    flags: u8
    select tag { 0 => { none: u8 } 1 => { one: u16 } otherwise => { more: u32 } }
}

message Octets as binary {
    limit size = 1000
    let version: u8 = 1
    high:   u4
    flag:   bool
    low:    u3
    byte:   u8
    signed: i16
    triple: u24
    long:   u64
    open:   Open
    closed: Closed
    one:    u8
    fixed:  bytes[2]
    data:   bytes[prefix u8]
    words:  text[prefix u8]
    codes:  u16[prefix u8]
    pairs:  Pair[prefix u16]
    tagged: Choosing
    must KIND-01: one == 1 else bad_value
}
message Numbers as tls(vector: 'varint') {
    limit size = 1000
    short: bytes[]
    items: u8[]
    pairs: Item[]
}
struct Item as tls(vector: 'varint') { code: u16  data: bytes[] }
message Numbered as protobuf {
    limit size = 1000
    unsigned @1: u64 default 0
    zigzag @2: s32 default 0
    signed @3: i32 default 0
    fixed @4: fixed32 default 0
    ratio @5: double default 0
    flag @6: bool default false
    words @7: text default ''
    data @8: bytes default x''
    many @9: u32[]
    open @10: Open default one
    loud @12: bool default true
    maybe @11?: u32
}
message Tree as json {
    limit size = 1000
    whole: u53
    small: u8 default 1
    quiet: bool default false
    maybe?: u8
    level: Open
    flag: bool
    words: text[0..9]
    items: u8[0..4]
    data: base64[0..9]
}
message Binary as cbor { limit size = 1000  limit depth = 8  whole: u53  items: u8[0..4]  data: bytes[0..9]  flag: bool }
message Sorted as json(canonical: 'matrix', numbers: 'integer53') { limit size = 1000  whole: u53  items: u8[0..4] }
"""


class One(enum.IntEnum):
    """An integer of a class of its own."""

    ONE = 1


Making = Callable[[ModuleType], Any]

VALUES: dict[str, dict[str, Any]] = {
    "Octets": {
        "high": 1, "flag": True, "low": 1, "byte": 1, "signed": -1, "triple": 1, "long": 1, "open": 1, "closed": 1,
        "one": 1, "fixed": b"ab", "data": b"abc", "words": "abc", "codes": [1, 2], "pairs": [(1, 2)],
        "tagged": {"tag": 1, "flags": 1, "none": None, "one": 1, "more": None},
    },
    "Numbers": {"short": b"ab", "items": [1], "pairs": [(1, b"a")]},
    "Numbered": {
        "unsigned": 1, "zigzag": 1, "signed": 1, "fixed": 1, "ratio": 1.5, "flag": True, "words": "a", "data": b"a",
        "many": [1], "open": 2, "loud": False, "maybe": 1,
    },
    "Tree": {
        "whole": 1, "small": 2, "quiet": True, "maybe": 1, "level": 1, "flag": True, "words": "a", "items": [1], "data": b"a",
    },
    "Binary": {"whole": 1, "items": [1], "data": b"a", "flag": True},
    "Sorted": {"whole": 1, "items": [1]},
}  # fmt: skip
HOSTILE: list[Any] = [
    True, False, 0, 1, One.ONE, 1.0, 0.0, -0.0, float("nan"), "", "1", b"", b"\1", b"ab", bytearray(b"ab"),
    memoryview(b"ab"), None, (), (1,), [1], [True], [1.0], ["1"], [None], {}, {1: 2}, {"a": 1}, range(1), {1}, object(),
    [(True, 2)], [(1.0, 2)], [(1, b"a")], [(True, b"a")], [(1, bytearray(b"a"))], [(1,)], [[1, 2]], 1 << 70, -1,
]  # fmt: skip
INTEGERS = {
    "Octets": "high low byte triple long open closed one".split(),
    "Numbered": "unsigned zigzag signed fixed maybe".split(),
    "Tree": "whole small maybe level".split(),
    "Binary": ["whole"],
    "Sorted": ["whole"],
}


@pytest.fixture(scope="module")
def spec() -> Specification:
    return specification(TEXT)


@pytest.fixture(scope="module")
def package(spec: Specification, tmp_path_factory: pytest.TempPathFactory) -> str:
    return build(spec, tmp_path_factory.mktemp("kinds"))[1]


def made(package: str, kind: str, value: dict[str, Any]) -> Any:
    """Make an object of a generated class whose members are set later: constructors take no list for an empty one."""
    sdk = module(package, "kinds")
    found = getattr(sdk, kind)(**VALUES[kind])
    for name, one in value.items():
        setattr(found, name, sdk.Choosing(**one) if name == "tagged" and isinstance(one, dict) else one)
    return found


def verdicts(spec: Specification, package: str, kind: str, value: dict[str, Any]) -> list[Any]:
    """Return what interpreter, fast and careful code write, or why not."""
    support = module(package, "_support")

    def run(write: Callable[[], Any]) -> Any:
        try:
            return bytes(write())
        except (EncodeError, support.EncodeError) as error:
            return error.code, error.path

    def fast() -> Any:
        return made(package, kind, value).encode()

    def careful() -> Any:
        twin = module(package, "_kinds_explain")
        return getattr(twin, f"encode_{kind.lower()}")(made(package, kind, value))

    oracle = run(lambda: encode(spec, f"sample.kinds.{kind}", {**value}))
    return [oracle, run(fast), run(careful)]


@pytest.mark.parametrize("kind", sorted(VALUES))
def test_every_kind_in_every_member_is_judged_alike(spec: Specification, package: str, kind: str) -> None:
    base = VALUES[kind]
    first = verdicts(spec, package, kind, base)
    assert isinstance(first[0], bytes)
    assert first[1:] == first[:1] * 2
    apart = []
    for member in base:
        for hostile in HOSTILE:
            if member == "tagged" and isinstance(hostile, dict | list | tuple):
                continue  # in the interpreter these are records
            found = verdicts(spec, package, kind, {**base, member: hostile})
            if found[1:] != found[:1] * 2:
                apart.append((member, hostile, *found))
    assert not apart


@pytest.mark.parametrize(
    ("kind", "member"), [(kind, name) for kind, names in INTEGERS.items() for name in names]
)
def test_true_and_false_are_one_and_nought(spec: Specification, package: str, kind: str, member: str) -> None:
    for value in (True, False):
        given = verdicts(spec, package, kind, {**VALUES[kind], member: value})
        assert given == verdicts(spec, package, kind, {**VALUES[kind], member: int(value)}), value
    for value in (1.0, 0.0, "1", b"\1"):
        for verdict in verdicts(spec, package, kind, {**VALUES[kind], member: value}):
            assert verdict == ("wrong_kind", member), value


def test_true_and_false_in_lists_are_one_and_nought(spec: Specification, package: str) -> None:
    for kind, member in (
        ("Octets", "codes"),
        ("Numbers", "items"),
        ("Numbered", "many"),
        ("Tree", "items"),
        ("Binary", "items"),
        ("Sorted", "items"),
    ):
        given = verdicts(spec, package, kind, {**VALUES[kind], member: [True, False]})
        wanted = verdicts(spec, package, kind, {**VALUES[kind], member: [1, 0]})
        assert given == wanted
        assert isinstance(given[0], bytes)


def test_json_never_spells_an_integer_as_true(spec: Specification, package: str) -> None:
    value = {**VALUES["Tree"], "flag": False, "quiet": False, "whole": True, "small": False, "items": [True]}
    written = verdicts(spec, package, "Tree", value)
    assert all(b"true" not in octets and b'"whole":1' in octets for octets in written)


def test_a_tag_that_only_equals_its_constant_is_refused(spec: Specification, package: str) -> None:
    tagged = VALUES["Octets"]["tagged"]
    for tag, code in ((1.0, "wrong_kind"), (True, None), (One.ONE, None)):
        for verdict in verdicts(
            spec, package, "Octets", {**VALUES["Octets"], "tagged": {**tagged, "tag": tag}}
        ):
            assert (verdict[0] if isinstance(verdict, tuple) else None) == code, tag
