"""What the fast encoder cannot write itself, the careful one does: also deep inside, and in other modules."""

from __future__ import annotations

from typing import Any

import pytest

from art7.grammar.diagnostics import Report
from art7.grammar.load import load_sources
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import EncodeError
from built import build, module

PARTS = """a7 1
module parts version 1.0

struct Deep as binary {
    n: u8 = count(kids)
    sum: u32 = crc32(octets_of(kids))
    kids: Deep[n]
}

struct Middle as binary { mark: u8 root: Deep next: u8 = count(more) more: Middle[next] }
"""

DEMO = """a7 1
module demo version 1.0
use parts

message Near as binary { limit size = 99 limit depth = 9 a: u8 middle: parts.Middle }
message Plain as binary { limit size = 99 a: u8 }
"""

LEAF = b"\x00" + bytes(4)
TREE = b"\x01" + bytes.fromhex("b2ae2137") + LEAF


@pytest.fixture(scope="module")
def executions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any, Any, str]:
    report = Report()
    spec = load_sources({"parts.a7": PARTS, "demo.a7": DEMO}, report)
    assert not report.diagnostics, report.diagnostics
    text, name = build(spec, tmp_path_factory.mktemp("unwritten"))
    sources = "\n".join(text.files[stem] for stem in ("demo.py", "parts.py"))
    return spec, module(name, "demo"), module(name, "_support"), sources


def near(value: int) -> dict[str, Any]:
    leaf = {"kids": []}
    tree = {"kids": [leaf]}
    return {"a": value, "middle": {"mark": 1, "root": tree, "more": [{"mark": 2, "root": leaf, "more": []}]}}


def test_a_record_inside_that_only_the_careful_encoder_writes(executions: tuple[Any, Any, Any, str]) -> None:
    spec, sdk, _, _ = executions
    octets = encode(spec, "demo.Near", near(7))
    read = sdk.Near.decode(octets)
    assert read.encode() == octets
    assert decode(spec, "demo.Near", octets).value["middle"]["root"]["kids"][0]["kids"] == []


def test_its_refusals_are_those_of_the_interpreter(executions: tuple[Any, Any, Any, str]) -> None:
    spec, sdk, support, _ = executions
    with pytest.raises(EncodeError) as expected:
        encode(spec, "demo.Near", near(256))
    read = sdk.Near.decode(encode(spec, "demo.Near", near(7)))
    read.a = 256
    with pytest.raises(support.EncodeError) as found:
        read.encode()
    assert (found.value.code, found.value.path) == (expected.value.code, expected.value.path)
    assert found.value.code == "out_of_range"


def test_no_function_refuses_whatever_it_is_given(executions: tuple[Any, Any, Any, str]) -> None:
    sources = executions[3]
    assert "def _encode_deep" not in sources and "def _encode_middle" not in sources
    assert "encode_carefully" in sources
    lines = [line.strip() for line in sources.splitlines()]
    for before, line in zip(lines, lines[1:], strict=False):
        assert not (line == "raise Refused" and before.startswith(('"""', "def ")))
