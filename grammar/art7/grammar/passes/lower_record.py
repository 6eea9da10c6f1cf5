"""One record: its members become slots, items in textual order, and then a plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from art7.grammar import syntax as t
from art7.grammar.diagnostics import NOWHERE, Related, Span
from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import representation as r
from art7.grammar.ir import shape as s
from art7.grammar.ir.expression import Expr, Kind, Literal
from art7.grammar.ir.representation import Pair
from art7.grammar.passes import build_pairs
from art7.grammar.passes.build_pairs import Context, Types
from art7.grammar.passes.check_types import Expressions
from art7.grammar.passes.drafts import (
    ArmItem,
    Draft,
    Item,
    Later,
)
from art7.grammar.passes.kinds import BAD, Typed, bare
from art7.grammar.passes.pairs_headers import other_header
from art7.grammar.passes.plan_headers import keep_others
from art7.grammar.passes.record_arms import arm_members, lower_union
from art7.grammar.passes.record_members import walk_members
from art7.grammar.passes.scopes import ModuleScope
from art7.grammar.passes.worlds import World

TREES = frozenset(("json", "cbor", "xml"))
"""Encodings whose records lie on trees."""


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

    def walk(
        self, members: Iterable[t.Member], in_union: bool = False, flattened: bool = False
    ) -> list[Item]:
        """Return the members as items, in textual order."""
        return walk_members(self, members, in_union, flattened)

    def union(self, node: t.SelectType) -> Pair:
        """Lower a named `select`: one slot holds the value of the arm that its tag selects."""
        return lower_union(self, node)

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
            elif isinstance(member, t.LineMember):
                self.declare(member.members, shared)

    def _declare_arms(self, member: t.Select) -> None:
        """Give the members of an unnamed select their slots; arms may have the same member."""
        here = self.scopes[-1]
        bodies = [arm_members(arm) for arm in member.arms]
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
        """Return a fact about a field, or about `self`, the record; a field of that name comes first."""
        index = self.slot_named(name)
        if index is None:
            return self._of_self(what, span) if name == "self" else self._outer_measure(what, name, span)
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
        shapes: dict[Kind, s.Shape] = {Kind.BOOL: s.Boolean(), Kind.BYTES: s.Octets()}
        shape = shapes.get(found.kind, s.Integer(0, 1 << 32))
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

    def lift(
        self,
        members: Sequence[t.Member],
        name: str,
        span: Span,
        self_known: bool = True,
        options: dict[str, str | bool] | None = None,
    ) -> Pair:
        """Make a record of `members`; what they mention of this record becomes parameters."""
        qualified = self.module.free_record_name(f"{self.name}.{name}")  # type: ignore[attr-defined]
        child = RecordLowering(
            self.module,
            qualified,
            "inline",
            self.encoding,
            self._lifted() if options is None else options,
            self.context,
            (),
            self,
            self_known,
        )
        child.refs = self.refs
        child.run(members, span, "", self.refs)
        return Pair(s.RecordOf(qualified), r.Nested(qualified, tuple(child.captured)))

    def _lifted(self) -> dict[str, str | bool]:
        """Return the options of what is lifted: in DER its element belongs to the caller."""
        if self.encoding == "xml":
            return {name: value for name, value in self.options.items() if name == "ns"}
        if self.encoding == "text":
            return {name: value for name, value in self.options.items() if name != "shape"}
        return {**self.options, "shape": "content"} if self.encoding == "der" else self.options

    def unknown_span(self) -> Span:
        """Return where the record says what becomes of unknown members."""
        return self.unknown.span if self.unknown is not None else NOWHERE

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

    def keep_octets(self, slot: int) -> int | None:
        """Make the slot that keeps the octets of a coded field as they were read."""
        field = self.drafts[slot]
        if field.name.startswith("_"):
            message = "only a field of its own keeps its octets"
            self.module.findings.add(
                "A7-L060", message, field.span, "remove `keep`, or make the item a struct"
            )
            return None
        draft = self.new_slot(self.free_name(f"{field.name}_octets"), p.Role.GIVEN, field.span)
        draft.shape, draft.optional = s.Octets(), True
        draft.doc = f"The octets of `{field.name}` as they were read; `None` writes them anew."
        return draft.index

    def keep_unknown(self, span: Span) -> None:
        """Make the slot that keeps unknown members, once."""
        if self.unknown_slot is not None:
            return
        draft = self.new_slot(self.free_name("unknown"), p.Role.GIVEN, span)
        if self.encoding == "text":
            bound = self.unknown.most if self.unknown is not None else None
            most = None if bound is None else self.types.constant(bound, self.context)
            keep_others(draft, self.lift(other_header(span), "unknown", span, options={}), most)
            self.unknown_slot = draft.index
            self.scopes[-1].setdefault(draft.name, draft.index)
            return
        key: s.Shape = s.Anything("cbor") if self.encoding == "cbor" else s.Text()
        draft.shape = s.Mapping(key, s.Anything(self.encoding)) if self.on_tree else s.Octets()
        draft.optional = True
        draft.doc = "Members that this version of the specification does not name, kept as read."
        self.unknown_slot = draft.index
        self.scopes[-1].setdefault(draft.name, draft.index)


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
