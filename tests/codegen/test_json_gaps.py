"""What JSON members hold at their edges, in every execution: padding, null beside absence, whole numbers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from art7.codegen.json_schema.messages import generate_json_schema
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import DecodeError
from art7.interpreter.values import record_from_json, record_to_json
from built import build, module, specification
from lowering import codes

TEXT = """a7 1
module demo version 1.0

message Coded as json {
    limit size = 999
    url?:    base64url[0..9]
    plain?:  base64[0..9]
    list:    base64url[1..3][0..4]
    some?:   map<text, base64url[1]>
    none?:   base64url[1] | null
}

struct Inner as json { any?: any }

message Loose as json {
    limit size = 999
    limit depth = 9
    kind?: text
    more?: any
    late?: any since 1.0
    gone?: any | null
    held?: Inner
    conditional: any when kind == 'x'
    must L-01: absent(more) or kind == 'm' or more != 5
    select kind { 'a' => { own: any also?: any } 'b' => { own: any } otherwise => empty }
}

message Sorted as json(canonical: 'matrix') { limit size = 99 a?: any b: u8 }
"""


@pytest.fixture(scope="module")
def executions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any, Any]:
    spec = specification(TEXT)
    _, name = build(spec, tmp_path_factory.mktemp("gaps"))
    return spec, module(name, "demo"), module(name, "_support")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"url":"AA==","list":[]}', "url"),
        ('{"url":"AAA=","list":[]}', "url"),
        ('{"url":"=","list":[]}', "url"),
        ('{"list":["AA","AA=="]}', "list[1]"),
        ('{"list":[],"some":{"k":"AA=="}}', 'some["k"]'),
        ('{"list":[],"none":"AA=="}', "none"),
    ],
)
def test_padding_of_base64url_is_refused(executions: tuple[Any, Any, Any], text: str, path: str) -> None:
    spec, sdk, support = executions
    with pytest.raises(DecodeError) as expected:
        decode(spec, "demo.Coded", text.encode())
    with pytest.raises(support.DecodeError) as found:
        sdk.Coded.decode(text.encode())
    assert (expected.value.code, expected.value.path) == ("bad_text", path)
    assert (found.value.code, found.value.path) == ("bad_text", path)
    assert found.value.offset == expected.value.offset and expected.value.offset


@pytest.mark.parametrize(
    "text", ['{"plain":"AA==","list":[]}', '{"plain":"AA","list":["AAA","_-8"],"none":null}']
)
def test_base64_is_read_in_both_forms(executions: tuple[Any, Any, Any], text: str) -> None:
    spec, sdk, _ = executions
    value = decode(spec, "demo.Coded", text.encode()).value
    assert value["plain"] == b"\0"
    again = sdk.Coded.decode(text.encode()).encode()
    assert again == encode(spec, "demo.Coded", value)
    assert json.loads(again)["plain"] == "AA=="


def test_the_schema_has_no_padding_of_base64url() -> None:
    files = generate_json_schema(specification(TEXT))
    schema = json.loads(next(text for path, text in files.items() if "Coded" in path))
    assert schema["properties"]["url"]["pattern"] == "^[A-Za-z0-9_-]*$"


KEPT = [
    {},
    {"more": None},
    {"more": None, "late": None, "gone": None},
    {"more": [None, {"x": None}]},
    {"held": {"any": None}},
    {"held": {}},
    {"kind": "x", "conditional": None},
    {"kind": "a", "own": None, "also": None},
    {"kind": "a", "own": None},
    {"kind": "b", "own": None},
    {"kind": "b", "own": 0, "more": False},
]


@pytest.mark.parametrize("value", KEPT)
def test_null_stays_null_and_absent_stays_absent(executions: tuple[Any, Any, Any], value: Any) -> None:
    spec, sdk, support = executions
    text = json.dumps(value).encode()
    read = decode(spec, "demo.Loose", text).value
    assert json.loads(encode(spec, "demo.Loose", read)) == value
    own = sdk.Loose.decode(text)
    assert json.loads(own.encode()) == value
    assert json.loads(sdk.Loose.decode(own.encode()).encode()) == value
    for name in ("more", "late", "gone"):
        assert (getattr(own, name) is support.ABSENT) == (name not in value)
    shown = record_to_json(spec, spec.record("demo.Loose"), read)
    back = record_from_json(spec, spec.record("demo.Loose"), shown, "")
    assert json.loads(encode(spec, "demo.Loose", back)) == value


@pytest.mark.parametrize(
    "value", [{"kind": "x"}, {"conditional": None}, {"kind": "a"}, {"kind": "a", "also": None}, {"more": 5}]
)
def test_a_null_counts_as_there(executions: tuple[Any, Any, Any], value: Any) -> None:
    spec, sdk, support = executions
    text = json.dumps(value).encode()
    with pytest.raises(DecodeError) as expected:
        decode(spec, "demo.Loose", text)
    with pytest.raises(support.DecodeError) as found:
        sdk.Loose.decode(text)
    assert (found.value.code, found.value.path) == (expected.value.code, expected.value.path)


def test_a_null_is_written_in_order(executions: tuple[Any, Any, Any]) -> None:
    spec, sdk, support = executions
    for text in (b'{"a":null,"b":1}', b'{"b":1}'):
        assert sdk.Sorted.decode(text).encode() == text
        assert encode(spec, "demo.Sorted", decode(spec, "demo.Sorted", text).value) == text
    assert sdk.Sorted(b=1).a is support.ABSENT
    assert sdk.Sorted(b=1).encode() == sdk.Sorted(a=support.ABSENT, b=1).encode() == b'{"b":1}'
    assert sdk.Sorted(a=None, b=1).encode() == b'{"a":null,"b":1}'
    assert encode(spec, "demo.Sorted", {"b": 1, "a": None}) == b'{"a":null,"b":1}'


NUMBERS = [
    "struct S as json(numbers: 'integer53') { x: number }",
    "struct S as json(canonical: 'matrix') { x?: number }",
    "struct S as json(canonical: 'matrix') { x: number[0..3] }",
    "struct S as json(canonical: 'matrix') { x: number | null }",
    "struct S as json(canonical: 'matrix') { x: map<text, number> }",
    "struct S as json(canonical: 'matrix') { x: { y: number } }",
    "struct S as json(numbers: 'integer53') { x: In } struct In as json { y: number[0..1] }",
    "struct S as json(numbers: 'integer53') { x: Out } struct Out as json { x: In } struct In as json { y: number }",
    "struct S as json(numbers: 'integer53') { k: text select k { 'a' => y: number otherwise => empty } }",
]


@pytest.mark.parametrize("text", NUMBERS)
def test_fractions_where_texts_hold_whole_numbers_are_refused(text: str) -> None:
    assert codes(text) == ["A7-L046"]


@pytest.mark.parametrize(
    "text",
    [
        "struct S as json { x: number }",
        "struct S as json(canonical: 'jcs') { x: number }",
        "struct S as json(canonical: 'matrix') { x: integer y: u53 z: any }",
        "struct S as json(canonical: 'none') { x: In } struct In as json { y: number }",
    ],
)
def test_fractions_elsewhere_are_not(text: str) -> None:
    assert codes(text) == []
