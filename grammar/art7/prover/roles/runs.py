"""Runs of all roles that a finding needs: to a transition, to a state, and on from there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from art7.grammar.ir.module import Transition
from art7.prover.roles.composition import Composition, Move
from art7.prover.roles.directed import onward
from art7.prover.roles.explore import Exploration
from art7.prover.roles.paths import Path, path_to
from art7.prover.roles.realised import realised
from art7.prover.roles.together import Node, Step, Together

DEPTHS = (1, 2, 4, 8, 16)
"""Messages a channel holds where runs are sought."""


@dataclass(slots=True)
class Runs:
    """What was looked at: all configurations (`found`), or sets of what was sent (`together`)."""

    found: Exploration
    together: Together | None = None
    _first: dict[Transition, tuple[Move, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for move, place in self.found.first:
            for transition in move.outcome.fired[:1]:
                self._first.setdefault(transition, (move, place))

    def deep(self, depth: int) -> Composition:
        """Return the composition with channels of a depth."""
        first = self.found.composition
        return Composition(first.protocol, first.covers, first.followed, depth)

    def until(self, transition: Transition) -> tuple[Composition, Path] | None:
        """Return a run that ends with a transition; `None` where none is known."""
        composition = self.found.composition
        if transition in self._first:
            move, place = self._first[transition]
            landings = composition.landings(self.found.order[place], move)
            if landings:
                least = min(landings, key=lambda landing: len(landing.lost))
                return composition, [*path_to(self.found, place), (move, least)]
        if self.together is None or transition not in self.together.first:
            return None
        node, step = self.together.first[transition]
        return self.along([*self.together.way(node), step])

    def into(self, role: int, state: str) -> tuple[Composition, Path] | None:
        """Return a run that brings a role to a state; `None` where none is known."""
        composition = self.found.composition
        for place, now in enumerate(self.found.order):
            if composition.local(now, role).state == state:
                return composition, path_to(self.found, place)
        node = self._node(role, state)
        return None if node is None or self.together is None else self.along(self.together.way(node))

    def _node(self, role: int, state: str) -> Node | None:
        if self.together is None:
            return None
        wanted = {number for number, each in enumerate(self.together.locals[role]) if each.state == state}
        return next((node for node in self.together.parents if node[0][role] in wanted), None)

    def along(self, way: list[Step]) -> tuple[Composition, Path] | None:
        """Return a run of these steps, in channels as deep as it needs."""
        for depth in DEPTHS:
            deeper = self.deep(depth)
            path = realised(deeper, way)
            if path is not None:
                return deeper, path
        return None


def went_on(composition: Composition, path: Path, wanted: Callable[[Move], bool]) -> Path | None:
    """Return a run that goes on until a wanted move happens; `None` where none was found."""
    end = path[-1][1].after if path else composition.START
    more = onward(composition, end, wanted)
    return None if more is None else [*path, *more]
