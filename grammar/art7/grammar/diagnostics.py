"""How every room speaks to its reader: spans, diagnostics and reports.

A wrong input is never an exception. A pass receives a `Report`, adds to it and goes on; only
`art7.cli` turns a report into an exit code. Rendering (code frames, JSON, SARIF) lives in
`art7.grammar.frames`; this module is data only and imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from art7.grammar.ir.quick import quickly_made


class Severity(Enum):
    """Nothing is a mere warning: an error must be fixed or waived, a note is context for it."""

    ERROR = "error"
    NOTE = "note"


@quickly_made
@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of one text file.

    `file` is the name shown to the reader; `line` and `column` count from 1, columns in characters.
    `start` and `end` are character offsets into the text (0-based, half-open).
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    start: int = 0
    end: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Span("", 0, 0, 0, 0)
"""The place of what no text wrote (built-in types, a file that could not be opened)."""


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that explains a diagnostic: the first definition, the other arm."""

    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about a text.

    `code` is stable and never reused: `A7-` + family letter (P parse, N names, T types, L layout, S states,
    K keys, I identity, V offer, B bundle, C compatibility, D decode, R runtime) + three digits.
    `message` is one phrase able to stand alone: lower case, no final stop, names in backticks.
    `help` is imperative. `clause` cites a law or standard (`DMA Art. 7(4)`, `RFC 9420 §10`).
    """

    code: str
    message: str
    span: Span
    help: str | None = None
    clause: str | None = None
    related: tuple[Related, ...] = ()
    severity: Severity = Severity.ERROR


@dataclass(slots=True)
class Report:
    """Diagnostics in the order they were found, and the sources they point into."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)

    def add(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        help: str | None = None,
        clause: str | None = None,
        related: tuple[Related, ...] = (),
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Append one diagnostic."""
        self.diagnostics.append(Diagnostic(code, message, span, help, clause, related, severity))

    @property
    def has_errors(self) -> bool:
        """Whether anything must be fixed."""
        return any(d.severity is Severity.ERROR for d in self.diagnostics)

    def errors(self) -> Iterator[Diagnostic]:
        """Yield the diagnostics that must be fixed."""
        return (d for d in self.diagnostics if d.severity is Severity.ERROR)
