"""Endpoints on a simulated network: events in, effects out, everything in the trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from art7.grammar.ir.module import Channel, Protocol
from art7.runtime.endpoint import (
    Decoded,
    Derived,
    Effect,
    Endpoint,
    Entered,
    Refusal,
    StartTimer,
    StopTimer,
    Transmit,
)
from art7.runtime.entropy import SeededRandom
from art7.runtime.layers import Codec, Layers
from art7.runtime.network import Delivery, Expiry, Faults, Link, Network
from art7.runtime.show import Shower
from art7.runtime.trace import Trace

EVENT_LIMIT = 20_000
"""Events of one run; more means that it does not end."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message that was delivered and accepted: what a scenario's `a -> b: M` waits for."""

    sender: str
    receiver: str
    message: str


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
    seen: list[Seen] = field(default_factory=list)
    refusals: list[tuple[str, Refusal]] = field(default_factory=list)
    events: int = 0
    _timers: dict[tuple[str, str], int] = field(default_factory=dict)
    _generation: int = 0
    _messages: int = 0

    def local(self, role: str, event: str, arguments: Mapping[str, Any]) -> None:
        """Let `role` do a local event. Raises: `Refusal`."""
        endpoint = self.endpoints[role]
        shown = {name: self.shower.value(value) for name, value in arguments.items()}
        self.trace.add(self.network.now_ms, role, "local", event=event, arguments=shown, state=endpoint.state)
        self._apply(role, endpoint.local(event, arguments))

    def step(self, until_ms: int) -> bool:
        """Process the next event not later than `until_ms`; return whether there was one."""
        event = self.network.next_event(until_ms)
        if event is None:
            return False
        self.events += 1
        if self.events > EVENT_LIMIT:
            raise Refusal("A7-R020", f"the run did not end within {EVENT_LIMIT} events", "specification")
        if isinstance(event, Expiry):
            self._expire(event)
        else:
            self._deliver(event)
        return True

    def expire(self, role: str, timer: str) -> None:
        """Let a timer run out now, as a scenario's `role timeout timer` says."""
        self._timers.pop((role, timer), None)
        self.trace.add(self.network.now_ms, role, "timeout", timer=timer)
        self._apply(role, self.endpoints[role].timeout(timer))

    # ---- events -------------------------------------------------------------------------------------------

    def _expire(self, event: Expiry) -> None:
        if self._timers.get((event.role, event.timer)) != event.generation:
            return
        del self._timers[event.role, event.timer]
        self.trace.add(self.network.now_ms, event.role, "timeout", timer=event.timer)
        self._apply(event.role, self.endpoints[event.role].timeout(event.timer))

    def _deliver(self, event: Delivery) -> None:
        endpoint = self.endpoints[event.receiver]
        now = self.network.now_ms
        try:
            message, octets = self._open(event)
            before = endpoint.state
            effects = endpoint.receive(message, octets, event.sender)
        except Refusal as refusal:
            self.refusals.append((event.receiver, refusal))
            self.trace.add(
                now, event.receiver, "refuse", message_number=event.number, sender=event.sender, code=refusal.code,
                reason=refusal.reason, blame=refusal.blame, place=refusal.place, state=endpoint.state,
            )  # fmt: skip
            return
        self.trace.add(
            now, event.receiver, "receive", message_number=event.number, sender=event.sender, message=message,
            octets=event.octets.hex(), state=before, state_after=endpoint.state,
        )  # fmt: skip
        self.seen.append(Seen(event.sender, event.receiver, message))
        self._apply(event.receiver, effects)

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

    def _apply(self, role: str, effects: Sequence[Effect]) -> None:
        now = self.network.now_ms
        for effect in effects:
            match effect:
                case Transmit():
                    self._transmit(role, effect)
                case StartTimer(timer=timer, after_ms=after_ms):
                    self._generation += 1
                    self._timers[role, timer] = self._generation
                    self.network.start_timer(role, timer, after_ms, self._generation)
                case StopTimer(timer=timer):
                    self._timers.pop((role, timer), None)
                case Derived(schedule=schedule, values=values):
                    steps = [self.shower.derived(*value) for value in values]
                    self.trace.add(now, role, "derive", schedule=schedule, steps=list(steps))
                case Decoded(message=message, value=value):
                    self.trace.add(
                        now, role, "decode", message=message, value=self.shower.record(message, value)
                    )
                case Entered(state=state):
                    self.trace.add(now, role, "state", state=state)

    def _transmit(self, role: str, effect: Transmit) -> None:
        self._messages += 1
        _, octets = self.layers.carry(effect.message, effect.octets, self.carriers)
        fate = self.network.transmit(role, effect.receiver, octets, self._messages)
        self.trace.add(
            self.network.now_ms, role, "send", message_number=self._messages, receiver=effect.receiver,
            message=effect.message, octets=octets.hex(), network=list(fate),
            made_of=self.endpoints[role].made_of, value=self.shower.record(effect.message, effect.value),
        )  # fmt: skip


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
