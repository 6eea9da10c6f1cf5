"""A lenient value over the octets before it is made when the message is complete, or kept as it was given."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from tests.support.built import build, module, plain, specification

from art7.interpreter.decode import decode
from art7.interpreter.encode import encode

TEXT = """a7 1
module demo version 1.0
message Plain as binary { limit size = 99 a: u8 x: u32 = crc32(octets_before(x)) lenient b: u8 }
message Nested as binary { limit size = 99 s: Part t: u8 }
struct Part as binary { a: bytes[prefix u8] x: bytes[4] = u32be(crc32(octets_before(x))) lenient b: u8 }
"""


def crc(octets: bytes) -> bytes:
    return zlib.crc32(octets).to_bytes(4, "big")


WIRES = [
    ("Plain", b"\x01" + crc(b"\x01") + b"\x07"),
    ("Plain", b"\x01\x00\x00\x00\x01\x07"),
    ("Nested", b"\x02ab" + crc(b"\x02ab") + b"\x07\x09"),
    ("Nested", b"\x02ab\x00\x00\x00\x00\x07\x09"),
]


@pytest.mark.parametrize(("name", "wire"), WIRES)
def test_it_is_written_as_it_was_read(name: str, wire: bytes, tmp_path: Path) -> None:
    spec = specification(TEXT)
    _, root = build(spec, tmp_path)
    value = decode(spec, f"demo.{name}", wire).value
    assert encode(spec, f"demo.{name}", value) == wire
    found = getattr(module(root, "demo"), name).decode(wire)
    assert plain(found) == value
    assert found.encode() == wire
