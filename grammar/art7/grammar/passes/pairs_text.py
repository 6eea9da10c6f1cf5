"""Types of the `text` encoding: tokens, quoted texts, lines, runs up to a terminator, octets behind a coding."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from art7.grammar import syntax as t
from art7.grammar.ir import representation as r
from art7.grammar.ir import shape as s
from art7.grammar.ir.plan import Rest
from art7.grammar.ir.representation import Pair
from art7.grammar.passes.pairs_headers import header_type, named_arguments
from art7.grammar.passes.scalars import RUNS
from art7.grammar.passes.scopes import Entity

if TYPE_CHECKING:
    from art7.grammar.passes.build_pairs import Context, Types

CODINGS = ("hex", "base64", "base64url")
"""What `coded<T>` takes: octets that a coding spells in characters (RFC 4648)."""

TOKEN = "[!#$%&'*+\\-.0-9A-Z\\^_`a-z{|}~]+"
"""What stands for a value of an enum over texts: a token, as RFC 8866 §9 and RFC 9110 §5.6.2 have it."""


def text_named(types: Types, node: t.Named, context: Context) -> Pair | None:
    """Return the pair of a type that only text has; `None` for every other."""
    name = node.name.text
    if name == "quoted" and not node.type_args and not node.args:
        return Pair(s.Text(), r.QuotedText())
    if node.args and not node.type_args and isinstance(pair := types.table.get(name), Pair):
        return _digits(types, node, name, pair, context)
    if (found := header_type(types, node, context)) is not None:
        return found
    if name == "coded":
        return _coded(types, node, context)
    return None


def text_token(types: Types, entity: Entity, node: t.Named, context: Context) -> Pair | None:
    """Return the pair of a token or an identity; `None` for an identity without a pattern."""
    pattern = types.lowering.pattern(entity)
    if pattern is None:
        return None
    given = named_arguments(types, node, ("max",))
    most = types.constant(given["max"], context) if given else None
    return Pair(s.Text(0, most, pattern), r.Word(pattern, most))


def _digits(types: Types, node: t.Named, name: str, pair: Pair, context: Context) -> Pair:
    """`u32('hex', min: 1)`: an integer with a base or bounds of its own."""
    from art7.grammar.passes.build_pairs import VOID

    given, shape = named_arguments(types, node, ("base", "min", "max")), pair.shape
    if given is None:
        return VOID
    base = given.get("base")
    if base is not None and not (isinstance(base, t.Chars) and base.value == "hex" and name[0] == "u"):
        message = "digits are decimal, or hexadecimal where no sign stands before them"
        return types.error("A7-L095", message, base.span, "write `u32('hex')`")
    assert isinstance(shape, s.Integer), "all scalars of text are integers"
    low = types.constant(given["min"], context) if "min" in given else shape.minimum
    high = types.constant(given["max"], context) if "max" in given else shape.maximum
    if low is None or high is None or not shape.minimum <= low <= high <= shape.maximum:
        message = f"no bounds of a `{name}`"
        return types.error("A7-L008", message, node.span, f"stay in {shape.minimum}..{shape.maximum}")
    return Pair(replace(shape, minimum=low, maximum=high), r.Decimal(low, high, 10 if base is None else 16))


def text_enum(shape: s.Shape, domain: tuple[Any, ...]) -> Pair:
    """Return the pair of an enum over texts: a token, or one of the members where those are no tokens."""
    words = [str(low) for low, _ in domain]
    if all(re.fullmatch(TOKEN, word) for word in words):
        return Pair(shape, r.Word(TOKEN), domain)
    return Pair(shape, r.Word("|".join(re.escape(word) for word in words)), domain)


def text_extended(types: Types, node: t.Extended, context: Context) -> Pair:
    """Return the pair of a type with extents: the first one of a run bounds it, others make lists."""
    from art7.grammar.passes.build_pairs import VOID

    extents = list(node.extents)
    base: t.Type = node.base
    while isinstance(base, t.Named) and base.name.text in context.env:
        argument = context.env[base.name.text]
        base, context = argument.node, argument.context
    name = base.name.text if isinstance(base, t.Named) and not base.type_args else ""
    if name in RUNS:
        pair = types._run(name, extents.pop(0), context, None, node.span)
    elif name == "quoted":
        low, high = types.bounds(extents.pop(0), context)
        pair = Pair(s.Text(low, high), r.QuotedText(low, high))
    else:
        pair = types.pair(base, context)
    for extent in extents:
        if pair is VOID:
            return VOID
        pair = _list(types, pair, extent, context)
    return pair


def ended_run(types: Types, name: str, extent: t.Until, context: Context) -> Pair:
    """Octets or text up to a terminator, or (`eol`, in `text`) to the end of the line."""
    most = types._most(extent, context)
    mark = _mark(types, extent)
    shape: s.Shape = s.Text(0, most) if name == "text" else s.Octets(0, most, name == "secret")
    if mark is None and types.encoding == "text":
        return Pair(shape, r.Run(Rest(), name == "text", 0, most))
    if mark is None or not 0 < len(mark) <= 16:
        return types.error("A7-L010", "a terminator is 1 to 16 octets", extent.span, "write `until ';'`")
    return Pair(shape, r.Ended(mark, name == "text", 0, most))


def _mark(types: Types, extent: t.Until) -> bytes | None:
    """Return the octets of a terminator; nothing for the end of the line at hand."""
    node = extent.terminator
    if isinstance(node, t.NameRef) and node.name == "eol":
        return None
    if isinstance(node, t.Hex):
        return node.value
    return node.value.encode() if isinstance(node, t.Chars) else b""


def _list(types: Types, item: Pair, extent: t.Extent, context: Context) -> Pair:
    if isinstance(extent, t.Prefix | t.Octets):
        message = "text has no length before it and no count of octets around a list"
        return types.error(
            "A7-L014", message, extent.span, "write `[a..b]`, `[n]`, `[rest]` or `[until ';']`"
        )
    if isinstance(extent, t.Rest | t.Until) or (isinstance(extent, t.Count) and not extent.ranged):
        return types._many(item, extent, context, None)
    low, high = types.bounds(extent, context)
    return Pair(s.Sequence(item.shape, low, high), r.Repeated(item, low, high))


def text_group(types: Types, node: t.Inline | t.LineType) -> Pair | None:
    """Return the pair of a group that has one member, always there, among literals: it has that member's value.

    Nothing for any other group: it is a record.
    """
    members, line = node.members, isinstance(node, t.LineType)
    if not line and len(members) == 1 and isinstance(members[0], t.LineMember):
        members, line = members[0].members, True
    fields = [member for member in members if isinstance(member, t.Field)]
    if len(fields) != 1 or not all(isinstance(member, t.Field | t.LiteralMember) for member in members):
        return None
    field = fields[0]
    if field.optional or field.tag is not None or any(not isinstance(x, t.Meta) for x in field.clauses):
        return None
    place = members.index(field)
    inner = types.pair(field.type)
    before, after = (tuple(map(_octets, part)) for part in (members[:place], members[place + 1 :]))
    return replace(inner, representation=r.Among(inner.representation, before, after, line))


def _octets(member: t.Member) -> bytes:
    assert isinstance(member, t.LiteralMember), "all but one are"
    return member.value if isinstance(member.value, bytes) else member.value.encode()


def _coded(types: Types, node: t.Named, context: Context) -> Pair:
    """`coded<T>('base64url')`: a value whose octets are spelled in characters."""
    from art7.grammar.passes.build_pairs import VOID

    word = node.args[0].value if len(node.args) == 1 and node.args[0].label is None else None
    if len(node.type_args) != 1 or not isinstance(word, t.Chars) or word.value not in CODINGS:
        known = ", ".join(f"`'{coding}'`" for coding in CODINGS)
        message = "`coded` takes one type and a coding"
        return types.error("A7-L090", message, node.span, f"write `coded<T>('base64url')`; codings: {known}")
    inner = inside(types, node.type_args[0], context)
    if inner is VOID:
        return VOID
    return replace(inner, representation=r.Coded(word.value, inner.representation))


def inside(types: Types, node: t.Type, context: Context) -> Pair:
    """Return the pair of what fills the octets that a coding yields."""
    base, extents = (node.base, node.extents) if isinstance(node, t.Extended) else (node, ())
    extent = extents[0] if extents else None
    name = base.name.text if isinstance(base, t.Named) and not base.type_args else ""
    if name in RUNS and len(extents) <= 1:
        low, high = types.bounds(extent, context) if extent is not None else (0, None)
        shape: s.Shape = s.Text(low, high) if name == "text" else s.Octets(low, high, name == "secret")
        return Pair(shape, r.Run(Rest(), name == "text", low, high))
    if extent is not None or not isinstance(base, t.Named):
        message = "a coding holds `bytes`, `text` or a record"
        return types.error("A7-L090", message, node.span, "declare a `struct` for what it holds")
    return types.record_inside(base, context)


def text_variants(types: Types, node: t.Variants, context: Context) -> Pair:
    """`A | B`: a record with a member for each alternative, of which the first that is ahead is there."""
    members: list[t.Member] = []
    for option in node.options:
        base = option.base if isinstance(option, t.Extended) else option
        if not isinstance(base, t.Named):
            message = "an alternative needs a name"
            return types.error("A7-L093", message, option.span, "declare a `struct` or a `token` for it")
        name = t.Name(base.name.span, _member_name(base.name.parts[-1].text))
        members.append(t.Field(option.span, name, None, False, option))
    owner: Any = types.owner
    found: Pair = owner.lift(
        members, owner.current_name, node.span, options={**types.options, "shape": "choice"}
    )
    return found


def _member_name(word: str) -> str:
    """Return `name_addr` for `NameAddr`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word).lower()


CODES = {
    "A7-L090": (
        "argument of `coded`",
        "`coded<T>` holds `bytes`, `text` or a record, in the characters of a coding.",
        "Write `coded<T>('hex')`, `coded<T>('base64')` or `coded<T>('base64url')`.",
    ),
    "A7-L093": (
        "alternatives of text",
        "Alternatives of text, as in `A | B` or a record `as text(shape: 'choice')`, are members with names, and rules.",
        "Declare a `struct` or a `token` for each.",
    ),
}
"""Code → title, explanation, next step."""
