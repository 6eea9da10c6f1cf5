"""Scenarios as runs of the composition: is there one that goes through their steps in order.

What the steps do not say happens in between: messages arrive, timers run out, what is lossy is lost. A local event happens
only where a step says so. `expect` speaks of data and is checked where the scenario is played.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush

from art7.grammar.ir.module import Protocol, Scenario, ScenarioStep
from art7.prover.answers import Answer
from art7.prover.budget import Budget
from art7.prover.roles.composition import Composition, Landing, Move
from art7.prover.roles.followed import Followed
from art7.prover.roles.machine import Covers
from art7.prover.roles.paths import Path, ladder_of
from art7.prover.roles.phrases import given_up, refuted, short

MOST = 30_000
"""Steps of the search for one scenario."""

DEPTH = 4
"""Messages that a channel holds where it declares more, or nothing."""

AHEAD = 2
"""How often a message may have been taken before the scenario asks for it."""

Seen = tuple[str, str, str]
"""Sender, receiver and message."""

Node = tuple[int, int, tuple[int, ...]]
"""A configuration, the steps that are done, and how often each awaited message was taken ahead of them."""


def scenario_answers(
    protocol: Protocol, covers: dict[str, Covers], followed: Followed, budget: Budget
) -> Iterator[Answer]:
    """Yield an answer for each scenario that no run goes through, or for which none was found."""
    for scenario in protocol.scenarios:
        composition = Composition(protocol, covers, followed, DEPTH)
        answer = _Search(composition, scenario, budget).answer()
        if answer is not None:
            yield answer


@dataclass(slots=True)
class _Search:
    composition: Composition
    scenario: Scenario
    budget: Budget
    steps: list[ScenarioStep] = field(init=False)
    awaited: list[Seen] = field(init=False)
    parents: dict[Node, tuple[Node, Move, Landing] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.steps = [step for step in self.scenario.steps if step.kind != "expect"]
        sends = [_seen(step) for step in self.steps if step.kind == "send"]
        self.awaited = list(dict.fromkeys(sends))

    def answer(self) -> Answer | None:
        """Return what is wrong, `None` where a run was found."""
        start = self._settled((self.composition.START, 0, (0,) * len(self.awaited)))
        self.parents[start] = None
        furthest, count = start, 0
        queue = [(-start[1], 0, 0, start)]
        while queue:
            _, cost, _, node = heappop(queue)
            if node[1] > furthest[1]:
                furthest = node
            if node[1] == len(self.steps):
                return None
            count += 1
            if count > MOST or (count % 256 == 0 and self.budget.left <= 0):
                return self._given_up(furthest)
            for move, landing, after, more in self._next(node):
                if after not in self.parents:
                    self.parents[after] = (node, move, landing)
                    heappush(queue, (-after[1], cost + more, len(self.parents), after))
        return self._refuted(furthest)

    def _next(self, node: Node) -> Iterator[tuple[Move, Landing, Node, int]]:
        now, done, ahead = node
        step = self.steps[done]
        for move in self.composition.moves(now):
            own = self.composition.roles[move.role].machine.name
            asked = move.kind == step.kind and (own, move.name) == (step.role, step.event)
            if move.kind == "local" and not asked:
                continue
            for landing in self.composition.landings(now, move):
                taken = self._taken(move, own, ahead)
                cost = 1 + 4 * (move.kind == "timeout") + 8 * len(landing.lost)
                after = self._settled((landing.after, done + (asked and move.outcome.how == "taken"), taken))
                yield move, landing, after, cost

    def _taken(self, move: Move, own: str, ahead: tuple[int, ...]) -> tuple[int, ...]:
        if move.outcome.how != "taken":
            return ahead
        found = list(ahead)
        for place, transition in enumerate(move.outcome.fired):
            trigger = transition.trigger
            if trigger.kind != "receive":
                continue
            names = (move.name,) if place == 0 else trigger.names
            for index, (sender, receiver, message) in enumerate(self.awaited):
                if receiver == own and message in names and sender == (trigger.peer or move.peer):
                    found[index] = min(found[index] + 1, AHEAD)
        return tuple(found)

    def _settled(self, node: Node) -> Node:
        """Go over the steps that ask for what was taken already."""
        now, done, ahead = node
        counts = list(ahead)
        while done < len(self.steps) and self.steps[done].kind == "send":
            index = self.awaited.index(_seen(self.steps[done]))
            if not counts[index]:
                break
            counts[index] -= 1
            done += 1
        return now, done, tuple(counts)

    # ---- telling ----------------------------------------------------------------------------------------

    def _path(self, node: Node) -> Path:
        found: Path = []
        step = self.parents[node]
        while step is not None:
            found.append((step[1], step[2]))
            step = self.parents[step[0]]
        return found[::-1]

    def _refuted(self, node: Node) -> Answer:
        step, protocol = self.steps[node[1]], self.composition.protocol
        text = _text(step)
        message = f"scenario `{self.scenario.name}` cannot go on to `{text}`"
        ladder = ladder_of(self.composition, self._path(node), f"{text} cannot follow", "stops")
        subject = f"{protocol.name}.{self.scenario.name}"
        return refuted("scenarios", subject, "A7-S212", message, step.span, ladder)

    def _given_up(self, node: Node) -> Answer:
        step = self.steps[node[1]]
        message = f"no run was found in which scenario `{self.scenario.name}` goes on to `{_text(step)}`"
        subject = f"{self.composition.protocol.name}.{self.scenario.name}"
        advice = "look at the machine of the role that must act next, or name the steps before it"
        return given_up("scenarios", subject, message, step.span, advice)


def _seen(step: ScenarioStep) -> Seen:
    return step.role, step.peer or "", step.message or ""


def _text(step: ScenarioStep) -> str:
    if step.kind == "send":
        return f"{step.role} -> {step.peer}: {short(step.message or '')}"
    return f"{step.role} {step.kind} {step.event}"
