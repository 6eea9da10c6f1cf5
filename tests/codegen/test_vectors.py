"""Vectors: made the same on every run, as the schema says, and both executions agree on every one."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from art7.codegen.json_schema import vectors_schema
from art7.codegen.json_schema.messages import generate_json_schema
from art7.codegen.project import generate_python
from art7.codegen.replay.adapter import ProcessAdapter
from art7.codegen.replay.builtin import InterpreterAdapter
from art7.codegen.replay.files import VectorFile, read_vectors
from art7.codegen.replay.run import replay
from art7.codegen.vectors.generate import generate_vectors, vector_file_text
from art7.grammar.catalogue import catalogue_modules, catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from built import specification

TEXT = """a7 1
module sample.small version 1.0 "Small forms." ref RFC9999

errors { bad_kind = 501  bad_body = 502 }
enum Kind: u8 closed { text = 1  blob = 2 }

message Frame as binary {
    limit size = 600
    kind: Kind
    size: u16 = octets(body)
    body: bytes within size
    must F-01: count(body) != 3 else bad_body
    must F-02: kind != 2 or count(body) > 0 else bad_kind
}

message Note as json {
    limit size = 600
    limit depth = 6
    kind: text
    select kind { 'a' => { left: u8 }  'b' => { right?: text[1..4] }  otherwise => reject bad_kind }
    must N-01: absent(left) or left < 200 else bad_body
}

schedule Step "One step." {
    input root: secret[32] "The root."
    derive block: secret[64] = hkdf_expand_sha256(prk: root, info: utf8('step'), length: 64)
    split block into chain: secret[32], message: secret[32]
    output chain, message
    erase root, block
}

vectors Frame {
    accept x'01 0002 aabb' as { kind: 1 } "Two octets."
    refuse x'03 0000' with unknown_value "No such kind."
}
"""


@pytest.fixture(scope="module")
def spec() -> Specification:
    return specification(TEXT)


@pytest.fixture(scope="module")
def made(spec: Specification) -> dict[str, Any]:
    return generate_vectors(spec)


def files_of(made: dict[str, Any]) -> list[VectorFile]:
    report = Report()
    files = [read_vectors(path, vector_file_text(content).encode(), report) for path, content in made.items()]
    assert not report.diagnostics
    return [file for file in files if file is not None]


def test_files_follow_the_published_schema(made: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(vectors_schema())
    validator = jsonschema.Draft202012Validator(vectors_schema())
    assert set(made) == {"sample.small/Frame.json", "sample.small/Note.json", "sample.small/Step.json"}
    for content in made.values():
        validator.validate(json.loads(vector_file_text(content)))
        ids = [vector["id"] for vector in content["vectors"]]
        assert ids == list(range(1, len(ids) + 1))


def test_every_rule_error_and_branch_is_reached(made: dict[str, Any]) -> None:
    assert [row for content in made.values() for row in content["uncovered"]] == []
    frame = made["sample.small/Frame.json"]["vectors"]
    broken = {vector.get("requirement") for vector in frame if vector["result"] == "invalid"}
    assert {"F-01", "F-02"} <= broken
    errors = Counter(vector.get("error") for vector in frame)
    assert {"truncated", "trailing_data", "unknown_value", "bad_body", "bad_kind", "too_large"} & set(errors)
    kinds = {vector["value"]["kind"] for vector in frame if vector["result"] == "valid"}
    assert kinds == {1, 2}
    note = made["sample.small/Note.json"]["vectors"]
    assert {vector["value"]["kind"] for vector in note if vector["result"] == "valid"} == {"a", "b"}
    lefts = {vector["value"].get("left") for vector in note if vector["result"] == "valid"}
    assert {0, None} <= lefts


def test_declared_vectors_come_first(made: dict[str, Any]) -> None:
    first = made["sample.small/Frame.json"]["vectors"][:2]
    assert [vector["flags"][0] for vector in first] == ["declared", "declared"]
    assert [vector["result"] for vector in first] == ["valid", "invalid"]


def test_a_schedule_shows_every_step(made: dict[str, Any]) -> None:
    vectors = made["sample.small/Step.json"]["vectors"]
    assert [step["name"] for step in vectors[0]["steps"]] == ["root", "block", "chain", "message"]
    assert {vector.get("error") for vector in vectors} >= {None, "too_short", "too_long", "missing_field"}


def test_the_same_on_every_run(spec: Specification, made: dict[str, Any]) -> None:
    again = generate_vectors(spec)
    assert [vector_file_text(content) for content in again.values()] == [
        vector_file_text(c) for c in made.values()
    ]


def test_the_interpreter_passes_as_an_adapter(spec: Specification, made: dict[str, Any]) -> None:
    report = replay(files_of(made), InterpreterAdapter(spec))
    assert report.clean, list(report.failures())[:3]


def test_the_generated_adapter_passes(spec: Specification, made: dict[str, Any], tmp_path: Path) -> None:
    assert run_generated(spec, "sample.small", made, tmp_path) > 30


def run_generated(spec: Specification, name: str, made: dict[str, Any], folder: Path) -> int:
    """Replay vectors against the generated package's adapter; returns how many passed, fails on any other."""
    files = generate_python(spec, name, vectors={})
    package = next(path for path in files if path.endswith("/adapter.py")).partition("/")[0]
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    run = f"runpy.run_module({package + '.adapter'!r}, run_name='__main__')"
    code = f"import runpy, sys; sys.path.insert(0, {str(folder)!r}); {run}"
    report = replay(files_of(made), ProcessAdapter([sys.executable, "-c", code], 20.0))
    assert report.clean, list(report.failures())[:3]
    assert report.counts()["unsupported"] == 0
    return report.counts()["passed"]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(catalogue_modules()))
def test_both_executions_agree_on_the_catalogue(name: str, tmp_path: Path) -> None:
    found = catalogue_text(name)
    assert found is not None
    report = Report()
    spec = load_sources({found[0]: found[1]}, report)
    assert not report.has_errors
    made = generate_vectors(spec, [name])
    if any(content["vectors"] for content in made.values()):
        run_generated(spec, name, made, tmp_path)


def test_json_schemas_take_what_the_codec_takes(spec: Specification, made: dict[str, Any]) -> None:
    files = generate_json_schema(spec)
    assert list(files) == ["sample.small.Note.schema.json"]
    schema = json.loads(files["sample.small.Note.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    for vector in made["sample.small/Note.json"]["vectors"]:
        if vector["result"] == "valid":
            jsonschema.validate(json.loads(bytes.fromhex(vector["bytes"])), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"kind": 1}, schema)
