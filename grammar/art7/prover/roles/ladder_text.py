"""A ladder as lines of text: a column for each role, an arrow for each message, notes beside the columns.

`Rung` is what both pictures are drawn from, a run of the prover (`rungs_of`) as well as a trace of the runtime.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from art7.prover.witnesses import Ladder, LadderStep

WIDTH = 100
"""Columns of the text picture, where the roles are few enough."""

LEAST_COLUMN = 12
"""Characters between two lifelines when the roles are many."""

MARGIN_LEFT = 8

MARKS = {"derive": "*", "state": "=", "refused": "!", "timeout": "~", "aside": ".", "receive": "<"}
"""Kind of a note → the sign it begins with; others begin with `>`."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One event: an arrow (`receiver` set) or a note beside `role`. `at` is its number or its time.

    `kind` is `message`, `lost`, `refused`, `aside`, `local`, `timeout`, `receive`, `state` or `derive`.
    """

    at: str
    role: str
    receiver: str | None
    text: str
    kind: str


def rungs_of(ladder: Ladder) -> list[Rung]:
    """Return what a reader should see of a run: each event with its number, its end and what that shows."""
    found: list[Rung] = []
    states = {step.role: "" for step in ladder.steps}
    refused = len(ladder.steps) - 1 if ladder.shows == "refused" else -1
    for place, step in enumerate(ladder.steps):
        found.append(_rung(place, step, is_refused=place == refused))
        if step.state and step.state != states[step.role] and place != refused:
            states[step.role] = step.state
            found.append(Rung("", step.role, None, step.state, "state"))
    return found


def _rung(place: int, step: LadderStep, *, is_refused: bool) -> Rung:
    name, at = short(step.name), str(place + 1)
    match step.kind:
        case "send":
            return Rung(at, step.role, step.peer, name, "message")
        case "lose":
            return Rung(at, step.role, step.peer, f"{name} (lost)", "lost")
        case "receive" if is_refused:
            return Rung(at, step.role, None, f"{name} from {step.peer} is not taken", "refused")
        case "receive":
            return Rung(at, step.role, None, f"{name} from {step.peer}", "receive")
        case "timeout" if is_refused:
            return Rung(at, step.role, None, f"{name} runs out and is not taken", "refused")
        case "timeout":
            return Rung(at, step.role, None, f"{name} runs out", "timeout")
        case "local" if is_refused:
            return Rung(at, step.role, None, f"{name} is not taken", "refused")
        case _:
            return Rung(at, step.role, None, name, "local")


def roles_of(ladder: Ladder) -> list[str]:
    """Return the roles of a run in the order of their columns."""
    return [role for role, _ in ladder.states]


def as_text(ladder: Ladder, *, width: int = WIDTH) -> str:
    """Return a run as lines of text, with what its end shows below."""
    if not ladder.steps:
        return f"{cut(plain(ladder.says), width)}\n"
    lines = drawn(roles_of(ladder), rungs_of(ladder), at="", width=width)
    end = ", ".join(f"{role} in {state}" for role, state in ladder.states)
    return f"{lines}{cut(plain(f'{ladder.says} ({end})'), width)}\n"


def plain(text: str) -> str:
    """Return `text` with a question mark for each character that is not printed."""
    return "".join(character if character.isprintable() else "?" for character in text)


def short(name: str) -> str:
    """Return the last part of a qualified name."""
    return name.rpartition(".")[2]


def drawn(roles: Sequence[str], rungs: Sequence[Rung], *, at: str, width: int = WIDTH) -> str:
    """Return the rungs as lines; `at` heads the first column.

    No line is longer than `width`, unless the roles alone need more; what does not fit ends in `…`.
    """
    apart = max(LEAST_COLUMN, (width - MARGIN_LEFT) // max(len(roles), 1))
    columns = {role: MARGIN_LEFT + index * apart for index, role in enumerate(roles)}
    end = max(width, MARGIN_LEFT + apart * len(roles))
    lines = [_headings(columns, apart, end, at)]
    lines += [_line(columns, rung, end) for rung in rungs]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _headings(columns: dict[str, int], apart: int, end: int, at: str) -> str:
    line = [" "] * end
    _put(line, 4, at)
    for role, column in columns.items():
        name = cut(role, apart - 2)
        _put(line, max(column - len(name) // 2, MARGIN_LEFT - 1), name)
    return "".join(line)


def _line(columns: dict[str, int], rung: Rung, end: int) -> str:
    line = [" "] * end
    _put(line, 0, f"{rung.at:>6}")
    for column in columns.values():
        line[column] = "|"
    here = columns[rung.role]
    if rung.receiver is None:
        _put(line, here, f"{MARKS.get(rung.kind, '>')} {cut(rung.text, end - here - 2)} ")
        return "".join(line)
    there = columns[rung.receiver]
    left, right = min(here, there), max(here, there)
    for position in range(left + 1, right):
        line[position] = "-"
    if rung.kind == "lost":
        line[there - 2 if there > here else there + 2] = "×"
        line[there - 1 if there > here else there + 1] = " "
    else:
        line[right - 1 if there > here else left + 1] = ">" if there > here else "<"
    label = f" {cut(rung.text, right - left - 7)} "
    _put(line, left + (right - left - len(label)) // 2 + 1, label)
    return "".join(line)


def cut(text: str, length: int) -> str:
    """Return `text`, or its beginning and `…` when it is longer than `length`."""
    return text if len(text) <= length else text[: max(length - 1, 0)] + "…"


def _put(line: list[str], at: int, text: str) -> None:
    for offset, character in enumerate(text):
        if at + offset < len(line):
            line[at + offset] = character if character.isprintable() else "?"
