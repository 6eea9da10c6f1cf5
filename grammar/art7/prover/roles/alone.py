"""Each role alone, against everything that the others can ever send it: cheap, for any depth of the channels.

What may arrive at a role depends on what it has sent so far, and on nothing else that is followed here: the others may do all
that they can do once they were sent that. So a run of all roles is always one of these; what never happens here never
happens. What does happen here need not happen in a run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from art7.grammar.ir.module import Protocol, Transition
from art7.prover.budget import Budget
from art7.prover.roles.followed import Message
from art7.prover.roles.machine import AbstractRole, Local, Step

Sent = frozenset[tuple[Message, str]]
"""What a role has sent: (message, receiver)."""

Offers = tuple[tuple[Message, str], ...]
"""What may arrive at a role: (message, sender), sorted."""

Node = tuple[Local, Sent]

NODES = 20_000
"""Most nodes of one role."""


@dataclass(slots=True)
class Alone:
    """What one role may come to. `parents` lead from each node to an earlier one, by (kind, name, sender)."""

    role: AbstractRole
    parents: dict[Node, tuple[Node, tuple[str, str, str | None]] | None] = field(default_factory=dict)
    fired: set[Transition] = field(default_factory=set)
    is_whole: bool = True


@dataclass(slots=True)
class Crowd:
    """The roles of a protocol, each to be looked at alone."""

    protocol: Protocol
    roles: dict[str, AbstractRole]
    budget: Budget
    _offers: dict[tuple[str, Sent], Offers] = field(default_factory=dict)

    def offers(self, role: str, sent: Sent) -> Offers:
        """Return the (message, sender) that may reach `role` once it has sent `sent`."""
        key = (role, sent)
        if key not in self._offers:
            self._offers[key] = self._offered(role, sent)
        return self._offers[key]

    def _offered(self, role: str, sent: Sent) -> Offers:
        given: dict[str, set[tuple[Message, str]]] = {name: set() for name in self.roles}
        for message, receiver in sent:
            given[receiver].add((message, role))
        seen: dict[str, set[Local]] = {name: {each.start()} for name, each in self.roles.items()}
        size = -1
        while size != (size := sum(map(len, given.values())) + sum(map(len, seen.values()))):
            for name, other in self.roles.items():
                if name == role:
                    continue
                for message, receiver in _spread(other, seen[name], given[name]):
                    given[receiver].add((message, name))
        return tuple(sorted((each for each in given[role] if each[1] != role), key=repr))

    def places(self, name: str) -> set[Local]:
        """Return all that a role may be, when everything is sent to it, without what it has deferred."""
        role = self.roles[name]
        carried = {
            (role.followed.any(message), channel.sender) for channel in self.protocol.channels if channel.receiver == name
            for message in channel.carries
        }  # fmt: skip
        seen = {role.start()}
        _spread(role, seen, carried)
        return seen

    def alone(self, name: str) -> Alone:
        """Return everything that a role may come to."""
        role = self.roles[name]
        found = Alone(role)
        start: Node = (role.start(), frozenset())
        found.parents[start] = None
        waiting = [start]
        for node in waiting:
            if len(waiting) > NODES or self.budget.left <= 0:
                found.is_whole = False
                break
            local, sent = node
            for event, outcome in steps(role, local, self.offers(name, sent)):
                found.fired.update(outcome.fired)
                after: Node = (outcome.after, sent | frozenset(outcome.sent))
                if after not in found.parents:
                    found.parents[after] = (node, event)
                    waiting.append(after)
        return found


def steps(role: AbstractRole, local: Local, offered: Iterable[tuple[Message, str]]) -> list[Step]:
    """Return every event that a role may have when these messages are offered, with its outcomes."""
    found = role.memory.get(local)
    if found is None:
        found = role.memory[local] = {}
    if None not in found:
        free: list[Step] = []
        for timer in sorted(local.running):
            free += [(("timeout", timer, None), outcome) for outcome in role.timeout(local, timer)]
        for event in role.events(local):
            free += [(("local", event, None), outcome) for outcome in role.local(local, event)]
        found[None] = free
    together = list(found[None])
    for offer in offered:
        if offer not in found:
            message, sender = offer
            event_of = ("receive", message.name, sender)
            found[offer] = [(event_of, outcome) for outcome in role.receive(local, message, sender)]
        together += found[offer]
    return together


def _spread(
    role: AbstractRole, seen: set[Local], given: set[tuple[Message, str]]
) -> set[tuple[Message, str]]:
    """Add to `seen` what a role may come to when `given` may arrive; return what it sends on the way."""
    sent: set[tuple[Message, str]] = set()
    waiting = list(seen)
    while waiting and len(seen) <= NODES:
        local = waiting.pop()
        for _, outcome in steps(role, local, given):
            sent.update(outcome.sent)
            if outcome.after not in seen:
                seen.add(outcome.after)
                waiting.append(outcome.after)
    return sent
