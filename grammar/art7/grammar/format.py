"""A module in its canonical layout: four spaces, one member a line, signs aligned, comments kept.

The terminals are laid out again, not the tree, so that nothing written is lost; the tree says where members
begin. Layout depends on four things only: the terminals, where comments stand, where blank lines stand (one is
kept), and which blocks were written on one line (they stay so while they fit). Formatting twice is therefore
formatting once, and the tree stays the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, fields

from art7.grammar import syntax
from art7.grammar.diagnostics import Report
from art7.grammar.faults import Faults
from art7.grammar.parse import Machine, parse
from art7.grammar.spacing import Spacing
from art7.grammar.tables import load_tables
from art7.grammar.terminals import scan

WIDTH = 110
STEP = 4
ALIGNED_MOST = {":": 26, "=": 40, "=>": 40}
"""Columns up to which signs are aligned; what is longer stands for itself."""

BLOCKS = "members arms items vectors steps actions".split()
"""Fields of syntax nodes that hold what stands one on a line inside braces."""


def format_module(text: str, file: str = "", report: Report | None = None) -> str:
    """The text in its canonical layout; the text itself where it has errors (added to `report`)."""
    report = Report() if report is None else report
    before = len(report.diagnostics)
    module = parse(text, file, report)
    if module is None or len(report.diagnostics) > before:
        return text
    return "\n".join(_Layout(text, file, module).module()) + "\n"


@dataclass(frozen=True, slots=True)
class _Item:
    """One line's worth: terminals `first` up to `last` (included), set off by a blank line or not."""

    first: int
    last: int
    is_apart: bool


class _Layout:
    """Terminals, comments and the places where members begin."""

    def __init__(self, text: str, file: str, module: syntax.Module) -> None:
        tables = load_tables()
        found = scan(text, file, tables.literals, Faults(Report()))
        machine = Machine(tables, scan(text, file, tables.literals, Faults(Report())), Faults(Report()))
        machine.run()
        self.found = found
        self.size = len(found.kinds) - 1
        self.kinds = [machine.chosen.get(at, kind) for at, kind in enumerate(found.kinds)]
        self.beginnings: set[int] = set()
        patterns: set[int] = set()
        records: set[int] = set()
        for node in _nodes(module):
            self._note(node, patterns, records)
        self.spacing = Spacing(found, self.kinds, frozenset(patterns), frozenset(records))
        self.closers = self._match_blocks(patterns, records)
        self.trailing: dict[int, list[str]] = {}
        self.leading: dict[int, list[tuple[int, str]]] = {}
        self._attach_comments()

    # ---- what is where ----

    def _index(self, offset: int) -> int:
        return bisect_left(self.found.starts, offset, 0, self.size)

    def _note(self, node: syntax.Node, patterns: set[int], records: set[int]) -> None:
        if isinstance(node, syntax.Record):
            records.add(self._index(node.span.start))
        elif isinstance(node, syntax.Token | syntax.Form):
            span = node.pattern.span
            patterns.update(range(self._index(span.start), self._index(span.end)))
        if isinstance(node, syntax.Errors | syntax.Vectors):
            held: tuple[syntax.Node, ...] = node.items if isinstance(node, syntax.Errors) else node.vectors
            self.beginnings.update(self._index(item.span.start) for item in held)
            return
        for name in BLOCKS:
            for item in getattr(node, name, None) or ():
                if not isinstance(node, syntax.ListExpr | syntax.Sequence):
                    self.beginnings.add(self._index(item.span.start))
        if isinstance(node, syntax.Module) and node.encoding:
            self.beginnings.add(self._index(node.encoding.span.start) - 1)

    def _match_blocks(self, patterns: set[int], records: set[int]) -> dict[int, int]:
        """The closing brace of every block."""
        closers: dict[int, int] = {}
        waiting: list[int] = []
        for at in range(self.size):
            text = self.found.texts[at]
            if text == "{" and at not in patterns:
                waiting.append(at)
            elif text == "}" and at not in patterns:
                opener = waiting.pop()
                if opener not in records:
                    closers[opener] = at
        return closers

    def _attach_comments(self) -> None:
        """A comment stands behind the terminal of its line, or before the member that follows it."""
        found = self.found
        for start, line, text in found.comments:
            after = bisect_left(found.starts, start, 0, self.size)
            text = text.rstrip()
            is_own_line = after == 0 or self._end_line(after - 1) < line
            is_boundary = after in self.beginnings or after == self.size or after in self.closers.values()
            if is_own_line and (is_boundary or after == 0):
                self.leading.setdefault(after, []).append((line, text))
            else:
                self.trailing.setdefault(after - 1, []).append(text)

    def _end_line(self, at: int) -> int:
        return self.found.lines[at] + (self.found.texts[at].count("\n") if at in self.found.spread else 0)

    # ---- laying out ----

    def module(self) -> list[str]:
        """The lines of the whole text."""
        lines = self._comments_before(0, 0)
        first = min(self.beginnings, default=self.size)
        header = next(at for at in range(self.size) if self.kinds[at] == "MODULE")
        lines += self._item(0, header - 1, 0, 0)
        lines += self._item(header, first - 1, 0, 0)
        body = self._block(first, self.size, 0, is_top=True)
        return [*lines, *([""] if body else []), *body]

    def _block(self, first: int, end: int, indent: int, is_top: bool = False) -> list[str]:
        """The lines of the members from terminal `first` up to the brace (or end) at `end`."""
        lines: list[str] = []
        for section in _sections(self._items(first, end, is_top)):
            columns = self._columns(section)
            for item in section:
                if item.is_apart:
                    lines.append("")
                lines += self._comments_before(item.first, indent)
                lines += self._item(item.first, item.last, indent, columns.get(item.first, 0))
        rest = self._comments_before(end, indent)
        if rest and lines and self._is_apart(end):
            lines.append("")
        return lines + rest

    def _items(self, first: int, end: int, is_top: bool) -> list[_Item]:
        """The members from `first` on; declarations of several lines are set off by blank lines."""
        items: list[_Item] = []
        was_long = False
        at = first
        while at < end:
            last = at
            while True:
                last = self.closers.get(last, last) + 1
                if last >= end or last in self.beginnings:
                    break
            is_long = is_top and self._is_long(at, last - 1)
            items.append(_Item(at, last - 1, at > first and (was_long or is_long or self._is_apart(at))))
            was_long = is_long
            at = last
        return items

    def _is_long(self, first: int, last: int) -> bool:
        blocks = self._outer_blocks(first, last)
        return any(map(self._was_broken, blocks)) or len(self._flat(first, last)) > WIDTH

    def _is_apart(self, at: int) -> bool:
        """Whether a blank line stands before a member and its comments."""
        comments = self.leading.get(at)
        line = comments[0][0] if comments else self.found.lines[at]
        return at > 0 and line - self._end_line(at - 1) > 1

    def _comments_before(self, at: int, indent: int) -> list[str]:
        lines: list[str] = []
        comments = self.leading.get(at, [])
        for number, (line, text) in enumerate(comments):
            lines.append(" " * indent + text)
            following = comments[number + 1][0] if number + 1 < len(comments) else self.found.lines[at]
            if following - line > 1 and at < self.size:
                lines.append("")
        if at == self.size:
            return [line for at_line, line in enumerate(lines) if line or at_line + 1 < len(lines)]
        return lines

    def _columns(self, section: list[_Item]) -> dict[int, int]:
        """The width that each member's name is filled up to, by its first terminal."""
        widths: dict[tuple[str, str], dict[int, int]] = {}
        for item in section:
            sign = self._aligned_sign(item)
            if sign is not None:
                kind = (self.found.texts[sign], self._keyword(item.first))
                widths.setdefault(kind, {})[item.first] = len(self._flat(item.first, sign - 1))
        columns: dict[int, int] = {}
        for (sign_text, _), group in widths.items():
            fitting = [width for width in group.values() if width <= ALIGNED_MOST[sign_text]]
            columns.update({first: max(fitting, default=0) for first in group})
        return columns

    def _keyword(self, at: int) -> str:
        """What tells groups of aligned members apart: `let` from `limit` from plain fields."""
        kind = self.kinds[at]
        plain = ("LABEL", "KEY", "CASE", "NAME", "INT", "HEXINT", "CHARS", "OTHERWISE")
        return "" if kind in plain else kind

    def _aligned_sign(self, item: _Item) -> int | None:
        """The sign of a member that is aligned with its neighbours': `:`, `=` or `=>`."""
        kinds, texts = self.kinds, self.found.texts
        first = item.first
        if kinds[first] in (
            "MUST",
            "SHOULD",
            "MAY",
            "CHECK",
            "SEND",
            "ON",
            "SET",
            "STRUCT",
            "MESSAGE",
            "ENUM",
        ):
            return None
        at = first if kinds[first] in ("LABEL", "KEY") else first + 1
        if at <= item.last and kinds[at] in ("LABEL", "KEY"):
            wanted = ":" if kinds[at] == "LABEL" else "="
            return next(
                (n for n in range(at + 1, item.last + 1) if texts[n] == wanted and self._is_outer(at, n)),
                None,
            )
        arrows = (n for n in range(first, item.last + 1) if texts[n] == "=>")
        arrow = next(arrows, None)
        is_arm = arrow is not None and not any(texts[n] in ("{", "(") for n in range(first, arrow))
        return arrow if is_arm and kinds[first] != "ROUTE" else None

    def _is_outer(self, start: int, sign: int) -> bool:
        """Whether no bracket is open between a name and its sign (a tag may have arguments)."""
        texts = self.found.texts[start:sign]
        return texts.count("(") == texts.count(")")

    def _flat(self, first: int, last: int) -> str:
        """Terminals on one line, blocks included."""
        parts: list[str] = []
        for at in range(first, last + 1):
            if at > first:
                parts.append("  " if self._is_next_member(at) else self.spacing.between(at - 1, at))
            parts.append(self._text(at))
        return "".join(parts)

    def _is_next_member(self, at: int) -> bool:
        """Whether a further member of a block on one line begins here; literals stand close to their neighbours."""
        literal = ("CHARS", "HEX")
        is_literal = self.kinds[at] in literal or (
            at - 1 in self.beginnings and self.kinds[at - 1] in literal
        )
        return at in self.beginnings and self.found.texts[at - 1] != "{" and not is_literal

    def _text(self, at: int) -> str:
        text = self.found.texts[at]
        if self.kinds[at] == "MORETHAN" and text == ">=":
            return "> ="
        return (
            " ".join(text.split())
            if at in self.found.spread or self.kinds[at] in ("HEX", "CITATION")
            else text
        )

    def _item(self, first: int, last: int, indent: int, column: int) -> list[str]:
        """The lines of one member, its sign moved to `column`."""
        flat = self._flat(first, last)
        is_narrow = indent + len(flat) > WIDTH
        broken = {at for at in self._outer_blocks(first, last) if is_narrow or self._was_broken(at)}
        line = _Line(indent)
        sign = self._aligned_sign(_Item(first, last, False)) if column else None
        depth, at = 0, first
        while at <= last:
            if at > first:
                line.space(
                    self._gap(at, sign, column, first), depth if self.spacing.may_break(at, depth) else None
                )
            if at in broken and self.closers[at] > at + 1 or at in broken and self._has_comments(at):
                line.add("{")
                line.comments(self.trailing.get(at, []))
                line.block(self._block(at + 1, self.closers[at], indent + STEP))
                at = self.closers[at]
                line.add("}")
            elif at in self.closers:
                line.add(self._flat(at, self.closers[at]))
                at = self.closers[at]
            else:
                depth += (self.found.texts[at] in ("(", "[", "{")) - (self.found.texts[at] in (")", "]", "}"))
                self._add_text(line, at, depth)
            line.comments(self.trailing.get(at, []))
            at += 1
        return line.lines()

    def _gap(self, at: int, sign: int | None, column: int, first: int) -> str:
        """The space before terminal `at`, filled up where signs are aligned."""
        if sign is not None:
            fill = " " * max(0, column - len(self._flat(first, sign - 1))) if at in (sign, sign + 1) else ""
            if at == sign and self.found.texts[sign] != ":":
                return fill + " "
            if at == sign + 1 and self.found.texts[sign] == ":":
                return fill + " "
        return self.spacing.between(at - 1, at)

    def _add_text(self, line: _Line, at: int, depth: int) -> None:
        """Add one terminal; long octets may be broken between groups."""
        words = self._text(at).split(" ") if self.kinds[at] == "HEX" else [self._text(at)]
        line.add(words[0])
        for word in words[1:]:
            line.space(" ", depth)
            line.add(word)

    def _outer_blocks(self, first: int, last: int) -> Iterator[int]:
        at = first
        while at <= last:
            if at in self.closers:
                yield at
                at = self.closers[at]
            at += 1

    def _was_broken(self, opener: int) -> bool:
        closer = self.closers[opener]
        return self.found.lines[opener] < self.found.lines[closer] or self._has_comments(opener)

    def _has_comments(self, opener: int) -> bool:
        closer = self.closers[opener]
        inside = range(opener, closer)
        return any(at in self.trailing for at in inside) or any(at + 1 in self.leading for at in inside)


class _Line:
    """A member being written: full lines, and the one under way with its last place to break."""

    def __init__(self, indent: int) -> None:
        self.indent = indent
        self.done: list[str] = []
        self.current = " " * indent
        self.breaks: list[tuple[int, int]] = []

    def space(self, gap: str, depth: int | None) -> None:
        """Add the space before a terminal; `depth` is that of a place to break, None if it is none."""
        if self.current.strip():
            self.current += gap
            if depth is not None:
                self.breaks.append((depth, len(self.current)))

    def add(self, text: str) -> None:
        """Add a terminal; a line that grows too long is broken at its outermost place, the last of these."""
        self.current += text
        while len(self.current) > WIDTH and self.breaks:
            depth = min(level for level, _ in self.breaks)
            cut = max(place for level, place in self.breaks if level == depth)
            margin = " " * (self.indent + STEP)
            self.done.append(self.current[:cut].rstrip())
            self.current = margin + self.current[cut:]
            shift = len(margin) - cut
            self.breaks = [(level, place + shift) for level, place in self.breaks if place > cut]

    def comments(self, comments: list[str]) -> None:
        """Close the line with its comments; what follows is a continuation."""
        for comment in comments:
            self.done.append(
                f"{self.current}  {comment}" if self.current.strip() else " " * (self.indent + STEP) + comment
            )
            self.current, self.breaks = " " * (self.indent + STEP), []

    def block(self, lines: list[str]) -> None:
        """Close the line, add the lines of a block, and go on at the indent of the member."""
        if self.current.strip():
            self.done.append(self.current)
        self.done += lines
        self.current, self.breaks = " " * self.indent, []

    def lines(self) -> list[str]:
        return [*self.done, self.current] if self.current.strip() else self.done


def _sections(items: list[_Item]) -> Iterator[list[_Item]]:
    """Members between blank lines."""
    section: list[_Item] = []
    for item in items:
        if item.is_apart and section:
            yield section
            section = []
        section.append(item)
    if section:
        yield section


def _nodes(module: syntax.Module) -> Iterator[syntax.Node]:
    """Every node of the tree, without recursion."""
    waiting: list[object] = [module]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting.extend(node)
        elif isinstance(node, syntax.Node):
            yield node
            waiting.extend(getattr(node, field.name) for field in fields(node) if field.name != "span")
