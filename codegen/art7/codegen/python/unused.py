"""Locals that nothing reads, taken out of printed functions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_WORD = re.compile(r"\w+")


def without_unused(lines: list[str], names: Iterable[str]) -> list[str]:
    """Return the lines without assignments to those of `names` that they never read.

    Only whole lines `name = …` go: what they assign must have no effect of its own. A block keeps its last line.
    """
    wanted = set(names)
    if not wanted:
        return lines
    found = [_assigned(line) for line in lines]
    sets = Counter(name for name in found if name in wanted)
    if not sets:
        return lines
    read = Counter(word for line in lines for word in _WORD.findall(line) if word in wanted)
    unused = {name for name, count in sets.items() if read[name] == count}
    kept: list[str] = []
    for place, line in enumerate(lines):
        if found[place] not in unused or _is_alone(kept, line, lines[place + 1 : place + 2]):
            kept.append(line)
    return kept


def _assigned(line: str) -> str | None:
    name, sign, _ = line.strip().partition(" = ")
    return name if sign and name.isidentifier() else None


def _is_alone(before: list[str], line: str, behind: list[str]) -> bool:
    """Whether a block would be empty without the line."""
    opens = bool(before) and before[-1].rstrip().endswith(":")
    return opens and (not behind or _depth(behind[0]) < _depth(line))


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
