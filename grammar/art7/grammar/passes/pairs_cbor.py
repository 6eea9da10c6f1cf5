"""Types of the `cbor` encoding that no other has: values under a tag, and CBOR inside an octet string."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from art7.grammar import syntax as t
from art7.grammar.ir import representation as r
from art7.grammar.ir.representation import Pair

if TYPE_CHECKING:
    from art7.grammar.passes.build_pairs import Context, Types

CBOR_TYPES = frozenset(("tagged", "coded"))
"""Names of the generic types that this module lowers."""

HIGHEST_TAG = (1 << 64) - 1


def cbor_type(types: Types, node: t.Named, context: Context) -> Pair:
    """Return the pair of `tagged<T>(n)` or `coded<T>('cbor')`; reports what is written otherwise."""
    name = node.name.text
    if types.encoding != "cbor":
        message = f"`{name}` is not a type of the `{types.encoding}` encoding"
        return types.error("A7-L002", message, node.span, "use it in a record `as cbor`")
    if len(node.type_args) != 1:
        message = f"`{name}` takes one type"
        return types.error("A7-T033", message, node.span, f"write `{_EXAMPLES[name]}`")
    inner = types.pair(node.type_args[0], context)
    return _tagged(types, node, context, inner) if name == "tagged" else _coded(types, node, inner)


_EXAMPLES = {"tagged": "tagged<T>(18)", "coded": "coded<T>('cbor')"}


def _tagged(types: Types, node: t.Named, context: Context, inner: Pair) -> Pair:
    number = None
    if len(node.args) == 1 and node.args[0].label is None:
        number = types.lowering.constant(node.args[0].value, context)
    if number is None or not 0 <= number <= HIGHEST_TAG:
        message = "a tag is a number from 0 to 2^64-1"
        return types.error("A7-L060", message, node.span, f"write `{_EXAMPLES['tagged']}`")
    return replace(inner, representation=r.Marked(number, inner.representation))


def _coded(types: Types, node: t.Named, inner: Pair) -> Pair:
    words = [a.value for a in node.args if a.label is None]
    options = {a.label.text: a.value for a in node.args if a.label is not None}
    empty, keep = options.pop("empty", None), options.pop("keep", None)
    coding = words[0] if len(words) == 1 else None
    if not isinstance(coding, t.Chars) or coding.value != "cbor" or options:
        message = "an octet string of a `cbor` record holds CBOR"
        return types.error("A7-L060", message, node.span, f"write `{_EXAMPLES['coded']}`")
    for option in (empty, keep):
        if option is not None and not isinstance(option, t.Bool):
            return types.error("A7-L060", "an option is `true` or `false`", option.span)
    allowed = isinstance(empty, t.Bool) and empty.value
    kept = isinstance(keep, t.Bool) and keep.value
    if allowed and not isinstance(inner.representation, r.Nested | r.Keyed):
        return types.error("A7-L060", "only a map can be left empty", node.span, "remove `empty`")
    return replace(inner, representation=r.Wrapped(inner.representation, allowed, keep=kept))


CODES = {
    "A7-L060": (
        "argument of a CBOR type",
        "`tagged<T>(18)` states a tag, `coded<T>('cbor')` the coding of an octet string, with `empty: true` where no "
        "octets stand for an empty map, and `keep: true` where a field's octets are written again as they were read.",
        "Write it in one of these forms.",
    ),
}
"""Code → title, explanation, next step."""
