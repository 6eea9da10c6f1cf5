"""The users' choice as a role machine: what a user can reach by their own acts."""

from __future__ import annotations

from collections.abc import Iterator

from art7.grammar.ir.module import RoleMachine
from art7.validator.manifest.protection import ChoiceMachine
from art7.validator.offer import Offer


def machines(offer: Offer) -> Iterator[tuple[str, ChoiceMachine, RoleMachine]]:
    """Yield (side, statement, machine) for each side whose machine exists."""
    choice = offer.manifest.choice
    for side, stated in (
        ("gatekeeper_users", choice.gatekeeper_users),
        ("requester_users", choice.requester_users),
    ):
        role = offer.declarations.role(stated.machine) if stated else None
        if stated is not None and role is not None:
            yield side, stated, role


def reachable_states(role: RoleMachine) -> set[str]:
    """Return the states that can be reached from the start by any transition."""
    states = {state.name: state for state in role.states}
    pending = [state.name for state in role.states if state.kind == "start"]
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name in states and name not in seen:
            seen.add(name)
            pending.extend(t.target for t in states[name].transitions if t.target)
    return seen


def user_steps(role: RoleMachine, start: str, goal: str) -> int | None:
    """Return how many acts of the user lead from `start` to `goal`, or None when none do.

    Only the first step has to be the user's; what follows may be an answer or a timer, which comes by itself.
    """
    states = {state.name: state for state in role.states}
    frontier, seen, steps = {start}, {start}, 0
    while frontier:
        if goal in frontier:
            return steps
        kinds = ("local",) if steps == 0 else ("local", "receive", "timeout")
        frontier = {
            t.target
            for name in frontier
            if name in states
            for t in states[name].transitions
            if t.target and t.trigger.kind in kinds
        } - seen
        seen |= frontier
        steps += 1
    return None
