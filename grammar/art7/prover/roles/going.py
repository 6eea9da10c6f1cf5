"""Who gets on from a combination of states with nothing under way, channels then losing nothing of one message each.

A way that some roles go does not depend on what the others are, since no channel that loses makes its sender wait: so it is
sought once for the states of those roles alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from art7.prover.roles.composition import CHANGED, TAKEN, UNFORCED, Composition, Move
from art7.prover.roles.directed import is_copy
from art7.prover.roles.together import Node, Together

MOST = 3_000
"""Configurations that are looked at for one way."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A role that does not get on from a configuration: `kind` is `stuck`, `held` (in a `hot` state) or `kept` (a message)."""

    kind: str
    role: int
    node: Node


@dataclass(slots=True)
class Going:
    """Asks of every combination of states that was reached. `found` are ways: whose states they are for."""

    together: Together
    composition: Composition
    found: dict[tuple[int, bool], dict[tuple[int, ...], set[tuple[int, ...]]]] = field(default_factory=dict)
    is_whole: bool = True

    def stays(self) -> Iterator[Stay]:
        """Yield for each role and state that does not get on a configuration where this has come about."""
        told: set[tuple[str, int, str]] = set()
        for states, sets in self.together.reached.items():
            for role, number in enumerate(states):
                local = self.together.locals[role][number]
                kind = self.together.roles[role].states[local.state].kind
                for stay, forced in _asked(kind, bool(local.held)):
                    if (stay, role, local.state) in told or self._goes(role, states, forced):
                        continue
                    told |= {(stay, role, local.state), ("held", role, local.state)}
                    yield Stay(stay, role, (states, sets[0]))

    def _goes(self, role: int, states: tuple[int, ...], forced: bool) -> bool:
        known = self.found.setdefault((role, forced), {})
        for roles, ways in known.items():
            if tuple(states[each] for each in roles) in ways:
                return True
        movers = self._way(role, states, forced)
        if movers is None:
            return False
        known.setdefault(movers, set()).add(tuple(states[each] for each in movers))
        return True

    def _way(self, role: int, states: tuple[int, ...], forced: bool) -> tuple[int, ...] | None:
        """Return the roles that act until `role` gets on, `None` where it never does."""
        composition = self.composition
        start = sum(
            composition.number(each, self.together.locals[each][number]) << composition.role_shift(each)
            for each, number in enumerate(states)
        )
        acted: dict[int, frozenset[int]] = {start: frozenset([role])}
        waiting = [start]
        for now in waiting:
            if len(waiting) > MOST:
                self.is_whole = False
                return tuple(range(len(states)))
            for move in composition.moves(now):
                if (forced and move.flags & UNFORCED) or is_copy(composition, move):
                    continue
                movers = acted[now] | {move.role}
                if move.role == role and move.flags & (CHANGED if forced else TAKEN):
                    return tuple(sorted(movers))
                after = self._after(now, move)
                if after not in acted:
                    acted[after] = movers
                    waiting.append(after)
        return None

    def _after(self, now: int, move: Move) -> int:
        """Return where a move leads when as much as there is room for gets into the channels."""
        return self.composition.land(now, move)[0]


def _asked(kind: str, holds: bool) -> list[tuple[str, bool]]:
    """Return what is asked of a role in a state: how not getting on is called, and whether locals do not count."""
    match kind:
        case "hot":
            return [("stuck", False), ("held", True)]
        case "plain":
            return [("stuck", False)]
        case "final" if holds:
            return [("kept", False)]
        case _:
            return []
