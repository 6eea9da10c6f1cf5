"""What a regulator hands to `assess` beside the offer: its decisions, the extensions it granted, a key for the public edition."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar, cast

from art7.grammar.diagnostics import Report, Span
from art7.grammar.untrusted import read_file, toml_strict

if TYPE_CHECKING:
    from art7.validator.decisions import Decision, GrantedExtension, View

CODES = {
    "A7-V911": (
        "a register of decisions does not have its form",
        "Judgements are a TOML file of tables `[[judgement]]` with `obligation`, `decision` (`satisfied`, `not satisfied` or "
        "`open`), `by`, `on`, `reason` and the digest `offer`; extensions are tables `[[extension]]` with `reference`, "
        "`until` and, for some functions alone, `points`.",
        "Correct the row that the message names.",
    ),
    "A7-V917": (
        "the key for the public edition is too short",
        "Withheld texts are replaced by digests salted from this key. Who can guess it can guess the texts.",
        "Write at least 32 random octets to a file, and keep it with the confidential edition.",
    ),
}

VIEWS = ("satisfied", "not satisfied", "open")
SHORTEST_KEY = 32
MOST_ROWS = 1000
MOST_CHARACTERS = 4000

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_POINT = re.compile(r"7\(2\)\([abc]\)\((i|ii|iii|iv)\)")

T = TypeVar("T")


def read_judgements(path: str, report: Report) -> tuple[Decision, ...]:
    """Return the decisions of a file `judgements.toml`; what is wrong with it is reported."""
    return _rows(path, "judgement", _decision, report)


def read_extensions(path: str, report: Report) -> tuple[GrantedExtension, ...]:
    """Return the granted extensions of a register; what is wrong with it is reported."""
    return _rows(path, "extension", _extension, report)


def read_key(path: str, report: Report) -> bytes | None:
    """Return the key that salts withheld texts; what is wrong with it is reported."""
    octets = read_file(path, report)
    if octets is not None and len(octets) < SHORTEST_KEY:
        report.add(
            "A7-V917",
            f"the key has {len(octets)} octets, expected {SHORTEST_KEY} or more",
            Span(path, 1, 1, 1, 1),
            help="write 32 random octets to a new file",
        )
        return None
    return octets


def digest_of(path: str) -> str:
    """Return the digest of an input file, which has been read before."""
    octets = read_file(path, Report())
    return "sha256:" + hashlib.sha256(octets or b"").hexdigest()


def _rows(
    path: str, table: str, read: Callable[[Mapping[str, Any], Span], T | str], report: Report
) -> tuple[T, ...]:
    octets = read_file(path, report)
    document = None if octets is None else toml_strict.loads(octets, report, file=path)
    if document is None:
        return ()
    for key in document.value:
        if key not in (table, "format"):
            where = document.positions.nearest((key,))
            _refuse(report, where.key or where.value, f"expected tables `[[{table}]]` and nothing else")
    rows = document.value.get(table, [])
    rows = rows if isinstance(rows, list) else [rows]
    if len(rows) > MOST_ROWS:
        _refuse(report, document.positions.nearest((table,)).value, f"expected at most {MOST_ROWS} rows")
    found = []
    for index, row in enumerate(rows[:MOST_ROWS]):
        span = document.positions.nearest((table, index)).value
        made = read(row, span) if isinstance(row, dict) else f"expected tables `[[{table}]]`"
        if isinstance(made, str):
            _refuse(report, span, made)
        else:
            found.append(made)
    return tuple(found)


def _refuse(report: Report, span: Span, message: str) -> None:
    report.add("A7-V911", message, span, help="see `art7 explain A7-V911`")


def _decision(row: Mapping[str, Any], span: Span) -> Decision | str:
    from art7.validator.decisions import Decision

    texts = ("obligation", "decision", "by", "reason", "offer")
    if fault := _form(row, (*texts, "on"), ("reference",)):
        return fault
    if row["decision"] not in VIEWS:
        return f"expected a `decision` of {', '.join(f'`{each}`' for each in VIEWS)}"
    if not _DIGEST.fullmatch(row["offer"]):
        return "expected the digest of the offer that was judged, `sha256:` and 64 digits"
    return Decision(
        obligation=row["obligation"],
        decision=cast("View", row["decision"]),
        by=row["by"],
        on=row["on"],
        reason=row["reason"],
        offer=row["offer"],
        reference=row.get("reference", ""),
        span=span,
    )


def _extension(row: Mapping[str, Any], span: Span) -> GrantedExtension | str:
    from art7.validator.decisions import GrantedExtension

    if fault := _form(row, ("reference", "until"), ("points",)):
        return fault
    points = row.get("points", [])
    if not isinstance(points, list) or not all(isinstance(p, str) and _POINT.fullmatch(p) for p in points):
        return "expected `points` to be a list of points of Art. 7(2), such as `7(2)(b)(i)`"
    return GrantedExtension(row["reference"], row["until"], tuple(points))


def _form(row: Mapping[str, Any], wanted: tuple[str, ...], further: tuple[str, ...]) -> str:
    """Return what is wrong with the keys and types of a row: dates under `on` and `until`, texts under the others."""
    if missing := [name for name in wanted if name not in row]:
        return f"expected `{missing[0]}`"
    if unknown := [name for name in row if name not in (*wanted, *further)]:
        return f"found an unknown key `{unknown[0][:40]}`"
    for name in (each for each in (*wanted, *further) if each in row and each != "points"):
        value = row[name]
        if name in ("on", "until"):
            if type(value) is not date or not 1990 <= value.year < 2200:
                return f"expected `{name}` to be a date"
        elif type(value) is not str or not 0 < len(value) <= MOST_CHARACTERS:
            return f"expected `{name}` to be a text of at most {MOST_CHARACTERS} characters"
    return ""
