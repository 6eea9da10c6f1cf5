"""Public CBOR cases: values of every kind, octets that are not well-formed, and values made by an independent library."""

from __future__ import annotations

import json
import math
import os
import random
from pathlib import Path
from typing import Any

import pytest

from catalogue_codec import found_files
from executions import Codec, Refused

TOPIC = "cbor"
VALUE, DETERMINISTIC = "ietf.cbor.CborValue", "ietf.cbor.DeterministicCbor"
ILL_FORMED = ("truncated", "bad_cbor", "trailing_data")


def rows(key: str) -> list[tuple[str, dict[str, Any]]]:
    """The rows of the topic's tables that have `key`."""
    found = []
    for path in found_files("vectors", TOPIC, ".json"):
        table = json.loads(path.read_text(encoding="utf-8"))
        cases = table if isinstance(table, list) else []
        found += [(path.name, case) for case in cases if isinstance(case, dict) and key in case]
    return found


def refusal_of(codec: Codec, type: str, octets: bytes) -> Refused | None:
    try:
        codec.decode(type, octets)
    except Refused as refusal:
        assert refusal.code and refusal.code != "internal"
        return refusal
    return None


def as_json(value: Any) -> Any:
    """A decoded value as tables of cases spell it: bignums (tags 2 and 3) as integers."""
    match value:
        case {"tag": 2, "value": bytes(octets)}:
            return int.from_bytes(octets, "big")
        case {"tag": 3, "value": bytes(octets)}:
            return -1 - int.from_bytes(octets, "big")
        case dict():
            return {str(key): as_json(item) for key, item in value.items()}
        case list():
            return [as_json(item) for item in value]
        case _:
            return value


DIAGNOSTIC = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf, "undefined": {"number": 23}}


def is_same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float) and math.isnan(left):
        return math.isnan(right)
    return bool(left == right)


def test_values_are_read_and_written_back(codec: Codec, cases: Any, vectors: Path) -> None:
    for _, case in rows("roundtrip"):
        octets = bytes.fromhex(case["hex"])
        read = codec.decode(VALUE, octets)
        found = plain_value(read.plain["value"])
        if "decoded" in case:
            assert is_same(as_json(found), case["decoded"]), case
        elif case["diagnostic"] in DIAGNOSTIC:
            assert is_same(found, DIAGNOSTIC[case["diagnostic"]]), case
        written = codec.encode(VALUE, read.native)
        again = codec.decode(VALUE, written)
        assert repr(again.plain) == repr(read.plain)
        if case["roundtrip"]:
            assert written == octets
        # What is written has one form: reading it strictly agrees.
        assert codec.encode(DETERMINISTIC, codec.decode(DETERMINISTIC, written_sorted(codec, read)).native)
        cases.ran(TOPIC)


def plain_value(value: Any) -> Any:
    """Tagged and simple values of either execution as dicts of their members."""
    if type(value).__name__ == "Tagged":
        return {"tag": value.tag, "value": plain_value(value.value)}
    if type(value).__name__ == "Simple":
        return {"number": value.number}
    if isinstance(value, list):
        return [plain_value(item) for item in value]
    return {key: plain_value(item) for key, item in value.items()} if isinstance(value, dict) else value


def written_sorted(codec: Codec, read: Any) -> bytes:
    return codec.encode(DETERMINISTIC, read.native) if codec.name == "interpreter" else strict(codec, read)


def strict(codec: Codec, read: Any) -> bytes:
    """Write a value of one class as one of the other: both have the one member `value`."""
    made = codec.decode(DETERMINISTIC, b"\x00").native
    made.value = read.native.value
    return codec.encode(DETERMINISTIC, made)


def test_octets_that_are_not_well_formed(codec: Codec, cases: Any, vectors: Path) -> None:
    for _, case in rows("why"):
        octets = bytes.fromhex(case["hex"])
        refusal = refusal_of(codec, VALUE, octets)
        assert refusal is not None, case
        assert refusal.code in (*ILL_FORMED, "duplicate_field"), case
        assert refusal.offset is not None and 0 <= refusal.offset <= len(octets)
        cases.ran(TOPIC)


# ---- an independent library ----------------------------------------------------------------------------------

MUTANTS = int(os.environ.get("ART7_MUTANTS", "4000"))
"""How many mutated inputs are judged by both; CI takes the default, a long run 100,000 and more."""

EXPLAINED = {
    "wrong_kind": "keys that are neither integers, texts nor octets: RFC 8949 §5.6 leaves them to the application",
    "tag": "content that a tag does not allow, which only a reader of that tag minds: RFC 8949 §5.3.2",
}
"""Why the two may differ."""


def library() -> Any:
    return pytest.importorskip("cbor2")


def seeds() -> list[bytes]:
    found = [bytes.fromhex(case["hex"]) for _, case in rows("hex")]
    made = library().dumps(
        [{"a": [1, -1, 2**40], 2: b"octets", "t": "text"}, 1.5, None, True, {"nested": {"deep": [[], {}]}}]
    )
    return [*found, made]


CHANGES = [
    0x18,
    0x19,
    0x1A,
    0x1B,
    0x1C,
    0x3B,
    0x5F,
    0x7F,
    0x9F,
    0xA0,
    0xBF,
    0xC1,
    0xD8,
    0xF6,
    0xF7,
    0xF8,
    0xF9,
    0xFF,
]


def mutant(chance: random.Random, pool: list[bytes]) -> bytes:
    octets = bytearray(chance.choice(pool))
    for _ in range(chance.randint(1, 3)):
        place = chance.randint(0, len(octets))
        kind = chance.random()
        if kind < 0.5 and place < len(octets):
            octets[place] = chance.choice(CHANGES) if chance.random() < 0.5 else chance.randrange(256)
        elif kind < 0.7:
            del octets[place : place + chance.randint(1, 3)]
        elif kind < 0.85:
            octets[place:place] = octets[place : place + 5]
        else:
            octets[place:place] = chance.choice(pool)[:9]
    return bytes(octets)


def judged(octets: bytes) -> Any:
    """The library's value, or its exception. Octets left over count as refused."""
    from io import BytesIO

    from cbor2 import CBORDecodeError, CBORDecoder

    stream = BytesIO(octets)
    try:
        value = CBORDecoder(stream, allow_duplicate_keys=False, max_depth=128).decode()
    except (
        CBORDecodeError,
        ValueError,
        TypeError,
        OverflowError,
        RecursionError,
        MemoryError,
        LookupError,
    ) as error:
        return error
    return ValueError("octets left") if stream.tell() != len(octets) else value


def their_value(value: Any) -> Any:
    """The library's value as ours look."""
    kind = type(value).__name__
    if kind == "CBORSimpleValue":
        return {"number": value.value}
    if kind == "UndefinedType":
        return {"number": 23}
    if isinstance(value, list | tuple):
        return [their_value(item) for item in value]
    return {str(key): their_value(item) for key, item in value.items()} if isinstance(value, dict) else value


def has_tag(value: Any) -> bool:
    """Whether a value holds a tagged one, which the library makes something else of."""
    if isinstance(value, dict):
        return set(value) == {"tag", "value"} or any(map(has_tag, value.values()))
    return isinstance(value, list) and any(map(has_tag, value))


def is_explained(octets: bytes, refusal: Refused | None, theirs: Any) -> str | None:
    """Return the explanation of a difference; nothing where there is none."""
    if refusal is not None:
        return refusal.code if refusal.code in EXPLAINED else None
    return "tag" if any(octet >> 5 == 6 for octet in octets) else None


def test_an_independent_library_judges_alike(codec: Codec, cases: Any, vectors: Path) -> None:
    chance, pool = random.Random(8949), seeds()
    unexplained, explained, read = [], dict.fromkeys(EXPLAINED, 0), 0
    for _ in range(MUTANTS):
        octets = mutant(chance, pool)
        try:
            ours = plain_value(codec.decode(VALUE, octets).plain["value"])
            refusal = None
        except Refused as error:
            ours, refusal = None, error
        theirs = judged(octets)
        if refusal is None and not isinstance(theirs, Exception):
            read += 1
            same = has_tag(ours) or repr(ours) == repr(their_value(theirs))
            if not same:
                unexplained.append((octets.hex(), repr(ours)[:60], repr(theirs)[:60]))
        elif (refusal is None) == isinstance(theirs, Exception):
            why = is_explained(octets, refusal, theirs)
            if why is None:
                unexplained.append((octets.hex(), getattr(refusal, "code", "read"), repr(theirs)[:80]))
            else:
                explained[why] += 1
    assert not unexplained, unexplained[:5]
    assert read > MUTANTS // 50
    assert sum(explained.values()) < MUTANTS // 4
    cases.ran(f"{TOPIC}: judged as by another library", MUTANTS)
