"""Types of text that come in headers and bodies: header values, parameters, parts between boundaries, transfer codings."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Span
from art7.grammar.ir import representation as r
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind
from art7.grammar.ir.representation import Pair

if TYPE_CHECKING:
    from art7.grammar.passes.build_pairs import Context, Types

NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
"""The name of a header or parameter (RFC 9110 §5.1)."""

PARAMETER_FORMS = ("token", "sip", "mime")


def header_pair(types: Types, tag: t.NamedTag, pair: Pair) -> Pair:
    """Return `pair` in the header that its field states; reports what is no header."""
    from art7.grammar.passes.build_pairs import VOID

    if tag.name.text != "header":
        return types.error("A7-L025", "this tag means nothing in `text`", tag.span, "write `@header('Name')`")
    names: list[str] = []
    comma = False
    for argument in tag.args:
        value = argument.value
        if argument.label is not None and argument.label.text == "list":
            comma = isinstance(value, t.Chars) and value.value == ","
        if argument.label is None and isinstance(value, t.Chars) and re.fullmatch(NAME, value.value):
            names.append(value.value)
        elif not comma:
            message = "a header has names, and `list: ','` where commas stand between values"
            return types.error("A7-L094", message, argument.span, "write `@header('Via', 'v', list: ',')`")
    if not names:
        return types.error("A7-L094", "a header without a name", tag.span, "write `@header('Name')`")
    if pair is VOID:
        return pair
    rep = pair.representation
    if isinstance(rep, r.Many) or (comma and not isinstance(rep, r.Repeated)):
        message = "a header that stands more than once is a list with bounds"
        return types.error("A7-L094", message, tag.span, "write `T[a..b]`")
    return replace(pair, representation=r.HeaderValue(tuple(names), rep, comma))


def header_type(types: Types, node: t.Named, context: Context) -> Pair | None:
    """Return the pair of `parameters`, `multipart` or `coded` with an expression; `None` for every other type."""
    name = node.name.text
    if name == "parameters" and not node.type_args:
        return _parameters(types, node)
    if name == "multipart":
        return _multipart(types, node, context)
    if name == "coded" and not _is_spelled(node):
        return _transfer(types, node, context)
    return None


def _is_spelled(node: t.Named) -> bool:
    """Whether the coding is one that spells octets in characters: a text, and no label."""
    return len(node.args) == 1 and node.args[0].label is None and isinstance(node.args[0].value, t.Chars)


def _parameters(types: Types, node: t.Named) -> Pair:
    form = "token"
    if node.args:
        value = node.args[0].value
        form = value.value if len(node.args) == 1 and isinstance(value, t.Chars) else ""
    if form not in PARAMETER_FORMS:
        known = ", ".join(f"`'{each}'`" for each in PARAMETER_FORMS)
        return types.error("A7-L095", "no form of parameters", node.span, f"forms: {known}")
    return Pair(s.Mapping(s.Text(), s.Nullable(s.Text())), r.ParameterMap(form))


def named_arguments(types: Types, node: t.Named, names: tuple[str, ...]) -> dict[str, t.Expr] | None:
    """Return the arguments by name; the first may go without its label. Reports others."""
    found: dict[str, t.Expr] = {}
    for position, argument in enumerate(node.args):
        name = argument.label.text if argument.label is not None else names[0] if position == 0 else ""
        if name not in names or name in found:
            known = ", ".join(f"`{each}`" for each in names)
            types.error("A7-L095", f"`{node.name.text}` takes {known}", argument.span, "remove this one")
            return None
        found[name] = argument.value
    return found


def _multipart(types: Types, node: t.Named, context: Context) -> Pair:
    from art7.grammar.passes.build_pairs import VOID

    given = named_arguments(types, node, ("boundary",))
    if given is None:
        return VOID
    if "boundary" not in given or len(node.type_args) != 1:
        message = "`multipart` takes the type of its parts and their boundary"
        return types.error("A7-L095", message, node.span, "write `multipart<T>(boundary: expression)`")
    item = types.pair(node.type_args[0], context)
    if item is VOID:
        return VOID
    boundary = _text(types, given["boundary"])
    return Pair(s.Sequence(item.shape, 1), r.PartList(item, boundary, 1))


def _text(types: Types, node: t.Expr) -> Expr:
    return types.owner.expressions().of_kind(node, Kind.TEXT, Kind.NULL)


def _transfer(types: Types, node: t.Named, context: Context) -> Pair:
    from art7.grammar.passes.build_pairs import VOID
    from art7.grammar.passes.pairs_text import inside

    given = named_arguments(types, node, ("coding", "charset"))
    if given is None:
        return VOID
    if not given or len(node.type_args) != 1:
        message = "`coded` takes one type, and a transfer coding, a charset or both"
        return types.error("A7-L095", message, node.span, "write `coded<T>(encoding, charset: expression)`")
    inner = inside(types, node.type_args[0], context)
    if inner is VOID:
        return VOID
    charset = _text(types, given["charset"]) if "charset" in given else None
    if charset is not None and not isinstance(inner.shape, s.Text):
        message = "only a text has a charset"
        return types.error("A7-L095", message, node.span, "write `coded<text>(…, charset: …)`")
    coding = _text(types, given["coding"]) if "coding" in given else None
    return replace(inner, representation=r.Transferred(coding, charset, inner.representation))


def other_header(span: Span) -> tuple[t.Member, ...]:
    """Return the members of a header that nothing names."""
    text = t.Named(span, t.QName(span, (t.Name(span, "text"),)))
    name = t.Extended(span, text, (t.Until(span, t.Chars(span, ":")),))
    value = t.Extended(span, text, (t.Rest(span),))
    return (
        t.Field(span, t.Name(span, "name"), None, False, name, (), t.Meta("The name of the header.")),
        t.Field(span, t.Name(span, "value"), None, False, value, (), t.Meta("Its value, in one line.")),
    )


CODES = {
    "A7-L094": (
        "header",
        "A header has one or more names, the long one first; `list: ','` lets commas stand between the values of a list.",
        "Write `vias @header('Via', 'v', list: ','): Via[1..]`, directly in a record.",
    ),
    "A7-L095": (
        "arguments of a type of text",
        "`multipart<T>(boundary: e)`, `coded<T>(coding, charset: e)` and `parameters('mime')` take these arguments only.",
        "Write them so; what they mention is read before.",
    ),
}
"""Code → title, explanation, next step."""
