"""Roles that do not get on: deadlocks, `hot` states that need not be left, channels that run full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from art7.grammar.diagnostics import Related
from art7.grammar.ir.module import RoleMachine, SendAction, State, Transition
from art7.prover.answers import Answer
from art7.prover.roles.composition import MASK, Composition, Landing, Move
from art7.prover.roles.explore import Exploration
from art7.prover.roles.machine import Local
from art7.prover.roles.paths import Path, ladder_of, path_to
from art7.prover.roles.phrases import event_of, listed, refuted, short
from art7.prover.roles.progress import Halt
from art7.prover.witnesses import Ladder

Waiter = tuple[RoleMachine, State]


def halt_answer(found: Exploration, halt: Halt) -> Answer:
    """Return what is wrong with a configuration from which roles do not get on."""
    composition, path = found.composition, path_to(found, halt.place)
    end = found.order[halt.place]
    waiters: list[Waiter] = []
    for role in (*halt.stuck, *halt.held):
        waiting = composition.roles[role]
        waiters.append((waiting.machine, waiting.states[composition.local(end, role).state]))
    machine, state = waiters[0]
    subject = f"{composition.protocol.name}.{machine.name}.{state.name}"
    full = next((move for move in composition.moves(end) if not composition.landings(end, move)), None)
    if full is not None and halt.stuck:
        says = f"{full.outcome.fired[-1].trigger.names[0]} waits for room in a channel that nobody empties"
        return _full(composition, full, ladder_of(composition, path, says, "full", full))
    if len(halt.stuck) > 1 or (halt.stuck and state.kind != "hot"):
        return deadlock_answer(subject, composition, waiters[: len(halt.stuck)], path)
    says = f"{machine.name} is in {state.name}, and nothing takes it out of there"
    return hot_answer(subject, machine, state, ladder_of(composition, path, says, "waits"))


def hot_answer(subject: str, machine: RoleMachine, state: State, ladder: Ladder) -> Answer:
    """Return that a `hot` state need not be left."""
    message = (
        f"`{machine.name}` may stay in `hot` state `{state.name}` for ever: no message under way and no timer "
        "leads out of it"
    )
    return refuted("progress", subject, "A7-S206", message, state.span, ladder)


def deadlock_answer(subject: str, composition: Composition, waiters: Sequence[Waiter], path: Path) -> Answer:
    """Return that roles in these states take nothing ever again."""
    places = [f"{machine.name} in {state.name}" for machine, state in waiters]
    says = f"nothing can happen any more for {' and '.join(places)}"
    roles = listed(machine.name for machine, _ in waiters)
    states = listed(state.name for _, state in waiters)
    if len(waiters) == 1:
        message = f"{roles} may wait in {states} for ever: no message can come and no timer runs"
    else:
        message = f"{roles} may wait for each other for ever, in {states}"
    related = tuple(Related(f"`{machine.name}` waits here", state.span) for machine, state in waiters[1:])
    ladder = ladder_of(composition, path, says, "waits")
    return refuted("deadlocks", subject, "A7-S201", message, waiters[0][1].span, ladder, related=related)


# ---- channels ------------------------------------------------------------------------------------------------


def _full(composition: Composition, move: Move, ladder: Ladder) -> Answer:
    """Return that roles wait for room: `move` is one that does."""
    action = _sends(move.outcome.fired[-1])[-1]
    own = composition.roles[move.role].machine.name
    message = (
        f"`{own}` may wait for ever to send `{short(action.message)}`: the channel to `{action.receiver}` is full "
        "and nobody empties it"
    )
    subject = f"{composition.protocol.name}.{own}"
    return refuted("channels", subject, "A7-S207", message, action.span, ladder)


def _sends(transition: Transition) -> list[SendAction]:
    return [action for action in transition.actions if isinstance(action, SendAction)]


def bursts(composition: Composition) -> Iterator[tuple[RoleMachine, Transition, SendAction, int]]:
    """Yield transitions that send more at once than a channel that loses nothing declares to hold."""
    bounds = {
        (c.sender, c.receiver): c.bound for c in composition.protocol.channels if not c.lossy and c.bound
    }
    for role in composition.roles:
        for state in role.machine.states:
            for transition in state.transitions:
                counts: dict[str, int] = {}
                for action in _sends(transition):
                    counts[action.receiver] = counts.get(action.receiver, 0) + 1
                    bound = bounds.get((role.machine.name, action.receiver))
                    if bound is not None and counts[action.receiver] == bound + 1:
                        yield role.machine, transition, action, bound


def burst_answer(
    found: Exploration, machine: RoleMachine, transition: Transition, action: SendAction, bound: int
) -> Answer:
    """Return that a transition sends more than a channel holds."""
    composition = found.composition
    move, place = next(
        ((move, place) for move, place in found.waits.items() if transition in move.outcome.fired), (None, 0)
    )
    says = f"{event_of(transition)} of {machine.name} sends more than the {bound} that the channel holds"
    message = (
        f"`{event_of(transition)}` sends more to `{action.receiver}` at once than the {bound} "
        f"message{'s' if bound > 1 else ''} that the channel holds"
    )
    subject = f"{composition.protocol.name}.{machine.name}"
    ladder = ladder_of(composition, path_to(found, place), says, "full", move)
    return refuted("channels", subject, "A7-S207", message, action.span, ladder)


def floods(found: Exploration) -> Iterator[Answer]:
    """Yield timers that send into a channel that loses nothing, again and again, whoever takes it."""
    composition = found.composition
    told: set[Transition] = set()
    for place, role in enumerate(composition.roles):
        for local in list(composition.locals[place]):
            cycle = _ticking(composition, place, local)
            for transition in cycle:
                for action in _sends(transition):
                    if transition not in told and not _is_lossy(composition, role.machine.name, action):
                        told.add(transition)
                        yield _flood(found, place, local, transition, action)


def _is_lossy(composition: Composition, own: str, action: SendAction) -> bool:
    ends = (own, action.receiver)
    return any((c.sender, c.receiver) == ends and c.lossy for c in composition.protocol.channels)


def _ticking(composition: Composition, place: int, local: Local) -> list[Transition]:
    """Return the transitions by which timers alone lead a role back to where it is; none when they do not."""
    role = composition.roles[place]
    parents: dict[Local, tuple[Local, Transition] | None] = {local: None}
    waiting = [local]
    for now in waiting:
        for timer in sorted(now.running):
            for outcome in role.timeout(now, timer):
                if outcome.how != "taken":
                    continue
                if outcome.after == local:
                    return [outcome.fired[0], *_fired(parents, now)]
                if outcome.after not in parents:
                    parents[outcome.after] = (now, outcome.fired[0])
                    waiting.append(outcome.after)
    return []


def _fired(parents: dict[Local, tuple[Local, Transition] | None], local: Local) -> list[Transition]:
    found = []
    step = parents[local]
    while step is not None:
        found.append(step[1])
        step = parents[step[0]]
    return found


def _flood(found: Exploration, role: int, local: Local, transition: Transition, action: SendAction) -> Answer:
    composition = found.composition
    machine = composition.roles[role].machine
    number = composition.locals[role].index(local)
    here = next(i for i, each in enumerate(found.order) if each >> role * 24 & MASK == number)
    path = path_to(found, here)
    end = found.order[here]
    last: Move | None = None
    while last is None:
        ticks = [
            move for move in composition.free(role, end >> role * 24 & MASK)
            if move.kind == "timeout" and move.outcome.how == "taken"
        ]  # fmt: skip
        wanted = [move for move in ticks if transition in move.outcome.fired] or ticks
        landings: list[Landing] = composition.landings(end, wanted[0])
        if landings:
            path.append((wanted[0], landings[0]))
            end = landings[0].after
        else:
            last = wanted[0]
    says = f"timer after timer {machine.name} sends {short(action.message)}, until the channel is full"
    message = (
        f"`{event_of(transition)}` of `{machine.name}` sends `{short(action.message)}` again and again while nobody need take "
        "it: a channel that loses nothing runs full"
    )
    subject = f"{composition.protocol.name}.{machine.name}"
    advice = f"declare the channel to `{action.receiver}` `lossy`, or send again only after an answer"
    return refuted(
        "channels",
        subject,
        "A7-S207",
        message,
        action.span,
        ladder_of(composition, path, says, "full", last),
        help=advice,
    )
