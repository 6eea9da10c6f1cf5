"""Shapes and kinds: what sort of value an expression over a shape yields."""

from __future__ import annotations

from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind, Literal

_KINDS: dict[type, Kind] = {
    s.Integer: Kind.INT,
    s.Boolean: Kind.BOOL,
    s.Float: Kind.INT,
    s.Octets: Kind.BYTES,
    s.Text: Kind.TEXT,
    s.Sequence: Kind.LIST,
    s.Label: Kind.ANY,
    s.Mapping: Kind.MAP,
    s.RecordOf: Kind.RECORD,
    s.Union: Kind.ANY,
    s.Anything: Kind.ANY,
}

Typed = tuple[Expr, s.Shape | None]
"""An expression and, where known, the shape of its value."""

BAD: Typed = (Literal(None, Kind.ANY), None)
"""Stands for an expression that was reported; fits anywhere, so that one mistake gives one message."""


def kind_of(shape: s.Shape | None, text_enums: frozenset[str] | set[str]) -> Kind:
    """Return the kind of a value of `shape`; `text_enums` are the enums over texts."""
    if shape is None:
        return Kind.ANY
    if isinstance(shape, s.Nullable):
        return kind_of(shape.inner, text_enums)
    if isinstance(shape, s.Enumeration):
        return Kind.TEXT if shape.name in text_enums else Kind.INT
    return _KINDS[type(shape)]


def bare(shape: s.Shape | None) -> s.Shape | None:
    """Return `shape` without the possibility of null."""
    while isinstance(shape, s.Nullable):
        shape = shape.inner
    return shape


def fits(kind: Kind, *wanted: Kind) -> bool:
    """Whether a value of `kind` may stand where one of `wanted` is expected."""
    return kind in wanted or kind is Kind.ANY or Kind.ANY in wanted


WORDS = {
    Kind.INT: "an integer",
    Kind.BOOL: "a truth value",
    Kind.BYTES: "octets",
    Kind.TEXT: "a text",
    Kind.LIST: "a list",
    Kind.MAP: "a map",
    Kind.RECORD: "a record",
    Kind.ANY: "anything",
    Kind.NULL: "null",
}
"""How a kind is called in messages."""
