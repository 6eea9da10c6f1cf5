"""Role machines: every kind of action, all or nothing, in both executions; and both do the same on the same events."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from art7.runtime.endpoint import (
    DEFER_LIMIT,
    Decoded,
    Deferred,
    Derived,
    Entered,
    Ignored,
    Refusal,
    Resumed,
    StartTimer,
    StopTimer,
    Transmit,
)
from parties import EXECUTIONS, Parties, done, parties, plain, specification


@pytest.fixture(scope="module")
def cast() -> Iterator[Parties]:
    with parties(specification()) as found:
        yield found


@pytest.fixture(params=EXECUTIONS)
def two(request: pytest.FixtureRequest, cast: Parties) -> Any:
    return cast.make(request.param, "two")


def ask(n: int) -> tuple[Any, ...]:
    return "receive", "demo.Ask", bytes([n]), "one"


def note(n: int) -> tuple[Any, ...]:
    return "receive", "demo.Note", bytes([n]), "one"


def stop(n: int) -> tuple[Any, ...]:
    return "receive", "demo.Stop", bytes([n]), "one"


def go(n: int) -> tuple[Any, ...]:
    return "local", "go", {"n": n}


def effects(endpoint: Any, event: tuple[Any, ...]) -> list[Any]:
    found = done(endpoint, event)[1]
    assert isinstance(found, list), found
    return found


def refusal(endpoint: Any, event: tuple[Any, ...]) -> Refusal:
    found = done(endpoint, event)[1]
    assert isinstance(found, Refusal), found
    return found


# ---- one event after the other -------------------------------------------------------------------------------


def test_set_send_and_start(two: Any) -> None:
    sent, started, entered = effects(two, go(5))
    assert isinstance(sent, Transmit) and (sent.message, sent.receiver) == ("demo.Tell", "one")
    assert sent.octets == b"\x05" + two.variables()["key"] and len(sent.octets) == 33
    assert (started, entered) == (StartTimer("t", 50), Entered("Busy"))
    assert (two.state, two.variables()["count"]) == ("Busy", 1)


def test_what_is_learnt_comes_before_what_is_done(two: Any) -> None:
    read, derived, sent = effects(two, ask(3))
    assert isinstance(read, Decoded) and (read.message, read.octets) == ("demo.Ask", b"\x03")
    assert isinstance(derived, Derived) and derived.schedule.endswith("Mix")
    assert [name for name, _, _ in derived.inputs] == ["key", "n"]
    assert [(name, secret) for name, secret, _ in derived.values] == [("inner", True), ("out", True)]
    assert isinstance(sent, Transmit) and sent.octets[1:] == derived.values[1][2] == two.variables()["key"]


def test_a_timer_of_the_state_and_a_stale_one(two: Any) -> None:
    stale = refusal(two, ("timeout", "t"))
    assert (stale.code, stale.blame, two.state) == ("A7-R010", "specification", "Idle")
    effects(two, go(1))
    *_, entered = effects(two, ("timeout", "t"))
    assert entered == Entered("Idle") and two.variables()["count"] == 2
    assert refusal(two, ("timeout", "t")).code == "A7-R010" and two.variables()["count"] == 2
    assert refusal(two, ("timeout", "nobody knows it")).code == "A7-R010"


def test_a_generated_role_names_a_stale_timer_like_any_event_that_it_does_not_expect(cast: Parties) -> None:
    support = cast.package.support
    machine = cast.package.roles["demo.P", "two"](lambda *_: {"out": bytes(32)})
    [fail] = machine.receive(support.TimedOut("t"))
    assert (fail.code, machine.outcome, machine.state) == ("unexpected_event", "refused", "Idle")


def test_the_last_action_that_fails_undoes_the_first(two: Any) -> None:
    found = refusal(two, ask(99))
    assert (found.code, found.blame) == ("too_big", "peer")
    assert [each.message for each in found.learnt if isinstance(each, Decoded)] == ["demo.Ask", "demo.Ask"]
    assert two.variables()["count"] == 0


def test_a_refusal_shows_what_was_derived_before_it(two: Any) -> None:
    found = refusal(two, ask(7))
    assert found.code == "unlucky"
    assert [name for each in found.learnt if isinstance(each, Derived) for name, _, _ in each.values] == [
        "inner",
        "out",
    ]


def test_a_message_that_cannot_be_written_changes_nothing(two: Any) -> None:
    effects(two, go(1))
    key = two.variables()["key"]
    assert refusal(two, go(3)).blame == "self"  # a tag of 3 octets where 32 must stand
    assert (two.state, two.variables()["key"]) == ("Busy", key)
    sent = effects(two, go(32))[0]
    assert sent.octets == b"\x01" + key


def test_an_inner_message_that_cannot_be_read_changes_nothing(two: Any) -> None:
    assert refusal(two, ask(50)).code == "truncated"
    assert two.variables()["last"] == b""


@pytest.mark.parametrize(
    ("event", "code", "blame"),
    [
        (go(0), "too_big", "self"),
        (("local", "come", {}), "A7-R012", "self"),
        (("local", "go", {"m": 1}), "A7-R011", "self"),
        (("local", "go", {}), "A7-R011", "self"),
        (ask(40), "A7-R010", "specification"),
        (stop(1), "A7-R010", "specification"),
        (("receive", "demo.Ask", b"", "one"), "truncated", "peer"),
        (("receive", "demo.Ask", b"\1\2", "one"), "trailing_data", "peer"),
        (("receive", "demo.Note", b"", "one"), "truncated", "peer"),
        (("receive", "demo.Ask", b"\1", "two"), "A7-R010", "specification"),
    ],
)
def test_refusals(two: Any, event: tuple[Any, ...], code: str, blame: str) -> None:
    found = refusal(two, event)
    assert (found.code, found.blame) == (code, blame)


def test_ignored_is_not_taken_but_a_guard_that_holds_comes_first(two: Any) -> None:
    read, ignored = effects(two, note(2))
    assert isinstance(read, Decoded) and ignored == Ignored("demo.Note")
    assert two.variables()["count"] == 0
    [taken] = effects(two, note(1))
    assert isinstance(taken, Decoded) and two.variables()["count"] == 10


# ---- for later -----------------------------------------------------------------------------------------------


def test_deferred_messages_have_their_turn_in_order(two: Any) -> None:
    effects(two, go(1))
    for event in (ask(2), stop(9), ask(3)):
        assert isinstance(effects(two, event)[-1], Deferred)
    found = effects(two, ("timeout", "t"))
    resumed = [each for each in found if isinstance(each, Resumed)]
    assert [(each.message, each.refusal.code if each.refusal else None) for each in resumed] == [
        ("demo.Ask", None), ("demo.Stop", "A7-R010"), ("demo.Ask", None),
    ]  # fmt: skip
    told = [each.octets[0] for each in found if isinstance(each, Transmit) and each.message == "demo.Tell"]
    assert told == [2, 3]
    assert refusal(two, ("timeout", "t")).code == "A7-R010"


def test_one_deferred_message_may_open_the_way_for_another(two: Any) -> None:
    effects(two, go(1))  # Busy, count 1
    effects(two, ask(4))
    found = effects(two, stop(1))  # Done at once, then the Ask leads to Idle
    assert [each for each in found if isinstance(each, Entered)] == [Entered("Done"), Entered("Idle")]
    assert (
        found.index(Entered("Done")) < found.index(Resumed("demo.Ask", "one")) < found.index(Entered("Idle"))
    )
    assert StopTimer("t") in found and two.variables()["count"] == 0


def test_what_is_kept_for_later_is_limited(two: Any) -> None:
    effects(two, go(1))
    for _ in range(DEFER_LIMIT):
        effects(two, ask(2))
    found = refusal(two, ask(2))
    assert (found.code, found.blame) == ("A7-R013", "peer")
    resumed = [each for each in effects(two, ("timeout", "t")) if isinstance(each, Resumed)]
    assert len(resumed) == DEFER_LIMIT


def test_the_machine_of_an_sdk_defers_in_the_same_order(cast: Parties) -> None:
    support = cast.package.support
    machine = cast.package.roles["demo.P", "two"](lambda *_: {"out": bytes(32)})

    def read(name: str, n: int) -> list[Any]:
        message = cast.package.messages[name].decode(bytes([n]))
        return list(machine.receive(support.Received(message, "one", name)))

    machine.receive(support.Local("go", n=1))
    assert read("demo.Ask", 4) == [] and machine.outcome == "deferred"
    names = [type(each).__name__ for each in read("demo.Stop", 1)]
    assert names == ["StopTimer", "StopTimer"] and machine.outcome == "taken" and machine.state == "Idle"
    machine.receive(support.Local("go", n=1))
    for _ in range(machine.WAITING_LIMIT):
        assert read("demo.Ask", 4) == []
    [fail] = read("demo.Ask", 4)
    assert fail.code == "too_many" and len(machine.waiting) == DEFER_LIMIT


# ---- both executions -----------------------------------------------------------------------------------------


def any_event(source: random.Random) -> tuple[Any, ...]:
    n = source.choice((0, 1, 2, 3, 7, 9, 10, 32, 50, 99, 255))
    return source.choice(
        [
            go(n), go(n), ask(n), ask(n), note(n), stop(source.randrange(6)), stop(n), ("timeout", "t"),
            ("timeout", "u"), ("local", "come", {}), ("local", "go", {"n": n, "m": 1}), ("local", "go", {"n": 300}),
            ("receive", source.choice(("demo.Ask", "demo.Note", "demo.Stop")), source.randbytes(n % 4), "one"),
            ("receive", "demo.Tell", bytes(33), "one"),
        ]
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(15))
def test_a_walk_is_the_same_in_both_executions(cast: Parties, seed: int) -> None:
    source = random.Random(seed)
    one, other = cast.both("two", seed)
    visited = set()
    for _ in range(120):
        event = any_event(source)
        assert done(one, event)[0] == done(other, event)[0], event
        assert one.state == other.state, event
        assert plain(one.variables()) == plain(other.variables()), event
        visited.add(one.state)
    assert {"Idle", "Busy"} <= visited
