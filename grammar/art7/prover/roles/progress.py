"""Who can still go on: found backwards, from what roles do to the configurations that lead there.

Messages that are under way arrive in the end, timers that run run out, and of guards that may hold now this one holds and
now that one: so a role that *can* go on without anybody's help does. Nobody is forced to a local event.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from art7.prover.roles.composition import CHANGED, TAKEN, UNFORCED
from art7.prover.roles.explore import Exploration


@dataclass(frozen=True, slots=True)
class Progress:
    """For each configuration a bit for each role: it may take a transition again; it leaves its state, locals aside."""

    moves: array[int]
    leaves: array[int]


def progress_of(found: Exploration) -> Progress:
    """Return what every configuration leads to. Where the exploration ended, everything may follow."""
    everything = (1 << len(found.composition.roles)) - 1
    moves = array("L", bytes(len(found.order) * array("L").itemsize))
    leaves = array("L", bytes(len(found.order) * array("L").itemsize))
    for place in range(len(found.order)):
        if place >= found.expanded or place in found.cut:
            moves[place] = leaves[place] = everything
    moving = True
    while moving:
        moving = False
        for place in range(found.expanded - 1, -1, -1):
            can, goes = moves[place] | found.idle[place], leaves[place]
            if can == everything == goes:
                moves[place] = can
                continue
            for step in range(found.starts[place], found.starts[place + 1]):
                mark, target = found.marks[step], found.targets[step]
                can |= moves[target] | (mark & TAKEN) << (mark >> 3)
                if not mark & UNFORCED:
                    goes |= leaves[target] | (mark & CHANGED) // CHANGED << (mark >> 3)
            if can != moves[place] or goes != leaves[place]:
                moves[place], leaves[place] = can, goes
                moving = True
    return Progress(moves, leaves)


@dataclass(frozen=True, slots=True)
class Halt:
    """A configuration from which roles do not get on: `stuck` take nothing ever again, `held` stay in a `hot` state."""

    place: int
    stuck: tuple[int, ...]
    held: tuple[int, ...]


def halts(found: Exploration, progress: Progress) -> Iterator[Halt]:
    """Yield for each role and state that does not get on the nearest configuration where this has come about.

    A role may rest in its start state and in a final one; but not all roles from the very beginning.
    """
    told: set[tuple[int, str]] = set()
    for place in range(found.expanded):
        here = _halt(found, progress, place)
        if here is None or not _names(found, here) - told:
            continue
        end = _halt(found, progress, _ended(found, place)) or here
        told |= _names(found, here) | _names(found, end)
        yield end


def _names(found: Exploration, halt: Halt) -> set[tuple[int, str]]:
    here = found.order[halt.place]
    return {(role, found.composition.local(here, role).state) for role in (*halt.stuck, *halt.held)}


def _halt(found: Exploration, progress: Progress, place: int) -> Halt | None:
    stuck, held = [], []
    for role, machine in enumerate(found.composition.roles):
        moves, leaves = progress.moves[place] >> role & 1, progress.leaves[place] >> role & 1
        if moves and leaves:
            continue
        kind = machine.states[found.composition.local(found.order[place], role).state].kind
        if not moves and (kind in ("hot", "plain") or (kind == "start" and len(found.order) == 1)):
            stuck.append(role)
        elif not leaves and kind == "hot":
            held.append(role)
    return Halt(place, tuple(stuck), tuple(held)) if stuck or held else None


def _ended(found: Exploration, place: int) -> int:
    """Return the nearest configuration behind `place` where nothing at all happens any more, or `place` itself."""
    seen, waiting = {place}, [place]
    for here in waiting:
        if here >= found.expanded:
            continue
        targets = found.targets[found.starts[here] : found.starts[here + 1]]
        if not targets and not found.idle[here]:
            return here
        for target in targets:
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return place
