"""Endpoints on a network: what counts as accepted, timers, damage, and runs that do not end."""

from __future__ import annotations

from typing import Any

import pytest

from art7.interpreter.prepare import Interpreter
from art7.runtime.endpoint import Refusal
from art7.runtime.interpreted import InterpreterCodec, interpreted_endpoint
from art7.runtime.layers import layers_of
from art7.runtime.network import Delivery, Faults
from art7.runtime.show import Shower
from art7.runtime.simulator import EVENT_LIMIT, Seen, Simulator, network_of
from art7.runtime.trace import Trace
from parties import TEXT, specification

SPEC = specification()
TOLD = Seen("one", "two", "demo.Ask")


def simulator(faults: Faults | None = None, text: str = TEXT) -> Simulator:
    spec = SPEC if text == TEXT else specification(text)
    [protocol] = [p for m in spec.modules.values() for p in m.protocols]
    interpreter = Interpreter(spec)
    endpoints = {r.name: interpreted_endpoint(spec, interpreter, r, 1) for r in protocol.roles}
    network = network_of(protocol, faults or Faults(), 1)
    return Simulator(
        protocol,
        endpoints,
        layers_of(spec),
        InterpreterCodec(interpreter),
        network,
        Trace(),
        Shower(spec, True),
    )


def settle(run: Simulator, until_ms: int = 10_000) -> None:
    while run.step(until_ms):
        continue


def entries(run: Simulator, kind: str) -> list[Any]:
    return [entry.data for entry in run.trace.entries if entry.kind == kind]


def test_only_what_is_taken_counts() -> None:
    run = simulator()
    run.local("one", "note", {"n": 2})
    settle(run)
    assert not run.seen and [e["outcome"] for e in entries(run, "receive")] == ["ignored"]
    run.local("one", "ask", {"n": 3})
    settle(run)
    assert run.seen == {TOLD: 1}


def test_a_deferred_message_counts_when_it_has_its_turn() -> None:
    run = simulator()
    run.local("two", "go", {"n": 1})
    run.local("one", "ask", {"n": 3})
    settle(run, 30)
    assert [e["outcome"] for e in entries(run, "receive")] == ["ignored", "deferred"] and not run.seen
    settle(run)
    [resumed] = entries(run, "resume")
    assert run.seen == {TOLD: 1}
    assert (resumed["outcome"], resumed["message"], resumed["message_number"]) == ("taken", "demo.Ask", 2)


def test_a_deferred_message_that_is_refused_in_the_end_is_told() -> None:
    run = simulator()
    run.local("two", "go", {"n": 1})
    run.local("one", "stop", {"n": 9})
    settle(run)
    [resumed] = entries(run, "resume")
    assert (resumed["outcome"], resumed["code"]) == ("refused", "A7-R010") and not run.seen


def test_a_timer_that_was_stopped_or_started_anew_does_not_run_out() -> None:
    run = simulator()
    run.local("two", "go", {"n": 1})
    run.local("one", "stop", {"n": 1})
    settle(run)
    assert run.endpoints["two"].state == "Done" and not entries(run, "timeout")


def test_a_timer_runs_out_when_a_scenario_says_so_and_only_then() -> None:
    run = simulator()
    run.local("two", "go", {"n": 1})
    run.expire("two", "t")
    settle(run)
    assert run.endpoints["two"].state == "Idle" and len(entries(run, "timeout")) == 1


def test_a_local_event_that_is_refused_is_told_and_raised() -> None:
    run = simulator()
    with pytest.raises(Refusal):
        run.local("two", "go", {"n": 0})
    [told] = entries(run, "refuse")
    assert (told["event"], told["code"], told["blame"], told["state"]) == ("go", "too_big", "self", "Idle")
    assert run.history[-1].outcome == "refused"


def test_what_a_party_knew_when_it_refused_is_evidence() -> None:
    run = simulator()
    run.local("one", "ask", {"n": 7})
    settle(run)
    [derived] = entries(run, "derive")
    assert derived["undone"] is True and [step["name"] for step in derived["steps"]] == ["inner", "out"]
    assert [each["name"] for each in derived["inputs"]] == ["key", "n"]


def test_one_bit_of_one_delivery_is_turned_over() -> None:
    run = simulator(Faults(flip=2))
    for n in (3, 4):
        run.local("one", "ask", {"n": n})
    settle(run)
    damaged = [e for e in entries(run, "receive") + entries(run, "refuse") if "flipped" in e]
    [one] = damaged
    sent = next(e for e in entries(run, "send") if e["message_number"] == one["message_number"])
    octet, bit = one["flipped"]
    changed = bytearray.fromhex(sent["octets"])
    changed[octet] ^= 1 << bit
    assert changed.hex() == one["octets"] != sent["octets"]


def test_what_cannot_be_opened_is_refused_with_its_octets() -> None:
    run = simulator()
    run._deliver(Delivery("one", "two", b"\x09", 1))
    run._deliver(Delivery("one", "two", b"", 2))
    run._deliver(Delivery("one", "two", b"\x02" + bytes(33), 3))
    codes = [(e["code"], e["blame"], e["octets"][:2]) for e in entries(run, "refuse")]
    assert codes == [("A7-R022", "peer", "09"), ("truncated", "peer", ""), ("A7-R022", "peer", "02")]


def test_two_messages_that_nothing_tells_apart() -> None:
    text = TEXT.replace("bind Frame.body to Note when kind == 3\n", "")
    run = simulator(text=text)
    run.local("one", "ask", {"n": 3})
    settle(run)
    [told] = entries(run, "refuse")
    assert (told["code"], told["blame"]) == ("A7-R021", "specification")


def test_a_run_that_does_not_end_is_given_up() -> None:
    run = simulator()
    run.events = EVENT_LIMIT
    run.local("one", "ask", {"n": 3})
    with pytest.raises(Refusal) as refusal:
        settle(run)
    assert refusal.value.code == "A7-R020"
