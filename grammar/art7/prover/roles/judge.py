"""One protocol: which depth of the channels can be had, and what is found there."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from art7.grammar.ir.module import Protocol, Specification, Transition
from art7.prover.answers import Answer, Standing
from art7.prover.budget import Budget
from art7.prover.roles.agreement import agreement_answers
from art7.prover.roles.alike import alike_answers
from art7.prover.roles.alone import Crowd
from art7.prover.roles.awaited import awaited_answers
from art7.prover.roles.composition import Composition
from art7.prover.roles.crowds import crowd_answers, too_many_roles
from art7.prover.roles.distinct import guard_answers
from art7.prover.roles.events import left_deferred, unexpected_answer
from art7.prover.roles.explore import Exploration, explore
from art7.prover.roles.followed import Followed, followed_in
from art7.prover.roles.guards import Choice, choices, covers_of
from art7.prover.roles.machine import AbstractRole, Covers, Unexpected
from art7.prover.roles.paths import path_to
from art7.prover.roles.phrases import FAMILY
from art7.prover.roles.progress import halts, progress_of
from art7.prover.roles.runs import Runs
from art7.prover.roles.scenarios import scenario_answers
from art7.prover.roles.together import Together
from art7.prover.roles.unused import timer_answers, unused
from art7.prover.roles.waiting import burst_answer, bursts, floods, halt_answer

EASY = 60_000
"""Configurations that are worth another look with deeper channels, or before a cheaper method is tried."""

TOLD = 40
"""Events not taken that are told of one protocol."""

ROLES = 60
"""Roles of a protocol that is looked at: there is a bit for each."""

UNDECLARED = 4
"""Messages that a channel without `bound` is tried with."""

QUESTIONS = (
    "receptions", "orphans", "timers", "deadlocks", "progress", "channels", "states", "transitions", "guards",
    "answers", "alike", "targets", "agreement", "scenarios",
)  # fmt: skip
"""What is asked of every protocol."""

FIRST = ("receptions", "timers", "guards")
"""What was asked to the end where runs have a fault: the rest is asked of those without."""

BY_SETS = {
    "receptions": (Standing.PROVED, "at every depth, with {}, whatever was sent before"),
    "timers": (Standing.PROVED, "at every depth, with {}, whatever was sent before"),
    "answers": (Standing.TESTED, "by what each role sends for what it takes, where a run was found"),
    "alike": (Standing.TESTED, "by comparing transitions, where a run was found"),
    "targets": (Standing.PROVED, "by what each transition does"),
    "channels": (Standing.PROVED, "at every depth: each may lose"),
    "guards": (Standing.PROVED, "by all values that they tell apart"),
    "scenarios": (Standing.PROVED, "by a run for each"),
    "states": (Standing.TESTED, "with {}, where all that was ever sent may arrive"),
    "transitions": (Standing.TESTED, "with {}, where all that was ever sent may arrive"),
}
"""How questions end where what was ever sent was looked at instead of what is under way."""

FROM_EACH = (Standing.TESTED, "to depth 1 from each of {}, all that was under way lost")
"""How the others end."""


@dataclass(slots=True)
class Judge:
    """Asks everything about one protocol."""

    specification: Specification
    protocol: Protocol
    budget: Budget
    choices: dict[str, list[Choice]] = field(default_factory=dict)
    covers: dict[str, Covers] = field(default_factory=dict)
    followed: Followed = field(init=False)

    def __post_init__(self) -> None:
        self.followed = followed_in(self.protocol)

    def answers(self) -> Iterator[Answer]:
        """Yield the faults that were found, or one answer for each question."""
        if len(self.protocol.roles) > ROLES:
            yield too_many_roles(self.protocol)
            return
        self._guards()
        found = self._deepest()
        faults = [
            answer
            for name in self.choices
            for answer in guard_answers(self.protocol, self.choices[name], found)
        ]
        faults += [a for machine in self.protocol.roles for a in timer_answers(self.protocol.name, machine)]
        together: Together | None = None
        before = len(faults)
        if found.is_whole:
            faults += self._of_runs(found)
        elif early := list(_unexpected(found)):
            faults += early
        else:
            more, together = crowd_answers(self._crowd(), found)
            faults += more
        in_runs = len(faults) > before
        asked: tuple[str, ...] = FIRST if in_runs else QUESTIONS
        if not faults:
            faults, agree = self._of_text(found, together)
            asked = QUESTIONS if agree else tuple(each for each in QUESTIONS if each != "agreement")
        if not faults:
            faults += scenario_answers(self.protocol, self.covers, self.followed, self.budget)
        yield from faults
        broken = {answer.question for answer in faults}
        if found.is_whole or together is not None:
            for question in asked:
                if question not in broken:
                    standing, detail = _ended(found, question, together)
                    yield Answer(FAMILY, question, self.protocol.name, standing, detail)

    def _of_text(self, found: Exploration, together: Together | None) -> tuple[list[Answer], bool]:
        """Return what stands out where runs are without fault, and whether it was asked that roles agree."""
        runs = Runs(found, together)
        faults = [*awaited_answers(self.protocol, runs), *alike_answers(self.protocol, runs)]
        if not found.is_whole:
            return faults, False
        depth = found.composition.depth
        agree = agreement_answers(self.protocol, self.covers, self.followed, depth, self.budget)
        return [*faults, *(agree or [])], agree is not None

    # ---- preparing --------------------------------------------------------------------------------------

    def _crowd(self) -> Crowd:
        roles = {
            m.name: AbstractRole(m, self.covers.get(m.name, {}), self.followed, 1)
            for m in self.protocol.roles
        }
        return Crowd(self.protocol, roles, self.budget)

    def _guards(self) -> None:
        crowd = self._crowd()
        for machine in self.protocol.roles:
            possible: dict[str, set[tuple[object, ...]]] = {}
            for local in crowd.places(machine.name):
                possible.setdefault(local.state, set()).add(local.known)
            found = list(
                choices(machine, crowd.roles[machine.name].names, possible, self.specification, self.budget)
            )
            self.choices[machine.name], self.covers[machine.name] = found, covers_of(found)

    # ---- exploring --------------------------------------------------------------------------------------

    def _deepest(self) -> Exploration:
        """Return the exploration of the greatest depth that can be had, not deeper than shows a fault.

        A depth of a quarter of what is declared must be had, at whatever cost the budget allows, where nothing cheaper
        decides.
        """
        declared = max((c.bound or UNDECLARED for c in self.protocol.channels), default=1)
        needed = -(-declared // 4)
        found = self._explored(1, EASY)
        while found.is_whole and not found.composition.is_final and found.composition.depth < declared:
            if any(True for _ in _unexpected(found)) or len(found.order) * 4 > EASY:
                break
            deeper = self._explored(min(found.composition.depth * 2, declared), EASY)
            if not deeper.is_whole:
                break
            found = deeper
        all_lossy = all(channel.lossy for channel in self.protocol.channels)
        short_of = not found.is_whole or found.composition.depth < needed
        if short_of and not all_lossy and not any(True for _ in _unexpected(found)):
            found = self._explored(needed, self.budget.configurations)
        return found

    def _explored(self, depth: int, most: int) -> Exploration:
        composition = Composition(self.protocol, self.covers, self.followed, depth)
        return explore(composition, self.budget, min(most, self.budget.configurations))

    # ---- asking -----------------------------------------------------------------------------------------

    def _of_runs(self, found: Exploration) -> list[Answer]:
        """Return what is wrong in a whole exploration: what is refused, else who waits, else what is never used."""
        composition = found.composition
        faults = list(_unexpected(found))
        faults += [burst_answer(found, *burst) for burst in bursts(composition)]
        if faults:
            return faults
        progress = progress_of(found)
        faults += [halt_answer(found, halt) for halt in halts(found, progress)]
        faults += floods(found)
        faults += _left(found, progress.moves)
        if faults or not composition.is_final:
            return faults or self._never(found)
        fired: set[Transition] = {each for move, _ in found.first for each in move.outcome.fired}
        for place, role in enumerate(composition.roles):
            reached = {local.state for local in composition.locals[place]}
            faults += unused(self.protocol.name, role.machine, reached, fired)
        return faults

    def _never(self, found: Exploration) -> list[Answer]:
        """Return what is never used at any depth: what no role does alone, whatever is sent to it."""
        crowd = self._crowd()
        faults: list[Answer] = []
        for machine in self.protocol.roles:
            alone = crowd.alone(machine.name)
            if alone.is_whole:
                reached = {local.state for local, _ in alone.parents}
                faults += unused(self.protocol.name, machine, reached, alone.fired)
        return faults


def _ended(found: Exploration, question: str, together: Together | None) -> tuple[Standing, str]:
    """Return how a question without a fault ended, and how far was looked: not further than was looked to the end."""
    if not found.is_whole:
        standing, detail = BY_SETS.get(question, FROM_EACH)
        count = len(together.reached) if together is not None else 0
        return standing, detail.format(f"{count:,} combinations of states")
    depth, count = found.composition.depth, len(found.order)
    configurations = f"{count:,} configuration{'s' if count != 1 else ''}"
    if found.composition.is_final:
        return Standing.PROVED, f"with all {configurations}"
    return Standing.TESTED, f"to depth {depth} with {configurations}"


def _unexpected(found: Exploration) -> Iterator[Answer]:
    """Yield each event that a state does not take, with the nearest run that brings it there."""
    told: set[tuple[int, Unexpected]] = set()
    composition = found.composition
    for move, place in found.first:
        for fault in move.outcome.unexpected:
            if (move.role, fault) not in told and len(told) < TOLD:
                told.add((move.role, fault))
                machine = composition.roles[move.role].machine
                yield unexpected_answer(composition, machine, fault, path_to(found, place), move)


def _left(found: Exploration, moves: array[int]) -> Iterator[Answer]:
    """Yield the messages that a role keeps for ever when it has ended."""
    composition = found.composition
    told: set[tuple[int, str, str]] = set()
    for place in range(found.expanded):
        for role, machine in enumerate(composition.roles):
            local = composition.local(found.order[place], role)
            if not local.held or machine.states[local.state].kind != "final":
                continue
            if moves[place] >> role & 1:
                continue
            key = (role, local.state, local.held[0][0].name)
            if key not in told:
                told.add(key)
                state = machine.states[local.state]
                yield left_deferred(
                    composition, machine.machine, state, local.held[0][0].name, path_to(found, place)
                )
