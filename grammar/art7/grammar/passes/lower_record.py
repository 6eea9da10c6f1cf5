"""One record: its members become slots, items in textual order, and then a plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Related, Span
from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import representation as r
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind, Literal
from art7.grammar.ir.representation import Pair
from art7.grammar.passes import build_pairs
from art7.grammar.passes.build_pairs import Context, Types
from art7.grammar.passes.check_types import Expressions, World
from art7.grammar.passes.drafts import (
    ArmItem,
    Choose,
    Draft,
    Fixed,
    Item,
    Later,
    Look,
    Ranges,
    Rule,
    Test,
    Wire,
)
from art7.grammar.passes.kinds import BAD, Typed, bare
from art7.grammar.passes.scopes import ModuleScope, did_you_mean

TREES = frozenset(("json",))


class Module(build_pairs.Lowering, World, Protocol):
    """What a record asks of the lowering of its module."""

    def error_name(self, name: t.QName | None, context: Context) -> str:
        """Return the resolved error code; reports unknown ones."""

    def requirement(self, node: t.Requirement, error: str | None) -> p.Requirement:
        """Return the requirement, its id checked to be new."""

    def seen_from(self, scope: ModuleScope) -> Module:
        """Return the module with names as another one sees them."""

    def source(self, span: Span) -> str:
        """Return the text of a span on one line."""

    def shape(self, node: t.Type, context: Context) -> s.Shape:
        """Return the shape of a type that is on no carrier."""

    def add(self, record: p.Record) -> None:
        """Keep a finished record."""


class RecordLowering:
    """Lowers one record; also the place where its expressions stand and the owner of its types."""

    def __init__(
        self,
        module: Module,
        name: str,
        kind: str,
        encoding: str,
        options: dict[str, str | bool],
        context: Context,
        params: Sequence[p.Param] = (),
        outer: RecordLowering | None = None,
        self_known: bool = True,
    ) -> None:
        self.module = module.seen_from(context.scope)
        self.name = name
        self.kind = kind
        self.encoding = encoding
        self.options = options
        self.context = context
        self.outer = outer
        self.self_known = self_known
        self.on_tree = encoding in TREES
        self.positional = not self.on_tree and encoding != "protobuf"
        self.drafts: list[Draft] = []
        self.taken: set[str] = set()
        self.params: list[p.Param] = list(params)
        self.captured: list[Expr] = []
        self.places: list[p.Place] = []
        self.names: dict[str, int] = {}
        self.scopes: list[dict[str, int]] = [self.names]
        self.param_names = {param.name: param.index for param in params}
        self.later: list[Later] = []
        self.order = 0
        self.types = Types(module, encoding, options, self)
        self.requirements: list[p.Requirement] = []
        self.limits: dict[str, int] = {}
        self.unknown: t.Unknown | None = None
        self.unknown_slot: int | None = None
        self.unions: dict[int, list[ArmItem]] = {}
        self.in_computed = False
        self.inputs: set[int] = set()
        self.offset_views: dict[int, int] = {}
        self.refs: tuple[str, ...] = ()
        self.current_name = "body"
        self.extra_checks: list[p.Check] = []

    # ---- slots ----

    def new_slot(self, name: str, role: p.Role, span: Span) -> Draft:
        """Return a fresh slot."""
        draft = Draft(len(self.drafts), name, role, span)
        self.drafts.append(draft)
        self.taken.add(name)
        return draft

    def free_name(self, name: str) -> str:
        """Return `name`, with underscores behind it until no slot is called so."""
        while name in self.taken:
            name += "_"
        return name

    def hidden(self, name: str, shape: s.Shape, span: Span) -> Draft:
        """Return a fresh slot that nobody sees."""
        draft = self.new_slot(self.free_name("_" + name), p.Role.LOCAL, span)
        draft.shape = shape
        return draft

    def declare(self, members: Iterable[t.Member], shared: dict[str, int] | None = None) -> None:
        """Give each named member its slot, arms of unnamed selects included.

        `shared`: names of sibling arms, which may have the same member.
        """
        here = self.scopes[-1]
        for member in members:
            if isinstance(member, t.Field | t.Let):
                name = member.name.text
                if shared is not None and name in shared:
                    here[name] = shared[name]
                    continue
                if name in here:
                    other = Related("first here", self.drafts[here[name]].span)
                    message = f"field `{name}` declared twice"
                    self.module.findings.add(
                        "A7-N004", message, member.name.span, "rename one of them", (other,)
                    )
                    continue
                role = p.Role.VIEW if isinstance(member, t.Let) else p.Role.GIVEN
                here[name] = self.new_slot(name, role, member.name.span).index
            elif isinstance(member, t.Select):
                self._declare_arms(member)

    def _declare_arms(self, member: t.Select) -> None:
        """Give the members of an unnamed select their slots; arms may have the same member."""
        here = self.scopes[-1]
        bodies = [_arm_members(arm) for arm in member.arms]
        named = [[m.name.text for m in body if isinstance(m, t.Field | t.Let)] for body in bodies]
        before = {name for names in named for name in names if name in here}
        arms: dict[str, int] = {}
        for body, names in zip(bodies, named, strict=True):
            known = {name: arms[name] for name in names if name in arms}
            for name in known:
                here.pop(name, None)
            self.declare(body, known)
            arms |= {name: here[name] for name in names if name in here and name not in before}

    def slot_named(self, name: str) -> int | None:
        """Return the slot that `name` means here."""
        for scope in reversed(self.scopes):
            index = scope.get(name)
            if index is not None:
                return index
        return None

    # ---- the place of expressions ----

    def find(self, name: str, span: Span) -> Typed | None:
        """Return a field, view or parameter; outside of a lifted body, what it captures."""
        index = self.slot_named(name)
        if index is not None:
            draft = self.drafts[index]
            if draft.shape is None:
                message = f"`{name}` is mentioned before it is read"
                advice = "mention earlier fields only, or move this one"
                self.module.findings.add("A7-L020", message, span, advice)
                return BAD
            if self.in_computed:
                self.inputs.add(index)
            return e.SlotRef(index, self.module.kind(draft.shape)), draft.shape
        number = self.param_names.get(name)
        if number is not None:
            param = self.params[number]
            return e.ParamRef(number, self.module.kind(param.shape)), param.shape
        if self.outer is None:
            return None
        before, self.outer.in_computed = self.outer.in_computed, self.in_computed
        found = self.outer.find(name, span)
        self.outer.in_computed = before
        if found is None or found is BAD or isinstance(found[0], Literal):
            return found
        nullable = isinstance(found[0], e.ParamRef) and self.outer.params[found[0].index].nullable
        shape = found[1] if found[1] is not None else s.Anything()
        return e.ParamRef(self.capture(name, found[0], shape, nullable), found[0].kind), found[1]

    def capture(self, name: str, argument: Expr, shape: s.Shape, nullable: bool = False) -> int:
        """Return the implicit parameter that hands down `argument`, which speaks of the outer record."""
        for index, known in enumerate(self.captured):
            if known == argument:
                return len(self.params) - len(self.captured) + index
        free = name
        while free in self.param_names:
            free += "_"
        index = len(self.params)
        self.params.append(p.Param(index, free, shape, nullable, implicit=True))
        self.captured.append(argument)
        if free == name and isinstance(argument, e.SlotRef | e.ParamRef):
            self.param_names[name] = index
        return index

    def names_known(self) -> Iterable[str]:
        """Yield the names in scope, the nearest first."""
        for scope in reversed(self.scopes):
            yield from scope
        yield from self.param_names
        if self.outer is not None:
            yield from self.outer.names_known()

    def measure(self, what: str, name: str, span: Span) -> Expr | None:
        """Return a fact about a field: its size, count, presence, offset or octets."""
        if name == "self":
            return self._of_self(what, span)
        index = self.slot_named(name)
        if index is None:
            return self._outer_measure(what, name, span)
        if what == "octets_before":
            return e.Covered(index, ())
        if what == "octets_of":
            return e.EncodedSlot(index)
        if what == "offset":
            return self._offset_of(index, span)
        draft = self.drafts[index]
        if what == "octets" and self.on_tree:
            return None
        if self.in_computed and draft.role is p.Role.VIEW:
            self.inputs.add(index)
        if what == "count" and self.module.kind(draft.shape) in (Kind.INT, Kind.BOOL, Kind.RECORD):
            self.module.findings.add(
                "A7-T001", f"`{name}` has no items to count", span, "count a list, octets or text"
            )
            return BAD[0]
        return e.Measure(what, index, Kind.BOOL if what == "present" else Kind.INT)

    def _of_self(self, what: str, span: Span) -> Expr | None:
        if not self.self_known:
            message = "`self` is not told apart here: the arm is a record of its own"
            self.module.findings.add("A7-L023", message, span, "make the arm's body a `struct`")
            return BAD[0]
        if what == "octets_before":
            return e.Covered(None, ())
        if what == "offset":
            return e.Position("start")
        self.module.findings.add("A7-T016", f"`{what}` takes a field, not `self`", span, "name a field")
        return BAD[0]

    def _outer_measure(self, what: str, name: str, span: Span) -> Expr | None:
        if self.outer is None or name in self.param_names:
            return None
        before, self.outer.in_computed = self.outer.in_computed, self.in_computed
        found = self.outer.measure(what, name, span)
        self.outer.in_computed = before
        if found is None or found is BAD[0]:
            return found
        if isinstance(found, e.Covered):
            message = f"`{name}` is a field of an enclosing record"
            self.module.findings.add(
                "A7-L023", message, span, "cover up to a field of this record, or `self`"
            )
            return BAD[0]
        shape: s.Shape = {Kind.BOOL: s.Boolean(), Kind.BYTES: s.Octets()}.get(
            found.kind, s.Integer(0, 1 << 32)
        )  # type: ignore[assignment]
        return e.ParamRef(self.capture(f"{what}_{name}", found, shape), found.kind)

    def _offset_of(self, index: int, span: Span) -> Expr:
        """The offset of a field is a fact noted just before the field is read."""
        view = self.offset_views.get(index)
        if view is None:
            draft = self.hidden(f"{self.drafts[index].name}_offset", s.Integer(0, 1 << 32), span)
            draft.value = e.Position("offset")
            view = self.offset_views[index] = draft.index
        return e.SlotRef(view, Kind.INT)

    def override(self, name: t.Name, until: int | None) -> tuple[int, bool, int] | None:
        """Return the field that a `with:` of `octets_before` writes over: own if covered, else handed down."""
        index = self.slot_named(name.text)
        if index is not None and until is not None and index < until:
            pair = self.drafts[index].pair
            if pair is not None and isinstance(pair.representation, r.Whole):
                return index, False, pair.representation.octets
            message = f"`{name.text}` is not an integer of whole octets"
            self.module.findings.add("A7-L024", message, name.span, "override a field of fixed width")
            return None
        for number, place in enumerate(self.places):
            if place.name == name.text:
                return number, True, place.octets
        self.places.append(p.Place(name.text, 0))
        return len(self.places) - 1, True, 0

    def call(self, resolver: Expressions, node: t.Call) -> Typed | None:
        """Records know no functions of their own."""
        return None

    def upper_bound(self, expr: Expr) -> int | None:
        """Return the largest value of a field or parameter."""
        shape: s.Shape | None = None
        if isinstance(expr, e.SlotRef):
            shape = bare(self.drafts[expr.index].shape)
        elif isinstance(expr, e.ParamRef):
            shape = bare(self.params[expr.index].shape)
        return shape.maximum if isinstance(shape, s.Integer) and shape.minimum >= 0 else None

    # ---- the owner of types ----

    def expressions(self) -> Expressions:
        """Return what resolves this record's expressions."""
        return Expressions(self.module, _Place(self))

    def inline(self, node: t.Inline) -> Pair:
        """Lift an inline body into a record of its own."""
        return self.lift(node.members, self.current_name, node.span)

    def lift(self, members: Sequence[t.Member], name: str, span: Span, self_known: bool = True) -> Pair:
        """Make a record of `members`; what they mention of this record becomes parameters."""
        qualified = self.module.free_record_name(f"{self.name}.{name}")  # type: ignore[attr-defined]
        child = RecordLowering(
            self.module, qualified, "inline", self.encoding, self.options, self.context, (), self, self_known
        )
        child.refs = self.refs
        child.run(members, span, "", self.refs)
        return Pair(s.RecordOf(qualified), r.Nested(qualified, tuple(child.captured)))

    def union(self, node: t.SelectType) -> Pair:
        """Lower a named `select`: one slot holds the value of the arm that its tag selects."""
        on, tag = self.expressions().typed(node.value)
        base = self.current_name
        arms = self._arms(node.arms, on, tag, node.span)
        shapes: list[s.UnionArm] = []
        items: list[ArmItem] = []
        rows: list[r.ChoiceArm] = []
        for arm, ranges in arms:
            item, shape, rep = self._union_arm(arm, ranges, base)
            items.append(item)
            rows.append(r.ChoiceArm(item.name, ranges, rep, item.refuse.code if item.refuse else None))
            if item.refuse is None:
                shapes.append(s.UnionArm(item.name, ranges, shape))
        choice = r.Choice(on, tuple(rows))
        self.unions[id(choice)] = items
        tag_name = (
            node.value.name if isinstance(node.value, t.NameRef) else self.module.source(node.value.span)
        )
        self.current_name = base
        return Pair(s.Union(tag_name, tuple(shapes)), choice)

    def _union_arm(
        self, arm: t.Arm, ranges: Ranges, base: str
    ) -> tuple[ArmItem, s.Shape | None, r.Representation | None]:
        target, label = arm.target, _label(arm)
        if isinstance(target, t.Reject):
            fault = p.Fault(self.module.error_name(target.error, self.context), None, _first(self.refs))
            return ArmItem(label, ranges, [], fault), None, None
        if isinstance(target, t.Empty):
            return ArmItem(label, ranges, []), None, None
        if isinstance(target, t.Preserve | t.Ignore):
            return self._kept_arm(label, ranges, isinstance(target, t.Preserve), target.span)
        members = _arm_members(arm)
        if isinstance(target, t.Field):
            label = target.name.text
        elif self._is_lifted(members):
            self.current_name = label
            pair = self.lift(members, label, arm.span, self_known=False)
            draft = self.hidden(label, pair.shape, arm.span)
            draft.pair = pair
            return (
                ArmItem(label, ranges, [Wire(draft, pair)], None, draft.index),
                pair.shape,
                pair.representation,
            )
        self.scopes.append({})
        self.declare(members)
        indexes = set(self.scopes[-1].values())
        items = self.walk(members, in_union=True)
        self.scopes.pop()
        value = self._arm_value(members, indexes)
        item = ArmItem(label, ranges, items, None, value)
        if value is None:
            return item, None, None
        found = self.drafts[value]
        return item, found.shape, found.pair.representation if found.pair is not None else None

    def _kept_arm(
        self, label: str, ranges: Ranges, kept: bool, span: Span
    ) -> tuple[ArmItem, s.Shape | None, r.Representation | None]:
        pair = Pair(s.Anything(), r.Free()) if self.on_tree else Pair(s.Octets(), r.Run(p.Rest()))
        draft = self.hidden(label, pair.shape, span)
        draft.pair = pair
        item = ArmItem(label, ranges, [Wire(draft, pair)], None, draft.index if kept else None)
        return item, pair.shape if kept else None, pair.representation if kept else None

    def _is_lifted(self, members: Sequence[t.Member]) -> bool:
        """Whether an arm's body becomes a record: on trees always, else with more than one API member."""
        if self.on_tree:
            return True
        api = 0
        for member in members:
            if isinstance(member, t.Select | t.Align | t.Unknown):
                return True
            if isinstance(member, t.Let):
                api += 1
            if isinstance(member, t.Field):
                value = next((c for c in member.clauses if isinstance(c, t.Value)), None)
                lenient = any(isinstance(c, t.Lenient) for c in member.clauses)
                api += value is None or lenient or self._mentions_nullable(value.value)
        return api > 1

    def _mentions_nullable(self, node: Any) -> bool:
        """Whether an expression names a parameter that the caller may not have."""
        names = _names_in(node)
        place: RecordLowering | None = self
        while place is not None:
            if any(param.nullable and param.name in names for param in place.params):
                return True
            place = place.outer
        return False

    def _arm_value(self, members: Sequence[t.Member], indexes: set[int]) -> int | None:
        """Return the slot that is the value of an arm that was not lifted."""
        for member in members:
            if isinstance(member, t.Field):
                value = next((c for c in member.clauses if isinstance(c, t.Value)), None)
                lenient = any(isinstance(c, t.Lenient) for c in member.clauses)
                if value is None or lenient or self._mentions_nullable(value.value):
                    return next(i for i in indexes if self.drafts[i].name == member.name.text)
            if isinstance(member, t.Let):
                return next(i for i in indexes if self.drafts[i].name == member.name.text)
        return None

    def _arms(
        self, arms: Sequence[t.Arm], on: Expr, tag: s.Shape | None, span: Span
    ) -> list[tuple[t.Arm, Ranges]]:
        """Return the arms with the tag values they take: single values before wider ranges, `otherwise` last."""
        from art7.grammar.passes.check_arms import arrange

        return arrange(self.module, arms, on, tag, span, self.context)

    # ---- members ----

    def run(self, members: Sequence[t.Member], span: Span, doc: str, refs: tuple[str, ...]) -> p.Record:
        """Lower the record and hand it to the module."""
        from art7.grammar.passes.build_plan import Planner

        self.refs = refs
        self.declare(members)
        items = self.walk(members)
        self.settle()
        record = Planner(self).plan(items, span, doc, refs)
        self.module.add(record)
        return record

    def settle(self) -> None:
        """Resolve what had to wait until every member was known, and with it the role of each slot."""
        from art7.grammar.passes.assign_roles import assign_roles

        for later in self.later:
            scopes, self.scopes = self.scopes, list(later.scopes)
            later.run()
            self.scopes = scopes
        assign_roles(self)

    def wait(self, run: Any) -> None:
        """Resolve an expression once all members are known."""
        self.later.append(Later(run, tuple(self.scopes)))

    def walk(
        self, members: Iterable[t.Member], in_union: bool = False, flattened: bool = False
    ) -> list[Item]:
        """Return the members as items, in textual order."""
        items: list[Item] = []
        for member in members:
            self.order += 1
            match member:
                case t.Field():
                    self._field(member, items, in_union, flattened)
                case t.Let():
                    self._let(member, items, in_union, flattened)
                case t.Requirement() | t.Check():
                    self._rule(member, items)
                case t.Select():
                    items.append(self._select(member))
                case t.Align():
                    self._align(member, items)
                case t.LiteralMember():
                    self._literal(member, items)
                case t.Limit():
                    self._limit(member)
                case t.Unknown():
                    self._unknown(member)
                case _:
                    self.module.findings.add("A7-L001", "`line` belongs to the `text` encoding", member.span)
        return items

    def _field(self, member: t.Field, items: list[Item], in_union: bool, flattened: bool) -> None:
        index = self.slot_named(member.name.text)
        assert index is not None, "every member was declared"
        draft = self.drafts[index]
        if draft.span != member.name.span and draft.shape is None:
            draft.span = member.name.span
        clauses: dict[type, Any] = {type(c): c for c in member.clauses}
        if draft.shape is not None and draft.span == member.name.span:
            return
        resolve = self.expressions
        within = resolve().integer(clauses[t.Within].octets) if t.Within in clauses else None
        condition = resolve().truth(clauses[t.When].condition) if t.When in clauses else None
        self.current_name = member.name.text
        pair = self.types.pair(member.type, None, within)
        if draft.shape is not None:
            self._again(draft, pair, member)
        draft.shape, draft.pair, draft.condition = pair.shape, pair, condition
        self._describe(draft, member, clauses)
        draft.in_union = in_union
        wire = Wire(draft, pair, within, condition)
        self._presence(wire, member, clauses, flattened)
        items.append(wire)
        if isinstance(pair.representation, r.Maybe):
            # `x: optional<T>` is `x?: T`.
            wire.pair = draft.pair = Pair(
                bare(pair.shape) or pair.shape, pair.representation.inner, pair.domain, pair.pattern
            )
            draft.shape, draft.optional, wire.present = wire.pair.shape, True, True
        draft.lenient = t.Lenient in clauses
        if t.Value in clauses:
            self._computed(draft, clauses[t.Value].value, items)
        elif draft.lenient:
            self._filled(draft, pair, member.span)
        if t.Default in clauses:
            node = clauses[t.Default].value
            self.wait(lambda: self._default(draft, node))

    def _again(self, draft: Draft, pair: Pair, member: t.Field) -> None:
        """A member that another arm has too must be the same there."""
        values = any(isinstance(c, t.Value) for c in member.clauses) or draft.value is not None
        if draft.shape != pair.shape or values:
            other = Related("first here", draft.span)
            message = f"field `{draft.name}` differs between arms"
            self.module.findings.add("A7-N004", message, member.name.span, "rename one of them", (other,))

    def _describe(self, draft: Draft, member: t.Field, clauses: dict[type, Any]) -> None:
        draft.doc = member.meta.doc
        draft.refs = tuple(ref.text for ref in member.meta.refs)
        draft.type_text = self.module.source(member.type.span)
        draft.since = clauses[t.Since].version if t.Since in clauses else None
        draft.deprecated = t.Deprecated in clauses
        if t.DataTags in clauses:
            draft.data = _data_tag(clauses[t.DataTags])
        tag = member.tag
        if self.on_tree:
            draft.key = tag.value if isinstance(tag, t.CharsTag) else member.name.text
        if isinstance(tag, t.NumberTag):
            draft.number = tag.number
        wanted = {"json": t.CharsTag, "protobuf": t.NumberTag}.get(self.encoding)
        if tag is not None and (wanted is None or not isinstance(tag, wanted)):
            message = f"this tag means nothing in `{self.encoding}`"
            self.module.findings.add("A7-L025", message, tag.span, "remove it")
        if tag is None and self.encoding == "protobuf":
            message = f"field `{draft.name}` has no number"
            self.module.findings.add("A7-L026", message, member.name.span, f"write `{draft.name} @1: …`")

    def _presence(self, wire: Wire, member: t.Field, clauses: dict[type, Any], flattened: bool) -> None:
        draft = wire.draft
        draft.optional = member.optional or wire.condition is not None or flattened
        wire.question = member.optional
        if member.optional and self.encoding == "tls":
            wire.present = True
        if member.optional and self.encoding == "binary" and wire.condition is None:
            message = f"nothing on the wire says whether `{draft.name}` is there"
            self.module.findings.add("A7-L022", message, member.name.span, "write `when condition`")
        if wire.condition is not None and (self.on_tree or self.encoding == "protobuf"):
            self._conditional_member(wire, member)

    def _conditional_member(self, wire: Wire, member: t.Field) -> None:
        """On a tree `when` is a rule: there exactly if (with `?`: only if) the condition holds."""
        draft, condition = wire.draft, wire.condition
        assert condition is not None, "only called with a condition"
        present = e.Measure("present", draft.index, Kind.BOOL)
        from art7.grammar.passes import simplify

        absent_or = simplify.binary("or", simplify.negate(present), condition, Kind.BOOL)
        self.extra_checks.append(p.Check(absent_or, p.Fault("unknown_field"), "must", draft.index))
        if not member.optional:
            there = simplify.binary("or", simplify.negate(condition), present, Kind.BOOL)
            self.extra_checks.append(p.Check(there, p.Fault("missing_field"), "must", draft.index))

    def _computed(self, draft: Draft, node: t.Expr, items: list[Item]) -> None:
        draft.role = p.Role.COMPUTED
        items.append(Test(draft, self.order))

        def resolve() -> None:
            self.in_computed = True
            expressions = self.expressions()
            kind = self.module.kind(draft.shape)
            draft.value = expressions.of_kind(node, kind, hint=draft.shape)
            self.in_computed = False
            self._check_constant(draft, draft.value, node.span, "value")

        self.wait(resolve)

    def _check_constant(self, draft: Draft, value: Expr, span: Span, what: str) -> None:
        """A constant must fit its field."""
        if not isinstance(value, Literal) or value.value is None:
            return
        shape = bare(draft.shape)
        enum = self.module.enum(shape.name) if isinstance(shape, s.Enumeration) else None
        problem = misfit(shape, value.value) if enum is None else _no_value(enum, value.value)
        if problem is not None:
            message = f"the {what} of `{draft.name}` {problem}"
            self.module.findings.add("A7-T020", message, span, "give one that fits the type")

    def _default(self, draft: Draft, node: t.Expr) -> None:
        kind = self.module.kind(draft.shape)
        kinds = (kind, Kind.NULL) if isinstance(draft.shape, s.Nullable) else (kind,)
        draft.default = self.expressions().of_kind(node, *kinds, hint=draft.shape)
        self._check_constant(draft, draft.default, node.span, "default")
        if not isinstance(draft.default, Literal):
            self.module.findings.add("A7-T021", "a default is a constant", node.span, "write a literal")
        draft.optional = False

    def _filled(self, draft: Draft, pair: Pair, span: Span) -> None:
        """`lenient` alone: written as zeros, kept as read."""
        rep = pair.representation
        if isinstance(rep, r.Run) and isinstance(rep.extent, p.Exact) and not rep.text:
            draft.value = e.Call("zeros", (rep.extent.size,), Kind.BYTES)
        elif isinstance(rep, r.Whole | r.BitWidth | r.Variable):
            draft.value = Literal(
                False if isinstance(draft.shape, s.Boolean) else 0, self.module.kind(draft.shape)
            )
        else:
            message = f"`{draft.name}` is lenient, but nothing says what is written"
            self.module.findings.add("A7-L027", message, span, "add `= value`")
            return
        draft.role = p.Role.COMPUTED

    def _let(self, member: t.Let, items: list[Item], in_union: bool, flattened: bool) -> None:
        index = self.slot_named(member.name.text)
        assert index is not None, "every member was declared"
        draft = self.drafts[index]
        draft.shape = self.module.shape(member.type, self.context)
        draft.doc, draft.refs = member.meta.doc, tuple(ref.text for ref in member.meta.refs)
        draft.type_text = self.module.source(member.type.span)
        draft.optional, draft.in_union = flattened, in_union
        items.append(Look(draft, self.order))

        def resolve() -> None:
            kind = self.module.kind(draft.shape)
            draft.value = self.expressions().of_kind(member.value, kind, hint=draft.shape)

        self.wait(resolve)

    def _rule(self, member: t.Requirement | t.Check, items: list[Item]) -> None:
        error = self.module.error_name(member.error, self.context) if member.error is not None else None
        level, identifier = "must", None
        doc = member.meta.doc or None
        if isinstance(member, t.Requirement):
            level, identifier = member.level, member.id.text
            self.requirements.append(self.module.requirement(member, error))
            if isinstance(member.condition, t.Manual):
                return
        ref = _first(tuple(x.text for x in member.meta.refs)) or _first(self.refs)
        fault = p.Fault(error or "rule_broken", identifier, ref, doc)
        verified = _verified_name(member.condition)
        if verified is not None:
            self.wait(lambda: self._fold(verified, fault, member))
            return
        rule = Rule(member, fault, level, self.order)
        items.append(rule)

        def resolve() -> None:
            rule.condition = self.expressions().truth(member.condition)  # type: ignore[arg-type]

        self.wait(resolve)

    def _fold(self, node: t.NameRef, fault: p.Fault, rule: t.Requirement | t.Check) -> None:
        """`must ID: verified(m) else error`: the test of `m` carries the requirement."""
        index = self.slot_named(node.name)
        if index is None:
            advice = did_you_mean(node.name, self.names_known(), "name a computed field of this record")
            self.module.findings.add("A7-N010", f"unknown field `{node.name}`", node.span, advice)
            return
        draft = self.drafts[index]
        if draft.value is None or draft.lenient or draft.role is p.Role.VIEW:
            message = f"`{node.name}` is not computed, so nothing verifies it"
            self.module.findings.add(
                "A7-T019", message, node.span, "give it `= expression`, without `lenient`"
            )
            return
        draft.fault = fault

    def _select(self, member: t.Select) -> Choose:
        on, tag = self.expressions().typed(member.value)
        arms: list[ArmItem] = []
        for arm, ranges in self._arms(member.arms, on, tag, member.span):
            arms.append(self._flat_arm(arm, ranges))
        return Choose(on, arms, member.span)

    def _flat_arm(self, arm: t.Arm, ranges: Ranges) -> ArmItem:
        target, label = arm.target, _label(arm)
        if isinstance(target, t.Reject):
            fault = p.Fault(self.module.error_name(target.error, self.context), None, _first(self.refs))
            return ArmItem(label, ranges, [], fault)
        if self.on_tree and isinstance(target, t.Preserve):
            self.keep_unknown(target.span)
        if isinstance(target, t.Empty) or (self.on_tree and isinstance(target, t.Ignore | t.Preserve)):
            return ArmItem(label, ranges, [])
        if isinstance(target, t.Ignore):
            draft = self.hidden(label, s.Octets(), target.span)
            draft.pair = Pair(s.Octets(), r.Run(p.Rest()))
            return ArmItem(label, ranges, [Wire(draft, draft.pair)])
        if isinstance(target, t.Preserve):
            draft = self.new_slot(self.free_name("unknown"), p.Role.GIVEN, target.span)
            draft.shape, draft.optional = s.Octets(), True
            draft.pair = Pair(s.Octets(), r.Run(p.Rest()))
            return ArmItem(label, ranges, [Wire(draft, draft.pair)])
        return ArmItem(label, ranges, self.walk(_arm_members(arm), flattened=True))

    def _align(self, member: t.Align, items: list[Item]) -> None:
        if not self.positional:
            self.module.findings.add("A7-L025", f"`align` means nothing in `{self.encoding}`", member.span)
            return
        to, fill = member.octets.value, 0
        if member.fill is not None:
            value = self.module.constant(member.fill, self.context)
            fill = value if value is not None else 0
        if not 1 <= to <= 4096 or not 0 <= fill <= 255:
            self.module.findings.add("A7-L009", "`align` is to 1 … 4096 octets, with an octet", member.span)
            return
        draft = self.new_slot(self.free_name("fill"), p.Role.KEPT, member.span)
        draft.shape, draft.optional = s.Octets(0, to - 1), True
        draft.doc = f"Padding up to a multiple of {to} octets, where it differs from the usual."
        items.append(Fixed([p.Align(to, fill, draft.index)], {draft.index}))

    def _literal(self, member: t.LiteralMember, items: list[Item]) -> None:
        if not self.positional:
            self.module.findings.add("A7-L025", f"a literal means nothing in `{self.encoding}`", member.span)
            return
        octets = member.value if isinstance(member.value, bytes) else member.value.encode()
        items.append(Fixed([p.Constant(octets, p.Fault("bad_constant", None, _first(self.refs)))], set()))

    def _limit(self, member: t.Limit) -> None:
        name = member.name.text
        if name not in ("size", "depth"):
            advice = did_you_mean(name, ("size", "depth"), "write `limit size` or `limit depth`")
            self.module.findings.add("A7-L028", f"unknown limit `{name}`", member.span, advice)
            return
        if name in self.limits:
            self.module.findings.add(
                "A7-N004", f"`limit {name}` written twice", member.span, "keep one of them"
            )
        value = self.module.constant(member.value, self.context)
        most = 1 << 32 if name == "size" else 1000
        if value is not None and not 1 <= value <= most:
            message = f"`limit {name}` of {str(value)[:40]}"
            self.module.findings.add("A7-L009", message, member.span, f"state 1 to {most}")
            value = None
        self.limits[name] = value if value is not None else most

    def _unknown(self, member: t.Unknown) -> None:
        if self.encoding not in ("json", "protobuf"):
            message = f"`{self.encoding}` has no members beside those named"
            self.module.findings.add("A7-L025", message, member.span, "remove `unknown`")
            return
        self.unknown = member
        if isinstance(member.policy, t.Preserve):
            self.keep_unknown(member.span)

    def keep_unknown(self, span: Span) -> None:
        """Make the slot that keeps unknown members, once."""
        if self.unknown_slot is not None:
            return
        draft = self.new_slot(self.free_name("unknown"), p.Role.GIVEN, span)
        draft.shape = s.Mapping(s.Text(), s.Anything()) if self.on_tree else s.Octets()
        draft.optional = True
        draft.doc = "Members that this version of the specification does not name, kept as read."
        self.unknown_slot = draft.index


class _Place:
    """The place of a record's expressions (`Expressions` wants `names` as a method)."""

    def __init__(self, record: RecordLowering) -> None:
        self.record = record
        self.positional = record.positional
        self.lists = False
        self.find = record.find
        self.measure = record.measure
        self.override = record.override
        self.call = record.call
        self.upper_bound = record.upper_bound

    def names(self) -> Iterable[str]:
        """Return the names in scope."""
        return self.record.names_known()


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
    if not 0 <= value < 1 << enum.bits:
        return f"is {str(value)[:40]}, outside 0..{(1 << enum.bits) - 1}"
    if not enum.open and all(not m.low <= value <= m.high for m in enum.members):
        return f"is {value}, which the closed enum `{enum.name}` does not name"
    return None


def _first(refs: Sequence[str]) -> str | None:
    return refs[0] if refs else None


def _label(arm: t.Arm) -> str:
    """Return what an arm is called: its first case."""
    if not arm.cases:
        return "otherwise"
    match arm.cases[0]:
        case t.NameCase(name=name):
            return name.parts[-1].text
        case t.NumberCase(low=low):
            return f"case_{low.value}"
        case t.CharsCase(value=value):
            word = "".join(c if c.isascii() and c.isalnum() else "_" for c in value)[:40]
            return word if word and not word[0].isdigit() else f"case_{word}"
        case t.BoolCase(value=truth):
            return "true" if truth else "false"
        case _:
            return "case"


def _arm_members(arm: t.Arm) -> Sequence[Any]:
    """Return the members that an arm adds."""
    target = arm.target
    if isinstance(target, t.Inline):
        return target.members
    if isinstance(target, t.Reject | t.Ignore | t.Preserve | t.Empty):
        return ()
    return (target,)


def _verified_name(node: t.Expr | t.Manual) -> t.NameRef | None:
    if isinstance(node, t.Call) and isinstance(node.function, t.NameRef) and node.function.name == "verified":
        if len(node.args) == 1 and isinstance(node.args[0].value, t.NameRef):
            return node.args[0].value
    return None


def _names_in(node: Any) -> set[str]:
    """Return every word used as a value in an expression."""
    found: set[str] = set()
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, t.NameRef):
            found.add(current.name)
            continue
        for name in (
            "base",
            "left",
            "right",
            "operand",
            "value",
            "index",
            "low",
            "high",
            "test",
            "otherwise",
            "source",
            "body",
        ):
            child = getattr(current, name, None)
            if isinstance(child, t.Node):
                stack.append(child)
        if isinstance(current, t.Call):
            stack.extend(a.value for a in current.args)
        if isinstance(current, t.Record):
            stack.extend(pair.value for pair in current.pairs)
        if isinstance(current, t.ListExpr):
            stack.extend(current.items)
    return found


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
