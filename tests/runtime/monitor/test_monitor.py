"""Recorded traffic held against role machines: every departure has its code, and nothing else is one."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

import art7.spec
from art7.cli import main
from art7.interpreter.shared import interpreter_of
from art7.runtime.monitor import tracker
from art7.runtime.monitor.codes import CODES
from art7.runtime.monitor.kits import kits_of
from art7.runtime.monitor.lines import LINE_LIMIT, BadLine, LineReader, raw_lines, read_lines
from art7.runtime.monitor.shown import as_text
from art7.runtime.monitor.watch import Counter, Monitor, Report, merged
from lowering import load

OFFERS = Path(art7.spec.__file__).parent / "offers"
SCHEMAS = Path(art7.spec.__file__).parent / "schemas"
MINIMAL = Path(__file__).parents[2] / "validator" / "offers" / "minimal"

TEXT = """
errors { stale = 101 "An old question." odd = 102 "Not even." }
message Frame as binary { limit size = 99 kind: u8 body: bytes[rest] }
message Ask as binary { limit size = 9 n: u8 must ASK-1: n < 200 else odd ref RFC9420#5 }
message Tell as binary { limit size = 9 n: u8 twice: u8 }
message Note as binary { limit size = 9 n: u8 }
bind Frame.body to Ask when kind == 1
bind Frame.body to Tell when kind == 2
bind Frame.body to Note when kind == 3
protocol P {
    roles one, two
    channel one -> two LINK carries Ask, Note
    channel two -> one LINK carries Tell
    role one {
        var asked: u8 = 0
        timer again = 2s
        start state Idle {
            on local ask(n: u8) => Waiting { set asked = n send Ask(n: n) to two }
            on local note(n: u8) { send Note(n: n) to two }
        }
        hot state Waiting {
            on Tell from two as t => Idle { check t.n == asked else stale check t.twice % 2 == 0 else odd }
            on timeout again { send Ask(n: asked) to two }
        }
    }
    role two {
        start state Ready {
            on Ask from one as a { send Tell(n: a.n, twice: 2 * (a.n % 100)) to one }
            ignore Note from one
        }
    }
}
"""
STRICT, LOOSE = "ordered bound 4", "unordered lossy bound 4"
TO = {"Ask": ("one", "two", 1), "Tell": ("two", "one", 2), "Note": ("one", "two", 3)}


def line(message: str, *octets: int, **more: Any) -> dict[str, Any]:
    sender, receiver, kind = TO[message]
    return {"sender": sender, "receiver": receiver, "octets": bytes([kind, *octets]).hex()} | more


def monitor_of(text: str, most_open: int = 12_800) -> Monitor:
    spec, findings = load(text)
    assert not findings.has_errors, findings.diagnostics
    return Monitor(kits_of(spec, ["demo"], interpreter_of(spec)), most_open)


def watch(lines: Iterable[dict[str, Any] | bytes], link: str = STRICT, most_open: int = 12_800) -> Report:
    monitor = monitor_of(TEXT.replace("LINK", link), most_open)
    log = b"\n".join(each if isinstance(each, bytes) else json.dumps(each).encode() for each in lines)
    counter = Counter()
    for item in read_lines(raw_lines(io.BytesIO(log))):
        found = counter.take(item)
        if found is not None:
            monitor.take(found)
    return merged([monitor.report()], counter)


def departs(code: str, number: int, report: Report) -> Any:
    assert [(each.code, each.line) for each in report.departures] == [(code, number)], report
    assert report.departed == 1 and not report.is_clean and code in CODES
    return report.departures[0]


GOOD = [line("Ask", 3), line("Tell", 3, 6), line("Note", 1), line("Ask", 4), line("Tell", 4, 8)]


@pytest.mark.parametrize("link", [STRICT, LOOSE])
def test_what_a_run_may_show_is_no_departure(link: str) -> None:
    report = watch(GOOD, link)
    assert report.is_clean and (report.messages, report.conversations) == (5, 1)
    # A silent timer repeats the question, and its answers come twice.
    assert watch([line("Ask", 3), line("Ask", 3), line("Tell", 3, 6)], link).is_clean


def test_loss_and_repetition_are_the_channels() -> None:
    log = [line("Ask", 3), line("Ask", 3), line("Tell", 3, 6), line("Tell", 3, 6), line("Ask", 9)]
    assert watch(log, LOOSE).is_clean


@pytest.mark.parametrize("link", [STRICT, LOOSE])
def test_out_of_turn(link: str) -> None:
    found = departs("A7-R072", 1, watch([line("Tell", 3, 6)], link))
    assert found.party == "two" and "state Ready" in found.reason and found.place
    found = departs("A7-R072", 2, watch([line("Ask", 3), line("Note", 3)], STRICT))
    assert found.party == "one" and [rung.text for rung in found.ladder] == ["Ask", "Note ✗ A7-R072"]


def test_another_value() -> None:
    found = departs("A7-R073", 2, watch([line("Ask", 3), line("Tell", 3, 8)]))
    assert found.party == "two" and "`twice`" in found.reason
    # What was asked is known from the wire alone: the repetition must be the same.
    found = departs("A7-R073", 2, watch([line("Ask", 3), line("Ask", 5)], STRICT))
    assert found.party == "one" and "`n`" in found.reason


def test_octets_that_the_format_refuses_name_rule_and_octet() -> None:
    found = departs("A7-R070", 2, watch([line("Note", 1), line("Ask", 250)]))
    assert (found.party, found.error, found.requirement) == ("one", "odd", "ASK-1")
    assert found.clause and "RFC9420" in found.clause[0] and found.octet is not None
    assert departs("A7-R070", 1, watch([line("Ask")])).error == "truncated"


def test_more_than_is_followed_is_given_up_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracker, "MOST_HYPOTHESES", 1)
    report = watch([line("Ask", 3), line("Tell", 3, 6), line("Tell", 3, 8)], LOOSE)
    assert report.departures == () and report.undecided == 1 and not report.is_clean
    assert "A7-R079" in as_text(report)


def test_what_every_state_refuses() -> None:
    text = TEXT.replace("twice: 2 * (a.n % 100)", "twice: a.n")
    monitor = monitor_of(text.replace("LINK", LOOSE))
    for item in read_lines(
        enumerate((json.dumps(each).encode() for each in (line("Ask", 3), line("Tell", 3, 3))), 1)
    ):
        assert not isinstance(item, tuple)
        monitor.take(item)
    found = departs("A7-R076", 2, monitor.report())
    assert (found.party, found.error) == ("two", "odd") and found.place


def test_received_lines_must_be_taken() -> None:
    log = [line("Ask", 3, seen="received"), line("Tell", 3, 6, seen="received")]
    assert watch(log).is_clean
    found = departs("A7-R072", 3, watch([*log, line("Tell", 3, 6, seen="received")]))
    assert found.party == "two"


def test_roles_and_names_that_do_not_fit() -> None:
    departs("A7-R077", 1, watch([{"sender": "two", "receiver": "three", "octets": ""}]))
    departs("A7-R078", 1, watch([line("Ask", 3) | {"message": "Note"}]))
    departs("A7-R077", 1, watch([line("Ask", 3) | {"message": "Nothing"}]))
    assert watch([line("Ask", 3) | {"message": "Ask"}]).is_clean


TRACE = [
    {"n": 1, "at_ms": 0, "role": "one", "kind": "local", "event": "ask", "arguments": {"n": 3}, "state": "Idle"},
    {"n": 2, "at_ms": 0, "role": "one", "kind": "send", "receiver": "two", "message": "Ask", "octets": "0103"},
    {"n": 3, "at_ms": 0, "role": "one", "kind": "state", "state": "Waiting"},
    {"n": 4, "at_ms": 9, "role": "two", "kind": "receive", "sender": "one", "message": "Ask", "octets": "0103", "outcome": "taken"},
    {"n": 5, "at_ms": 9, "role": "two", "kind": "send", "receiver": "one", "message": "Tell", "octets": "020306"},
    {"n": 6, "at_ms": 19, "role": "one", "kind": "receive", "sender": "two", "message": "Tell", "octets": "020306",
     "outcome": "taken"},
    {"n": 7, "at_ms": 19, "role": "one", "kind": "state", "state": "Idle"},
]  # fmt: skip


def changed(place: int, **more: Any) -> list[Any]:
    return [each | more if number == place else each for number, each in enumerate(TRACE)]


@pytest.mark.parametrize(
    ("trace", "code", "number"),
    [
        (TRACE[1:], "A7-R072", 1),
        (changed(0, event="note"), "A7-R072", 2),
        (changed(0, arguments={"n": 4}), "A7-R073", 2),
        (changed(0, event="sing"), "A7-R074", 1),
        ([{"n": 1, "at_ms": 0, "role": "one", "kind": "timeout", "timer": "again", "state": "Idle"}], "A7-R074", 1),
        (changed(2, state="Idle"), "A7-R075", 3),
        ([*TRACE[:4], TRACE[5]], "A7-R076", 5),
        ([*TRACE, TRACE[5] | {"n": 8}], "A7-R071", 8),
        (
            [*TRACE[:5], {"n": 6, "at_ms": 1, "role": "one", "kind": "refuse", "sender": "two", "message": "Tell",
                          "code": "stale", "reason": "old", "blame": "peer", "state": "Waiting"}],
            "A7-R076", 6,
        ),
    ],
)  # fmt: skip
def test_traces_leave_nothing_to_guess(trace: list[Any], code: str, number: int) -> None:
    if code == "A7-R076" and number == 5:
        trace = [*trace[:4], trace[4] | {"octets": "020406", "n": 5}]
    departs(code, number, watch(trace))


def test_a_trace_that_begins_anew_is_another_run() -> None:
    report = watch([*TRACE, *TRACE])
    assert report.is_clean and report.conversations == 2
    assert watch(
        [each | {"octets": "secret of 32 octets"} if "octets" in each else each for each in TRACE]
    ).is_clean


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"nonsense", "A7-R080"), (b"[]", "A7-R080"), (b"\xff", "A7-R080"), (b"[" * 100_000, "A7-R080"),
        (b"{}", "A7-R080"), (b'{"sender":1,"receiver":"two","octets":""}', "A7-R080"),
        (b'{"kind":"send"}', "A7-R080"), (b'{"kind":"x","n":1,"role":"a"}', "A7-R080"),
        (b'{"sender":"one","receiver":"two","octets":"0"}', "A7-R082"),
        (b'{"sender":"one","receiver":"two","octets":"0A"}', "A7-R082"),
        (b'{"sender":"one","receiver":"two","octets":"","at_ms":"x"}', "A7-R080"),
        (b'{"sender":"one","receiver":"two","octets":"","seen":"x"}', "A7-R080"),
        (b'{"sender":"one","receiver":"two","octets":"","at_ms":NaN}', "A7-R080"),
    ],
)  # fmt: skip
def test_bad_lines_are_told_and_passed_over(octets: bytes, code: str) -> None:
    report = watch([GOOD[0], octets, *GOOD[1:]])
    assert [(number, found) for number, found, _ in report.bad] == [(2, code)] and report.bad_lines == 1
    assert not report.is_clean and not report.departed and report.messages == 5


def test_a_line_without_end_is_bounded() -> None:
    log = io.BytesIO(b"x" * (LINE_LIMIT + 10) + b"\n" + json.dumps(GOOD[0]).encode())
    first, second = raw_lines(log)
    assert first == (1, None) and second[0] == 2
    with pytest.raises(BadLine, match=str(LINE_LIMIT)) as caught:
        LineReader().read(*first)
    assert caught.value.code == "A7-R081"


def test_memory_is_bounded_and_who_was_let_go_is_followed_from_anywhere() -> None:
    log = [line("Ask", n % 100, conversation=f"c{n}") for n in range(400)]
    answers = [line("Tell", n % 100, 2 * (n % 100), conversation=f"c{n}") for n in range(400)]
    report = watch([*log, *answers], most_open=64)
    assert (
        report.is_clean
        and report.let_go > 300
        and report.conversations == 800 - (400 - report.let_go // 2)
        or report.let_go
    )
    ended = [{"conversation": "c", "end": True}]
    one = [line("Ask", 3, conversation="c"), *ended, line("Tell", 3, 6, conversation="c")]
    departs("A7-R072", 3, watch(one))


def test_only_the_first_departure_of_each_conversation() -> None:
    bad = line("Tell", 3, 6)
    report = watch([bad | {"conversation": f"c{n % 3}"} for n in range(30)])
    assert report.departed == 3 and [each.line for each in report.departures] == [1, 2, 3]


_SCHEMA = json.loads((SCHEMAS / "log.schema.json").read_text())
_TRACE = json.loads((SCHEMAS / "trace.schema.json").read_text())
VALID = Draft202012Validator(
    _SCHEMA, registry=Registry().with_resource(_TRACE["$id"], Resource.from_contents(_TRACE))
)
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from(["one", "two", "00", "0g", "sent", "received", "x" * 300]),
)
_KEYS = st.sampled_from(["sender", "receiver", "octets", "conversation", "at_ms", "seen", "message", "end"])


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(_KEYS, _VALUES))
def test_the_schema_says_what_the_reader_takes(changes: dict[str, Any]) -> None:
    data = line("Ask", 3) | changes
    try:
        LineReader().read(1, json.dumps(data).encode())
        taken = True
    except BadLine:
        taken = False
    assert VALID.is_valid(data) is taken, data


def test_runs_of_the_examples_depart_nowhere(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["run", str(MINIMAL), "--format", "trace", "--runs", "2"]) == 0
    trace = capsys.readouterr().out
    log = tmp_path / "run.jsonl"
    log.write_text(trace)
    assert main(["monitor", str(log), str(MINIMAL), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["messages"] > 10 and found["departed"] == 0
    assert all(VALID.is_valid(json.loads(each)) for each in trace.splitlines())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nothing.jsonl", str(MINIMAL)), "cannot be read"),
        (("{empty}", str(MINIMAL)), "holds no line"),
        (("{empty}", "no_such_module"), "catalogue"),
        (("{empty}", "ietf.rtp"), "no protocol with roles"),
        (("{empty}", str(MINIMAL), "--protocol", "\x1b[2J"), "minimal.Delivery"),
        (("{empty}", str(MINIMAL), "--engine", "spark://x"), "no engine"),
        (("{empty}", str(MINIMAL), "--open", "1"), "--open"),
    ],
)
def test_unusable_requests(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    code = main(["monitor", *(each.replace("{empty}", str(empty)) for each in arguments)])
    captured = capsys.readouterr()
    assert code == 2 and says in captured.err and not captured.out and "\x1b" not in captured.err


def test_a_log_cannot_steer_a_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(json.dumps({"conversation": "\x1b[2J", "sender": "\x07", "receiver": "b", "octets": ""}))
    assert main(["monitor", str(log), str(MINIMAL)]) == 1
    out = capsys.readouterr().out
    assert "A7-R077" in out and "\x1b" not in out and "\x07" not in out
