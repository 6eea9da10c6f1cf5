"""Values of a tree that are told apart by their kind: `text | text[..9]`, `Url | { id: Url }`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Span
from art7.grammar.ir import representation as r
from art7.grammar.ir import shape as s
from art7.grammar.ir.representation import Pair

if TYPE_CHECKING:
    from art7.grammar.passes.build_pairs import Context, Types

_LEAVES = {"integer": "number", "number": "number", "boolean": "boolean"}
"""Forms of scalars that are no texts."""


def by_kind(types: Types, options: Sequence[t.Type], nullable: bool, context: Context, span: Span) -> Pair:
    """Return the pair of a choice among `options`, and null if `nullable`; reports kinds that two of them have."""
    if types.encoding != "json":
        message = f"`{types.encoding}` has no choice by kind of value"
        return types.error("A7-L007", message, span, "use `select` on a field that tells which it is")
    rows: list[tuple[str, str, Pair]] = []
    for option in options:
        pair = types.pair(option, context)
        kind = _kind(types, pair.representation)
        if kind is None:
            message = "this type has no kind of its own"
            return types.error(
                "A7-L007",
                message,
                option.span,
                "choose among texts, numbers, truth values, lists and records",
            )
        value = "object" if isinstance(pair.shape, s.RecordOf) else kind
        if any(kind == other or value == held for other, held, _ in rows):
            message = f"two alternatives are of kind `{kind if value == kind else value}`"
            return types.error(
                "A7-L007", message, option.span, "use `select` on a field that tells which it is"
            )
        rows.append((kind, value, pair))
    union = s.Union("", tuple(s.UnionArm(value, (), pair.shape) for _, value, pair in rows))
    return Pair(s.Nullable(union) if nullable else union, r.ByKind(tuple(rows), nullable))


def _kind(types: Types, rep: r.Representation) -> str | None:
    """Return the kind of node that a representation reads; `None` for none, or several."""
    match rep:
        case r.Leaf(form=form, nullable=False) if form != "null":
            return _LEAVES.get(form, "text")
        case r.Listed(nullable=False):
            return "array"
        case r.Keyed():
            return "object"
        case r.Nested(record=record, nullable=False):
            return {"object": "object", "array": "array"}.get(types.lowering.shape_option(record))
        case _:
            return None
