r"""Tokens and identities as regular expressions: anchored by use, bounded, free of runaway backtracking.

The text is that of RE2: literals, classes, `(?:…)`, `|`, `?`, `*`, `+`, `{m,n}`. No look-around, no references,
so any engine matches it; an unbounded repetition of what can be cut in two ways is refused, so that a
backtracking one stays fast too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from art7.grammar import syntax as t
from art7.grammar.passes.scopes import Entity, did_you_mean

MOST_TEXT = 20_000
"""Most characters of one expression."""

MOST_TIMES = 1_000
"""Highest stated repetition (the bound of RE2)."""

MOST_PLACES = 1_000
"""Most characters that a pattern speaks of once its repetitions are written out: matching costs at most that
much for each character of a text."""

DEPTH = 50
"""Tokens within tokens."""

Characters = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an expression: its text, whether it can be empty, the characters it can begin with, whether it
    is one character, whether its end is open (an unbounded repetition may end it), and how many characters it
    speaks of with its repetitions written out."""

    text: str
    empty: bool
    first: Characters
    single: bool = False
    open_end: Characters = ()
    atomic: bool = True
    places: int = 1


class _Refused(Exception):
    """The pattern was reported."""


def entity_pattern(module: Any, entity: Entity) -> str | None:
    """Return the regular expression of a token or identity, `None` after reporting."""
    if entity.name in module.patterns:
        found: str | None = module.patterns[entity.name]
        return found
    module.patterns[entity.name] = None
    try:
        piece = _Builder(module, entity).entity(entity)
        module.patterns[entity.name] = piece.text if piece is not None else None
    except _Refused:
        pass
    result: str | None = module.patterns[entity.name]
    return result


class _Builder:
    def __init__(self, module: Any, root: Entity) -> None:
        self.module = module
        self.root = root
        self.path: list[str] = []
        self.pieces: dict[str, Piece] = {}
        self.size = 0

    def entity(self, entity: Entity) -> Piece | None:
        """Return the piece of a token, or of the `pattern` of an identity."""
        known = self.pieces.get(entity.name)
        if known is not None:
            return known
        if len(self.path) > DEPTH:
            message = f"tokens within tokens, more than {DEPTH} deep"
            self._refuse("A7-I002", message, entity.span, "write a repetition")
        if entity.name in self.path:
            ring = " uses ".join(f"`{n.rpartition('.')[2]}`" for n in [*self.path, entity.name])
            self._refuse("A7-I001", f"a token within itself: {ring}", entity.span, "write a repetition")
        node = entity.node
        if isinstance(node, t.Identity):
            pattern = next((x.pattern for x in node.items if isinstance(x, t.Form)), None)
            if pattern is None:
                return None
        else:
            pattern = node.pattern
        self.path.append(entity.name)
        piece = self.pattern(pattern, entity)
        self.path.pop()
        self.pieces[entity.name] = piece
        return piece

    def _refuse(self, code: str, message: str, span: Any, help: str) -> None:
        self.module.findings.add(code, message, span, help)
        raise _Refused

    def pattern(self, node: t.Pattern, home: Entity) -> Piece:
        """Return the piece of a pattern."""
        match node:
            case t.CharsPattern():
                piece = _chars(node)
            case t.SubPattern():
                piece = self._sub(node, home)
            case t.Repeat():
                piece = self._repeat(node, self.pattern(node.item, home))
            case t.Sequence():
                piece = self._sequence(node, [self.pattern(x, home) for x in node.items])
            case t.Alternatives():
                piece = _alternatives([self.pattern(x, home) for x in node.options])
        if len(piece.text) > MOST_TEXT:
            self._refuse(
                "A7-I002", f"a pattern of more than {MOST_TEXT} characters", node.span, "write repetitions"
            )
        if piece.places > MOST_PLACES:
            message = f"a pattern that unfolds to more than {MOST_PLACES} characters"
            self._refuse("A7-I002", message, node.span, "state smaller bounds, or `*`")
        return piece

    def _sub(self, node: t.SubPattern, home: Entity) -> Piece:
        entity = home.home.find(tuple(part.text for part in node.name.parts))
        if entity is None or entity.kind not in ("token", "identity"):
            known = [n for n, x in home.home.entities.items() if x.kind in ("token", "identity")]
            advice = did_you_mean(node.name.text, known, "declare it with `token`")
            self._refuse("A7-I003", f"unknown token `{node.name.text}`", node.span, advice)
        assert entity is not None, "refused above"
        piece = self.entity(entity)
        if piece is None:
            self._refuse("A7-I004", f"`{node.name.text}` has no pattern", node.span, "give it one")
        assert piece is not None, "refused above"
        return piece

    def _repeat(self, node: t.Repeat, item: Piece) -> Piece:
        if max(node.low, node.high or 0) > MOST_TIMES:
            self._refuse(
                "A7-I002", f"more than {MOST_TIMES} repetitions", node.span, "state a smaller bound, or `*`"
            )
        many = node.high is None or node.high > 1
        if many and (item.empty or _meet(item.open_end, item.first)):
            advice = "let each repetition end with something that cannot begin the next"
            self._refuse("A7-I005", "a repetition that can be cut in several ways", node.span, advice)
        text = _group(item) + _times(node.low, node.high)
        places = item.places * max(1, node.high if node.high is not None else node.low + 1)
        variable = node.high is None or node.high > node.low
        open_end = item.first if variable and many else item.open_end
        return Piece(text, item.empty or node.low == 0, item.first, False, open_end, False, places)

    def _sequence(self, node: t.Sequence, items: list[Piece]) -> Piece:
        text = "".join(_in_sequence(item) for item in items)
        first: Characters = ()
        for item in items:
            first = _union(first, item.first)
            if not item.empty:
                break
        open_end: Characters = ()
        for item in items:
            open_end = _union(open_end, item.open_end) if item.empty else item.open_end
            if item.empty and not item.open_end:
                open_end = _union(open_end, item.first)
        places = sum(item.places for item in items)
        return Piece(text, all(item.empty for item in items), first, False, open_end, False, places)


def _chars(node: t.CharsPattern) -> Piece:
    if node.high is not None:
        low, high = ord(node.low), ord(node.high)
        return Piece(f"[{_class(((low, high),))}]", False, ((low, high),), True)
    text = "".join(_literal(c) for c in node.low)
    first = ((ord(node.low[0]), ord(node.low[0])),) if node.low else ()
    return Piece(text, not node.low, first, len(node.low) == 1, (), len(node.low) == 1, len(node.low))


def _alternatives(options: list[Piece]) -> Piece:
    """Single characters become one class; other options are tried in order."""
    if all(option.single for option in options):
        characters: Characters = ()
        for option in options:
            characters = _union(characters, option.first)
        return Piece(f"[{_class(characters)}]", False, characters, True)
    first: Characters = ()
    overlap: Characters = ()
    open_end: Characters = ()
    for option in options:
        if _meet(first, option.first):
            overlap = _union(overlap, option.first)
        first = _union(first, option.first)
        open_end = _union(open_end, option.open_end)
    text = "|".join(option.text for option in options)
    # Options that begin alike can be cut in two ways when repeated: their own first characters mark that.
    empty, places = any(o.empty for o in options), sum(o.places for o in options)
    return Piece(f"(?:{text})", empty, first, False, _union(open_end, overlap), places=places)


def _group(piece: Piece) -> str:
    return piece.text if piece.atomic else f"(?:{piece.text})"


def _in_sequence(piece: Piece) -> str:
    return piece.text


def _times(low: int, high: int | None) -> str:
    short = {(0, 1): "?", (0, None): "*", (1, None): "+"}.get((low, high))
    if short is not None:
        return short
    if high == low:
        return f"{{{low}}}"
    return f"{{{low},{'' if high is None else high}}}"


def _literal(char: str) -> str:
    if char.isascii() and char.isprintable():
        return re.escape(char) if not char.isspace() else char
    return char if char.isprintable() else f"\\x{ord(char):02x}" if ord(char) < 256 else char


def _class(characters: Characters) -> str:
    parts = []
    for low, high in characters:
        ends = [_in_class(low)] if low == high else [_in_class(low), _in_class(high)]
        parts.append("-".join(ends))
    return "".join(parts)


def _in_class(code: int) -> str:
    char = chr(code)
    if char in "\\]^-[":
        return "\\" + char
    return char if char.isprintable() else f"\\x{code:02x}" if code < 256 else char


def _union(one: Characters, two: Characters) -> Characters:
    result: list[tuple[int, int]] = []
    for low, high in sorted((*one, *two)):
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(result[-1][1], high))
        else:
            result.append((low, high))
    return tuple(result)


def _meet(one: Characters, two: Characters) -> bool:
    return any(a <= d and c <= b for a, b in one for c, d in two)


CODES = {
    "A7-I001": (
        "token within itself",
        "Tokens are regular: they cannot contain themselves.",
        "Write a repetition.",
    ),
    "A7-I002": (
        "pattern too large",
        f"An expression has at most {MOST_TEXT} characters, {MOST_TIMES} repetitions of one thing, and "
        f"speaks of at most {MOST_PLACES} characters once its repetitions are written out.",
        "Use smaller bounds.",
    ),
    "A7-I003": (
        "unknown token",
        "A pattern names other tokens of its module or of modules in use.",
        "Declare it.",
    ),
    "A7-I004": (
        "identity without a pattern",
        "Only an identity with a `pattern` can be part of one.",
        "Give it one.",
    ),
    "A7-I005": (
        "ambiguous repetition",
        "A text could be cut into repetitions in several ways, which makes matching slow.",
        "End each repetition with a delimiter.",
    ),
}
"""Code → title, explanation, next step."""
