"""Many conversations at once, in bounded memory, and the report of what was found.

Conversations are dealt out to a fixed number of shelves by their names. A shelf knows nothing of the others, so that any number of
workers gives the same report: each takes some shelves.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from art7.runtime.monitor.conversation import Conversation, Departure, Kit
from art7.runtime.monitor.lines import BadLine, Line
from art7.runtime.monitor.tracker import Undecided

SHELVES = 64
SHOWN = 32
"""Departures of one shelf that the report shows; all are counted."""

BAD_SHOWN = 20

_FORGOTTEN_BITS = 1 << 17


@dataclass(frozen=True, slots=True)
class Report:
    """What a log shows. `let_go`: conversations no longer followed because too many were open."""

    lines: int = 0
    messages: int = 0
    conversations: int = 0
    departed: int = 0
    undecided: int = 0
    let_go: int = 0
    bad_lines: int = 0
    bad: tuple[tuple[int, str, str], ...] = ()
    """(line, code, reason) of the first lines that are no records."""
    departures: tuple[Departure, ...] = ()
    """The first of each shelf, in the order of the log."""
    given_up: tuple[tuple[str, int, str], ...] = ()
    """(conversation, line, role) of the first that could not be decided."""

    @property
    def is_clean(self) -> bool:
        """Whether every line was read, and every conversation followed to its end without departure."""
        return not (self.departed or self.undecided or self.bad_lines)


@dataclass(slots=True)
class _Forgotten:
    """Names that were let go, in constant memory: it may take a new name for one of them, never the other way."""

    bits: bytearray = field(default_factory=lambda: bytearray(_FORGOTTEN_BITS // 8))

    def add(self, name: str) -> None:
        for bit in self._bits(name):
            self.bits[bit >> 3] |= 1 << (bit & 7)

    def __contains__(self, name: str) -> bool:
        return all(self.bits[bit >> 3] & 1 << (bit & 7) for bit in self._bits(name))

    @staticmethod
    def _bits(name: str) -> Sequence[int]:
        digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16, person=b"forgotten").digest()
        return [int.from_bytes(digest[k : k + 4], "big") % _FORGOTTEN_BITS for k in range(0, 16, 4)]


class Shelf:
    """Some of the conversations of a log. `None` stands for one that has departed, or was given up."""

    def __init__(self, kits: Sequence[Kit], most_open: int) -> None:
        self._kits = kits
        self._most = most_open
        self._open: OrderedDict[str, Conversation | None] = OrderedDict()
        self._forgotten: _Forgotten | None = None
        self.messages = self.conversations = self.departed = self.undecided = self.let_go = 0
        self.departures: list[Departure] = []
        self.given_up: list[tuple[str, int, str]] = []

    def take(self, line: Line) -> None:
        """Follow one line."""
        self.messages += line.kind == "message"
        if line.kind == "end":
            self._open.pop(line.conversation, None)
            return
        if line.conversation in self._open:
            self._open.move_to_end(line.conversation)
        else:
            self._begin(line)
        conversation = self._open[line.conversation]
        if conversation is None:
            return
        try:
            departure = conversation.take(line)
        except Undecided as error:
            self.undecided += 1
            self._open[line.conversation] = None
            if len(self.given_up) < SHOWN:
                self.given_up.append((line.conversation, line.number, str(error)))
            return
        if departure is not None:
            self._depart(departure)

    def _begin(self, line: Line) -> None:
        if len(self._open) >= self._most:
            name, _ = self._open.popitem(last=False)
            self._forgotten = self._forgotten or _Forgotten()
            self._forgotten.add(name)
            self.let_go += 1
        self.conversations += 1
        midway = self._forgotten is not None and line.conversation in self._forgotten
        kits = [kit for kit in self._kits if kit.fits(line)]
        if kits:
            self._open[line.conversation] = Conversation(
                line.conversation, kits, is_trace=line.is_trace, midway=midway
            )
            return
        who = f"from {line.sender} to {line.receiver}" if line.sender else f"of role {line.role}"
        reason = (
            f"no protocol that is watched has a channel {who}" if line.sender else f"nothing is known {who}"
        )
        party = line.sender or line.role
        self._depart(Departure(line.conversation, line.number, line.at_ms, "A7-R077", party, reason))

    def _depart(self, departure: Departure) -> None:
        self.departed += 1
        self._open[departure.conversation] = None
        if len(self.departures) < SHOWN:
            self.departures.append(departure)


def shelf_of(conversation: str) -> int:
    """Return the number of the shelf that a conversation is on, the same in every process."""
    digest = blake2b(conversation.encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest, "big") % SHELVES


class Counter:
    """Counts the lines of a log, and keeps the first that are no records."""

    def __init__(self) -> None:
        self.lines = self.bad_lines = 0
        self.bad: list[tuple[int, str, str]] = []

    def take(self, item: Line | tuple[int, BadLine]) -> Line | None:
        """Count one item; return it if it is a line."""
        self.lines += 1
        if isinstance(item, Line):
            return item
        self.bad_lines += 1
        if len(self.bad) < BAD_SHOWN:
            number, bad = item
            self.bad.append((number, bad.code, bad.reason))
        return None


class Monitor:
    """Follows the conversations of the shelves in `numbers` (all, when nothing is said)."""

    def __init__(self, kits: Sequence[Kit], most_open: int, numbers: Iterable[int] = range(SHELVES)) -> None:
        most = max(1, most_open // SHELVES)
        self._shelves = {number: Shelf(kits, most) for number in numbers}

    def take(self, line: Line) -> None:
        """Follow one line of a conversation on one of these shelves."""
        self._shelves[shelf_of(line.conversation)].take(line)

    def report(self) -> Report:
        """Return what these shelves have found."""
        return merged([_shelf_report(shelf) for shelf in self._shelves.values()])


def _shelf_report(shelf: Shelf) -> Report:
    return Report(
        messages=shelf.messages, conversations=shelf.conversations, departed=shelf.departed,
        undecided=shelf.undecided, let_go=shelf.let_go,
        departures=tuple(shelf.departures), given_up=tuple(shelf.given_up),
    )  # fmt: skip


def merged(reports: Sequence[Report], counter: Counter | None = None) -> Report:
    """Return one report of several that share no conversation."""
    return Report(
        lines=0 if counter is None else counter.lines,
        messages=sum(each.messages for each in reports),
        conversations=sum(each.conversations for each in reports),
        departed=sum(each.departed for each in reports),
        undecided=sum(each.undecided for each in reports),
        let_go=sum(each.let_go for each in reports),
        bad_lines=0 if counter is None else counter.bad_lines,
        bad=() if counter is None else tuple(counter.bad),
        departures=tuple(sorted((d for each in reports for d in each.departures), key=lambda d: d.line)),
        given_up=tuple(sorted((g for each in reports for g in each.given_up), key=lambda g: g[1])),
    )
