"""A run of all roles that follows the way of one of them: found step by step, the others doing what it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from art7.prover.roles.composition import BITS, Composition, Landing, Move
from art7.prover.roles.paths import Path
from art7.prover.witnesses import LadderStep

MOST = 12_000
"""Configurations that are looked at for one step of the way."""

Event = tuple[str, str, str | None]
"""Kind, name and sender."""


def along(composition: Composition, role: int, way: Sequence[tuple[Event, object]]) -> Path | None:
    """Return a run in which `role` has exactly the events of `way`, each ending as given; `None` where none was found."""
    path: Path = []
    now = composition.START
    for event, after in way:
        stage = _stage(composition, role, now, event, after)
        if stage is None:
            return None
        path += stage
        now = path[-1][1].after
    return path


def _stage(composition: Composition, role: int, start: int, event: Event, after: object) -> Path | None:
    def is_asked(move: Move) -> bool:
        return (move.kind, move.name, move.peer) == event and move.outcome.after == after

    return onward(composition, start, lambda move: move.role == role and is_asked(move), without=role)


def onward(
    composition: Composition, start: int, wanted: Callable[[Move], bool], *, without: int | None = None
) -> Path | None:
    """Return a shortest run from a configuration to a wanted move; role `without` does nothing before it."""
    parents: dict[int, tuple[int, Move, Landing] | None] = {start: None}
    waiting = [start]
    for now in waiting:
        if len(parents) > MOST:
            return None
        for move in composition.moves(now):
            is_end = wanted(move)
            if not is_end and (move.role == without or is_copy(composition, move)):
                continue
            landings = composition.landings(now, move)
            least = min((len(landing.lost) for landing in landings), default=0)
            for landing in landings:
                if len(landing.lost) > least:
                    continue
                if is_end:
                    return [*_back(parents, now), (move, landing)]
                if landing.after not in parents:
                    parents[landing.after] = (now, move, landing)
                    waiting.append(landing.after)
    return None


def is_copy(composition: Composition, move: Move) -> bool:
    """Whether a message is delivered and stays under way: only what repeats needs that."""
    return move.kind == "receive" and abs(move.delta) < 1 << len(composition.roles) * BITS - 1


def _back(parents: dict[int, tuple[int, Move, Landing] | None], now: int) -> Path:
    found: Path = []
    step = parents[now]
    while step is not None:
        found.append((step[1], step[2]))
        step = parents[step[0]]
    return found[::-1]


def all_lost(composition: Composition, steps: Sequence[LadderStep], end: int) -> tuple[LadderStep, ...]:
    """Return the steps with all that is still under way in the end lost."""
    left: dict[tuple[str, str | None, str], int] = {}
    for channel, queue in enumerate(composition.queues):
        for message in composition.content(end, channel):
            key = (queue.channel.sender, queue.channel.receiver, message.name)
            left[key] = left.get(key, 0) + 1
    found = list(steps)
    for place in range(len(found) - 1, -1, -1):
        step = found[place]
        sent = (step.role, step.peer, step.name)
        if step.kind == "send" and left.get(sent, 0):
            left[sent] -= 1
            found[place] = LadderStep("lose", step.role, step.name, step.peer, step.state)
    return tuple(found)
