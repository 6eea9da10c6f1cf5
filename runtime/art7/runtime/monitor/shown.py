"""What a monitor found, as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

from art7.prover.roles.ladder_text import drawn
from art7.runtime.monitor.codes import CODES
from art7.runtime.monitor.conversation import Departure
from art7.runtime.monitor.watch import Report

WIDTH = 100
_LABEL = 12


def as_mapping(report: Report) -> Mapping[str, Any]:
    """Return the report as JSON-able data."""
    return {
        "lines": report.lines,
        "messages": report.messages,
        "conversations": report.conversations,
        "departed": report.departed,
        "undecided": report.undecided,
        "let_go": report.let_go,
        "bad_lines": report.bad_lines,
        "bad": [{"line": n, "code": code, "reason": reason} for n, code, reason in report.bad],
        "given_up": [{"conversation": c, "line": n, "role": role} for c, n, role in report.given_up],
        "departures": [_departure(each) for each in report.departures],
    }


def _departure(each: Departure) -> Mapping[str, Any]:
    data = {name: getattr(each, name) for name in Departure.__dataclass_fields__ if name != "ladder"}
    rungs = [
        {"line": int(r.at), "role": r.role, "receiver": r.receiver, "text": r.text, "kind": r.kind}
        for r in each.ladder
    ]
    return data | {"clause": list(each.clause), "roles": list(each.roles), "ladder": rungs}


def as_text(report: Report) -> str:
    """Return the report as text, no line longer than 100 columns but for long words."""
    lines: list[str] = []
    for each in report.departures:
        lines += [*_told(each), ""]
    for name, number, role in report.given_up:
        lines += _paragraph("UNDECIDED", f"{_named(name)}, line {number}: what {role} may be doing (A7-R079)")
    for number, code, reason in report.bad:
        lines += _paragraph("BAD LINE", f"line {number}: {reason} ({code})")
    if report.departed > len(report.departures):
        lines.append(f"{report.departed - len(report.departures)} more departures are counted, not shown")
    lines.append(_summary(report))
    return "\n".join(lines)


def _told(each: Departure) -> list[str]:
    at = "" if each.at_ms is None else f", {each.at_ms} ms"
    lines = _paragraph("DEPARTS", f"{_named(each.conversation)}, line {each.line}{at} ({each.code})")
    lines += _paragraph("  why", each.reason)
    lines += _paragraph("  who", each.party)
    if each.octet is not None:
        lines += _paragraph("  octet", f"{each.octet}" + (f", in {each.member}" if each.member else ""))
    clause = ", ".join((*((each.requirement,) if each.requirement else ()), *each.clause))
    if clause:
        lines += _paragraph("  clause", clause)
    where = ", ".join(part for part in (each.protocol, each.place) if part)
    if where:
        lines += _paragraph("  place", where)
    page = CODES.get(each.code)
    if page is not None:
        lines += _paragraph("  next", page.next_step)
    if each.ladder and each.roles:
        lines += ["", *drawn(each.roles, each.ladder, at="#", width=WIDTH).splitlines()]
    return lines


def _summary(report: Report) -> str:
    verdict = "nothing departs" if report.is_clean else f"{report.departed} depart"
    more = f", {report.undecided} undecided" if report.undecided else ""
    more += f", {report.bad_lines} bad lines" if report.bad_lines else ""
    more += f", {report.let_go} let go while open" if report.let_go else ""
    return (
        f"{verdict}: {report.messages} messages of {report.conversations} conversations "
        f"in {report.lines} lines{more}"
    )


def _named(conversation: str) -> str:
    return f"conversation {conversation}" if conversation else "the conversation"


def _paragraph(label: str, text: str) -> list[str]:
    parts = wrap(text, WIDTH - _LABEL, break_long_words=False, break_on_hyphens=False) or [""]
    return [f"{label if not number else '':<{_LABEL}}{part}" for number, part in enumerate(parts)]
