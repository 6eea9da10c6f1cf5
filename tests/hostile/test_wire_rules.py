"""Hostile octets, rows B65 to B80, on each encoding and each execution: refused by one error type, in bounds.

Row B78, messages in pieces, is `tests/codegen/test_streams.py`.
The messages are written for the rows: one for each way in which an encoding says how much there is.
"""

from __future__ import annotations

import json
import random
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from catalogue_codec import load_catalogue
from executions import Codec, InterpreterCodec, Refused, SdkCodec

NAME = "hostile.rules"

TEXT = """
a7 1
module hostile.rules version 1.0 "Messages for hostile octets."

enum Closed: u8 closed { one = 1 two = 2 }
enum Open: u8 open { one = 1 two = 2 }

message Lengths as binary {
    limit size = 100000
    version: u8 = 1
    length:  u16 = octets(data)
    data:    bytes[length]
    count:   u8 = count(items)
    items:   u16[count]
    kind:    Closed
    sort:    Open
    flags:   u4
    fill:    u4 = 0
}
message Vectors as tls {
    limit size = 100000
    short: bytes[0..255]
    list:  u16[size 0..254]
    outer: Inner[size 0..65535]
    maybe?: u32
}
struct Inner as tls { kind: Closed  value: bytes[1..255] }
message Varints as tls(vector: 'varint') { limit size = 2000000  items: Item[]  rest: bytes[] }
struct Item as tls(vector: 'varint') { data: bytes[] }
message Tree as tls(vector: 'varint') { limit size = 300000  limit depth = 16  below: Tree[] }
message Nested as binary { limit size = 300000  limit depth = 16  more: u8  next: Nested when more == 1 }
message Fields as protobuf {
    limit size = 100000
    limit depth = 16
    unknown reject unknown_field
    number @1: u64 default 0
    signed @2: s32 default 0
    words @3: text default ''
    many @4: u32[]
    below @5?: Fields
    fixed @6: fixed64 default 0
}
message Json as json {
    limit size = 100000
    limit depth = 16
    unknown reject unknown_field
    number: u53
    short?: u8
    words: text[0..100]
    many: u8[0..4]
    octets: base64[0..16]
    kind: Closed
    below?: Json
}
message Line as binary { limit size = 5000  'v='  words: text[prefix u8 max 100] }
"""


@dataclass(frozen=True)
class Sample:
    """A good message. `canonical`: it has one form only. `exact`: no strict prefix is a message itself."""

    type: str
    octets: bytes
    canonical: bool = True
    exact: bool = True


def varint(value: int) -> bytes:
    """A length as MLS writes it."""
    if value < 1 << 6:
        return bytes([value])
    return struct.pack(">H", value | 1 << 14) if value < 1 << 14 else struct.pack(">I", value | 1 << 31)


LENGTHS = b"\x01" + b"\x00\x03abc" + b"\x02\x00\x07\x00\x09" + b"\x01\xc8" + b"\x50"
VECTORS = b"\x02hi" + b"\x04\x00\x01\x00\x02" + b"\x00\x06\x01\x01x\x02\x01y" + b"\x01\x00\x00\x00\x05"
VARINTS = varint(5) + varint(1) + b"a" + varint(2) + b"bc" + varint(3) + b"end"
JSON = b'{"number":9007199254740991,"words":"a\\u00e9","many":[1,2],"octets":"AQI=","kind":1}'
FIELDS = b"\x08\x96\x01\x10\x03\x1a\x02hi\x22\x02\x01\x02\x2a\x02\x08\x01\x31" + b"\x00" * 7 + b"\x80"

SAMPLES = [
    Sample("Lengths", LENGTHS),
    Sample("Vectors", VECTORS),
    Sample("Varints", VARINTS),
    Sample("Tree", varint(2) + varint(1) + varint(0)),
    Sample("Nested", b"\x01\x01\x00"),
    Sample("Fields", FIELDS, canonical=False, exact=False),
    Sample("Json", JSON, canonical=False),
    Sample("Line", b"v=\x05words"),
]
IDS = [sample.type for sample in SAMPLES]


@pytest.fixture(scope="module")
def extra_modules() -> dict[str, str]:
    return {NAME: TEXT.strip() + "\n"}


BOUND = 2
"""Seconds of processor time that one hostile message may take."""


def outcome(codec: Codec, type: str, octets: bytes) -> tuple[Any, ...]:
    """(`read`, the octets that are written again) or (`refused`, code, offset)."""
    start = time.process_time()
    try:
        found = codec.decode(f"{NAME}.{type}", octets)
    except Refused as refusal:
        assert refusal.code and refusal.offset is not None and 0 <= refusal.offset <= len(octets)
        assert len(str(refusal)) < 500
        assert time.process_time() - start < BOUND
        return ("refused", refusal.code, refusal.offset)
    assert time.process_time() - start < BOUND
    return ("read", codec.encode(f"{NAME}.{type}", found.native))


def code_of(codec: Codec, type: str, octets: bytes) -> str:
    found = outcome(codec, type, octets)
    assert found[0] == "refused", (type, octets[:40].hex(), found)
    return str(found[1])


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_control(sample: Sample, codec: Codec) -> None:
    found = outcome(codec, sample.type, sample.octets)
    assert found[0] == "read", found
    if sample.canonical:
        assert found[1] == sample.octets


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_b65_every_prefix(sample: Sample, codec: Codec) -> None:
    for size in range(len(sample.octets)):
        found = outcome(codec, sample.type, sample.octets[:size])
        if sample.exact:
            assert found[0] == "refused", size
            assert found[2] <= size
        elif found[0] == "read":  # a prefix that ends between two fields is a message of its own
            assert len(found[1]) <= size


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
@pytest.mark.parametrize(
    "suffix", [b"\x00", b"\xff", b"\x00" * 1024, b"itself"], ids=["0", "ff", "1 KiB", "twice"]
)
def test_b66_every_suffix(sample: Sample, suffix: bytes, codec: Codec) -> None:
    if sample.type == "Fields" and suffix == b"itself":
        return  # messages of this encoding may be joined
    added = sample.octets if suffix == b"itself" else suffix
    assert code_of(codec, sample.type, sample.octets + added) != ""
    if sample.type not in ("Fields", "Json"):
        assert code_of(codec, sample.type, sample.octets + added) == "trailing_data"


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_b67_every_bit(sample: Sample, codec: Codec) -> None:
    for place in range(len(sample.octets) * 8):
        changed = bytearray(sample.octets)
        changed[place // 8] ^= 1 << place % 8
        found = outcome(codec, sample.type, bytes(changed))
        if found[0] == "read" and sample.canonical:
            assert found[1] == bytes(changed), bytes(changed).hex()


@pytest.mark.parametrize("length", [0, 1, 2, 4, 255, 256, 0x7FFF, 0xFFFE, 0xFFFF])
def test_b68_length_sweep(length: int, codec: Codec) -> None:
    octets = LENGTHS[:1] + length.to_bytes(2, "big") + LENGTHS[3:]
    assert outcome(codec, "Lengths", octets)[0] == "refused"
    if length > len(octets):
        assert code_of(codec, "Lengths", octets) == "truncated"
    vectors = VECTORS[:8] + length.to_bytes(2, "big") + VECTORS[10:]
    assert outcome(codec, "Vectors", vectors)[0] == "refused"


@pytest.mark.parametrize("count", [0, 1, 3, 127, 255])
def test_b69_count_sweep(count: int, codec: Codec) -> None:
    assert outcome(codec, "Lengths", LENGTHS[:6] + bytes([count]) + LENGTHS[7:])[0] == "refused"


def test_b69_lengths_that_each_claim_all(codec: Codec) -> None:
    claim = b"\xbf\xff\xff\xff"  # 2^30 - 1 octets
    for depth in (1, 5, 15):
        assert code_of(codec, "Varints", claim * depth) == "truncated"
        assert code_of(codec, "Tree", claim * depth) == "truncated"


def test_b70_inner_overrun(codec: Codec) -> None:
    inner = VECTORS[:10] + b"\x01\x06x\x02\x01y" + VECTORS[16:]
    assert code_of(codec, "Vectors", inner) in ("truncated", "trailing_data")


@pytest.mark.parametrize(
    ("type", "octets", "code"),
    [
        ("Varints", b"\x40\x05" + VARINTS[1:], "non_minimal"),
        ("Varints", b"\x80\x00\x00\x05" + VARINTS[1:], "non_minimal"),
        ("Varints", b"\xc0" + VARINTS, "bad_varint"),
        ("Fields", b"\x08" + b"\x80" * 10 + b"\x01", "bad_varint"),
        ("Fields", b"\x08" + b"\xff" * 9 + b"\x7f", "bad_varint"),
    ],
)
def test_b71_longer_than_need_be(type: str, octets: bytes, code: str, codec: Codec) -> None:
    assert code_of(codec, type, octets) in (code, "non_minimal", "bad_varint")


def test_b72_duplicates(codec: Codec) -> None:
    assert code_of(codec, "Json", b'{"number":1,"number":2,' + JSON[29:]) == "duplicate_field"
    assert code_of(codec, "Json", JSON[:-1] + b',"below":{"number":1,"number":1}}') == "duplicate_field"
    # The last of two scalars counts, and it is written once.
    assert outcome(codec, "Fields", b"\x08\x01\x08\x02") == ("read", b"\x08\x02")
    assert code_of(codec, "Fields", b"\x7a\x00") == "unknown_field"
    assert code_of(codec, "Fields", b"\x00\x00") == "bad_tag"


def test_b73_enums(codec: Codec) -> None:
    unknown = LENGTHS[:-3] + b"\x09" + LENGTHS[-2:]
    assert code_of(codec, "Lengths", unknown) == "unknown_value"
    for value in range(256):
        octets = LENGTHS[:-2] + bytes([value]) + LENGTHS[-1:]
        assert outcome(codec, "Lengths", octets) == ("read", octets)
    assert code_of(codec, "Json", JSON.replace(b'"kind":1', b'"kind":3')) == "unknown_value"


@pytest.mark.parametrize("value", [0, 1, 2**7, 2**15, 2**31, 2**53 - 1, 2**53, 2**63, 2**64 - 1])
def test_b74_integer_edges(value: int, codec: Codec) -> None:
    number = bytearray()
    rest = value
    while True:
        number.append(rest & 127 | (128 if rest > 127 else 0))
        rest >>= 7
        if not rest:
            break
    octets = b"\x08" + bytes(number) if value else b""
    assert outcome(codec, "Fields", octets) == ("read", octets)
    found = outcome(codec, "Json", JSON.replace(b"9007199254740991", str(value).encode()))
    assert (found[0] == "read") is (value < 2**53)


@pytest.mark.parametrize(
    "number", ["-0", "1.0", "1e0", "01", "+1", "1e400", "NaN", "0x1", "-1", "1.5", "9" * 400]
)
def test_b74_numbers_that_are_none(number: str, codec: Codec) -> None:
    found = outcome(codec, "Json", JSON.replace(b"9007199254740991", number.encode()))
    if found[0] == "read":  # another spelling of the integer
        assert float(number) == json.loads(found[1])["number"]


@pytest.mark.parametrize(
    "text",
    [
        b"\xc0\xaf",
        b"\xe0\x80\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xff",
        b"\x80",
        b"\xf0\x80\x80\x80",
        b"\xc3",
    ],
    ids=lambda text: text.hex(),
)
def test_b75_bad_utf8(text: bytes, codec: Codec) -> None:
    assert outcome(codec, "Line", b"v=" + bytes([len(text)]) + text)[0] == "refused"
    assert outcome(codec, "Fields", b"\x1a" + bytes([len(text)]) + text)[0] == "refused"
    assert outcome(codec, "Json", JSON.replace(b"a\\u00e9", text))[0] == "refused"


@pytest.mark.parametrize(
    "text", ["\0", "e\u0301", "\u00e9", "\U0001f600", "\ufeff", "\u202e", "\u2028", "\x7f"], ids=ascii
)
def test_b75_text_is_never_normalised(text: str, codec: Codec) -> None:
    octets = text.encode()
    line = b"v=" + bytes([len(octets)]) + octets
    assert outcome(codec, "Line", line) == ("read", line)
    field = b"\x1a" + bytes([len(octets)]) + octets
    assert outcome(codec, "Fields", field) == ("read", field)
    found = outcome(codec, "Json", JSON.replace(b"a\\u00e9", json.dumps(text)[1:-1].encode()))
    assert found[0] == "read" and json.loads(found[1])["words"] == text


@pytest.mark.parametrize("text", ["\\ud800", "\\udc00", "\\ud800\\u0041", "\\x41", "\\u00", "a\x01b", "a\nb"])
def test_b75_json_escapes(text: str, codec: Codec) -> None:
    assert outcome(codec, "Json", JSON.replace(b"a\\u00e9", text.encode()))[0] == "refused"


def nested(type: str, depth: int) -> bytes:
    match type:
        case "Nested":
            return b"\x01" * (depth - 1) + b"\x00"
        case "Tree":
            octets = varint(0)
            for _ in range(depth - 1):
                octets = varint(len(octets)) + octets
            return octets
        case "Fields":
            octets = b""
            for _ in range(depth - 1):
                size = len(octets)
                header = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
                octets = b"\x2a" + header + octets
            return octets
        case _:
            return (
                JSON[:-1].join([b""] * 1)
                + (JSON[:-1] + b',"below":') * (depth - 1)
                + JSON
                + b"}" * (depth - 1)
            )


@pytest.mark.parametrize("type", ["Nested", "Tree", "Fields", "Json"])
def test_b76_nesting(type: str, codec: Codec) -> None:
    most = 15 if type == "Json" else 16  # the array in it is one level more
    for depth in (most - 1, most):
        assert outcome(codec, type, nested(type, depth))[0] == "read", depth
    assert code_of(codec, type, nested(type, most + 1)) == "too_deep"
    assert code_of(codec, type, nested(type, 200)) == "too_deep"


def test_b76_nesting_without_end(codec: Codec) -> None:
    assert code_of(codec, "Nested", b"\x01" * 100_000) == "too_deep"
    for octets in (b"[" * 90_000, b'{"below":' * 9_000, b'{"words":' + b"[" * 80_000):
        assert outcome(codec, "Json", octets)[0] == "refused"
    assert code_of(codec, "Json", b"[" * 200_000) == "too_large"


def test_b77_many_empty_items(codec: Codec) -> None:
    start = time.process_time()
    octets = varint(100_000) + varint(0) * 100_000 + varint(0)
    assert outcome(codec, "Varints", octets) == ("read", octets)
    assert time.process_time() - start < 4
    assert code_of(codec, "Varints", varint(2_000_000) + bytes(2_000_001)) == "too_large"


def mutants(sample: Sample, chance: random.Random) -> Iterator[bytes]:
    """Octets with one to three stretches of them replaced by others, shorter or longer."""
    for _ in range(250):
        changed = bytearray(sample.octets)
        for _ in range(chance.randrange(1, 4)):
            place = chance.randrange(len(changed))
            changed[place : place + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
            changed = changed or bytearray(b"\0")
        yield bytes(changed)


def test_b79_two_decoders_agree(extra_modules: dict[str, str], tmp_path: Path) -> None:
    """The interpreter and generated code give the same verdict, code, offset and octets again."""
    specification = load_catalogue(extra_modules)
    both = InterpreterCodec(specification), SdkCodec(specification, tmp_path)
    chance = random.Random(79)
    for sample in SAMPLES:
        for octets in mutants(sample, chance):
            interpreted, generated = (outcome(codec, sample.type, octets) for codec in both)
            assert interpreted == generated, f"{sample.type} {octets.hex()}"


def replaced(value: Any, name: str, new: Any) -> Any:
    """The native value with one member changed, whatever execution it is of."""
    if isinstance(value, dict):
        return {**value, name: new}
    setattr(value, name if hasattr(value, name) else f"{name}_", new)
    return value


@pytest.mark.parametrize(
    ("type", "member", "value"),
    [
        ("Lengths", "data", b"x" * 70_000),
        ("Lengths", "items", [1] * 300),
        ("Lengths", "items", [65_536]),
        ("Lengths", "items", [-1]),
        ("Lengths", "items", ["a"]),
        ("Lengths", "kind", 9),
        ("Lengths", "flags", 16),
        ("Lengths", "data", "text"),
        ("Lengths", "data", None),
        ("Vectors", "short", b"x" * 256),
        ("Vectors", "list", [1] * 128),
        ("Vectors", "maybe", 1 << 32),
        ("Fields", "number", 1 << 64),
        ("Fields", "words", "\ud800"),
        ("Fields", "words", 7),
        ("Fields", "many", [1] * 200_000),
        ("Json", "number", 2**53),
        ("Json", "number", 1.5),
        ("Json", "number", 1.0),
        ("Json", "words", "x" * 101),
        ("Json", "words", "\udc00"),
        ("Json", "many", [1] * 5),
        ("Json", "many", [256]),
        ("Json", "octets", b"x" * 17),
        ("Line", "words", "\ud800"),
        ("Line", "words", "x" * 200),
    ],
    ids=lambda given: ascii(given)[:20],
)
def test_b80_values_that_cannot_be_written(type: str, member: str, value: Any, codec: Codec) -> None:
    sample = next(each for each in SAMPLES if each.type == type)
    native = codec.decode(f"{NAME}.{type}", sample.octets).native
    with pytest.raises(Refused) as refusal:
        codec.encode(f"{NAME}.{type}", replaced(native, member, value))
    assert refusal.value.code and len(str(refusal.value)) < 500
