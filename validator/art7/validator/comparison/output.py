"""A comparison as JSON, as text for a terminal and as one HTML file; all show the one model."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields

from art7.grammar.frames import visible
from art7.validator.comparison.model import Build, Codecs, Comparison, Level

WIDTH = 100
MOST_SHARED = 20
"""Shared things that a terminal shows; JSON and HTML have all."""

MEASURED = {
    "messages": "messages",
    "structs": "structs",
    "schedules": "key schedules",
    "machines": "role machines",
    "states": "states",
    "transitions": "transitions",
    "algorithms": "primitives",
    "sdk_files": "SDK, files",
    "sdk_lines": "SDK, lines",
    "sdk_octets": "SDK, octets",
}


def render_json(found: Comparison) -> str:
    """Return everything, by the names of the model."""
    return json.dumps(asdict(found), indent=2, ensure_ascii=False) + "\n"


def render_html(found: Comparison) -> str:
    """Return the page; everything from an offer is escaped, and nothing is loaded."""
    from art7.validator.output.html_output import TONES, template

    labels = [each.label for each in found.offers]
    return template("comparison.html.j2").render(
        report=found, labels=labels, build=_build_rows(found), tones=TONES
    )


def render_text(found: Comparison) -> str:
    """Return the report; nothing of an offer reaches it unescaped."""
    parts = (_offers, _build, _joining, _codecs, _distance, _shared, _coverage)
    lines = [line for part in parts for line in (*part(found), "")]
    return "".join(f"{visible(line)}\n" for line in (*lines, *_wrapped(found.closing, "")))


def _build_rows(found: Comparison) -> list[tuple[str, list[str]]]:
    builds = [*(each.build for each in found.offers), found.together]
    return [
        (MEASURED[each.name], [f"{getattr(build, each.name):,}" for build in builds])
        for each in fields(Build)
    ]


def _table(rows: Sequence[Sequence[str]], right: bool = False) -> Iterator[str]:
    """Yield rows in columns as wide as what they hold; numbers, which stand after the first column, to the right."""
    rows = [[_short(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(width) if right and n else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def _short(cell: str) -> str:
    shown = visible(cell)
    return shown if len(shown) <= 60 else f"{shown[:59]}…"


def _wrapped(text: str, lead: str) -> list[str]:
    return textwrap.wrap(
        visible(text), WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_on_hyphens=False
    )


def _offers(found: Comparison) -> Iterator[str]:
    yield f"Comparison of {len(found.offers)} {'offer' if len(found.offers) == 1 else 'offers'}, on {found.on}"
    for row in found.offers:
        points = ", ".join(row.functions) or "none"
        yield from _wrapped(
            f"{row.label}: {row.id} {row.version}, {row.service} by {row.gatekeeper}; {points}", "  "
        )


def _build(found: Comparison) -> Iterator[str]:
    yield "What an access seeker must build"
    head = ["", *(each.label for each in found.offers), "all together"]
    yield from _table([head, *([name, *counts] for name, counts in _build_rows(found))], right=True)


def _joining(found: Comparison) -> Iterator[str]:
    yield "Who can be in one conversation, end to end"
    for level in found.levels:
        yield from _level(level)


def _level(level: Level) -> Iterator[str]:
    for circle in level.circles:
        yield from _wrapped(f"users of {', '.join(circle)} and of the access seeker", f"  {level.name}: ")
    if level.without:
        yield from _wrapped(f"not offered by {', '.join(level.without)}", f"  {level.name}: ")
    for note in level.notes:
        yield from _wrapped(note, "    limit ")
    for each in level.crossings:
        yield from _wrapped(
            f"between {' and '.join(each.between)}: end-to-end identity is lost", "    gateway "
        )
        for reason in each.reasons:
            yield from _wrapped(reason, "      since ")


def _codecs(found: Comparison) -> Iterator[str]:
    yield "Codecs"
    head = ["content", *(each.label for each in found.offers), "common"]
    rows = [
        [
            each.content.replace("_", " "),
            *(shown_codecs(codecs) for _, codecs in each.by_offer),
            ", ".join(each.common) or "none",
        ]
        for each in found.codecs
    ]
    yield from _table([head, *rows]) if rows else ["  no offer has media or calls"]
    if not any(_is_call(each) for each in found.codecs):
        yield "  no offer has calls"


def _is_call(row: Codecs) -> bool:
    return row.content.endswith("_call")


def shown_codecs(codecs: Sequence[str] | None) -> str:
    """Return the names, or that there are none, or that there is no such content."""
    return "not offered" if codecs is None else ", ".join(codecs) or "not stated"


def _distance(found: Comparison) -> Iterator[str]:
    yield "Distance to standard components (messages from catalogue standards, and own)"
    rows = [
        [row.label, str(row.distance.standard), str(row.distance.own), f"{row.distance.percent} %"]
        for row in found.offers
    ]
    yield from _table([["offer", "standard", "own", "share"], *rows], right=True)
    for row in found.offers:
        listed = ", ".join(f"{standard} ({profile})" for standard, profile in row.distance.components)
        yield from _wrapped(listed or "no component listed", f"  {_short(row.label)}: ")


def _shared(found: Comparison) -> Iterator[str]:
    yield "What is shared (same catalogue module, same structure, same algorithm)"
    for each in found.shared[:MOST_SHARED]:
        yield from _wrapped(f"{each.by}: {each.kind} {', '.join(each.names)}: {', '.join(each.offers)}", "  ")
    if len(found.shared) > MOST_SHARED:
        yield f"  and {len(found.shared) - MOST_SHARED} more; `--format json` has all"
    if not found.shared:
        yield "  nothing"


def _coverage(found: Comparison) -> Iterator[str]:
    yield "Coverage of the duties"
    head = ["duty", "clause", *(each.label for each in found.offers), "what is owed"]
    rows = [
        [
            row.obligation,
            row.clause.removeprefix("DMA "),
            *(f"{cell.symbol} {cell.verdict}" for cell in row.cells),
            row.title,
        ]
        for row in found.coverage
    ]
    yield from _table([head, *rows])
    if not found.ran:
        yield "nothing was run, so that duties which need a run are undetermined; `--run` runs every offer first"
