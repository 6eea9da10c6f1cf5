"""Members of a record: each becomes items of the plan to be, with what waits until all members are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Related, Span
from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import representation as r
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind, Literal
from art7.grammar.ir.representation import Pair
from art7.grammar.passes import simplify
from art7.grammar.passes.drafts import Draft, Fixed, Framed, Item, Look, Rule, Test, Wire
from art7.grammar.passes.identity_rules import identity_rules
from art7.grammar.passes.kinds import bare
from art7.grammar.passes.pairs_der import tagged_pair
from art7.grammar.passes.pairs_headers import header_pair
from art7.grammar.passes.pairs_xml import Place, placed, settle_absence, xml_place
from art7.grammar.passes.plan_text import literal_steps
from art7.grammar.passes.record_arms import first_of, lower_select
from art7.grammar.passes.scopes import did_you_mean

if TYPE_CHECKING:
    from art7.grammar.passes.lower_record import RecordLowering


TAGS: dict[str, tuple[type, ...]] = {
    "json": (t.CharsTag,),
    "cbor": (t.CharsTag, t.NumberTag),
    "protobuf": (t.NumberTag,),
    "der": (t.NamedTag,),
    "xml": (t.NamedTag,),
    "text": (t.NamedTag,),
}
"""Encoding → what may stand behind `@` at a field."""


def walk_members(
    record: RecordLowering, members: Iterable[t.Member], in_union: bool = False, flattened: bool = False
) -> list[Item]:
    """Return the members as items, in textual order."""
    items: list[Item] = []
    for member in members:
        record.order += 1
        match member:
            case t.Field():
                _field(record, member, items, in_union, flattened)
            case t.Let():
                _let(record, member, items, in_union, flattened)
            case t.Requirement() | t.Check():
                _rule(record, member, items)
            case t.Select():
                items.append(lower_select(record, member))
            case t.Align():
                _align(record, member, items)
            case t.LiteralMember():
                _literal(record, member, items)
            case t.Limit():
                _limit(record, member)
            case t.Unknown():
                _unknown(record, member)
            case _ if record.encoding == "text":
                inner = walk_members(record, member.members, in_union, flattened)
                items.append(Framed(inner, member.span))
            case _:
                record.module.findings.add("A7-L001", "`line` belongs to the `text` encoding", member.span)
    return items


def _pair_of(
    record: RecordLowering, member: t.Field, place: Place | None, within: Expr | None, may_be_absent: bool
) -> Pair:
    """The pair of a field's type, at the place and under the tag that it has in its encoding."""
    options = record.options
    if place is not None:
        record.options = {**options, "ns": place.ns}
    pair = record.types.pair(member.type, None, within)
    record.options = options
    if place is not None:
        return placed(record, place, member, pair)
    if record.encoding == "der" and isinstance(member.tag, t.NamedTag):
        pair = tagged_pair(record.types, member.tag, pair)
    if record.encoding == "text" and isinstance(member.tag, t.NamedTag):
        pair = header_pair(record.types, member.tag, pair)
    if record.on_tree and may_be_null(pair.shape) and may_be_absent:
        # Any node may be null: where it may be absent too, null is told from absence.
        pair = replace(pair, shape=s.Nullable(pair.shape))
    return pair


def _field(
    record: RecordLowering, member: t.Field, items: list[Item], in_union: bool, flattened: bool
) -> None:
    index = record.slot_named(member.name.text)
    assert index is not None, "every member was declared"
    draft = record.drafts[index]
    if draft.span != member.name.span and draft.shape is None:
        draft.span = member.name.span
    clauses: dict[type, Any] = {type(c): c for c in member.clauses}
    if draft.shape is not None and draft.span == member.name.span:
        return
    resolve = record.expressions
    within = resolve().integer(clauses[t.Within].octets) if t.Within in clauses else None
    condition = resolve().truth(clauses[t.When].condition) if t.When in clauses else None
    record.current_name = member.name.text
    place = xml_place(record, member) if record.encoding == "xml" else None
    pair = _pair_of(record, member, place, within, bool(member.optional or condition or flattened))
    if draft.shape is not None:
        _again(record, draft, pair, member)
    draft.shape, draft.pair, draft.condition = pair.shape, pair, condition
    _describe(record, draft, member, clauses)
    if place is not None:
        draft.key = place.key
    draft.in_union = in_union
    wire = Wire(draft, pair, within, condition)
    _presence(record, wire, member, clauses, flattened)
    if place is not None:
        settle_absence(draft, pair)
    items.append(wire)
    if isinstance(pair.representation, r.Maybe):
        # `x: optional<T>` is `x?: T`.
        wire.pair = draft.pair = Pair(
            bare(pair.shape) or pair.shape, pair.representation.inner, pair.domain, pair.pattern
        )
        draft.shape, draft.optional, wire.present = wire.pair.shape, True, True
    draft.lenient = t.Lenient in clauses
    if t.Value in clauses:
        _computed(record, draft, clauses[t.Value].value, items)
    elif draft.lenient:
        _filled(record, draft, pair, member.span)
    if t.Default in clauses:
        node = clauses[t.Default].value
        record.wait(lambda: _default(record, draft, node))
    items += identity_rules(record, draft, member.type)


def may_be_null(shape: s.Shape) -> bool:
    """Whether null is a value of the shape that its type does not tell: any node, and arms that hold one or nothing."""
    if isinstance(shape, s.Union):
        shapes = [arm.shape for arm in shape.arms]
        return any(each is None or isinstance(each, s.Nullable) or may_be_null(each) for each in shapes)
    return isinstance(shape, s.Anything)


def _again(record: RecordLowering, draft: Draft, pair: Pair, member: t.Field) -> None:
    """A member that another arm has too must be the same there."""
    values = any(isinstance(c, t.Value) for c in member.clauses) or draft.value is not None
    if draft.shape != pair.shape or values:
        other = Related("first here", draft.span)
        message = f"field `{draft.name}` differs between arms, whose fields are members of the one record"
        advice = "rename one of them, or name the choice (`body: select … { … }`): then each arm has its own"
        record.module.findings.add("A7-N004", message, member.name.span, advice, (other,))


def _describe(record: RecordLowering, draft: Draft, member: t.Field, clauses: dict[type, Any]) -> None:
    draft.doc = member.meta.doc
    draft.refs = tuple(ref.text for ref in member.meta.refs)
    draft.type_text = record.module.source(member.type.span)
    draft.since = clauses[t.Since].version if t.Since in clauses else None
    draft.deprecated = t.Deprecated in clauses
    if t.DataTags in clauses:
        draft.data = _data_tag(clauses[t.DataTags])
    tag = member.tag
    if record.on_tree:
        draft.key = tag.value if isinstance(tag, t.CharsTag) else member.name.text
    if isinstance(tag, t.NumberTag):
        draft.number, draft.packed = tag.number, tag.form
        if tag.form is not None and record.encoding != "protobuf":
            message = f"`{tag.form.text}` means nothing in `{record.encoding}`"
            record.module.findings.add("A7-L025", message, tag.form.span, "remove it")
        if record.encoding == "cbor":
            draft.key = tag.number
    if tag is not None and not isinstance(tag, TAGS.get(record.encoding, ())):
        message = f"this tag means nothing in `{record.encoding}`"
        record.module.findings.add("A7-L025", message, tag.span, "remove it")
    if tag is None and record.encoding == "protobuf":
        message = f"field `{draft.name}` has no number"
        record.module.findings.add("A7-L026", message, member.name.span, f"write `{draft.name} @1: …`")


def _presence(
    record: RecordLowering, wire: Wire, member: t.Field, clauses: dict[type, Any], flattened: bool
) -> None:
    draft = wire.draft
    draft.optional = member.optional or wire.condition is not None or flattened
    if record.encoding in ("der", "text") and record.options.get("shape") == "choice":
        draft.optional = True
    wire.question = member.optional
    if member.optional and record.encoding == "tls":
        wire.present = True
    if member.optional and record.encoding == "binary" and wire.condition is None:
        message = f"nothing on the wire says whether `{draft.name}` is there"
        record.module.findings.add("A7-L022", message, member.name.span, "write `when condition`")
    if wire.condition is not None and (record.on_tree or record.encoding == "protobuf"):
        _conditional_member(record, wire, member)


def _conditional_member(record: RecordLowering, wire: Wire, member: t.Field) -> None:
    """On a tree `when` is a rule: there exactly if (with `?`: only if) the condition holds."""
    draft, condition = wire.draft, wire.condition
    assert condition is not None, "only called with a condition"
    present = e.Measure("present", draft.index, Kind.BOOL)
    absent_or = simplify.binary("or", simplify.negate(present), condition, Kind.BOOL)
    record.extra_checks.append(
        p.Check(absent_or, p.Fault("unknown_field", span=draft.span), "must", draft.index)
    )
    if not member.optional:
        there = simplify.binary("or", simplify.negate(condition), present, Kind.BOOL)
        record.extra_checks.append(p.Check(there, p.Fault("missing_field"), "must", draft.index))


def _computed(record: RecordLowering, draft: Draft, node: t.Expr, items: list[Item]) -> None:
    draft.role = p.Role.COMPUTED
    items.append(Test(draft, record.order))

    def resolve() -> None:
        record.in_computed = True
        expressions = record.expressions()
        kind = record.module.kind(draft.shape)
        draft.value = expressions.of_kind(node, kind, hint=draft.shape)
        record.in_computed = False
        _check_constant(record, draft, draft.value, node.span, "value")

    record.wait(resolve)


def _check_constant(record: RecordLowering, draft: Draft, value: Expr, span: Span, what: str) -> None:
    """A constant must fit its field."""
    if not isinstance(value, Literal) or value.value is None:
        return
    shape = bare(draft.shape)
    enum = record.module.enum(shape.name) if isinstance(shape, s.Enumeration) else None
    problem = misfit(shape, value.value) if enum is None else _no_value(enum, value.value)
    if problem is not None:
        message = f"the {what} of `{draft.name}` {problem}"
        record.module.findings.add("A7-T020", message, span, "give one that fits the type")


def _default(record: RecordLowering, draft: Draft, node: t.Expr) -> None:
    kind = record.module.kind(draft.shape)
    kinds = (kind, Kind.NULL) if isinstance(draft.shape, s.Nullable) else (kind,)
    draft.default = record.expressions().of_kind(node, *kinds, hint=draft.shape)
    _check_constant(record, draft, draft.default, node.span, "default")
    if not isinstance(draft.default, Literal):
        record.module.findings.add("A7-T021", "a default is a constant", node.span, "write a literal")
    draft.optional = False


def _filled(record: RecordLowering, draft: Draft, pair: Pair, span: Span) -> None:
    """`lenient` alone: written as zeros, kept as read."""
    rep = pair.representation
    if isinstance(rep, r.Run) and isinstance(rep.extent, p.Exact) and not rep.text:
        draft.value = e.Call("zeros", (rep.extent.size,), Kind.BYTES)
    elif isinstance(rep, r.Whole | r.BitWidth | r.Variable):
        draft.value = Literal(
            False if isinstance(draft.shape, s.Boolean) else 0, record.module.kind(draft.shape)
        )
    else:
        message = f"`{draft.name}` is lenient, but nothing says what is written"
        record.module.findings.add("A7-L027", message, span, "add `= value`")
        return
    draft.role = p.Role.COMPUTED


def _let(record: RecordLowering, member: t.Let, items: list[Item], in_union: bool, flattened: bool) -> None:
    index = record.slot_named(member.name.text)
    assert index is not None, "every member was declared"
    draft = record.drafts[index]
    draft.shape = record.module.shape(member.type, record.context)
    draft.doc, draft.refs = member.meta.doc, tuple(ref.text for ref in member.meta.refs)
    draft.type_text = record.module.source(member.type.span)
    draft.optional, draft.in_union = flattened, in_union
    items.append(Look(draft, record.order))

    def resolve() -> None:
        kind = record.module.kind(draft.shape)
        draft.value = record.expressions().of_kind(member.value, kind, hint=draft.shape)

    record.wait(resolve)


def _rule(record: RecordLowering, member: t.Requirement | t.Check, items: list[Item]) -> None:
    error = record.module.error_name(member.error, record.context) if member.error is not None else None
    level, identifier = "must", None
    doc = member.meta.doc or None
    if isinstance(member, t.Requirement):
        level, identifier = member.level, member.id.text
        record.requirements.append(record.module.requirement(member, error))
    condition = member.condition
    if isinstance(condition, t.Manual):
        return
    ref = first_of(tuple(x.text for x in member.meta.refs)) or first_of(record.refs)
    fault = p.Fault(error or "rule_broken", identifier, ref, doc, condition.span)
    verified = _verified_name(condition)
    if verified is not None:
        record.wait(lambda: _fold(record, verified, fault, member))
        return
    rule = Rule(member, fault, level, record.order)
    items.append(rule)

    def resolve() -> None:
        rule.condition = record.expressions().truth(condition)

    record.wait(resolve)


def _fold(record: RecordLowering, node: t.NameRef, fault: p.Fault, rule: t.Requirement | t.Check) -> None:
    """`must ID: verified(m) else error`: the test of `m` carries the requirement."""
    index = record.slot_named(node.name)
    if index is None:
        advice = did_you_mean(node.name, record.names_known(), "name a computed field of this record")
        record.module.findings.add("A7-N010", f"unknown field `{node.name}`", node.span, advice)
        return
    draft = record.drafts[index]
    if draft.value is None or draft.lenient or draft.role is p.Role.VIEW:
        message = f"`{node.name}` is not computed, so nothing verifies it"
        record.module.findings.add("A7-T019", message, node.span, "give it `= expression`, without `lenient`")
        return
    draft.fault = fault


def _align(record: RecordLowering, member: t.Align, items: list[Item]) -> None:
    if not record.positional:
        record.module.findings.add("A7-L025", f"`align` means nothing in `{record.encoding}`", member.span)
        return
    to, fill = member.octets.value, 0
    if member.fill is not None:
        value = record.module.constant(member.fill, record.context)
        fill = value if value is not None else 0
    if not 1 <= to <= 4096 or not 0 <= fill <= 255:
        record.module.findings.add("A7-L009", "`align` is to 1 … 4096 octets, with an octet", member.span)
        return
    draft = record.new_slot(record.free_name("fill"), p.Role.KEPT, member.span)
    draft.shape, draft.optional = s.Octets(0, to - 1), True
    draft.doc = f"Padding up to a multiple of {to} octets, where it differs from the usual."
    items.append(Fixed([p.Align(to, fill, draft.index)], {draft.index}))


def _literal(record: RecordLowering, member: t.LiteralMember, items: list[Item]) -> None:
    if not record.positional:
        record.module.findings.add("A7-L025", f"a literal means nothing in `{record.encoding}`", member.span)
        return
    octets = member.value if isinstance(member.value, bytes) else member.value.encode()
    constant = p.Constant(octets, p.Fault("bad_constant", None, first_of(record.refs)))
    items.append(Fixed(literal_steps(record, constant) if record.encoding == "text" else [constant], set()))


def _limit(record: RecordLowering, member: t.Limit) -> None:
    name = member.name.text
    if name not in ("size", "depth") and not (name == "attributes" and record.encoding == "xml"):
        advice = did_you_mean(name, ("size", "depth"), "write `limit size` or `limit depth`")
        record.module.findings.add("A7-L028", f"unknown limit `{name}`", member.span, advice)
        return
    if name in record.limits:
        record.module.findings.add(
            "A7-N004", f"`limit {name}` written twice", member.span, "keep one of them"
        )
    value = record.module.constant(member.value, record.context)
    most = 1 << 32 if name == "size" else 1000
    if value is not None and not 1 <= value <= most:
        message = f"`limit {name}` of {str(value)[:40]}"
        record.module.findings.add("A7-L009", message, member.span, f"state 1 to {most}")
        value = None
    record.limits[name] = value if value is not None else most


def _unknown(record: RecordLowering, member: t.Unknown) -> None:
    if record.encoding not in ("json", "cbor", "xml", "protobuf", "der", "text"):
        message = f"`{record.encoding}` has no members beside those named"
        record.module.findings.add("A7-L025", message, member.span, "remove `unknown`")
        return
    record.unknown = member
    if member.most is not None and (record.encoding != "text" or not isinstance(member.policy, t.Preserve)):
        message = "only headers that are kept are counted"
        record.module.findings.add("A7-L025", message, member.most.span, "remove the bound")
    if isinstance(member.policy, t.Preserve):
        record.keep_unknown(member.span)


def misfit(shape: s.Shape | None, value: Any) -> str | None:
    """Return how a constant does not fit a shape, or `None` when it does."""
    match shape:
        case s.Integer(minimum=low, maximum=high):
            if type(value) is int and not low <= value <= high:
                return f"is {str(value)[:40]}, outside {low}..{high}"
        case s.Octets(minimum=low, maximum=high) if isinstance(value, bytes):
            if len(value) < low or (high is not None and len(value) > high):
                return f"has {len(value)} octets, outside {low}..{'' if high is None else high}"
        case s.Text(minimum=low, maximum=high) if isinstance(value, str):
            if len(value) < low or (high is not None and len(value) > high):
                return f"has {len(value)} characters, outside {low}..{'' if high is None else high}"
        case _:
            pass
    return None


def _no_value(enum: Any, value: Any) -> str | None:
    """Return how a constant is no value of an enum, or `None` when it is one."""
    if enum.text or type(value) is not int:
        return None  # told where the constant was read
    least, greatest = enum.limits
    if not least <= value <= greatest:
        return f"is {str(value)[:40]}, outside {least}..{greatest}"
    if not enum.open and all(not m.low <= value <= m.high for m in enum.members):
        return f"is {value}, which the closed enum `{enum.name}` does not name"
    return None


def _verified_name(node: t.Expr | t.Manual) -> t.NameRef | None:
    if isinstance(node, t.Call) and isinstance(node.function, t.NameRef) and node.function.name == "verified":
        if len(node.args) == 1 and isinstance(node.args[0].value, t.NameRef):
            return node.args[0].value
    return None


def _data_tag(node: t.DataTags) -> p.DataTag:
    """Read `data(personal: true, purpose: '…', retention: 30d)`."""
    values = {a.label.text: a.value for a in node.args if a.label is not None}
    personal = values.get("personal")
    purpose = values.get("purpose")
    retention = values.get("retention")
    return p.DataTag(
        isinstance(personal, t.Bool) and personal.value,
        purpose.value if isinstance(purpose, t.Chars) else None,
        retention.milliseconds // 86_400_000 if isinstance(retention, t.Duration) else None,
    )


CODES = {
    "A7-L020": (
        "mention of what is not read yet",
        "Sizes, counts, conditions and tags can mention what stands before them only.",
        "Mention an earlier field, or move this one.",
    ),
    "A7-L022": (
        "optional without a sign",
        "On the `binary` encoding nothing says by itself whether a field is there.",
        "Write `when condition`.",
    ),
    "A7-L025": (
        "member without a meaning in this encoding",
        "Tags, padding, literals and policies belong to some encodings only.",
        "Remove it.",
    ),
    "A7-L026": (
        "field number missing or out of range",
        "A protobuf field has a number, 1 to 536870911, not 19000 to 19999.",
        "Give it one, as in `name @1: T`.",
    ),
    "A7-L027": (
        "lenient without a value",
        "`lenient` says that reading does not test; writing still needs a value.",
        "Add `= value`.",
    ),
    "A7-L028": ("unknown limit", "A record limits its `size` and its `depth`.", "Write one of these."),
    "A7-T019": (
        "nothing to verify",
        "`verified(m)` speaks of a computed field that reading tests.",
        "Name one, or give the field `= expression`.",
    ),
}
"""Code → title, explanation, next step."""
