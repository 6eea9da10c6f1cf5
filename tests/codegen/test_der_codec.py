"""DER in generated code: it agrees with the interpreter on what is written, cut, damaged and of the wrong kind."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from art7.grammar.ir.module import Specification
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from built import build, module, plain, specification
from certificates import mutant

TEXT = """a7 1
module demo.forms version 1.0
encoding der
errors { bad_mark = 901 }
enum Kind: u8 open { one = 1 two = 2 }
enum Algorithm: text open { rsa = '1.2.840.113549.1.1.1' ed25519 = '1.3.101.112' }

message Every {
    limit size = 65536
    limit depth = 8
    version @explicit(0): Kind default one
    critical: bool default false
    serial: integer
    small: i16
    names: Name[1..4]
    kinds: set<oid>[1..4]
    grid: set<u8>[][..3]
    usage @implicit(1)?: flags[9]
    key @implicit(2): bitstring[1..40]
    digits @implicit(3)?: bits[..20]
    when @explicit(4)?: time
    inside @implicit(5): octetstring { pair: Pair mark?: bool framed @implicit(1)?: octetstring<Framed> }
    packed @implicit(6)?: bitstring<Pair>
    far @implicit(40)?: Pair
    further @explicit(2000)?: printable[1..8]
    level @application(3)?: enumerated<Kind>
    algorithm: Algorithm
    tree @implicit(7)?: Tree
    all @implicit(8): Mixed
    texts: Texts
    nothing?: `null`
    signed: Pair
    digest: bytes = sha256(octets_of(signed))
    unknown preserve
    must FORM-01: octets(names) < 200 else bad_mark
    must FORM-02: present(usage) == present(digits) else bad_mark
}
struct Pair { r: integer s: integer }
struct Name as der(shape: 'choice') {
    mail @implicit(0): ia5[1..64]
    pair @explicit(1): Pair
    other @implicit(2): Pair
    id: oid
    inner @implicit(3): Name[1..2]
    rest: any
}
struct Tree { value: u8 children?: Tree[1..3] }
struct Mixed as der(shape: 'set') { flag: bool number: u16 name @implicit(0)?: utf8[..9] unknown preserve }
struct Texts { a: teletex b: bmp[..4] c: universal d: numeric e: visible f: relative_oid g: generalizedtime h: utctime }
struct Framed as tls { length: u8 body: bytes[length] }

message Holder as tls { limit size = 65536 limit depth = 8 pair: Pair within 8 tail: u8 }
"""
VALUE: dict[str, Any] = {
    "version": 2,
    "critical": True,
    "serial": -129,
    "small": -3,
    "names": [
        {"mail": "a@b"},
        {"pair": {"r": 1, "s": 1 << 200}},
        {"other": {"r": 3, "s": -4}},
        {"inner": [{"id": "2.999.3"}, {"rest": b"\x0c\x01a"}]},
    ],
    "kinds": ["2.5.4.3", "1.2.3"],
    "grid": [[3, 1, 2], []],
    "usage": 0b101000001,
    "key": b"abc",
    "digits": "10110",
    "when": "150504160135Z",
    "inside": {"pair": {"r": 1, "s": 2}, "mark": True, "framed": {"length": 2, "body": b"xy"}},
    "packed": {"r": 7, "s": 8},
    "far": {"r": 0, "s": 0},
    "further": "A b",
    "level": 2,
    "algorithm": "1.3.101.112",
    "tree": {"value": 1, "children": [{"value": 2, "children": [{"value": 3}]}, {"value": 4}]},
    "all": {"flag": False, "number": 40000, "name": "ü"},
    "texts": {
        "a": "é", "b": "ab€", "c": "\U0001f600", "d": "12 3", "e": "~ !", "f": "8571.3.2",
        "g": "20240229235959.5Z", "h": "991231235959Z",
    },
    "nothing": b"\x05\x00",
    "signed": {"r": 5, "s": 6},
    "unknown": b"\x02\x01\x05\x05\x00",
}  # fmt: skip
LEAST = {
    name: VALUE[name]
    for name in ("serial", "small", "names", "kinds", "key", "inside", "algorithm", "all", "texts", "signed")
} | {"grid": []}
EVERY = "demo.forms.Every"


@pytest.fixture(scope="module")
def spec() -> Specification:
    return specification(TEXT)


@pytest.fixture(scope="module")
def sdk(spec: Specification, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return module(build(spec, tmp_path_factory.mktemp("der"))[1], "forms")


def outcome(run: Any) -> tuple[Any, ...]:
    """What a run gives, or the refusal."""
    try:
        return ("ok", run())
    except Exception as error:
        assert type(error).__name__ in ("DecodeError", "EncodeError"), repr(error)
        assert error.code != "internal"  # type: ignore[attr-defined]
        return (error.code, error.requirement, error.path, error.offset)  # type: ignore[attr-defined]


def made(sdk: Any, name: str, value: Any) -> Any:
    """A record of the SDK from members; those inside may stay maps where the careful encoder writes them."""
    return getattr(sdk, name)(**value)


def both(spec: Specification, sdk: Any, octets: bytes) -> tuple[Any, ...]:
    told = outcome(lambda: decode(spec, EVERY, octets).value)
    assert told == outcome(lambda: plain(sdk.Every.decode(octets))), octets.hex()
    return told


@pytest.mark.parametrize("value", [VALUE, LEAST], ids=["all", "least"])
def test_all_forms_are_written_and_read(value: dict[str, Any], spec: Specification, sdk: Any) -> None:
    octets = encode(spec, EVERY, value)
    code, found = both(spec, sdk, octets)
    assert code == "ok"
    for name in value.keys() - {"names", "kinds", "grid", "inside", "tree", "texts", "all"}:
        assert found[name] == value[name], name
    assert found["kinds"] == ["1.2.3", "2.5.4.3"], "a SET OF is written in its order"
    assert sdk.Every.decode(octets).encode() == octets
    assert encode(spec, EVERY, found) == octets


def test_mutants_are_judged_alike(spec: Specification, sdk: Any) -> None:
    chance = random.Random(690)
    seeds = [encode(spec, EVERY, VALUE), encode(spec, EVERY, LEAST)]
    told = set()
    for _ in range(3000):
        octets = mutant(chance.choice(seeds), chance)
        found = both(spec, sdk, octets)
        told.add(found[0])
        if found[0] == "ok":
            assert sdk.Every.decode(octets).encode() == octets, octets.hex()
    assert told >= {
        "ok",
        "truncated",
        "wrong_tag",
        "not_der",
        "bad_der",
        "bad_text",
        "trailing_data",
        "out_of_range",
    }


def test_every_cut_is_told(spec: Specification, sdk: Any) -> None:
    octets = encode(spec, EVERY, VALUE)
    for stop in range(len(octets)):
        assert both(spec, sdk, octets[:stop])[0] == "truncated"


WRONG: list[tuple[str, Any]] = [
    ("serial", 1 << 9000),
    ("serial", "5"),
    ("serial", None),
    ("small", 40000),
    ("critical", 1),
    ("names", []),
    ("names", [{}]),
    ("names", [{"mail": "a", "id": "1.2.3"}]),
    ("names", [{"mail": "é"}]),
    ("names", [{"rest": b"\x30\x80"}]),
    ("names", [{"rest": b"\x05\x00\x00"}]),
    ("kinds", ["1.2.3.x"]),
    ("kinds", ["3.2"]),
    ("kinds", ["1.40"]),
    ("kinds", ["1.02"]),
    ("usage", 512),
    ("usage", -1),
    ("key", b""),
    ("key", "abc"),
    ("digits", "012"),
    ("digits", "1" * 21),
    ("when", "20240101000000.5Z"),
    ("when", "240230000000Z"),
    ("when", 5),
    ("further", "a@b"),
    ("further", ""),
    ("level", "two"),
    ("algorithm", "rsa"),
    ("texts", {**VALUE["texts"], "b": "\U0001f600"}),
    ("texts", {**VALUE["texts"], "d": "a"}),
    ("texts", {**VALUE["texts"], "e": "\n"}),
    ("texts", {**VALUE["texts"], "g": "2024"}),
    ("nothing", b"\x05\x01\x00"),
    ("unknown", b"\x05"),
    ("digits", None),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_wrong_values_are_refused_alike(name: str, value: Any, spec: Specification, sdk: Any) -> None:
    given = VALUE | {name: value}
    told = outcome(lambda: encode(spec, EVERY, given))
    assert told[0] != "ok"
    assert outcome(lambda: made(sdk, "Every", given).encode()) == told


def test_the_digest_covers_the_whole_element(spec: Specification, sdk: Any) -> None:
    import hashlib

    octets = encode(spec, EVERY, LEAST)
    signed = bytes.fromhex("3006020105020106")
    assert octets.endswith(b"\x04\x20" + hashlib.sha256(signed).digest())
    damaged = octets.replace(signed, bytes.fromhex("3006020105020107"))
    assert both(spec, sdk, damaged)[0] == "bad_value"


def test_der_inside_another_encoding(spec: Specification, sdk: Any) -> None:
    value = {"pair": {"r": 1, "s": 2}, "tail": 9}
    octets = encode(spec, "demo.forms.Holder", value)
    assert octets == bytes.fromhex("3006020101020102 09")
    assert plain(sdk.Holder.decode(octets)) == value
    assert sdk.Holder.decode(octets).encode() == octets


def test_a_stream_is_cut_by_its_lengths(spec: Specification, sdk: Any) -> None:
    octets = encode(spec, EVERY, VALUE)
    decoder = sdk.Every.Decoder()
    found = []
    for octet in octets * 3:
        found += decoder.feed(bytes([octet]))
    assert [message.encode() for message in found] == [octets] * 3
    late = sdk.Every.Decoder()
    assert len(late.feed(octets * 2 + octets[:20])) == 2
    assert outcome(lambda: sdk.Every.Decoder().feed(b"\x31"))[0] == "wrong_tag"
    assert outcome(lambda: sdk.Every.Decoder().feed(b"\x30\x80"))[0] == "not_der"
    assert outcome(lambda: sdk.Every.Decoder().feed(b"\x30\x84\xff\xff\xff\xff"))[0] == "too_large"


def test_what_is_ignored_is_not_written(tmp_path: Path) -> None:
    spec = specification(
        "a7 1\nmodule demo.loose version 1.0\nmessage Loose as der { limit size = 99 a: u8 unknown ignore }\n"
    )
    sdk = module(build(spec, tmp_path)[1], "loose")
    octets = bytes.fromhex("3007 020105 0500 0500")
    assert decode(spec, "demo.loose.Loose", octets).value == {"a": 5} == plain(sdk.Loose.decode(octets))
    assert sdk.Loose.decode(octets).encode() == bytes.fromhex("3003020105")
    damaged = bytes.fromhex("3005 020105 0580")
    assert outcome(lambda: decode(spec, "demo.loose.Loose", damaged))[0] == "not_der"
    assert outcome(lambda: sdk.Loose.decode(damaged))[0] == "not_der"
