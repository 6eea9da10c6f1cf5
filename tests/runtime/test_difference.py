"""Traces compared: planted mistakes are named, on the side that made them; hostile files end in a finding."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from art7.cli import main
from art7.grammar.catalogue import catalogue_text
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from art7.interpreter.schedules import Trace, run_schedule
from art7.runtime.difference import derivations as files
from art7.runtime.difference.compare import Comparison, compare
from art7.runtime.difference.derivations import Derivation, read_derivations

MLS, X3DH, SRTP, OTR = "ietf.mls_keys", "signal.x3dh", "ietf.srtp_keys", "otr.content"
EPOCH = {
    "suite": 1,
    "group_context": b"context",
    "init_secret": bytes(range(32)),
    "commit_secret": bytes(range(1, 33)),
    "psk_secret": bytes(range(2, 34)),
}
PSK = {"suite": 1, "id": b"id", "index": 1, "count": 3, "psk_secret": bytes(32), "psk": bytes(range(32))}
TREE = {"suite": 1, "label": "key", "generation": 7, "length": 16, "secret": bytes(range(32))}
SEND = {
    "hash": "sha256",
    "info": b"WhisperText",
    "length": 64,
    "identity_private": bytes(range(1, 33)),
    "base_private": bytes(range(2, 34)),
    "peer_identity": b"\5" + bytes(range(3, 35)),
    "peer_signed_pre_key": b"\5" + bytes(range(4, 36)),
    "peer_pre_key": b"\5" + bytes(range(5, 37)),
}

PLANTED = [
    # wrong label
    (MLS, "EpochSecrets", EPOCH, "'joiner'", "'join'", "joiner_secret", "wrong label"),
    (MLS, "EpochSecrets", EPOCH, "'joiner'", "'epoch'", "joiner_secret", "wrong label"),
    (MLS, "EpochSecrets", EPOCH, "'MLS 1.0 ' ++ label", "'MLS ' ++ label", "joiner_secret", "wrong label"),
    (MLS, "EpochSecrets", EPOCH, "'sender data'", "'sender_data'", "sender_data_secret", "wrong label"),
    (MLS, "EpochSecrets", EPOCH, "'confirm'", "'confirmation'", "confirmation_key", None),
    (MLS, "EpochSecrets", EPOCH, "'exporter'", "'Exporter'", "exporter_secret", "wrong label"),
    # wrong byte order
    (MLS, "EpochSecrets", EPOCH, "info: u16be(length)", "info: u16le(length)", "joiner_secret", "wrong byte order"),
    (MLS, "DeriveTreeSecret", TREE, "u32be(generation)", "u32le(generation)", "out", "wrong byte order"),
    (X3DH, "Send", SEND, "last(public, 32)", "reverse(last(public, 32))", "first_part", "wrong byte order"),
    # swapped roles
    (
        MLS,
        "EpochSecrets",
        EPOCH,
        "salt: init_secret,\n        ikm: commit_secret",
        "salt: commit_secret, ikm: init_secret",
        "extracted",
        "swapped roles",
    ),
    (
        X3DH,
        "Send",
        SEND,
        "agree(identity_private, peer_signed_pre_key)",
        "reverse(agree(base_private, peer_identity))",
        "first_part",
        None,
    ),
    (X3DH, "Send", SEND, "(base_private, peer_identity)", "(identity_private, peer_identity)", "second_part", "swapped roles"),
    (X3DH, "Send", SEND, "first_part ++ second_part", "second_part ++ first_part", "material", "swapped roles"),
    # off-by-one counter
    (MLS, "PskStep", PSK, "u16be(index)", "u16be(index + 1)", "psk_input", "off-by-one counter"),
    (MLS, "PskStep", PSK, "u16be(count)", "u16be(count - 1)", "psk_input", "off-by-one counter"),
    (MLS, "DeriveTreeSecret", TREE, "u32be(generation)", "u32be(generation + 1)", "out", "off-by-one counter"),
    # missing length prefix
    (MLS, "EpochSecrets", EPOCH, "mls_vector(context)", "context", "joiner_secret", "missing length prefix"),
    (
        MLS,
        "EpochSecrets",
        EPOCH,
        "mls_vector(utf8('MLS 1.0 ' ++ label))",
        "utf8('MLS 1.0 ' ++ label)",
        "joiner_secret",
        "missing length prefix",
    ),
    (MLS, "EpochSecrets", EPOCH, "info: u16be(length)", "info: x''", "joiner_secret", "missing length prefix"),
    # their neighbours
    (MLS, "PskStep", PSK, "id ++ u16be(index)", "u16be(index)", "psk_input", "missing part"),
    (MLS, "PskStep", PSK, "id ++ u16be(index)", "utf8(hex(id)) ++ u16be(index)", "psk_input", "text in the place of octets"),
    (MLS, "EpochSecrets", EPOCH, "1..3 then 'sha256'", "1..3 then 'sha3_256'", "extracted", "wrong primitive"),
]  # fmt: skip
"""Module, schedule, inputs, the text and what is planted in its place, the value it shows at, the mistake (None: not named)."""


@cache
def specification(module: str, old: str = "", new: str = "") -> Specification:
    found = catalogue_text(module)
    assert found is not None
    text = found[1].decode()
    assert old in text
    report = Report()
    loaded = load_sources({found[0]: text.replace(old, new) if old else text}, report)
    assert not report.has_errors, list(report.errors())
    return loaded


def trace(spec: Specification, module: str, schedule: str, values: dict[str, Any]) -> bytes:
    """What a program that follows `spec` writes: one derivation in the vector format."""
    _, found = next((m, s) for m in [module] for s in spec.modules[m].schedules if s.name.endswith(schedule))
    params = {param.name for param in found.params}
    kept = Trace()
    run_schedule(
        spec,
        f"{module}.{schedule}",
        {name: value for name, value in values.items() if name not in params},
        {name: value for name, value in values.items() if name in params},
        trace=kept,
    )
    steps = [{"name": step.name, "value": shown(step.value)} for step in kept.steps]
    return json.dumps({"schedule": f"{module}.{schedule}", "steps": steps}).encode()


def shown(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def compared(left: bytes, right: bytes, spec: Specification | None) -> Comparison:
    report = Report()
    found = compare(read_derivations("l", left, report), read_derivations("r", right, report), spec)
    assert not report.has_errors, list(report.errors())
    return found


@pytest.mark.parametrize("is_left", [False, True], ids=["right", "left"])
@pytest.mark.parametrize(
    ("module", "schedule", "values", "old", "new", "name", "mistake"),
    PLANTED,
    ids=[f"{row[1]}-{index}" for index, row in enumerate(PLANTED)],
)
def test_planted(
    module: str,
    schedule: str,
    values: dict[str, Any],
    old: str,
    new: str,
    name: str,
    mistake: str | None,
    is_left: bool,
) -> None:
    """The first value that differs is the planted one, the side that made it is told, and its mistake is named."""
    good = specification(module)
    right = trace(good, module, schedule, values)
    wrong = trace(specification(module, old, new), module, schedule, values)
    found = compared(wrong, right, good) if is_left else compared(right, wrong, good)
    first = found.differences[0]
    guilty, other = (first.left, first.right) if is_left else (first.right, first.left)
    assert (first.schedule, first.name) == (f"{module}.{schedule}", name)
    assert (guilty.judgement.verdict, other.judgement.verdict) == ("not as specified", "as specified")
    named = [each.mistake for each in guilty.judgement.explanations]
    assert named[:1] == ([] if mistake is None else [mistake])
    assert not other.judgement.explanations


def test_equal() -> None:
    good = specification(MLS)
    octets = trace(good, MLS, "EpochSecrets", EPOCH)
    found = compared(octets, octets, good)
    assert found.is_equal and found.values > 15 and found.derivations == 1


def test_what_follows_is_no_mistake() -> None:
    """A value that only follows from another that differs is counted, not judged wrong."""
    good = specification(MLS)
    wrong = trace(specification(MLS, "'joiner'", "'join'"), MLS, "EpochSecrets", EPOCH)
    found = compared(trace(good, MLS, "EpochSecrets", EPOCH), wrong, good)
    assert [each.name for each in found.differences] == ["joiner_secret"]
    assert found.consequences > 10


def test_two_mistakes() -> None:
    """A second mistake, behind the first, is found by the values of the side that made it."""
    text = specification(MLS)
    found = catalogue_text(MLS)
    assert found is not None
    twice = found[1].decode().replace("'joiner'", "'join'").replace("'exporter'", "'Exporter'")
    wrong = trace(load_sources({found[0]: twice}, Report()), MLS, "EpochSecrets", EPOCH)
    result = compared(trace(text, MLS, "EpochSecrets", EPOCH), wrong, text)
    assert [each.name for each in result.differences] == ["joiner_secret", "exporter_secret"]


def test_inputs_are_given() -> None:
    """An input that differs is nobody's derivation."""
    good = specification(MLS)
    left = trace(good, MLS, "EpochSecrets", EPOCH)
    right = trace(good, MLS, "EpochSecrets", {**EPOCH, "psk_secret": bytes(32)})
    found = compared(left, right, good)
    assert [(each.name, each.left.judgement.verdict) for each in found.differences] == [
        ("psk_secret", "given")
    ]


def test_cut_at_the_wrong_place() -> None:
    good = specification("signal.ratchet")
    name = next(
        s.name for s in good.modules["signal.ratchet"].schedules if any(hasattr(x, "parts") for x in s.steps)
    )
    schedule = next(s for s in good.modules["signal.ratchet"].schedules if s.name == name)
    parts = next(step.parts for step in schedule.steps if hasattr(step, "parts"))
    given = {each.name: bytes(range(1, 33)) for each in schedule.inputs}
    octets = trace(good, "signal.ratchet", name.rpartition(".")[2], given)
    rows = json.loads(octets)
    values = {row["name"]: row for row in rows["steps"]}
    values[parts[1].name]["value"] = values[parts[0].name]["value"]
    found = compared(octets, json.dumps(rows).encode(), good)
    assert found.differences[0].right.judgement.explanations[0].mistake == "cut at the wrong place"


def test_concealed_values_are_compared_not_judged() -> None:
    good = specification(MLS)
    left = json.loads(trace(good, MLS, "EpochSecrets", EPOCH))
    for row in left["steps"]:
        row["value"] = (
            f"secret of 32 octets {row['value']}" if isinstance(row["value"], str) else row["value"]
        )
    right = json.loads(json.dumps(left))
    changed = next(row for row in right["steps"] if row["name"] == "joiner_secret")
    changed["value"] += "0"
    found = compared(json.dumps(left).encode(), json.dumps(right).encode(), good)
    assert [(each.name, each.left.judgement.verdict) for each in found.differences] == [
        ("joiner_secret", "not known")
    ]


def test_without_a_specification_only_the_place_is_told() -> None:
    good = specification(MLS)
    left = trace(good, MLS, "EpochSecrets", EPOCH)
    right = left.replace(json.loads(left)["steps"][-1]["value"].encode(), b"00")
    found = compared(left, right, None)
    assert [each.right.judgement.verdict for each in found.differences] == ["not known"]
    assert found.unknown == {f"{MLS}.EpochSecrets"}


HOSTILE = [
    b"",
    b"[]",
    b"{",
    b"null",
    b'{"schedule": 1, "steps": []}',
    b'{"schedule": "a", "steps": {}}',
    b'{"schedule": "a", "steps": [1]}',
    b'{"schedule": "a", "steps": [{"name": 1, "value": 2}]}',
    b'{"vectors": [{"steps": [null]}]}',
    b'{"vectors": 3}',
    b"\xff\xfe",
    b"[" * 10_000,
    b'{"kind":"derive","schedule":3}\n{"kind":"derive"}\n',
]


@pytest.mark.parametrize("octets", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_files(octets: bytes) -> None:
    report = Report()
    assert read_derivations("x", octets, report) == []
    assert {each.code for each in report.errors()} == {"A7-R060"}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_files(data: st.DataObject) -> None:
    """Whatever stands in the values: a comparison, or a finding."""
    rows = json.loads(TRACE)
    row = data.draw(st.sampled_from(rows["steps"]))
    row["value"] = data.draw(
        st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=5), st.lists(st.integers()))
    )
    report = Report()
    right = read_derivations("r", json.dumps(rows).encode(), report)
    compare(read_derivations("l", TRACE, report), right, GOOD)


GOOD = specification(MLS)
TRACE = trace(GOOD, MLS, "PskStep", PSK)


def test_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FILE_LIMIT", 10)
    report = Report()
    assert read_derivations("x", TRACE, report) == []
    assert [each.code for each in report.errors()] == ["A7-R061"]
    monkeypatch.setattr(files, "FILE_LIMIT", 1 << 20)
    monkeypatch.setattr(files, "DERIVATIONS", 2)
    line = json.dumps({"kind": "derive", **json.loads(TRACE)}).encode() + b"\n"
    report = Report()
    assert len(read_derivations("x", line * 5, report)) == 2
    assert [each.code for each in report.errors()] == ["A7-R061"]


def test_pairs_follow_role_and_order() -> None:
    one = Derivation("m.S", "a", "line 1", {"x": 1})
    other = Derivation("m.S", "b", "line 2", {"x": 2})
    found = compare([one, other, one], [other, one], None)
    assert found.derivations == 2 and not found.differences
    assert found.only == [("left", "m.S", "line 1")]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["diff", *arguments])
    return code, capsys.readouterr().out


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = trace(specification(MLS, "u16be(index)", "u16be(index + 1)"), MLS, "PskStep", PSK)
    (tmp_path / "ours.json").write_bytes(TRACE)
    (tmp_path / "theirs.json").write_bytes(wrong)
    ours, theirs = os.fspath(tmp_path / "ours.json"), os.fspath(tmp_path / "theirs.json")
    code, text = run(capsys, ours, theirs)
    assert code == 1
    assert "the first value that differs: psk_input" in text
    assert "off-by-one counter: `index` counts one more" in text
    assert "RFC9420" in text and "1 more value differs because of these" in text
    code, text = run(capsys, ours, theirs, "--format", "json")
    assert (
        code == 1
        and json.loads(text)["differences"][0]["right"]["judgement"]["verdict"] == "not as specified"
    )
    assert run(capsys, ours, ours)[0] == 0
    assert run(capsys, ours, os.fspath(tmp_path / "none.json"))[0] == 2
    (tmp_path / "bad.json").write_text("{}")
    code, text = run(capsys, ours, os.fspath(tmp_path / "bad.json"))
    assert code == 1 and "A7-R060" in text


@pytest.mark.parametrize("form", ["text", "json"])
def test_secrets_are_told_apart_and_not_shown(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The values of two programs may be keys that protect something; logs are read by many."""
    wrong = trace(specification(MLS, "u16be(index)", "u16be(index + 1)"), MLS, "PskStep", PSK)
    (tmp_path / "ours.json").write_bytes(TRACE)
    (tmp_path / "theirs.json").write_bytes(wrong)
    (tmp_path / "mine.json").write_text(
        '{"schedule": "my.Own", "steps": [{"name": "k", "value": "%s"}]}' % ("ab" * 16)
    )
    (tmp_path / "your.json").write_text(
        '{"schedule": "my.Own", "steps": [{"name": "k", "value": [7, "secret text"]}]}'
    )
    for left, right in (("ours.json", "theirs.json"), ("mine.json", "your.json")):
        files = [os.fspath(tmp_path / name) for name in (left, right)]
        _, text = run(capsys, *files, "--format", form)
        _, shown = run(capsys, *files, "--format", form, "--sandbox")
        values = re.findall(r"[0-9a-f]{32,}|secret text", shown)
        assert values and not any(value[:24] in text for value in values)
        assert len(set(re.findall("secret of [0-9]+ octets, sha256 [0-9a-f]{8}", text))) == 2


def test_hostile_names_are_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a file says never reaches a terminal as it is."""
    for name, value in (("l.json", "\x1b[31m"), ("r.json", "\x1b[32m")):
        entry = {"schedule": "m\x1b[2J.S", "steps": [{"name": "n\x1b[1m", "value": value}]}
        (tmp_path / name).write_text(json.dumps(entry))
    code, text = run(capsys, os.fspath(tmp_path / "l.json"), os.fspath(tmp_path / "r.json"))
    assert code == 1 and "\x1b" not in text
