"""What a record is while it is being lowered: slots that still change, and its members as items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from art7.grammar import syntax as t
from art7.grammar.diagnostics import NOWHERE, Span
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr
from art7.grammar.ir.plan import DataTag, Fault, Role, Slot, Step
from art7.grammar.ir.representation import Pair

Ranges = tuple[tuple[int, int] | tuple[str, str], ...]


@dataclass(slots=True)
class Draft:
    """A slot that still changes."""

    index: int
    name: str
    role: Role
    span: Span = NOWHERE
    shape: s.Shape | None = None
    pair: Pair | None = None
    optional: bool = False
    default: Expr | None = None
    value: Expr | None = None
    lenient: bool = False
    in_union: bool = False
    condition: Expr | None = None
    fault: Fault | None = None
    guard: tuple[int, ...] = ()
    number: int | None = None
    packed: t.Name | None = None
    """Behind a field number: `packed` or `unpacked`."""
    key: str | int | None = None
    doc: str = ""
    refs: tuple[str, ...] = ()
    type_text: str = ""
    data: DataTag | None = None
    since: str | None = None
    deprecated: bool = False

    def finish(self) -> Slot:
        """Return the slot as it is now."""
        return Slot(
            self.index,
            self.name,
            self.role,
            self.shape if self.shape is not None else s.Anything(),
            self.optional,
            self.default,
            self.value,
            self.doc,
            self.refs,
            None if self.key is None else str(self.key),
            self.type_text,
            self.data,
            self.since,
            self.deprecated,
            self.span,
        )


@dataclass(slots=True)
class Wire:
    """A field on the wire. `within`: the region it fills; `present`: a presence octet comes first; `question`:
    the text says `?`."""

    draft: Draft
    pair: Pair
    within: Expr | None = None
    condition: Expr | None = None
    present: bool = False
    question: bool = False


@dataclass(slots=True)
class Fixed:
    """Steps that fill no field: constants, padding, what `ignore` reads."""

    steps: list[Step]
    fills: set[int]


@dataclass(slots=True)
class ArmItem:
    """One arm of a `select`: `items` in it, or the refusal."""

    name: str
    ranges: Ranges
    items: list[Item]
    refuse: Fault | None = None
    value: int | None = None
    span: Span = NOWHERE


@dataclass(slots=True)
class Choose:
    """An unnamed `select`: the arms' members are members of the record."""

    on: Expr
    arms: list[ArmItem]
    span: Span


@dataclass(slots=True)
class Look:
    """A `let`."""

    draft: Draft
    order: int


@dataclass(slots=True)
class Test:
    """A computed field to verify."""

    draft: Draft
    order: int


@dataclass(slots=True)
class Rule:
    """A `must`, `should`, `may` or `check`, resolved when every shape is known."""

    node: t.Requirement | t.Check
    fault: Fault
    level: str
    order: int
    condition: Expr | None = None


@dataclass(slots=True)
class Framed:
    """A line: its items fill it."""

    items: list[Item]
    span: Span


Item = Wire | Fixed | Framed | Choose | Look | Test | Rule


@dataclass(slots=True)
class Later:
    """An expression resolved once all members are known; `scopes` are the names in force where it stands."""

    run: Callable[[], None]
    scopes: tuple[dict[str, int], ...]
