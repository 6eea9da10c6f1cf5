"""Derivations read from a file: vectors of schedules, the trace of a run, or one derivation as an object.

The file is untrusted: its size, depth and length are bounded, and what is no derivation is told with its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from art7.grammar.diagnostics import Report, Span
from art7.interpreter.json_scanner import scan
from art7.interpreter.tree_nodes import ScanRefused, plain

FILE_LIMIT = 64 << 20
DERIVATIONS = 20_000
VALUES = 2_000
DEPTH = 64

CONCEALED = "secret of "
"""How a value begins that a trace does not show."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """One run of a schedule: its qualified name, who ran it, where it stands, and its values by name, in order."""

    schedule: str
    role: str
    where: str
    values: Mapping[str, Any]


def read_derivations(name: str, data: bytes, report: Report) -> list[Derivation]:
    """Return the derivations of a file, in its order; none when it is unreadable, with the reason in `report`."""
    if len(data) > FILE_LIMIT:
        report.add("A7-R061", f"a file of more than {FILE_LIMIT} octets", _at(name, 1), help="split the file")
        return []
    before = len(report.diagnostics)
    found = _lines(name, data, report) if _is_lines(data) else _whole(name, data, report)
    if not found and len(report.diagnostics) == before:
        what = "no derivation: neither vectors of a schedule nor a trace with derived values"
        report.add(
            "A7-R060",
            what,
            _at(name, 1),
            help="write it with `art7 generate vectors` or `art7 run --format trace`",
        )
    return found


def _is_lines(data: bytes) -> bool:
    """Whether the file holds one object a line: the first line is whole, and another follows."""
    first, _, rest = data.lstrip().partition(b"\n")
    return first.startswith(b"{") and first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")


def _lines(name: str, data: bytes, report: Report) -> list[Derivation]:
    found: list[Derivation] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip() or b'"derive"' not in line:
            continue
        entry = _json(name, line, number, report)
        if not isinstance(entry, dict) or entry.get("kind") != "derive":
            continue
        _take(
            found, entry, "schedule", str(entry.get("role", "")), f"line {number}", _at(name, number), report
        )
        if len(found) >= DERIVATIONS:
            what = f"more than {DERIVATIONS} derivations; those behind line {number} are not compared"
            report.add("A7-R061", what, _at(name, number), help="compare the traces in parts")
            break
    return found


def _whole(name: str, data: bytes, report: Report) -> list[Derivation]:
    content = _json(name, data, 1, report)
    found: list[Derivation] = []
    if not isinstance(content, dict):
        return found
    if not isinstance(content.get("vectors"), list):
        _take(
            found,
            content,
            "schedule" if "schedule" in content else "type",
            "",
            "the file",
            _at(name, 1),
            report,
        )
        return found
    for number, vector in enumerate(content["vectors"][:DERIVATIONS], 1):
        if isinstance(vector, dict) and isinstance(vector.get("steps"), list):
            where = f"vector {vector.get('id', number)}"
            _take(found, {**vector, "type": content.get("type")}, "type", where, where, _at(name, 1), report)
    return found


def _take(
    found: list[Derivation],
    entry: dict[str, Any],
    key: str,
    role: str,
    where: str,
    place: Span,
    report: Report,
) -> None:
    schedule, given, steps = entry.get(key), entry.get("inputs", entry.get("params", [])), entry.get("steps")
    rows = [*_rows(given), *_rows(steps)]
    if not isinstance(schedule, str) or not isinstance(steps, list) or None in rows or len(rows) > VALUES:
        what = f"{where}: expected the name of a schedule and a list of steps, each with `name` and `value`"
        report.add("A7-R060", what, place, help="write it as `art7 generate vectors` does")
        return
    found.append(Derivation(schedule, role[:80], where[:80], dict(row for row in rows if row is not None)))


def _rows(given: object) -> list[tuple[str, Any] | None]:
    """Names with values: an object, or a list of objects with `name` and `value`; None for anything else."""
    if isinstance(given, dict):
        return list(given.items())
    if not isinstance(given, list):
        return [None]
    return [
        (row["name"], row["value"])
        if isinstance(row, dict) and isinstance(row.get("name"), str) and "value" in row
        else None
        for row in given
    ]


def _json(name: str, data: bytes, line: int, report: Report) -> Any:
    try:
        return plain(scan(data, 0, len(data), DEPTH))
    except ScanRefused as refused:
        place = line + data[: refused.offset].count(b"\n")
        what = f"not JSON (`{refused.code}`): expected {refused.expected}, found {refused.got}"
        report.add("A7-R060", what, _at(name, place), help="write the file again")
        return None


def _at(name: str, line: int) -> Span:
    return Span(name, line, 1, line, 1)
