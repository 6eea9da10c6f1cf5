"""Lists of numbers in protobuf: written packed or value by value, read in both forms, in every execution."""

from __future__ import annotations

import random
from typing import Any

import pytest

from art7.grammar.format import format_module
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from built import build, module, specification
from lowering import codes

TEXT = """a7 1
module demo version 1.0

enum Kind: u32 open { one = 1 }

message M as protobuf {
    limit size = 999
    usual @1:            u32[..9]
    said @2(packed):     s64[..9]
    single @3(unpacked): u32[..9]
    wide @4(unpacked):   fixed64[..9]
    kinds @5(unpacked):  Kind[..9]
    flags @6(unpacked):  bool[..9]
    reals @7(unpacked):  double[..9]
    names @8:            text[][..9]
}
"""

VALUE = {
    "usual": [1, 300],
    "said": [-1, 1],
    "single": [1, 300],
    "wide": [2],
    "kinds": [1, 7],
    "flags": [True, False],
    "reals": [1.5],
    "names": ["a", "b"],
}
NOTHING: dict[str, Any] = {name: [] for name in VALUE}
WIRE = bytes.fromhex(
    "0a03 01ac02 1202 0102 1801 18ac02 21 0200000000000000 2801 2807 3001 3000 39 000000000000f83f 420161 420162"
)


@pytest.fixture(scope="module")
def executions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    spec = specification(TEXT)
    _, name = build(spec, tmp_path_factory.mktemp("packed"))
    return spec, module(name, "demo")


def test_lists_are_written_as_declared(executions: tuple[Any, Any]) -> None:
    spec, sdk = executions
    assert encode(spec, "demo.M", VALUE) == WIRE
    assert sdk.M(**VALUE).encode() == WIRE
    assert encode(spec, "demo.M", {}) == sdk.M(**NOTHING).encode() == b""


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("form", ["packed", "single", "mixed", "empty run"])
def test_both_forms_are_read(executions: tuple[Any, Any], number: int, form: str) -> None:
    spec, sdk = executions
    run, tag = bytes([number << 3 | 2]), bytes([number << 3])
    octets = {
        "packed": run + b"\x02\x02\x04",
        "single": tag + b"\x02" + tag + b"\x04",
        "mixed": run + b"\x01\x02" + tag + b"\x04",
        "empty run": run + b"\x00" + tag + b"\x02" + run + b"\x01\x04",
    }[form]
    name = {1: "usual", 2: "said", 3: "single"}[number]
    wanted = [1, 2] if number == 2 else [2, 4]
    value = decode(spec, "demo.M", octets).value
    assert value[name] == getattr(sdk.M.decode(octets), name) == wanted
    assert sdk.M.decode(octets).encode() == encode(spec, "demo.M", value)


def test_what_is_read_is_written_again(executions: tuple[Any, Any]) -> None:
    spec, sdk = executions
    source = random.Random(7)
    for _ in range(60):
        value = NOTHING | {
            "usual": [source.randrange(1 << 32) for _ in range(source.randrange(4))],
            "single": [source.randrange(1 << 32) for _ in range(source.randrange(4))],
            "flags": [source.random() < 0.5 for _ in range(source.randrange(4))],
        }
        octets = encode(spec, "demo.M", value)
        assert sdk.M(**value).encode() == sdk.M.decode(octets).encode() == octets


@pytest.mark.parametrize(
    "member",
    [
        "x @1(packed): text[][..9]",
        "x @1(unpacked): S[..9]",
        "x @1(packed): u32",
        "x @1(unpacked)?: u32",
        "x @1(tight): u32[..9]",
        "x @1(packed): bytes",
    ],
)
def test_forms_that_mean_nothing_are_refused(member: str) -> None:
    assert codes(f"struct S as protobuf {{ {member} }}") == ["A7-L025"]


def test_forms_belong_to_protobuf() -> None:
    assert "A7-L025" in codes("struct S as json { x @1(packed): u8 }")
    assert "A7-L025" in codes("struct S as binary { x @1(packed): u8 }")


def test_layout() -> None:
    text = "a7 1\nmodule demo version 1.0\n\nstruct S as protobuf { x @ 1 ( unpacked ) ? : u32[..9] y@0x2( packed ):u32[] }\n"
    laid = format_module(text)
    assert "x @1(unpacked)?: u32[..9]" in laid and "y @0x2(packed):" in laid
    assert format_module(laid) == laid
