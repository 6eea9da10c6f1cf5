"""A view has a value of its type, or the message is refused: in the interpreter, fast and careful, reading and writing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.built import build, module, specification
from tests.support.lowering import record

from art7.grammar.ir.plan import Check
from art7.grammar.passes.step_tree import walk_steps
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError, EncodeError

TEXT = """a7 1
module demo version 1.0

enum Kind: u8 closed { one = 1 two = 2 nine = 9 }
enum Wide: u8 open { one = 1 }

message Sum as binary { limit size = 9 a: u8 b: u8 let sum: u8 = a + b }
message Less as binary { limit size = 9 a: u8 b: u8 let less: u8 = a - b }
message Named as binary { limit size = 9 a: u8 let kind: Kind = a }
message Open as binary { limit size = 9 a: u8 let kind: Wide = a * 2 }
message Run as binary { limit size = 99 a: bytes[prefix u8] let cut: bytes[2..3] = a }
message Said as binary { limit size = 99 a: text[prefix u8] let cut: text[..3] = a }
message Left as binary { limit size = 999 let size: u8 = remaining a: bytes[rest] }
message Given as binary { limit size = 9 a: u16 = sum - 1 let sum: u8 = a + 1 }
message Arm as binary {
    limit size = 9
    a: u8
    select a { 0..9 => { b: u8 let less: u4 = b + 1 } otherwise => empty }
}
message Maybe as binary { limit size = 9 a: u8 b: u8 when a > 0 let copy: u4 = b }
message Tree as json { limit size = 99 a: u8 b?: text let twice: u8 = a * 2 let short: text[..2] = b }
message Proto as protobuf { limit size = 99 a @1: u32 let low: u8 = a }
"""

READ: list[tuple[str, bytes, str | None]] = [
    ("Sum", b"\x7f\x80", None),
    ("Sum", b"\x80\x80", "out_of_range"),
    ("Less", b"\x02\x01", None),
    ("Less", b"\x01\x02", "out_of_range"),
    ("Named", b"\x02", None),
    ("Named", b"\x03", "unknown_value"),
    ("Open", b"\x7f", None),
    ("Open", b"\x80", "out_of_range"),
    ("Run", b"\x02ab", None),
    ("Run", b"\x01a", "out_of_range"),
    ("Run", b"\x04abcd", "out_of_range"),
    ("Said", "\x03é1".encode(), None),
    ("Said", "\x04éé".encode(), "out_of_range"),
    ("Left", b"x" * 255, None),
    ("Left", b"x" * 256, "out_of_range"),
    ("Given", b"\x00\xfe", None),
    ("Given", b"\x00\xff", "out_of_range"),
    ("Arm", b"\x00\x0e", None),
    ("Arm", b"\x00\x0f", "out_of_range"),
    ("Arm", b"\x0a", None),
    ("Maybe", b"\x00", None),
    ("Maybe", b"\x01\x0f", None),
    ("Maybe", b"\x01\x10", "out_of_range"),
    ("Tree", b'{"a":127}', None),
    ("Tree", b'{"a":128}', "out_of_range"),
    ("Tree", '{"a":1,"b":"éé"}'.encode(), None),
    ("Tree", b'{"a":1,"b":"xyz"}', "out_of_range"),
    ("Proto", b"\x08\x7f", None),
    ("Proto", b"\x08\x80\x02", "out_of_range"),
]

WRITTEN: list[tuple[str, dict[str, Any], str | None]] = [
    ("Sum", {"a": 127, "b": 128}, None),
    ("Sum", {"a": 128, "b": 128}, "out_of_range"),
    ("Less", {"a": 1, "b": 2}, "out_of_range"),
    ("Named", {"a": 9}, None),
    ("Named", {"a": 3}, "unknown_value"),
    ("Open", {"a": 128}, "out_of_range"),
    ("Run", {"a": b"a"}, "out_of_range"),
    ("Said", {"a": "éé"}, "out_of_range"),
    ("Given", {"sum": 255}, None),
    ("Given", {"sum": 256}, "out_of_range"),
    ("Arm", {"a": 0, "b": 15}, "out_of_range"),
    ("Arm", {"a": 10}, None),
    ("Maybe", {"a": 1, "b": 16}, "out_of_range"),
    ("Maybe", {"a": 0}, None),
    ("Tree", {"a": 128}, "out_of_range"),
    ("Tree", {"a": 1, "b": "xyz"}, "out_of_range"),
    ("Proto", {"a": 256}, "out_of_range"),
]


@pytest.fixture(scope="module")
def executions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any, Any]:
    spec = specification(TEXT)
    _, name = build(spec, tmp_path_factory.mktemp("held"))
    return spec, module(name, "demo"), module(name, "_support")


@pytest.mark.parametrize(("name", "data", "code"), READ)
def test_reading(executions: tuple[Any, Any, Any], name: str, data: bytes, code: str | None) -> None:
    spec, sdk, support = executions
    if code is None:
        decode(spec, f"demo.{name}", data)
        getattr(sdk, name).decode(data)
        return
    with pytest.raises(DecodeError) as expected:
        decode(spec, f"demo.{name}", data)
    with pytest.raises(support.DecodeError) as found:
        getattr(sdk, name).decode(data)
    assert expected.value.code == found.value.code == code
    assert (expected.value.path, expected.value.offset) == (found.value.path, found.value.offset)
    assert "`" in (expected.value.message or "")


@pytest.mark.parametrize(("name", "value", "code"), WRITTEN)
def test_writing(
    executions: tuple[Any, Any, Any], name: str, value: dict[str, Any], code: str | None
) -> None:
    spec, sdk, support = executions
    if code is None:
        octets = encode(spec, f"demo.{name}", value)
        assert getattr(sdk, name)(**value).encode() == octets
        return
    with pytest.raises(EncodeError) as expected:
        encode(spec, f"demo.{name}", value)
    with pytest.raises(support.EncodeError) as found:
        getattr(sdk, name)(**value).encode()
    assert expected.value.code == found.value.code == code
    assert expected.value.path == found.value.path


@pytest.mark.parametrize(
    "body",
    [
        "a: u4 b: u4 let x: u5 = a + b",
        "a: u8 let x: u8 = if a > 200 then a - 200 else a",
        "a: u8 let x: u15 = if a >= 128 then ((a - 128) << 8) | a else a",
        "a: u8 let x: u8 = if not (a < 10 or a == 255) then (a - 10) + 11 else 0",
        "a: u8 let x: u8 = if a != 0 then a - 1 else 0",
        "a: u8 let x: u8 = a / 2 * 2",
        "a: u8 let x: i8 = 0 - (a & 127)",
        "a: bytes[4] let x: bytes[4] = a ^ x'01020304'",
        "a: bytes[4] let x: u8 = length(a) + 3",
        "a: u2 b: u6 let x: Kind = if a == 0 then Kind.one else Kind.nine",
    ],
)
def test_what_bounds_prove_is_not_tested(body: str) -> None:
    found = record(f"enum Kind: u8 closed {{ one = 1 nine = 9 }}\nstruct S as binary {{ {body} }}", "S")
    assert not [step for step in walk_steps(found.body) if isinstance(step, Check)]


@pytest.mark.parametrize(
    "body",
    [
        "a: u4 b: u4 let x: u4 = a + b",
        "a: u8 let x: u8 = if a > 200 then a - 201 else a + 56",
        "a: u8 let x: u8 = if a != 1 then a - 1 else 0",
        "a: u8 let x: u8 = if a > 1 or a == 0 then a - 1 else 0",
        "a: bytes[4] let x: bytes[5] = a",
        "a: u8 b: u8 let x: u8 = a << b",
    ],
)
def test_what_bounds_do_not_prove_is_tested(body: str) -> None:
    found = record(f"struct S as binary {{ {body} }}", "S")
    assert len([step for step in walk_steps(found.body) if isinstance(step, Check)]) == 1


def test_a_view_upon_a_view_is_reached_only_by_what_is_held(
    executions: tuple[Any, Any, Any], tmp_path: Path
) -> None:
    spec = specification(
        "a7 1\nmodule demo version 1.0\nmessage M as json { limit size = 99 a: u8 let b: u8 = a + 1 let c: u16 = b + 1 }"
    )
    assert decode(spec, "demo.M", json.dumps({"a": 254}).encode()).value["c"] == 256
    with pytest.raises(DecodeError) as found:
        decode(spec, "demo.M", b'{"a":255}')
    assert found.value.code == "out_of_range"
    assert "`b`" in (found.value.message or "")
