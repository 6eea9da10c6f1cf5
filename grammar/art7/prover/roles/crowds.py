"""A protocol with too many configurations for its channels, all of which lose: every depth at once, by what was ever sent."""

from __future__ import annotations

from dataclasses import replace

from art7.grammar.ir.module import Protocol
from art7.prover.answers import Answer
from art7.prover.roles.alone import Crowd
from art7.prover.roles.composition import Composition
from art7.prover.roles.directed import all_lost, along
from art7.prover.roles.events import left_deferred, unexpected_answer
from art7.prover.roles.explore import Exploration
from art7.prover.roles.going import Going, Stay
from art7.prover.roles.machine import Unexpected
from art7.prover.roles.paths import Path, ladder_of
from art7.prover.roles.phrases import given_up, short
from art7.prover.roles.runs import Runs
from art7.prover.roles.together import Step, Together
from art7.prover.roles.unused import unused
from art7.prover.roles.waiting import deadlock_answer, hot_answer

SOUGHT = (1, 2)
"""Messages a channel holds where a run is sought of which only one role's events are known."""


def crowd_answers(crowd: Crowd, found: Exploration) -> tuple[list[Answer], Together | None]:
    """Return what is wrong with roles whose channels may all lose messages, and what was looked at to the end.

    For others, and for too many, that it was not decided.
    """
    protocol = crowd.protocol
    if not all(channel.lossy for channel in protocol.channels):
        return [not_whole(found)], None
    together = Together(crowd)
    together.look()
    runs = Runs(found, together)
    seeker = _Seeker(runs, together)
    faults = [seeker.unexpected(role, fault) for role, fault in together.unexpected]
    if faults or not together.is_whole:
        return faults or [not_whole(found)], None
    going = Going(together, runs.deep(1))
    faults = [seeker.stays(stay) for stay in going.stays()]
    if not going.is_whole:
        return faults or [not_whole(found)], None
    for place, machine in enumerate(protocol.roles):
        reached = {local.state for local in together.locals[place]}
        faults += [] if faults else unused(protocol.name, machine, reached, together.fired)
    return faults, together


class _Seeker:
    """Finds runs over channels for what was found over sets, and says what they show."""

    def __init__(self, runs: Runs, together: Together) -> None:
        self.runs = runs
        self.together = together

    def unexpected(self, role: int, fault: Unexpected) -> Answer:
        """Return the answer for an event that a state does not take."""
        machine = self.together.roles[role].machine
        node = self.together.unexpected[role, fault]
        last = next(
            step for step in self.together.steps(*node)
            if step.role == role and fault in step.outcome.unexpected
        )  # fmt: skip
        sought = self._sought([*self.together.way(node), last], role)
        if sought is not None:
            deeper, path = sought
            return unexpected_answer(deeper, machine, fault, path[:-1], path[-1][0])
        what = (
            f"timer `{fault.name}`"
            if fault.kind == "timeout"
            else f"`{short(fault.name)}` from `{fault.sender}`"
        )
        message = (
            f"{what} could reach `{machine.name}` in state `{fault.state}`, which does not take it; "
            "no run was found"
        )
        advice = "take, `ignore` or `stop` it there to be sure"
        return self._unsure("receptions", role, fault.state, message, advice)

    def stays(self, stay: Stay) -> Answer:
        """Return the answer for a role that does not get on."""
        role = self.together.roles[stay.role]
        local = self.together.locals[stay.role][stay.node[0][stay.role]]
        machine, state = role.machine, role.states[local.state]
        sought = self._sought(self.together.way(stay.node), stay.role)
        if sought is None:
            question = {"stuck": "deadlocks", "held": "progress", "kept": "orphans"}[stay.kind]
            message = f"`{machine.name}` could stay in state `{state.name}` for ever; no run was found"
            return self._unsure(
                question, stay.role, state.name, message, "start a timer on the way there to be sure"
            )
        deeper, path = sought
        subject = f"{deeper.protocol.name}.{machine.name}.{state.name}"
        if stay.kind == "kept":
            return left_deferred(deeper, machine, state, local.held[0][0].name, path)
        if stay.kind == "stuck" and state.kind != "hot":
            return deadlock_answer(subject, deeper, [(machine, state)], path)
        says = f"{machine.name} is in {state.name}, everything under way is lost, and nothing takes it out of there"
        ladder = ladder_of(deeper, path, says, "waits")
        end = path[-1][1].after if path else deeper.START
        return hot_answer(subject, machine, state, replace(ladder, steps=all_lost(deeper, ladder.steps, end)))

    def _sought(self, way: list[Step], role: int) -> tuple[Composition, Path] | None:
        run = self.runs.along(way)
        if run is not None:
            return run
        mine = [(step.event, step.outcome.after) for step in way if step.role == role]
        for depth in SOUGHT:
            deeper = self.runs.deep(depth)
            path = along(deeper, role, mine)
            if path is not None:
                return deeper, path
        return None

    def _unsure(self, question: str, role: int, state: str, message: str, advice: str) -> Answer:
        found = self.together.roles[role]
        subject = f"{self.together.crowd.protocol.name}.{found.machine.name}.{state}"
        return given_up(question, subject, message, found.states[state].span, advice)


def not_whole(found: Exploration) -> Answer:
    """Return that the roles have too many configurations."""
    protocol, depth, count = found.composition.protocol, found.composition.depth, len(found.order)
    message = (
        f"`{short(protocol.name)}` has more than {count:,} configurations with {depth} message"
        f"{'s' if depth > 1 else ''} a channel: not decided"
    )
    advice = "lower the `bound` of channels, let roles wait for answers, or split the protocol"
    return given_up("composition", protocol.name, message, protocol.span, advice)


def too_many_roles(protocol: Protocol) -> Answer:
    """Return that a protocol has more roles than are looked at."""
    message = f"`{short(protocol.name)}` has {len(protocol.roles)} roles: not decided"
    return given_up("composition", protocol.name, message, protocol.span, "split the protocol")
