"""The register of requests (Art. 7(5)) that `assess` is given: when each was received, and when it worked."""

from __future__ import annotations

from datetime import date
from typing import Any

from art7.grammar.diagnostics import Report
from art7.grammar.untrusted import read_file, toml_strict
from art7.validator.evidence import AccessRequest

CODES = {
    "A7-V910": (
        "the register of requests does not have its form",
        "A register is a TOML file of tables `[[request]]`, each with an `id` and a date `received`, and where they are "
        "known the dates `operational` and `extended_until`; a later end of the period cites a decision as `reference`.",
        "Correct the row.",
    ),
}

_DATES = ("received", "operational", "extended_until")


def read_requests(path: str, report: Report) -> tuple[AccessRequest, ...]:
    """Return the requests of a register; what is wrong with it is reported."""
    octets = read_file(path, report)
    document = None if octets is None else toml_strict.loads(octets, report, file=path)
    if document is None:
        return ()
    rows = document.value.get("request", [])
    found = []
    for index, row in enumerate(rows if isinstance(rows, list) else [rows]):
        request = _request(row)
        if request is None:
            where = document.positions.nearest(("request", index)).value
            report.add("A7-V910", "expected an `id` and dates", where, help="see `art7 explain A7-V910`")
        else:
            found.append(request)
    return tuple(found)


def _request(row: Any) -> AccessRequest | None:
    if not isinstance(row, dict) or not {"id", "received"} <= row.keys() <= {"id", "reference", *_DATES}:
        return None
    dates = {name: row[name] for name in _DATES if name in row}
    if not isinstance(row["id"], str) or not all(_is_day(day) for day in dates.values()):
        return None
    reference = row.get("reference", "")
    if not isinstance(reference, str) or ("extended_until" in dates and not reference):
        return None
    return AccessRequest(row["id"], **dates, reference=reference)


def _is_day(value: object) -> bool:
    return type(value) is date and 1990 <= value.year < 2200
