"""Vectors of role machines: runs from the start, played by the interpreter and by the generated adapter."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import corpus
from art7.codegen.json_schema import vectors_schema
from art7.codegen.project import generate_python
from art7.codegen.replay.adapter import ProcessAdapter
from art7.codegen.replay.builtin import InterpreterAdapter
from art7.codegen.replay.files import VectorFile
from art7.codegen.replay.run import replay
from art7.codegen.vectors.generate import generate_vectors, vector_file_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from built import specification

TEXT = """a7 1
module sample.bell version 1.0 "Ringing."

errors { too_loud = 501 "Louder than ten." }

message Ring as json { limit size = 60  limit depth = 2  loud: u8  mark: hex[4] }
message Heard as json { limit size = 60  limit depth = 2  loud: u8 }
message Noise as json { limit size = 60  limit depth = 2 }

protocol Bell "One rings, one hears." {
    roles caller, callee
    channel caller -> callee bound 4 carries Ring, Noise
    channel callee -> caller bound 4 carries Heard, Noise

    role caller {
        var tries: u8 = 0
        timer patience = 5s
        start state Idle {
            on local ring(loud: u8) => Ringing {
                check loud <= 10 else too_loud
                set tries = tries + 1
                send Ring(loud: loud, mark: random(4)) to callee
                start patience
            }
            defer Heard from callee
        }
        hot state Ringing {
            on Heard from callee as h when h.loud < 200 => Idle { stop patience }
            on timeout patience => Idle
            ignore Noise from callee
        }
    }
    role callee {
        start state Listening {
            on Ring from caller as r { send Heard(loud: r.loud) to caller }
        }
    }
    scenario one "One ring." {
        caller local ring(loud: 3)
        caller local ring(loud: 11)
    }
}
"""


@pytest.fixture(scope="module")
def spec() -> Specification:
    return specification(TEXT)


@pytest.fixture(scope="module")
def made(spec: Specification) -> dict[str, Any]:
    return {path: c for path, c in generate_vectors(spec).items() if c["kind"] == "role"}


def files_of(made: dict[str, Any]) -> list[VectorFile]:
    return [VectorFile(path, c["type"], c["kind"], tuple(c["vectors"])) for path, c in made.items()]


def adapter_of(spec: Specification, name: str, folder: Path) -> ProcessAdapter:
    files = generate_python(spec, name, vectors={})
    package = next(path for path in files if path.endswith("/adapter.py")).partition("/")[0]
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    run = f"runpy.run_module({package + '.adapter'!r}, run_name='__main__')"
    code = f"import runpy, sys; sys.path.insert(0, {str(folder)!r}); {run}"
    return ProcessAdapter([sys.executable, "-c", code], 20.0)


def test_a_role_has_a_file_of_runs(made: dict[str, Any]) -> None:
    assert set(made) == {"sample.bell/Bell.caller.json", "sample.bell/Bell.callee.json"}
    for content in made.values():
        jsonschema.Draft202012Validator(vectors_schema()).validate(json.loads(vector_file_text(content)))
    caller = made["sample.bell/Bell.caller.json"]
    assert caller["type"] == "sample.bell.Bell.caller" and caller["uncovered"] == []
    first = caller["vectors"][0]
    ring, heard, refused = first["value"]["steps"]
    sent, timer = ring["effects"]
    assert (ring["outcome"], ring["state"]) == ("taken", "Ringing")
    mark = first["params"]["random"][0]
    assert json.loads(bytes.fromhex(sent["bytes"])) == {"loud": 3, "mark": mark}
    assert (sent["send"], sent["to"]) == ("sample.bell.Ring", "callee")
    assert timer == {"start": "patience", "milliseconds": 5000}
    assert heard == {"outcome": "taken", "effects": [{"stop": "patience"}], "state": "Idle"}
    assert refused == {"outcome": "refused", "effects": [{"fail": "too_loud"}], "state": "Idle"}


def test_every_kind_of_outcome_is_shown(made: dict[str, Any]) -> None:
    steps = [s for c in made.values() for v in c["vectors"] for s in v["value"]["steps"]]
    assert {step["outcome"] for step in steps} >= {"taken", "refused", "deferred"}
    fails = {effect["fail"] for step in steps for effect in step["effects"] if "fail" in effect}
    assert {"too_loud", "unexpected_event", "bad_json"} <= fails


def test_both_executions_play_them(spec: Specification, made: dict[str, Any], tmp_path: Path) -> None:
    for adapter in (InterpreterAdapter(spec), adapter_of(spec, "sample.bell", tmp_path)):
        report = replay(files_of(made), adapter)
        assert report.clean, list(report.failures())[:3]
        assert report.counts()["unsupported"] == 0 and report.counts()["passed"] >= 8


def test_another_effect_or_state_is_found(spec: Specification, made: dict[str, Any]) -> None:
    for change in ("state", "effects", "outcome"):
        wrong = json.loads(json.dumps(made))
        step = wrong["sample.bell/Bell.caller.json"]["vectors"][0]["value"]["steps"][0]
        step[change] = [] if change == "effects" else "Other"
        report = replay(files_of(wrong), InterpreterAdapter(spec))
        (failure,) = report.failures()
        assert failure.vector == 1 and "another value" in failure.message


def test_wrong_requests_are_refused_or_unsupported(spec: Specification, tmp_path: Path) -> None:
    adapter = adapter_of(spec, "sample.bell", tmp_path)
    name, ring = "sample.bell.Bell.caller", {"local": "ring", "values": {"loud": 3}}
    try:
        assert adapter.ask({"id": 1, "op": "step", "type": "sample.bell.Bell.other"})["unsupported"] is True
        described = adapter.ask({"id": 2, "op": "describe"})["value"]
        assert "step" in described["ops"] and name in described["types"]
        for place, params in enumerate(({}, {"events": [{"what": 1}]}, {"events": [1]}, {"events": 7}), 3):
            assert adapter.ask({"id": place, "op": "step", "type": name, "params": params})["ok"] is False
        short = adapter.ask({"id": 9, "op": "step", "type": name, "params": {"events": [ring], "random": []}})
        assert short["value"]["steps"][0]["effects"] == [{"fail": "out_of_range"}]
    finally:
        adapter.close()


@pytest.mark.slow
def test_the_roles_of_an_offer(tmp_path: Path) -> None:
    folder = corpus.REPOSITORY / "spec" / "art7" / "spec" / "offers" / "examplechat" / "modules"
    report = Report()
    spec = load_sources({path.name: path.read_bytes() for path in sorted(folder.glob("*.a7"))}, report)
    assert not report.has_errors
    roles = {path: c for path, c in generate_vectors(spec).items() if c["kind"] == "role"}
    taken = sum(len(c["vectors"]) for c in roles.values())
    assert len(roles) >= 8 and taken > 80
    played = replay(files_of(roles), adapter_of(spec, "examplechat", tmp_path))
    assert played.clean and played.counts()["passed"] == taken, list(played.failures())[:3]
