"""What an import says about its source: mistakes and losses, each once, up to a number, in the order of the text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from art7.grammar.diagnostics import NOWHERE, Diagnostic, Report, Severity, Span

MOST = 400
"""Diagnostics of one import; the rest is counted, not shown."""


Reader = Callable[[str], tuple[str, bytes] | None]
"""Gives the name and octets of a file that a source imports, by the path that it writes; None when there is none."""


class Enough(Exception):
    """Too many mistakes to go on."""


class Source:
    """One text and the places in it."""

    __slots__ = ("_lines", "file", "text")

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self._lines = [0]
        at = text.find("\n")
        while at >= 0:
            self._lines.append(at + 1)
            at = text.find("\n", at + 1)

    def span(self, start: int, end: int) -> Span:
        """Return the place of the characters `start` to `end`."""
        first = bisect_right(self._lines, start) - 1
        last = bisect_right(self._lines, max(start, end)) - 1
        return Span(
            self.file,
            first + 1,
            start - self._lines[first] + 1,
            last + 1,
            max(start, end) - self._lines[last] + 1,
            start,
            max(start, end),
        )


class Faults:
    """Collects diagnostics; the same finding at the same place is told once."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._seen: set[tuple[str, str, Span]] = set()
        self._more = 0

    def mistake(self, code: str, message: str, span: Span, help: str | None = None) -> None:
        """Add a mistake of the source."""
        self._add(code, message, span, help, Severity.ERROR)

    def lost(self, code: str, message: str, span: Span, help: str | None = None) -> None:
        """Add what was not carried over and changes what is accepted or written."""
        self._add(code, message, span, help, Severity.ERROR)

    def note(self, code: str, message: str, span: Span, help: str | None = None) -> None:
        """Add what was not carried over and concerns nothing on the wire, or what was decided."""
        self._add(code, message, span, help, Severity.NOTE)

    def _add(self, code: str, message: str, span: Span, help: str | None, severity: Severity) -> None:
        key = (code, message, span)
        if key in self._seen:
            return
        self._seen.add(key)
        if len(self._seen) > MOST:
            self._more += 1
            if self._more > 10 * MOST:
                raise Enough
            return
        self.report.add(code, message, span, help=help, severity=severity)

    def mark(self) -> tuple[int, set[tuple[str, str, Span]], int]:
        """Return what `rewind` needs to forget all that is found from here on: a reading that may be given up."""
        return len(self.report.diagnostics), set(self._seen), self._more

    def rewind(self, mark: tuple[int, set[tuple[str, str, Span]], int]) -> None:
        """Forget what was found since `mark`."""
        size, self._seen, self._more = mark
        del self.report.diagnostics[size:]

    def close(self) -> None:
        """Say how many findings were not shown; put the others in the order of their places."""
        found = self.report.diagnostics
        found.sort(key=lambda each: (each.span.file, each.span.start, each.span.line, each.span.column))
        if self._more:
            message = f"{self._more} further findings are not shown"
            self.report.add("A7-P205", message, NOWHERE, help="correct those above, or split the source")


def line_of(found: Diagnostic) -> str:
    """Return one finding as the text of a comment."""
    place = f"{found.span}: " if found.span.file else ""
    kind = "note " if found.severity is Severity.NOTE else ""
    return f"{place}{kind}{found.code}: {found.message}" + (f"; next: {found.help}" if found.help else "")
