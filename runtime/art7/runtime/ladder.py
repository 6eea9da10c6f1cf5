"""The ladder of a run: who sent what to whom, what was lost, which keys were derived. Made from the trace alone.

One model (`rungs`), two pictures: lines of text, and an SVG without script or outside reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from art7.runtime.trace import Entry

WIDTH = 100
"""Columns of the text picture, where the roles are few enough."""

LEAST_COLUMN = 12
"""Characters between two lifelines when the roles are many."""

MARGIN_LEFT = 8


@dataclass(frozen=True, slots=True)
class Rung:
    """One event: an arrow (`receiver` set) or a note beside `role`."""

    at_ms: int
    role: str
    receiver: str | None
    text: str
    kind: str
    """`message`, `lost`, `refused`, `aside`, `local`, `timeout`, `state` or `derive`."""


def rungs(entries: Sequence[Entry]) -> list[Rung]:
    """Return what a reader should see, in order of time."""
    found = []
    for entry in entries:
        rung = _rung(entry)
        if rung is not None:
            found.append(rung)
    return found


def _rung(entry: Entry) -> Rung | None:
    data: Any = entry.data
    match entry.kind:
        case "send":
            fate = set(data["network"])
            lost = "lost" in fate
            marks = "".join(f" ({word})" for word in sorted(fate))
            name = short(data["message"])
            return Rung(
                entry.at_ms, entry.role, data["receiver"], name + marks, "lost" if lost else "message"
            )
        case "local":
            return Rung(entry.at_ms, entry.role, None, f"{data['event']}", "local")
        case "timeout":
            return Rung(entry.at_ms, entry.role, None, f"{data['timer']} runs out", "timeout")
        case "state":
            return Rung(entry.at_ms, entry.role, None, f"now {data['state']}", "state")
        case "derive":
            names = ", ".join(step["name"] for step in data["steps"]) or "nothing"
            undone = " (undone)" if data.get("undone") else ""
            return Rung(
                entry.at_ms, entry.role, None, f"{short(data['schedule'])}: {names}{undone}", "derive"
            )
        case "refuse":
            what = short(data.get("message") or data.get("event") or data.get("timer") or "what arrived")
            return Rung(entry.at_ms, entry.role, None, f"{what} refused: {data['code']}", "refused")
        case "receive" if data["outcome"] != "taken" or "flipped" in data:
            flipped = ", one bit turned over" if "flipped" in data else ""
            text = f"{short(data['message'])} {data['outcome']}{flipped}"
            return Rung(entry.at_ms, entry.role, None, text, "aside")
        case "resume":
            text = f"{short(data['message'])}, deferred before: {data['outcome']}"
            return Rung(entry.at_ms, entry.role, None, text, "aside")
        case _:
            return None


def short(name: str) -> str:
    """Return the last part of a qualified name."""
    return name.rpartition(".")[2]


def as_text(
    roles: Sequence[str], entries: Sequence[Entry], *, details: bool = True, width: int = WIDTH
) -> str:
    """Return the ladder as lines of text; `details` adds derived keys, states and what was set aside.

    No line is longer than `width`, unless the roles alone need more; what does not fit ends in `…`.
    """
    apart = max(LEAST_COLUMN, (width - MARGIN_LEFT) // max(len(roles), 1))
    columns = {role: MARGIN_LEFT + index * apart for index, role in enumerate(roles)}
    end = max(width, MARGIN_LEFT + apart * len(roles))
    lines = [_headings(columns, apart, end)]
    for rung in rungs(entries):
        if details or rung.kind not in ("derive", "state", "aside"):
            lines.append(_line(columns, rung, end))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _headings(columns: dict[str, int], apart: int, end: int) -> str:
    line = [" "] * end
    _put(line, 4, "ms")
    for role, column in columns.items():
        name = cut(role, apart - 2)
        _put(line, max(column - len(name) // 2, MARGIN_LEFT - 1), name)
    return "".join(line)


def _line(columns: dict[str, int], rung: Rung, end: int) -> str:
    line = [" "] * end
    _put(line, 0, f"{rung.at_ms:6d}")
    for column in columns.values():
        line[column] = "|"
    here = columns[rung.role]
    if rung.receiver is None:
        mark = {"derive": "*", "state": "=", "refused": "!", "timeout": "~", "aside": "."}.get(rung.kind, ">")
        _put(line, here, f"{mark} {cut(rung.text, end - here - 2)} ")
        return "".join(line)
    there = columns[rung.receiver]
    left, right = min(here, there), max(here, there)
    for position in range(left + 1, right):
        line[position] = "-"
    if rung.kind == "lost":
        line[there] = "x"
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


ROW = 26
LANE = 260
MARGIN = 130


def as_svg(title: str, roles: Sequence[str], entries: Sequence[Entry]) -> str:
    """Return the ladder as one inline SVG with a title and a description for readers who cannot see it."""
    shown = rungs(entries)
    width, height = MARGIN * 2 + LANE * (len(roles) - 1), 70 + ROW * len(shown)
    x = {role: MARGIN + LANE * index for index, role in enumerate(roles)}
    described = f"{len(shown)} events between {', '.join(roles)}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" class="ladder">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(described)}</desc>",
    ]
    for role in roles:
        parts.append(f'<text x="{x[role]}" y="24" class="role" text-anchor="middle">{escape(role)}</text>')
        parts.append(f'<line x1="{x[role]}" y1="36" x2="{x[role]}" y2="{height - 10}" class="lifeline"/>')
    for index, rung in enumerate(shown):
        parts += _svg_rung(rung, x, 60 + ROW * index)
    return "".join([*parts, "</svg>"])


def _svg_rung(rung: Rung, x: dict[str, int], y: int) -> list[str]:
    here, text = x[rung.role], escape(cut(rung.text, 90))
    parts = [f'<text x="4" y="{y + 4}" class="time">{rung.at_ms} ms</text>']
    if rung.receiver is None:
        parts.append(f'<circle cx="{here}" cy="{y}" r="4" class="{rung.kind}"/>')
        parts.append(f'<text x="{here + 9}" y="{y + 4}" class="note {rung.kind}">{text}</text>')
        return parts
    there = x[rung.receiver]
    sign = 1 if there > here else -1
    end = there - sign * (LANE // 3 if rung.kind == "lost" else 2)
    parts.append(f'<line x1="{here}" y1="{y}" x2="{end}" y2="{y}" class="{rung.kind}"/>')
    if rung.kind == "lost":
        cross = f"M{end - 5} {y - 5}l10 10m0 -10l-10 10"
        parts.append(f'<path d="{cross}" class="lost"/>')
    else:
        head = f"M{end} {y}l{-sign * 9} -5v10z"
        parts.append(f'<path d="{head}" class="head"/>')
    parts.append(
        f'<text x="{(here + there) // 2}" y="{y - 5}" text-anchor="middle" class="label">{text}</text>'
    )
    return parts
