"""Hostile octets for binary, tls and protobuf messages: each refused with its own code, controls taken.

The tls and protobuf rows describe small structures; their modules are written here, one member for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import corpus
from executions import Codec, Refused

TLS = """
a7 1
module hostile.tls version 1.0 "Structures of the hostile tls rows."
encoding tls

message Vectors   { limit size = 65536  a: bytes[0..65535]  b: u16[size 0..254]  c: bytes[0..16777215] }
message Overrun   { limit size = 65536  a: bytes[0..16777215] }
message Inner     { limit size = 65536  items: Item[size 0..65535]  rest: bytes[0..65535] }
struct Item       { v: bytes[0..255] }
message Odd       { limit size = 65536  b: u16[size 0..254] }
message Minimal as tls(vector: 'varint') { limit size = 65536  v: bytes[] }
message Trailing  { limit size = 65536  a: bytes[0..65535] }
message Below     { limit size = 65536  a: bytes[1..255] }
"""

PROTOBUF = """
a7 1
module hostile.protobuf version 1.0 "The message of the hostile protobuf rows."

message Small as protobuf { limit size = 65536  unknown preserve  number @1: u64 default 0  words @2: text default '' }
"""

TYPES = {
    "tls/ok-vectors": "hostile.tls.Vectors",
    "tls/vector-overrun": "hostile.tls.Overrun",
    "tls/inner-overrun": "hostile.tls.Inner",
    "tls/odd-vector": "hostile.tls.Odd",
    "tls/mls-varint-nonminimal": "hostile.tls.Minimal",
    "tls/trailing": "hostile.tls.Trailing",
    "tls/below-minimum": "hostile.tls.Below",
}
"""The structure that each tls row describes in words; rows of other folders need no table."""

FOLDERS = {"protobuf": "hostile.protobuf.Small", "rtp": "ietf.rtp.RtpPacket", "stun": "ietf.stun.StunMessage"}
PARAMS: Mapping[str, Mapping[str, Any]] = {"ietf.stun.StunMessage": {"key": None}}

CODES = {
    "tls/vector-overrun": "truncated", "tls/inner-overrun": "truncated", "tls/odd-vector": "truncated",
    "tls/mls-varint-nonminimal": "non_minimal", "tls/trailing": "trailing_data", "tls/below-minimum": "too_short",
    "stun/attr-overrun": "truncated", "stun/xor-address-long": "trailing_data", "stun/cookie-wrong": "not_stun",
    "rtp/csrc-truncated": "truncated", "rtp/padding-overrun": "bad_padding", "rtp/version-1": "bad_version",
    "rtp/empty": "truncated", "protobuf/varint-11": "bad_varint", "protobuf/field-zero": "bad_tag",
}  # fmt: skip
"""The real cause, for the rows that are known; another row needs a code, whichever."""


def rows() -> list[tuple[corpus.HostileCase, str, str]]:
    """Every row of the wire folders with its key and the type that reads it."""
    found = []
    for folder in ("protobuf", "rtp", "stun", "tls"):
        for case in corpus.hostile(folder):
            key = f"{folder}/{case.path.stem}"
            found.append((case, key, TYPES.get(key, FOLDERS.get(folder, ""))))
    return found


@pytest.fixture(scope="module")
def extra_modules() -> dict[str, str]:
    """Modules that the codec of this file needs beside the catalogue."""
    return {"hostile.tls": TLS.strip() + "\n", "hostile.protobuf": PROTOBUF.strip() + "\n"}


def test_every_row(codec: Codec, cases: Any, hostile: Path) -> None:
    found = rows()
    if not found:
        pytest.skip("no hostile wire messages")
    for case, key, name in found:
        if not name:
            cases.cannot_run("hostile", case.path.name, key, "no structure is known for this row")
            continue
        octets, params = case.path.read_bytes(), PARAMS.get(name, {})
        if case.outcome == "accept":
            decoded = codec.decode(name, octets, **params)
            assert codec.encode(name, decoded.native, **params) == octets
        else:
            with pytest.raises(Refused) as refusal:
                codec.decode(name, octets, **params)
            assert refusal.value.code == CODES.get(key, refusal.value.code) != ""
            assert refusal.value.offset is not None
            assert len(str(refusal.value)) < 400
        cases.ran("hostile: wire")
