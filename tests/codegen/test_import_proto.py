"""proto3 imported: every field kind by its octets, every mistake by its place."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from executions import Refused
from imported import imported, squeezed

HEAD = 'syntax = "proto3";\n'


def varint(value: int) -> bytes:
    found = bytearray()
    value &= (1 << 64) - 1
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


SCALARS: list[tuple[str, Any, bytes]] = [
    ("int32", -1, b"\x08" + varint(-1)),
    ("int64", -5, b"\x08" + varint(-5)),
    ("uint32", 300, b"\x08\xac\x02"),
    ("uint64", 1 << 63, b"\x08" + varint(1 << 63)),
    ("sint32", -2, b"\x08\x03"),
    ("sint64", 2, b"\x08\x04"),
    ("fixed32", 7, b"\x0d" + struct.pack("<I", 7)),
    ("fixed64", 7, b"\x09" + struct.pack("<Q", 7)),
    ("sfixed32", -7, b"\x0d" + struct.pack("<i", -7)),
    ("sfixed64", -7, b"\x09" + struct.pack("<q", -7)),
    ("float", 1.5, b"\x0d" + struct.pack("<f", 1.5)),
    ("double", 1.5, b"\x09" + struct.pack("<d", 1.5)),
    ("bool", True, b"\x08\x01"),
    ("string", "é", b"\x0a\x02" + "é".encode()),
    ("bytes", b"\xff", b"\x0a\x01\xff"),
]


@pytest.mark.parametrize(("kind", "value", "octets"), SCALARS)
def test_scalars(kind: str, value: Any, octets: bytes) -> None:
    given = imported(
        "proto", f"{HEAD}message M {{ {kind} a = 1; optional {kind} b = 2; repeated {kind} c = 3; }}"
    )
    assert given.errors == []
    assert given.decode("M", octets)["a"] == value
    assert given.encode("M", {"a": value, "c": []}) == octets
    assert given.encode("M", {"a": given.decode("M", b"")["a"], "c": []}) == b"", "a default is not written"
    assert "b" not in given.decode("M", b"")
    many = given.encode("M", {"a": value, "c": [value, value]})
    assert given.decode("M", many)["c"] == [value, value]


CHAT = (
    HEAD
    + """package demo.chat;
import "parts/person.proto";
// What one says.
message Chat {
  enum Kind { option allow_alias = true; TEXT = 0; WORDS = 0; IMAGE = 3; reserved 5 to 9; }
  message Part { bytes data = 1; repeated Part inner = 2; }
  Kind kind = 1;  // Its kind.
  map<string, Part> parts = 2;
  oneof body { string text = 3; Part part = 4; uint32 number = 5; }
  repeated sint32 loose = 6 [packed = false];
  repeated Kind kinds = 7;
  .demo.person.Person author = 8;
  Part.Deep deep = 9;
  bool old = 10 [deprecated = true, json_name = "veryOld"];
  reserved 20, 30 to 40, 1000 to max;
  reserved "gone";
}
"""
)
PERSON = (
    HEAD + 'package demo.person; import "google/protobuf/timestamp.proto";\n'
    "message Person { string name = 1; google.protobuf.Timestamp born = 2; }"
)


def test_messages() -> None:
    given = imported("proto", CHAT, files={"parts/person.proto": PERSON})
    assert given.errors == ["A7-P204"] and "Part.Deep" in given.said("A7-P204")
    octets = bytes.fromhex("0803 1207 0a0161 12020a00 1a0178 3003 3005 3a020003 42070a016e12020805")
    value = given.decode("Chat", octets)
    assert value["kind"] == 3 and value["parts"] == [{"key": "a", "value": {"data": b"", "inner": []}}]
    assert value["text"] == "x" and value["loose"] == [-2, -3] and value["kinds"] == [0, 3]
    assert value["author"]["born"] == {"seconds": 5, "nanos": 0}
    assert given.encode("Chat", given.codec().decode("given.Chat", octets).native) == bytes.fromhex(
        "0803 1205 0a0161 1200 1a0178 3003 3005 3a020003 42070a016e12020805"
    )
    flat = squeezed(given.text)
    assert "What one says. Reserved: 20, 30 to 40, 1000 to max, `gone`." in flat and '"Its kind."' in flat
    assert "old @10: bool default false deprecated" in flat
    with pytest.raises(Refused) as refused:
        given.decode("Chat", bytes.fromhex("1a0178 2802"))
    assert refused.value.code == "rule_broken"
    assert any("json_name" in d.message for d in given.report.diagnostics)


def test_unknown_members_are_kept() -> None:
    given = imported("proto", HEAD + "message M { uint32 a = 1; }")
    octets = bytes.fromhex("0805 9a0601 41")
    assert given.encode("M", given.codec().decode("given.M", octets).native) == octets


PROTO2 = """syntax = "proto2";
message M {
  required uint32 a = 1; optional int32 b = 2 [default = -3]; repeated uint32 c = 3;
  optional string d = 4 [default = "x\\"y"]; optional double e = 5 [default = 1.5];
  extensions 100 to 199;
}
"""


def test_proto2() -> None:
    given = imported("proto", PROTO2)
    assert given.errors == ["A7-P220", "A7-P222"]
    value = given.decode("M", b"\x08\x01")
    assert value["b"] == -3 and value["d"] == 'x"y'
    with pytest.raises(Refused):
        given.decode("M", b"")
    assert given.encode("M", {"a": 1, "c": [1, 2]}) == bytes.fromhex("0801 1801 1802")


MISTAKES: list[tuple[str, list[tuple[str, int, int]]]] = [
    ("message M { uint32 a = 1\n uint32 b = 2; }", [("A7-P200", 2, 25)]),
    ("message M { uint32 a 1; uint32 b = 2; }\nmessage N { int32 = 5; }", [("A7-P200", 2, 22), ("A7-P200", 3, 19)]),
    ("message M { uint32 a = 0; }", [("A7-P206", 2, 13)]),
    ("message M { uint32 a = 19500; }", [("A7-P206", 2, 13)]),
    ("message M { uint32 a = 99999999999999999; }", [("A7-P202", 2, 24)]),
    ("message M { uint32 a = 1; uint32 b = 1; }", [("A7-P203", 2, 27)]),
    ("message M { uint32 a = 1; uint32 a = 2; }", [("A7-P203", 2, 27)]),
    ("message M { reserved 3; uint32 a = 3; }", [("A7-P206", 2, 25)]),
    ("message M { Nowhere a = 1; }", [("A7-P204", 2, 13)]),
    ("message M { map<float, int32> a = 1; }", [("A7-P206", 2, 13)]),
    ("message M { repeated map<int32, int32> a = 1; }", [("A7-P206", 2, 13)]),
    ("message M { oneof o { repeated int32 a = 1; } }", [("A7-P206", 2, 23)]),
    ("message M { oneof o { } }", [("A7-P206", 2, 19)]),
    ("enum E { A = 1; } message M { E e = 1; }", [("A7-P206", 2, 10)]),
    ("enum E { A = 0; B = 0; } message M { E e = 1; }", [("A7-P203", 2, 17)]),
    ("enum E { } message M { E e = 1; }", [("A7-P206", 2, 6)]),
    ("message M { } message M { }", [("A7-P203", 2, 23)]),
    ('import "nowhere.proto"; message M { }', [("A7-P207", 2, 8)]),
    ("service S { rpc A(M) returns (M); } message M { }", [("A7-P222", 2, 1)]),
    ("extend M { int32 a = 1; } message M { }", [("A7-P222", 2, 1)]),
    ("message M { string a = 1 [packed = true]; }", []),
    ("message M { repeated string a = 1 [packed = true]; }", [("A7-P206", 2, 13)]),
    ("message M { uint32 a = 1; ", [("A7-P200", 2, 27)]),
    ("message M { ` uint32 a = 1; }", [("A7-P201", 2, 13)]),
    ("} message M { }", [("A7-P200", 2, 1)]),
    ("message M { optional group G = 1 { } }", [("A7-P222", 2, 22)]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), MISTAKES)
def test_mistakes_have_their_place(source: str, expected: list[tuple[str, int, int]]) -> None:
    given = imported("proto", HEAD + source)
    for each in expected:
        assert each in given.found, (each, given.found)


def test_other_editions() -> None:
    assert imported("proto", 'edition = "2023"; message M { }').errors == ["A7-P223"]
    assert imported("proto", 'syntax = "proto9"; message M { }').errors == ["A7-P206"]


def test_negative_values() -> None:
    given = imported("proto", HEAD + "enum E { A = 0; B = -1; } message M { E e = 1; }")
    assert given.encode(
        "M", given.codec().decode("given.M", b"\x08" + varint(-1)).native
    ) == b"\x08" + varint(-1)
