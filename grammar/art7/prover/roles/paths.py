"""From a configuration back to the beginning: the ladder that leads there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from art7.grammar.ir.module import Value
from art7.prover.roles.composition import Composition, Landing, Move
from art7.prover.roles.explore import Exploration
from art7.prover.witnesses import Ladder, LadderStep

Path = list[tuple[Move, Landing]]
"""Moves in their order, each with where it led."""


def path_to(found: Exploration, place: int) -> Path:
    """Return a shortest way to a configuration, one without losses where there is a choice."""
    steps: Path = []
    while place > 0:
        before = found.parents[place]
        steps.append(_between(found.composition, found.order[before], found.order[place]))
        place = before
    return steps[::-1]


def _between(composition: Composition, before: int, after: int) -> tuple[Move, Landing]:
    ways = [
        (move, landing)
        for move in composition.moves(before)
        for landing in composition.landings(before, move)
        if landing.after == after
    ]
    return min(ways, key=lambda way: len(way[1].lost))


def ladder_of(
    composition: Composition, path: Path, says: str, shows: str, last: Move | None = None,
    values: Sequence[tuple[str, Value]] = (),
) -> Ladder:  # fmt: skip
    """Return the ladder of a path; `last` is an event that is refused at its end."""
    steps = [step for move, landing in path for step in steps_of(composition, move, landing.lost)]
    if last is not None:
        steps.append(_event(composition, last))
    end = path[-1][1].after if path else composition.START
    states = tuple(
        (role.machine.name, composition.local(end, place).state)
        for place, role in enumerate(composition.roles)
    )
    return Ladder(composition.protocol.name, tuple(steps), states, says, tuple(values), shows)


def steps_of(composition: Composition, move: Move, lost: Iterable[int] = ()) -> list[LadderStep]:
    """Return an event and what is sent because of it."""
    own, state = composition.roles[move.role].machine.name, move.outcome.after.state
    gone = set(lost)
    found = [_event(composition, move)]
    for place, (message, receiver) in enumerate(move.outcome.sent):
        kind = "lose" if place in gone else "send"
        found.append(LadderStep(kind, own, message.name, receiver, state))
    return found


def _event(composition: Composition, move: Move) -> LadderStep:
    own, state = composition.roles[move.role].machine.name, move.outcome.after.state
    return LadderStep(move.kind, own, move.name, move.peer, state)
