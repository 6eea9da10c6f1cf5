"""One conversation followed through one protocol: what every role may be doing after each line of the log."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

from art7.grammar.diagnostics import Span
from art7.grammar.ir.module import Protocol
from art7.runtime.monitor.hypothesis import Hypothesis, Reaction, Refused, Role, Way
from art7.runtime.monitor.knowledge import Unknown, fitted, joined, settled

MOST_HYPOTHESES = 2000
"""More for one role, and what it does is given up as not decided."""

WINDOW = 64
"""Messages under way on an ordered channel without a declared bound; the first of more must have been taken."""

REMEMBERED = 64
"""Messages of a channel whose repetition is known as one."""

Hypotheses = dict[tuple[Any, ...], Hypothesis]


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that no run of the machines explains: who, why, and where that is written."""

    code: str
    party: str
    reason: str
    error: str = ""
    span: Span | None = None
    member: str = ""


class Undecided(Exception):
    """A role may be doing more things than are followed."""


@dataclass(slots=True)
class Passage:
    """What is under way in one direction: in order from `base` on where it is strict, else by message."""

    strict: bool
    limit: int
    base: int = 0
    queue: list[tuple[str, Any]] = field(default_factory=list)
    loose: dict[str, Any] = field(default_factory=dict)
    recent: deque[bytes] = field(default_factory=lambda: deque(maxlen=REMEMBERED))


class Tracker:
    """Follows one protocol. `complete`: the log tells every local event, timer and reception as well."""

    def __init__(
        self, protocol: Protocol, roles: Mapping[str, Role], *, complete: bool, midway: bool
    ) -> None:
        self.protocol = protocol
        self._roles = roles
        self._complete = complete
        self._ways = {
            (c.sender, c.receiver): Passage(c.ordered and not c.lossy, c.bound or WINDOW)
            for c in protocol.channels
        }
        self._may: dict[str, Hypotheses] = {}
        self._is_closed: set[str] = set()
        self._news: dict[str, list[tuple[str, str, Any]]] = {name: [] for name in roles}
        """What came under way since a role was last followed to all it may be doing: (message, sender, value)."""
        self._anything = midway
        for name, role in roles.items():
            first = role.anywhere((0,) * len(role.feeders)) if midway else [role.initial()]
            self._may[name] = {each.key: each for each in first}

    def states(self, role: str) -> list[str]:
        """Return the states that a role may be in."""
        return sorted({each.state for each in self._may[role].values()})

    def may(self, role: str) -> tuple[Hypothesis, ...]:
        """Return what a role may be doing now."""
        return tuple(self._may[role].values())

    # ---- what lines say ---------------------------------------------------------------------------------------

    def sent(self, sender: str, receiver: str, message: str, value: Any, octets: bytes) -> Fault | None:
        """A message was seen on its way. Raises: `Undecided`."""
        fault = self.observed(sender, receiver, message, value, octets)
        if fault is not None:
            return fault
        refused = self._roles[receiver].refusal(message, sender, value)
        if refused is not None:
            return _refused(sender, receiver, message, refused)
        if self._complete:
            return None
        way = self._ways[sender, receiver]
        if way.strict:
            self._is_closed.discard(receiver)
            way.queue.append((message, value))
            return self._make_room(sender, receiver, way)
        if message in way.loose and way.loose[message] is not value:
            value = Unknown()
        way.loose[message] = value
        self._news[receiver].append((message, sender, value))
        return None

    def received(self, sender: str, receiver: str, message: str, value: Any) -> Fault | None:
        """A message reached its receiver just now."""
        role = self._roles[receiver]
        after, refused = self._moved(
            receiver, lambda each: role.receive(each, message, sender, value), self._close(receiver)
        )
        return self._next(receiver, after, self._not_taken(sender, receiver, message, refused))

    def happened(self, name: str, kind: str, event: str, given: Mapping[str, Any]) -> Fault | None:
        """A role did a local event, or one of its timers ran out."""
        role = self._roles[name]
        after, refused = self._moved(
            name,
            lambda each: role.react(each, role.on(each.state, kind, event, None), given),
            self._may[name],
        )
        why = f"{kind} {event} is not possible" + (f": {refused[0].reason}" if refused else "")
        where = refused[0].span if refused else self._span(name)
        code = refused[0].code if refused else ""
        return self._next(name, after, Fault("A7-R074", name, f"{why} in {self._where(name)}", code, where))

    def entered(self, name: str, state: str) -> Fault | None:
        """The log says which state a role is in now."""
        kept = {key: each for key, each in self._may[name].items() if each.state == state}
        reason = f"{name} is said to be in {state}, and can only be in {self._where(name)}"
        return self._next(name, kept, Fault("A7-R075", name, reason, "", self._span(name)))

    # ---- sending ----------------------------------------------------------------------------------------------

    def observed(self, sender: str, receiver: str, message: str, value: Any, octets: bytes) -> Fault | None:
        """A message was sent; whether and when it arrives is another matter. Raises: `Undecided`."""
        way = self._ways[sender, receiver]
        digest = blake2b(octets, digest_size=8).digest()
        if not way.strict and not self._complete and digest in way.recent:
            return None
        way.recent.append(digest)
        closed = self._close(sender)
        after: Hypotheses = {}
        differs: tuple[str, Any] | None = None
        for each in closed.values():
            found, name = self._sent_by(each, (message, receiver), value)
            if found is not None:
                _add(after, found)
            elif name:
                differs = differs or (name, each)
        if not after and self._anything:
            return None
        return self._next(sender, after, self._not_sent(sender, receiver, message, closed, differs))

    def _sent_by(self, each: Hypothesis, way: Way, value: Any) -> tuple[Hypothesis | None, str]:
        """Return the hypothesis after it was seen to send, or the member whose value it would not have sent."""
        if way in each.emits:
            head: tuple[Any, ...] = ("emit", *way)
            left = replace(each, emits=each.emits - {way})
        elif each.owed and each.owed[0] == way:
            head = ("owed", 0)
            left = replace(each, owed=each.owed[1:])
        else:
            return None, ""
        members = [(cell[-1], held) for cell, held in each.cells.items() if _is_below(cell, head)]
        seen = value if isinstance(value, Mapping) else {}
        found, differs = fitted((name, held, seen[name]) for name, held in members if name in seen)
        if differs is not None:
            return None, differs
        cells = {cell: held for cell, held in each.cells.items() if not _is_below(cell, head)}
        if head[0] == "owed":
            cells = {_moved_up(cell): held for cell, held in cells.items()}
        return replace(left, cells=settled(cells, found)), ""

    def _not_sent(
        self, sender: str, receiver: str, message: str, closed: Hypotheses, differs: tuple[str, Any] | None
    ) -> Fault:
        if differs is not None:
            reason = f"{sender} sends {message} with another `{differs[0]}` than its machine gives it"
            span = self._state_span(sender, differs[1].state)
            return Fault("A7-R073", sender, reason, "", span, differs[0])
        ways = {way for each in closed.values() for way in (*each.emits, *each.owed[:1])}
        could = ", ".join(sorted(f"{name} to {peer}" for name, peer in ways)) or "nothing"
        reason = f"{sender} sends {message} to {receiver} in {self._where(sender)}, where it can send {could}"
        return Fault("A7-R072", sender, reason, "", self._span(sender))

    # ---- taking -----------------------------------------------------------------------------------------------

    def _make_room(self, sender: str, receiver: str, way: Passage) -> Fault | None:
        """Take it that the oldest message of a full channel has arrived."""
        place = self._roles[receiver].feeders.index(sender)
        if len(way.queue) <= way.limit:
            return None
        closed = self._close(receiver)
        message, _ = way.queue.pop(0)
        way.base += 1
        kept = {key: each for key, each in closed.items() if each.taken[place] >= way.base}
        return self._next(receiver, kept, self._not_taken(sender, receiver, message, []))

    def _not_taken(self, sender: str, receiver: str, message: str, refused: list[Refused]) -> Fault:
        if refused:
            return _refused(sender, receiver, message, refused[0])
        reason = f"{message} from {sender} is not received by {receiver} in {self._where(receiver)}"
        return Fault("A7-R071", sender, reason, "", self._span(receiver))

    def _moved(self, role: str, step: Any, before: Hypotheses) -> tuple[Hypotheses, list[Refused]]:
        after: Hypotheses = {}
        refused: list[Refused] = []
        for each in before.values():
            reaction: Reaction = step(each)
            refused += reaction.refused
            for found in reaction.taken:
                _add(after, found)
        return after, refused

    def _next(self, role: str, after: Hypotheses, otherwise: Fault) -> Fault | None:
        if not after:
            return otherwise
        self._may[role] = after
        self._is_closed.discard(role)
        return None

    # ---- what nobody sees -------------------------------------------------------------------------------------

    def _close(self, name: str) -> Hypotheses:
        """Return what the role may be doing after anything that the log does not show. Raises: `Undecided`."""
        news = self._news[name]
        is_closed = name in self._is_closed
        if self._complete or (is_closed and not news):
            return self._may[name]
        role, found = self._roles[name], dict(self._may[name])
        waiting = {} if is_closed else dict.fromkeys(found)
        for each in [] if not is_closed else [each for each in found.values() if not each.owed]:
            # Whatever else it may do was followed before.
            for message, sender, value in news:
                for after in role.receive(each, message, sender, value).taken:
                    if _add(found, after):
                        waiting[after.key] = None
        while waiting:
            key = next(iter(waiting))
            del waiting[key]
            each = found[key]
            if each.owed:
                continue
            for after in self._hidden(name, each):
                if _add(found, after):
                    waiting[after.key] = None
            if len(found) > MOST_HYPOTHESES:
                raise Undecided(name)
        self._may[name], self._news[name] = found, []
        self._is_closed.add(name)
        return found

    def _hidden(self, name: str, each: Hypothesis) -> Iterable[Hypothesis]:
        role = self._roles[name]
        for kind, event in role.silent(each.state):
            yield from role.react(each, role.on(each.state, kind, event, None)).taken
        for (sender, receiver), way in self._ways.items():
            if receiver != name:
                continue
            for message, value in way.loose.items():
                yield from role.receive(each, message, sender, value).taken
            if way.strict:
                yield from self._in_turn(role, each, sender, way)
        for message, sender in each.held:
            value = each.cells["held", message, sender]
            yield from role.receive(each, message, sender, value).taken

    @staticmethod
    def _in_turn(role: Role, each: Hypothesis, sender: str, way: Passage) -> Iterable[Hypothesis]:
        place = role.feeders.index(sender)
        at = each.taken[place] - way.base
        if not 0 <= at < len(way.queue):
            return
        taken = (*each.taken[:place], each.taken[place] + 1, *each.taken[place + 1 :])
        message, value = way.queue[at]
        for after in role.receive(each, message, sender, value).taken:
            yield replace(after, taken=taken)

    # ---- words ------------------------------------------------------------------------------------------------

    def _where(self, role: str) -> str:
        states = self.states(role)
        return f"state {states[0]}" if len(states) == 1 else f"any of the states {', '.join(states)}"

    def _span(self, role: str) -> Span:
        states = self.states(role)
        machine = self._roles[role].machine
        return self._state_span(role, states[0]) if len(states) == 1 else machine.span

    def _state_span(self, role: str, state: str) -> Span:
        return self._roles[role].states[state].span


def _refused(sender: str, receiver: str, message: str, refused: Refused) -> Fault:
    reason = f"{receiver} refuses {message} from {sender} with `{refused.code}`: {refused.reason}"
    return Fault("A7-R076", sender, reason, refused.code, refused.span)


def _add(into: Hypotheses, each: Hypothesis) -> bool:
    """Put a hypothesis with those of the same key; return whether that allows more than before."""
    old = into.get(each.key)
    if old is None:
        into[each.key] = each
        return True
    if old is each:
        return False
    cells = dict(old.cells)
    lost = joined(cells, each.cells)
    emits, held = old.emits | each.emits, old.held | each.held
    if not lost and emits == old.emits and held == old.held:
        return False
    into[each.key] = replace(old, cells=cells, emits=emits, held=held)
    return True


def _is_below(cell: Any, head: tuple[Any, ...]) -> bool:
    return isinstance(cell, tuple) and cell[: len(head)] == head


def _moved_up(cell: Any) -> Any:
    if isinstance(cell, tuple) and cell[0] == "owed":
        return ("owed", cell[1] - 1, *cell[2:])
    return cell
