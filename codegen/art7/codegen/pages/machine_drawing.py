"""Role machines and scenarios as drawings: states below one another, ladders of messages."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from art7.codegen.pages.drawing import WIDTH, Canvas, figure, fitted, width_of
from art7.codegen.pages.markup import Html
from art7.grammar.ir.module import Protocol, RoleMachine, Scenario

_GAP = 18
_BOX = 30
_PORT = 11
_LANE = 19.0
_MARGIN = 190.0


@dataclass(slots=True)
class _Way:
    """All transitions from one state to another: one arrow. `begin` and `end` are heights, `lane` counts outwards."""

    source: int
    target: int
    numbers: list[int] = field(default_factory=list)
    begin: float = 0.0
    end: float = 0.0
    lane: int = 0

    @property
    def is_down(self) -> bool:
        """Whether it is drawn on the right."""
        return self.target > self.source


def machine_drawing(role: RoleMachine, name: str) -> Html:
    """Return a role's states and numbered transitions; the numbers are those of the table below it."""
    order = _order(role)
    ways, loops, count = _ways(role, order)
    tops, heights = _places(len(order), ways)
    lanes = {side: _lanes([way for way in ways if way.is_down is side]) for side in (True, False)}
    gaps = {side: min(_LANE, _MARGIN / max(count, 1)) for side, count in lanes.items()}
    left = 34.0 + lanes[False] * gaps[False]
    right = WIDTH - 34.0 - lanes[True] * gaps[True]
    canvas = Canvas()
    reach = {id(way): _reach(way, right if way.is_down else left, gaps[way.is_down]) for way in ways}
    for way in sorted(ways, key=lambda each: each.lane):
        _arrow(canvas, way, right if way.is_down else left, reach[id(way)])
    taken: list[tuple[float, float, float]] = []
    for way in ways:
        _pill(canvas, way, reach[id(way)], taken)
    kinds = {state.name: state.kind for state in role.states}
    for at, state in enumerate(order):
        box = (left, tops[at], right - left, heights[at])
        _state(canvas, state, kinds.get(state, "plain"), loops.get(at, []), box)
    height = tops[-1] + heights[-1] + 10 if order else 20
    words = f"{len(order)} states, {count} transitions, listed in the table below"
    return figure(canvas, height, name, f"States of {role.name}", words)


def _order(role: RoleMachine) -> list[str]:
    """Return the states as they are reached from the start, then the others as declared."""
    ways = {state.name: [each.target for each in state.transitions if each.target] for state in role.states}
    found = [state.name for state in role.states if state.kind == "start"] or list(ways)[:1]
    for name in found:
        found += [each for each in dict.fromkeys(ways.get(name, ())) if each not in found]
    return found + [name for name in ways if name not in found]


def _ways(role: RoleMachine, order: list[str]) -> tuple[list[_Way], dict[int, list[int]], int]:
    """Return the arrows, the numbers of the transitions that stay, and how many transitions there are."""
    rows = {state: at for at, state in enumerate(order)}
    ways: dict[tuple[int, int], _Way] = {}
    loops: dict[int, list[int]] = defaultdict(list)
    number = 0
    for state in role.states:
        for transition in state.transitions:
            number += 1
            here, there = rows[state.name], rows[transition.target or state.name]
            if here == there:
                loops[here].append(number)
            else:
                ways.setdefault((here, there), _Way(here, there)).numbers.append(number)
    return list(ways.values()), dict(loops), number


def _places(count: int, ways: list[_Way]) -> tuple[list[float], list[float]]:
    """Give every arrow's ends a height of their own; returns the top and the height of each state."""
    tops, heights, y = [], [], 10.0
    for at in range(count):
        ends = [(way, way.source == at) for way in ways if at in (way.source, way.target)]
        sides = [[end for end in ends if end[0].is_down is side] for side in (True, False)]
        height = max(_BOX, *(len(side) * _PORT + 10 for side in sides))
        for side in sides:
            # What comes from above ends above what goes on below.
            side.sort(key=lambda end: (end[0].target if end[1] else end[0].source, end[1]))
            for position, (way, leaves) in enumerate(side):
                place = y + height * (position + 1) / (len(side) + 1)
                if leaves:
                    way.begin = place
                else:
                    way.end = place
        tops.append(y)
        heights.append(float(height))
        y += height + _GAP
    return tops, heights


def _lanes(ways: list[_Way]) -> int:
    """Give arrows whose heights overlap different lanes, short ones inside; returns how many lanes there are."""
    ends: list[list[tuple[float, float]]] = []
    for way in sorted(ways, key=lambda each: (abs(each.end - each.begin), each.begin)):
        low, high = min(way.begin, way.end), max(way.begin, way.end)
        free = (at for at, used in enumerate(ends) if all(high + 4 < a or low - 4 > b for a, b in used))
        way.lane = next(free, len(ends))
        if way.lane == len(ends):
            ends.append([])
        ends[way.lane].append((low, high))
    return len(ends)


def _reach(way: _Way, edge: float, gap: float) -> float:
    """Return how far out an arrow goes that leaves and enters at `edge`."""
    return edge + (1 if way.is_down else -1) * (18.0 + way.lane * gap)


def _arrow(canvas: Canvas, way: _Way, edge: float, reach: float) -> None:
    """Draw an arrow: on the right downwards, on the left upwards."""
    out = 1 if way.is_down else -1
    canvas.path(f"M{edge:.1f} {way.begin:.1f}H{reach:.1f}V{way.end:.1f}H{edge + out * 6:.1f}", "a7-arrow")
    canvas.path(f"M{edge:.1f} {way.end:.1f}l{out * 7} -4v8Z", "a7-head")


def _pill(canvas: Canvas, way: _Way, x: float, taken: list[tuple[float, float, float]]) -> None:
    """Write the numbers of an arrow on its upright part, where nothing else is written."""
    words = spans(way.numbers)
    words = words if len(words) <= 9 else words[:8] + "…"
    half = width_of(words, small=True) / 2 + 5
    low, high = min(way.begin, way.end), max(way.begin, way.end)
    middle = (low + high) / 2
    tries = sorted(
        (low + 3 + at * 5 for at in range(int((high - low) / 5) + 1)), key=lambda y: abs(y - middle)
    )
    free = (y for y in tries if all(abs(y - v) > 15 or abs(x - u) > half + w for u, v, w in taken))
    y = next(free, middle)
    taken.append((x, y, half))
    canvas.rect(x - half, y - 7.5, 2 * half, 15, "a7-disc", 7)
    canvas.words(x, y + 3.5, words, "a7-number", "middle")


def spans(numbers: list[int]) -> str:
    """Return ascending numbers, runs of three and more as ranges: `1, 4–7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


def _state(
    canvas: Canvas, name: str, kind: str, loops: list[int], box: tuple[float, float, float, float]
) -> None:
    """Draw a state; the numbers of transitions that stay in it stand inside."""
    x, y, width, height = box
    canvas.rect(x, y, width, height, f"a7-state a7-{kind}", 15)
    if kind == "final":
        canvas.rect(x + 3, y + 3, width - 6, height - 6, "a7-final", 12)
    if kind == "start":
        canvas.path(f"M{x - 14} {y + height / 2 - 5}l9 5l-9 5Z", "a7-head")
    mark = {"hot": " (must be left)", "start": " (start)", "final": " (end)"}.get(kind, "")
    stays = f"↻ {spans(loops)}" if loops else ""
    room = width - 24 - (min(width_of(stays, small=True), width * 0.4) + 8 if stays else 0)
    canvas.words(x + 14, y + height / 2 + 4.5, fitted(name + mark, room), "a7-name")
    shown = fitted(stays, width * 0.4, small=True)
    canvas.words(x + width - 14, y + height / 2 + 4, shown, "a7-note", "end")


def ladder_drawing(protocol: Protocol, scenario: Scenario, name: str) -> Html:
    """Return a scenario as a ladder: a line for each role, time from top to bottom."""
    canvas = Canvas()
    roles = list(dict.fromkeys([*(role.name for role in protocol.roles), *(s.role for s in scenario.steps)]))
    gap = (WIDTH - 140) / max(len(roles) - 1, 1)
    at = {role: 70 + index * gap for index, role in enumerate(roles)}
    height = 46 + 30 * len(scenario.steps)
    for role, x in at.items():
        canvas.rect(x - 62, 4, 124, 24, "a7-state a7-plain", 4)
        canvas.words(x, 20.5, fitted(role, 116), "a7-name", "middle")
        canvas.line(x, 28, x, height - 6, "a7-rail")
    for index, step in enumerate(scenario.steps):
        y = 52.0 + 30 * index
        if step.kind == "send" and step.peer in at:
            _message(canvas, at[step.role], at[step.peer], y, (step.message or "").rpartition(".")[2])
            continue
        words = {"local": step.event or "", "timeout": f"timer {step.event}", "expect": "expects"}
        shown = fitted(words.get(step.kind, step.kind), 110, small=True)
        canvas.rect(at[step.role] - 50, y - 12, 100, 20, "a7-padding", 10)
        canvas.words(at[step.role], y + 2, shown, "a7-note", "middle")
    told = f"{len(scenario.steps)} steps between {', '.join(roles)}"
    return figure(canvas, height, name, f"Scenario {scenario.name}", told)


def _message(canvas: Canvas, start: float, end: float, y: float, words: str) -> None:
    out = 1 if end >= start else -1
    canvas.path(f"M{start:.1f} {y}H{end - out * 7:.1f}", "a7-arrow")
    canvas.path(f"M{end:.1f} {y}l{-out * 8} -4v8Z", "a7-head")
    canvas.words((start + end) / 2, y - 4, fitted(words, abs(end - start) - 16), "a7-label", "middle")
