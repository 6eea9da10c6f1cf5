"""The result of runs as text: a line for each, and for one that failed the reason, who has to act, and where to look."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from art7.runtime.blame import Failure
    from art7.runtime.play import Performance

WIDTH = 100
_LABEL = 13


def run_text(played: Sequence[Performance], *, ladder: bool, flip: int | None = None) -> str:
    """Return the text, no line longer than 100 columns but for long words. `flip`: the delivery to be damaged."""
    from art7.runtime.ladder import as_text
    from art7.runtime.scenario import damage

    lines: list[str] = []
    for each in played:
        lines += _summary(each)
        told = damage(each.trace.entries)
        if flip is not None and not told:
            told = [f"none: the run has fewer than {flip} deliveries"]
        for sentence in told:
            lines += _paragraph("damage", sentence)
        if each.outcome.failure is not None:
            lines += [*_failure(each.outcome.failure), ""]
        if ladder:
            lines += ["", *as_text(each.roles, each.trace.entries, width=WIDTH).splitlines(), ""]
    passed = sum(each.outcome.passed for each in played)
    lines.append(f"{passed} of {len(played)} runs came true; the same seed gives the same trace")
    return "\n".join(lines)


def _summary(each: Performance) -> list[str]:
    from art7.runtime.ladder import cut, short

    outcome = each.outcome
    verdict = "came true" if outcome.passed else "FAILED"
    name = cut(f"{short(outcome.protocol)}.{outcome.scenario}", 40)
    lost = f", {outcome.lost} lost" if outcome.lost else ""
    head = f"{verdict:<{_LABEL - 2}}{name:<34} seed {outcome.seed:<3} {cut(each.cast, 45)}"
    counts = f"{outcome.messages} messages{lost}"
    counts += f", {outcome.reordered} reordered" if outcome.reordered else ""
    counts += f", {outcome.derived} derived values, {outcome.duration_ms / 1000:.1f} s of virtual time"
    return [head.rstrip(), " " * (_LABEL - 2) + counts]


def _failure(failure: Failure) -> list[str]:
    where = f"step {failure.step}, {failure.text}" if failure.step else failure.text
    at_fault = f"{failure.party} ({failure.code})"
    if failure.place:
        whose = f" of {failure.role}" if failure.role and failure.role != failure.party else ""
        at_fault += f", the part{whose} at {failure.place}"
    lines = [*_paragraph("where", where), *_paragraph("why", failure.reason)]
    lines += _paragraph("who", at_fault)
    if failure.entries:
        entries = ", ".join(str(entry) for entry in failure.entries)
        lines += _paragraph("shown by", f"entries {entries} of the trace (--format trace)")
    return lines + _paragraph("next", failure.help)


def _paragraph(label: str, text: str) -> list[str]:
    room = WIDTH - _LABEL
    parts = wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]
    return [f"  {label if not number else '':<{_LABEL - 2}}{part}" for number, part in enumerate(parts)]
