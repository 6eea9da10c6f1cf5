"""Diagnostics → text for people: code frames, or plain lines; and the door to every other format.

Nothing from a source reaches the output as it is: control characters, directional marks and what else a
terminal could act on are shown as ``\\u{…}``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from art7.grammar.diagnostics import Diagnostic, Report, Severity, Span

FORMATS = ("text", "json", "jsonl", "sarif", "junit", "github", "markdown")
TAB = 4
WINDOW = 150
"""Columns of a source line that are shown; of a longer line, those around the fault."""
LINES_MOST = 6
"""Lines of one file that a frame shows."""

RED, BLUE, CYAN, BOLD, RESET = "\x1b[31m", "\x1b[34m", "\x1b[36m", "\x1b[1m", "\x1b[0m"


def render(report: Report, format: str = "text", *, colour: bool = False, plain: bool = False) -> str:
    """The report in one of `FORMATS`; empty for a text report without diagnostics.

    `colour` and `plain` (one line for each fact, no drawing) concern the format `text`. Raises ValueError for
    another format.
    """
    if format == "text":
        return "\n".join(
            render_diagnostic(d, report.sources, colour=colour, plain=plain) for d in report.diagnostics
        )
    from art7.grammar import report_formats

    renderers: dict[str, Callable[[Report], str]] = report_formats.RENDERERS
    if format not in renderers:
        raise ValueError(f"unknown format {format!r}, expected one of {', '.join(FORMATS)}")
    return renderers[format](report)


def render_diagnostic(
    found: Diagnostic, sources: Mapping[str, str], *, colour: bool = False, plain: bool = False
) -> str:
    """One diagnostic as lines, each with its line end."""
    lines = _plain_lines(found) if plain else _frame_lines(found, sources, colour)
    return "".join(f"{line}\n" for line in lines)


def visible(text: str) -> str:
    r"""`text` with every character that a terminal could act on or not show as ``\u{…}``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if _is_shown(c) else f"\\u{{{ord(c):X}}}" for c in text)


def _is_shown(character: str) -> bool:
    return character == " " or (character.isprintable() and unicodedata.category(character)[0] != "C")


def width(text: str) -> int:
    """Columns that `text` fills on a terminal: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


# ---- plain ------------------------------------------------------------------------------------------------


def _plain_lines(found: Diagnostic) -> Iterator[str]:
    yield f"{found.severity.value} {found.code} at {place_of(found.span)}: {visible(found.message)}"
    for other in found.related:
        yield f"  see {place_of(other.span)}: {visible(other.message)}"
    if found.help:
        yield f"  help: {visible(found.help)}"
    if found.clause:
        yield f"  clause: {visible(found.clause)}"


def place_of(span: Span) -> str:
    """``file:line:column``, fit for a terminal; what no text wrote is nowhere."""
    if not span.line:
        return visible(span.file) or "no place in a text"
    return f"{visible(span.file)}:{span.line}:{span.column}"


# ---- frames -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Label:
    """A range of columns of one line, with its sign and words."""

    line: int
    start: int
    end: int
    sign: str
    message: str


def _frame_lines(found: Diagnostic, sources: Mapping[str, str], colour: bool) -> Iterator[str]:
    paint = _painter(colour)
    tone = RED if found.severity is Severity.ERROR else CYAN
    yield paint(f"{found.severity.value}[{found.code}]", BOLD + tone) + paint(
        f": {visible(found.message)}", BOLD
    )
    files = list(dict.fromkeys([found.span.file, *(other.span.file for other in found.related)]))
    margin = len(str(max([found.span.end_line, *(other.span.end_line for other in found.related)])))
    for number, file in enumerate(files):
        labels = [*_labels(found.span, "^", "")] if number == 0 else []
        near = [other for other in found.related if other.span.file == file and other.span.line]
        for other in near:
            labels += _labels(other.span, "-", visible(other.message))
        arrow = "-->" if number == 0 else ":::"
        place = place_of(found.span) if number == 0 else place_of(near[0].span) if near else visible(file)
        yield " " * margin + paint(arrow, BLUE) + f" {place}"
        yield from _source_lines(sources.get(file), labels, margin, paint, tone)
    for word, note in (("help", found.help), ("clause", found.clause)):
        if note:
            yield " " * (margin + 1) + paint("=", BLUE) + f" {word}: {visible(note)}"


def _painter(colour: bool) -> Callable[[str, str], str]:
    return (lambda text, tone: f"{tone}{text}{RESET}") if colour else (lambda text, tone: text)


def _labels(span: Span, sign: str, message: str) -> list[_Label]:
    """The first line of a span, and its last where it has several."""
    if not span.line:
        return []
    if span.end_line <= span.line:
        return [_Label(span.line, span.column, max(span.end_column, span.column + 1), sign, message)]
    return [
        _Label(span.line, span.column, -1, sign, ""),
        _Label(span.end_line, 1, max(span.end_column, 2), sign, message),
    ]


def _source_lines(
    source: str | None,
    labels: Iterable[_Label],
    margin: int,
    paint: Callable[[str, str], str],
    tone: str,
) -> Iterator[str]:
    """The lines that labels point at, each with its marks below; a gap where lines are left out."""
    if source is None:
        return
    lines = source.split("\n")
    by_line: dict[int, list[_Label]] = {}
    for label in labels:
        if 1 <= label.line <= len(lines):
            by_line.setdefault(label.line, []).append(label)
    before = 0
    for number in sorted(by_line)[:LINES_MOST]:
        if before and number > before + 1:
            yield paint("." * max(margin, 3), BLUE)
        before = number
        text, marks = _drawn(lines[number - 1].rstrip("\r"), by_line[number])
        yield paint(f"{number:>{margin}} |", BLUE) + (f" {text}" if text else "")
        for sign, mark in marks:
            yield paint(" " * margin + " |", BLUE) + " " + paint(mark, BOLD + (tone if sign == "^" else BLUE))


def _drawn(line: str, labels: list[_Label]) -> tuple[str, list[tuple[str, str]]]:
    """A source line as shown, and below it one line of marks for each label."""
    first = min(label.start for label in labels) - 1
    skipped = max(0, first - WINDOW // 2) if len(line) > WINDOW else 0
    shown = line[skipped : skipped + WINDOW]
    cells: list[str] = []
    columns = [0]
    for character in shown:
        cell = " " * (TAB - columns[-1] % TAB) if character == "\t" else visible(character)
        cells.append(cell)
        columns.append(columns[-1] + width(cell))
    lead = "… " if skipped else ""
    tail = " …" if skipped + WINDOW < len(line) else ""
    marks = []
    for label in sorted(labels, key=lambda label: (label.sign != "^", label.start)):
        start = min(max(label.start - 1 - skipped, 0), len(shown))
        end = len(shown) if label.end < 0 else min(max(label.end - 1 - skipped, start), len(shown))
        size = max(columns[end] - columns[start], 1)
        words = f" {label.message}" if label.message else ""
        marks.append((label.sign, " " * (len(lead) + columns[start]) + label.sign * size + words))
    return lead + "".join(cells) + tail, marks
