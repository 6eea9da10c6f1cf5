"""Which packets there were: indices out of sequence numbers, lists of what was received, and where numbers are kept.

An index is used once under a key. A session keeps, by source, the first index that is free; it goes ahead in blocks, so
that most packets need no store, and a session that begins again begins behind the block.
"""

from __future__ import annotations

from art7.runtime.sessions.face import Face
from art7.runtime.sessions.refusals import SessionRefused
from art7.runtime.sessions.store import Store, commit

HALF = 1 << 15
"""How far a sequence number may be from the highest one (RFC 3711 §3.3.1)."""
PACKETS = 1 << 48
CONTROL = 1 << 31
"""How many packets a master key may protect (RFC 3711 §9.2)."""
LEAST_WINDOW = 64
MOST_STREAMS = 4096


class Window:
    """What one source has sent: the highest index, and which of those just below it there were (RFC 3711 §3.3.2).

    Whoever takes the index after `highest` may count it up and no more; `check` and `take` are for any index.
    `floor`: the first index that may still come. `limit`: the first index that is not reserved in the store.
    """

    __slots__ = ("_full", "_marked", "_seen", "floor", "highest", "limit", "size")

    def __init__(self, floor: int, size: int, before: int | None = None) -> None:
        """Start where nothing above `floor` has come. `size`: indices below the highest that are told apart.

        `before`: the index before the first one, where the floor is not that.
        """
        self.floor = self.limit = floor
        self.highest = self._marked = floor - 1 if before is None else before
        self._seen = (
            0  # a bit for each index from `_marked` downwards; those between it and `highest` all came
        )
        self.size = size
        self._full = (1 << size) - 1

    def index_of(self, sequence: int) -> int:
        """Return the index that a sequence number most likely stands for (RFC 3711 §3.3.1, appendix A)."""
        if not self._bits() and not self.floor:  # the first packet of a source begins its count
            return self.highest + 1 + sequence
        behind = sequence - (self.highest & 0xFFFF)
        if behind > HALF:
            behind -= 0x10000
        elif behind < -HALF:
            behind += 0x10000
        return self.highest + behind

    def check(self, index: int, used: str = "replayed") -> None:
        """Refuse an index that there was, with the code `used`, or one too far below the highest, with `too_old`."""
        below = self.highest - index
        if below < 0:
            return
        if index < self.floor or below >= self.size:
            raise SessionRefused(
                "too_old" if used == "replayed" else used,
                f"an index from {max(self.floor, self.highest - self.size + 1)} on",
                str(index),
                "RFC 3711 §3.3.2",
            )
        if self._bits() >> below & 1:
            raise SessionRefused(used, "an index not seen before", str(index), "RFC 3711 §3.3.2")

    def take(self, index: int) -> None:
        """Mark an index that was checked."""
        seen, ahead = self._bits(), index - self.highest
        if ahead > 0:
            self._seen = (seen << ahead | 1) & self._full if ahead < self.size else 1
            self.highest = self._marked = index
        else:
            self._seen = seen | 1 << -ahead

    def _bits(self) -> int:
        """Return a bit for each index from the highest downwards, the highest one's is the lowest."""
        counted = self.highest - self._marked
        if counted:
            kept = self._seen << counted if counted < self.size else 0
            self._seen = (kept | (1 << min(counted, self.size)) - 1) & self._full
            self._marked = self.highest
        return self._seen


class Source:
    """The windows of one source: of its RTP and of its RTCP packets."""

    __slots__ = ("control", "packets")

    def __init__(self, packets: Window, control: Window) -> None:
        self.packets = packets
        self.control = control


class Counters:
    """Sources by number, and the entry of the store that outlives them.

    `block`: how many indices are reserved at once. Raises: `SessionRefused` with `bad_state` when the entry is not
    one that a session has written.
    """

    def __init__(self, face: Face, store: Store, name: str, *, window: int, streams: int, block: int) -> None:
        if not LEAST_WINDOW <= window <= HALF or not 1 <= streams <= MOST_STREAMS or not 1 <= block <= HALF:
            raise SessionRefused(
                "bad_bound",
                f"a window of {LEAST_WINDOW} to {HALF}, up to {MOST_STREAMS} sources, blocks up to {HALF}",
                f"{window}, {streams}, {block}",
            )
        self._form = face.record("ietf.srtp.SessionCounters")
        self._row = face.record("ietf.srtp.StreamCounters")
        self._store, self._name = store, name
        self._size, self._most, self._block = window, streams, block
        self.sources: dict[int, Source] = {}
        octets, self._version = store.read(name)
        if octets is not None:
            try:
                kept = self._form.decode(octets)
            except face.failures as failure:
                code = getattr(failure, "code", "")
                raise SessionRefused("bad_state", "counters that a session has written", code) from None
            for row in kept.streams:
                self.sources[row.ssrc] = Source(Window(row.packets, window), Window(row.control, window))

    def fresh(self, rollovers: int = 0) -> Source:
        """Return a source of which nothing is known but how often its sequence numbers have wrapped."""
        return Source(Window(0, self._size, (rollovers << 16) - 1), Window(0, self._size))

    def reserve(self, ssrc: int, source: Source, window: Window, index: int) -> None:
        """Reserve a block of indices of one of the windows of a source, which is new or known, from `index` on.

        Raises: `SessionRefused` with `index_exhausted`, `too_many_streams`, or `stale_state` when another copy of
        the session has reserved since; nothing is changed then.
        """
        end = PACKETS if window is source.packets else CONTROL
        if index >= end:
            raise SessionRefused(
                "index_exhausted", f"at most {end} packets under a key", str(index), "RFC 3711 §9.2"
            )
        is_known = ssrc in self.sources
        if not is_known and len(self.sources) >= self._most:
            raise SessionRefused("too_many_streams", f"at most {self._most} sources", "one more")
        before, window.limit = window.limit, min(index + self._block, end)
        self.sources[ssrc] = source
        try:
            self._commit()
        except SessionRefused:
            window.limit = before
            if not is_known:
                del self.sources[ssrc]
            raise

    def settle(self) -> None:
        """Store how far each source really is, before the session is left: nothing reserved is lost."""
        for source in self.sources.values():
            for window in (source.packets, source.control):
                window.limit = max(window.floor, window.highest + 1)
        self._commit()

    def _commit(self) -> None:
        rows = [
            self._row(ssrc=ssrc, packets=source.packets.limit, control=source.control.limit)
            for ssrc, source in self.sources.items()
        ]
        octets = self._form(streams=rows).encode()
        self._version = commit(self._store, self._name, self._version, octets)
