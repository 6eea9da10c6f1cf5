"""What `art7 diff` found between modules or offers, as text, markdown or JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from art7.cli.changes import Compared
from art7.cli.terminal import escaped
from art7.grammar.diagnostics import NOWHERE, Span

if TYPE_CHECKING:
    from art7.prover.changes.change import Change, Shown

_OCTETS = 64
_MOST = 400
_LEVELS = ("obligation", "wire", "source", "text")


def code_of(change: Change) -> str:
    """Return the code of a change: what protects less first, then who is broken, then the level."""
    from art7.prover.answers import Standing
    from art7.prover.changes.change import NEW_TO_OLD, OLD_TO_NEW

    if change.weakens:
        return "A7-C200"
    if change.breaks:
        one_way = {OLD_TO_NEW: "A7-C204", NEW_TO_OLD: "A7-C205"}
        return one_way[change.breaks[0]] if len(change.breaks) == 1 else "A7-C206"
    if change.standing is Standing.NOT_PROVEN:
        return "A7-C299"
    return {"text": "A7-C201", "source": "A7-C202", "wire": "A7-C203", "obligation": "A7-C207"}[
        change.level.word
    ]


def standing_of(change: Change) -> str:
    """Return what is known of the languages of both versions, in one of the three words; empty where it is no question."""
    from art7.prover.answers import Standing

    if change.breaks:
        return f"breaking: {', '.join(change.breaks)}"
    detail = f" {change.detail}" if change.detail else ""
    if change.standing is Standing.NOT_PROVEN:
        return f"same language: not proven ({change.detail or 'nothing was tried'})"
    if change.standing is Standing.TESTED:
        return f"same language: tested{detail}"
    if change.level.word in ("text", "source"):
        return "same language: proved"
    return ""


def as_text(found: Compared, names: tuple[str, str]) -> str:
    """Return the changes for a terminal: weakening first, then what breaks, then by level."""
    lines: list[str] = []
    for change in found.changes[:_MOST]:
        lines += [*_change(change), ""]
    if len(found.changes) > _MOST:
        lines += [f"and {len(found.changes) - _MOST:,} more; `--format json` has all", ""]
    for lack in found.lacks:
        lines += [
            f"notice[A7-C208]: {escaped(lack.says)}",
            f"  --> {escaped(str(lack.span))}",
            f"  = help: {lack.help}",
            "",
        ]
    return "\n".join([*lines, _summary(found, names)])


def _change(change: Change) -> list[str]:
    weak = "WEAKER: " if change.weakens else ""
    lines = [
        f"{weak}{change.level.word}[{code_of(change)}] {escaped(change.subject)}: {escaped(change.says)}"
    ]
    places = [
        f"{word} {escaped(str(span))}"
        for word, span in (("old", change.old), ("new", change.new))
        if span != NOWHERE
    ]
    if places:
        lines.append(f"  --> {', '.join(places)}")
    if change.weakens:
        lines.append(f"  weakened: {escaped(change.weakens)}")
    if said := standing_of(change):
        lines.append(f"  {said}")
    for shown in change.shown:
        lines += [f"  {escaped(line)}" for line in _shown(shown)]
    return lines


def _shown(shown: Shown) -> list[str]:
    from art7.prover.changes.change import Derived, Seen

    if isinstance(shown, Seen):
        octets = shown.octets.hex()
        short = (
            octets
            if len(shown.octets) <= _OCTETS
            else f"{octets[: 2 * _OCTETS]}… ({len(shown.octets)} octets)"
        )
        return [f"witness {shown.record}: {short or '(no octets)'}", f"  {shown.says()}"]
    if isinstance(shown, Derived):
        return [f"witness {shown.schedule}", f"  {shown.says()}"]
    return [f"witness {shown.role}", f"  {shown.says()}"]


def _summary(found: Compared, names: tuple[str, str]) -> str:
    sides = f"old {escaped(names[0])}, new {escaped(names[1])}"
    if not found.changes:
        return f"nothing changed ({sides})"
    counts = [f"{n} {word}" for word in _LEVELS if (n := sum(x.level.word == word for x in found.changes))]
    broken = sum(bool(change.breaks) for change in found.changes)
    weaker = sum(bool(change.weakens) for change in found.changes)
    notice = ""
    if found.kind == "offers" and (broken or weaker):
        notice = "; with the notice promised" if found.is_announced else "; without the notice promised"
    total = f"{len(found.changes)} change" + ("" if len(found.changes) == 1 else "s")
    return f"{total} ({', '.join(counts)}): {broken} breaking, {weaker} weaker{notice} ({sides})"


def as_markdown(found: Compared, names: tuple[str, str]) -> str:
    """Return the changes as a table for a change log or a review."""
    lines = [f"# Changes from {cell(names[0])} to {cell(names[1])}", "", cell(_summary(found, names)), ""]
    if found.changes:
        lines += ["| level | what | change | breaks | weaker | shown by |", "|---|---|---|---|---|---|"]
    for change in found.changes:
        shown = "<br>".join(cell(" ".join(_shown(each))) for each in change.shown)
        row = (change.level.word, change.subject, change.says, standing_of(change), change.weakens)
        lines.append(f"| {' | '.join(cell(each) for each in row)} | {shown} |")
    if found.lacks:
        lines += ["", "## Notice", "", *(f"- {cell(lack.says)}" for lack in found.lacks)]
    return "\n".join(lines)


def cell(text: str) -> str:
    """Text from a specification, fit for a cell: no marks of its own, no line ends."""
    plain = escaped(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("[", "\\[")
    return " ".join(plain.split())


def as_json(found: Compared) -> str:
    """Return everything that was found."""
    level = max((change.level for change in found.changes), default=None)
    made = {
        "kind": found.kind,
        "level": None if level is None else level.word,
        "findings": found.has_findings,
        "changes": [_row(change, found) for change in found.changes],
        "notice": [
            {"code": "A7-C208", "says": x.says, "place": str(x.span), "help": x.help} for x in found.lacks
        ],
    }
    return json.dumps(made, indent=2)


def _row(change: Change, found: Compared) -> dict[str, Any]:
    return {
        "code": code_of(change),
        "level": change.level.word,
        "subject": change.subject,
        "says": change.says,
        "breaking": list(change.breaks),
        "weakens": change.weakens or None,
        "standing": standing_of(change) or None,
        "finding": found.is_finding(change),
        "old": _place(change.old),
        "new": _place(change.new),
        "witnesses": [_witness(each) for each in change.shown],
    }


def _place(span: Span) -> dict[str, Any] | None:
    return None if span == NOWHERE else {"file": span.file, "line": span.line, "column": span.column}


def _witness(shown: Shown) -> dict[str, Any]:
    from art7.prover.changes.change import Derived, Seen

    if isinstance(shown, Seen):
        params = {
            name: value.hex() if isinstance(value, bytes) else value for name, value in shown.params.items()
        }
        rows = {
            "record": shown.record,
            "octets": shown.octets.hex(),
            "params": params,
            "old": shown.old,
            "new": shown.new,
        }
        return {"kind": "message", **rows, "says": shown.says()}
    if isinstance(shown, Derived):
        inputs = {
            name: bytes(x).hex() if isinstance(x, bytes) else repr(x) for name, x in shown.inputs.items()
        }
        return {"kind": "derivation", "schedule": shown.schedule, "inputs": inputs, "says": shown.says()}
    return {"kind": "sequence", "role": shown.role, "events": list(shown.events), "says": shown.says()}
