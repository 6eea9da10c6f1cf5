"""Protobuf beside google.protobuf: every kind of member, unknown ones kept, over mutated messages.

The library's schema is written here by hand, and is not derived from the module.
"""

from __future__ import annotations

import random
import struct
from typing import Any

import pytest

from differences import (
    Edit,
    Explained,
    Trial,
    compare,
    mutants,
    octet_edits,
    they_refuse,
    tried,
    we_refuse,
)
from executions import Codec, Refused

SCALARS = (
    "u32", "u64", "i32", "i64", "s32", "s64", "fixed32", "fixed64", "sfixed32", "sfixed64", "float", "double", "bool",
)  # fmt: skip
"""The module's kinds of numbers, in the order of their numbers on the wire, from 1."""

THEIR_TYPES = {
    "u32": "UINT32", "u64": "UINT64", "i32": "INT32", "i64": "INT64", "s32": "SINT32", "s64": "SINT64",
    "fixed32": "FIXED32", "fixed64": "FIXED64", "sfixed32": "SFIXED32", "sfixed64": "SFIXED64",
    "float": "FLOAT", "double": "DOUBLE", "bool": "BOOL", "text": "STRING", "bytes": "BYTES",
}  # fmt: skip

ZEROS = {"bool": "false", "text": "''", "bytes": "x''"}

PLAIN = [(f"m_{kind}", number, kind) for number, kind in enumerate((*SCALARS, "text", "bytes"), 1)]
MAYBE = [(f"o_{kind}", number, kind) for number, kind in enumerate((*SCALARS, "text", "bytes"), 16)]
MANY = [(f"r_{kind}", number, kind) for number, kind in enumerate((*SCALARS, "text", "bytes"), 31)]
INNER, INNERS = 46, 2047


def module_text() -> str:
    lines = [f"    {name} @{number}: {kind} default {ZEROS.get(kind, '0')}" for name, number, kind in PLAIN]
    lines += [f"    {name} @{number}?: {kind}" for name, number, kind in MAYBE]
    lines += [f"    {name} @{number}: {_many(kind)}" for name, number, kind in MANY]
    members = (
        "\n".join(lines)
        .replace(": text default", ": text[] default")
        .replace(": bytes default", ": bytes[] default")
    )
    members = members.replace("?: text", "?: text[]").replace("?: bytes", "?: bytes[]")
    return f"""a7 1
module trial.proto version 1.0 "Every kind of member."

message All as protobuf {{
    limit size  = 65536
    limit depth = 64
    unknown preserve
{members}
    inner @{INNER}?: All
    inners @{INNERS}: All[]
}}
"""


def _many(kind: str) -> str:
    return {"text": "text[][]", "bytes": "bytes[][]"}.get(kind, f"{kind}[]")


@pytest.fixture(scope="module")
def extra_modules() -> dict[str, str]:
    return {"trial.proto": module_text()}


@pytest.fixture(scope="module")
def all_class() -> Any:
    """The library's class for the message."""
    pytest.importorskip("google.protobuf", reason="google.protobuf is not installed: make judges")
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(name="trial.proto", package="trial", syntax="proto3")
    message = file.message_type.add(name="All")
    kinds = descriptor_pb2.FieldDescriptorProto
    for name, number, kind in (*PLAIN, *MAYBE, *MANY):
        field = message.field.add(name=name, number=number, type=getattr(kinds, f"TYPE_{THEIR_TYPES[kind]}"))
        field.label = kinds.LABEL_REPEATED if name.startswith("r_") else kinds.LABEL_OPTIONAL
        if name.startswith("o_"):
            field.proto3_optional = True
            field.oneof_index = len(message.oneof_decl)
            message.oneof_decl.add(name=f"_{name}")
    for name, number, label in (
        ("inner", INNER, kinds.LABEL_OPTIONAL),
        ("inners", INNERS, kinds.LABEL_REPEATED),
    ):
        message.field.add(
            name=name, number=number, label=label, type=kinds.TYPE_MESSAGE, type_name=".trial.All"
        )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("trial.All"))


def their_value(message: Any) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(message, name) for name, _, _ in PLAIN}
    found |= {name: getattr(message, name) if message.HasField(name) else None for name, _, _ in MAYBE}
    found |= {name: list(getattr(message, name)) for name, _, _ in MANY}
    found["inner"] = their_value(message.inner) if message.HasField("inner") else None
    found["inners"] = [their_value(each) for each in message.inners]
    return found | {name: float(found[name]) for name in ("m_float", "m_double")}


def our_value(plain: dict[str, Any]) -> dict[str, Any]:
    found = {name: plain.get(name) for name, _, _ in (*PLAIN, *MAYBE, *MANY)}
    inner = plain.get("inner")
    found["inner"] = None if inner is None else our_value(inner)
    found["inners"] = [our_value(each) for each in plain["inners"]]
    return found | {name: float(found[name]) for name in ("m_float", "m_double")}


# ---- inputs -----------------------------------------------------------------------------------------------------

EDGES = (0, 1, 2, 127, 128, 300, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1)


def varint(number: int, spare: int = 0) -> bytes:
    """A varint; with `spare` octets more than it needs."""
    octets = bytearray()
    while number > 0x7F:
        octets.append(number & 0x7F | 0x80)
        number >>= 7
    octets.append(number)
    for _ in range(spare):
        octets[-1] |= 0x80
        octets.append(0)
    return bytes(octets)


def member(chance: random.Random, depth: int = 3) -> bytes:
    """A member on the wire: of any number and wire type, mostly those that go together."""
    number = chance.choice((0, *[*range(1, 50)] * 3, INNER, INNERS, INNERS, 2048, 2**29 - 1, 2**29))
    kind = chance.randrange(8) if chance.random() < 0.06 else wire_type(number)
    tag = varint(number << 3 | kind, chance.choice((0,) * 90 + (1, 2, 5)))
    match kind:
        case 0:
            return tag + varint(chance.choice(EDGES), chance.choice((0,) * 12 + (1, 3)))
        case 1:
            return tag + struct.pack("<d", chance.choice((0.0, -0.0, 1.5, float("inf"), chance.random())))
        case 5:
            return tag + struct.pack("<f", chance.choice((0.0, -0.0, 1.5, float("-inf"), chance.random())))
        case 2:
            content = _content(number, chance, depth)
            return tag + varint(len(content), chance.choice((0,) * 12 + (1,))) + content
        case 3:
            return tag + member(chance, depth - 1) + varint(number << 3 | 4) if depth > 0 else b""
    return tag


def wire_type(number: int) -> int:
    """The wire type that a member of the schema has, of a scalar outside a packed list."""
    if number in (INNER, INNERS):
        return 2
    kind = dict((number, kind) for _, number, kind in (*PLAIN, *MAYBE, *MANY)).get(number, "text")
    if kind in ("text", "bytes") or number >= 31:
        return 2
    return {"fixed32": 5, "sfixed32": 5, "float": 5, "fixed64": 1, "sfixed64": 1, "double": 1}.get(kind, 0)


def _content(number: int, chance: random.Random, depth: int) -> bytes:
    if number in (INNER, INNERS):
        return b"".join(member(chance, depth - 1) for _ in range(chance.randrange(4))) if depth > 0 else b""
    many = dict((number, kind) for _, number, kind in MANY).get(number, "bytes")
    times = range(chance.randrange(4))
    if many in ("fixed32", "sfixed32", "float"):
        return b"".join(struct.pack("<I", chance.choice(EDGES) & 0xFFFFFFFF) for _ in times)
    if many in ("fixed64", "sfixed64", "double"):
        return b"".join(struct.pack("<Q", chance.choice(EDGES)) for _ in times)
    if many not in ("text", "bytes"):
        return b"".join(varint(chance.choice(EDGES)) for _ in times)
    return chance.choice(
        (b"", b"abc", "h\u00e9\U0001f600".encode(), b"\xed\xa0\x80", b"\xff", b"\xf4\x90\x80\x80", b"\0")
    )


def append(octets: bytes, chance: random.Random) -> bytes:
    return octets + member(chance)


def prepend(octets: bytes, chance: random.Random) -> bytes:
    return member(chance) + octets


def wrap(octets: bytes, chance: random.Random) -> bytes:
    number = chance.choice((INNER, INNERS))
    return (varint(number << 3 | 2) + varint(len(octets)) + octets) * chance.choice((1, 1, 2))


EDITS: tuple[Edit, ...] = (
    *octet_edits((b"\x80", b"\xff", b"\x08", b"\x0a", b"\xff\xff\xff\xff\x0f")),
    *[append, prepend] * 4,
    wrap,
)


def seeds() -> list[bytes]:
    chance = random.Random("seeds")
    return [b"".join(member(chance) for _ in range(chance.randrange(1, 5))) for _ in range(400)]


EXPLAINED = (
    Explained(
        "a known member of another wire type",
        "Protocol Buffers, Encoding, Message Structure: the wire type goes with the member's type",
        we_refuse("wrong_kind"),
    ),
    Explained(
        "a tag longer than five octets",
        "Protocol Buffers, Encoding, Base 128 Varints: a varint has up to ten octets",
        they_refuse("Wire format was corrupt", rb"[\x80-\xff]{5}"),
    ),
    Explained(
        "a message within a message twice, which the library joins",
        "Protocol Buffers, Encoding, Last One Wins: such a message is never written; art7 refuses what readers differ on",
        we_refuse("duplicate_field"),
    ),
    Explained(
        "a varint of more than 64 bits, of which the library drops some",
        "Protocol Buffers, Encoding, Base 128 Varints: unsigned 64-bit integers",
        we_refuse("bad_varint"),
    ),
    Explained(
        "number 0 within an unknown group",
        "Protocol Buffers, Language Guide, Assigning Field Numbers: numbers begin at 1",
        we_refuse("bad_tag"),
    ),
)


def test_members_of_every_kind(codec: Codec, all_class: Any, cases: Any) -> None:
    def theirs(octets: bytes) -> Any:
        return their_value(all_class.FromString(octets))

    trial = Trial("protobuf", "google.protobuf", "trial.proto.All", our_value, theirs, EXPLAINED)
    compare(trial, codec, mutants("protobuf", seeds(), EDITS, tried("protobuf", codec)), cases)


def test_a_message_twice(codec: Codec, all_class: Any) -> None:
    """The library joins the two; art7 says where the second begins."""
    octets = bytes.fromhex("f2020208 01 f2020210 02".replace(" ", ""))
    assert their_value(all_class.FromString(octets))["inner"]["m_u64"] == 2
    with pytest.raises(Refused) as refusal:
        codec.decode("trial.proto.All", octets)
    assert (refusal.value.code, refusal.value.path, refusal.value.offset) == ("duplicate_field", "inner", 5)
