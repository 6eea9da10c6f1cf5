"""Plays a scenario on the simulator and says what became of it.

The scenario's order is what must be *possible*, not what the network must do: on a lossy channel a message is sent again, so
`a -> b: M` waits until one more `M` from `a` was taken by `b` than the scenario has named so far; what `b` ignores or
only defers does not count. After the last step
the run goes on until nothing moves; every endpoint must then be in a state it may rest in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from art7.grammar.ir.module import Protocol, Scenario, ScenarioStep
from art7.runtime.blame import Failure, Inquiry
from art7.runtime.endpoint import Refusal
from art7.runtime.machine import Evaluate
from art7.runtime.reference import MakeReference
from art7.runtime.simulator import TOOK, Seen, Simulator
from art7.runtime.trace import Entry

STEP_LIMIT_MS = 120_000
"""Virtual time one step may take, retransmissions included."""

AFTER = "after the last step"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one scenario run."""

    protocol: str
    scenario: str
    seed: int
    passed: bool
    failure: Failure | None
    messages: int
    lost: int
    reordered: int
    duration_ms: int
    derived: int
    trace_digest: str


class ScenarioPlayer:
    """Plays the steps of one scenario; `reference` makes the endpoint that a role's doings are compared with."""

    def __init__(
        self,
        simulator: Simulator,
        scenario: Scenario,
        evaluate: Evaluate,
        reference: MakeReference | None = None,
    ) -> None:
        self._simulator = simulator
        self._scenario = scenario
        self._evaluate = evaluate
        self._inquiry = Inquiry(simulator, reference)
        self._awaited: Counter[Seen] = Counter()

    def play(self) -> Failure | None:
        """Play all steps, then let the run settle; return what failed first."""
        for number, step in enumerate(self._scenario.steps, start=1):
            try:
                reason = self._play(step)
            except Refusal as refusal:
                return self._inquiry.failure(number, describe(step), step, "", refusal)
            if reason is not None:
                return self._inquiry.failure(number, describe(step), step, reason)
        return self._settle(len(self._scenario.steps))

    def _play(self, step: ScenarioStep) -> str | None:
        match step.kind:
            case "local":
                arguments = {name: self._evaluate(expr, {}) for name, expr in step.arguments}
                self._simulator.local(step.role, step.event or "", arguments)
                return None
            case "timeout":
                self._simulator.expire(step.role, step.event or "")
                return None
            case "send":
                seen = Seen(step.role, step.peer or "", step.message or "")
                self._awaited[seen] += 1
                wanted = self._awaited[seen]
                return self._until(lambda: self._simulator.seen[seen] >= wanted, "it was not accepted")
            case _:
                return self._until(lambda: self._holds(step), "the condition does not come true")

    def _holds(self, step: ScenarioStep) -> bool:
        if step.condition is None:
            return True
        return bool(self._evaluate(step.condition, self._simulator.endpoints[step.role].variables()))

    def _until(self, done: Callable[[], bool], reason: str) -> str | None:
        deadline = self._simulator.network.now_ms + STEP_LIMIT_MS
        while not done():
            if not self._simulator.step(deadline):
                return f"{reason} within {STEP_LIMIT_MS // 1000} s of virtual time"
        return None

    def _settle(self, number: int) -> Failure | None:
        deadline = self._simulator.network.now_ms + STEP_LIMIT_MS
        try:
            while self._simulator.step(deadline):
                continue
        except Refusal as refusal:
            return self._inquiry.failure(number, AFTER, None, "", refusal)
        for role in self._simulator.protocol.roles:
            state = self._simulator.endpoints[role.name].state
            if any(each.name == state and each.kind == "hot" for each in role.states):
                return self._inquiry.failure(number, AFTER, None, "")
        return None


def describe(step: ScenarioStep) -> str:
    """Return the step as the scenario's text has it, arguments left out."""
    match step.kind:
        case "send":
            return f"{step.role} -> {step.peer}: {step.message}"
        case "expect":
            return f"{step.role} expect …"
        case kind:
            return f"{step.role} {kind} {step.event}"


def outcome(
    simulator: Simulator, protocol: Protocol, scenario: Scenario, seed: int, failure: Failure | None
) -> Outcome:
    """Sum up a run."""
    sends = [entry for entry in simulator.trace.entries if entry.kind == "send"]
    fates: Counter[str] = Counter()
    for entry in sends:
        network: Any = entry.data.get("network")
        fates.update(network)
    derived = 0
    for entry in simulator.trace.entries:
        if entry.kind == "derive":
            steps: Any = entry.data["steps"]
            derived += len(steps)
    return Outcome(
        protocol.name, scenario.name, seed, failure is None, failure, len(sends), fates["lost"], fates["reordered"],
        simulator.network.now_ms, derived, simulator.trace.digest(),
    )  # fmt: skip


def damage(entries: Sequence[Entry]) -> list[str]:
    """Return, in words, every bit that the network turned over, and what became of it."""
    found = []
    for entry in entries:
        data: Any = entry.data
        if "flipped" not in data:
            continue
        octet, bit = data["flipped"]
        what = data.get("message") or "a message"
        fate = f"refused it with {data['code']}" if entry.kind == "refuse" else f"{TOOK[data['outcome']]} it"
        found.append(
            f"bit {bit} of octet {octet} of {what} from {data['sender']} was turned over; "
            f"{entry.role} {fate} (entry {entry.number})"
        )
    return found


def as_mapping(result: Outcome) -> Mapping[str, Any]:
    """Return the outcome as JSON-able data."""
    data: dict[str, Any] = {
        name: getattr(result, name) for name in Outcome.__dataclass_fields__ if name != "failure"
    }
    failure = result.failure
    data["failure"] = (
        None if failure is None else {n: getattr(failure, n) for n in Failure.__dataclass_fields__}
    )
    return data
