"""From a parsed manifest to the model: each fault of form becomes a diagnostic, and the rest is still read."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterable
from typing import Any, get_args

from pydantic import ValidationError

from art7.grammar.diagnostics import Report, Span
from art7.grammar.untrusted.positions import Positions
from art7.grammar.untrusted.refusal import shown
from art7.validator.manifest.base import Section
from art7.validator.manifest.mentions import Path
from art7.validator.manifest.root import FORMAT, Manifest

CODES = {
    "A7-V001": (
        "the bundle has no manifest `offer.toml` at its root",
        "The manifest says what the rest of the bundle is for. It lies at the root, under exactly this name.",
        "Write one, beginning with `format = 1` and `[offer]` (`art7 explain offer`), or move the file to the root.",
    ),
    "A7-V002": (
        "the manifest has an edition that this program does not read",
        "`format` is an integer and names the edition of the manifest's format. Nothing else is read before it.",
        "Write `format = 1`, or use a newer art7.",
    ),
    "A7-V003": (
        "the manifest has a key that the format does not know",
        "An unknown key is a statement that nobody reads; most often it is a known one, misspelt.",
        "Rename it as suggested, or remove it.",
    ),
    "A7-V004": (
        "a mandatory key of the manifest is missing",
        "The statement around it cannot be understood without it, so it is left out and the rest is read.",
        "Add the key; `art7 explain` with its path says what it means.",
    ),
    "A7-V005": (
        "a value of the manifest has another type or form than expected",
        "Nothing is converted or guessed: a text is not a number, a date is not a text.",
        "Write the value in the form that the message names.",
    ),
    "A7-V006": (
        "the manifest has more faults of form than are shown",
        "Reading stops where so much would have to be left out that the rest says nothing about the offer.",
        "Mend the faults shown first and check again.",
    ),
}
"""Faults of form and their titles; everything else is found by rules."""

MOST_FAULTS = 60
ROUNDS = 12

_EXPECTED = {
    "string_type": "a text",
    "int_type": "an integer",
    "float_type": "a number",
    "bool_type": "true or false",
    "date_type": "a date such as 2026-02-28",
    "tuple_type": "an array",
    "dict_type": "a table",
    "model_type": "a table",
}


def parse_manifest(table: dict[str, Any], positions: Positions, report: Report) -> Manifest | None:
    """Return the manifest, faulty statements left out; None when its edition or its head cannot be read."""
    if not _is_known_format(table, positions, report):
        return None
    table, faults, pruned = copy.deepcopy(table), 0, set[Path]()
    for _ in range(ROUNDS):
        try:
            manifest = Manifest.model_validate(table)
            if faults > MOST_FAULTS:
                _report_more(faults, positions, report)
            return manifest
        except ValidationError as error:
            places = list(_by_place(error, table))
            for path, found in places:
                if path not in pruned:  # else it is missing because a faulty value was taken out
                    faults += 1
                    if faults <= MOST_FAULTS:
                        _report(path, found, table, positions, report)
            for path, found in reversed(places):
                _prune(table, path[:-1] if found["type"] == "missing" else path)
            pruned.update(path for path, _ in places)
            _complete_head(table)
    _report_more(faults, positions, report)
    return None


def _report_more(faults: int, positions: Positions, report: Report) -> None:
    message = f"{faults} faults of form found"
    report.add("A7-V006", message, place(positions, ()), help="mend those shown first")


def place(positions: Positions, path: Path) -> Span:
    """Return where the statement at `path` stands: its key where it has one, else its value."""
    found = positions.nearest(path)
    return found.key or found.value


def _is_known_format(table: dict[str, Any], positions: Positions, report: Report) -> bool:
    edition = table.get("format")
    if type(edition) is int and 1 <= edition <= FORMAT:
        return True
    newer = type(edition) is int and edition > FORMAT
    message = f"found edition {shown(str(edition))}" if "format" in table else "found no edition"
    report.add(
        "A7-V002",
        f"{message} of the manifest format, expected {FORMAT}",
        place(positions, ("format",)),
        help="use a newer art7 to read it" if newer else f"begin the manifest with `format = {FORMAT}`",
        clause="DMA Art. 7(4)",
    )
    return False


def _by_place(error: ValidationError, table: dict[str, Any]) -> Iterable[tuple[Path, Any]]:
    """Give each faulty place once: the branches of a union all complain about the same value."""
    seen: dict[Path, Any] = {}
    for found in error.errors(include_url=False, include_context=True):
        path = found["loc"]
        kept = path if found["type"] in ("missing", "extra_forbidden") else _written(path, table)
        if kept in seen:
            seen[kept] = {**found, "type": "union", "loc": kept}
        else:
            seen[kept] = found
    return seen.items()


def _written(path: Path, table: object) -> Path:
    """Cut a location down to keys that the text has."""
    for length, key in enumerate(path):
        if isinstance(table, dict) and key in table:
            table = table[str(key)]
        elif isinstance(table, list) and isinstance(key, int) and key < len(table):
            table = table[key]
        else:
            return path[:length]
    return path


def _report(path: Path, found: Any, table: dict[str, Any], positions: Positions, report: Report) -> None:
    where = place(positions, path)
    name = dotted(path)
    match found["type"]:
        case "missing":
            report.add("A7-V004", f"missing key {name}", where, help=f"add {shown(str(path[-1]))}")
        case "extra_forbidden":
            near = difflib.get_close_matches(str(path[-1]), _known_keys(path), 1, 0.6)
            report.add(
                "A7-V003",
                f"unknown key {name}" + (f"; did you mean `{near[0]}`?" if near else ""),
                where,
                help=f"rename it to `{near[0]}`" if near else "remove it, or see `art7 explain offer.toml`",
            )
        case kind:
            value = _value_at(path, table)
            report.add(
                "A7-V005", f"expected {_expected(kind, found)} at {name}, found {_found(value)}", where
            )


def _expected(kind: str, found: Any) -> str:
    context = found.get("ctx", {})
    if kind in _EXPECTED:
        return _EXPECTED[kind]
    match kind:
        case "literal_error":
            return f"one of {context['expected']}".replace("'", "`")
        case "string_pattern_mismatch":
            return f"a text of the form `{context['pattern']}`"
        case "union":
            return "a number, a text, true, false or an array of texts"
        case "greater_than_equal" | "less_than_equal":
            bound = context.get("ge", context.get("le"))
            return f"a value of at {'least' if 'ge' in context else 'most'} {bound}"
        case _:
            return "another form (" + str(found["msg"]).lower() + ")"


def _found(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str() | int() | float():
            return shown(str(value))
        case list():
            return "an array"
        case dict():
            return "a table"
        case _:
            return shown(str(value))


def dotted(path: Path) -> str:
    """Return a path as people write it, quoted and safe: `process.step[2].max`."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")
    return shown(text or "the manifest")


def _value_at(path: Path, table: Any) -> object:
    for key in path:
        table = table[key]
    return table


def _prune(table: Any, path: Path) -> None:
    """Remove the value at `path`; the head is kept, as `_complete_head` mends it."""
    if path in ((), ("offer",)) and isinstance(table.get("offer", {}), dict):
        return
    try:
        for key in path[:-1]:
            table = table[key]
        del table[path[-1]]
    except (KeyError, IndexError, TypeError):
        return  # a value above it went first


def _complete_head(table: dict[str, Any]) -> None:
    """Give an offer without a readable name one, so that the rest of it can still be examined."""
    head = table.setdefault("offer", {})
    head.setdefault("id", "unnamed")
    head.setdefault("version", "0.0.0")


def _known_keys(path: Path) -> list[str]:
    section: type[Section] | None = Manifest
    for key in path[:-1]:
        if isinstance(key, str) and section is not None and key in section.model_fields:
            section = _section_in(section.model_fields[key].annotation)
    return list(section.model_fields) if section else []


def _section_in(annotation: Any) -> type[Section] | None:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    inner = (_section_in(argument) for argument in get_args(annotation))
    return next((found for found in inner if found), None)
