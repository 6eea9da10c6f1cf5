"""The scenarios of `examplechat` come true on a bad network, and fail when one thing in a machine is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from art7.runtime.network import Faults
from art7.runtime.scenario import Failure, describe
from example_offers import GOOD, Edit, edited, read, write
from staging import Stage, stages

CALM = Faults()
STORM = Faults(loss=250, duplicate=50, jitter_ms=400, partition_ms=(500, 3500))
SEEDS = range(1, 11)


@cache
def good() -> dict[str, Stage]:
    return {stage.scenario.name: stage for stage in stages(read(GOOD))}


NAMES = sorted(good())


# ---- good networks and bad ones ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_comes_true_on_a_calm_network(name: str) -> None:
    outcome = good()[name].play(CALM, 1).outcome
    assert outcome.failure is None
    assert outcome.lost == outcome.reordered == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_comes_true_in_a_storm(name: str) -> None:
    outcomes = [good()[name].play(STORM, seed).outcome for seed in SEEDS]
    assert [outcome.failure for outcome in outcomes] == [None] * len(SEEDS)
    lossy = any(channel.lossy for channel in good()[name].protocol.channels)
    assert (sum(outcome.lost for outcome in outcomes) > 0) is lossy


@pytest.mark.parametrize("name", NAMES)
def test_equal_seeds_give_equal_traces(name: str) -> None:
    one, other = (good()[name].play(STORM, 3).outcome.trace_digest for _ in range(2))
    assert one == other


def test_other_seeds_give_other_keys() -> None:
    digests = {good()["one_to_one_text"].play(CALM, seed).outcome.trace_digest for seed in (1, 2, 3)}
    assert len(digests) == 3


# ---- damage on the wire --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "variable", "meant"),
    [
        ("one_to_one_text", "inbox", {"initiator": "Hello, and welcome", "responder": "Hello from another service"}),
        ("one_to_one_file", "file", {"initiator": b"", "responder": bytes.fromhex("89504e470d0a1a0a0000000d49484452")}),
    ],
)  # fmt: skip
def test_a_damaged_message_never_shows_something_wrong(
    name: str, variable: str, meant: dict[str, str | bytes]
) -> None:
    stage = good()[name]
    deliveries = stage.play(CALM, 5).outcome.messages
    refused = 0
    for delivery in range(1, deliveries + 1):
        for position in (5 + delivery, 31 + delivery * 37):
            run = stage.play_damaged(delivery, position, bit=(delivery + position) % 8, seed=5)
            assert run.happened
            refused += run.refused
            for role, right in meant.items():
                assert run.variables[role][variable] in (right, type(right)()), (delivery, position)
    assert refused >= deliveries


def test_without_damage_the_control_passes() -> None:
    run = good()["one_to_one_text"].play_damaged(10_000, 0, 0, seed=5)
    assert (run.happened, run.failure, run.refused) == (False, None, False)


# ---- one thing wrong in a machine ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """An edit of one module that must break scenarios, on this network, at a step that matches."""

    module: str
    old: str
    new: str
    breaks: tuple[str, ...]
    step: str
    network: Faults = CALM
    section: str = ""
    code: str = "A7-R036"
    role: str = "responder"
    """The rule that is named, and the role in whose machine it shows."""

    def edit(self) -> Edit:
        """The edit, of the first place below `section`."""
        file = f"modules/{self.module}.a7"
        text = (GOOD / file).read_text("utf-8")
        start = text.index(self.section)
        at = text.index(self.old, start)
        assert at >= start
        return Edit(file, text, text[:at] + self.new + text[at + len(self.old) :])


FAULTS = {
    "the envelope is sent once": Fault(
        "chat", "                start resend\n", "", ("one_to_one_text", "key_change"),
        "Envelope|Receipt|expect|after", STORM, "role initiator", "A7-R032", "initiator|responder",
    ),
    "another label in Accept": Fault(
        "session", "ExampleChat root 2", "ExampleChat root 3", ("one_to_one_text", "one_to_one_file"),
        "Envelope|expect", section="schedule Accept",
    ),
    "sender and recipient swapped": Fault(
        "chat", "header(identifier, service, peer, peer_service", "header(peer, peer_service, identifier, service",
        ("one_to_one_text", "crossing_texts", "key_change", "key_change_of_initiator"), "Envelope|expect",
        section="role initiator",
    ),
    "sender and recipient swapped with a file": Fault(
        "chat", "header(identifier, service, peer, peer_service", "header(peer, peer_service, identifier, service",
        ("one_to_one_file",), "Envelope", section="hot state Uploading",
    ),
    "the reason is another one": Fault(
        "chat", "'not_found'", "'too_many'", ("unknown_number",), "expect|after",
        section="on account.Lookup from initiator as l when l.identifier != responder_identifier",
        code="A7-R035", role="initiator",
    ),
    "the choice is turned round": Fault(
        "choice", "ChoiceKept(reachable: c.reachable)", "ChoiceKept(reachable: not c.reachable)", ("in_and_out",),
        "expect|after|local", code="A7-R031", role="person",
    ),
    "the wake is sent once": Fault(
        "push", "                start again\n", "", ("wake",), "Wake|Woken|after", STORM, "role gatekeeper",
        "A7-R032", "gatekeeper",
    ),
    "the report is not answered": Fault(
        "safety", "send Reported(reference: 'R' ++ hex(u32be(count))) to person", "", ("report",), "Reported",
        code="A7-R030", role="gatekeeper",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Stage]]:
    """The scenarios of the offer with each fault, by name."""
    found = {}
    for name, fault in FAULTS.items():
        root: Path = tmp_path_factory.mktemp("offer")
        write(edited(GOOD, [fault.edit()]), root)
        found[name] = {stage.scenario.name: stage for stage in stages(read(root))}
    return found


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_a_machine_makes_its_scenarios_fail(
    name: str, faulty: dict[str, dict[str, Stage]]
) -> None:
    fault = FAULTS[name]
    for scenario in fault.breaks:
        stage = faulty[name][scenario]
        seeds = SEEDS if fault.network is STORM else (1,)
        failures = [f for seed in seeds if (f := stage.play(fault.network, seed).outcome.failure) is not None]
        assert failures, scenario
        for failure in failures:
            check_names_step_and_party(failure, stage)
            assert re.search(fault.step, failure.text), failure
            assert (failure.party, failure.code) == ("specification", fault.code), failure
            assert re.fullmatch(fault.role, failure.role), failure


def check_names_step_and_party(failure: Failure, stage: Stage) -> None:
    steps = stage.scenario.steps
    assert 1 <= failure.step <= len(steps)
    assert failure.text in (describe(steps[failure.step - 1]), "after the last step")
    assert failure.reason and failure.help and failure.entries
    assert re.fullmatch(r"modules/[a-z]+\.a7:[0-9]+", failure.place)
    assert re.fullmatch(r"A7-R[0-9]{3}|[a-z_.]+", failure.code)


def test_two_ends_that_derive_differently_are_named_and_not_the_relay(
    faulty: dict[str, dict[str, Stage]],
) -> None:
    for name, value in (("another label in Accept", "root_key"), ("sender and recipient swapped", "header")):
        failure = faulty[name]["one_to_one_text"].play(CALM, 1).outcome.failure
        assert failure is not None and f"`{value}`" in failure.reason
        assert "responder" in failure.reason and "initiator" in failure.reason
        assert "gatekeeper" not in failure.reason


@pytest.mark.parametrize(
    ("fault", "role"),
    [("another label in Accept", "responder"), ("sender and recipient swapped", "initiator")],
)
def test_an_implementer_with_the_same_fault_is_named(
    faulty: dict[str, dict[str, Stage]], fault: str, role: str
) -> None:
    failure = good()["one_to_one_text"].play_with({role: faulty[fault]["one_to_one_text"]}, 1).outcome.failure
    assert failure is not None
    assert (failure.party, failure.role, failure.code) == (role, role, "A7-R041"), failure


def test_every_scenario_is_broken_by_some_fault() -> None:
    assert {scenario for fault in FAULTS.values() for scenario in fault.breaks} == set(NAMES)
