"""All configurations of a composition, nearest first, as far as a budget goes."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from art7.prover.budget import Budget
from art7.prover.roles.composition import BITS, MASK, TAKEN, Composition, Move

LOOK_AT_CLOCK = 4096
"""Configurations between two looks at the clock."""


@dataclass(slots=True)
class Exploration:
    """Configurations in the order of their distance, and the steps between them.

    The steps of configuration `i` are `targets[starts[i]:starts[i + 1]]`; `marks` holds of each the role that moved and the
    flags of the move; `idle` has for each configuration a bit for each role that takes a transition without any effect.
    `first` is for each move the configuration in which it first happened, `waits` for each move that was without room in a
    channel where that was first. In the configurations `cut` a deeper channel would have had room.
    """

    composition: Composition
    order: list[int] = field(default_factory=list)
    index: dict[int, int] = field(default_factory=dict)
    parents: array[int] = field(default_factory=lambda: array("l"))
    starts: array[int] = field(default_factory=lambda: array("l"))
    targets: array[int] = field(default_factory=lambda: array("l"))
    marks: array[int] = field(default_factory=lambda: array("H"))
    first: list[tuple[Move, int]] = field(default_factory=list)
    idle: array[int] = field(default_factory=lambda: array("L"))
    waits: dict[Move, int] = field(default_factory=dict)
    cut: set[int] = field(default_factory=set)
    is_whole: bool = True
    """Whether every configuration was looked at."""

    @property
    def expanded(self) -> int:
        """How many configurations, from the first on, have their steps."""
        return len(self.starts) - 1


def explore(composition: Composition, budget: Budget, most: int) -> Exploration:
    """Return the configurations up to `most`, or fewer when the module's seconds are used up."""
    found = Exploration(composition)
    order, starts, targets = found.order, found.starts, found.targets
    roles = [(place, place * BITS) for place in range(len(composition.roles))]
    channels = [
        (channel, composition.channel_shift(channel), role * BITS)
        for channel, role in enumerate(composition.receivers)
    ]
    order.append(composition.START)
    found.index[composition.START] = 0
    found.parents.append(-1)
    for place, now in enumerate(order):
        if len(order) > most or (place % LOOK_AT_CLOCK == LOOK_AT_CLOCK - 1 and budget.left <= 0):
            found.is_whole = False
            break
        starts.append(len(targets))
        moves: list[Move] = []
        for role, shift in roles:
            moves += composition.free(role, now >> shift & MASK)
        for channel, shift, receiver in channels:
            content = now >> shift & MASK
            if content:
                moves += composition.given(channel, now >> receiver & MASK, content)
        found.idle.append(_follow(found, place, now, moves))
    starts.append(len(targets))
    return found


def _follow(found: Exploration, place: int, now: int, moves: list[Move]) -> int:
    """Note where the moves of a configuration lead; return the roles that one of them leaves as they are."""
    composition, order, index = found.composition, found.order, found.index
    parents, targets, marks = found.parents, found.targets, found.marks
    idle = 0
    for move in moves:
        after = composition.land(now, move) if move.sends else (now + move.delta,)
        if not after:
            found.waits.setdefault(move, place)
            if not all(composition.queues[channel].is_final for channel, _ in move.sends):
                found.cut.add(place)
            continue
        if not move.done:
            move.done = True
            found.first.append((move, place))
        mark = move.role << 3 | move.flags
        for each in after:
            if each == now:
                idle |= (move.flags & TAKEN) << move.role
                continue
            target = index.get(each)
            if target is None:
                target = index[each] = len(order)
                order.append(each)
                parents.append(place)
            targets.append(target)
            marks.append(mark)
    return idle
