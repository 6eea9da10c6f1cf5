"""A run over sets of what was sent as a run over channels: what is not needed is lost, what is needed again is repeated."""

from __future__ import annotations

from collections.abc import Sequence

from art7.prover.roles.composition import Composition, Landing, Move
from art7.prover.roles.followed import Message
from art7.prover.roles.paths import Path
from art7.prover.roles.together import Step

Sent = tuple[int, Message]
"""A channel and a message in it."""


def realised(composition: Composition, steps: Sequence[Step]) -> Path | None:
    """Return the same events as a run that ends with nothing under way; `None` where the channels do not allow it."""
    path: Path = []
    now = composition.START
    for place, step in enumerate(steps):
        stage = _stage(composition, now, step, steps[place + 1 :])
        if stage is None:
            return None
        path.append(stage)
        now = stage[1].after
    return path


def _stage(
    composition: Composition, now: int, step: Step, later: Sequence[Step]
) -> tuple[Move, Landing] | None:
    """Return the move that does a step, with the landing after which just what is needed later is under way."""
    best: tuple[int, Move, Landing] | None = None
    for move in composition.moves(now):
        if (move.role, (move.kind, move.name, move.peer), move.outcome) != (
            step.role,
            step.event,
            step.outcome,
        ):
            continue
        for landing in composition.landings(now, move):
            wrong = _wrong(composition, landing.after, later)
            if wrong is not None and (best is None or wrong < best[0]):
                best = (wrong, move, landing)
    return None if best is None else best[1:]


def _wrong(composition: Composition, after: int, later: Sequence[Step]) -> int | None:
    """Return how many messages are under way that nobody needs; `None` where one is missing."""
    unneeded = 0
    for channel in range(len(composition.queues)):
        here = composition.content(after, channel)
        needed = _needed(composition, channel, later)
        if not needed <= set(here):
            return None
        unneeded += len(here) - len(needed)
    return unneeded


def _needed(composition: Composition, channel: int, later: Sequence[Step]) -> set[Message]:
    """Return what must be under way in a channel now: what is taken before it is sent again."""
    ends = composition.queues[channel].channel
    needed: set[Message] = set()
    sent: set[Message] = set()
    for step in later:
        own = composition.roles[step.role].machine.name
        if own == ends.receiver and step.message is not None and step.event[2] == ends.sender:
            needed |= {step.message} - sent
        if own == ends.sender:
            sent |= {message for message, receiver in step.outcome.sent if receiver == ends.receiver}
    return needed
