"""The process of a request as a graph: reach, cycles, and the longest way to an operational function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from art7.validator.manifest.base import days
from art7.validator.manifest.operation import Process, Step


@dataclass(frozen=True, slots=True)
class Way:
    """A way through the process, with its length in calendar days; steps without a duration count nothing."""

    days: float
    steps: tuple[str, ...]


def graph(process: Process) -> Mapping[str, tuple[str, ...]]:
    """Return the steps that follow each step; names without a step are left out."""
    known = {step.id for step in process.step}
    return {step.id: tuple(dict.fromkeys(n for n in step.next if n in known)) for step in process.step}


def reachable(process: Process, start: str) -> set[str]:
    """Return the steps that can be reached from `start`, itself included."""
    following, seen, pending = graph(process), set[str](), [start]
    while pending:
        step = pending.pop()
        if step in following and step not in seen:
            seen.add(step)
            pending.extend(following[step])
    return seen


def can_reach(process: Process, start: str, goals: set[str]) -> bool:
    """Whether one of `goals` can be reached from `start`."""
    return bool(goals & reachable(process, start))


def cycles(process: Process) -> list[tuple[str, ...]]:
    """Return disjoint cycles, one for each way of going round that is left once the others are taken out."""
    left = {step: list(following) for step, following in graph(process).items()}
    found = []
    while _peel(left):
        cycle = _walk(left)
        found.append(cycle)
        for step in cycle:
            del left[step]
    return found


def _peel(left: dict[str, list[str]]) -> bool:
    """Remove, again and again, what leads nowhere; what remains holds a cycle."""
    before: dict[str, list[str]] = {step: [] for step in left}
    for step, following in left.items():
        following[:] = [each for each in following if each in left]
        for each in following:
            before[each].append(step)
    counts = {step: len(following) for step, following in left.items()}
    pending = [step for step, count in counts.items() if count == 0]
    while pending:
        step = pending.pop()
        del left[step]
        for each in before[step]:
            counts[each] -= 1
            if counts[each] == 0:
                pending.append(each)
    for following in left.values():
        following[:] = [each for each in following if each in left]
    return bool(left)


def _walk(left: Mapping[str, list[str]]) -> tuple[str, ...]:
    way = [next(iter(left))]
    place = {way[0]: 0}
    while True:
        step = left[way[-1]][0]
        if step in place:
            return tuple(way[place[step] :])
        place[step] = len(way)
        way.append(step)


def longest_path(process: Process) -> Way | None:
    """Return the longest way from the start to where the function works; None if there is none or it goes round."""
    steps = {step.id: step for step in process.step}
    if process.start not in steps or cycles(process):
        return None
    following = graph(process)
    goals = {step.id for step in process.step if step.operational} or {s.id for s in process.step if s.final}
    best: dict[str, Way | None] = {}
    for step in reversed(_in_order(following, process.start)):
        options = [way for each in following[step] if (way := best[each]) is not None]
        ahead = max(options, key=lambda way: way.days, default=Way(0, ()) if step in goals else None)
        best[step] = None if ahead is None else Way(_days(steps[step]) + ahead.days, (step, *ahead.steps))
    return best[process.start]


def _days(step: Step) -> float:
    return days(step.max) if step.max is not None else 0.0


def _in_order(following: Mapping[str, tuple[str, ...]], start: str) -> list[str]:
    """Sort what can be reached so that each step stands before those that follow it."""
    done: dict[str, None] = {}
    pending = [(start, False)]
    while pending:
        step, left = pending.pop()
        if left:
            done[step] = None
        elif step not in done:
            pending.append((step, True))
            pending.extend((each, False) for each in following[step] if each not in done)
    return list(reversed(done))


def refusals(process: Process) -> Iterator[tuple[int, Step, list[Step]]]:
    """Yield (index, step, steps before it) for each end of the process that is not success."""
    for n, step in enumerate(process.step):
        if step.final and not step.operational:
            yield n, step, [each for each in process.step if step.id in each.next]
