"""A bounded way to report what is wrong with one text: no line twice, no flood."""

from __future__ import annotations

from art7.grammar import limits
from art7.grammar.diagnostics import Related, Report, Severity, Span


def escaped(text: str, most: int = 40) -> str:
    r"""`text` fit for a message: ASCII only, control characters as ``\u{…}``, cut to `most` characters."""
    shown = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(c if c == "…" or " " <= c <= "~" else f"\\u{{{ord(c):04X}}}" for c in shown)


class Faults:
    """Adds to a report at most `limits.ERRORS` diagnostics, at most one for each line."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.count = 0
        self._lines: set[int] = set()

    @property
    def is_full(self) -> bool:
        """Whether nothing more will be shown."""
        return self.count >= limits.ERRORS

    def add(
        self, code: str, message: str, span: Span, help: str | None = None, related: tuple[Related, ...] = ()
    ) -> None:
        """Report, unless this line was reported before or enough has been."""
        if self.is_full or span.line in self._lines:
            return
        self._lines.add(span.line)
        self.count += 1
        self.report.add(code, message, span, help=help, related=related)
        if self.is_full:
            self.report.add(
                "A7-P022",
                f"only the first {limits.ERRORS} errors are shown",
                span,
                help="correct these and run again",
                severity=Severity.NOTE,
            )
