"""Productions → syntax nodes: types, extents and text patterns (see `build_expressions` for the calls)."""

from __future__ import annotations

from collections.abc import Sequence

from art7.grammar import limits, literals, syntax
from art7.grammar.build_expressions import BuildExpressions
from art7.grammar.syntax import Argument, Expr, Extent, Member, Pattern, QName, Type

REPEAT_MOST = 65_535
"""The largest bound of a repetition in a pattern."""


class BuildTypes(BuildExpressions):
    """Types, extents and patterns."""

    # ---- types ----

    def type(self, first: int, last: int, head: Type, tail: Sequence[Type] = ()) -> Type:
        if not tail:
            return head
        options = (head, *tail)
        height = self.deeper(first, last, max(option.height for option in options))
        return syntax.Variants(self.span(first, last), options, height)

    def variant(
        self,
        first: int,
        last: int,
        base: syntax.Named | syntax.Inline | syntax.SelectType | syntax.LineType,
        extents: Sequence[Extent] = (),
    ) -> Type:
        if not extents:
            return base
        if len(extents) > limits.EXTENTS:
            message = f"{len(extents)} extents behind one type"
            advice = f"use at most {limits.EXTENTS}; give the inner vector a name with `struct`"
            self.faults.add("A7-P021", message, extents[limits.EXTENTS].span, help=advice)
        kept = tuple(extents[: limits.EXTENTS])
        return syntax.Extended(self.span(first, last), base, kept, self.deeper(first, last, base.height))

    def line_type(self, first: int, last: int, line: syntax.LineMember) -> syntax.LineType:
        return syntax.LineType(line.span, line.members)

    def select_type(self, first: int, last: int, select: syntax.Select) -> syntax.SelectType:
        return syntax.SelectType(select.span, select.value, select.arms)

    def inline(self, first: int, last: int, members: tuple[Member, ...]) -> syntax.Inline:
        return syntax.Inline(self.span(first, last), members)

    def named(
        self,
        first: int,
        last: int,
        name: QName,
        type_args: tuple[Type, ...] | None,
        args: tuple[Argument, ...] | None,
        members: tuple[Member, ...] | None,
    ) -> syntax.Named:
        if first == last:
            return syntax.Named(name.span, name)
        tallest = max((arg.height for arg in type_args or ()), default=0)
        height = self.deeper(first, last, tallest)
        return syntax.Named(self.span(first, last), name, type_args or (), args or (), members, height)

    def type_args(self, first: int, last: int, head: Type, tail: Sequence[Type] = ()) -> tuple[Type, ...]:
        return (head, *tail)

    # ---- extents ----

    def natural(self, first: int, last: int, most: Expr | None) -> syntax.Natural:
        return syntax.Natural(self.span(first, last), most)

    def exactly(self, first: int, last: int, count: Expr, most: Expr | None) -> syntax.Count:
        return syntax.Count(self.span(first, last), count, None, False, most)

    def between(self, first: int, last: int, low: Expr, high: Expr | None, most: Expr | None) -> syntax.Count:
        return syntax.Count(self.span(first, last), low, high, True, most)

    def at_most(self, first: int, last: int, high: Expr, most: Expr | None) -> syntax.AtMost:
        return syntax.AtMost(self.span(first, last), high, most)

    def octets(self, first: int, last: int, size: Expr, most: Expr | None) -> syntax.Octets:
        return syntax.Octets(self.span(first, last), size, None, False, most)

    def octets_between(
        self, first: int, last: int, low: Expr, high: Expr | None, most: Expr | None
    ) -> syntax.Octets:
        return syntax.Octets(self.span(first, last), low, high, True, most)

    def octets_at_most(self, first: int, last: int, high: Expr, most: Expr | None) -> syntax.Octets:
        return syntax.Octets(self.span(first, last), None, high, True, most)

    def prefix(self, first: int, last: int, type: Type, most: Expr | None) -> syntax.Prefix:
        return syntax.Prefix(self.span(first, last), type, most)

    def until(self, first: int, last: int, terminator: Expr, most: Expr | None) -> syntax.Until:
        return syntax.Until(self.span(first, last), terminator, most)

    def rest(
        self, first: int, last: int, skip: syntax.Int | None, to: syntax.Int | None, most: Expr | None
    ) -> syntax.Rest:
        return syntax.Rest(self.span(first, last), most, skip, to)

    # ---- patterns ----

    def pattern(self, first: int, last: int, head: Pattern, tail: Sequence[Pattern] = ()) -> Pattern:
        if not tail:
            return head
        options = (head, *tail)
        height = self.deeper(first, last, max(option.height for option in options))
        return syntax.Alternatives(self.span(first, last), options, height)

    def sequence(self, first: int, last: int, pieces: Sequence[Pattern]) -> Pattern:
        if len(pieces) == 1:
            return pieces[0]
        height = self.deeper(first, last, max(piece.height for piece in pieces))
        return syntax.Sequence(self.span(first, last), tuple(pieces), height)

    def chars_pattern(self, first: int, last: int, low: int, high: int | None) -> syntax.CharsPattern:
        start = self.characters(low)
        end = None if high is None else self.characters(high)
        if end is not None and not (len(start) == len(end) == 1 and start <= end):
            message = "a range of characters needs two single characters in order"
            span = self.span(first, last)
            self.faults.add("A7-P039", message, span, help="write the lower one first, as in 'a'..'z'")
        return syntax.CharsPattern(self.span(first, last), start, end)

    def sub_pattern(self, first: int, last: int, name: QName) -> syntax.SubPattern:
        return syntax.SubPattern(name.span, name)

    def maybe(self, first: int, last: int, item: Pattern) -> syntax.Repeat:
        return self._repeat(first, last, item, 0, 1)

    def star(self, first: int, last: int, item: Pattern) -> syntax.Repeat:
        return self._repeat(first, last, item, 0, None)

    def plus(self, first: int, last: int, item: Pattern) -> syntax.Repeat:
        return self._repeat(first, last, item, 1, None)

    def times(self, first: int, last: int, item: Pattern, count: int) -> syntax.Repeat:
        value = literals.integer(self.texts[count])
        return self._repeat(first, last, item, value, value)

    def times_between(
        self, first: int, last: int, item: Pattern, low: int, high: int | None
    ) -> syntax.Repeat:
        most = None if high is None else literals.integer(self.texts[high])
        return self._repeat(first, last, item, literals.integer(self.texts[low]), most)

    def _repeat(self, first: int, last: int, item: Pattern, low: int, high: int | None) -> syntax.Repeat:
        span = self.span(first, last)
        if max(low, high or 0) > REPEAT_MOST or (high is not None and high < low):
            advice = f"write {{low,high}} in order, at most {REPEAT_MOST}"
            self.faults.add("A7-P039", "a repetition with bounds that cannot hold", span, help=advice)
        return syntax.Repeat(span, item, low, high, self.deeper(first, last, item.height))
