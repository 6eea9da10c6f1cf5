"""A simulated network: time, delivery and faults decided by a seed, never by a clock.

Events leave a priority queue in order of (virtual millisecond, sequence number), so equal seeds give equal
runs, octet for octet.
"""

from __future__ import annotations

import hashlib
import heapq
from dataclasses import dataclass, field

from art7.runtime.entropy import SeededRandom


@dataclass(frozen=True, slots=True)
class Faults:
    """What may happen to a message on a lossy or unordered channel.

    Rates are out of 1,000 messages. `delay_ms` is the shortest, `jitter_ms` what may be added: on an unordered channel jitter
    reorders. `partition_ms` is an interval of virtual time in which everything on a lossy channel is lost.
    """

    loss: int = 0
    duplicate: int = 0
    delay_ms: int = 20
    jitter_ms: int = 0
    partition_ms: tuple[int, int] | None = None
    flip: int | None = None
    """The delivery, counted from 1, in which one bit is turned over; its octets decide which."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that arrives."""

    sender: str
    receiver: str
    octets: bytes
    number: int
    flipped: tuple[int, int] | None = None
    """(octet, bit from the least significant) that the network turned over."""


@dataclass(frozen=True, slots=True)
class Expiry:
    """A timer that runs out; `generation` tells it from one that was stopped or started anew."""

    role: str
    timer: str
    generation: int


Event = Delivery | Expiry


@dataclass(frozen=True, slots=True)
class Link:
    """One direction of a channel."""

    ordered: bool
    lossy: bool
    bound: int | None


@dataclass(slots=True)
class Network:
    """Carries octets between roles and expires timers, in virtual time."""

    links: dict[tuple[str, str], Link]
    faults: Faults
    random: SeededRandom
    now_ms: int = 0
    _queue: list[tuple[int, int, Event]] = field(default_factory=list)
    _sequence: int = 0
    _last_arrival: dict[tuple[str, str], int] = field(default_factory=dict)
    _delivered: int = 0

    def transmit(self, sender: str, receiver: str, octets: bytes, number: int) -> tuple[str, ...]:
        """Hand over one message; return what the network did to it, in words for the trace.

        Raises: `KeyError` when there is no channel from `sender` to `receiver`.
        """
        link = self.links[sender, receiver]
        if link.lossy and self._is_lost():
            return ("lost",)
        done: list[str] = []
        copies = 1
        if link.lossy and self.random.below(1000) < self.faults.duplicate:
            copies = 2
            done.append("duplicated")
        for _ in range(copies):
            arrival, overtook = self._arrival(sender, receiver, link)
            if overtook:
                done.append("reordered")
            self._push(arrival, Delivery(sender, receiver, octets, number))
        return tuple(done)

    def start_timer(self, role: str, timer: str, after_ms: int, generation: int) -> None:
        """Let `timer` of `role` run out `after_ms` from now."""
        self._push(self.now_ms + after_ms, Expiry(role, timer, generation))

    @property
    def due_ms(self) -> int | None:
        """When the next event is due; `None` when there is none."""
        return self._queue[0][0] if self._queue else None

    def next_event(self, until_ms: int) -> Event | None:
        """Advance to the next event not later than `until_ms` and return it; `None` when there is none."""
        if not self._queue or self._queue[0][0] > until_ms:
            return None
        at, _, event = heapq.heappop(self._queue)
        self.now_ms = at
        if isinstance(event, Delivery):
            self._delivered += 1
            if self._delivered == self.faults.flip and event.octets:
                return self._flipped(event)
        return event

    def _flipped(self, event: Delivery) -> Delivery:
        # Not from the seed's stream: but for this bit the network does what it does without the flip.
        choice = int.from_bytes(hashlib.sha256(event.octets).digest(), "big")
        bit = choice % (8 * len(event.octets))
        octets = bytearray(event.octets)
        octets[bit // 8] ^= 1 << bit % 8
        return Delivery(event.sender, event.receiver, bytes(octets), event.number, (bit // 8, bit % 8))

    def _is_lost(self) -> bool:
        partition = self.faults.partition_ms
        if partition is not None and partition[0] <= self.now_ms < partition[1]:
            return True
        return self.random.below(1000) < self.faults.loss

    def _arrival(self, sender: str, receiver: str, link: Link) -> tuple[int, bool]:
        """Return when it arrives, and whether it overtakes one sent before it."""
        jitter = self.random.below(self.faults.jitter_ms + 1) if self.faults.jitter_ms else 0
        arrival = self.now_ms + self.faults.delay_ms + jitter
        before = self._last_arrival.get((sender, receiver), 0)
        if link.ordered:
            arrival = max(arrival, before)
        self._last_arrival[sender, receiver] = max(arrival, before)
        return arrival, arrival < before

    def _push(self, at_ms: int, event: Event) -> None:
        self._sequence += 1
        heapq.heappush(self._queue, (at_ms, self._sequence, event))
