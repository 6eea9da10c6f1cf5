"""Types: each written type becomes a pair of shape and representation, checked while it is made."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Span
from art7.grammar.ir import representation as r
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind, Literal
from art7.grammar.ir.plan import Exact, Extent, Param, Prefixed, Rest
from art7.grammar.ir.representation import Pair
from art7.grammar.passes.check_types import Expressions
from art7.grammar.passes.pairs_by_kind import by_kind
from art7.grammar.passes.pairs_cbor import CBOR_TYPES, cbor_type
from art7.grammar.passes.pairs_der import der_extended, der_named, inline_sequence
from art7.grammar.passes.pairs_text import (
    ended_run,
    text_extended,
    text_group,
    text_named,
    text_token,
    text_variants,
)
from art7.grammar.passes.plan_text import line_of
from art7.grammar.passes.scalars import CODED, PLAIN, RUNS, TABLES
from art7.grammar.passes.scopes import Entity, ModuleScope, did_you_mean

MOST = 1 << 32
"""Largest count or size that a type may state."""

OCTET_ENCODINGS = frozenset(("binary", "tls", "protobuf", "der", "text"))


@dataclass(frozen=True, slots=True)
class TypeArgument:
    """What a generic's parameter stands for: a type as written, and where its names mean something."""

    node: t.Type
    context: Context


@dataclass(frozen=True, slots=True)
class Context:
    """Where a type is written: the module, and what generic parameters stand for there."""

    scope: ModuleScope
    env: dict[str, TypeArgument] = field(default_factory=dict)


class Lowering(Protocol):
    """What types ask of the lowering of their module."""

    findings: Any

    def instance(self, entity: Entity, node: t.Named, context: Context) -> str | None:
        """Return the qualified record name of a struct or an instance of a generic."""

    def params(self, record: str) -> tuple[Param, ...]:
        """Return a record's declared parameters."""

    def encoding(self, record: str) -> str:
        """Return a record's encoding."""

    def size(self, record: str) -> tuple[int, int | None]:
        """Return how many octets a record takes, at least and at most."""

    def kind(self, shape: s.Shape | None) -> Kind:
        """Return the kind of a shape's values."""

    def enum_pair(self, entity: Entity, encoding: str, little: bool, span: Span) -> Pair | None:
        """Return the pair of an enum in an encoding."""

    def shape_option(self, record: str) -> str:
        """Return whether a record on a tree is an `object`, an `array` or another `value`."""

    def pattern(self, entity: Entity) -> str | None:
        """Return the regular expression of a token or identity."""

    def constant(self, node: t.Expr, context: Context) -> int | None:
        """Return the value of a constant integer expression; reports others."""


class Owner(Protocol):
    """The record whose members the types are."""

    context: Context

    def expressions(self) -> Expressions:
        """Return what resolves this record's expressions."""

    def inline(self, node: t.Inline) -> Pair:
        """Lift an inline body."""

    def union(self, node: t.SelectType) -> Pair:
        """Lower a `select` used as a type."""


VOID = Pair(s.Anything(), r.Free())
"""Stands for a type that was reported."""


class Types:
    """Resolves types for one record."""

    def __init__(
        self, lowering: Lowering, encoding: str, options: dict[str, str | bool], owner: Owner
    ) -> None:
        self.lowering = lowering
        self.encoding = encoding
        self.owner = owner
        self.options = options
        self.little = encoding == "binary" and options.get("order") == "little"
        self.table = TABLES.get((encoding, self.little), {})
        self.varint_headers = options.get("vector") == "varint"
        self.on_octets = encoding in OCTET_ENCODINGS

    def error(self, code: str, message: str, span: Span, help: str | None = None) -> Pair:
        """Report, and stand for the type."""
        self.lowering.findings.add(code, message, span, help)
        return VOID

    # ---- types ----

    def pair(self, node: t.Type, context: Context | None = None, within: Expr | None = None) -> Pair:
        """Return the pair of a written type; `within`: the octets that the one value fills."""
        context = context if context is not None else self.owner.context
        if isinstance(node, t.Named):
            if node.members is None and not node.args and not node.type_args and len(node.name.parts) == 1:
                found = self.table.get(node.name.parts[0].text)
                if found is not None and node.name.parts[0].text not in context.env:
                    return found
            return self._named(node, context, within)
        if isinstance(node, t.Extended):
            return self._extended(node, context, within)
        if self.encoding == "text" and isinstance(node, t.Inline | t.LineType):
            group = text_group(self, node)
            if group is not None:
                return group
        if isinstance(node, t.Inline):
            body = self.owner.inline(node)
            return inline_sequence(body) if self.encoding == "der" else body
        if isinstance(node, t.SelectType):
            return self.owner.union(node)
        if isinstance(node, t.Variants):
            return self._variants(node, context)
        if self.encoding == "text":
            return self.owner.inline(line_of(node))
        return self.error("A7-L001", "`line` is a type of the `text` encoding", node.span)

    def _named(self, node: t.Named, context: Context, within: Expr | None) -> Pair:
        name = node.name.text
        argument = context.env.get(name)
        if argument is not None:
            return self.pair(argument.node, argument.context, within)
        if self.encoding == "der" and (found := der_named(self, node, context)) is not None:
            return found
        if self.encoding == "text" and (found := text_named(self, node, context)) is not None:
            return found
        if node.members is not None:
            return self.error("A7-L001", f"`{name} {{ … }}` is a type of the `der` encoding", node.span)
        if name in RUNS or name in CODED:
            return self._run(name, t.Natural(node.span), context, within, node.span)
        if name == "optional":
            return self._optional(node, context)
        if name == "map":
            return self._map(node, (0, None), context)
        if name in CBOR_TYPES:
            return cbor_type(self, node, context)
        entity = context.scope.find(tuple(p.text for p in node.name.parts))
        if entity is None:
            return self._unknown(name, node, context)
        return self._declared(entity, node, context, within)

    def _unknown(self, name: str, node: t.Named, context: Context) -> Pair:
        if name in PLAIN:
            known = ", ".join(sorted(self.table)[:12])
            message = f"`{name}` is not a type of the `{self.encoding}` encoding"
            return self.error("A7-L002", message, node.name.span, f"it has {known} …")
        names = [*self.table, *RUNS, *context.scope.entities, *context.env]
        advice = did_you_mean(name, reversed(names), "declare it, or `use` the module that does")
        return self.error("A7-N015", f"unknown type `{name}`", node.name.span, advice)

    def _declared(self, entity: Entity, node: t.Named, context: Context, within: Expr | None) -> Pair:
        if entity.kind == "enum":
            pair = self.lowering.enum_pair(entity, self.encoding, self.little, node.span)
            return pair if pair is not None else VOID
        if entity.kind in ("token", "identity"):
            if self.encoding == "text" and (found := text_token(self, entity, node, context)) is not None:
                return found
            pattern = self.lowering.pattern(entity)
            text = self._run("text", t.Natural(node.span), context, within, node.span)
            if text is VOID:
                return VOID
            assert isinstance(text.shape, s.Text), "a run of text has the shape of one"
            return replace(text, shape=replace(text.shape, pattern=pattern), pattern=pattern)
        if entity.kind in ("struct", "generic"):
            return self._record(entity, node, context, within)
        article = "a constant" if entity.kind == "const" else f"a {entity.kind}"
        return self.error("A7-N016", f"`{node.name.text}` is {article}, not a type", node.name.span)

    def _record(self, entity: Entity, node: t.Named, context: Context, within: Expr | None) -> Pair:
        record = self.lowering.instance(entity, node, context)
        if record is None:
            return VOID
        arguments = self._arguments(record, node)
        nested = r.Nested(record, arguments)
        encoding = self.lowering.encoding(record)
        shape = s.RecordOf(record)
        if self.encoding == "protobuf":
            return Pair(shape, r.Bounded(Prefixed("protobuf"), nested))
        if self.on_octets and encoding in ("protobuf", "json", "cbor", "xml") and within is None:
            message = f"a `{encoding}` record has no end of its own here"
            return self.error(
                "A7-L003", message, node.span, "bound it: `within n` octets, or `within remaining`"
            )
        if not self.on_octets and encoding != self.encoding:
            message = f"a `{encoding}` record inside `{self.encoding}`"
            return self.error("A7-L004", message, node.span, "carry its octets as `base64[..]`")
        return Pair(shape, nested)

    def record_inside(self, node: t.Named, context: Context) -> Pair:
        """Return the pair of a record that fills the octets it is given."""
        return self._named(node, context, Literal(0, Kind.INT))

    def _arguments(self, record: str, node: t.Named) -> tuple[Expr, ...]:
        params = self.lowering.params(record)
        if not params and not node.args:
            return ()
        expressions = self.owner.expressions()
        names = [p.name for p in params if not p.implicit]
        call = t.Call(node.span, t.NameRef(node.span, node.name.text), node.args)
        placed = expressions.arguments(call, names, node.name.text)
        if placed is None:
            return tuple(Literal(None, Kind.ANY) for _ in names)
        found: list[Expr] = []
        for param, given in zip(params, placed, strict=False):
            if given is not None:
                kind = self.lowering.kind(param.shape)
                kinds = (kind, Kind.NULL) if param.nullable else (kind,)
                found.append(expressions.of_kind(given, *kinds, hint=param.shape))
                continue
            if not param.nullable:
                message = f"`{node.name.text}` needs `{param.name}`"
                self.error("A7-T013", message, node.span, f"write `{node.name.text}({param.name}: …)`")
            found.append(Literal(None, Kind.NULL))
        return tuple(found)

    def _optional(self, node: t.Named, context: Context) -> Pair:
        if len(node.type_args) != 1 or self.encoding != "tls":
            message = "`optional<T>` takes one type, on the `tls` encoding"
            return self.error("A7-L005", message, node.span, "elsewhere write `name?: T`")
        inner = self.pair(node.type_args[0], context)
        return replace(inner, shape=s.Nullable(inner.shape), representation=r.Maybe(inner.representation))

    def _map(self, node: t.Named, bounds: tuple[int, int | None], context: Context) -> Pair:
        types: list[t.Type | None] = list(node.type_args) or [_type_of(a.value) for a in node.args]
        if len(types) != 2 or any(x is None for x in types) or self.on_octets:
            message = "`map` takes a key type and a value type, on a tree"
            return self.error("A7-L006", message, node.span, "write `map(text, T)`")
        key_node, value_node = types
        assert key_node is not None and value_node is not None, "checked above"
        key, item = self.pair(key_node, context), self.pair(value_node, context)
        keys = (s.Text, s.Integer, s.Label) if self.encoding == "cbor" else (s.Text,)
        if not isinstance(key.shape, keys):
            return self.error("A7-L006", "the keys of a map are texts", node.span, "write `map(text, T)`")
        return Pair(s.Mapping(key.shape, item.shape, *bounds), r.Keyed(item, key.shape, *bounds))

    def _variants(self, node: t.Variants, context: Context) -> Pair:
        """`T | null`, and a choice by the kind of node; only trees have either."""
        others = [o for o in node.options if not (isinstance(o, t.Named) and o.name.text == "null")]
        if self.encoding == "text" and len(others) == len(node.options):
            return text_variants(self, node, context)
        if self.on_octets or not others:
            message = "only values of a tree can be chosen by their form"
            return self.error("A7-L007", message, node.span, "use `select` on a field that tells which it is")
        nullable = len(others) < len(node.options)
        if len(others) > 1:
            return by_kind(self, others, nullable, context, node.span)
        pair = self.pair(others[0], context)
        shape = s.Nullable(pair.shape)
        rep = pair.representation
        if isinstance(rep, r.Leaf | r.Listed | r.Nested | r.Marked | r.Wrapped):
            return replace(pair, shape=shape, representation=replace(rep, nullable=True))
        if isinstance(rep, r.Free):
            return pair
        return self.error("A7-L007", "this type cannot be null", node.span)

    # ---- extents ----

    def _extended(self, node: t.Extended, context: Context, within: Expr | None) -> Pair:
        if self.encoding == "der":
            return der_extended(self, node, context)
        if self.encoding == "text":
            return text_extended(self, node, context)
        extents = list(node.extents)
        base = node.base
        if isinstance(base, t.Named):
            name = base.name.text
            while name in context.env and isinstance(context.env[name].node, t.Named):
                argument = context.env[name]
                assert isinstance(argument.node, t.Named), "the loop's condition"
                base, context = argument.node, argument.context
                name = base.name.text
            if name in RUNS or name in CODED:
                inner = within if len(extents) == 1 else None
                pair = self._run(name, extents.pop(0), context, inner, node.span)
            elif name == "map":
                pair = self._map(base, self.bounds(extents.pop(0), context), context)
            elif name == "label" and self.encoding == "cbor":
                low, high = self.bounds(extents.pop(0), context)
                pair = Pair(s.Label(low, high), r.Leaf("label", low or None, high))
            elif name in ("leb128", "varint", "mls_varint") and isinstance(extents[0], t.Natural):
                extents.pop(0)
                pair = self.pair(base, context)
            else:
                pair = self.pair(base, context)
        else:
            pair = self.pair(base, context)
        for extent in extents:
            if pair is VOID:
                return VOID
            pair = self._many(pair, extent, context, within if extent is extents[-1] else None)
            least = self._least(pair.representation)
            if least > MOST:
                message = f"a list that takes at least {least if least < 1 << 128 else 'a number of many digits of'} octets"
                return self.error(
                    "A7-L009", message, extent.span, f"state counts that multiply to at most {MOST}"
                )
        return pair

    def bounds(self, extent: t.Extent, context: Context) -> tuple[int, int | None]:
        """Return the constant bounds that an extent states."""
        low: int | None = 0
        high: int | None = None
        if isinstance(extent, t.Count | t.Octets):
            low = self.constant(extent.low, context) if extent.low is not None else 0
            high = self.constant(extent.high, context) if extent.high is not None else None
            if not extent.ranged:
                high = low
        elif isinstance(extent, t.AtMost):
            high = self.constant(extent.high, context)
        if extent.max is not None:
            most = self.constant(extent.max, context)
            high = most if high is None or (most is not None and most < high) else high
        low = low if low is not None else 0
        if high is not None and high < low:
            self.error("A7-L008", f"no size lies in {low}..{high}", extent.span, "swap the bounds")
            high = low
        return low, high

    def constant(self, node: t.Expr, context: Context) -> int | None:
        """Return the size or count that a constant expression states; reports others."""
        value = node.value if isinstance(node, t.Int) else self.lowering.constant(node, context)
        if value is not None and not 0 <= value <= MOST:
            message = f"a size or count of {value if abs(value) < 1 << 128 else 'many digits'}"
            self.error("A7-L009", message, node.span, f"state 0 to {MOST}")
            return None
        return value

    def _most(self, extent: t.Extent, context: Context) -> int | None:
        return self.constant(extent.max, context) if extent.max is not None else None

    def _size(self, node: t.Expr) -> Expr:
        """Return a size or count over what was read before."""
        expr = self.owner.expressions().integer(node)
        if isinstance(expr, Literal) and type(expr.value) is int and not 0 <= expr.value <= MOST:
            self.error(
                "A7-L009", f"a size or count of {str(expr.value)[:40]}", node.span, f"state 0 to {MOST}"
            )
        return expr

    def _extent(
        self, extent: t.Extent, context: Context, within: Expr | None, what: str
    ) -> tuple[Extent, int, int | None] | None:
        """Return how a stretch of octets ends, with its bounds in octets; `None` after reporting."""
        if isinstance(extent, t.Rest):
            return Rest(), 0, self._most(extent, context)
        if isinstance(extent, t.Prefix):
            prefix = self._prefix(extent, context)
            return None if prefix is None else (prefix, 0, self._most(extent, context))
        if isinstance(extent, t.Octets | t.Count) and not extent.ranged:
            assert extent.low is not None, "an extent without a range has its size"
            size = self._size(extent.low)
            if self.encoding == "protobuf":
                low, high = self.bounds(extent, context)
                return Prefixed("protobuf"), low, high
            most = self._most(extent, context)
            if isinstance(size, Literal) and type(size.value) is int:
                return Exact(size), size.value, size.value
            return Exact(size), 0, most
        if isinstance(extent, t.Until):
            self.error("A7-L010", f"{what} cannot end at a terminator here", extent.span, "state its size")
            return None
        low, high = self.bounds(extent, context)
        if within is not None:
            return Exact(within), low, high
        header = self._header(high, extent.span)
        if header is None:
            message = f"{what} has no end here"
            advice = "state it: `[n]`, `[size n]`, `[rest]`, `[prefix u16]` or `within n`"
            self.error("A7-L011", message, extent.span, advice)
            return None
        return header, low, high

    def _prefix(self, extent: t.Prefix, context: Context) -> Prefixed | None:
        rep = self.pair(extent.type, context).representation
        if isinstance(rep, r.Whole) and not rep.signed and not rep.boolean:
            return Prefixed("uint", rep.octets, rep.little)
        if isinstance(rep, r.Variable):
            return Prefixed(rep.form)
        self.error(
            "A7-L012", "a length is an unsigned integer of whole octets", extent.span, "write `prefix u16`"
        )
        return None

    def _header(self, most: int | None, span: Span) -> Prefixed | None:
        """Return the length header that the encoding itself puts before a vector."""
        if self.encoding == "protobuf":
            return Prefixed("protobuf")
        if self.encoding != "tls":
            return None
        if self.varint_headers:
            return Prefixed("mls")
        if most is None:
            message = "a vector without an upper bound has no length header"
            advice = "state `[0..n]`, or encode `as tls(vector: 'varint')`"
            self.error("A7-L013", message, span, advice)
            return Prefixed("uint", 4)
        return Prefixed("uint", max(1, (most.bit_length() + 7) // 8))

    def _run(self, name: str, extent: t.Extent, context: Context, within: Expr | None, span: Span) -> Pair:
        """Octets or text of an extent."""
        if not self.on_octets:
            return self._leaf(name, extent, context, span)
        if name in CODED:
            return self.error("A7-L002", f"`{name}` is a type of trees", span, "write `bytes` here")
        if isinstance(extent, t.Until) and self.encoding in ("binary", "tls", "text"):
            return ended_run(self, name, extent, context)
        found = self._extent(extent, context, within, f"`{name}`")
        if found is None:
            return VOID
        how, low, high = found
        shape: s.Shape = s.Text(low, high) if name == "text" else s.Octets(low, high, name == "secret")
        return Pair(shape, r.Run(how, name == "text", low, high))

    def _leaf(self, name: str, extent: t.Extent, context: Context, span: Span) -> Pair:
        if isinstance(extent, t.Prefix | t.Until | t.Rest):
            return self.error(
                "A7-L014", "a tree has no prefix, terminator or rest", extent.span, "write `[a..b]`"
            )
        low, high = self.bounds(extent, context)
        bounds = (low or None, high)
        if name == "text":
            return Pair(s.Text(low, high), r.Leaf("text", *bounds))
        if self.encoding == "cbor" and name in RUNS:
            return Pair(s.Octets(low, high, name == "secret"), r.Leaf("octets", *bounds))
        if name == "base64" and self.encoding == "xml":
            return Pair(s.Octets(low, high), r.Leaf("spaced64", *bounds))
        if name in CODED:
            padding = "unpadded" if name == "base64url" else "either"
            return Pair(s.Octets(low, high), r.Leaf(name, *bounds, padding=padding))
        message = f"`{name}` has no form in `{self.encoding}`"
        return self.error("A7-L002", message, span, "say how: `base64[n]`, `base64url[n]` or `hex[n]`")

    def _many(self, item: Pair, extent: t.Extent, context: Context, within: Expr | None) -> Pair:
        """A list of `item`."""
        if not self.on_octets:
            if isinstance(extent, t.Prefix | t.Until | t.Rest | t.Octets):
                return self.error(
                    "A7-L014", "a tree has no prefix, size or rest", extent.span, "write `[a..b]`"
                )
            low, high = self.bounds(extent, context)
            return Pair(s.Sequence(item.shape, low, high), r.Listed(item, low, high))
        if self.encoding == "protobuf":
            low, high = self.bounds(extent, context)
            return Pair(s.Sequence(item.shape, low, high), r.Many(item, None, low, high))
        if isinstance(extent, t.Count) and not extent.ranged:
            return self._counted(item, extent, context)
        if isinstance(extent, t.Rest):
            return self._to_the_end(item, extent, context)
        if isinstance(extent, t.Until):
            return self._until(item, extent, context)
        if isinstance(extent, t.Octets | t.Prefix):
            found = self._extent(extent, context, within, "a list")
            if found is None:
                return VOID
            most = self._most(extent, context)
            ranged = isinstance(extent, t.Octets) and extent.ranged
            low, high = (found[1], found[2]) if ranged else (0, None)
            many = r.Many(item, None, 0, most if not ranged else None)
            return Pair(s.Sequence(item.shape, 0, many.maximum), r.Bounded(found[0], many, low, high))
        return self._vector(item, extent, context, within)

    def _counted(self, item: Pair, extent: t.Count, context: Context) -> Pair:
        count = self._size(extent.low)
        most = self._most(extent, context)
        if isinstance(count, Literal) and type(count.value) is int:
            exactly = count.value
            return Pair(s.Sequence(item.shape, exactly, exactly), r.Many(item, count, exactly, exactly))
        return Pair(s.Sequence(item.shape, 0, most), r.Many(item, count, 0, most))

    def _to_the_end(self, item: Pair, extent: t.Rest, context: Context) -> Pair:
        most = self._most(extent, context)
        skip = extent.skip.value if extent.skip is not None else None
        skip_to = extent.to.value if extent.to is not None else 1
        if skip is not None and not (0 <= skip <= 255 and 1 <= skip_to <= 4096):
            return self.error("A7-L009", "padding is one octet, up to a multiple of 1 to 4096", extent.span)
        return Pair(s.Sequence(item.shape, 0, most), r.Many(item, None, 0, most, skip, skip_to))

    def _until(self, item: Pair, extent: t.Until, context: Context) -> Pair:
        node = extent.terminator
        mark = (
            node.value
            if isinstance(node, t.Hex)
            else node.value.encode()
            if isinstance(node, t.Chars)
            else b""
        )
        if not 0 < len(mark) <= 16:
            return self.error("A7-L010", "a terminator is 1 to 16 octets", extent.span, "write `until x'00'`")
        most = self._most(extent, context)
        return Pair(s.Sequence(item.shape, 0, most), r.Many(item, None, 0, most, until=mark))

    def _vector(self, item: Pair, extent: t.Extent, context: Context, within: Expr | None) -> Pair:
        """`T[a..b]`, counted in items, behind the length header of the encoding."""
        low, high = self.bounds(extent, context)
        shape = s.Sequence(item.shape, low, high)
        many = r.Many(item, None, low, high)
        if within is not None:
            return Pair(shape, many)
        octets: int | None = None
        if self.encoding == "tls" and not self.varint_headers and high is not None:
            least, most = self.octets(item.representation)
            if least != most or most is None:
                message = "the octets of this vector are not known from its count"
                return self.error("A7-L013", message, extent.span, "bound its octets: `[size a..b]`")
            octets = high * most
        header = self._header(octets, extent.span)
        if header is None:
            advice = "state it: `[n]`, `[size n]`, `[rest]`, `[prefix u16]` or `within n`"
            return self.error("A7-L011", "a list has no end here", extent.span, advice)
        return Pair(shape, r.Bounded(header, many))

    def _least(self, rep: r.Representation) -> int:
        """Return how many octets a value takes at least; each value of a tree counts as one."""
        match rep:
            case r.Many(item=item, minimum=low):
                return low * self._least(item.representation)
            case r.Listed(item=item, minimum=low) | r.Keyed(item=item, minimum=low):
                return max(1, low * self._least(item.representation))
            case r.Bounded(extent=Exact(size=Literal(value=int(size)))):
                return size
            case r.Bounded(inner=inner, minimum=low):
                return max(low, self._least(inner))
            case _:
                return self.octets(rep)[0] if self.on_octets else 1

    def octets(self, rep: r.Representation) -> tuple[int, int | None]:
        """Return how many octets a value takes, at least and at most."""
        match rep:
            case r.Whole(octets=octets) | r.Real(octets=octets):
                return octets, octets
            case r.Variable():
                return 1, 10
            case r.Run(extent=Exact(), minimum=low, maximum=high):
                return low, high
            case r.Nested(record=record):
                return self.lowering.size(record)
            case r.Many(item=item, minimum=low, maximum=high):
                least, most = self.octets(item.representation)
                return low * least, None if high is None or most is None else high * most
            case r.Maybe(inner=inner):
                _, most = self.octets(inner)
                return 1, None if most is None else most + 1
            case _:
                return 0, None


def _type_of(node: t.Expr) -> t.Type | None:
    """Read a name among arguments as a type: `map(text, T)`, `map(text, map(text, T))`."""
    names: list[t.Name] = []
    args: tuple[t.Argument, ...] = ()
    span = node.span
    if isinstance(node, t.Call):
        args, node = node.args, node.function
    while isinstance(node, t.Attr):
        names.append(node.name)
        node = node.base
    if not isinstance(node, t.NameRef):
        return None
    names.append(t.Name(node.span, node.name))
    return t.Named(span, t.QName(node.span, tuple(reversed(names))), (), args)


CODES = {
    "A7-L001": (
        "type of another encoding",
        "`line` belongs to `text`, `bitstring { … }` to `der`.",
        "Use a type of this encoding.",
    ),
    "A7-L002": (
        "type without a form in this encoding",
        "Each encoding has its own scalar types.",
        "Choose one of this encoding's types.",
    ),
    "A7-L003": (
        "record without an end",
        "A protobuf or JSON record does not say where it ends.",
        "Bound it with `within`.",
    ),
    "A7-L004": (
        "encodings that cannot nest",
        "A record on octets has no place in a tree.",
        "Carry its octets as base64.",
    ),
    "A7-L005": (
        "`optional<T>` out of place",
        "`optional<T>` is the presence octet of TLS structures.",
        "Write `name?: T`.",
    ),
    "A7-L006": (
        "map out of place",
        "Maps from text to values exist on trees.",
        "Write `map(text, T)` in a JSON record.",
    ),
    "A7-L007": (
        "choice by form",
        "Values can be told apart by their form on a tree only, and there by their kind: null, texts, numbers, truth "
        "values, lists, records and maps.",
        "Give each alternative a kind of its own, or use `select` with a tag.",
    ),
    "A7-L008": ("empty bounds", "The lower bound is above the upper one.", "Swap the bounds."),
    "A7-L009": (
        "size out of range",
        f"A count or size is 0 to {MOST}, multiplied and added up too.",
        "State one that can be.",
    ),
    "A7-L010": (
        "terminator out of place",
        "Octets, texts and lists on octets may end at a terminator of 1 to 16 octets.",
        "State the size instead.",
    ),
    "A7-L011": ("no end", "On this encoding nothing says where the octets or items end.", "State an extent."),
    "A7-L012": ("prefix that is no length", "A length prefix is an unsigned integer.", "Write `prefix u16`."),
    "A7-L013": (
        "length header of unknown width",
        "The width of a fixed header follows from the largest size in octets.",
        "Bound the octets with `[size a..b]`.",
    ),
    "A7-L014": ("extent of octets on a tree", "Trees delimit their own values.", "Use `[a..b]`."),
    "A7-N015": (
        "unknown type",
        "No builtin, generic parameter or declaration has this name.",
        "Declare it, or `use` its module.",
    ),
    "A7-N016": (
        "not a type",
        "The name is declared, but as something else.",
        "Name a struct, message, enum, token or identity.",
    ),
}
"""Code → title, explanation, next step."""
