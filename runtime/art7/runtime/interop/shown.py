"""A finding as text to read and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from art7.runtime.interop.blame import Finding
from art7.runtime.interop.verdict import as_lines
from art7.runtime.interop.verdict import as_mapping as verdict_mapping


def as_mapping(finding: Finding) -> Mapping[str, Any]:
    """Return a finding as JSON-able data: no times, no paths, the same for the same recording."""
    return {
        "format": "art7-interop",
        "version": 1,
        "conversations": finding.conversations,
        "undecided": list(finding.undecided),
        "is_cut": finding.is_cut,
        "verdicts": [verdict_mapping(each) for each in finding.verdicts],
    }


def as_text(finding: Finding) -> str:
    """Return a finding as text, a verdict a paragraph, and a line that sums up."""
    lines: list[str] = []
    for verdict in finding.verdicts:
        lines += [*as_lines(verdict), ""]
    lines += [f"UNDECIDED   {name}: a role may be doing too many things" for name in finding.undecided]
    if finding.is_cut:
        lines.append("CUT         the recording is longer than is judged; its end was not read")
    count = len(finding.verdicts)
    said = f"{count} faults" if count else "nobody was wrong"
    return "\n".join([*lines, f"{said} in {finding.conversations} conversations"])
