"""Where the time of a codec goes: bytecodes by source line, and the profiler's share of every function."""

from __future__ import annotations

import cProfile
import linecache
import pstats
import re
import sys
from collections import Counter
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

REPEATED, SHOWN = 4_000, 6
"""How often a codec runs under the profiler, and how many lines of each kind are shown."""

_ADDRESS = re.compile(" of type object at 0x[0-9a-f]+")

Case = tuple[Callable[..., Any], Any]


def where_time_goes(ours: Case, by_hand: Case | None) -> list[str]:
    """Return lines: bytecodes of one call beside those of the codec written by hand, the costliest lines, functions."""
    counted = steps(*ours)
    total = sum(counted.values())
    beside = f", {sum(steps(*by_hand).values())} by hand with our checks" if by_hand else ""
    lines = [f"{total} bytecodes a message{beside}; the costliest lines:"]
    for (code, line), count in counted.most_common(SHOWN):
        text = linecache.getline(code.co_filename, line).strip()
        lines.append(f"  {count:5}  {code.co_name}: {text}"[:118])
    return [*lines, "by the profiler, calls a message:", *shares(*ours)]


def steps(function: Callable[..., Any], value: Any) -> Counter[tuple[CodeType, int]]:
    """Return how many bytecodes one call runs, by function and line; the second call, when caches are warm."""
    counted: Counter[tuple[CodeType, int]] = Counter()

    def trace(frame: FrameType, event: str, _: object) -> Any:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        if event == "opcode":
            counted[frame.f_code, frame.f_lineno] += 1
        return trace

    function(value)
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function(value)
    finally:
        sys.settrace(before)
    return counted


def shares(function: Callable[..., Any], value: Any) -> list[str]:
    """Return the functions in which the profiler sees the time, the costliest first."""
    profile = cProfile.Profile()
    with profile:
        for _ in range(REPEATED):
            function(value)
    stats: Any = pstats.Stats(profile)
    called = [row for row in stats.stats.items() if row[1][1] >= REPEATED]
    rows = sorted(called, key=lambda row: row[1][2], reverse=True)[:SHOWN]
    return [
        f"  {row[2] / stats.total_tt:5.0%}  {row[1] / REPEATED:.0f} of {_ADDRESS.sub('', place[2])}"
        for place, row in rows
    ]
