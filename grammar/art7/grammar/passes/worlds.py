"""Where an expression stands and what its module knows: what names mean to `check_types.Expressions`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Span
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind
from art7.grammar.ir.module import Enum, EnumMember
from art7.grammar.passes.kinds import Typed

if TYPE_CHECKING:
    from art7.grammar.passes.check_types import Expressions


class Place(Protocol):
    """Where an expression stands: what its names mean."""

    positional: bool
    """Whether octets under the cursor can be spoken of."""

    lists: bool
    """Whether a list can be made here."""

    def find(self, name: str, span: Span) -> Typed | None:
        """Return what `name` means here, or `None`."""

    def names(self) -> Iterable[str]:
        """Return the names that `find` knows."""

    def measure(self, what: str, name: str, span: Span) -> Expr | None:
        """Return `octets`, `count`, `present`, `offset`, `encoded` or `before` of a field here, or `None`."""

    def override(self, name: t.Name, until: int | None) -> tuple[int, bool, int] | None:
        """Return (place, lifted, octets) of the field that `octets_before` overrides."""

    def call(self, resolver: Expressions, node: t.Call) -> Typed | None:
        """Return the meaning of a call that only this place knows, or `None`."""


class World(Protocol):
    """What an expression needs to know of its module."""

    findings: Any

    def enum(self, name: str) -> Enum | None:
        """Return the enum with qualified `name`."""

    def member(self, enum: Enum, name: str) -> EnumMember | None:
        """Return a member of an enum."""

    def value(self, parts: tuple[str, ...]) -> Typed | None:
        """Return the constant with that name."""

    def enum_named(self, parts: tuple[str, ...]) -> Enum | None:
        """Return the enum that the text calls so."""

    def function(self, parts: tuple[str, ...]) -> tuple[t.Function, World] | None:
        """Return the user's function, and the names as its module sees them."""

    def is_endless(self, function: t.Function) -> bool:
        """Whether a user's function calls itself, which was reported where it stands."""

    def parameter_kind(self, node: t.Type) -> Kind:
        """Return the kind that a function's parameter or result type asks for."""

    def member_shape(self, record: str, name: str) -> s.Shape | None:
        """Return the shape of an API member or field of a record."""

    def member_names(self, record: str) -> Iterable[str]:
        """Return the names of a record's members."""

    def kind(self, shape: s.Shape | None) -> Kind:
        """Return the kind of a shape's values."""


class Nowhere:
    """A place without fields: constants, bodies of functions."""

    positional = False
    lists = False

    def find(self, name: str, span: Span) -> Typed | None:
        """Nothing has a name here."""
        return None

    def names(self) -> Iterable[str]:
        """Return no names."""
        return ()

    def measure(self, what: str, name: str, span: Span) -> Expr | None:
        """There are no fields."""
        return None

    def override(self, name: t.Name, until: int | None) -> tuple[int, bool, int] | None:
        """There are no fields."""
        return None

    def call(self, resolver: Expressions, node: t.Call) -> Typed | None:
        """Only builtins are known."""
        return None
