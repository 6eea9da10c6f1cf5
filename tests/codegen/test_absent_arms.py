"""Arms of a union whose value may be absent, in every encoding: typed as such, read and written alike."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from art7.codegen.project import generate_python
from art7.interpreter.decode import decode
from art7.interpreter.encode import encode
from art7.interpreter.errors import EncodeError
from built import build, module, plain, specification

TEXT = """a7 1
module sample.arms version 1.0 "Arms that may hold nothing."
errors { bad_kind = 100 "No such kind." }

token Word = 'a'..'z'+
token Kind = 'A'..'Z'+

message Octets as binary {
    limit size = 99
    kind: u8
    more: u8
    body: select kind { 0 => empty 1 => short: u8 when more > 0  2 => pair: Pair when more > 0  otherwise => reject bad_kind }
}
struct Pair as binary { left: u8 right: u8 }
message Sums as binary {
    limit size = 99
    kind: u8
    body: select kind { 1 => sum: u8 = kind + 1 lenient  otherwise => other: u16 }
}
message Vectors as tls { limit size = 99 kind: u8 body: select kind { 1 => one?: u16  2 => two?: Item  otherwise => other: u8 } }
struct Item as tls { a: u8 }
message Lines as text {
    limit size = 99
    line { kind: Kind body: select kind { 'A' => one?: Behind  'B' => two?: Number  otherwise => other: Behind } }
}
struct Behind as text { ' ' word: Word }
struct Number as text { ' ' number: u8 }
message Keyed as json {
    limit size = 99
    kind: u8
    body: select kind { 1 => one: u8 | null  2 => two: Node  otherwise => other: any }
}
struct Node as json { a: u8 }
message Maybe as json {
    limit size = 99
    kind: u8
    body?: select kind { 1 => one: u8 | null  2 => two: Node  otherwise => other: any }
}
message Labelled as cbor { limit size = 99 kind: u8 body: select kind { 1 => one: u8 | null  otherwise => other: text[0..9] } }
"""

NULLS = {
    b'{"kind":1,"body":null}': ("Keyed", "Maybe"),
    b'{"kind":3,"body":null}': ("Keyed", "Maybe"),
    b'{"kind":1}': ("Maybe",),
    b'{"kind":2,"body":{"a":1}}': ("Keyed", "Maybe"),
    bytes.fromhex("a2646b696e640164626f6479f6"): ("Labelled",),
}
REFUSED = {("Keyed", 2): "missing_field", ("Labelled", 2): "missing_field", ("Maybe", 2): "missing_field"}

CASES = [
    ("Octets", {"kind": 0, "more": 0, "body": None}, b"\0\0"),
    ("Octets", {"kind": 1, "more": 0, "body": None}, b"\1\0"),
    ("Octets", {"kind": 1, "more": 3, "body": 7}, b"\1\3\7"),
    ("Octets", {"kind": 2, "more": 0, "body": None}, b"\2\0"),
    ("Octets", {"kind": 2, "more": 1, "body": {"left": 3, "right": 4}}, b"\2\1\3\4"),
    ("Sums", {"kind": 1, "body": None}, b"\1\2"),
    ("Sums", {"kind": 1, "body": 9}, b"\1\x09"),
    ("Vectors", {"kind": 1, "body": None}, b"\1\0"),
    ("Vectors", {"kind": 1, "body": 258}, b"\1\1\1\2"),
    ("Vectors", {"kind": 2, "body": None}, b"\2\0"),
    ("Vectors", {"kind": 2, "body": {"a": 5}}, b"\2\1\5"),
    ("Lines", {"kind": "A", "body": None}, b"A\r\n"),
    ("Lines", {"kind": "A", "body": {"word": "x"}}, b"A x\r\n"),
    ("Lines", {"kind": "B", "body": None}, b"B\r\n"),
    ("Lines", {"kind": "B", "body": {"number": 3}}, b"B 3\r\n"),
    ("Keyed", {"kind": 1, "body": None}, b'{"kind":1,"body":null}'),
    ("Keyed", {"kind": 3, "body": None}, b'{"kind":3,"body":null}'),
    ("Keyed", {"kind": 1, "body": 3}, b'{"kind":1,"body":3}'),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    spec = specification(TEXT)
    return spec, module(build(spec, tmp_path_factory.mktemp("arms"))[1], "arms")


@pytest.mark.parametrize(("name", "value", "octets"), CASES)
def test_an_arm_holds_nothing_or_something(
    name: str, value: dict[str, Any], octets: bytes, made: tuple[Any, Any]
) -> None:
    spec, arms = made
    assert encode(spec, f"sample.arms.{name}", value) == octets
    body = value["body"]
    held = {"Pair": arms.Pair, "Item": arms.Item, "Behind": arms.Behind, "Number": arms.Number}
    if isinstance(body, dict):
        body = next(each for each in held.values() if set(each.__slots__) >= set(body))(**body)
    given = getattr(arms, name)(**{**value, "body": body})
    assert given.encode() == octets
    read = decode(spec, f"sample.arms.{name}", octets).value
    assert plain(getattr(arms, name).decode(octets)) == read
    assert encode(spec, f"sample.arms.{name}", read) == octets


@pytest.mark.parametrize(
    ("octets", "name"), [(each, name) for each, names in NULLS.items() for name in names]
)
def test_a_null_is_written_as_it_was_read(octets: bytes, name: str, made: tuple[Any, Any]) -> None:
    spec, arms = made
    read = decode(spec, f"sample.arms.{name}", octets).value
    assert plain(getattr(arms, name).decode(octets)) == read
    assert encode(spec, f"sample.arms.{name}", read) == octets
    assert getattr(arms, name).decode(octets).encode() == octets


@pytest.mark.parametrize(("name", "kind"), REFUSED)
def test_nothing_is_refused_where_an_arm_has_a_value(name: str, kind: int, made: tuple[Any, Any]) -> None:
    spec, arms = made
    with pytest.raises(EncodeError) as found:
        encode(spec, f"sample.arms.{name}", {"kind": kind, "body": None})
    with pytest.raises(ValueError) as told:
        getattr(arms, name)(kind=kind, body=None).encode()
    assert told.value.code == found.value.code == REFUSED[name, kind]  # type: ignore[attr-defined]
    assert told.value.path == found.value.path  # type: ignore[attr-defined]


USE = """
from arms_sdk.arms import Lines, Octets, Sums, Vectors
values = [Octets(kind=1, more=0, body=None), Vectors(kind=1, body=None), Lines(kind="A", body=None)]
Sums(kind=1, body=None)
body = Vectors.decode(b"").body
if body is not None and not isinstance(body, int):
    body.a + 1
"""


@pytest.mark.slow
def test_the_types_say_so(tmp_path: Path) -> None:
    for path, text in generate_python(specification(TEXT), "sample.arms", vectors={}).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / "use.py").write_text(USE, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "arms_sdk", "use.py"]
    typed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert typed.returncode == 0, typed.stdout[-3000:]
