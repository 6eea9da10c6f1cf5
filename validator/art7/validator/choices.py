"""The users' choice as a role machine: what a user can reach by their own acts."""

from __future__ import annotations

from collections import deque
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

    The way begins with an act of the user; what follows may be an answer or a timer, which cost no act.
    """
    states = {state.name: state for state in role.states}
    if start not in states:
        return None
    if start == goal:
        return 0
    first = [t.target for t in states[start].transitions if t.target and t.trigger.kind == "local"]
    distance = _distances(role, first)
    return distance[goal] + 1 if goal in distance else None


def leads_to(role: RoleMachine, start: str, goal: str) -> bool:
    """Whether any way at all leads from `start` to `goal`."""
    return goal in _distances(role, [start])


def others_lead_to(role: RoleMachine, start: str, goal: str) -> bool:
    """Whether `goal` is reached from `start` by messages and timers alone."""
    return _distances(role, [start]).get(goal) == 0


def _distances(role: RoleMachine, starts: list[str]) -> dict[str, int]:
    """Return the least number of the user's acts to each state that can be reached."""
    states = {state.name: state for state in role.states}
    found: dict[str, int] = {}
    pending = deque((start, 0) for start in starts)
    while pending:
        name, acts = pending.popleft()
        if name not in states or found.get(name, acts + 1) <= acts:
            continue
        found[name] = acts
        for transition in states[name].transitions:
            if transition.target and transition.trigger.kind == "local":
                pending.append((transition.target, acts + 1))
            elif transition.target:
                pending.appendleft((transition.target, acts))
    return found
