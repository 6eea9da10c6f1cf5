"""How the readers of this package say no: a diagnostic carried to the public function by `Refusal`."""

from __future__ import annotations

from art7.grammar.diagnostics import Diagnostic, Related, Report, Span

SHOWN_CHARACTERS = 60
"""Longest piece of hostile input that a message repeats."""


class Refusal(Exception):
    """Raised inside this package only; every public function turns it into a diagnostic of its report."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def refuse(
    code: str,
    message: str,
    place: str | Span,
    *,
    octet: int | None = None,
    help: str | None = None,
    related: tuple[Related, ...] = (),
) -> Refusal:
    """Build the refusal to raise; a file name as place stands for the file as a whole."""
    if octet is not None:
        message = f"{message} (at octet {octet})"
    span = place if isinstance(place, Span) else in_file(place, octet or 0)
    return Refusal(Diagnostic(code, message, span, help, None, related))


def in_file(name: str, octet: int = 0) -> Span:
    """Return the place of an octet in a file that has no lines; `start` is the octet."""
    return Span(name, 0, 0, 0, 0, octet, octet)


def note(report: Report, refusal: Refusal) -> None:
    """Add what was refused to the report."""
    report.diagnostics.append(refusal.diagnostic)


def shown(text: str | bytes) -> str:
    """Return a short, printable, quoted form of hostile text: no control character, no line break, ASCII only."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "backslashreplace")
    cut = text[:SHOWN_CHARACTERS]
    safe = "".join(c if " " <= c <= "~" and c not in "`\\" else _escape(c) for c in cut)
    return f"`{safe}{'…' if len(cut) < len(text) else ''}`"


def _escape(character: str) -> str:
    return "\\\\" if character == "\\" else f"\\u{{{ord(character):X}}}"
