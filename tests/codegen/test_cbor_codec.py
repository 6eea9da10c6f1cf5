"""CBOR records in three executions: the fast codec, its careful twin and the interpreter agree."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from art7.grammar.ir.module import Specification
from art7.interpreter.canonical import canonical_note
from art7.interpreter.cbor_json import cbor_from_json, cbor_to_json
from art7.interpreter.cbor_values import Simple, Tagged
from art7.interpreter.cbor_writer import write_cbor
from art7.interpreter.decode import decode
from art7.interpreter.dump import dump, explain
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError
from art7.interpreter.shared import interpreter_of
from built import build, module, plain, specification

TEXT = """a7 1
module sample.cbor version 1.0 "CBOR forms of every kind."

errors { bad_kind = 501  bad_sum = 502 }

enum Level: u8 open { low = 1  high = 9 }
enum Colour: text closed { red = 'red'  green = 'green' }

message Note as cbor {
    limit size = 4096
    limit depth = 12
    unknown preserve
    kind @1: u8 = 7
    id @2: text[1..8]
    count @-3?: i32
    level: Level
    colour @'c'?: Colour
    title: text | null
    hint @'h'?: bytes[1..4] | null
    ratio?: double
    name @5?: label[1..4]
    sizes?: map<u16, u8>[0..3]
    labels?: map<label[1..3], any>
    when_made?: tagged<u64>(1)
    body @6?: coded<Inner>('cbor', empty: true, keep: true)
    strict @7?: coded<Strict>('cbor')
    links: Link[0..2]
    extra?: any
    must N-01: id != 'zero' else bad_kind ref RFC8949
    must N-02: absent(count) or count < level else bad_sum
    must N-03: absent(body) or absent(body.x) or body.x != 3
}

struct Inner as cbor { x @1?: u8  y @2?: text  unknown reject unknown_field }
struct Strict as cbor(canonical: 'deterministic') { z @1: integer  a @'b'?: bool }
struct Link as cbor(shape: 'array') { name: text  ratio: u8 | null  note?: bytes }

message Sorted as cbor(canonical: 'deterministic') {
    limit size = 1000
    limit depth = 8
    unknown ignore
    text @'b': text
    number @10: integer
    negative @-1?: bool
    octets @'aa'?: bytes
    inner?: Link
}

message Tree as cbor(shape: 'array', indefinite: 'reject') {
    limit size = 1000
    limit depth = 16
    tag: u8
    label: text
    select tag {
        0 => empty
        1 => { left: Tree  right?: Tree }
        2 => { item: tagged<text>(99) | null  more: bytes }
        3 => reject bad_kind
        otherwise => { rest: any[0..3] }
    }
}
"""

LINK, OTHER = ["n", 5], ["m", None, b"\x00"]
OUTER = """a7 1
module sample.outer version 1.0 "CBOR inside octets, and places of JSON arrays that depend on others."

struct Inner as cbor(canonical: 'deterministic') { limit depth = 4  n @1: u8  t @2?: text[..4]  any_more?: any }
struct Loose as cbor(shape: 'array') { limit depth = 4  n: u8  t?: text }
message Box as binary { limit size = 200  size: u8  inner: Inner within size  rest: Loose within remaining }
message Places as json(shape: 'array') {
    limit size = 200
    limit depth = 8
    kind: u8
    select kind { 0 => empty  1 => { a: text  b?: bool }  otherwise => { c: u8 | null } }
}
"""

SEEDS: dict[str, list[Any]] = {
    "Note": [
        {1: 7, 2: "é1", "level": 9, "title": None, "links": [LINK, OTHER], 99: [1, {"deep": None}], "z": Tagged(2, b"\x01")},
        {1: 7, 2: "12345678", -3: -4, "level": 200, "c": "red", "title": "t", "h": None, "ratio": 1.5, 5: -9,
         "sizes": {0: 1, 65535: 255}, "labels": {1: {b"o": 1.1}, "abc": Simple(99)}, "when_made": Tagged(1, 1 << 40),
         6: b"\xa2\x02\x61a\x01\x05", 7: b"\xa1\x01\x18\x20", "links": [], "extra": [Tagged(0, "x"), Simple(23), 1e300]},
        {1: 7, 2: "x", "level": 1, "title": "", 5: "ab", 6: b"", "links": [OTHER], "ratio": float("inf"), "h": b"12"},
    ],
    "Sorted": [
        {10: 1 << 63, -1: True, "b": "x", "aa": b"1", "inner": LINK},
        {10: -(1 << 64), "b": "", 500: [], "zz": {1: 1.0}},
    ],
    "Tree": [
        [0, "a"], [1, "b", [0, "c"]], [1, "b", [0, "c"], [2, "d", Tagged(99, "t"), b""]], [2, "e", None, b"1"],
        [77, "f", [1, 2, 3]], [3, "g"],
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def spec() -> Specification:
    return specification(TEXT)


@pytest.fixture(scope="module")
def sdk(spec: Specification, tmp_path_factory: pytest.TempPathFactory) -> Any:
    _, name = build(spec, tmp_path_factory.mktemp("cbor"))
    return module(name, "cbor")


def octets_of(seed: Any) -> bytes:
    return write_cbor(seed, deterministic=True)


def native(value: Any) -> Any:
    """A plain value with the interpreter's tagged and simple values in place of the SDK's."""
    kind = type(value).__name__
    if kind in ("Tagged", "Simple"):
        return Tagged(value.tag, native(value.value)) if kind == "Tagged" else Simple(value.number)
    if isinstance(value, list):
        return [native(item) for item in value]
    return {key: native(item) for key, item in value.items()} if isinstance(value, dict) else value


def verdict(run: Any) -> tuple[Any, Any]:
    """The result of `run`, or what the refusal says."""
    try:
        return run(), None
    except Exception as error:
        assert type(error).__name__ in ("DecodeError", "EncodeError"), repr(error)
        return None, (error.code, error.requirement, error.path, error.offset)  # type: ignore[attr-defined]


def check_decoding(spec: Specification, sdk: Any, kind: str, octets: bytes) -> bool:
    ours = verdict(lambda: plain(getattr(sdk, kind).decode(octets)))
    oracle = verdict(lambda: decode(spec, f"sample.cbor.{kind}", octets).value)
    assert repr(ours) == repr(oracle), octets.hex()
    if ours[1] is None:
        written = getattr(sdk, kind).decode(octets).encode()
        assert written == encode(spec, f"sample.cbor.{kind}", oracle[0]), octets.hex()
        assert repr(plain(getattr(sdk, kind).decode(written))) == repr(ours[0])
    return ours[1] is None


@pytest.mark.parametrize("kind", sorted(SEEDS))
def test_seeds_are_read_and_written_alike(spec: Specification, sdk: Any, kind: str) -> None:
    for seed in SEEDS[kind]:
        accepted = check_decoding(spec, sdk, kind, octets_of(seed))
        assert accepted == (seed != [3, "g"])
        if accepted and kind != "Note":
            assert getattr(sdk, kind).decode(octets_of(seed)).encode() == (
                octets_of(seed) if 500 not in seed else octets_of({10: seed[10], "b": seed["b"]})
            )


SCRAPS = ["18", "1801", "a0", "80", "40", "f6", "f7", "f5", "9fff", "bfff", "5f4101ff", "7f6161ff", "c1", "c200", "f97e00",
          "fb3ff0000000000000", "fa3fc00000", "3bffffffffffffffff", "1bffffffffffffffff", "a10101", "a2020101", "d863",
          "62c328", "ff", "1c", "f810", "d81800", "8101"]  # fmt: skip


@pytest.mark.parametrize("kind", sorted(SEEDS))
def test_mutated_octets_are_judged_alike(spec: Specification, sdk: Any, kind: str) -> None:
    chance, read = random.Random(8), 0
    pool = [octets_of(seed) for seed in SEEDS[kind]]
    for _ in range(2500):
        octets = bytearray(chance.choice(pool))
        for _ in range(chance.randint(1, 3)):
            place = chance.randint(0, len(octets))
            octets[place : place + chance.randint(0, 2)] = (
                bytes.fromhex(chance.choice(SCRAPS))
                if chance.random() < 0.6
                else bytes([chance.randrange(256)])
            )
        read += check_decoding(spec, sdk, kind, bytes(octets))
    assert read > 20


LEAVES: list[Any] = [None, True, 0, 1, 3, -1, 255, 256, 1 << 64, 1.5, "", "a", "zero", "red", "abcdefghi", b"", b"12345", [],
                     {}, [1], {1: 3}, {1: 1}, {True: 1}, Tagged(1, 5), Tagged(2, 5), Simple(23), LINK]  # fmt: skip


@pytest.mark.parametrize("kind", sorted(SEEDS))
def test_mutated_trees_are_judged_alike(spec: Specification, sdk: Any, kind: str) -> None:
    chance = random.Random(9)
    for _ in range(1500):
        tree = copy.deepcopy(chance.choice(SEEDS[kind]))
        for _ in range(chance.randint(1, 2)):
            keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
            if not keys:
                break
            key = chance.choice(keys)
            if chance.random() < 0.25:
                del tree[key]
            elif chance.random() < 0.8 or isinstance(tree, list):
                tree[key] = chance.choice(LEAVES)
            else:
                tree[chance.choice([6, 7, -3, "h", "c", "sizes", "labels", b"k"])] = chance.choice(LEAVES)
        try:
            octets = write_cbor(tree, deterministic=chance.random() < 0.8)
        except Exception:
            continue
        check_decoding(spec, sdk, kind, octets)


VALUES: list[Any] = [None, True, 0, 1, -1, 256, 1 << 64, 1.5, float("nan"), "", "zero", "red", "toolong-toolong", b"", b"12",
                     b"\xa1\x01\x05", [], {}, [1], {1: 2}, {"a": 1}, {1.5: 1}, {70000: 1}, "\ud800", object()]  # fmt: skip


@pytest.mark.parametrize("kind", sorted(SEEDS))
def test_values_are_written_or_refused_alike(spec: Specification, sdk: Any, kind: str) -> None:
    chance, written = random.Random(10), 0
    bases = [getattr(sdk, kind).decode(octets_of(seed)) for seed in SEEDS[kind] if seed != [3, "g"]]
    nested = ("body", "strict", "links", "inner", "left", "right")
    for _ in range(1500):
        value = copy.deepcopy(chance.choice(bases))
        name = chance.choice([n for n in type(value).__slots__])
        given = chance.choice(VALUES)
        if name in nested and isinstance(given, dict | list):
            continue  # in the interpreter a dict is a record
        if name == "body" and value.body is not None and chance.random() < 0.7:
            value.body.x = given
        else:
            setattr(value, name, given)
        ours = verdict(value.encode)
        oracle = verdict(lambda value=value: encode(spec, f"sample.cbor.{kind}", native(plain(value))))
        assert repr(ours) == repr(oracle), (name, given)
        written += ours[1] is None
    assert written > 50


REFUSED = {
    "nothing": ("", "truncated", 0),
    "a longer head": ("a2180a01616200", "not_canonical", 1),
    "a longer length": ("b8020a01616200", "not_canonical", 0),
    "an open map": ("bf0a01616260ff", "not_canonical", 0),
    "out of order": ("a26162600a01", "not_canonical", 4),
    "a key twice": ("a3" + "0a01" * 2, "truncated", 0),
    "twice": ("a20a010a01", "duplicate_field", 3),
    "a longer float": ("a30a01616260626161fa3f800000", "not_canonical", 9),
    "a key of another kind": ("a2f50161620a", "wrong_kind", 1),
    "reserved": ("a20a1c616260", "bad_cbor", 2),
    "a break": ("a20aff616260", "bad_cbor", 2),
    "not UTF-8": ("a20a01616261ff", "bad_text", 6),
    "more behind": ("a20a0161626000", "trailing_data", 6),
    "a kind": ("a20a6161616260", "wrong_kind", 2),
    "too deep": ("a30a0161626063" + "7a7a7a" + "81" * 9 + "00", "too_deep", 17),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_refusals_have_a_code_and_a_place(spec: Specification, sdk: Any, name: str) -> None:
    text, code, offset = REFUSED[name]
    octets = bytes.fromhex(text)
    check_decoding(spec, sdk, "Sorted", octets)
    _, refusal = verdict(lambda: sdk.Sorted.decode(octets))
    assert refusal is not None and (refusal[0], refusal[3]) == (code, offset)


def test_places_inside_octets_count_from_the_message(spec: Specification, sdk: Any) -> None:
    octets = octets_of({1: 7, 2: "x", "level": 1, "title": "", 6: b"\xa1\x01\x61a", "links": []})
    assert not check_decoding(spec, sdk, "Note", octets)
    _, refusal = verdict(lambda: sdk.Note.decode(octets))
    assert refusal == ("wrong_kind", None, "body.x", octets.index(b"\xa1\x01\x61a") + 2)
    chunked = octets.replace(b"\x44\xa1\x01\x61a", b"\x5f\x42\xa1\x01\x42\x61a\xff")
    assert chunked != octets
    check_decoding(spec, sdk, "Note", chunked)
    _, refusal = verdict(lambda: sdk.Note.decode(chunked))
    assert refusal == ("wrong_kind", None, "body.x", chunked.index(b"\x5f"))


def test_kept_octets_are_written_again_where_they_hold_the_same(sdk: Any) -> None:
    octets = octets_of(SEEDS["Note"][1])
    note = sdk.Note.decode(octets)
    assert note.body_octets == b"\xa2\x02\x61a\x01\x05", "its keys are out of order"
    assert note.body_octets in note.encode()
    note.body.x = 6
    _, refusal = verdict(note.encode)
    assert refusal == ("bad_value", None, "body_octets", None)
    note.body_octets = None
    assert b"\xa2\x01\x06\x02\x61a" in note.encode()


def test_a_prefix_is_read_and_sequences_are_taken_apart(sdk: Any) -> None:
    first, second = (octets_of(seed) for seed in SEEDS["Sorted"])
    value, size = sdk.Sorted.decode_prefix(first + second)
    assert size == len(first) and value == sdk.Sorted.decode(first)
    assert sdk.Sorted.decode_prefix((first + second)[size:])[1] == len(second)
    _, refusal = verdict(lambda: sdk.Sorted.decode_prefix(first[:-1]))
    assert refusal is not None and refusal[0] == "truncated"


def test_another_form_is_noted(spec: Specification) -> None:
    name = "sample.cbor.Tree"
    for text, place in (("82006161", None), ("8218006161", 1), ("821800" + "6161", 1)):
        octets = bytes.fromhex(text)
        note = canonical_note(interpreter_of(spec), name, octets, decode(spec, name, octets))
        assert (None if note is None else note.offset) == place


def test_a_dump_shows_octets(spec: Specification) -> None:
    octets = octets_of(SEEDS["Note"][1])
    rows = dump(spec, decode(spec, "sample.cbor.Note", octets).tree, octets).splitlines()
    made = next(row for row in rows if " when_made " in row)
    assert made.startswith(f"{octets.index(bytes.fromhex('c11b')):04x}  c11b")
    with pytest.raises(DecodeError) as refused:
        decode(spec, "sample.cbor.Note", octets[:-1])
    assert "line:column" not in explain(spec, "sample.cbor.Note", refused.value, octets)


def test_values_survive_json() -> None:
    for seeds in SEEDS.values():
        for seed in seeds:
            assert repr(cbor_from_json(cbor_to_json(seed))) == repr(seed)


@pytest.fixture(scope="module")
def outer(tmp_path_factory: pytest.TempPathFactory) -> tuple[Specification, Any]:
    spec = specification(OUTER)
    _, name = build(spec, tmp_path_factory.mktemp("outer"))
    return spec, module(name, "outer")


@pytest.mark.parametrize("kind", ["Box", "Places"])
def test_cbor_inside_octets_and_places_of_json(outer: tuple[Specification, Any], kind: str) -> None:
    spec, sdk = outer
    chance, read = random.Random(11), 0
    inner = [octets_of({1: 5, 2: "é"}), octets_of({1: 255, "any_more": [Tagged(1, 2)]})]
    loose = [b"\x81\x05", b"\x82\x18\x05\x61a", b"\x9f\x05\x7f\x61a\xff\xff"]
    boxes = [bytes([len(a)]) + a + b for a in inner for b in loose]
    texts = [b"[0]", b'[1,"x"]', b'[1,"x",true]', b"[2,null]", b"[9, 255]"]
    pool = boxes if kind == "Box" else texts
    for turn in range(1500):
        octets = bytearray(pool[turn % len(pool)])
        for _ in range(0 if turn < len(pool) else chance.randint(1, 2)):
            place = chance.randint(0, len(octets))
            scrap = chance.choice(
                [b"", b"\xff", b"\x18", b"0", b",1", b'"', b"]", bytes([chance.randrange(256)])]
            )
            octets[place : place + chance.randint(0, 2)] = scrap
        ours = verdict(lambda octets=octets: plain(getattr(sdk, kind).decode(bytes(octets))))
        oracle = verdict(lambda octets=octets: decode(spec, f"sample.outer.{kind}", bytes(octets)).value)
        assert repr(ours) == repr(oracle), bytes(octets)
        assert turn >= len(pool) or ours[1] is None, bytes(octets)
        if ours[1] is None:
            read += 1
            written = verdict(getattr(sdk, kind).decode(bytes(octets)).encode)
            assert written == verdict(lambda value=oracle[0]: encode(spec, f"sample.outer.{kind}", value))
    assert read > 20
