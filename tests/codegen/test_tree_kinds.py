"""Values told apart by their kind: the fast codec, its careful twin and the interpreter agree, reading and writing."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from art7.grammar.ir.module import Specification
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import CodecError
from built import build, module, plain, specification

TEXT = """a7 1
module sample.kinds version 1.0 "Choices by kind."

enum Colour: text closed { red = 'red' blue = 'blue' }

struct Issuer as json {
    unknown preserve
    id: text[1..9]
    name?: text[..5] | Words[1..2]
}

struct Words as json { words: (text[..4] | bool)[..3] }

struct Place as json(shape: 'array') { line: u8 column?: u8 }

message Card as json(canonical: 'jcs') {
    limit size = 4096
    limit depth = 9
    unknown preserve
    issuer: text[2..5] | Issuer
    audience?: text[1..9] | text[1..9][1..3]
    flag?: bool | i8 | null
    key?: base64url[2] | Place | null
    many: (text[..3] | map(text, any) | number)[0..4]
    colours?: Colour | Colour[..2] | null
    deep?: map<text, u8 | Issuer[..2]>
    must A-1: absent(audience) or length(audience) < 9
}
"""

SEEDS: tuple[dict[str, Any], ...] = (
    {"issuer": "abc", "many": []},
    {
        "issuer": {"id": "a", "name": "b", "x": [1]},
        "audience": ["a", "bb"],
        "flag": None,
        "many": ["a", {"b": 1}, 2.5],
    },
    {"issuer": {"id": "a", "name": [{"words": ["a", True]}]}, "audience": "a", "flag": True, "many": [1]},
    {
        "issuer": "ab",
        "flag": -3,
        "key": "AAE",
        "many": [],
        "colours": "red",
        "deep": {"a": 1, "b": [{"id": "x"}]},
    },
    {"issuer": "ab", "key": [1, 2], "many": [{}], "colours": ["red", "blue"], "zz": {"y": None}},
    {"issuer": "ab", "key": None, "many": [], "colours": None},
)

VALUES = (
    "",
    "abcdef",
    "red",
    0,
    300,
    1.5,
    True,
    None,
    [],
    ["a"],
    [True],
    [[1]],
    {},
    {"id": "a"},
    {"id": 1},
    {"words": [1]},
)


@pytest.fixture(scope="module")
def spec() -> Specification:
    return specification(TEXT)


@pytest.fixture(scope="module")
def sdk(spec: Specification, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("kinds")
    return module(build(spec, folder)[1], "kinds")


def outcome(action: Any) -> tuple[Any, ...]:
    try:
        return ("done", action())
    except Exception as error:  # of the package or of the interpreter: both tell the same
        assert isinstance(error, CodecError) or type(error).__module__.endswith("_support"), repr(error)
        return ("refused", error.code, error.requirement, error.path, error.offset)


def both(spec: Specification, sdk: Any, octets: bytes) -> None:
    read = outcome(lambda: decode(spec, "sample.kinds.Card", octets).value)
    fast = outcome(lambda: sdk.Card.decode(octets))
    if fast[0] == "refused":
        assert read == fast, octets
        return
    assert read[1] == plain(fast[1]), octets
    assert encode(spec, "sample.kinds.Card", read[1]) == fast[1].encode()
    assert json.loads(fast[1].encode()) == json.loads(octets)


def changed(tree: Any, chance: random.Random) -> Any:
    """The tree with one value inside it replaced, added or taken away."""
    inside = [key for key in (tree if isinstance(tree, dict) else range(len(tree)))]
    if not inside or chance.random() < 0.1:
        return chance.choice(VALUES)
    key = chance.choice(inside)
    copied = tree.copy()
    if isinstance(tree[key], dict | list) and chance.random() < 0.7:
        copied[key] = changed(tree[key], chance)
    elif chance.random() < 0.15:
        del copied[key]
    else:
        copied[key] = chance.choice(VALUES)
    return copied


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_reading_agrees(spec: Specification, sdk: Any, seed: int) -> None:
    both(spec, sdk, json.dumps(SEEDS[seed]).encode())
    assert outcome(lambda: sdk.Card.decode(json.dumps(SEEDS[seed]).encode()))[0] == "done"
    chance = random.Random(seed)
    for _ in range(150):
        mutant = SEEDS[seed]
        for _ in range(chance.choice((1, 1, 2))):
            mutant = changed(mutant, chance) if isinstance(mutant, dict | list) else mutant
        both(spec, sdk, json.dumps(mutant).encode())


given_values = st.sampled_from([*VALUES, b"ab", b"", 1 << 60, "\ud800", float("nan"), object()])


@given(
    member=st.sampled_from(["issuer", "audience", "flag", "key", "many", "colours", "deep"]),
    value=given_values,
)
def test_writing_agrees(spec: Specification, sdk: Any, member: str, value: Any) -> None:
    card = sdk.Card.decode(json.dumps(SEEDS[3]).encode())
    tree = {**decode(spec, "sample.kinds.Card", json.dumps(SEEDS[3]).encode()).value, member: value}
    setattr(card, member, value)
    written = outcome(card.encode)
    interpreted = outcome(lambda: encode(spec, "sample.kinds.Card", tree))
    if isinstance(value, dict):
        return  # a record is a dict to the one and an object to the other
    assert written == interpreted


def test_a_refusal_names_the_member_and_what_it_takes(sdk: Any) -> None:
    refused = outcome(lambda: sdk.Card.decode(b'{"issuer":"ab","many":["a",{},"long text"]}'))
    assert refused[1:4] == ("too_long", None, "many[2]")
    with pytest.raises(Exception, match="a text or an object") as wrong:
        sdk.Card.decode(b'{"issuer":4,"many":[]}')
    assert wrong.value.code == "wrong_kind"  # type: ignore[attr-defined]
