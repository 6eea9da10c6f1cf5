"""A view without a value refuses its record: by its own name and place, reading and writing, in every execution."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.built import build, module, specification

from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError, EncodeError

TEXT = """a7 1
module demo version 1.0
message M as binary { limit size = 99 k: u8 items: P[rest] }
struct P as binary { n: u8 = octets(a) a: bytes[n] let w: text = text(a) c: u8 }
message D as binary { limit size = 99 a: u8 b: u8 let share: u8 = a / b c: u8 }
message J as json { limit size = 99 items: Q[..9] }
struct Q as json { a: hex[..9] let w: text = text(a) }
""".replace("bytes[n]", "bytes[size n]")

READ = [
    ("M", bytes.fromhex("0001410701ff07"), ("bad_text", "items[1].w", 6)),
    ("D", b"\x01\x00\x07", ("division_by_zero", "share", 2)),
    ("J", b'{"items":[{"a":"41"},{"a":"ff"}]}', ("bad_text", "items[1].w", 21)),
]


@pytest.mark.parametrize(("name", "wire", "wanted"), READ)
def test_it_is_named_where_it_is_read(
    name: str, wire: bytes, wanted: tuple[str, str, int], tmp_path: Path
) -> None:
    spec = specification(TEXT)
    _, root = build(spec, tmp_path)
    with pytest.raises(DecodeError) as told:
        decode(spec, f"demo.{name}", wire)
    assert (told.value.code, told.value.path, told.value.offset) == wanted
    with pytest.raises(module(root, "_support").DecodeError) as said:
        getattr(module(root, "demo"), name).decode(wire)
    assert (said.value.code, said.value.path, said.value.offset) == wanted


def test_it_is_named_where_it_is_written(tmp_path: Path) -> None:
    spec = specification(TEXT)
    _, root = build(spec, tmp_path)
    made, support = module(root, "demo"), module(root, "_support")
    cases = [
        ("M", {"k": 0, "items": [{"a": b"A", "c": 7}, {"a": b"\xff", "c": 7}]},
         made.M(k=0, items=[made.P(a=b"A", c=7), made.P(a=b"\xff", c=7)]), "bad_text", "items[1].w"),
        ("D", {"a": 1, "b": 0, "c": 7}, made.D(a=1, b=0, c=7), "division_by_zero", "share"),
        ("J", {"items": [{"a": b"\xff"}]}, made.J(items=[made.Q(a=b"\xff")]), "bad_text", "items[0].w"),
    ]  # fmt: skip
    for name, plain, value, code, path in cases:
        with pytest.raises(EncodeError) as told:
            encode(spec, f"demo.{name}", plain)
        assert (told.value.code, told.value.path) == (code, path)
        with pytest.raises(support.EncodeError) as said:
            value.encode()
        assert (said.value.code, said.value.path) == (code, path)
