"""Types of the `der` encoding: strings with bounds, SEQUENCE OF, SET OF, DER inside strings, and tags."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from art7.grammar import syntax as t
from art7.grammar.ir import representation as r
from art7.grammar.ir import shape as s
from art7.grammar.ir.plan import Rest
from art7.grammar.ir.representation import Pair
from art7.grammar.passes.der_forms import IDENTIFIERS, SEQUENCE, SET, SIZED, der_table, sized_pair

if TYPE_CHECKING:
    from art7.grammar.passes.build_pairs import Context, Types

DER_TABLE = der_table()
CLASSES = {"context": 0x80, "application": 0x40, "private": 0xC0}
"""Class of a tag → its bits of the identifier (X.690 §8.1.2.2)."""
CONSTRUCTED = 0x20
HIGHEST_TAG = (1 << 28) - 1
"""The largest tag number: four octets behind the first."""

HOLDERS = {"octetstring": b"\x04", "bitstring": b"\x03"}
"""Strings that may hold DER."""

RAW = "octets_raw"


def identifier(number: int, bits: int) -> bytes:
    """Return the identifier octets of tag `number`; `bits`: its class, and whether it is constructed."""
    if number < 31:
        return bytes([bits | number])
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes([bits | 31, *reversed(digits)])


def der_named(types: Types, node: t.Named, context: Context) -> Pair | None:
    """Return the pair of a type that only DER has; `None` for every other."""
    name = node.name.text
    if name in HOLDERS and (node.members is not None or node.type_args):
        return _holder(types, node, context)
    if name == "set":
        return _set_of(types, node, t.Natural(node.span), context)
    if name == "enumerated" and node.type_args:
        return _enumerated(types, node, context)
    if name == RAW:
        return _raw(types, t.Natural(node.span), context)
    return None


def der_extended(types: Types, node: t.Extended, context: Context) -> Pair:
    """Return the pair of a type with extents: the first one of a string bounds it, others make SEQUENCE OF."""
    from art7.grammar.passes.build_pairs import VOID

    extents = list(node.extents)
    base: t.Type = node.base
    while isinstance(base, t.Named) and base.name.text in context.env:
        argument = context.env[base.name.text]
        base, context = argument.node, argument.context
    name = base.name.text if isinstance(base, t.Named) and base.members is None else ""
    plain = isinstance(base, t.Named) and not base.type_args
    if name == RAW:
        pair = _raw(types, extents.pop(0), context)
    elif name in SIZED and plain:
        extent = extents.pop(0)
        if not _is_bound(types, extent):
            return VOID
        low, high = types.bounds(extent, context)
        pair = sized_pair(name, low, high)
    elif name == "set" and isinstance(base, t.Named):
        pair = _set_of(types, base, extents.pop(0), context)
    else:
        pair = types.pair(base, context)
    for extent in extents:
        if pair is VOID or not _is_bound(types, extent):
            return VOID
        pair = _list(pair, SEQUENCE, *types.bounds(extent, context))
    return pair


def _is_bound(types: Types, extent: t.Extent) -> bool:
    if isinstance(extent, t.Prefix | t.Until | t.Rest | t.Octets):
        message = "DER has no prefix, size, terminator or rest: every element tells its length"
        types.error("A7-L014", message, extent.span, "write `[a..b]`")
        return False
    return True


def _list(item: Pair, tag: bytes, low: int, high: int | None) -> Pair:
    many = r.Many(item, None, low, high)
    return Pair(s.Sequence(item.shape, low, high), r.Tagged(tag, many, ordered=tag == SET))


def _set_of(types: Types, node: t.Named, extent: t.Extent, context: Context) -> Pair:
    from art7.grammar.passes.build_pairs import VOID

    if len(node.type_args) != 1:
        return types.error("A7-L080", "`set` takes one type", node.span, "write `set<T>[1..]`")
    item = types.pair(node.type_args[0], context)
    if item is VOID or not _is_bound(types, extent):
        return VOID
    return _list(item, SET, *types.bounds(extent, context))


def _enumerated(types: Types, node: t.Named, context: Context) -> Pair:
    pair = types.pair(node.type_args[0], context)
    rep = pair.representation
    if len(node.type_args) != 1 or not isinstance(rep, r.DerScalar) or rep.form != "integer":
        advice = "write `enumerated<Reason>`, with an `enum Reason: u8`"
        return types.error("A7-L080", "`enumerated` takes one enum over integers", node.span, advice)
    return replace(pair, representation=replace(rep, form="enumerated", identifier=IDENTIFIERS["enumerated"]))


def _raw(types: Types, extent: t.Extent, context: Context) -> Pair:
    """Octets up to the end of what holds them, without an identifier or a length of their own."""
    from art7.grammar.passes.build_pairs import VOID

    if not _is_bound(types, extent):
        return VOID
    low, high = types.bounds(extent, context)
    return Pair(s.Octets(low, high), r.Run(Rest(), False, low, high))


def _holder(types: Types, node: t.Named, context: Context) -> Pair:
    """`octetstring { … }`, `octetstring<T>`, and the same in a bit string, whose bits then fill whole octets."""
    name = node.name.text
    if node.members is not None:
        inner = types.owner.inline(t.Inline(node.span, node.members))
    elif len(node.type_args) == 1:
        inner = types.pair(node.type_args[0], context)
    else:
        return types.error("A7-L080", f"`{name}` takes one type", node.span, f"write `{name}<T>`")
    rep = inner.representation
    if name == "bitstring":
        rep = r.Tagged(b"", rep)  # the octet that counts unused bits: see `plan_der`
    return replace(inner, representation=r.Tagged(HOLDERS[name], rep))


def inline_sequence(pair: Pair) -> Pair:
    """Return an inline body as the SEQUENCE that it is when written as a type."""
    return replace(pair, representation=r.Tagged(SEQUENCE, pair.representation))


def der_member_shape(module: Any, node: t.Type, context: Context) -> s.Shape:
    """Return the shape of a member as its type is written, before its record is lowered."""
    extents: tuple[t.Extent, ...] = ()
    if isinstance(node, t.Extended):
        extents, node = node.extents, node.base
    while isinstance(node, t.Named) and node.name.text in context.env:
        argument = context.env[node.name.text]
        node, context = argument.node, argument.context
    shape: s.Shape = s.Anything()
    if isinstance(node, t.Extended):
        shape = der_member_shape(module, node, context)
    elif isinstance(node, t.Named):
        name = node.name.text
        found = DER_TABLE.get(name)
        if name in (*SIZED, RAW, "set"):
            extents = extents[1:]
        if name == "set":
            shape = (
                s.Sequence(der_member_shape(module, node.type_args[0], context)) if node.type_args else shape
            )
        elif name == RAW:
            shape = s.Octets()
        elif found is not None and node.members is None and not node.type_args:
            shape = found.shape
        elif name in (*HOLDERS, "enumerated"):
            inner = node.type_args[0] if node.type_args else None
            shape = der_member_shape(module, inner, context) if inner is not None else shape
        else:
            shape = module.shape(node, context)
    for _ in extents:
        shape = s.Sequence(shape)
    return shape


# ---- tags ----


def tagged_pair(types: Types, tag: t.Tag, pair: Pair) -> Pair:
    """Return `pair` under the tag that its field states; reports what is no tag of DER."""
    from art7.grammar.passes.build_pairs import VOID

    read = _read_tag(types, tag)
    if read is None or pair is VOID:
        return pair
    number, bits, explicit = read
    if explicit:
        return replace(
            pair, representation=r.Tagged(identifier(number, bits | CONSTRUCTED), pair.representation)
        )
    rep = _retagged(pair.representation, number, bits, types)
    if rep is None:
        message = "this type has no identifier of its own that an implicit tag could replace"
        return types.error("A7-L081", message, tag.span, f"write `@explicit({number})`")
    return replace(pair, representation=rep)


def _retagged(rep: r.Representation, number: int, bits: int, types: Types) -> r.Representation | None:
    match rep:
        case r.DerScalar(identifier=old) if old:
            return replace(rep, identifier=identifier(number, bits))
        case r.Tagged(identifier=old) if old:
            return replace(rep, identifier=identifier(number, bits | old[0] & CONSTRUCTED))
        case r.Nested(record=record, tag=None) if types.lowering.encoding(record) == "der":
            shape = record_shape(types.lowering, record)
            return None if shape == "choice" else replace(rep, tag=identifier(number, bits | CONSTRUCTED))
        case _:
            return None


def record_shape(module: Any, record: str) -> str:
    """Return the `shape` option of a DER record."""
    signature = module.signatures.get(record)
    if signature is not None:
        return str(signature.options.get("shape", "sequence"))
    found = module.imported.get(record)
    return str(dict(found.options).get("shape", "sequence")) if found is not None else "sequence"


def _read_tag(types: Types, tag: t.Tag) -> tuple[int, int, bool] | None:
    """Return (number, class, explicit) of `@implicit(n)`, `@explicit(n)` and `@application(n)`."""
    advice = "write `@implicit(n)`, `@explicit(n)`, `@application(n)` or `@explicit(n, 'application')`"
    word = tag.name.text if isinstance(tag, t.NamedTag) else ""
    args = tag.args if isinstance(tag, t.NamedTag) else ()
    values = [a.value for a in args if a.label is None]
    if word not in ("implicit", "explicit", "application") or not 1 <= len(values) == len(args) <= 2:
        types.error("A7-L082", "this is no tag of DER", tag.span, advice)
        return None
    owner = types.owner.context
    number = values[0].value if isinstance(values[0], t.Int) else types.lowering.constant(values[0], owner)
    group = "application" if word == "application" else "context"
    if len(values) == 2:
        group = values[1].value if isinstance(values[1], t.Chars) and word != "application" else ""
    if group not in CLASSES or number is None or not 0 <= number <= HIGHEST_TAG:
        types.error("A7-L082", f"a tag is a number from 0 to {HIGHEST_TAG} and a class", tag.span, advice)
        return None
    return number, CLASSES[group], word == "explicit"


CODES = {
    "A7-L080": (
        "type argument of DER",
        "`set<T>`, `enumerated<T>`, `octetstring<T>` and `bitstring<T>` take one type.",
        "Name it.",
    ),
    "A7-L081": (
        "implicit tag on what has no tag",
        "An implicit tag replaces an identifier; a choice, `any`, `time` and raw octets have none of their own "
        "(X.680 §31.2.7).",
        "Write `@explicit(n)`.",
    ),
    "A7-L082": (
        "tag that DER does not have",
        "Tags of DER are `@implicit(n)`, `@explicit(n)` and `@application(n)`.",
        "Write one of these.",
    ),
}
"""Code → title, explanation, next step."""
