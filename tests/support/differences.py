"""Art7 beside an independent library, over mutated inputs: verdict, value, and what is written again.

A `Trial` says how the values of both are brought to one form, and which differences a standard explains. `compare`
runs it; every difference that no row explains is a failure with the input in hex. How many inputs are tried is the
variable `ART7_<TOPIC>_MUTANTS` of the environment; few by default.
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from executions import Codec, Decoded, Refused

INTERPRETED = 1000
"""At most so many inputs on the interpreter; the generated code, which runs the same rules, takes all."""

SHOWN = 3
"""How many unexplained differences of a kind are shown."""

Edit = Callable[[bytes, random.Random], bytes]
"""One change of an input."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An input that the two judge otherwise: a refusal on one side, or two values."""

    octets: bytes
    ours: Any
    refusal: Refused | None
    theirs: Any
    error: Exception | None

    @property
    def verdicts(self) -> str:
        """Who refused, and why, without the input."""
        ours = f"refused {self.refusal.code} at {_shape(self.refusal.path)}" if self.refusal else "read"
        theirs = f"refused {self.error!r}" if self.error else "read"
        return f"art7 {ours}; library {theirs}"

    def __str__(self) -> str:
        values = "" if self.refusal or self.error else f" {_apart(self.ours, self.theirs)}"
        place = self.refusal.offset if self.refusal else None
        near = "" if place is None else f" near {self.octets[max(0, place - 30) : place + 30]!r}"
        return f"{self.verdicts}{near}{values}; input {self.octets!r} = {self.octets.hex()}"


@dataclass(frozen=True, slots=True)
class Explained:
    """A class of differences: what it is, where a standard says so, and how one is known."""

    name: str
    section: str
    holds: Callable[[Difference], object]


def we_refuse(code: str, path: str = "", shown: bytes = b"") -> Callable[[Difference], object]:
    """Art7 alone refuses: with that code, at a path that matches, octets that show it (regular expressions)."""

    def holds(found: Difference) -> bool:
        refusal = found.refusal
        return (
            refusal is not None
            and found.error is None
            and re.search(f"^(?:{code})", refusal.code) is not None
            and re.search(path, refusal.path) is not None
            and re.search(shown, found.octets, re.S | re.M) is not None
        )

    return holds


def they_refuse(message: str, shown: bytes = b"") -> Callable[[Difference], object]:
    """The library alone refuses, with such a message, octets that show it (regular expressions)."""

    def holds(found: Difference) -> bool:
        return (
            found.error is not None
            and found.refusal is None
            and re.search(message, f"{type(found.error).__name__} {found.error}") is not None
            and re.search(shown, found.octets, re.S | re.M) is not None
        )

    return holds


def values_differ(shown: bytes) -> Callable[[Difference], object]:
    """Both read, and the octets show why they read otherwise (a regular expression)."""

    def holds(found: Difference) -> bool:
        return (
            found.refusal is None
            and found.error is None
            and re.search(shown, found.octets, re.S | re.M) is not None
        )

    return holds


@dataclass(frozen=True)
class Trial:
    """One format and its judge."""

    topic: str
    judge: str
    type: str
    ours: Callable[[Any], Any]
    """What art7 read (plain), in the common form."""
    theirs: Callable[[bytes], Any]
    """What the library reads, in the common form; any exception is its refusal."""
    explained: Sequence[Explained] = ()
    params: dict[str, Any] = field(default_factory=dict)
    has_form: Callable[[bytes], bool] = lambda octets: True
    """What the standard's own grammar says of every input that art7 reads, where the library is more generous."""
    unwritten: str = "-"
    """Codes (a regular expression) with which art7 may refuse to write what it read: a lenient reading."""
    written: bool = True
    """Whether the library shall read what art7 writes again as it read the input."""


def tried(topic: str, codec: Codec, default: int = 1500) -> int:
    """Return how many inputs a run tries."""
    count = int(os.environ.get(f"ART7_{topic.upper()}_MUTANTS", str(default)))
    return count if codec.name == "sdk" else min(count, INTERPRETED)


def mutants(topic: str, seeds: Sequence[bytes], edits: Sequence[Edit], count: int) -> Iterator[bytes]:
    """Yield that many inputs: seeds under one to three edits, the same in every run."""
    chance = random.Random(os.environ.get(f"ART7_{topic.upper()}_SEED", topic))
    for _ in range(count):
        octets = chance.choice(seeds)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            octets = chance.choice(edits)(octets, chance)
        yield octets


def compare(trial: Trial, codec: Codec, inputs: Iterable[bytes], cases: Any) -> None:
    """Judge every input by both; fails on what no row of the trial explains."""
    outcomes: Counter[str] = Counter()
    explained: Counter[Explained] = Counter()
    unexplained: dict[str, list[Difference]] = {}
    for octets in inputs:
        found = _judged(trial, codec, octets)
        if isinstance(found, str):
            outcomes[found] += 1
        elif row := next((row for row in trial.explained if row.holds(found)), None):
            explained[row] += 1
        else:
            unexplained.setdefault(found.verdicts, []).append(found)
    for word, count in (*outcomes.most_common(), *((row.name, n) for row, n in explained.most_common())):
        print(f"{count:7} {word}")
    for verdicts, found_ones in unexplained.items():
        print(f"{len(found_ones):7} unexplained: {verdicts}")
    assert not unexplained, "\n".join(str(each) for one in unexplained.values() for each in one[:SHOWN])[
        :20000
    ]
    assert outcomes["both read"] and outcomes["both refuse"]
    total = outcomes.total() + explained.total()
    cases.ran(f"{trial.topic}: judged as by {trial.judge}", total)
    for row, count in explained.items():
        cases.cannot_run(
            f"differences: {trial.topic}", f"{count} of {total}", f"{row.name}: {row.section}", trial.judge
        )


def _judged(trial: Trial, codec: Codec, octets: bytes) -> Difference | str:
    """The word for an agreement, or the difference."""
    decoded, refusal = _read(trial, codec, octets)
    if decoded is not None and not trial.has_form(octets):
        return Difference(octets, decoded.plain, None, None, ValueError("not of the standard's grammar"))
    theirs, error = _attempt(trial.theirs, octets)
    if decoded is None or error is not None:
        if decoded is None and error is not None:
            return "both refuse"
        return Difference(octets, decoded and decoded.plain, refusal, theirs, error)
    ours = trial.ours(decoded.plain)
    if not _same(ours, theirs):
        return Difference(octets, ours, None, theirs, None)
    if trial.written:
        try:
            again = codec.encode(trial.type, decoded.native, **trial.params)
        except Refused as unwritten:
            if re.fullmatch(trial.unwritten, unwritten.code):
                return "both read, not to be written"
            return Difference(octets, ours, unwritten, theirs, None)
        reread, error = _attempt(trial.theirs, again)
        if error is not None or not _same(ours, reread):
            return Difference(octets, f"written as {again.hex()}", None, reread, error)
    return "both read"


def _read(trial: Trial, codec: Codec, octets: bytes) -> tuple[Decoded | None, Refused | None]:
    try:
        return codec.decode(trial.type, octets, **trial.params), None
    except Refused as refusal:
        assert refusal.code != "internal", octets.hex()
        return None, refusal


def _attempt(judge: Callable[[bytes], Any], octets: bytes) -> tuple[Any, Exception | None]:
    try:
        return judge(octets), None
    except Exception as error:
        return None, error


def _shape(path: str) -> str:
    return re.sub(r"\[\d+\]", "[]", path)


def _apart(left: Any, right: Any) -> str:
    """Show where two values differ."""
    if isinstance(left, dict) and isinstance(right, dict):
        names = [name for name in {**left, **right} if not _same(left.get(name), right.get(name))]
        return ", ".join(f"{name}: {_apart(left.get(name), right.get(name))}" for name in names)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple) and len(left) == len(right):
        pairs = [(one, other) for one, other in zip(left, right, strict=True) if not _same(one, other)]
        return ", ".join(_apart(one, other) for one, other in pairs)
    return f"{left!r:.300} not {right!r:.300}"


def _same(left: Any, right: Any) -> bool:
    """Equality that tells -0.0 from 0.0 and holds for not-a-number."""
    return bool(left == right) or repr(left) == repr(right)


# ---- edits ----------------------------------------------------------------------------------------------------


def octet_edits(pieces: Sequence[bytes]) -> tuple[Edit, ...]:
    """Edits for any octets: pieces put in or over, octets taken out, repeated, changed in one bit, cut."""

    def put(octets: bytes, chance: random.Random) -> bytes:
        place = chance.randrange(len(octets) + 1)
        return octets[:place] + chance.choice(pieces) + octets[place + chance.choice((0, 0, 1, 2, 3)) :]

    return put, put, delete, flip, flip, replace, repeat, cut


def text_edits(
    pieces: Sequence[bytes],
    words: Sequence[bytes],
    mark: bytes,
    *,
    inner: int | None = None,
    often: tuple[int, int],
) -> tuple[Edit, ...]:
    """Edits for texts: of octets and of lines with such words, so and so `often` within a line behind a mark.

    `inner`: how many of the pieces stand within lines.
    """
    return (
        *octet_edits(pieces),
        *in_lines(octet_edits(pieces[:inner]), mark) * often[0],
        *line_edits(words),
        *in_lines(line_edits(words)[:2], mark) * often[1],
    )


def delete(octets: bytes, chance: random.Random) -> bytes:
    """Take a few octets out."""
    place = chance.randrange(len(octets) + 1)
    return octets[:place] + octets[place + chance.randrange(1, 5) :]


def flip(octets: bytes, chance: random.Random) -> bytes:
    """Change one bit."""
    if not octets:
        return octets
    place = chance.randrange(len(octets))
    return octets[:place] + bytes([octets[place] ^ 1 << chance.randrange(8)]) + octets[place + 1 :]


def replace(octets: bytes, chance: random.Random) -> bytes:
    """Put another octet in the place of one."""
    place = chance.randrange(len(octets) + 1)
    return (
        octets[:place]
        + bytes([chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))])
        + octets[place + 1 :]
    )


def repeat(octets: bytes, chance: random.Random) -> bytes:
    """Copy some octets to another place."""
    place, start = chance.randrange(len(octets) + 1), chance.randrange(len(octets) + 1)
    return octets[:place] + octets[start : start + chance.randrange(1, 24)] + octets[place:]


def cut(octets: bytes, chance: random.Random) -> bytes:
    """End early."""
    return octets[: chance.randrange(len(octets) + 1)]


def in_lines(edits: Sequence[Edit], behind: bytes) -> tuple[Edit, ...]:
    """The same edits on one line alone, behind the first such octet of it, which keeps what begins and ends it."""

    def confined(edit: Edit) -> Edit:
        def change(octets: bytes, chance: random.Random) -> bytes:
            places = [
                match.span(1) for match in re.finditer(rb"^[^\r\n]*?" + behind + rb"([^\r\n]+)", octets, re.M)
            ]
            if not places:
                return octets
            start, end = chance.choice(places)
            return octets[:start] + edit(octets[start:end], chance) + octets[end:]

        return change

    return tuple(confined(edit) for edit in edits)


def line_edits(words: Sequence[bytes]) -> tuple[Edit, ...]:
    """Edits for texts of lines: lines left out, doubled, moved; words changed for others."""

    def word(octets: bytes, chance: random.Random) -> bytes:
        places = [match.span() for match in re.finditer(rb"[^\s:;,=/]+", octets)]
        if not places:
            return octets
        start, end = chance.choice(places)
        other = chance.choice(words) if chance.random() < 0.7 else octets[slice(*chance.choice(places))]
        return octets[:start] + other + octets[end:]

    return word, word, _lines(_drop), _lines(_double), _lines(_move)


def _lines(change: Callable[[list[bytes], random.Random], None]) -> Edit:
    def edit(octets: bytes, chance: random.Random) -> bytes:
        lines = octets.splitlines(keepends=True)
        if lines:
            change(lines, chance)
        return b"".join(lines)

    return edit


def _drop(lines: list[bytes], chance: random.Random) -> None:
    lines.pop(chance.randrange(len(lines)))


def _double(lines: list[bytes], chance: random.Random) -> None:
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))


def _move(lines: list[bytes], chance: random.Random) -> None:
    lines.insert(chance.randrange(len(lines)), lines.pop(chance.randrange(len(lines))))
