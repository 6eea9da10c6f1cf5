"""The roles of a protocol and the channels between them as one machine, its configurations plain integers.

A configuration holds a number for each role (what it is between two events) and one for each channel (what is under way),
24 bits each; an event adds a difference to it. What an event does is worked out once for a role and what it is given, not
once for each configuration.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from art7.grammar.ir.module import Protocol
from art7.prover.roles.followed import Followed, Message
from art7.prover.roles.machine import AbstractRole, Covers, Local, Outcome
from art7.prover.roles.queues import Queue

BITS = 24
MASK = (1 << BITS) - 1

HELD = 6
"""The most messages that a role defers here: each may have several outcomes when its turn comes."""

TAKEN, CHANGED, UNFORCED = 1, 2, 4
"""Of a move: a transition was taken; the state is another; it is a local event, which nobody is forced to do."""


@dataclass(slots=True, eq=False)
class Move:
    """One event of one role and one outcome of it, wherever it happens.

    `delta` is added to a configuration, then `sends` (channel, message) go out. `done` says that it happened once.
    """

    kind: str
    role: int
    name: str
    peer: str | None
    outcome: Outcome
    delta: int
    sends: tuple[tuple[int, Message], ...]
    flags: int
    done: bool = False


@dataclass(frozen=True, slots=True)
class Landing:
    """A configuration that a move leads to; `lost` are the places of its sends that vanished."""

    after: int
    lost: tuple[int, ...] = ()


@dataclass(slots=True)
class Composition:
    """All roles and channels of a protocol, channels holding at most `depth` messages or what they declare if that is less."""

    protocol: Protocol
    covers: dict[str, Covers]
    followed: Followed
    depth: int
    roles: list[AbstractRole] = field(init=False)
    queues: list[Queue] = field(init=False)
    locals: list[list[Local]] = field(init=False)
    receivers: list[int] = field(init=False)
    _numbers: list[dict[Local, int]] = field(init=False)
    _channels: dict[tuple[str, str], int] = field(init=False)
    _free: list[dict[int, list[Move]]] = field(init=False)
    _given: list[dict[int, list[Move]]] = field(init=False)

    def __post_init__(self) -> None:
        machines, channels = self.protocol.roles, self.protocol.channels
        names = [machine.name for machine in machines]
        self.roles = [
            AbstractRole(m, self.covers.get(m.name, {}), self.followed, min(self.depth, HELD))
            for m in machines
        ]
        self.queues = [Queue(c, min(c.bound or self.depth, self.depth)) for c in channels]
        self.receivers = [names.index(c.receiver) for c in channels]
        self._channels = {(c.sender, c.receiver): place for place, c in enumerate(channels)}
        self.locals = [[role.start()] for role in self.roles]
        self._numbers = [{found[0]: 0} for found in self.locals]
        self._free = [{} for _ in machines]
        self._given = [{} for _ in channels]

    START = 0
    """The configuration of the beginning: every role as it starts, nothing under way."""

    # ---- reading configurations -------------------------------------------------------------------------

    def role_shift(self, role: int) -> int:
        """Return where the number of a role begins."""
        return role * BITS

    def channel_shift(self, channel: int) -> int:
        """Return where the number of a channel begins."""
        return (len(self.roles) + channel) * BITS

    def local(self, configuration: int, role: int) -> Local:
        """Return what a role is in a configuration."""
        return self.locals[role][configuration >> role * BITS & MASK]

    def number(self, role: int, local: Local) -> int:
        """Return the number of what a role is."""
        found = self._numbers[role].setdefault(local, len(self.locals[role]))
        if found == len(self.locals[role]):
            self.locals[role].append(local)
        return found

    def content(self, configuration: int, channel: int) -> tuple[Message, ...]:
        """Return what is under way in a channel in a configuration."""
        return self.queues[channel].contents[configuration >> self.channel_shift(channel) & MASK]

    @property
    def is_final(self) -> bool:
        """Whether a greater depth would allow nothing more."""
        held = not any(role.holding_full for role in self.roles)
        return held and all(queue.is_final or not queue.cut for queue in self.queues)

    # ---- moves ------------------------------------------------------------------------------------------

    def free(self, role: int, number: int) -> list[Move]:
        """Return the moves of a role that need no message: timers that run out, and local events."""
        found = self._free[role].get(number)
        if found is None:
            local, machine = self.locals[role][number], self.roles[role]
            found = [
                self._move("timeout", role, timer, None, outcome, number)
                for timer in sorted(local.running) for outcome in machine.timeout(local, timer)
            ] + [
                self._move("local", role, event, None, outcome, number)
                for event in machine.events(local) for outcome in machine.local(local, event)
            ]  # fmt: skip
            self._free[role][number] = found
        return found

    def given(self, channel: int, number: int, content: int) -> list[Move]:
        """Return the moves of a channel's receiver that take a message from what is under way."""
        key = content << BITS | number
        found = self._given[channel].get(key)
        if found is None:
            role, queue = self.receivers[channel], self.queues[channel]
            local, sender = self.locals[role][number], queue.channel.sender
            shift = self.channel_shift(channel)
            found = []
            for message, rest in queue.heads(content):
                for outcome in self.roles[role].receive(local, message, sender):
                    move = self._move("receive", role, message.name, sender, outcome, number)
                    move.delta += (rest - content) << shift
                    found.append(move)
            self._given[channel][key] = found
        return found

    def _move(self, kind: str, role: int, name: str, peer: str | None, outcome: Outcome, number: int) -> Move:
        after = self.number(role, outcome.after)
        own = self.roles[role].machine.name
        sends = tuple((self._channels[own, receiver], message) for message, receiver in outcome.sent)
        flags = TAKEN if outcome.how == "taken" else 0
        if outcome.after.state != self.locals[role][number].state:
            flags |= CHANGED
        if kind == "local":
            flags |= UNFORCED
        return Move(kind, role, name, peer, outcome, (after - number) << role * BITS, sends, flags)

    def land(self, configuration: int, move: Move) -> list[int]:
        """Return where a move with sends leads from a configuration; nowhere while a channel has no room."""
        found = [configuration + move.delta]
        for channel, message in move.sends:
            queue, shift = self.queues[channel], (len(self.roles) + channel) * BITS
            longer = []
            for each in found:
                content = each >> shift & MASK
                after = queue.pushed(content, message)
                if after is not None:
                    longer.append(each + (after - content << shift))
                if queue.channel.lossy:
                    longer.append(each)
            found = longer
        return found

    def landings(self, configuration: int, move: Move) -> list[Landing]:
        """Return the same as `land`, with what was lost on the way."""
        found = [Landing(configuration + move.delta)]
        for place, (channel, message) in enumerate(move.sends):
            queue, shift = self.queues[channel], self.channel_shift(channel)
            longer = []
            for each in found:
                content = each.after >> shift & MASK
                after = queue.pushed(content, message)
                if after is not None:
                    longer.append(Landing(each.after + (after - content << shift), each.lost))
                if queue.channel.lossy:
                    longer.append(Landing(each.after, (*each.lost, place)))
            found = longer
        return found

    def moves(self, configuration: int) -> Iterator[Move]:
        """Yield every move that a configuration offers, also those that wait for room in a channel."""
        for role in range(len(self.roles)):
            yield from self.free(role, configuration >> role * BITS & MASK)
        for channel, role in enumerate(self.receivers):
            content = configuration >> self.channel_shift(channel) & MASK
            if content:
                yield from self.given(channel, configuration >> role * BITS & MASK, content)
