"""Endpoints on a simulated network: events in, effects out, everything in the trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

from art7.grammar.ir.module import Channel, Protocol
from art7.grammar.ir.shape import Shape
from art7.runtime.endpoint import (
    Decoded,
    Deferred,
    Derived,
    Effect,
    Endpoint,
    Entered,
    Ignored,
    Refusal,
    Resumed,
    StartTimer,
    StopTimer,
    Transmit,
)
from art7.runtime.entropy import SeededRandom
from art7.runtime.layers import Codec, Layers
from art7.runtime.network import Delivery, Faults, Link, Network
from art7.runtime.redact import redacted
from art7.runtime.show import Shower
from art7.runtime.trace import Json, Trace

EVENT_LIMIT = 20_000
"""Events of one run; more means that it does not end."""


TOOK = {"taken": "took", "ignored": "ignored", "deferred": "deferred", "refused": "refused"}
"""Outcome of an event → the verb of a sentence about it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message that was delivered and taken (not ignored, not deferred): what a scenario's `a -> b: M` waits for."""

    sender: str
    receiver: str
    message: str


@dataclass(frozen=True, slots=True)
class Told:
    """One event that an endpoint was given, and what came of it; `entry` is its line of the trace.

    `kind` is `local`, `receive` or `timeout`; `name` the event, message or timer; `given` the arguments or octets.
    """

    role: str
    kind: str
    name: str
    given: Any
    entry: int
    effects: tuple[Effect, ...] = ()
    refusal: Refusal | None = None
    delivery: Delivery | None = None

    @property
    def outcome(self) -> str:
        """`taken`, `ignored`, `deferred` or `refused`."""
        if self.refusal is not None:
            return "refused"
        for effect in self.effects:
            if isinstance(effect, Ignored):
                return "ignored"
            if isinstance(effect, Deferred):
                return "deferred"
            if not isinstance(effect, Decoded):
                break
        return "taken"


@dataclass(slots=True)
class Simulator:
    """One protocol, one endpoint a role, one network."""

    protocol: Protocol
    endpoints: Mapping[str, Endpoint]
    layers: Layers
    carriers: Codec
    """Reads and writes the carrying frames for the network's side of the trace."""
    network: Network
    trace: Trace
    shower: Shower
    seen: Counter[Seen] = field(default_factory=Counter)
    history: list[Told] = field(default_factory=list)
    derivations: list[tuple[str, Derived, int]] = field(default_factory=list)
    """(role, what was derived, entry of the trace), in order."""
    events: int = 0
    _held: list[tuple[str, Delivery, str]] = field(default_factory=list)
    _timers: dict[tuple[str, str], int] = field(default_factory=dict)
    _generation: int = 0
    _messages: int = 0

    def local(self, role: str, event: str, arguments: Mapping[str, Any]) -> None:
        """Let `role` do a local event. Raises: `Refusal`."""
        endpoint = self.endpoints[role]
        shown = self._arguments(role, event, arguments)
        entry = self._add(role, "local", event=event, arguments=shown, state=endpoint.state)
        try:
            effects = endpoint.local(event, arguments)
        except Refusal as refusal:
            self._refuse(role, refusal, entry, Told(role, "local", event, arguments, entry), event=event)
            raise
        self.history.append(Told(role, "local", event, arguments, entry, tuple(effects)))
        self._apply(role, effects)

    def submit(self, role: str, receiver: str, octets: bytes) -> int:
        """Take octets as they came off the wire from a role that is played elsewhere; return the entry's number.

        Raises: `KeyError` when there is no channel.
        """
        self._messages += 1
        fate = self.network.transmit(role, receiver, octets, self._messages)
        message, value = "", None
        if not self.shower.silent:
            with suppress(Refusal):  # its receiver says so, with the reason
                message, inner = self._open(Delivery(role, receiver, octets, self._messages))
                value = self.carriers.decode(message, inner)
        return self._add(
            role, "send", message_number=self._messages, receiver=receiver, message=message, octets=octets.hex(),
            network=list(fate), made_of=self.endpoints[role].made_of,
            value={} if value is None else self.shower.record(message, value), clause=self.shower.clauses(message),
        )  # fmt: skip

    def step(self, until_ms: int) -> bool:
        """Process the next event not later than `until_ms`; return whether there was one.

        Raises: `Refusal` (A7-R020) when there were too many.
        """
        event = self.network.next_event(until_ms)
        if event is None:
            return False
        self.events += 1
        if self.events > EVENT_LIMIT:
            raise Refusal("A7-R020", f"the run did not end within {EVENT_LIMIT} events", "specification")
        if isinstance(event, Delivery):
            self._deliver(event)
        elif self._timers.get((event.role, event.timer)) == event.generation:
            self.expire(event.role, event.timer)
        return True

    def expire(self, role: str, timer: str) -> None:
        """Let a timer run out now, as its time says or a scenario's `role timeout timer`."""
        self._timers.pop((role, timer), None)
        endpoint = self.endpoints[role]
        entry = self._add(role, "timeout", timer=timer, state=endpoint.state)
        try:
            effects = endpoint.timeout(timer)
        except Refusal as refusal:
            self._refuse(role, refusal, entry, Told(role, "timeout", timer, None, entry), timer=timer)
            return
        self.history.append(Told(role, "timeout", timer, None, entry, tuple(effects)))
        self._apply(role, effects)

    def forget(self) -> None:
        """Drop what is kept for those who look back: what happens next does not depend on it."""
        self.trace.forget()
        self.history.clear()
        self.derivations.clear()
        self.seen.clear()

    # ---- deliveries ---------------------------------------------------------------------------------------

    def _deliver(self, event: Delivery) -> None:
        role, endpoint = event.receiver, self.endpoints[event.receiver]
        about: dict[str, Json] = {
            "message_number": event.number, "sender": event.sender, "octets": event.octets.hex()
        }  # fmt: skip
        if event.flipped is not None:
            about["flipped"] = list(event.flipped)
        message, octets = "", event.octets
        try:
            message, octets = self._open(event)
            before = endpoint.state
            effects = endpoint.receive(message, octets, event.sender)
        except Refusal as refusal:
            told = Told(role, "receive", message, octets, 0, delivery=event)
            self._refuse(role, refusal, 0, told, message=message or None, **about)
            return
        told = Told(role, "receive", message, octets, self.trace.count + 1, tuple(effects), None, event)
        self._add(
            role, "receive", message=message, **about, outcome=told.outcome, state=before,
            state_after=endpoint.state, clause=self.shower.clauses(message),
        )  # fmt: skip
        self.history.append(told)
        if told.outcome == "taken":
            self.seen[Seen(event.sender, role, message)] += 1
        if told.outcome == "deferred":
            self._held.append((role, event, message))
        self._apply(role, effects)

    def _refuse(self, role: str, refusal: Refusal, entry: int, told: Told, **about: Json) -> None:
        """Write the refusal down, then what the endpoint had learnt before it: evidence, but undone."""
        number = self._add(
            role, "refuse", **about, code=refusal.code, reason=refusal.reason, blame=refusal.blame,
            place=refusal.place, state=self.endpoints[role].state,
        )  # fmt: skip
        self.history.append(replace(told, entry=entry or number, refusal=refusal))
        self._apply(role, refusal.learnt, is_undone=True)

    def _open(self, event: Delivery) -> tuple[str, bytes]:
        """Find out what arrived, from the octets and the specification alone."""
        carried = carried_by(self.protocol.channels, event.sender, event.receiver)
        outer = outermost(self.layers, carried)
        if len(outer) != 1:
            names = ", ".join(sorted(outer))
            raise Refusal("A7-R021", f"nothing on the wire tells {names} apart", "specification")
        message, octets = self.layers.open(next(iter(outer)), event.octets, self.carriers)
        if message not in carried:
            raise Refusal(
                "A7-R022", f"{message} is not carried from {event.sender} to {event.receiver}", "peer"
            )
        return message, octets

    # ---- effects ------------------------------------------------------------------------------------------

    def _apply(self, role: str, effects: Sequence[Effect], *, is_undone: bool = False) -> None:
        undone: dict[str, Json] = {"undone": True} if is_undone else {}
        for effect, after in zip_longest(effects, effects[1:]):
            match effect:
                case Transmit():
                    self._transmit(role, effect)
                case StartTimer(timer=timer, after_ms=after_ms):
                    self._generation += 1
                    self._timers[role, timer] = self._generation
                    self.network.start_timer(role, timer, after_ms, self._generation)
                case StopTimer(timer=timer):
                    self._timers.pop((role, timer), None)
                case Derived():
                    self._derive(role, effect, undone)
                case Decoded():
                    self._decode(role, effect, undone)
                case Entered(state=state):
                    self._add(role, "state", state=state)
                case Resumed():
                    self._resume(role, effect, isinstance(after, Ignored))
                case Ignored() | Deferred():
                    continue
        self._notice(role)

    def _derive(self, role: str, effect: Derived, undone: Mapping[str, Json]) -> None:
        entry = self._add(
            role, "derive", schedule=effect.schedule, inputs=[self.shower.derived(*v) for v in effect.inputs],
            steps=[self.shower.derived(*v) for v in effect.values], **undone,
            clause=self.shower.clauses(effect.schedule),
        )  # fmt: skip
        self.derivations.append((role, effect, entry))

    def _decode(self, role: str, effect: Decoded, undone: Mapping[str, Json]) -> None:
        if effect.octets in self.shower.secrets.values and not self.shower.sandbox:
            value: Json = redacted(effect.octets)
        else:
            value = self.shower.record(effect.message, effect.value)
        self._add(role, "decode", message=effect.message, value=value, **undone)

    def _resume(self, role: str, effect: Resumed, is_ignored: bool) -> None:
        """Write down that a deferred message has its turn; only now may it be accepted."""
        mine = [
            (place, event)
            for place, (who, event, message) in enumerate(self._held)
            if (who, event.sender, message) == (role, effect.sender, effect.message)
        ]
        number: Json = None
        if mine:
            number = mine[0][1].number
            del self._held[mine[0][0]]
        about: dict[str, Json] = {
            "message_number": number, "sender": effect.sender, "message": effect.message,
            "outcome": "refused" if effect.refusal is not None else "ignored" if is_ignored else "taken",
        }  # fmt: skip
        if effect.refusal is not None:
            about |= {"code": effect.refusal.code, "reason": effect.refusal.reason}
        elif not is_ignored:
            self.seen[Seen(effect.sender, role, effect.message)] += 1
        self._add(role, "resume", **about)

    def _transmit(self, role: str, effect: Transmit) -> None:
        try:
            _, octets = self.layers.carry(effect.message, effect.octets, self.carriers)
        except Refusal as refusal:
            told = Told(role, "send", effect.message, effect.octets, 0)
            self._refuse(role, refusal, 0, told, message=effect.message)
            return
        self._messages += 1
        fate = self.network.transmit(role, effect.receiver, octets, self._messages)
        self._add(
            role, "send", message_number=self._messages, receiver=effect.receiver,
            message=effect.message, octets=octets.hex(), network=list(fate),
            made_of=self.endpoints[role].made_of, value=self.shower.record(effect.message, effect.value),
            clause=self.shower.clauses(effect.message),
        )  # fmt: skip

    # ---- the trace ----------------------------------------------------------------------------------------

    def _add(self, role: str, kind: str, **data: Json) -> int:
        """Append an entry without what is absent; return its number."""
        kept = {
            name: each for name, each in data.items() if each is not None and (name, each) != ("clause", [])
        }
        return self.trace.add(self.network.now_ms, role, kind, **kept).number

    def _arguments(self, role: str, event: str, arguments: Mapping[str, Any]) -> dict[str, Json]:
        shapes = local_shapes(self.protocol, role, event)
        return {name: self.shower.shaped(shapes.get(name), value) for name, value in arguments.items()}

    def _notice(self, role: str) -> None:
        """Remember the secrets among the variables, so that they can be kept out of what is shown."""
        if self.shower.sandbox:
            return
        values = self.endpoints[role].variables()
        machine = next(each for each in self.protocol.roles if each.name == role)
        for variable in machine.variables:
            self.shower.shaped(variable.shape, values.get(variable.name))


def carried_by(channels: Sequence[Channel], sender: str, receiver: str) -> tuple[str, ...]:
    """Return the messages a channel may carry, by qualified name."""
    return tuple(name for c in channels if (c.sender, c.receiver) == (sender, receiver) for name in c.carries)


def outermost(layers: Layers, messages: Sequence[str]) -> set[str]:
    """Return the records that stand on the wire for `messages`: their outermost carriers, or themselves."""
    found = set()
    for message in messages:
        for _ in range(len(layers.by_target) + 1):
            layer = layers.by_target.get(message)
            if layer is None:
                break
            message = layer.carrier
        found.add(message)
    return found


def network_of(protocol: Protocol, faults: Faults, seed: int) -> Network:
    """Make the network of a protocol's channels."""
    links = {(c.sender, c.receiver): Link(c.ordered, c.lossy, c.bound) for c in protocol.channels}
    return Network(links, faults, SeededRandom(seed, "network"))


def local_shapes(protocol: Protocol, role: str, event: str) -> dict[str, Shape]:
    """Return what a local event of a role takes: shapes by name."""
    machine = next(each for each in protocol.roles if each.name == role)
    return {
        param.name: param.shape
        for state in machine.states
        for transition in state.transitions
        if transition.trigger.kind == "local" and event in transition.trigger.names
        for param in transition.trigger.params
    }
