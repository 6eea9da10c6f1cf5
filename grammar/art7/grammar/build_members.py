"""Productions → syntax nodes: members and rules (see `build_expressions` for the calls)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from art7.grammar import literals, syntax
from art7.grammar.build_types import BuildTypes
from art7.grammar.diagnostics import Related
from art7.grammar.syntax import Argument, Case, Clause, Expr, Member, Meta, Name, Policy, QName, Type

Level = Literal["must", "should", "may"]
_WORDS = {
    syntax.Value: "=",
    syntax.Purpose: "for",
    syntax.DataTags: "data",
}


class BuildMembers(BuildTypes):
    """Clauses, members, arms and rules."""

    # ---- clauses ----

    def clauses(
        self, first: int, last: int, parts: Sequence[int | Clause] = ()
    ) -> tuple[tuple[Clause, ...], Meta]:
        if not parts:
            return (), syntax.NO_META
        if len(parts) == 1 and not isinstance(parts[0], int):
            return (parts[0],), syntax.NO_META
        kept: dict[type, Clause] = {}
        for part in parts:
            if isinstance(part, int):
                continue
            before = kept.setdefault(part.__class__, part)
            if before is not part:
                word = _WORDS.get(part.__class__, part.__class__.__name__.lower())
                related = (Related("written here before", before.span),)
                self.faults.add(
                    "A7-P038", f"clause `{word}` written twice", part.span, "keep one of them", related
                )
        meta = self.metas(first, last, [part for part in parts if isinstance(part, int)])
        return tuple(kept.values()), meta

    def value(self, first: int, last: int, value: Expr) -> syntax.Value:
        return syntax.Value(self.span(first, last), value)

    def default(self, first: int, last: int, value: Expr) -> syntax.Default:
        return syntax.Default(self.span(first, last), value)

    def when(self, first: int, last: int, condition: Expr) -> syntax.When:
        return syntax.When(self.span(first, last), condition)

    def within(self, first: int, last: int, octets: Expr) -> syntax.Within:
        return syntax.Within(self.span(first, last), octets)

    def purpose(self, first: int, last: int, purpose: QName) -> syntax.Purpose:
        return syntax.Purpose(self.span(first, last), purpose)

    def since(self, first: int, last: int, version: str) -> syntax.Since:
        return syntax.Since(self.span(first, last), version)

    def data_tags(self, first: int, last: int, args: tuple[Argument, ...]) -> syntax.DataTags:
        return syntax.DataTags(self.span(first, last), args)

    def lenient(self, first: int, last: int) -> syntax.Lenient:
        return syntax.Lenient(self.span(first, last))

    def deprecated(self, first: int, last: int) -> syntax.Deprecated:
        return syntax.Deprecated(self.span(first, last))

    # ---- members ----

    def members(self, first: int, last: int, members: Sequence[Member] = ()) -> tuple[Member, ...]:
        return tuple(members)

    def field(
        self,
        first: int,
        last: int,
        label: int,
        tag: syntax.Tag | None,
        optional: bool | None,
        type: Type,
        clauses: tuple[tuple[Clause, ...], Meta],
    ) -> syntax.Field:
        name = self.name_at(label)
        return syntax.Field(self.span(first, last), name, tag, optional is not None, type, *clauses)

    def opt(self, first: int, last: int) -> bool:
        return True

    def number_tag(
        self, first: int, last: int, number: syntax.Int, form: int | None = None
    ) -> syntax.NumberTag:
        name = self.name_at(form) if form is not None else None
        return syntax.NumberTag(self.span(first, last), number.value, name)

    def negative_tag(self, first: int, last: int, number: syntax.Int) -> syntax.NumberTag:
        return syntax.NumberTag(self.span(first, last), -number.value)

    def chars_tag(self, first: int, last: int, chars: int) -> syntax.CharsTag:
        return syntax.CharsTag(self.span(first, last), self.characters(chars))

    def named_tag(
        self, first: int, last: int, name: int, args: tuple[Argument, ...] | None = None
    ) -> syntax.NamedTag:
        return syntax.NamedTag(self.span(first, last), self.name_at(name), args or ())

    def literal(self, first: int, last: int, index: int) -> syntax.LiteralMember:
        return syntax.LiteralMember(self.at(index), self._data(index))

    def _data(self, index: int) -> bytes | str:
        if self.kinds[index] == "HEX":
            return literals.octets(self.texts[index])
        return self.characters(index)

    def line(self, first: int, last: int, members: tuple[Member, ...]) -> syntax.LineMember:
        return syntax.LineMember(self.span(first, last), members)

    def let(self, first: int, last: int, label: int, type: Type, value: Expr, meta: Meta) -> syntax.Let:
        return syntax.Let(self.span(first, last), self.name_at(label), type, value, meta)

    def align(self, first: int, last: int, octets: syntax.Int, fill: Expr | None) -> syntax.Align:
        return syntax.Align(self.span(first, last), octets, fill)

    def limit(self, first: int, last: int, key: int, value: Expr) -> syntax.Limit:
        return syntax.Limit(self.span(first, last), self.name_at(key), value)

    def unknown(self, first: int, last: int, policy: Policy, most: Expr | None = None) -> syntax.Unknown:
        return syntax.Unknown(self.span(first, last), policy, most)

    # ---- select ----

    def select(self, first: int, last: int, value: Expr, arms: tuple[syntax.Arm, ...]) -> syntax.Select:
        return syntax.Select(self.span(first, last), value, arms)

    def arms(self, first: int, last: int, arms: Sequence[syntax.Arm] = ()) -> tuple[syntax.Arm, ...]:
        return tuple(arms)

    def arm(
        self, first: int, last: int, cases: tuple[Case, ...], target: Member | syntax.Inline | Policy
    ) -> syntax.Arm:
        return syntax.Arm(self.span(first, last), cases, target)

    def otherwise_arm(self, first: int, last: int, target: Member | syntax.Inline | Policy) -> syntax.Arm:
        return syntax.Arm(self.span(first, last), (), target)

    def cases(self, first: int, last: int, head: Case, tail: Sequence[Case] = ()) -> tuple[Case, ...]:
        return (head, *tail)

    def word_case(self, first: int, last: int, index: int) -> Case:
        span = self.at(index)
        if self.texts[index] in ("true", "false"):
            return syntax.BoolCase(span, self.texts[index] == "true")
        return syntax.NameCase(span, QName(span, (Name(span, self.word(index)),)))

    def name_case(self, first: int, last: int, head: int, tail: Sequence[int]) -> syntax.NameCase:
        name = self.qname(first, last, head, tail)
        return syntax.NameCase(name.span, name)

    def number_case(
        self, first: int, last: int, low: syntax.Int, high: syntax.Int | None
    ) -> syntax.NumberCase:
        return syntax.NumberCase(self.span(first, last), low, high)

    def negative(self, first: int, last: int, sign: int, number: syntax.Int) -> syntax.Int:
        return syntax.Int(self.span(first, last), -number.value, f"-{number.text}")

    def chars_case(self, first: int, last: int, index: int) -> syntax.CharsCase:
        return syntax.CharsCase(self.at(index), self.characters(index))

    def reject(self, first: int, last: int, error: QName) -> syntax.Reject:
        return syntax.Reject(self.span(first, last), error)

    def ignore(self, first: int, last: int) -> syntax.Ignore:
        return syntax.Ignore(self.span(first, last))

    def preserve(self, first: int, last: int) -> syntax.Preserve:
        return syntax.Preserve(self.span(first, last))

    def empty(self, first: int, last: int) -> syntax.Empty:
        return syntax.Empty(self.span(first, last))

    # ---- rules ----

    def must(self, first: int, last: int) -> Level:
        return "must"

    def should(self, first: int, last: int) -> Level:
        return "should"

    def may(self, first: int, last: int) -> Level:
        return "may"

    def manual(self, first: int, last: int) -> syntax.Manual:
        return syntax.Manual(self.span(first, last))

    def requirement(
        self,
        first: int,
        last: int,
        level: Level,
        id: int,
        condition: Expr | syntax.Manual,
        error: QName | None,
        meta: Meta,
    ) -> syntax.Requirement:
        name = Name(self.at(id), self.texts[id])
        return syntax.Requirement(self.span(first, last), level, name, condition, error, meta)

    def check(self, first: int, last: int, condition: Expr, error: QName | None, meta: Meta) -> syntax.Check:
        return syntax.Check(self.span(first, last), condition, error, meta)
