"""Replay: whatever an adapter does, a request ends with a verdict."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from art7.codegen.replay.adapter import AdapterFailure, ProcessAdapter
from art7.codegen.replay.files import load_vectors, read_vectors
from art7.codegen.replay.run import ReplayReport, replay
from art7.codegen.replay.values import difference, same, to_json
from art7.grammar.diagnostics import Report

LOOP = "import json,sys,time,os\nfor line in sys.stdin:\n    r = json.loads(line)\n    "


def program(body: str) -> list[str]:
    return [sys.executable, "-c", LOOP + body]


def file(*vectors: dict[str, Any], kind: str = "message") -> dict[str, Any]:
    rows = [{"id": place, "comment": "", "flags": [], **vector} for place, vector in enumerate(vectors, 1)]
    return {
        "format": "art7-vectors",
        "version": 1,
        "module": "m",
        "type": "m.T",
        "kind": kind,
        "vectors": rows,
        "uncovered": [],
    }


VALID = {"result": "valid", "bytes": "01", "value": {"a": 1}}
INVALID = {"result": "invalid", "bytes": "02", "error": "bad", "requirement": "X-1", "offset": 0}


def run(body: str, *vectors: dict[str, Any], kind: str = "message", timeout: float = 5.0) -> ReplayReport:
    report = Report()
    read = read_vectors("v.json", json.dumps(file(*vectors, kind=kind)).encode(), report)
    assert read is not None, report.diagnostics
    return replay([read], ProcessAdapter(program(body), timeout))


GOOD = (
    "b = r.get('bytes')\n"
    "    if r['op'] == 'encode': out = {'ok': True, 'bytes': '01'}\n"
    "    elif b == '01': out = {'ok': True, 'value': {'a': 1, 'left_out': None}}\n"
    "    elif b == '02': out = {'ok': False, 'error': 'bad', 'requirement': 'X-1', 'offset': 0}\n"
    "    else: out = {'unsupported': True}\n"
    "    print(json.dumps({'id': r['id'], **out}), flush=True)"
)


def test_a_good_adapter_passes() -> None:
    report = run(GOOD, VALID, INVALID)
    assert report.counts() == {"passed": 3, "failed": 0, "unsupported": 0, "not-run": 0}
    assert report.clean


def test_unsupported_is_declared_and_no_failure() -> None:
    report = run(GOOD, VALID, {"result": "valid", "bytes": "ff"})
    assert report.counts()["unsupported"] == 1
    assert report.clean


@pytest.mark.parametrize(
    ("vector", "message"),
    [
        ({"result": "invalid", "bytes": "01", "error": "bad"}, "taken, must be refused"),
        ({"result": "invalid", "bytes": "02", "error": "other"}, "refused with `bad`"),
        ({**INVALID, "offset": 1}, "another offset"),
        ({**INVALID, "requirement": "X-2"}, "another requirement"),
        ({"result": "valid", "bytes": "02"}, "must be taken"),
        ({"result": "valid", "bytes": "01", "value": {"a": 2}, "flags": ["decode-only"]}, "`a`"),
        ({"result": "valid", "bytes": "05", "value": {"a": 2}, "flags": []}, "encoded to 01"),
    ],
)
def test_a_difference_is_told(vector: dict[str, Any], message: str) -> None:
    failed = [o for o in run(GOOD, vector).outcomes if o.status == "failed"]
    assert len(failed) == 1
    assert message in failed[0].message


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("time.sleep(60)", "timeout"),
        ("sys.exit(3)", "crash"),
        ("os._exit(0)", "crash"),
        ("print('not json', flush=True)", "junk"),
        ("print('[]', flush=True)", "junk"),
        ("print(json.dumps({'id': -1, 'ok': True}), flush=True)", "junk"),
        ("print(json.dumps({'id': True, 'ok': True}), flush=True)", "junk"),
        ("print(json.dumps({'id': r['id']}), flush=True)", "junk"),
        ("print(json.dumps({'id': r['id'], 'ok': False}), flush=True)", "junk"),
        ("print('[' * 100000, flush=True)", "junk"),
        ("print('9' * 10000, flush=True)", "junk"),
        ("sys.stdout.buffer.write(b'\\xff\\n'); sys.stdout.flush()", "junk"),
        ("os.close(1); time.sleep(60)", "crash"),
    ],
)
def test_a_bad_adapter_fails_and_never_hangs(body: str, kind: str) -> None:
    started = time.monotonic()
    report = run(body, VALID, INVALID, timeout=0.7)
    assert time.monotonic() - started < 8
    assert not report.clean
    assert all(outcome.status in ("failed", "not-run") for outcome in report.outcomes)
    assert any(outcome.message.startswith(kind) for outcome in report.outcomes)


def test_an_endless_line_is_cut() -> None:
    adapter = ProcessAdapter(program("[sys.stdout.write('x' * 65536) for _ in iter(int, 1)]"), 20.0)
    with pytest.raises(AdapterFailure) as failure:
        adapter.ask({"id": 1, "op": "describe"})
    assert failure.value.kind == "junk"


def test_a_request_that_is_never_read_times_out() -> None:
    adapter = ProcessAdapter([sys.executable, "-c", "import time; time.sleep(60)"], 0.5)
    with pytest.raises(AdapterFailure) as failure:
        adapter.ask({"id": 1, "op": "decode", "bytes": "00" * 400_000})
    assert failure.value.kind == "timeout"


def test_exit_code_127_means_cannot_run() -> None:
    report = run("sys.exit(127)", VALID)
    assert report.cannot_run is not None and "127" in report.cannot_run
    assert {outcome.status for outcome in report.outcomes} == {"not-run"}


def test_no_such_program() -> None:
    adapter = ProcessAdapter(["/nonexistent/program"])
    with pytest.raises(AdapterFailure) as failure:
        adapter.ask({"id": 1, "op": "describe"})
    assert failure.value.kind == "cannot-run"


def test_an_adapter_is_started_again_but_not_for_ever() -> None:
    report = run("sys.exit(1)", *[VALID] * 8)
    statuses = [outcome.status for outcome in report.outcomes]
    assert statuses.count("not-run") >= 4
    assert "failed" in statuses


def test_steps_of_a_schedule_name_the_first_that_differs() -> None:
    body = (
        "print(json.dumps({'id': r['id'], 'ok': True, 'value': {}, 'steps': "
        "[{'name': 'a', 'value': '00'}, {'name': 'b', 'value': '01'}]}), flush=True)"
    )
    vector = {"result": "valid", "steps": [{"name": "a", "value": "00"}, {"name": "b", "value": "ff"}]}
    report = run(body, vector, kind="schedule")
    assert "`b`" in report.outcomes[0].message


def test_vector_files_are_refused_with_a_place(tmp_path: Path) -> None:
    for name, text in {
        "a.json": "{",
        "b.json": "{}",
        "c.json": '{"format": "x", "format": "y"}',
        "d.json": "[" * 1000,
        "e.json": json.dumps({**file(VALID), "extra": 1}),
        "f.json": json.dumps(file({"result": "invalid", "bytes": "00"})),
    }.items():
        (tmp_path / name).write_text(text)
    report = Report()
    assert load_vectors(tmp_path, report) == []
    assert [d.code for d in report.diagnostics] == [
        "A7-D204",
        "A7-D205",
        "A7-D204",
        "A7-D204",
        "A7-D205",
        "A7-D205",
    ]
    assert all(d.span.line >= 1 for d in report.diagnostics)


def test_values_in_json() -> None:
    value = {"b": b"\x00\xff", "big": 1 << 60, "small": 5, "none": None, "f": float("inf"), "l": [(1, b"")]}
    found = to_json(value)
    assert found == {"b": "00ff", "big": str(1 << 60), "small": 5, "f": "inf", "l": [[1, ""]]}
    assert same(found, {**found, "none": None})
    assert same({"a": 1 << 60}, {"a": str(1 << 60)})
    assert not same({"a": 1}, {"a": "1"})
    assert not same({"a": True}, {"a": 1})
    assert difference({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}) == "a[1].b"


def test_folders_that_hold_no_readable_vectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def codes() -> list[str]:
        report = Report()
        assert load_vectors(tmp_path, report) == []
        assert all(found.help for found in report.diagnostics)
        return [found.code for found in report.diagnostics]

    assert codes() == ["A7-D201"]
    (tmp_path / "a.json").write_text("{}")
    monkeypatch.setattr("art7.codegen.replay.files.FILE_LIMIT", 1)
    assert codes() == ["A7-D202"]
    monkeypatch.setattr("art7.codegen.replay.files.FILES_LIMIT", 0)
    assert codes() == ["A7-D202"]
    monkeypatch.undo()

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert codes() == ["A7-D203"]
