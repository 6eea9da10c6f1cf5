"""The example offer, played by generated code and by the interpreter: they take the same course, event by event."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from art7.cli.runs import UnknownScenario, performances
from art7.interpreter.shared import interpreter_of
from art7.runtime.endpoint import Refusal
from art7.runtime.interpreted import InterpreterCodec
from art7.runtime.layers import layers_of
from art7.runtime.network import Faults
from art7.runtime.play import compared
from art7.runtime.simulator import carried_by, outermost
from example_offers import GOOD, read
from parties import Parties, done, parties, plain
from staging import stages

STORM = Faults(loss=200, duplicate=80, jitter_ms=400)
SEED = 3
OFFER = read(GOOD)
PROTOCOLS = [p for name in sorted(OFFER.own_modules) for p in OFFER.specification.modules[name].protocols]
ROLES = [(protocol.name, role.name) for protocol in PROTOCOLS for role in protocol.roles]


@pytest.fixture(scope="module")
def cast() -> Iterator[Parties]:
    with parties(OFFER.specification) as found:
        yield found


Event = tuple[Any, ...]


@pytest.fixture(scope="module")
def runs() -> dict[tuple[str, str], list[list[tuple[str, Event]]]]:
    """(protocol, role) → for each scenario, what the role was given in a good run, and in which state."""
    found: dict[tuple[str, str], list[list[tuple[str, Event]]]] = {}
    codec = InterpreterCodec(interpreter_of(OFFER.specification))
    layers = layers_of(OFFER.specification)
    for stage in stages(OFFER):
        for role in stage.protocol.roles:
            found.setdefault((stage.protocol.name, role.name), []).append([])
        for entry in stage.play(Faults(), SEED).trace.entries:
            data: Any = entry.data
            event: Event
            if entry.kind == "receive":
                carried = carried_by(stage.protocol.channels, data["sender"], entry.role)
                [outer] = outermost(layers, carried)
                event = ("receive", *layers.open(outer, bytes.fromhex(data["octets"]), codec), data["sender"])
            elif entry.kind == "local":
                event = ("local", data["event"], data["arguments"])
            elif entry.kind == "timeout":
                event = ("timeout", data["timer"])
            else:
                continue
            found[stage.protocol.name, entry.role][-1].append((data["state"], event))
    return found


@pytest.fixture(scope="module")
def samples(
    runs: dict[tuple[str, str], list[list[tuple[str, Event]]]],
) -> dict[tuple[str, str], dict[str, list[Event]]]:
    """(protocol, role) → state → events that the role was given there in good runs."""
    found: dict[tuple[str, str], dict[str, list[Event]]] = {}
    for key, scenarios in runs.items():
        for state, event in (each for scenario in scenarios for each in scenario):
            found.setdefault(key, {}).setdefault(state, []).append(event)
    return found


def events_of(cast: Parties, protocol: str, role: str, samples: Any) -> list[tuple[Any, ...]]:
    """Every message that can reach the role, every timer, every local event: of each at least one."""
    machine = cast.machine(cast.protocol(protocol), role)
    known = [event for events in samples.get((protocol, role), {}).values() for event in events]
    events: list[tuple[Any, ...]] = [("timeout", timer) for timer, _ in machine.timers]
    events += known
    have = {(event[1], event[3]) for event in known if event[0] == "receive"}
    for channel in cast.protocol(protocol).channels:
        if channel.receiver == role:
            events += [("receive", name, b"\x00", channel.sender) for name in channel.carries]
            events += [
                ("receive", name, other[2], channel.sender)
                for name in channel.carries
                if (name, channel.sender) not in have
                for other in known
                if other[0] == "receive" and other[1] == name
            ]
    events += [("local", event, {}) for event in local_events(machine)]
    return events


def local_events(machine: Any) -> list[str]:
    triggers = [t.trigger for state in machine.states for t in state.transitions if t.trigger.kind == "local"]
    return sorted({name for trigger in triggers for name in trigger.names})


def put(endpoint: Any, state: str) -> None:
    """Place an endpoint in a state, its variables as they are."""
    if endpoint.made_of == "interpreter":
        endpoint._state = endpoint._states[state]
    else:
        endpoint._machine.state = state


@pytest.mark.parametrize(("protocol", "role"), ROLES)
def test_every_event_in_every_state(cast: Parties, samples: Any, protocol: str, role: str) -> None:
    machine = cast.machine(cast.protocol(protocol), role)
    events = events_of(cast, protocol, role, samples)
    pairs = set()
    for state in machine.states:
        one, other = cast.both(role, SEED, protocol)
        for event in events:
            for endpoint in (one, other):
                put(endpoint, state.name)
            first, second = done(one, event), done(other, event)
            assert first[0] == second[0], (state.name, event[:2])
            assert one.state == other.state and plain(one.variables()) == plain(other.variables())
            if isinstance(first[1], Refusal):
                assert one.state == state.name
            pairs.add((state.name, event[1]))
    carried = {n for c in cast.protocol(protocol).channels if c.receiver == role for n in c.carries}
    assert {(state.name, name) for state in machine.states for name in carried} <= pairs


@pytest.mark.parametrize(("protocol", "role"), ROLES)
def test_a_run_with_other_events_between_is_the_same(
    cast: Parties, runs: Any, samples: Any, protocol: str, role: str
) -> None:
    source = random.Random(f"{protocol} {role}")
    events = events_of(cast, protocol, role, samples)
    taken = 0
    for scenario in runs[protocol, role]:
        one, other = cast.both(role, SEED, protocol)
        for _, event in scenario:
            between = [damaged(source, source.choice(events)) for _ in range(source.randrange(3))]
            for each in (*between, damaged(source, event), event):
                first = done(one, each)
                assert first[0] == done(other, each)[0], each[:2]
                assert one.state == other.state, each[:2]
                assert plain(one.variables()) == plain(other.variables()), each[:2]
            taken += not isinstance(first[1], Refusal)
    assert taken


def damaged(source: random.Random, event: Event) -> Event:
    """Return the event, one bit of its octets turned over."""
    if event[0] != "receive" or not event[2]:
        return event
    octets = bytearray(event[2])
    octets[source.randrange(len(octets))] ^= 1 << source.randrange(8)
    return (*event[:2], bytes(octets), event[3])


def test_both_casts_take_the_same_course_in_a_storm(cast: Parties) -> None:
    modules = sorted(OFFER.own_modules)
    played = list(
        performances(OFFER.specification, modules, cast.package, networks=(STORM,), seeds=(1,), wanted=())
    )
    assert len(played) == 2 * len(stages(OFFER))
    assert [each.outcome.failure for each in played] == [None] * len(played)
    for one, other in zip(played[::2], played[1::2], strict=True):
        assert one.cast != other.cast and one.course == other.course and one.course
        made = {str(entry.data["made_of"]) for entry in one.trace.entries if entry.kind == "send"}
        assert made <= {"generated code", "interpreter"}


def test_another_course_is_a_fault_of_ours(cast: Parties) -> None:
    stage = stages(OFFER)[0]
    played = stage.play(Faults(), 1)
    assert compared(played, played) is played
    for course in (played.course[:-1], (*played.course[:4], "?", *played.course[5:])):
        found = compared(replace(played, course=course), played).outcome
        assert found.failure is not None and not found.passed
        assert (found.failure.party, found.failure.code) == ("art7", "A7-R040")
    assert found.failure.entries == (5,)


@pytest.mark.parametrize("name", ["nothing_like_it", "", "text"])
def test_a_scenario_that_there_is_not(cast: Parties, name: str) -> None:
    played = performances(
        OFFER.specification,
        sorted(OFFER.own_modules),
        cast.package,
        networks=(STORM,),
        seeds=(1,),
        wanted=(name,),
    )
    with pytest.raises(UnknownScenario) as error:
        next(played)
    assert error.value.name == name and any(each.endswith(".one_to_one_text") for each in error.value.known)
