"""Productions → syntax nodes: declarations and the module (see `build_expressions` for the calls)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from art7.grammar import literals, syntax
from art7.grammar.build_members import BuildMembers
from art7.grammar.diagnostics import Related
from art7.grammar.syntax import Argument, Expr, Member, Meta, Name, Param, QName, Type


class BuildDeclarations(BuildMembers):
    """Messages, enums and what else a module declares, and the module."""

    # ---- declarations ----

    def use(self, first: int, last: int, module: QName, alias: int | None) -> syntax.Use:
        return syntax.Use(self.span(first, last), module, self.name_or_none(alias))

    def const(self, first: int, last: int, label: int, type: Type, value: Expr, meta: Meta) -> syntax.Const:
        return syntax.Const(self.span(first, last), self.name_at(label), type, value, meta)

    def errors(self, first: int, last: int, items: tuple[syntax.ErrorDecl, ...]) -> syntax.Errors:
        return syntax.Errors(self.span(first, last), items)

    def error_items(
        self, first: int, last: int, items: Sequence[syntax.ErrorDecl] = ()
    ) -> tuple[syntax.ErrorDecl, ...]:
        return tuple(items)

    def error_decl(self, first: int, last: int, key: int, number: syntax.Int, meta: Meta) -> syntax.ErrorDecl:
        return syntax.ErrorDecl(self.span(first, last), self.name_at(key), number, meta)

    def extend(self, first: int, last: int, enum: QName, items: tuple[syntax.EnumItem, ...]) -> syntax.Extend:
        return syntax.Extend(self.span(first, last), enum, items)

    def open_enum(self, first: int, last: int) -> Literal["open"]:
        return "open"

    def closed_enum(self, first: int, last: int) -> Literal["closed"]:
        return "closed"

    def enum(
        self,
        first: int,
        last: int,
        label: int,
        base: QName,
        openness: Literal["open", "closed"] | None,
        meta: Meta,
        items: tuple[syntax.EnumItem, ...],
    ) -> syntax.Enum:
        return syntax.Enum(self.span(first, last), self.name_at(label), base, openness, meta, items)

    def enum_items(
        self, first: int, last: int, items: Sequence[syntax.EnumItem] = ()
    ) -> tuple[syntax.EnumItem, ...]:
        return tuple(items)

    def enum_item(
        self, first: int, last: int, key: int, low: Expr, high: Expr | None, meta: Meta
    ) -> syntax.EnumItem:
        return syntax.EnumItem(self.span(first, last), self.name_at(key), low, high, meta)

    def token(self, first: int, last: int, key: int, pattern: syntax.Pattern, meta: Meta) -> syntax.Token:
        return syntax.Token(self.span(first, last), self.name_at(key), pattern, meta)

    def function(
        self,
        first: int,
        last: int,
        name: int,
        params: tuple[Param, ...],
        result: Type,
        value: Expr,
        meta: Meta,
    ) -> syntax.Function:
        return syntax.Function(self.span(first, last), self.name_at(name), params, result, value, meta)

    def bind(
        self, first: int, last: int, place: QName, type: QName, condition: Expr | None, meta: Meta
    ) -> syntax.Bind:
        return syntax.Bind(self.span(first, last), place, type, condition, meta)

    def message_kind(self, first: int, last: int) -> Literal["message"]:
        return "message"

    def struct_kind(self, first: int, last: int) -> Literal["struct"]:
        return "struct"

    def generics(self, first: int, last: int, head: int, tail: Sequence[int] = ()) -> tuple[Name, ...]:
        return tuple(map(self.name_at, (head, *tail)))

    def params(self, first: int, last: int, params: tuple[Param, ...] | None) -> tuple[Param, ...]:
        return params or ()

    def param_list(self, first: int, last: int, head: Param, tail: Sequence[Param] = ()) -> tuple[Param, ...]:
        return (head, *tail)

    def param(self, first: int, last: int, label: int, type: Type) -> Param:
        return Param(self.span(first, last), self.name_at(label), type)

    def encoding(
        self, first: int, last: int, name: int, args: tuple[Argument, ...] | None
    ) -> syntax.Encoding:
        return syntax.Encoding(self.span(first, last), self.name_at(name), args or ())

    def module_encoding(self, first: int, last: int, encoding: syntax.Encoding) -> syntax.Encoding:
        return encoding

    def struct(
        self,
        first: int,
        last: int,
        kind: Literal["message", "struct"],
        name: int,
        generics: tuple[Name, ...] | None,
        params: tuple[Param, ...] | None,
        encoding: syntax.Encoding | None,
        meta: Meta,
        members: tuple[Member, ...],
    ) -> syntax.Struct:
        span = self.span(first, last)
        return syntax.Struct(
            span, kind, self.name_at(name), generics or (), params or (), encoding, meta, members
        )

    # ---- the module ----

    def items(
        self, first: int, last: int, items: Sequence[syntax.Item | syntax.Encoding] = ()
    ) -> Sequence[syntax.Item | syntax.Encoding]:
        return items

    def start(
        self,
        first: int,
        last: int,
        language: int,
        name: QName,
        version: str,
        meta: Meta,
        items: Sequence[syntax.Item | syntax.Encoding],
    ) -> syntax.Module:
        number = literals.integer(self.texts[language])
        if number != 1:
            message = f"the text is in version {number} of the language, this tool reads version 1"
            self.faults.add("A7-P031", message, self.at(language), help="begin the module with `a7 1`")
        encoding = self._default_encoding(items)
        kept = tuple(item for item in items if not isinstance(item, syntax.Encoding))
        return syntax.Module(self.span(first, last), number, name, version, meta, encoding, kept)

    def _default_encoding(self, items: Sequence[syntax.Item | syntax.Encoding]) -> syntax.Encoding | None:
        """The encoding given at the head of the module; reports one given late or twice."""
        found: syntax.Encoding | None = None
        is_head = True
        for item in items:
            if not isinstance(item, syntax.Encoding):
                is_head = is_head and isinstance(item, syntax.Use)
            elif found is None and is_head:
                found = item
            else:
                related = (Related("the first one", found.span),) if found else ()
                message = "a module has one default encoding, before its declarations"
                advice = "move it behind the header, or write `as` at the declaration"
                self.faults.add("A7-P037", message, item.span, advice, related)
                found = found or item
        return found
