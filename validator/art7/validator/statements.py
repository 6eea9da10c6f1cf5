"""What an offer says about a duty, quoted with its place: the evidence of verdicts that rest on statements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from art7.grammar.diagnostics import Span
from art7.validator.law import Obligation
from art7.validator.manifest.mentions import Path
from art7.validator.offer import MANIFEST, Offer

LINES_MOST = 14
CHARACTERS_MOST = 240
STATEMENTS_MOST = 24
"""Bounds of a quotation, and of the quotations for one duty: a dossier of a hostile offer stays readable."""

ALSO = {
    "O-01": ("offer",),
    "O-29": ("gatekeeper.extension",),
    "O-35": ("measure", "threat"),
    "O-36": ("measure", "parity"),
    "O-37": ("offer",),
}
"""Duty → what bears on it although the law file does not demand it: these may rightly be absent."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Lines of the bundle: a statement of the manifest by its path, or a passage that one leads to by its anchor."""

    path: str
    span: Span
    lines: tuple[str, ...]


def statements_about(offer: Offer, duty: Obligation) -> tuple[Statement, ...]:
    """Return what the manifest states about a duty, and the passages that these statements lead to."""
    found: dict[tuple[str, int], Statement] = {}
    for each in _quoted(offer, duty):
        found.setdefault((each.span.file, each.span.line), each)
        if len(found) == STATEMENTS_MOST:
            break
    return tuple(found.values())


def _quoted(offer: Offer, duty: Obligation) -> Iterator[Statement]:
    paths = list(islice(_paths(offer, duty), STATEMENTS_MOST))
    # Where nothing is stated, what is stated instead shows it: the functions that there are, or the head of the offer.
    instead = _expanded(offer, ("function" if duty.point else "offer",))
    paths = paths or list(islice(instead, STATEMENTS_MOST))
    for path in paths:
        yield from _from_manifest(offer, path)
    for path in paths:
        for mention in offer.mentions:
            passage = offer.passages.get(mention.value)
            if passage is not None and mention.path[: len(path)] == path:
                lines = (passage.heading.text, *(line.text for line in passage.lines))
                yield Statement(passage.anchor, passage.heading.span(), _bounded(lines))


def _paths(offer: Offer, duty: Obligation) -> Iterator[Path]:
    for n, function in enumerate(offer.manifest.function):
        if duty.point is not None and function.point == duty.point:
            yield ("function", n)
    for dotted in (*duty.states, *ALSO.get(duty.id, ())):
        yield from _expanded(offer, tuple(dotted.split(".")))


def _expanded(offer: Offer, keys: tuple[str, ...]) -> Iterator[Path]:
    """Yield the paths that the manifest has below a dotted one; arrays of tables are looked into."""
    found: list[tuple[Path, object]] = [((), offer.manifest)]
    for key in keys:
        found = [each for path, value in found for each in _elements((*path, key), getattr(value, key, None))]
    yield from (path for path, value in found if value not in (None, "", {}))


def _elements(path: Path, value: object) -> Iterator[tuple[Path, object]]:
    tables = isinstance(value, tuple) and value and not isinstance(value[0], str)
    if isinstance(value, tuple) and tables:
        yield from (((*path, n), item) for n, item in enumerate(value))
    elif value != ():
        yield path, value


def _from_manifest(offer: Offer, path: Path) -> Iterator[Statement]:
    place = offer.positions.find(path)
    source = offer.texts.get(MANIFEST)
    if place is None or source is None:
        return
    span = place.key or place.value
    rows = source.split("\n")
    first = span.line - 1
    last = max(place.value.end_line, span.line)
    if rows[first].lstrip().startswith("["):
        last = next((n for n in range(first + 1, len(rows)) if _ends_table(rows[n])), len(rows))
    name = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")
    yield Statement(name, span, _bounded(tuple(rows[first:last])))


def _ends_table(row: str) -> bool:
    return not row.strip() or row.startswith("[")


def _bounded(lines: tuple[str, ...]) -> tuple[str, ...]:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    shown = [
        line if len(line) <= CHARACTERS_MOST else line[:CHARACTERS_MOST] + "…" for line in lines[:LINES_MOST]
    ]
    more = len(lines) - LINES_MOST
    return (*shown, f"… {more} more lines") if more > 0 else tuple(shown)
