"""A whole recording judged: its conversations one by one, in the order in which they begin."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from art7.grammar.ir.module import Specification
from art7.interpreter.shared import interpreter_of
from art7.runtime.interop.inquest import Entry, Inquest
from art7.runtime.interop.verdict import Verdict
from art7.runtime.monitor.kits import kits_of
from art7.runtime.monitor.lines import BadLine, Line, LineReader, raw_lines
from art7.runtime.monitor.tracker import Undecided

ENTRIES = 200_000
"""The most lines of a recording; longer logs are the monitor's."""

TOLERANCE_MS = 250.0
"""How much later than its machine says a timer may run out: two clocks, and a program that was busy."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a recording shows. `undecided`: conversations of which nothing is said; `is_cut`: lines were left."""

    conversations: int
    verdicts: tuple[Verdict, ...]
    undecided: tuple[str, ...] = ()
    is_cut: bool = False

    @property
    def is_clean(self) -> bool:
        """Whether everything was judged, and nobody was wrong."""
        return not (self.verdicts or self.undecided or self.is_cut)


def blame(
    log: BinaryIO, specification: Specification, modules: Sequence[str], tolerance_ms: float = TOLERANCE_MS
) -> Finding:
    """Return who was wrong first in each conversation of a recording, a trace of both sides or a wire log."""
    interpreter = interpreter_of(specification)
    kits = kits_of(specification, modules, interpreter)
    groups, verdicts, is_cut = _grouped(raw_lines(log))
    undecided = []
    for name, entries in groups.items():
        try:
            found = Inquest(specification, interpreter, kits, tolerance_ms, entries, name).verdict()
        except Undecided:
            undecided.append(name)
            continue
        if found is not None:
            verdicts.append(found)
    verdicts.sort(key=lambda each: each.entry)
    return Finding(len(groups), tuple(verdicts), tuple(undecided), is_cut)


def _grouped(
    lines: Iterable[tuple[int, bytes | None]],
) -> tuple[dict[str, list[Entry]], list[Verdict], bool]:
    """Return the entries by conversation, a verdict for each line that is no record, and whether lines were left."""
    reader = LineReader()
    groups: dict[str, list[Entry]] = {}
    bad: list[Verdict] = []
    last = ""
    for count, (number, octets) in enumerate(lines):
        if count == ENTRIES:
            return groups, bad, True
        try:
            line: Line | None = reader.read(number, octets)
        except BadLine as error:
            bad.append(Verdict("the recording", "log", error.code, error.reason, number))
            continue
        data = json.loads(octets or b"{}")
        if line is not None and line.kind == "end":
            continue
        last = line.conversation if line is not None else str(data.get("conversation", last))
        groups.setdefault(last, []).append(Entry(number, data, line))
    return groups, bad, False
