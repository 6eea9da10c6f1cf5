"""Tree records in three executions: the fast codec, its careful twin and the interpreter agree."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest

from art7.grammar.ir.module import Specification
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import CodecError
from built import build, module, plain, specification

TEXT = """a7 1
module sample.json version 1.0 "JSON forms of every kind."

errors { bad_kind = 501  bad_sum = 502 }

enum Colour: text closed { red = 'red'  green = 'green' }
enum Level: u8 open { low = 1  high = 9 }

message Note as json(canonical: 'matrix', numbers: 'integer53') {
    limit size = 4096
    limit depth = 12
    unknown preserve
    type: text = 'note'
    id: text[1..8]
    count: u8 default 3
    at: u53
    level: Level
    colour?: Colour
    flag?: bool
    title: text | null
    hint?: text | null
    tags?: text[0..3]
    names: Link[0..2]
    key: base64url[4]
    raw?: hex[0..4]
    extra?: any
    sizes?: map(text, u16)[0..2]
    body @'m.body': {
        kind: text
        select kind {
            'a', 'b' => { left: text  right?: u8 }
            'c' => { left: text }
            'bad' => reject bad_kind
            otherwise => preserve
        }
        unknown reject unknown_field
    }
    next?: Link
    must N-01: id != 'zero' else bad_kind ref RFC8259
    must N-02: at > 5 or absent(colour)
    must N-03: length(id) + count < 260 else bad_sum
    must N-04: every x in names satisfies (x.name != 'no')
    must N-05: absent(next) or next.ratio != 7 else bad_sum
}

struct Link as json { name: text  ratio?: u8 }

message Plain as json {
    limit size = 1000
    limit depth = 8
    b: number
    a: i8
    links: Link[0..2]
    when_text?: text when a == 1
    hook?: any
}
"""

SEEDS = {
    "Note": [
        {
            "type": "note",
            "id": "é1",
            "at": 9,
            "level": 9,
            "title": None,
            "key": "AAECAw",
            "names": [{"name": "n"}],
            "m.body": {"kind": "a", "left": "x"},
            "zz": [1, {"deep": None}],
        },
        {
            "type": "note",
            "id": "12345678",
            "count": 4,
            "at": 0,
            "level": 200,
            "flag": True,
            "title": "t\u2028\u0001",
            "hint": None,
            "tags": "abc",
            "key": "AAECAw",
            "raw": "00ff",
            "extra": {"b": [], "a": 1},
            "sizes": {"z": 1, "a": 65535},
            "m.body": {"kind": "else", "kept": 1},
            "next": {"name": "", "ratio": 6},
            "names": [],
        },
        {
            "type": "note",
            "id": "x",
            "at": 6,
            "colour": "red",
            "level": 1,
            "title": "",
            "key": "-_-_AA",
            "names": [{"name": "a", "ratio": 1}, {"name": "b"}],
            "m.body": {"kind": "c", "left": "🚀"},
        },
    ],
    "Plain": [
        {"b": 1, "a": 1, "links": [], "when_text": "w"},
        {"b": -2.5e3, "a": -128, "links": [{"name": "n", "ratio": 255}, {"name": "n"}], "hook": None},
    ],
}

LEAVES: list[Any] = [
    None, True, False, 0, 1, -1, 3, 5, 7, 255, 256, 65536, 2**53 - 1, 2**53, 10**400, 1.5, 1e300, "", "a", "bad",
    "c", "zero", "no", "red", "toolong-toolong", "AAECAw", "AAECA_", "AAECAw=", "00", "0g", " 00", [], {}, [1], ["a"],
    {"name": "no"}, {"a": 1}, {"name": "n", "ratio": 7}, [{"name": "n"}] * 3,
]  # fmt: skip
SCRAPS = [
    b'"',
    b"\\",
    b"\\ud800",
    b"\\u00e9",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"1",
    b"e9",
    b" ",
    b"\xff",
    b"\x00",
    b"NaN",
]


@pytest.fixture(scope="module")
def spec() -> Specification:
    return specification(TEXT)


@pytest.fixture(scope="module")
def sdk(spec: Specification, tmp_path_factory: pytest.TempPathFactory) -> Any:
    _, name = build(spec, tmp_path_factory.mktemp("tree"))
    return module(name, "json")


def verdict(run: Any) -> tuple[Any, Any]:
    """The result of `run`, or what the refusal says."""
    try:
        return run(), None
    except Exception as error:
        assert type(error).__name__ in ("DecodeError", "EncodeError"), error
        assert isinstance(error, CodecError) or hasattr(error, "requirement")
        return None, (error.code, error.requirement, error.path, error.offset)  # type: ignore[attr-defined]


def check_decoding(spec: Specification, sdk: Any, kind: str, octets: bytes) -> bool:
    ours = verdict(lambda: plain(getattr(sdk, kind).decode(octets)))
    oracle = verdict(lambda: decode(spec, f"sample.json.{kind}", octets).value)
    assert repr(ours) == repr(oracle), octets
    return ours[1] is None


def mutated(tree: Any, random: random.Random) -> Any:
    """A copy with up to three places changed."""
    tree = copy.deepcopy(tree)
    for _ in range(random.randint(1, 3)):
        node = tree
        while True:
            if not node or not isinstance(node, dict | list):
                break
            key = random.choice(list(node)) if isinstance(node, dict) else random.randrange(len(node))
            if random.random() < 0.5 or not isinstance(node[key], dict | list) or not node[key]:
                if random.random() < 0.3:
                    del node[key]
                elif random.random() < 0.85 or isinstance(node, list):
                    node[key] = random.choice(LEAVES)
                else:
                    node[random.choice(["zz", "hint", "flag", "right", "raw", "colour"])] = random.choice(
                        LEAVES
                    )
                break
            node = node[key]
    return tree


@pytest.mark.parametrize("kind", sorted(SEEDS))
def test_seeds_are_read_and_written_alike(spec: Specification, sdk: Any, kind: str) -> None:
    for seed in SEEDS[kind]:
        octets = json.dumps(seed, ensure_ascii=False).encode()
        assert check_decoding(spec, sdk, kind, octets)
        value = getattr(sdk, kind).decode(octets)
        again = value.encode()
        assert again == encode(spec, f"sample.json.{kind}", plain(value))
        assert getattr(sdk, kind).decode(again) == value


@pytest.mark.parametrize("kind", sorted(SEEDS))
def test_mutated_trees_are_judged_alike(spec: Specification, sdk: Any, kind: str) -> None:
    chance = random.Random(11)
    verdicts = []
    for _ in range(1500):
        tree = mutated(chance.choice(SEEDS[kind]), chance)
        octets = json.dumps(
            tree, ensure_ascii=chance.random() < 0.5, indent=chance.choice([None, 1])
        ).encode()
        verdicts.append(check_decoding(spec, sdk, kind, octets))
    assert 50 < sum(verdicts) < 1450


@pytest.mark.parametrize("kind", sorted(SEEDS))
def test_mutated_octets_are_judged_alike(spec: Specification, sdk: Any, kind: str) -> None:
    chance = random.Random(12)
    for _ in range(1500):
        octets = bytearray(json.dumps(chance.choice(SEEDS[kind]), ensure_ascii=False).encode())
        for _ in range(chance.randint(1, 3)):
            place = chance.randint(0, len(octets))
            octets[place : place + chance.randint(0, 2)] = chance.choice([b"", *SCRAPS])
        check_decoding(spec, sdk, kind, bytes(octets))


HOSTILE = {
    "empty": (b"", "bad_json", 0),
    "bom": (b'\xef\xbb\xbf{"b":1}', "bad_json", 0),
    "duplicate": (b'{"b":1,"a":1,"b":2}', "duplicate_field", 13),
    "nested duplicate": (b'{"hook":{"x":1,"x":1}}', "duplicate_field", 15),
    "nan": (b'{"b":NaN}', "bad_json", 5),
    "infinity": (b'{"b":-Infinity}', "bad_json", 5),
    "beyond binary64": (b'{"b":1e400,"a":1}', "out_of_range", 5),
    "in an ignored member": (b'{"zz":1e400,"a":1}', "out_of_range", 6),
    "500 digits": (b'{"b":' + b"9" * 500 + b"}", "out_of_range", 5),
    "lone surrogate": (b'{"b":"\\ud800"}', "bad_text", 6),
    "swapped surrogates": (b'{"b":"\\udc00\\ud800"}', "bad_text", 6),
    "escaped backslash": (b'{"b":"\\\\ud800"}', "wrong_kind", 5),
    "not utf-8": (b'{"b":"\xff"}', "bad_text", 6),
    "overlong utf-8": (b'{"b":"\xc0\x80"}', "bad_text", 6),
    "utf-8 surrogate": (b'{"b":"\xed\xa0\x80"}', "bad_text", 6),
    "raw control": (b'{"b":"\x01"}', "bad_json", 6),
    "depth": (b'{"hook":' + b"[" * 8 + b"]" * 8 + b"}", "too_deep", 15),
    "depth in an ignored member": (b'{"zz":' + b"[" * 8 + b"]" * 8 + b"}", "too_deep", 13),
    "very deep": (b"[" * 900, "too_deep", 8),
    "trailing": (b'{"b":1} x', "trailing_data", 8),
    "comma": (b'{"b":1,}', "bad_json", 7),
    "leading zero": (b'{"b":01}', "bad_json", 6),
    "comment": (b"{/**/}", "bad_json", 1),
    "size": (b'{"b":"' + b"x" * 1000 + b'"}', "too_large", 0),
    "top-level array": (b"[]", "wrong_kind", 0),
    "null for absent": (b'{"b":1,"a":1,"links":[],"when_text":null}', "wrong_kind", 36),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_texts_have_a_code_and_a_place(spec: Specification, sdk: Any, name: str) -> None:
    octets, code, offset = HOSTILE[name]
    check_decoding(spec, sdk, "Plain", octets)
    _, refusal = verdict(lambda: sdk.Plain.decode(octets))
    assert refusal is not None
    assert (refusal[0], refusal[3]) == (code, offset)


def test_an_explanation_can_be_left_out(sdk: Any) -> None:
    _, refusal = verdict(lambda: sdk.Plain.decode(b"{}", explain=False))
    assert refusal is not None and refusal[0] == "refused"


VALUES: list[Any] = [
    None, True, 0, 1, -1, 256, 2**53, 1.5, float("inf"), "", "bad", "c", "zero", "red", "toolong-toolong", b"", b"1234",
    b"12345", [], {}, [1], {"a": 1}, {"id": 1}, {"x": 2**60}, {"x": float("nan")}, "\ud800", {"\ud800": 1}, object(),
]  # fmt: skip


@pytest.mark.parametrize("kind", sorted(SEEDS))
def test_values_are_written_or_refused_alike(spec: Specification, sdk: Any, kind: str) -> None:
    chance = random.Random(13)
    records = ("m_body", "body", "next")
    bases = [getattr(sdk, kind).decode(json.dumps(seed).encode()) for seed in SEEDS[kind]]
    written = 0
    for _ in range(1500):
        value = copy.deepcopy(chance.choice(bases))
        for _ in range(chance.randint(1, 2)):
            name = chance.choice([n for n in type(value).__slots__])
            given = chance.choice(VALUES)
            if name in records and isinstance(given, dict | list):
                continue  # in the interpreter a dict is a record
            holder = value
            if name in records and getattr(value, name) is not None and chance.random() < 0.6:
                holder = getattr(value, name)
                if not hasattr(holder, "_derived"):
                    continue
                name = chance.choice(list(type(holder).__slots__))
            setattr(holder, name, given)
        ours = verdict(value.encode)
        oracle = verdict(lambda value=value: encode(spec, f"sample.json.{kind}", plain(value)))
        assert repr(ours) == repr(oracle), value
        written += ours[1] is None
    assert written > 100
