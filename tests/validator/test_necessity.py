"""What flows do without: fields are taken away one by one, and what comes true all the same is a question, no breach."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest
from small_offer import small_offer

from art7.cli import necessity
from art7.cli.necessity import necessity_exhibits
from art7.cli.offers import read_for_rules
from art7.grammar.diagnostics import Report
from art7.grammar.ir.module import Specification
from art7.grammar.load import load_sources
from art7.interpreter.shared import interpreter_of
from art7.runtime.necessity import BlankingCodec, Watch, play_without
from art7.runtime.play import Performance, scenarios_of
from art7.validator.assess import Judgement, assess
from art7.validator.evidence import Evidence, Exhibit
from art7.validator.offer import Offer
from art7.validator.output.view import view

MINIMAL = Path(__file__).parents[1] / "validator" / "offers" / "minimal"
ON = date(2026, 11, 1)

MODULE = """a7 1
module talk version 1.0

struct Name as json {
    limit size = 200
    nick: text[2..20]
}

message Card as json {
    limit size = 400
    who: Name
    others: Name[0..4]
}

message Hello as json {
    limit size = 400
    body: text[1..40]
    age: u8
    note?: text[1..40]
    tight: text[3] must T-1: matches(tight, 'abc') else bad_tight
}

errors { bad_tight = 700 "Another text." }

protocol Talk {
    roles ann, bob
    channel ann -> bob ordered bound 1 carries Hello
    role ann {
        start state Idle {
            on local say => Done {
                send Hello(body: 'hi', age: 30, note: 'n', tight: 'abc') to bob
            }
        }
        final state Done {}
    }
    role bob {
        var inbox: text = ''
        start state Idle { on Hello from ann as h => Done { set inbox = h.body } }
        final state Done {}
    }
    scenario one {
        ann local say
        ann -> bob: Hello
        bob expect inbox == 'hi'
    }
}
"""


@cache
def talk() -> Specification:
    report = Report()
    loaded = load_sources({"talk.a7": MODULE}, report)
    assert not report.has_errors, [str(each) for each in report.errors()]
    return loaded


def played(removed: str | None) -> tuple[Performance, Watch]:
    found = scenarios_of(talk(), ["talk"])[0]
    return play_without(talk(), interpreter_of(talk()), found, removed, 7)


def test_a_flow_tells_what_it_carries() -> None:
    performance, watch = played(None)
    assert performance.outcome.passed
    assert watch.carried == {f"talk.Hello.{name}" for name in ("body", "age", "note", "tight")}


def test_fields_of_records_inside_are_taken_away_too() -> None:
    watch = Watch("talk.Name.nick")
    octets = BlankingCodec(interpreter_of(talk()), watch).encode(
        "talk.Card", {"who": {"nick": "ann"}, "others": [{"nick": "bob"}]}
    )
    assert (
        b"ann" not in octets
        and b"bob" not in octets
        and watch.blanked == 1
        and "talk.Card.others" in watch.carried
    )


@pytest.mark.parametrize(
    ("name", "passes"),
    [("Hello.body", False), ("Hello.age", True), ("Hello.note", True)],
)
def test_what_is_looked_at_is_needed(name: str, passes: bool) -> None:
    performance, watch = played(f"talk.{name}")
    assert watch.blanked == 1 and watch.kept == 0
    assert performance.outcome.passed is passes


def test_a_field_that_cannot_be_blank_is_kept_and_that_is_known() -> None:
    performance, watch = played("talk.Hello.tight")
    assert performance.outcome.passed and (watch.blanked, watch.kept) == (0, 1)


@cache
def offer() -> Offer:
    read = read_for_rules(str(MINIMAL), Report())
    assert read is not None
    return read


def test_every_datum_and_measure_has_its_exhibit() -> None:
    found = {each.subject: each for each in necessity_exhibits(offer())}
    assert list(found) == [
        "data:minimal.Envelope.sender", "data:minimal.Envelope.recipient", *list(found)[2:-1], "measure:M-1",
    ]  # fmt: skip
    sender = found["data:minimal.Envelope.sender"]
    assert sender.outcome == "inconclusive" and "came true with a blank" in sender.detail
    assert "docs/measures.md#m-1" in found["measure:M-1"].detail
    assert found["data:ip_address"].outcome == "inconclusive"
    assert tuple(found.values()) == tuple(necessity_exhibits(offer()))


def test_runs_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(necessity, "MOST_RUNS", 3)
    found = {each.subject: each for each in necessity_exhibits(offer())}
    assert found["data:minimal.Envelope.sender"].detail == "not tried: 3 runs are the most of one assessment"


def judged(duty: str, *exhibits: Exhibit) -> Judgement:
    found = assess(small_offer(""), ON, Evidence(exhibits))
    return next(each for each in found.judgements if each.obligation.id == duty)


def test_what_is_not_shown_is_argued_and_never_a_breach() -> None:
    open_ = Exhibit("necessity", "data:minimal.Envelope.sender", "inconclusive", "came true")
    shown = Exhibit("necessity", "data:minimal.Envelope.recipient", "passed", "fails")
    assert judged("O-32").verdict == "met"
    assert judged("O-32", shown).verdict == "met"
    found = judged("O-32", open_, shown)
    assert found.verdict == "argued" and found.exhibits == (open_, shown)
    assert found.reason == ("1 of 2 are not shown to be necessary by the flows: minimal.Envelope.sender")
    measure = Exhibit("necessity", "measure:M-1", "inconclusive", "came true")
    assert "M-1" in judged("O-35", measure).reason and judged("O-32", measure).verdict == "met"


def test_the_gatekeeper_is_asked_what_it_is_needed_for() -> None:
    open_ = Exhibit("necessity", "data:minimal.Envelope.sender", "inconclusive", "came true")
    shown = view(assess(small_offer(""), ON, Evidence((open_,))))
    asked = [each for each in shown["questions"] if "minimal.Envelope.sender" in each["text"]]
    assert (
        len(asked) == 1 and asked[0]["obligations"] == ["O-32"] and "strictly necessary" in asked[0]["text"]
    )
