"""A bounded way for the passes to report what is wrong with a module."""

from __future__ import annotations

from dataclasses import dataclass, field

from art7.grammar.diagnostics import Related, Report, Severity, Span

MOST = 50
"""Diagnostics that the passes give for one module; more would only hide the first ones."""


@dataclass(slots=True)
class Findings:
    """Adds to a report: nothing twice at one place, and `MOST` in all."""

    report: Report
    count: int = 0
    _seen: set[tuple[str, str, int, int]] = field(default_factory=set)

    def add(
        self,
        code: str,
        message: str,
        span: Span,
        help: str | None = None,
        related: tuple[Related, ...] = (),
    ) -> None:
        """Report one error."""
        key = (code, span.file, span.line, span.column)
        if self.count > MOST or key in self._seen:
            return
        self._seen.add(key)
        self.count += 1
        if self.count > MOST:
            message, advice = f"only the first {MOST} errors are shown", "correct these and run again"
            self.report.add("A7-N099", message, span, help=advice, severity=Severity.NOTE)
            return
        self.report.add(code, message, span, help=help, related=related)


CODES = {
    "A7-N099": (
        "more errors than are shown",
        f"A module gave more than {MOST} errors in its meaning; the others are counted, not shown.",
        "Correct the ones shown and run again.",
    )
}
