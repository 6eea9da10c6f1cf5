"""The prose of an offer: passages by anchor, and its lines with their places.

Prose counts only where a statement of the manifest is bound to it; it is never rendered, only quoted as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from art7.grammar.diagnostics import Span

_HEADING = re.compile(r"#{1,6}[ \t]+(?P<title>[^\n]{1,500})")
_EXPLICIT = re.compile(r"\{#(?P<id>[A-Za-z0-9._-]{1,100})\}[ \t]*$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document."""

    file: str
    number: int
    text: str

    def span(self, start: int = 0, end: int | None = None) -> Span:
        """Return the place of characters `start` to `end` of the line."""
        last = len(self.text) if end is None else end
        return Span(self.file, self.number, start + 1, self.number, last + 1)


@dataclass(frozen=True, slots=True)
class Passage:
    """The text under one heading, up to the next heading."""

    anchor: str
    heading: Line
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """The text without its heading, lines joined by a space."""
        return " ".join(line.text.strip() for line in self.lines).strip()


def document_lines(file: str, text: str) -> list[Line]:
    """Return the lines of a document, without line ends."""
    return [Line(file, number, line) for number, line in enumerate(text.split("\n"), 1)]


def passages(texts: Mapping[str, str]) -> dict[str, Passage]:
    """Return every passage of the Markdown files among `texts`, by `file#anchor`; the first one of a name counts."""
    found: dict[str, Passage] = {}
    for file in sorted(texts):
        if file.endswith(".md"):
            for passage in _passages(document_lines(file, texts[file])):
                found.setdefault(passage.anchor, passage)
    return found


def _passages(lines: list[Line]) -> Iterator[Passage]:
    starts = [(index, match) for index, line in enumerate(lines) if (match := _HEADING.match(line.text))]
    for position, (index, match) in enumerate(starts):
        end = starts[position + 1][0] if position + 1 < len(starts) else len(lines)
        heading = lines[index]
        anchor = f"{heading.file}#{anchor_of(match['title'])}"
        yield Passage(anchor, heading, tuple(lines[index + 1 : end]))


def anchor_of(title: str) -> str:
    """Return the anchor of a heading: `{#id}` if it states one, else its words joined by hyphens."""
    explicit = _EXPLICIT.search(title)
    if explicit:
        return explicit["id"]
    words = re.sub(r"[^\w\- ]", "", title.strip().lower())
    return re.sub(r"[ \t]+", "-", words)
