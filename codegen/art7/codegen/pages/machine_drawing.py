"""Role machines and scenarios as drawings: states below one another, ladders of messages."""

from __future__ import annotations

from art7.codegen.pages.drawing import WIDTH, Canvas, figure, fitted
from art7.codegen.pages.markup import Html
from art7.grammar.ir.module import Protocol, RoleMachine, Scenario

_STATE = 46
_BOX = 30
_LEFT = 150
_LANE = 13
_MARK = 8


def machine_drawing(role: RoleMachine, name: str) -> Html:
    """Return a role's states and numbered transitions; the numbers are those of the table below it."""
    canvas = Canvas()
    rows = {state: at for at, state in enumerate(_order(role))}
    kinds = {state.name: state.kind for state in role.states}
    for state, at in rows.items():
        _state(canvas, state, kinds.get(state, "plain"), 10.0 + at * _STATE)
    lane = {"right": 0, "left": 0}
    number = 0
    for state in role.states:
        for transition in state.transitions:
            number += 1
            target = transition.target or state.name
            if target in rows and state.name in rows:
                _arrow(canvas, rows[state.name], rows[target], number, lane)
    words = f"{len(role.states)} states, {number} transitions, listed in the table below"
    return figure(canvas, len(rows) * _STATE + 14, name, f"States of {role.name}", words)


def _order(role: RoleMachine) -> list[str]:
    """Return the states as they are reached from the start, then the others as declared."""
    ways = {state.name: [each.target for each in state.transitions if each.target] for state in role.states}
    found = [state.name for state in role.states if state.kind == "start"] or list(ways)[:1]
    for name in found:
        found += [each for each in dict.fromkeys(ways.get(name, ())) if each not in found]
    return found + [name for name in ways if name not in found]


def _state(canvas: Canvas, name: str, kind: str, y: float) -> None:
    x, width = float(_LEFT), WIDTH - 2.0 * _LEFT
    canvas.rect(x, y, width, _BOX, f"a7-state a7-{kind}", 15)
    if kind == "final":
        canvas.rect(x + 3, y + 3, width - 6, _BOX - 6, "a7-frame", 12)
    if kind == "start":
        canvas.path(f"M{x - 16} {y + 10}l9 5l-9 5Z", "a7-head")
    mark = {"hot": " (must be left)", "start": " (start)", "final": " (end)"}.get(kind, "")
    canvas.words(WIDTH / 2, y + 19.5, fitted(name + mark, width - 20), "a7-name", "middle")


def _arrow(canvas: Canvas, source: int, target: int, number: int, lane: dict[str, int]) -> None:
    """Draw a transition: on the right downwards, on the left upwards, as a small loop to the state itself."""
    side = "right" if target >= source else "left"
    out = 1 if side == "right" else -1
    edge = WIDTH - _LEFT if side == "right" else _LEFT
    shift = lane[side] % 8
    lane[side] += 1
    begin = 10 + source * _STATE + 9 + (shift % 3) * 4
    end = 10 + target * _STATE + (22 if source == target else 9 + (shift % 3) * 5)
    reach = edge + out * (22 + shift * _LANE)
    if source == target:
        begin = 10 + source * _STATE + 8
    canvas.path(f"M{edge} {begin}H{reach}V{end}H{edge + out * 6}", "a7-arrow")
    canvas.path(f"M{edge} {end}l{out * 7} -4v8Z", "a7-head")
    middle = (begin + end) / 2
    canvas.elements.append(_disc(reach, middle))
    canvas.words(reach, middle + 3.5, str(number), "a7-number", "middle")


def _disc(x: float, y: float) -> Html:
    return Html(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_MARK}" class="a7-disc"></circle>')


def ladder_drawing(protocol: Protocol, scenario: Scenario, name: str) -> Html:
    """Return a scenario as a ladder: a line for each role, time from top to bottom."""
    canvas = Canvas()
    roles = [role.name for role in protocol.roles]
    roles += [step.role for step in scenario.steps if step.role not in roles]
    roles = list(dict.fromkeys(roles))
    gap = (WIDTH - 140) / max(len(roles) - 1, 1)
    at = {role: 70 + index * gap for index, role in enumerate(roles)}
    height = 46 + 30 * len(scenario.steps)
    for role, x in at.items():
        canvas.rect(x - 62, 4, 124, 24, "a7-state a7-plain", 4)
        canvas.words(x, 20.5, fitted(role, 116), "a7-name", "middle")
        canvas.line(x, 28, x, height - 6, "a7-rail")
    for index, step in enumerate(scenario.steps):
        y = 52.0 + 30 * index
        if step.kind == "send" and step.peer in at and step.role in at:
            _message(canvas, at[step.role], at[step.peer], y, (step.message or "").rpartition(".")[2])
            continue
        x = at[step.role]
        words = {"local": step.event or "", "timeout": f"timer {step.event}", "expect": "expects"}.get(
            step.kind, step.kind
        )
        shown = fitted(words, 110, small=True)
        canvas.rect(x - 50, y - 12, 100, 20, "a7-padding", 10)
        canvas.words(x, y + 2, shown, "a7-note", "middle")
    words = f"{len(scenario.steps)} steps between {', '.join(roles)}"
    return figure(canvas, height, name, f"Scenario {scenario.name}", words)


def _message(canvas: Canvas, start: float, end: float, y: float, words: str) -> None:
    out = 1 if end >= start else -1
    canvas.path(f"M{start:.1f} {y}H{end - out * 7:.1f}", "a7-arrow")
    canvas.path(f"M{end:.1f} {y}l{-out * 8} -4v8Z", "a7-head")
    canvas.words((start + end) / 2, y - 4, fitted(words, abs(end - start) - 16), "a7-label", "middle")
