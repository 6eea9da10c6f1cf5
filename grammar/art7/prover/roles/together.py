"""All roles at once over channels that lose and repeat: one look for every depth of the channels.

A channel that may lose, repeat and overtake can deliver at any time, and as often as it likes, whatever was ever sent into it;
a message is out of the world only when nobody asks for it again. So a configuration here is what each role is, with the set
of all that was ever sent, and delivering takes nothing away. Every run over channels of any bound, ordered or not, is one of
these (a message in a channel was sent before), so what never happens here never happens: that is proved. The more was sent the
more may happen, so of two configurations that differ in what was sent alone the lesser is not looked at.

Who can still go on is asked with nothing under way: all may have been lost. There one message a channel must do, without losses
and without waiting for a local event where a state is `hot`; what one message a channel allows, more allow as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from art7.grammar.ir.module import Transition
from art7.prover.roles.alone import Crowd
from art7.prover.roles.followed import Message
from art7.prover.roles.machine import AbstractRole, Local, Outcome, Unexpected

NODES = 100_000
"""Most configurations."""

LOOK_AT_CLOCK = 1024
"""Configurations between two looks at the clock."""

States = tuple[int, ...]
"""The number of what each role is."""

Node = tuple[States, int]
"""A configuration: what each role is, and bits for all that was ever sent."""

Event = tuple[str, str, str | None]
"""Kind, name and sender."""


@dataclass(frozen=True, slots=True)
class Step:
    """One event of role `role` with an outcome: its number then is `after`; `sends` are bits of what goes out.

    `message` is what it took.
    """

    role: int
    event: Event
    outcome: Outcome
    after: int
    sends: int
    message: Message | None = None


@dataclass(slots=True)
class Together:
    """The roles of a crowd over sets of what was sent. `reached` has for each combination of states the greatest sets.

    `first` has for each transition that was `fired` by an event itself where that was.
    """

    crowd: Crowd
    roles: list[AbstractRole] = field(init=False)
    locals: list[list[Local]] = field(init=False)
    reached: dict[States, list[int]] = field(default_factory=dict)
    fired: set[Transition] = field(default_factory=set)
    first: dict[Transition, tuple[Node, Step]] = field(default_factory=dict)
    unexpected: dict[tuple[int, Unexpected], Node] = field(default_factory=dict)
    parents: dict[Node, tuple[Node, Step] | None] = field(default_factory=dict)
    is_whole: bool = True
    _numbers: list[dict[Local, int]] = field(init=False)
    _bits: dict[tuple[Message, int, int], int] = field(default_factory=dict)
    _mail: list[list[tuple[int, Message, str]]] = field(init=False)
    _free: dict[tuple[int, int], list[Step]] = field(default_factory=dict)
    _given: dict[tuple[int, int, int], list[Step]] = field(default_factory=dict)
    _ways: dict[tuple[int, int, int], list[Step]] = field(default_factory=dict)
    _inbox: list[int] = field(init=False)
    _told: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.roles = list(self.crowd.roles.values())
        self.locals = [[role.start()] for role in self.roles]
        self._numbers = [{found[0]: 0} for found in self.locals]
        self._mail = [[] for _ in self.roles]
        self._inbox = [0] * len(self.roles)

    # ---- steps --------------------------------------------------------------------------------------------

    def free(self, role: int, number: int) -> list[Step]:
        """Return the steps of a role that need no message."""
        found = self._free.get((role, number))
        if found is None:
            machine, local = self.roles[role], self.locals[role][number]
            found = [
                self._step(role, ("timeout", timer, None), outcome)
                for timer in sorted(local.running) for outcome in machine.timeout(local, timer)
            ] + [
                self._step(role, ("local", event, None), outcome)
                for event in machine.events(local) for outcome in machine.local(local, event)
            ]  # fmt: skip
            self._free[role, number] = found
        return found

    def given(self, role: int, number: int, mail: tuple[int, Message, str]) -> list[Step]:
        """Return the steps of a role that take a message."""
        bit, message, sender = mail
        found = self._given.get((role, number, bit))
        if found is None:
            outcomes = self.roles[role].receive(self.locals[role][number], message, sender)
            event = ("receive", message.name, sender)
            found = self._given[role, number, bit] = [
                self._step(role, event, each, message) for each in outcomes
            ]
        return found

    def _step(self, role: int, event: Event, outcome: Outcome, taken: Message | None = None) -> Step:
        after = self._numbers[role].setdefault(outcome.after, len(self.locals[role]))
        if after == len(self.locals[role]):
            self.locals[role].append(outcome.after)
        sends = 0
        for message, receiver in outcome.sent:
            sends |= self._bit(message, role, receiver)
        return Step(role, event, outcome, after, sends, taken)

    def _bit(self, message: Message, sender: int, receiver: str) -> int:
        place = list(self.crowd.roles).index(receiver)
        key = (message, sender, place)
        bit = self._bits.get(key)
        if bit is None:
            bit = self._bits[key] = 1 << len(self._bits)
            self._inbox[place] |= bit
            self._mail[place].append((bit, message, self.roles[sender].machine.name))
        return bit

    def steps(self, states: States, sent: int) -> Iterator[Step]:
        """Yield what may happen in a configuration."""
        for role, number in enumerate(states):
            yield from self._steps_of(role, number, sent)

    def _steps_of(self, role: int, number: int, sent: int) -> Iterator[Step]:
        yield from self.free(role, number)
        for mail in self._mail[role][:]:
            if mail[0] & sent:
                yield from self.given(role, number, mail)

    def _moves(self, role: int, node: Node) -> list[Step]:
        """Return the steps of a role in a configuration that change something; the others are noted alone."""
        states, sent = node
        key = (role, states[role], sent & self._inbox[role])
        found = self._ways.get(key)
        if found is None:
            found = self._ways[key] = []
            for step in self._steps_of(*key[:2], sent):
                self._note(step, node)
                if step.after != states[role] or step.sends:
                    found.append(step)
        return found

    # ---- looking ------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Go through all configurations, the newest first, so that much is sent early."""
        start: Node = ((0,) * len(self.roles), 0)
        self.parents[start] = None
        self.reached[start[0]] = [0]
        waiting, count = [start], 0
        while waiting:
            states, sent = waiting.pop()
            if sent not in self.reached[states]:
                continue
            count += 1
            if count > NODES or (count % LOOK_AT_CLOCK == 0 and self.crowd.budget.left <= 0):
                self.is_whole = False
                return
            for role, number in enumerate(states):
                for step in self._moves(role, (states, sent)):
                    after, more = states, sent | step.sends
                    if step.after != number:
                        after = (*states[:role], step.after, *states[role + 1 :])
                    elif more == sent:
                        continue
                    if self._is_new(after, more):
                        self.parents[after, more] = ((states, sent), step)
                        waiting.append((after, more))

    def _note(self, step: Step, node: Node) -> None:
        if id(step) in self._told:
            return
        self._told.add(id(step))
        self.fired.update(step.outcome.fired)
        for transition in step.outcome.fired[:1]:
            self.first.setdefault(transition, (node, step))
        for fault in step.outcome.unexpected:
            self.unexpected.setdefault((step.role, fault), node)

    def _is_new(self, states: States, sent: int) -> bool:
        """Keep a configuration unless another with the same states has at least as much sent."""
        known = self.reached.setdefault(states, [])
        for each in known:
            if sent | each == each:
                return False
        known[:] = [each for each in known if each | sent != sent]
        known.append(sent)
        return True

    def way(self, node: Node) -> list[Step]:
        """Return the steps from the beginning to a configuration."""
        found: list[Step] = []
        step = self.parents.get(node)
        while step is not None:
            found.append(step[1])
            step = self.parents.get(step[0])
        return found[::-1]
