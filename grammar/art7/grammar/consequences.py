"""What damage in a text reaches: findings there may only follow from it, and are told once the text can be read.

A text falls into parts, each from a word at the start of a line to the next. A part with a fault is damaged, and so
is one whose declaration the parser lost; damage spreads to the parts that mention what a damaged one declares, and
from those on. All that a module says is in question where its encoding is, or what it uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Diagnostic, Severity
from art7.grammar.passes.signatures import ENCODINGS
from art7.grammar.tables import load_tables

ABSENT_NAMES = frozenset(
    f"A7-{code}"
    for code in (
        *("N010", "N011", "N012", "N013", "N014", "N015", "N017", "N018", "N020", "N023", "N024", "N099"),
        *("S001", "S002", "S004", "S006", "S007", "S009", "S010", "S011", "S012", "K001", "I003"),
    )
)
"""What is told of names that are not there: nothing new where a text could not be read whole."""

DECLARING = frozenset(
    "const enum token function message struct identity schedule protocol resolve extend".split()
)
"""Words that begin a part with a name of its own; a part that begins with no word of the language lost such a word."""

_PART = re.compile(r"^[A-Za-z_`]", re.MULTILINE)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Damage:
    """What the faults of one text put in question: `names` it declares, and lines of it (`None`: all); `parts` are all lines."""

    names: frozenset[str] = frozenset()
    lines: tuple[tuple[int, int], ...] | None = ()
    parts: tuple[tuple[int, int], ...] = ()

    def unexplained(self, told: Sequence[Diagnostic]) -> list[Diagnostic]:
        """Return the findings in this text that do not merely follow from the damage."""
        if self.lines is None:
            return []
        named = [found for found in told if found.code not in ABSENT_NAMES]
        absent = {found.span.line for found in told if found.code in ABSENT_NAMES}
        # A part that speaks of a name that is not there is in question too.
        doubtful = [part for part in self.parts if any(part[0] <= line < part[1] for line in absent)]
        reached = (*self.lines, *doubtful)
        return [x for x in named if not any(first <= x.span.line < end for first, end in reached)]


def damage_of(text: str, tree: t.Module, faults: Iterable[Diagnostic], lost: Iterable[Damage]) -> Damage:
    """Return what the `faults` of a text reach, and the damage of the modules that it uses (`lost`)."""
    places = {at for found in faults if found.severity is Severity.ERROR for at in _places_of(found)}
    parts = _parts(text)
    # Vectors speak of all that a module says: they wait until it can be read.
    damaged = [part for part in parts if part.holds(places) or places and part.word == "vectors"]
    names = {name for damage in lost for name in damage.names}
    if places:
        names |= {part.name for part in parts} - _declared(tree) - {""}
    spread = _spread(parts, damaged, names)
    reached = frozenset(names | {part.name for part in spread} - {""})
    if _is_encoding_lost(tree, parts, damaged, places) or any(part.word == "use" for part in damaged):
        return Damage(reached, None)
    bounds = tuple((part.first, part.end) for part in parts)
    return Damage(reached, tuple((part.first, part.end) for part in spread), bounds)


@dataclass(frozen=True, slots=True)
class _Part:
    """Lines from a word at the start of one up to the next such line."""

    first: int
    end: int
    word: str
    name: str
    words: frozenset[str]

    @property
    def may_be_encoding(self) -> bool:
        """Whether these lines, damaged as they are, may have said what the encoding is."""
        return self.word in ("", "a7", "module", self.name) and not self.words.isdisjoint(ENCODINGS)

    def holds(self, places: set[tuple[int, int]]) -> bool:
        """Whether a fault is here, or where the next part begins: what is missing at an end is told there."""
        return (self.end, 1) in places or any(self.first <= line < self.end for line, _ in places)


def _parts(text: str) -> list[_Part]:
    starts = sorted({0, *(found.start() for found in _PART.finditer(text))})
    parts, first = [], 1
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        words = _WORD.findall(text, start, end)
        beyond = first + text.count("\n", start, end) if end < len(text) else 1 << 62
        parts.append(_Part(first, beyond, words[0] if words else "", _name_of(words), frozenset(words)))
        first = beyond
    return parts


def _name_of(words: list[str]) -> str:
    """Return the name that a part declares, or an empty text."""
    known = load_tables().literals
    if not words or (words[0] in known and words[0] not in DECLARING):
        return ""
    return next((word for word in words[:3] if word not in known), "")


def _spread(parts: list[_Part], damaged: list[_Part], names: set[str]) -> list[_Part]:
    """Return the parts that damage reaches: each that mentions a name of one that it has reached."""
    reached = {part.first: part for part in damaged}
    fresh = names | {part.name for part in damaged} - {""}
    while fresh:
        now = [part for part in parts if part.first not in reached and part.words & fresh]
        reached.update((part.first, part) for part in now)
        fresh = {part.name for part in now} - {""}
    return list(reached.values())


def _is_encoding_lost(
    tree: t.Module, parts: list[_Part], damaged: list[_Part], places: set[tuple[int, int]]
) -> bool:
    if tree.encoding is not None:
        is_known = tree.encoding.name.text in ENCODINGS
        return bool(places) and (not is_known or tree.encoding.span.line in {line for line, _ in places})
    if any(part.may_be_encoding for part in damaged):
        return True
    return bool(places) and any(part.word == "encoding" for part in parts)


def _places_of(found: Diagnostic) -> list[tuple[int, int]]:
    spans = found.span, *(related.span for related in found.related)
    return [(span.line, span.column) for span in spans]


def _declared(tree: t.Module) -> set[str]:
    """Return the names of what was read."""
    names = (getattr(item, "name", None) or getattr(item, "enum", None) for item in tree.items)
    return {word for name in names if name is not None for word in _WORD.findall(name.text)}
