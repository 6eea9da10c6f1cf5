"""The ladder of a run: who sent what to whom, what was lost, which keys were derived. Made from the trace alone.

`rungs` says what a reader should see; `art7.prover.roles` draws it, as it draws the runs of proofs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from art7.prover.roles import ladder_svg, ladder_text
from art7.prover.roles.ladder_text import WIDTH, Rung, cut, short
from art7.runtime.trace import Entry

__all__ = ["as_svg", "as_text", "cut", "rungs", "short"]


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
    at = str(entry.at_ms)
    match entry.kind:
        case "send":
            fate = set(data["network"])
            lost = "lost" in fate
            marks = "".join(f" ({word})" for word in sorted(fate))
            name = short(data["message"]) or "unreadable"
            return Rung(at, entry.role, data["receiver"], name + marks, "lost" if lost else "message")
        case "local":
            return Rung(at, entry.role, None, f"{data['event']}", "local")
        case "timeout":
            return Rung(at, entry.role, None, f"{data['timer']} runs out", "timeout")
        case "state":
            return Rung(at, entry.role, None, f"now {data['state']}", "state")
        case "derive":
            names = ", ".join(step["name"] for step in data["steps"]) or "nothing"
            undone = " (undone)" if data.get("undone") else ""
            return Rung(at, entry.role, None, f"{short(data['schedule'])}: {names}{undone}", "derive")
        case "refuse":
            what = short(data.get("message") or data.get("event") or data.get("timer") or "what arrived")
            return Rung(at, entry.role, None, f"{what} refused: {data['code']}", "refused")
        case "receive" if data["outcome"] != "taken" or "flipped" in data:
            flipped = ", one bit turned over" if "flipped" in data else ""
            text = f"{short(data['message'])} {data['outcome']}{flipped}"
            return Rung(at, entry.role, None, text, "aside")
        case "resume":
            text = f"{short(data['message'])}, deferred before: {data['outcome']}"
            return Rung(at, entry.role, None, text, "aside")
        case _:
            return None


def as_text(
    roles: Sequence[str], entries: Sequence[Entry], *, details: bool = True, width: int = WIDTH
) -> str:
    """Return the ladder as lines of text; `details` adds derived keys, states and what was set aside.

    No line is longer than `width`, unless the roles alone need more; what does not fit ends in `…`.
    """
    shown = [rung for rung in rungs(entries) if details or rung.kind not in ("derive", "state", "aside")]
    return ladder_text.drawn(roles, shown, at="ms", width=width)


def as_svg(title: str, roles: Sequence[str], entries: Sequence[Entry]) -> str:
    """Return the ladder as one inline SVG with a title and a description for readers who cannot see it."""
    shown = [replace(rung, at=f"{rung.at} ms") for rung in rungs(entries)]
    return ladder_svg.drawn(title, roles, shown, standalone=False)
