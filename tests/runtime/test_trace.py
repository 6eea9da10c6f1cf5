"""Traces: equal for equal seeds, in the published form, and without secrets where they must not be."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from jsonschema import Draft202012Validator

import art7.spec
from art7.cli.run_page import run_page
from art7.cli.run_text import run_text
from art7.interpreter.shared import interpreter_of
from art7.runtime.ladder import as_svg, as_text, rungs
from art7.runtime.network import Faults
from art7.runtime.play import Cast, Performance, interpreter_maker, perform, scenarios_of
from art7.runtime.redact import Secrets, redacted, scrubbed, spellings
from art7.runtime.scenario import as_mapping
from art7.runtime.trace import Entry, Trace
from parties import TEXT, specification

SCENARIO = """
    scenario all {
        one local ask(n: 3)
        one -> two: Ask
        two -> one: Tell
        one local ask(n: 7)
        one local note(n: 2)
        two local go(n: 5)
        one local ask(n: 4)
        one -> two: Ask
        two expect count == 4
    }
}
"""
# `one` takes what `two` sends, and `two` sends a key in the clear: a bad offer, whose trace must still be redacted.
PROTOCOL = (
    TEXT.rstrip()
    .rstrip("}")
    .replace("ignore Tell, Ask from two", "on Tell from two ignore Ask from two")
    .replace("50ms", "5s")
)
STORM = Faults(jitter_ms=300, flip=7)
SCHEMA = Path(art7.spec.__file__).parent / "schemas" / "trace.schema.json"


def played(faults: Faults = STORM, *, sandbox: bool = True, seed: int = 1) -> Performance:
    spec = specification(PROTOCOL + SCENARIO)
    [(module, protocol, scenario)] = scenarios_of(spec, ["demo"])
    interpreter = interpreter_of(spec)
    make = interpreter_maker(spec, interpreter)
    cast = Cast("interpreter", {role.name: make for role in protocol.roles})
    return perform(
        spec, interpreter, module, protocol, scenario, cast, faults=faults, seed=seed, sandbox=sandbox
    )


def test_the_small_protocol_plays_every_kind_of_entry() -> None:
    kinds = {entry.kind for seed in (1, 2) for entry in played(seed=seed).trace.entries}
    wanted = {"local", "timeout", "send", "receive", "refuse", "resume", "decode", "derive", "state"}
    assert kinds == wanted


@pytest.mark.parametrize("sandbox", [True, False])
def test_every_line_has_the_published_form(sandbox: bool) -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    lines = played(sandbox=sandbox).trace.lines().splitlines()
    assert [json.loads(line)["n"] for line in lines] == list(range(1, len(lines) + 1))
    for line in lines:
        assert not list(validator.iter_errors(json.loads(line))), line
    entry = json.loads(lines[0])
    assert not validator.is_valid({**entry, "surprise": 1}) and not validator.is_valid(
        {**entry, "kind": "guess"}
    )


CHILD = """
import sys
sys.path[:0] = {paths!r}
from test_trace import played
print(played().outcome.trace_digest)
"""


def test_equal_seeds_give_equal_traces_whatever_the_hash_seed() -> None:
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "support")]
    digests = {played().outcome.trace_digest}
    for hash_seed in ("4711",):
        run = subprocess.run(
            [sys.executable, "-c", CHILD.format(paths=paths)],
            env={**os.environ, "PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        digests.add(run.stdout.strip())
    assert len(digests) == 1
    assert played(seed=2).outcome.trace_digest not in digests


# ---- secrets -------------------------------------------------------------------------------------------------


def secrets_of(run: Performance) -> set[bytes]:
    """Every secret that the open trace names."""
    entries: list[Any] = [entry.data for entry in run.trace.entries if entry.kind == "derive"]
    named = [each for data in entries for each in (*data["inputs"], *data["steps"])]
    found = {bytes.fromhex(each["value"]) for each in named if each["secret"]}
    tells = [e.data for e in run.trace.entries if e.kind == "send" and e.data["message"] == "demo.Tell"]
    found |= {bytes.fromhex(str(data["octets"]))[2:] for data in tells}
    return {value for value in found if any(value)}


def in_five_spellings(secret: bytes) -> list[str]:
    return [
        secret.hex(),
        base64.b64encode(secret).decode().rstrip("="),
        base64.urlsafe_b64encode(secret).decode().rstrip("="),
        ", ".join(map(str, secret)),
        quote_from_bytes(secret),
        repr(secret)[2:-1],
    ]


def shown(run: Performance) -> str:
    """Everything that `art7 run` can print of a run."""
    parts = [
        run.trace.lines(), json.dumps(as_mapping(run.outcome)), run_text([run], ladder=True), run_page("t", [run]),
        as_text(run.roles, run.trace.entries), as_svg("t", run.roles, run.trace.entries),
    ]  # fmt: skip
    return "\n".join(parts)


@pytest.mark.parametrize("seed", (1, 2))
def test_no_secret_is_shown_when_redacted(seed: int) -> None:
    secrets = secrets_of(played(seed=seed))
    open_text, hidden = shown(played(seed=seed)), shown(played(seed=seed, sandbox=False))
    assert len(secrets) >= 5
    for secret in secrets:
        assert secret.hex() in open_text
        assert not [each for each in in_five_spellings(secret) if each.lower() in hidden.lower()]
    assert "secret of 32 octets" in hidden


def test_redaction_changes_nothing_but_what_is_shown() -> None:
    one, other = played(), played(sandbox=False)
    assert [(e.kind, e.role, e.at_ms) for e in one.trace.entries] == [
        (e.kind, e.role, e.at_ms) for e in other.trace.entries
    ]
    assert redacted(b"x" * 32) == redacted(b"x" * 32) != redacted(b"y" * 32)


def test_a_secret_is_found_in_every_spelling_and_inside_other_octets() -> None:
    secret = bytes(range(200, 232))
    secrets = Secrets()
    for value in (secret, bytes(32), b"short", 7):
        secrets.add(value)
    assert secrets.values == {secret}
    for each in spellings(secret):
        assert each not in scrubbed(f"<{each}>", secrets.replacements())
    trace = Trace(sandbox=False)
    trace.add(
        0, "a", "send", octets=(b"id" + base64.b64encode(secret)).hex(), value={"x": [f"got {secret!r}"]}
    )
    trace.conceal(secrets)
    assert "\\xc8" not in trace.lines() and base64.b64encode(secret).hex() not in trace.lines()
    assert trace.lines().count("secret of 32 octets") == 2


# ---- the ladder ----------------------------------------------------------------------------------------------


def test_a_ladder_fits_a_hundred_columns_and_says_what_it_cuts() -> None:
    trace = Trace()
    steps: list[Any] = [{"name": f"long_name_{n}", "secret": False, "value": 1} for n in range(20)]
    trace.add(5, "gatekeeper", "derive", schedule="a.b.Steps", inputs=[], steps=steps)
    about: dict[str, Any] = {"message_number": 1, "octets": "", "made_of": "x", "value": None}
    trace.add(7, "a", "send", receiver="b", message="m." + "Long" * 20, network=["lost"], **about)
    trace.add(9, "b", "local", event="ring\x1b[2J\n\u202eme", arguments={}, state="s")
    for roles in (
        ("a", "b", "gatekeeper"),
        ("b", "a", "gatekeeper"),
        ("a", "b", "c", "d", "e", "f", "gatekeeper"),
    ):
        text = as_text(roles, trace.entries)
        assert max(map(len, text.splitlines())) <= 100
        assert text.count("…") >= 2 and "\x1b" not in text and "\u202e" not in text
        assert len(text.splitlines()) == 4


def test_a_picture_escapes_what_it_shows() -> None:
    entry = Entry(1, 0, "<a>", "local", {"event": "</text><script>x</script>", "arguments": {}, "state": "s"})
    picture = as_svg("<t>", ["<a>"], [entry])
    assert "<script" not in picture and "&lt;script" in picture and "<a>" not in picture


def test_a_ladder_tells_what_was_set_aside_and_refused() -> None:
    texts = [rung.text for seed in (1, 2) for rung in rungs(played(seed=seed).trace.entries)]
    for told in (
        "Ask deferred",
        "Ask, deferred before: taken",
        "Ask, deferred before: refused",
        "refused: A7-R022",
    ):
        assert any(told in text for text in texts), told
