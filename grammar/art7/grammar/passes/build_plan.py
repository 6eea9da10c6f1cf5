"""From items to a plan: steps in wire order, and in every gap what has become known there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from art7.grammar import syntax as t
from art7.grammar.diagnostics import Span
from art7.grammar.ir import expression as e
from art7.grammar.ir import plan as p
from art7.grammar.ir import representation as r
from art7.grammar.ir import shape as s
from art7.grammar.ir.builtins import FUNCTIONS
from art7.grammar.ir.expression import Expr, Kind, Literal
from art7.grammar.ir.plan import Role
from art7.grammar.ir.representation import Pair
from art7.grammar.passes import order_emission, simplify
from art7.grammar.passes.drafts import ArmItem, Choose, Draft, Fixed, Framed, Item, Look, Rule, Test, Wire
from art7.grammar.passes.hold_views import held
from art7.grammar.passes.open_regions import open_regions
from art7.grammar.passes.pairs_xml import xml_options
from art7.grammar.passes.plan_der import element_steps, optional_steps, plan_der
from art7.grammar.passes.plan_text import line_step, optional_text, plan_text, text_steps
from art7.grammar.passes.simplify import slots_of

if TYPE_CHECKING:
    from art7.grammar.passes.lower_record import RecordLowering

RUN_OCTETS = 32
"""Longest run of sub-octet fields that must close on an octet."""


@dataclass(slots=True)
class Pending:
    """A view, test or rule that waits until what it mentions is known."""

    order: int
    step: p.Step
    missing: set[int]
    rank: int
    held: p.Check | None = None
    """Of a view: the test of its type, which stands right behind it."""


@dataclass(slots=True)
class Gap:
    """What is ready to stand in the gap under construction, and what still waits."""

    known: set[int]
    ready: list[Pending] = field(default_factory=list)
    waiting: dict[int, list[Pending]] = field(default_factory=dict)

    def add(self, pending: Pending) -> None:
        """Take one in."""
        if not pending.missing:
            self.ready.append(pending)
            return
        for slot in pending.missing:
            self.waiting.setdefault(slot, []).append(pending)

    def learn(self, slots: set[int]) -> None:
        """`slots` have become known."""
        for slot in slots - self.known:
            self.known.add(slot)
            for pending in self.waiting.pop(slot, ()):
                pending.missing.discard(slot)
                if not pending.missing:
                    self.ready.append(pending)

    def flush(self) -> list[p.Step]:
        """Return the steps of the gap: views, tests with a requirement, checks, other tests."""
        result: list[p.Step] = []
        while True:
            views = sorted((x for x in self.ready if x.rank == 0), key=lambda x: x.order)
            if not views:
                break
            self.ready = [x for x in self.ready if x.rank != 0]
            for view in views:
                assert isinstance(view.step, p.View), "rank 0 is a view"
                result.append(view.step)
                if view.held is not None:
                    result.append(view.held)
                self.learn({view.step.slot})
        self.ready.sort(key=lambda x: (x.rank, x.order))
        result += [x.step for x in self.ready]
        self.ready = []
        return result

    def leftovers(self) -> list[Pending]:
        """Return what waits for something that this block does not have."""
        seen: dict[int, Pending] = {}
        for pendings in self.waiting.values():
            for pending in pendings:
                seen[id(pending)] = pending
        self.waiting = {}
        return sorted(seen.values(), key=lambda x: x.order)


class Planner:
    """Makes the plan of one record."""

    def __init__(self, record: RecordLowering) -> None:
        self.record = record
        self.findings = record.module.findings
        self.computed: set[int] = set()
        self.slots: list[p.Slot] = []

    def plan(self, items: list[Item], span: Span, doc: str, refs: tuple[str, ...]) -> p.Record:
        """Return the record."""
        record = self.record
        if record.on_tree:
            steps = self._tree(items)
        elif record.encoding == "protobuf":
            steps = self._fields(items)
        elif record.encoding == "der":
            steps = plan_der(self, items)
        elif record.encoding == "text":
            steps = plan_text(self, items)
        else:
            gap = Gap(set())
            steps, left = self._sequence(items, gap)
            self._report_left(left)
        body = self.block(steps)
        carrier = p.Carrier.TREE if record.on_tree else p.Carrier.OCTETS
        reps = tuple(d.pair.representation if d.pair is not None else None for d in record.drafts)
        return p.Record(
            name=record.name,
            kind=record.kind,
            encoding=record.encoding,
            options=tuple(
                sorted(xml_options(record).items() if record.encoding == "xml" else record.options.items())
            ),
            carrier=carrier,
            form=p.Form.OBJECT,
            params=tuple(record.params),
            places=tuple(record.places),
            slots=tuple(self._finished()),
            body=body,
            requirements=tuple(record.requirements),
            limit_size=record.limits.get("size"),
            limit_depth=record.limits.get("depth"),
            doc=doc,
            refs=refs,
            span=span,
            representations=reps,
        )

    def block(self, steps: Sequence[p.Step]) -> p.Block:
        """Return the steps as a block, with the order in which writing produces them."""
        if len(steps) == 1 and not isinstance(steps[0], p.Uint | p.Bits | p.Take | p.Varint):
            return p.Block((steps[0],), (0,))
        slots = self._finished()
        try:
            emit = order_emission.order(steps, slots, self.computed)
        except order_emission.Cycle as cycle:
            self._report_cycle(steps, cycle.loop)
            emit = tuple(range(len(steps)))
        return p.Block(tuple(steps), emit)

    def _finished(self) -> list[p.Slot]:
        """Return the slots as they are now; steps may have made hidden ones."""
        drafts = self.record.drafts
        for draft in drafts[len(self.slots) :]:
            self.slots.append(draft.finish())
            if draft.role in (Role.VIEW, Role.COMPUTED) or (
                draft.role in (Role.KEPT, Role.LOCAL) and draft.value is not None
            ):
                self.computed.add(draft.index)
        return self.slots

    def _report_cycle(self, steps: Sequence[p.Step], loop: list[int]) -> None:
        names = []
        for position in loop:
            slot = next(iter(order_emission.slots_filled(steps[position])), None)
            names.append(self.record.drafts[slot].name if slot is not None else "a rule")
        spans = [self.record.drafts[i].span for p_ in loop for i in order_emission.slots_filled(steps[p_])]
        chain = " needs ".join(f"`{n}`" for n in [*names, names[0]])
        span = spans[0] if spans else self.record.drafts[0].span
        self.findings.add(
            "A7-L035",
            f"values that need one another: {chain}",
            span,
            "compute one of them from something else",
        )

    # ---- octets ----

    def _sequence(self, items: Sequence[Item], gap: Gap) -> tuple[list[p.Step], list[Pending]]:
        """Return the steps of items in wire order, and what waits for something beyond them."""
        steps: list[p.Step] = []
        run: list[tuple[Draft, int, bool]] = []
        for item in items:
            if isinstance(item, Look | Test | Rule):
                self._pend(item, gap)
                continue
            if isinstance(item, Wire) and (width := self._bit_width(item, bool(run))):
                if not run:
                    steps += gap.flush()
                run.append((item.draft, width, isinstance(item.draft.shape, s.Boolean)))
                if sum(x[1] for x in run) % 8 == 0:
                    steps += self._close(run, gap)
                    run = []
                continue
            if run:
                self._unaligned(run)
                steps += self._close(run, gap)
                run = []
            steps += gap.flush()
            if isinstance(item, Wire):
                if item.draft.index in self.record.offset_views:
                    view = self.record.offset_views[item.draft.index]
                    steps.append(p.View(view, e.Position("offset")))
                    gap.learn({view})
                    steps += gap.flush()
                steps += self._wire(item, gap)
                gap.learn({item.draft.index})
            elif isinstance(item, Fixed):
                steps += item.steps
                gap.learn(item.fills)
            elif isinstance(item, Framed):
                steps.append(line_step(self, item, gap))
            else:
                steps.append(self._choose(item, gap))
        if run:
            self._unaligned(run)
            steps += self._close(run, gap)
        steps += gap.flush()
        return open_regions(steps, self.record.drafts), gap.leftovers()

    def _bit_width(self, item: Wire, inside: bool) -> int:
        """Return how many bits the field takes of a run, 0 when it is no part of one."""
        rep = item.pair.representation
        if item.present or item.within is not None:
            return 0
        if isinstance(rep, r.BitWidth):
            if item.condition is not None:
                message = f"`{item.draft.name}` is there only sometimes, inside an octet"
                self.findings.add("A7-L037", message, item.draft.span, "put whole octets under `when`")
            return rep.width
        if inside and isinstance(rep, r.Whole) and not rep.signed and item.condition is None:
            return rep.octets * 8
        return 0

    def _unaligned(self, run: list[tuple[Draft, int, bool]]) -> None:
        bits = sum(x[1] for x in run)
        message = f"fields of {bits} bits that do not close on an octet"
        self.findings.add(
            "A7-L036", message, run[0][0].span, f"add a field of {-bits % 8} bits, or change a width"
        )
        run.append((run[-1][0], -bits % 8, False))

    def _close(self, run: list[tuple[Draft, int, bool]], gap: Gap) -> list[p.Step]:
        """Return the step for a run of bits, and the domains of its fields."""
        octets = sum(x[1] for x in run) // 8
        if octets > RUN_OCTETS:
            message = f"a run of {octets} octets that closes nowhere before"
            self.findings.add("A7-L036", message, run[0][0].span, f"close it within {RUN_OCTETS} octets")
        shift = octets * 8
        fields: list[p.BitField] = []
        for draft, width, boolean in run:
            shift -= width
            fields.append(p.BitField(draft.index, width, shift, boolean))
        steps: list[p.Step] = []
        if len(run) == 1 and octets in (1, 2, 3, 4, 5, 6, 7, 8, 16):
            steps.append(p.Uint(run[0][0].index, octets))
        else:
            steps.append(p.Bits(octets, tuple(fields)))
        for draft, _, _ in run:
            steps += self._domain(draft.index, draft.pair)
        gap.learn({draft.index for draft, _, _ in run})
        return steps

    def _domain(self, slot: int, pair: Pair | None) -> list[p.Step]:
        """Return what tests a closed enum or a token."""
        if pair is None:
            return []
        steps: list[p.Step] = []
        draft = self.record.drafts[slot]
        ref = draft.refs[0] if draft.refs else (self.record.refs[0] if self.record.refs else None)
        if pair.domain:
            steps.append(p.Domain(slot, pair.domain, p.Fault("unknown_value", None, ref)))
        if pair.pattern is not None and "matches" in FUNCTIONS:
            subject = e.SlotRef(slot, Kind.TEXT)
            test: Expr = e.Call("matches", (subject, Literal(pair.pattern, Kind.TEXT)), Kind.BOOL)
            if isinstance(pair.shape, s.Nullable):
                null = e.Binary("==", subject, Literal(None, Kind.NULL), Kind.BOOL)
                test = e.Binary("or", null, test, Kind.BOOL)
            steps.append(p.Check(test, p.Fault("bad_text", None, ref), "must", slot))
        return steps

    def _wire(self, item: Wire, gap: Gap) -> list[p.Step]:
        """Return the steps of one field."""
        draft, pair = item.draft, item.pair
        self._known(item, gap)
        before, steps = self.reads(pair, draft.index, draft.name, gap)
        if item.within is not None and not _fills(pair.representation, item.within):
            steps = [p.Region(draft.index, p.Exact(item.within), self.block(steps))]
        if self.record.encoding == "der":
            steps = optional_steps(self, item, steps)
        if self.record.encoding == "text":
            steps = optional_text(self, item, steps)
        if item.present:
            steps = [p.Present(draft.index, self.block(steps))]
        if item.condition is not None:
            given = (
                draft.index
                if draft.role is Role.GIVEN or (draft.role is Role.LOCAL and draft.value is None)
                else None
            )
            steps = [p.When(item.condition, self.block([*before, *steps]), given)]
            before = []
        return [*before, *steps]

    def _known(self, item: Wire, gap: Gap) -> None:
        """Report a field whose size or condition mentions what is not read yet."""
        mentioned = slots_of(item.within) | slots_of(item.condition) | _mentioned(item.pair.representation)
        unknown = mentioned - gap.known
        if unknown:
            name = self.record.drafts[min(unknown)].name
            message = f"`{item.draft.name}` depends on `{name}`, which is not known before it"
            self.findings.add("A7-L021", message, item.draft.span, "depend on earlier fields only")

    def reads(self, pair: Pair, slot: int, name: str, gap: Gap | None) -> tuple[list[p.Step], list[p.Step]]:
        """Return the steps that read a value into `slot`: those noted once before it, and its own."""
        before: list[p.Step] = []
        steps = self._steps(pair.representation, slot, name, before, gap)
        return before, [*steps, *self._domain(slot, pair)]

    def _steps(
        self, rep: r.Representation, slot: int, name: str, before: list[p.Step], gap: Gap | None
    ) -> list[p.Step]:
        match rep:
            case r.Whole():
                return [p.Uint(slot, rep.octets, rep.little, rep.signed, rep.boolean)]
            case r.Variable():
                return [p.Varint(slot, rep.form, rep.bits, rep.signed, rep.zigzag, rep.boolean)]
            case r.Real():
                return [p.FloatOctets(slot, rep.octets, rep.little)]
            case r.Run():
                return [p.Take(slot, rep.extent, rep.text, rep.minimum, rep.maximum)]
            case r.Bounded():
                inner = self._steps(rep.inner, slot, name, before, gap)
                return [p.Region(slot, rep.extent, self.block(inner), rep.minimum, rep.maximum)]
            case r.Many():
                return self._loop(rep, slot, name, before, gap)
            case r.Maybe():
                return [p.Present(slot, self.block(self._steps(rep.inner, slot, name, before, gap)))]
            case r.Nested():
                return [p.CallRecord(slot, rep.record, rep.arguments, (), rep.nullable, rep.tag)]
            case r.Tagged():
                return element_steps(self, rep, slot, name, before, gap)
            case r.DerScalar():
                return [p.TlvScalar(slot, rep.identifier, rep.form, rep.minimum, rep.maximum)]
            case r.Choice():
                return [self._branch(rep, slot, gap)]
            case r.Leaf():
                return [p.Scalar(slot, rep.form, rep.minimum, rep.maximum, rep.padding, rep.nullable)]
            case r.Free():
                return [p.AnyNode(slot)]
            case r.Listed() | r.Keyed():
                return self._collection(rep, slot, name, gap)
            case r.Marked():
                body = self.block(self._steps(rep.inner, slot, name, before, gap))
                return [p.Tag(slot, rep.number, body, rep.nullable)]
            case r.Inside():
                body = self.block(self._steps(rep.inner, slot, name, before, gap))
                return [p.Child(slot, rep.single, rep.text, body)]
            case r.Wrapped():
                body = self.block(self._steps(rep.inner, slot, name, before, gap))
                kept = self.record.keep_octets(slot) if rep.keep else None
                return [p.Wrap(slot, body, rep.empty, rep.nullable, kept)]
            case r.ByKind():
                return [self._kinds(rep, slot, name, gap)]
            case r.Word() | r.Decimal() | r.QuotedText() | r.Ended() | r.Repeated() | r.Among() | r.Coded():
                return text_steps(self, rep, slot, name, before, gap)
            case r.HeaderValue() | r.ParameterMap() | r.PartList() | r.Transferred():
                return text_steps(self, rep, slot, name, before, gap)
            case _:
                draft = self.record.drafts[slot]
                message = f"items of `{name.strip('_')}` do not fill whole octets"
                self.findings.add("A7-L036", message, draft.span, "use items of whole octets")
                return []

    def _item(self, item: Pair, name: str, slot: int) -> Draft:
        draft = self.record.hidden(f"{name.strip('_')}_item", item.shape, self.record.drafts[slot].span)
        draft.pair = item
        return draft

    def _loop(self, rep: r.Many, slot: int, name: str, before: list[p.Step], gap: Gap | None) -> list[p.Step]:
        item = self._item(rep.item, name, slot)
        inner_rep = self._hoist(rep.item.representation, name, slot, before)
        early, steps = self.reads(
            Pair(rep.item.shape, inner_rep, rep.item.domain, rep.item.pattern), item.index, item.name, gap
        )
        before += early
        return [
            p.Loop(
                slot,
                item.index,
                self.block(steps),
                rep.count,
                rep.minimum,
                rep.maximum,
                rep.skip,
                rep.skip_to,
                rep.until,
            )
        ]

    def _hoist(self, rep: r.Representation, name: str, slot: int, before: list[p.Step]) -> r.Representation:
        """The size of a list's items is one size: what it says of the cursor holds before the first item."""
        if not isinstance(rep, r.Run | r.Bounded) or not isinstance(rep.extent, p.Exact):
            return rep
        words = {node.word for node in e.walk(rep.extent.size) if isinstance(node, e.Position)}
        if not e.is_positional(rep.extent.size) or "index" in words:
            return rep
        draft = self.record.hidden(
            f"{name.strip('_')}_size", s.Integer(0, 1 << 32), self.record.drafts[slot].span
        )
        before.append(p.View(draft.index, rep.extent.size))
        size = p.Exact(e.SlotRef(draft.index, Kind.INT))
        if isinstance(rep, r.Run):
            return r.Run(size, rep.text, rep.minimum, rep.maximum)
        return r.Bounded(size, rep.inner, rep.minimum, rep.maximum)

    def _collection(self, rep: r.Listed | r.Keyed, slot: int, name: str, gap: Gap | None) -> list[p.Step]:
        item = self._item(rep.item, name, slot)
        _, steps = self.reads(rep.item, item.index, item.name, gap)
        body = self.block(steps)
        if isinstance(rep, r.Listed):
            return [p.Items(slot, item.index, body, rep.minimum, rep.maximum, rep.nullable)]
        return [p.Members(slot, item.index, body, rep.key, rep.minimum, rep.maximum)]

    # ---- choices ----

    def _kinds(self, rep: r.ByKind, slot: int, name: str, gap: Gap | None) -> p.Step:
        cases = []
        for kind, value, pair in rep.options:
            draft = self.record.hidden(f"{name.strip('_')}_{kind}", pair.shape, self.record.drafts[slot].span)
            draft.pair = pair
            before, steps = self.reads(pair, draft.index, draft.name, gap)
            cases.append(p.KindCase(kind, value, draft.index, self.block([*before, *steps])))
        return p.Kinds(slot, tuple(cases), rep.nullable)

    def _branch(self, rep: r.Choice, slot: int, gap: Gap | None) -> p.Step:
        arms = self.record.unions[id(rep)]
        cases, values = self._cases(arms, rep.on, gap if gap is not None else Gap(set()))
        return p.Branch(rep.on, cases, slot, values)

    def _choose(self, item: Choose, gap: Gap) -> p.Step:
        unknown = slots_of(item.on) - gap.known
        if unknown:
            name = self.record.drafts[min(unknown)].name
            self.findings.add(
                "A7-L021", f"the tag `{name}` is not known here", item.span, "select over an earlier field"
            )
        cases, _ = self._cases(item.arms, item.on, gap)
        return p.Branch(item.on, cases)

    def _cases(
        self, arms: Sequence[ArmItem], on: Expr, gap: Gap
    ) -> tuple[tuple[p.Case, ...], tuple[int | None, ...]]:
        cases: list[p.Case] = []
        learned: set[int] = set()
        for arm in arms:
            inner = Gap(set(gap.known))
            steps, left = self._sequence(arm.items, inner)
            self._hand_on(left, gap, on, arm, arms)
            learned |= inner.known
            cases.append(p.Case(arm.name, arm.ranges, self.block(steps), arm.refuse, arm.span))
        gap.learn(learned)
        return tuple(cases), tuple(arm.value for arm in arms)

    def _hand_on(
        self, left: list[Pending], gap: Gap, on: Expr, arm: ArmItem, arms: Sequence[ArmItem]
    ) -> None:
        """What an arm cannot decide yet is decided later, if the arm was taken."""
        for pending in left:
            step = pending.step
            if isinstance(step, p.Check):
                taken: Expr = e.InRanges(on, arm.ranges)
                if not arm.ranges:
                    others = tuple(x for a in arms for x in a.ranges)
                    taken = simplify.negate(e.InRanges(on, others))
                condition = simplify.binary("or", simplify.negate(taken), step.condition, Kind.BOOL)
                step = p.Check(condition, step.fault, step.level, step.at, step.on_writing)
            elif isinstance(step, p.View):
                self._report_left([pending])
                continue
            gap.add(Pending(pending.order, step, pending.missing, pending.rank))

    # ---- what stands in gaps ----

    def _pend(self, item: Look | Test | Rule, gap: Gap) -> None:
        pending = self._pending(item)
        if pending is not None:
            pending.missing -= gap.known
            gap.add(pending)

    def _pending(self, item: Look | Test | Rule) -> Pending | None:
        if isinstance(item, Look):
            expr = item.draft.value
            if expr is None:
                return None
            at = self._anchor(expr)
            test = held(self.record, item.draft, not self._reading_only(expr), at)
            return Pending(item.order, p.View(item.draft.index, expr), slots_of(expr), 0, test)
        if isinstance(item, Test):
            return self._test(item)
        if item.condition is None:
            return None
        at = self._anchor(item.condition)
        check = p.Check(item.condition, item.fault, item.level, at, not self._reading_only(item.condition))
        return Pending(item.order, check, slots_of(item.condition), 2)

    def _test(self, item: Test) -> Pending | None:
        draft = item.draft
        if draft.lenient or draft.value is None:
            return None
        ref = draft.refs[0] if draft.refs else (self.record.refs[0] if self.record.refs else None)
        fault = draft.fault if draft.fault is not None else p.Fault("bad_value", None, ref)
        deferred = self._covers(draft.value, set())
        step = p.Verify(draft.index, fault, False, draft.guard, _is_mac(draft.shape, draft.value), deferred)
        mentioned = slots_of(draft.value) | {draft.index}
        return Pending(item.order, step, mentioned, 1 if fault.requirement is not None else 3)

    def _covers(self, expr: Expr, seen: set[int]) -> bool:
        """Whether a value speaks of octets that are final only when the message is complete."""
        for node in e.walk(expr):
            if isinstance(node, e.Covered):
                return True
            if isinstance(node, e.SlotRef) and node.index not in seen:
                draft = self.record.drafts[node.index]
                seen.add(node.index)
                if draft.role is Role.VIEW_INPUT or draft.value is None or draft.role is Role.GIVEN:
                    continue
                if self._covers(draft.value, seen):
                    return True
        return False

    def _reading_only(self, expr: Expr, seen: frozenset[int] = frozenset()) -> bool:
        """Whether an expression speaks of octets under the cursor, through views too."""
        if e.is_positional(expr):
            return True
        for slot in slots_of(expr) - seen:
            draft = self.record.drafts[slot]
            if draft.role in (Role.VIEW, Role.LOCAL) and draft.value is not None and draft.pair is None:
                if self._reading_only(draft.value, seen | {slot}):
                    return True
        return False

    def _anchor(self, condition: Expr) -> int | None:
        """Return the slot that a refusal points to: the last field on the wire that the condition mentions."""
        mentioned = slots_of(condition)
        wire = [i for i in mentioned if self.record.drafts[i].pair is not None]
        if wire:
            return max(wire)
        for slot in sorted(mentioned, reverse=True):
            value = self.record.drafts[slot].value
            inner = [i for i in slots_of(value) if self.record.drafts[i].pair is not None]
            if inner:
                return max(inner)
        return None

    def _report_left(self, left: Sequence[Pending]) -> None:
        for pending in left:
            step = pending.step
            slot = step.slot if isinstance(step, p.View | p.Verify) else None
            draft = self.record.drafts[slot if slot is not None else min(pending.missing)]
            names = ", ".join(f"`{self.record.drafts[i].name}`" for i in sorted(pending.missing)[:5])
            message = f"{names} never become known, and `{draft.name}` needs them"
            self.findings.add("A7-L038", message, draft.span, "break the loop: mention fields that are read")

    # ---- protobuf and trees ----

    def _fields(self, items: Sequence[Item]) -> list[p.Step]:
        from art7.grammar.passes.plan_members import plan_fields

        return plan_fields(self, items)

    def _tree(self, items: Sequence[Item]) -> list[p.Step]:
        from art7.grammar.passes.plan_members import plan_tree

        return plan_tree(self, items)

    def logic(self, items: Sequence[Item], known: set[int]) -> list[p.Step]:
        """Return views, tests and rules when every member is known at once."""
        gap = Gap(known)
        for item in items:
            if isinstance(item, Look | Test | Rule):
                self._pend(item, gap)
        steps = gap.flush()
        self._report_left(gap.leftovers())
        return [*self.record.extra_checks, *steps]


def _fills(rep: r.Representation, within: Expr) -> bool:
    """Whether a run already takes the octets of its `within`."""
    return isinstance(rep, r.Run) and isinstance(rep.extent, p.Exact) and rep.extent.size is within


def _is_mac(shape: s.Shape | None, expr: Expr) -> bool:
    """Whether a value is an authenticator, to be compared without leaking where it differs: octets alone can be."""
    return isinstance(shape, s.Octets) and any(
        isinstance(node, e.Call) and node.function.startswith("hmac") for node in e.walk(expr)
    )


def _mentioned(rep: r.Representation | None) -> set[int]:
    """Return the slots that reading a representation needs."""
    match rep:
        case r.Run(extent=p.Exact(size=size)):
            return slots_of(size)
        case r.Bounded(extent=extent, inner=inner):
            own = slots_of(extent.size) if isinstance(extent, p.Exact) else set()
            return own | _mentioned(inner)
        case r.Many(item=item, count=count):
            return slots_of(count) | _mentioned(item.representation)
        case r.Listed(item=item) | r.Keyed(item=item) | r.Repeated(item=item):
            return _mentioned(item.representation)
        case r.Coded(inner=inner) | r.Among(inner=inner) | r.HeaderValue(inner=inner):
            return _mentioned(inner)
        case r.PartList(item=item, boundary=boundary):
            return slots_of(boundary) | _mentioned(item.representation)
        case r.Transferred(coding=coding, charset=charset, inner=inner):
            return slots_of(coding) | slots_of(charset) | _mentioned(inner)
        case (
            r.Maybe(inner=inner)
            | r.Marked(inner=inner)
            | r.Wrapped(inner=inner)
            | r.Tagged(inner=inner)
            | r.Inside(inner=inner)
        ):
            return _mentioned(inner)
        case r.ByKind(options=options):
            return {slot for _, _, pair in options for slot in _mentioned(pair.representation)}
        case r.Nested(arguments=arguments):
            return {slot for argument in arguments for slot in slots_of(argument)}
        case r.Choice(on=on):
            return slots_of(on)
        case _:
            return set()


CODES = {
    "A7-L021": (
        "dependence on what follows",
        "A size, count, condition or tag must be known before the field is read.",
        "Depend on earlier fields.",
    ),
    "A7-L035": (
        "values that need one another",
        "Writing cannot begin: each of these values needs another one of them first.",
        "Compute one from something else.",
    ),
    "A7-L036": (
        "fields that do not close on an octet",
        "Runs of bits must fill whole octets.",
        "Add or widen a field.",
    ),
    "A7-L037": (
        "condition inside an octet",
        "Only whole octets can be there or not.",
        "Put whole octets under `when`.",
    ),
    "A7-L038": (
        "value that never becomes known",
        "It needs fields that are not read, or that need it.",
        "Break the loop.",
    ),
}
"""Code → title, explanation, next step."""

__all__ = ["CODES", "Planner", "t"]
